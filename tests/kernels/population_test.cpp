#include "support/engines.h"
#include "support/population.h"

#include <cmath>
#include <iterator>
#include <map>
#include <set>

/// What cells decide and how it is carried out: `behave` and `apply`.

namespace crine::test {
namespace {

constexpr double kStep = 60;

Model types(int n, Real radius = 5) {
    Model m = box(20, 20, 20, 20);
    for (int t = 0; t < n; ++t) {
        add_type(m, radius, n);
        m.types[t].mechanics = false;
    }
    return m;
}

/// 4 standard errors of a Poisson count.
double spread(double mean) { return 4 * std::sqrt(mean); }

}  // namespace

using PopulationOnEveryEngine = OnEveryEngine;

TEST_P(PopulationOnEveryEngine, VesselsLetCellsInAtTheirRates) {
    Model m = types(3);
    m.types[0].moves = false;
    double const rates[3] = {0, 0.4 / kStep, 1.1 / kStep};  // often several in one step and through one cell
    for (int t = 0; t < 3; ++t) m.types[0].base[m.vocabulary().of(behaviour::recruitment, t)] = static_cast<Real>(rates[t]);
    m.types[1].radius = 4;
    InitialState s = empty_state(m);
    spread_out(s.cells, 400, 0, 5, 40, 8);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    int const steps = 10;
    live(*engine, steps, kStep);
    Totals const totals = engine->totals();
    for (int t = 1; t < 3; ++t) {
        double const mean = 400 * steps * kStep * rates[t];
        EXPECT_NEAR(static_cast<double>(totals.recruited[t]), mean, spread(mean)) << "type " << t;
        EXPECT_EQ(totals.recruited[t], totals.live[t]);
    }
    EXPECT_EQ(totals.recruited[0], 0u);

    HostCells const c = cells_of(*engine);
    std::set<std::uint32_t> ids(c.id.begin(), c.id.end());
    EXPECT_EQ(ids.size(), c.size());
    EXPECT_EQ(*ids.rbegin(), c.size());  // every id from 1 on, none left out
    Vec3 sum{};
    std::size_t arrived = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
        if (c.type[i] == 0) continue;
        // vessel cells stand on a lattice of 40 µm; a recruit touches the nearest
        auto const offset = [](Real x) { return x - (std::floor(x / 40) * 40 + 20); };
        Vec3 const d{offset(c.x[i]), offset(c.y[i]), offset(c.z[i])};
        EXPECT_TRUE(close(norm(d), 5 + m.types[c.type[i]].radius, 1e-4));
        EXPECT_EQ(c.state[i], CellState::resting);
        EXPECT_EQ(c.radius[i], m.types[c.type[i]].radius);
        EXPECT_GT(c.born[i], 0);
        sum = sum + Real(1) / norm(d) * d, ++arrived;
    }
    for (Real const component : {sum.x, sum.y, sum.z})
        EXPECT_LT(std::fabs(component), 4 * std::sqrt(arrived / 3.0));  // no preferred direction
}

/// Wherever they lie in memory, which is in the order of bins.
TEST_P(PopulationOnEveryEngine, IdsOfTheNewbornFollowThoseOfWhomTheyComeFrom) {
    Model m = types(2);
    m.types[0].moves = false;
    m.types[0].base[m.vocabulary().of(behaviour::recruitment, 1)] = Real(1.5 / kStep);
    InitialState s = empty_state(m);
    for (int n = 0; n < 9; ++n) s.cells.add(0, {Real(380 - 40 * n), 20, 20}, 5);  // ids rise as x falls
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, kStep);
    HostCells const c = cells_of(*engine);
    std::map<std::uint32_t, int> vessel_of;  // by id of the recruit
    for (std::size_t i = 0; i < c.size(); ++i)
        if (c.type[i] == 1) vessel_of[c.id[i]] = static_cast<int>(std::lround((380 - c.x[i]) / 40));
    ASSERT_GT(vessel_of.size(), 3u);
    for (auto before = vessel_of.begin(), next = std::next(before); next != vessel_of.end(); ++before, ++next)
        EXPECT_LE(before->second, next->second) << "ids " << before->first << " and " << next->first;
}

