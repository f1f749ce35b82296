#include "support/engines.h"
#include "support/models.h"

#include "crine/threads.h"

namespace crine::test {

TEST_P(OnEveryEngine, StartsEmpty) {
    auto const engine = make_backend(GetParam());
    Model const model = box(4, 4, 4, 10);
    engine->start(model, empty_state(model));
    EXPECT_EQ(engine->cell_count(), 0u);
    EXPECT_FALSE(engine->info().name.empty());
}

TEST(CpuEngine, UsesAllCoresAgainAfterAnEngineWithFewer) {
    int const all = make_backend({.kind = Device::Kind::cpu})->info().threads;
    Device device;
    device.kind = Device::Kind::cpu;
    device.threads = all + 1;
    EXPECT_EQ(make_backend(device)->info().threads, all + 1);
    EXPECT_EQ(threads(), all + 1);
    device.threads = 0;
    EXPECT_EQ(make_backend(device)->info().threads, all);
    EXPECT_EQ(threads(), all);
}

CRINE_ON_EVERY_ENGINE(OnEveryEngine);

}  // namespace crine::test
