#include "crine/model/cycle.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>
#include <set>

/// Cells that fuse.

namespace crine::test {
namespace {

constexpr double kStep = 60;

Model types(int n) {
    Model m = box(20, 20, 20, 20);
    for (int t = 0; t < n; ++t) {
        add_type(m, Real(5 - t), n);
        m.types[t].mechanics = false;
    }
    return m;
}

double total_volume(HostCells const& c) {
    double sum = 0;
    for (std::size_t i = 0; i < c.size(); ++i) sum += std::pow(static_cast<double>(c.radius[i]), 3);
    return sum;
}

}  // namespace

using FuseOnEveryEngine = OnEveryEngine;

TEST_P(FuseOnEveryEngine, OneAbsorbsTheOtherAtItsRate) {
    Model m = types(2);
    double const rate = 1e-3;
    m.types[0].base[m.vocabulary().of(behaviour::fusion, 1)] = static_cast<Real>(rate);
    InitialState s = empty_state(m);
    spread_out(s.cells, 1000, 0, 5, 40, 10);
    for (std::size_t i = 0; i < 1000; ++i) s.cells.add(1, position(s.cells, i) + Vec3{8, 0, 0}, 4);
    double const volume = total_volume(s.cells);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 10, kStep);
    double const p = -std::expm1(-rate * 10 * kStep);
    EXPECT_EQ(living(*engine, 0), 1000u);
    EXPECT_NEAR(static_cast<double>(living(*engine, 1)), 1000 * (1 - p), 4 * std::sqrt(1000 * p * (1 - p)));
    HostCells const c = cells_of(*engine);
    EXPECT_TRUE(close(total_volume(c), volume, 1e-5));
    for (std::size_t i = 0; i < c.size(); ++i) EXPECT_EQ(c.engulfed[i], 0u);
    Totals const totals = engine->totals();
    EXPECT_EQ(totals.removals, 1000 - totals.live[1]);
    EXPECT_EQ(totals.engulfments, 0u);
}

TEST_P(FuseOnEveryEngine, OfTwoThatJoinEachOtherOneStays) {
    Model m = types(1);
    m.types[0].base[m.vocabulary().of(behaviour::fusion, 0)] = std::numeric_limits<Real>::infinity();
    InitialState s = empty_state(m);
    spread_out(s.cells, 500, 0, 5, 40, 10);
    for (std::size_t i = 0; i < 500; ++i) s.cells.add(0, position(s.cells, i) + Vec3{0, 9, 0}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, kStep);
    HostCells const c = cells_of(*engine);
    ASSERT_EQ(c.size(), 500u);
    std::set<std::uint32_t> pairs;
    for (std::size_t i = 0; i < c.size(); ++i) {
        EXPECT_TRUE(pairs.insert(c.id[i] % 500).second) << "both of a pair are left";
        EXPECT_TRUE(close(c.radius[i], 5 * std::cbrt(2.0), 1e-5));
    }
}

TEST_P(FuseOnEveryEngine, ACrowdFusesUntilNoOneFitsIntoAnother) {
    Model m = types(1);
    m.types[0].base[m.vocabulary().of(behaviour::fusion, 0)] = std::numeric_limits<Real>::infinity();
    InitialState s = empty_state(m);
    for (int n = 0; n < 20; ++n) s.cells.add(0, {Real(200 + 0.1 * n), 200, 200}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 200, kStep);
    HostCells const c = cells_of(*engine);
    EXPECT_TRUE(close(total_volume(c), 20 * 125, 1e-5));
    EXPECT_LT(c.size(), 6u);  // 3 of them at the least
    std::vector<double> volumes;
    for (std::size_t i = 0; i < c.size(); ++i) volumes.push_back(std::pow(c.radius[i] / 5.0, 3));
    std::sort(volumes.begin(), volumes.end());
    EXPECT_LE(volumes.back(), static_cast<double>(kMostFused) * 1.0001);
    EXPECT_GT(volumes[0] + volumes[1], static_cast<double>(kMostFused));
}

CRINE_ON_EVERY_ENGINE(FuseOnEveryEngine);

}  // namespace crine::test
