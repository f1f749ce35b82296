#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace crine::test {
namespace {

constexpr Real kRadius = 5, kReach = 1.25;

Model tissue() {
    Model m = box(12, 8, 6, 10);
    add_type(m, kRadius);
    return m;
}

InitialState scattered(Model const& m, std::size_t n) {
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, n, 0, kRadius, 7);
    for (std::size_t i = 0; i < n; ++i) s.cells.engulfed[i] = s.cells.id[i] * 3, s.cells.born[i] = -0.5 * s.cells.id[i];
    return s;
}

}  // namespace

using SortOnEveryEngine = OnEveryEngine;

TEST_P(SortOnEveryEngine, OrdersByBinThenIdAndKeepsEveryProperty) {
    Model const m = tissue();
    InitialState const s = scattered(m, 3000);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    HostCells const got = cells_of(*engine);
    ASSERT_EQ(got.size(), s.cells.size());

    // The widest bins that the contract promises: 2 · 1.25 · 5 µm, on a domain of 120 × 80 × 60 µm: 9 × 6 × 4.
    int const n[3] = {9, 6, 4};
    auto const bin = [&](HostCells const& c, std::size_t i) {
        int const x = static_cast<int>(c.x[i] / (Real(120) / n[0])), y = static_cast<int>(c.y[i] / (Real(80) / n[1])),
                  z = static_cast<int>(c.z[i] / (Real(60) / n[2]));
        return (z * n[1] + y) * n[0] + x;
    };
    std::vector<std::size_t> order(s.cells.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(bin(s.cells, a), s.cells.id[a]) < std::pair(bin(s.cells, b), s.cells.id[b]);
    });
    for (std::size_t k = 0; k < order.size(); ++k) {
        std::size_t const i = order[k];
        ASSERT_EQ(got.id[k], s.cells.id[i]) << "place " << k;
        EXPECT_EQ(got.x[k], s.cells.x[i]);
        EXPECT_EQ(got.y[k], s.cells.y[i]);
        EXPECT_EQ(got.z[k], s.cells.z[i]);
        EXPECT_EQ(got.engulfed[k], s.cells.engulfed[i]);
        EXPECT_EQ(got.born[k], s.cells.born[i]);
    }
}

TEST_P(SortOnEveryEngine, HashDoesNotDependOnTheOrderOfTheCells) {
    Model const m = tissue();
    InitialState s = scattered(m, 500);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    std::uint64_t const hash = engine->state_hash();

    std::vector<std::size_t> order(500);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(3));
    InitialState shuffled = s;
    shuffled.cells.for_each_field_with(s.cells, [&](auto& to, auto& from) {
        for (std::size_t k = 0; k < order.size(); ++k) to[k] = from[order[k]];
    });
    engine->start(m, shuffled);
    EXPECT_EQ(engine->state_hash(), hash);

    // and it sees the smallest change of any one property, and two cells that swap one
    s.cells.x[17] = std::nextafter(s.cells.x[17], Real(1e9));
    engine->start(m, s);
    EXPECT_NE(engine->state_hash(), hash);
    s.cells.x[17] = std::nextafter(s.cells.x[17], Real(-1e9));
    std::swap(s.cells.engulfed[3], s.cells.engulfed[4]);
    engine->start(m, s);
    EXPECT_NE(engine->state_hash(), hash);
}

TEST_P(SortOnEveryEngine, CountsByTypeAndState) {
    Model m = box(4, 4, 4, 10);
    add_type(m, kRadius, 2);
    add_type(m, kRadius, 2);
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 30, 0, kRadius, 1);
    scatter(s.cells, m.grid, 12, 1, kRadius, 2);
    s.cells.state[2] = CellState::apoptotic, s.cells.state[5] = CellState::necrotic, s.cells.state[35] = CellState::cycling;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    Totals const totals = engine->totals();
    EXPECT_EQ(totals.live, (std::vector<std::uint64_t>{28, 12}));
    EXPECT_EQ(totals.dead, (std::vector<std::uint64_t>{2, 0}));
    EXPECT_EQ(totals.recruited, (std::vector<std::uint64_t>{0, 0}));
}

CRINE_ON_EVERY_ENGINE(SortOnEveryEngine);

}  // namespace crine::test