TEST_P(PopulationOnEveryEngine, AVesselInACornerLosesNobody) {
    Model m = types(2);
    m.types[0].moves = false;
    m.types[0].base[m.vocabulary().of(behaviour::recruitment, 1)] = Real(2 / kStep);
    m.grid.periodic[2] = true;
    InitialState s = empty_state(m);
    s.cells.add(0, {0, 0, 0}, 5);  // an eighth of all directions lead inside, a quarter with the periodic axis
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 200, kStep);
    EXPECT_NEAR(static_cast<double>(living(*engine, 1)), 400, spread(400));
    EXPECT_EQ(engine->totals().recruited[1], living(*engine, 1));
    HostCells const c = cells_of(*engine);
    bool wrapped = false;
    for (std::size_t i = 0; i < c.size(); ++i) {
        EXPECT_TRUE(c.x[i] >= 0 && c.y[i] >= 0 && c.z[i] >= 0 && c.z[i] < 400);
        wrapped = wrapped || c.z[i] > 380;
    }
    EXPECT_TRUE(wrapped);
}

TEST_P(PopulationOnEveryEngine, ACellDividesAndLetsCellsInInOneStep) {
    Model m = types(2);
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    m.types[0].base[m.vocabulary().of(behaviour::recruitment, 1)] = Real(3 / kStep);
    InitialState s = empty_state(m);
    spread_out(s.cells, 300, 0, 5, 40, 8);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, kStep);
    EXPECT_EQ(living(*engine, 0), 600u);
    EXPECT_NEAR(static_cast<double>(living(*engine, 1)), 1800, spread(1800));  // both daughters go on with it
    EXPECT_EQ(engine->totals().divisions, 300u);
}

TEST_P(PopulationOnEveryEngine, CellsBecomeOtherTypesInProportionToTheRates) {
    Model m = types(3);
    m.types[2].radius = 7;
    double const rates[3] = {0, 2e-4, 6e-4};
    for (int t = 1; t < 3; ++t) m.types[0].base[m.vocabulary().of(behaviour::differentiation, t)] = static_cast<Real>(rates[t]);
    InitialState s = empty_state(m);
    spread_out(s.cells, 8000, 0, 5, 20, 20);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 20, kStep);
    double const gone = -std::expm1(-8e-4 * 20 * kStep);
    Totals const totals = engine->totals();
    for (int t = 1; t < 3; ++t) {
        double const p = gone * rates[t] / 8e-4;
        EXPECT_NEAR(static_cast<double>(totals.live[t]), 8000 * p, 4 * std::sqrt(8000 * p * (1 - p))) << "type " << t;
    }
    EXPECT_EQ(totals.differentiations, totals.live[1] + totals.live[2]);
    EXPECT_EQ(engine->cell_count(), 8000u);
    HostCells const c = cells_of(*engine);
    for (std::size_t i = 0; i < c.size(); ++i) {
        EXPECT_EQ(c.radius[i], m.types[c.type[i]].radius);
        EXPECT_EQ(c.since[i] > 0, c.type[i] != 0);
    }
}

TEST_P(PopulationOnEveryEngine, DeadCellsAreEatenByThoseWhoTouchThem) {
    Model m = types(3);
    double const rates[3] = {0, 1e-3, 3e-3};
    for (int t = 0; t < 3; ++t) {
        m.types[t].base[behaviour::phagocytosis] = static_cast<Real>(rates[t]);
        m.types[t].apoptosis_duration = 1e9;
    }
    // groups of five: a dead cell, one phagocyte of each kind, a dead phagocyte, and one out of reach
    InitialState s = empty_state(m);
    for (int n = 0; n < 1000; ++n) {
        int const layer = n / 100;
        Vec3 const p{Real(20 + 40 * (n % 10)), Real(20 + 40 * (n / 10 % 10)), Real(20 + 40 * layer)};
        s.cells.add(0, p, 5);
        s.cells.state.back() = CellState::apoptotic;
        s.cells.add(1, p + Vec3{9, 0, 0}, 5);
        s.cells.add(2, p + Vec3{-9, 0, 0}, 5);
        s.cells.add(2, p + Vec3{0, 9, 0}, 5);
        s.cells.state.back() = CellState::necrotic;
        s.cells.add(2, p + Vec3{0, 0, 13}, 5);
    }
    for (CellType& t : m.types) t.necrosis_duration = 1e9;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    int const steps = 10;
    live(*engine, steps, 20);
    HostCells const c = cells_of(*engine);
    // The dead cell is touched by types 1 and 2, the dead phagocyte at (0, 9, 0) by nobody alive: (±9, 9) and more are out of 12.5 µm.
    ASSERT_GT(std::sqrt(162.0), 12.5);
    double const eaten = -std::expm1(-4e-3 * steps * 20);
    std::uint64_t by[3] = {0, 0, 0};
    for (std::size_t i = 0; i < c.size(); ++i) {
        by[c.type[i]] += c.engulfed[i];
        if (c.id[i] % 5 == 0) {
            ASSERT_EQ(c.engulfed[i], 0u) << "ate what it does not touch";
        }
        if (c.id[i] % 5 == 4) {
            ASSERT_EQ(c.engulfed[i], 0u) << "the dead do not eat";
        }
    }
    for (int t = 1; t < 3; ++t) {
        double const p = eaten * rates[t] / 4e-3;
        EXPECT_NEAR(static_cast<double>(by[t]), 1000 * p, 4 * std::sqrt(1000 * p * (1 - p))) << "type " << t;
    }
    Totals const totals = engine->totals();
    EXPECT_EQ(totals.engulfments, by[1] + by[2]);
    EXPECT_EQ(totals.removals, totals.engulfments);
    EXPECT_EQ(engine->cell_count(), 5000 - totals.removals);
}

