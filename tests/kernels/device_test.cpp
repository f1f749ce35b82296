#include "support/engines.h"
#include "support/models.h"

namespace crine::test {

TEST_P(OnEveryEngine, StartsEmpty) {
    auto const engine = make_backend(GetParam());
    Model const model = box(4, 4, 4, 10);
    engine->start(model, empty_state(model));
    EXPECT_EQ(engine->cell_count(), 0u);
    EXPECT_FALSE(engine->info().name.empty());
}

CRINE_ON_EVERY_ENGINE(OnEveryEngine);

}  // namespace crine::test
