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

/// The order that `got` must have: by a plain sort of what the engine started with.
void expect_in_order(Model const& m, HostCells const& start, HostCells const& got) {
    ASSERT_EQ(got.size(), start.size());
    // The bins that the contract promises: as many as are at least 2 · 1.25 · 5 µm wide.
    int n[3];
    Vec3 const size = m.grid.size();
    Real const length[3] = {size.x, size.y, size.z};
    for (int a = 0; a < 3; ++a) n[a] = static_cast<int>(length[a] / (2 * kReach * kRadius * Real(1 + 2e-5)));
    auto const bin = [&](std::size_t i) {
        int const x = static_cast<int>(start.x[i] / (size.x / n[0])), y = static_cast<int>(start.y[i] / (size.y / n[1])),
                  z = static_cast<int>(start.z[i] / (size.z / n[2]));
        return (z * n[1] + y) * n[0] + x;
    };
    std::vector<std::size_t> order(start.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return std::pair(bin(a), start.id[a]) < std::pair(bin(b), start.id[b]); });
    for (std::size_t k = 0; k < order.size(); ++k) {
        std::size_t const i = order[k];
        ASSERT_EQ(got.id[k], start.id[i]) << "place " << k;
        EXPECT_EQ(got.x[k], start.x[i]);
        EXPECT_EQ(got.y[k], start.y[i]);
        EXPECT_EQ(got.z[k], start.z[i]);
        EXPECT_EQ(got.engulfed[k], start.engulfed[i]);
        EXPECT_EQ(got.born[k], start.born[i]);
    }
}

void expect_sorted_at_start(Device const& device, Model const& m, InitialState const& s) {
    auto const engine = make_backend(device);
    engine->start(m, s);
    expect_in_order(m, s.cells, cells_of(*engine));
}

}  // namespace

using SortOnEveryEngine = OnEveryEngine;

TEST_P(SortOnEveryEngine, OrdersByBinThenIdAndKeepsEveryProperty) {
    Model const m = tissue();
    expect_sorted_at_start(GetParam(), m, scattered(m, 3000));
}

TEST_P(SortOnEveryEngine, OrdersManyCellsInOneBinWhateverTheirOrder) {
    Model const m = tissue();
    InitialState s = scattered(m, 5000);
    auto& c = s.cells;
    for (std::size_t i = 0; i < 4000; ++i) c.x[i] = c.y[i] = c.z[i] = 6;  // and most of the other bins are empty or hold one
    auto const with_ids = [&](auto const& rearrange) {
        for (std::size_t i = 0; i < c.size(); ++i) c.id[i] = static_cast<std::uint32_t>(i + 1);
        rearrange(c.id.begin(), c.id.end());
        expect_sorted_at_start(GetParam(), m, s);
    };
    with_ids([](auto, auto) {});
    with_ids([](auto first, auto last) { std::reverse(first, last); });
    with_ids([](auto first, auto last) { std::shuffle(first, last, std::mt19937(5)); });
}

TEST_P(SortOnEveryEngine, OrdersNoCellsAndOne) {
    Model const m = tissue();
    for (std::size_t n : {0, 1}) expect_sorted_at_start(GetParam(), m, scattered(m, n));
}

TEST_P(SortOnEveryEngine, FollowsCellsThatMove) {
    Model m = tissue();
    m.types[0].base[behaviour::speed] = 3;
    m.types[0].base[behaviour::persistence] = 10;
    m.types[0].mechanics = false;
    auto const engine = make_backend(GetParam());
    engine->start(m, scattered(m, 3000));
    for (std::uint64_t n = 0; n < 5; ++n) {
        engine->move({2.0 * static_cast<double>(n), 2, n});
        HostCells const before = cells_of(*engine);
        engine->sort();
        expect_in_order(m, before, cells_of(*engine));
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