TEST_P(PopulationOnEveryEngine, ApoptoticAndNecroticCellsMayBeEatenAtOtherRates) {
    Model m = types(2);
    m.types[1].base[behaviour::phagocytosis] = Real(1e-3);
    m.types[1].base[behaviour::necrotic_phagocytosis] = Real(2e-3);
    m.types[0].apoptosis_duration = m.types[0].necrosis_duration = 1e9;
    InitialState s = empty_state(m);
    spread_out(s.cells, 1000, 0, 5, 40, 10);
    for (std::size_t i = 0; i < 1000; ++i) s.cells.state[i] = i % 2 == 0 ? CellState::apoptotic : CellState::necrotic;
    for (std::size_t i = 0; i < 1000; ++i) s.cells.add(1, position(s.cells, i) + Vec3{9, 0, 0}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 10, 40);
    HostCells const c = cells_of(*engine);
    int left[2] = {0, 0};
    for (std::size_t i = 0; i < c.size(); ++i)
        if (c.type[i] == 0) ++left[c.state[i] == CellState::necrotic];
    for (int necrotic : {0, 1}) {
        double const p = std::exp(-(1e-3 + necrotic * 2e-3) * 400);
        EXPECT_NEAR(left[necrotic], 500 * p, 4 * std::sqrt(500 * p * (1 - p))) << necrotic;
    }
}

TEST_P(PopulationOnEveryEngine, LiveCellsAreEngulfedByThoseWhoTouchThemOrDieBefore) {
    Model m = types(3);
    double const engulfed = 2e-3, dying = 1e-3;
    m.types[1].base[m.vocabulary().of(behaviour::engulfing, 0)] = static_cast<Real>(engulfed);
    m.types[0].base[behaviour::apoptosis] = static_cast<Real>(dying);
    m.types[0].apoptosis_duration = 1e9;
    InitialState s = empty_state(m);
    spread_out(s.cells, 1000, 0, 5, 40, 10);
    for (std::size_t i = 0; i < 1000; ++i) {
        s.cells.add(1, position(s.cells, i) + Vec3{9, 0, 0}, 5);
        s.cells.add(2, position(s.cells, i) + Vec3{-9, 0, 0}, 5);  // does not eat and is not eaten
    }
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 10, kStep);
    Totals const totals = engine->totals();
    double const p = -std::expm1(-(engulfed + dying) * 10 * kStep) * engulfed / (engulfed + dying);
    EXPECT_NEAR(static_cast<double>(totals.engulfments), 1000 * p, 4 * std::sqrt(1000 * p * (1 - p)));
    EXPECT_EQ(totals.removals, totals.engulfments);
    EXPECT_EQ(totals.live[1], 1000u);
    EXPECT_EQ(totals.live[2], 1000u);
    HostCells const c = cells_of(*engine);
    std::uint64_t eaten = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
        eaten += c.engulfed[i];
        EXPECT_TRUE(c.engulfed[i] == 0 || c.type[i] == 1);
    }
    EXPECT_EQ(eaten, totals.engulfments);
}

TEST_P(PopulationOnEveryEngine, ThoseWhoEatEachOtherEndUpInOne) {
    Model m = types(1);
    m.types[0].base[m.vocabulary().of(behaviour::engulfing, 0)] = Real(5e-3);
    InitialState s = empty_state(m);
    for (int n = 0; n < 6; ++n) s.cells.add(0, {Real(200 + n), 200, 200}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 400, kStep);
    EXPECT_EQ(engine->totals().engulfments, 6 - engine->cell_count());
    EXPECT_LE(engine->cell_count(), 1u);  // of two that eat each other in one step none is left
}

