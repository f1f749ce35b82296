#include "support/engines.h"
#include "support/models.h"

#include <omp.h>

namespace crine::test {

TEST_P(OnEveryEngine, StartsEmpty) {
    auto const engine = make_backend(GetParam());
    Model const model = box(4, 4, 4, 10);
    engine->start(model, empty_state(model));
    EXPECT_EQ(engine->cell_count(), 0u);
    EXPECT_FALSE(engine->info().name.empty());
}

TEST(CpuEngine, UsesAllCoresAgainAfterAnEngineWithFewer) {
    int const all = omp_get_max_threads();
    Device device;
    device.kind = Device::Kind::cpu;
    device.threads = all + 1;
    EXPECT_EQ(make_backend(device)->info().threads, all + 1);
    EXPECT_EQ(omp_get_max_threads(), all + 1);
    device.threads = 0;
    EXPECT_EQ(make_backend(device)->info().threads, all);
    EXPECT_EQ(omp_get_max_threads(), all);
}

CRINE_ON_EVERY_ENGINE(OnEveryEngine);

}  // namespace crine::test
