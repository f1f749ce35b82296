#include "crine/model/cycle.h"
#include "crine/units.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>

/// Validation E6: growth and death of populations.

namespace crine::test {
namespace {

Model isolated_cells() {
    Model m = box(30, 30, 30, 40);
    add_type(m, 5);
    m.types[0].mechanics = false;
    return m;
}

}  // namespace

using GrowthOnEveryEngine = OnEveryEngine;

TEST_P(GrowthOnEveryEngine, ExponentialWaitingGrowsAsExpOfRateTimesTime) {
    double const rate = 1.0 / (10 * kHour), dt = 360, hours = 15;  // rate · dt = 0.01
    Model m = isolated_cells();
    m.types[0].base[behaviour::cycle_entry] = static_cast<Real>(rate);
    InitialState s = empty_state(m);
    spread_out(s.cells, 20000, 0, 5, 40, 28);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, static_cast<std::uint64_t>(hours * kHour / dt), dt);
    // Yule process: mean N0 e^{bt}, variance N0 e^{bt} (e^{bt} - 1)
    double const factor = std::exp(rate * hours * kHour), mean = 20000 * factor, deviation = std::sqrt(mean * (factor - 1));
    EXPECT_NEAR(static_cast<double>(living(*engine)), mean, 4 * deviation);
    EXPECT_EQ(engine->totals().divisions, engine->cell_count() - 20000);
}

TEST_P(GrowthOnEveryEngine, CrowdingMakesGrowthLogistic) {
    // Every cell secretes a ligand that fills the box evenly and is cleared at once; death rises with it. Far below its half the Hill
    // response is linear (to 0.5 % at K), so that death is r N / K.
    double const rate = 0.05 / kHour, capacity = 10000, dt = 180, clearance = 0.01, linear = 0.005;
    Model m = box(4, 4, 4, 100);
    add_ligand(m, Real(1e5), static_cast<Real>(clearance), Scheme::quasi_steady);
    add_type(m, 5);
    m.types[0].mechanics = false;
    Vocabulary const words = m.vocabulary();
    m.types[0].base[behaviour::cycle_entry] = static_cast<Real>(rate);
    m.types[0].base[static_cast<std::size_t>(words.of(behaviour::secretion, 0))] = 1;
    double const at_capacity = capacity / (clearance * 400.0 * 400.0 * 400.0);
    m.rules.push_back({0, words.of(signal::concentration, 0), behaviour::apoptosis, true, static_cast<Real>(rate * (1 + linear) / linear),
                       static_cast<Real>(at_capacity / linear), 1, false});
    InitialState s = empty_state(m);
    spread_out(s.cells, 1000, 0, 5, 40, 10);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);

    double const expected[][2] = {{10, 0.154828}, {24, 0.269487}, {48, 0.550521}, {96, 0.931040}};  // [h], [of K]
    double mean = 1000, variance = 0;  // of the birth-death process, to leading order in its noise
    std::uint64_t n = 0;
    for (auto const& [hours, fraction] : expected) {
        for (; static_cast<double>(n) * dt < hours * kHour; ++n) {
            Moment const now{static_cast<double>(n) * dt, dt, n};
            engine->sort(), engine->exchange(now), engine->transport(now);
            engine->sense(now), engine->behave(now), engine->apply(now), engine->check(now);
            variance += dt * rate * (2 * (1 - 2 * mean / capacity) * variance + mean * (1 + mean / capacity));
            mean += dt * rate * mean * (1 - mean / capacity);
        }
        EXPECT_NEAR(static_cast<double>(living(*engine)), fraction * capacity, 4 * std::sqrt(variance) + linear * capacity * fraction)
            << hours << " h";
    }
}

TEST_P(GrowthOnEveryEngine, AClockDoublesExactly) {
    // The duration is no whole number of steps: ends of cycles lie inside steps, yet do not fall behind.
    double const duration = 3.7 * kHour, dt = 900;
    Model m = isolated_cells();
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    m.types[0].cycle_duration = static_cast<Real>(duration);
    InitialState s = empty_state(m);
    spread_out(s.cells, 10, 0, 5, 40, 28);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    std::uint64_t done = 0;
    for (int generation = 1; generation <= 8; ++generation) {
        auto const before =
            static_cast<std::uint64_t>(std::ceil(generation * duration / dt)) - 1;  // the last step that ends before the clock strikes
        live(*engine, before - done, dt, Motion::off, done);
        EXPECT_EQ(living(*engine), 10u << (generation - 1)) << "before division " << generation;
        live(*engine, 1, dt, Motion::off, before);
        EXPECT_EQ(living(*engine), 10u << generation) << "after division " << generation;
        done = before + 1;
    }
}