TEST_P(PopulationOnEveryEngine, OneDaughterMayBeOfAnotherType) {
    Model m = types(3);
    m.types[2].radius = 3;
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    double const chance[3] = {0, 0.2, 0.3};
    for (int t = 1; t < 3; ++t) m.types[0].base[m.vocabulary().of(behaviour::offspring, t)] = static_cast<Real>(chance[t]);
    InitialState s = empty_state(m);
    spread_out(s.cells, 4000, 0, 5, 25, 16);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, kStep);
    Totals const totals = engine->totals();
    EXPECT_EQ(totals.divisions, 4000u);
    for (int t = 1; t < 3; ++t)
        EXPECT_NEAR(static_cast<double>(totals.live[t]), 4000 * chance[t], 4 * std::sqrt(4000 * chance[t] * (1 - chance[t]))) << t;
    EXPECT_EQ(totals.live[0] + totals.live[1] + totals.live[2], 8000u);
    HostCells const c = cells_of(*engine);
    for (std::size_t i = 0; i < c.size(); ++i) EXPECT_TRUE(close(c.radius[i], c.type[i] == 2 ? 3 : 5, 1e-5)) << "type " << int(c.type[i]);
}

TEST_P(PopulationOnEveryEngine, SurvivorsKeepEveryPropertyWhenOthersVanish) {
    Model m = types(1);
    m.types[0].apoptosis_duration = 30;
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 1000, 0, 5, 3);
    for (std::size_t i = 0; i < 1000; ++i) {
        s.cells.engulfed[i] = s.cells.id[i] * 7, s.cells.born[i] = -1.5 * s.cells.id[i], s.cells.pressure[i] = Real(0.01) * s.cells.id[i];
        if (i % 3 == 0) s.cells.state[i] = CellState::apoptotic;
    }
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, 60);
    HostCells const c = cells_of(*engine);
    ASSERT_EQ(c.size(), 666u);
    for (std::size_t k = 0; k < c.size(); ++k) {
        std::size_t const i = c.id[k] - 1;
        ASSERT_NE(i % 3, 0u);
        EXPECT_EQ(c.x[k], s.cells.x[i]);
        EXPECT_EQ(c.z[k], s.cells.z[i]);
        EXPECT_EQ(c.engulfed[k], s.cells.engulfed[i]);
        EXPECT_EQ(c.born[k], s.cells.born[i]);
        EXPECT_EQ(c.pressure[k], s.cells.pressure[i]);
    }
}

TEST_P(PopulationOnEveryEngine, AStepWithoutEndIsAnError) {
    Model dividing = types(1), turning = types(2);
    dividing.types[0].base[behaviour::cycle_entry] = 1;
    for (int t = 0; t < 2; ++t) turning.types[t].base[turning.vocabulary().of(behaviour::differentiation, 1 - t)] = 1000;
    for (Model const* m : {&dividing, &turning}) {
        InitialState s = empty_state(*m);
        s.cells.add(0, {200, 200, 200}, 5);
        auto const engine = make_backend(GetParam());
        engine->start(*m, s);
        EXPECT_THROW(live(*engine, 1, kStep), RunError);
    }
}

TEST_P(PopulationOnEveryEngine, RunningOutOfIdsIsAnError) {
    Model m = types(1);
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    InitialState s = empty_state(m);
    s.cells.add(0, {200, 200, 200}, 5);
    s.cells.id[0] = 0xFFFFFFFEu;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, kStep);  // takes the last id
    EXPECT_EQ(engine->cell_count(), 2u);
    EXPECT_THROW(live(*engine, 1, kStep, Motion::off, 1), RunError);
}

TEST_P(PopulationOnEveryEngine, CellsThatAreNotFiniteAreReported) {
    Model m = types(1);
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 10, 0, 5, 3);
    s.cells.id[6] = 77;
    m.types[0].velocity = {1, 0, 0};
    s.cells.y[6] = std::numeric_limits<Real>::quiet_NaN();
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    try {
        live(*engine, 1, kStep, Motion::on);
        FAIL() << "not noticed";
    } catch (RunError const& error) {
        EXPECT_NE(std::string(error.what()).find("cell 77"), std::string::npos) << error.what();
    }
}

CRINE_ON_EVERY_ENGINE(PopulationOnEveryEngine);

}  // namespace crine::test
