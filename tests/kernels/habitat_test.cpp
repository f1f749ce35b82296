#include "support/engines.h"
#include "support/population.h"

namespace crine::test {
namespace {

/// Two materials: x below and above 100 µm. Type 0 may be in the first, type 1 anywhere.
Model two_tissues() {
    Model m = box(10, 10, 10, 20);
    m.material_names = {"left", "right"};
    for (int k = 0; k < 10; ++k)
        for (int j = 0; j < 10; ++j)
            for (int i = 5; i < 10; ++i) m.material[m.grid.voxel(i, j, k)] = 1;
    for (int t = 0; t < 2; ++t) {
        add_type(m, 5, 2);
        m.types[t].mechanics = false;
        m.types[t].base[behaviour::speed] = 1;
        m.types[t].base[behaviour::persistence] = 20;
    }
    m.types[0].habitat = 1;
    return m;
}

}  // namespace

using HabitatOnEveryEngine = OnEveryEngine;

TEST_P(HabitatOnEveryEngine, KeepsWalkersInAndFillsEvenlyUpToTheBorder) {
    Model const m = two_tissues();
    InitialState s = empty_state(m);
    for (int i = 0; i < 4000; ++i) s.cells.add(static_cast<std::uint8_t>(i % 2), {50, 100, 100}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    for (std::uint64_t n = 0; n < 900; ++n) {  // 4500 s: exp(-D (pi/L)^2 t) = 6e-4 is left of where they began
        engine->sort();
        engine->move({5.0 * static_cast<double>(n), 5, n});
    }
    HostCells const c = cells_of(*engine);
    int free_ones_right = 0, near_border = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
        if (c.type[i] == 1)
            free_ones_right += c.x[i] >= 100;
        else {
            ASSERT_LT(c.x[i], 100);
            near_border += c.x[i] > 80;
        }
    }
    EXPECT_NEAR(free_ones_right, 1000, 4 * 22.4);  // binomial of 2000 and 1/2
    EXPECT_NEAR(near_border, 400, 4 * 17.9);       // binomial of 2000 and 1/5: nobody is stuck at the border
}

TEST_P(HabitatOnEveryEngine, LetsCellsSlideAlongItsBorder) {
    Model m = two_tissues();
    m.types[0].base[behaviour::speed] = 0;
    m.types[0].velocity = {1, Real(0.5), 0};
    InitialState s = empty_state(m);
    s.cells.add(0, {99, 50, 50}, 5);
    s.cells.add(0, {150, 50, 50}, 5);  // outside already: not held there
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    for (std::uint64_t n = 0; n < 10; ++n) {
        engine->sort();
        engine->move({2.0 * static_cast<double>(n), 2, n});
    }
    HostCells const c = cells_of(*engine);
    std::size_t const slides = find(c, 1), goes = find(c, 2);
    EXPECT_LT(c.x[slides], 100);
    EXPECT_TRUE(close(c.y[slides], 60));
    EXPECT_TRUE(close(c.x[goes], 170));
}

TEST_P(HabitatOnEveryEngine, HoldsForRecruitsAndDaughters) {
    Model m = two_tissues();
    for (CellType& type : m.types) type.base[behaviour::speed] = 0;
    m.types[1].base[m.vocabulary().of(behaviour::recruitment, 0)] = Real(0.01);
    m.types[0].base[behaviour::cycle_entry] = Real(0.002);
    InitialState s = empty_state(m);
    for (int n = 0; n < 50; ++n) s.cells.add(1, {98, 100, Real(4 * n + 2)}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 10, 60);
    EXPECT_GT(living(*engine, 0), 300u);
    EXPECT_GT(engine->totals().divisions, 50u);
    HostCells const c = cells_of(*engine);
    for (std::size_t i = 0; i < c.size(); ++i) ASSERT_LT(c.x[i], 100);
}

CRINE_ON_EVERY_ENGINE(HabitatOnEveryEngine);

}  // namespace crine::test