TEST_P(GrowthOnEveryEngine, VolumeDoublesLinearlyAndIsHalvedAtDivision) {
    double const duration = 1000, dt = 100;
    Model m = isolated_cells();
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    m.types[0].cycle_duration = static_cast<Real>(duration);
    InitialState s = empty_state(m);
    s.cells.add(0, {600, 600, 600}, 6);  // larger than its type: its own size is what doubles
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    for (std::uint64_t n = 0; n < 9; ++n) {
        live(*engine, 1, dt, Motion::off, n);
        EXPECT_TRUE(close(std::pow(cells_of(*engine).radius[0] / 6.0, 3), 1 + (static_cast<double>(n) + 1) * dt / duration, 1e-5)) << n;
    }
    live(*engine, 1, dt, Motion::off, 9);
    HostCells const c = cells_of(*engine);
    ASSERT_EQ(c.size(), 2u);
    EXPECT_TRUE(close(c.radius[0], 6, 1e-5));
    EXPECT_TRUE(close(c.radius[1], 6, 1e-5));
    EXPECT_TRUE(close((c.x[0] + c.x[1]) / 2, 600));  // the centre of mass stays
    EXPECT_TRUE(close((c.y[0] + c.y[1]) / 2, 600));
    EXPECT_TRUE(close((c.z[0] + c.z[1]) / 2, 600));
    EXPECT_TRUE(close(norm(position(c, 1) - position(c, 0)), 6, 1e-4));
    EXPECT_EQ(c.born[0], duration);
    EXPECT_EQ(c.born[1], duration);
    EXPECT_EQ(c.id[0] + c.id[1], 3u);
}

TEST_P(GrowthOnEveryEngine, SurvivorsFallExponentially) {
    double const rate = 1e-4, dt = 100;
    Model m = isolated_cells();
    m.types[0].base[behaviour::apoptosis] = static_cast<Real>(rate * 0.75);
    m.types[0].base[behaviour::necrosis] = static_cast<Real>(rate * 0.25);
    m.types[0].apoptosis_duration = 500;
    InitialState s = empty_state(m);
    spread_out(s.cells, 20000, 0, 5, 40, 28);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    std::uint64_t done = 0;
    for (std::uint64_t steps : {20, 100, 200}) {
        live(*engine, steps - done, dt, Motion::off, done);
        done = steps;
        double const p = std::exp(-rate * static_cast<double>(steps) * dt);
        EXPECT_NEAR(static_cast<double>(living(*engine)), 20000 * p, 4 * std::sqrt(20000 * p * (1 - p))) << steps << " steps";
    }
    Totals const totals = engine->totals();
    EXPECT_EQ(totals.deaths, 20000 - totals.live[0]);
    EXPECT_EQ(totals.removals, 20000 - engine->cell_count());
    EXPECT_EQ(totals.dead[0], engine->cell_count() - totals.live[0]);
}

TEST_P(GrowthOnEveryEngine, TheDeadShrinkOrSwellAndVanishOnTime) {
    Model m = isolated_cells();
    m.types[0].apoptosis_duration = 1000;
    m.types[0].necrosis_duration = 500;
    InitialState s = empty_state(m);
    spread_out(s.cells, 3, 0, 5, 40, 28);
    s.cells.state[0] = CellState::apoptotic, s.cells.state[1] = CellState::necrotic;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 4, 100);
    HostCells c = cells_of(*engine);
    ASSERT_EQ(c.size(), 3u);
    EXPECT_TRUE(close(std::pow(c.radius[find(c, 1)] / 5.0, 3), 1 - 0.4 * (1 - double(kApoptoticVolume)), 1e-5));
    EXPECT_TRUE(close(std::pow(c.radius[find(c, 2)] / 5.0, 3), 1 + 0.8 * (double(kBurstVolume) - 1), 1e-5));
    EXPECT_EQ(c.radius[find(c, 3)], 5);
    live(*engine, 1, 100, Motion::off, 4);
    EXPECT_EQ(find(cells_of(*engine), 2), 2u);  // gone at 500 s
    live(*engine, 4, 100, Motion::off, 5);
    EXPECT_EQ(engine->cell_count(), 2u);
    live(*engine, 1, 100, Motion::off, 9);
    EXPECT_EQ(engine->cell_count(), 1u);  // gone at 1000 s
    EXPECT_EQ(engine->totals().removals, 2u);
}

CRINE_ON_EVERY_ENGINE(GrowthOnEveryEngine);

}  // namespace crine::test
