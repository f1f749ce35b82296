#include "crine/units.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>
#include <functional>

/// What cells do does not depend on the step: every process at steps of a tenth of its time to a hundred of them.

namespace crine::test {
namespace {

constexpr double kRate = 1e-3;  ///< of whatever happens [1/s]: its time is 1000 s

Model still_cells(int n) {
    Model m = box(30, 30, 30, 40);
    for (int t = 0; t < n; ++t) {
        add_type(m, 5, n);
        m.types[t].mechanics = false;
    }
    return m;
}
Real& base(Model& m, int type, int behaviour) { return m.types[static_cast<std::size_t>(type)].base[static_cast<std::size_t>(behaviour)]; }

/// A backend after so long, in steps of dt.
std::unique_ptr<Backend> after(Device const& device, Model const& m, InitialState const& s, double time, double dt) {
    auto engine = make_backend(device);
    engine->start(m, s);
    live(*engine, static_cast<std::uint64_t>(std::llround(time / dt)), dt);
    return engine;
}

/// 4.5 standard errors of a number of cells, each of which is there with a chance of p.
void expect_share(double number, double n, double p, std::string const& what) {
    EXPECT_NEAR(number, n * p, 4.5 * std::sqrt(n * p * (1 - p)) + 1e-9) << what;
}
std::string in_steps(double dt) { return "in steps of " + std::to_string(dt * kRate) + " times"; }

}  // namespace

using CellStepsOnEveryEngine = OnEveryEngine;

TEST_P(CellStepsOnEveryEngine, BirthsAndDeathsInOneStepFollowEachOther) {
    double const birth = 0.06 / kHour, death = 0.02 / kHour, time = 48 * kHour, n = 2000;
    Model m = still_cells(1);
    base(m, 0, behaviour::cycle_entry) = static_cast<Real>(birth);
    base(m, 0, behaviour::apoptosis) = static_cast<Real>(death);
    InitialState s = empty_state(m);
    spread_out(s.cells, 2000, 0, 5, 40, 28);
    double const factor = std::exp((birth - death) * time), mean = n * factor,
                 deviation = std::sqrt(n * (birth + death) / (birth - death) * factor * (factor - 1));
    for (double dt : {1.0, 4.0, 16.0, 48.0}) {
        auto const engine = after(GetParam(), m, s, time, dt * kHour);
        EXPECT_NEAR(static_cast<double>(living(*engine)), mean, 4.5 * deviation) << "in steps of " << dt << " h";
        Totals const totals = engine->totals();
        EXPECT_EQ(totals.live[0], 2000 + totals.divisions - totals.deaths);
    }
}

TEST_P(CellStepsOnEveryEngine, AClockStrikesAsOftenAsItShould) {
    double const duration = 1000;
    for (double dt : {0.9, 3.3, 9.9}) {
        Model m = still_cells(1);
        base(m, 0, behaviour::cycle_entry) = std::numeric_limits<Real>::infinity();
        m.types[0].cycle_duration = static_cast<Real>(duration);
        InitialState s = empty_state(m);
        spread_out(s.cells, 3, 0, 5, 40, 28);
        auto const engine = after(GetParam(), m, s, 9.9 * duration, dt * duration);
        EXPECT_EQ(living(*engine), 3u << 9) << dt;
        HostCells const c = cells_of(*engine);
        for (std::size_t i = 0; i < c.size(); ++i) {
            EXPECT_TRUE(close(c.born[i], 9 * duration));
            EXPECT_TRUE(close(std::pow(c.radius[i] / 5.0, 3), 1.9, 1e-4)) << "volume";
        }
    }
}

TEST_P(CellStepsOnEveryEngine, CellsBecomeOneAnotherToAndFro) {
    double const back = 3 * kRate, n = 1500;
    Model m = still_cells(2);
    Vocabulary const words = m.vocabulary();
    base(m, 0, words.of(behaviour::differentiation, 1)) = static_cast<Real>(kRate);
    base(m, 1, words.of(behaviour::differentiation, 0)) = static_cast<Real>(back);
    InitialState s = empty_state(m);
    spread_out(s.cells, 1500, 0, 5, 40, 28);
    for (double dt : {0.1, 1.0, 10.0, 100.0}) {
        auto const engine = after(GetParam(), m, s, std::max(1.0, dt) / kRate, dt / kRate);
        double const p = kRate / (kRate + back) * -std::expm1(-(kRate + back) * std::max(1.0, dt) / kRate);
        expect_share(static_cast<double>(living(*engine, 1)), n, p, in_steps(dt));
    }
}

TEST_P(CellStepsOnEveryEngine, TheDeadStayForTheirTime) {
    double const n = 2000;
    for (double dt : {0.1, 1.0, 10.0, 100.0})
        for (double stay : {0.5 / kRate, 0.5 * dt / kRate}) {
            double const time = std::max(1.0, dt) / kRate;
            Model m = still_cells(1);
            base(m, 0, behaviour::necrosis) = static_cast<Real>(kRate);
            m.types[0].necrosis_duration = static_cast<Real>(stay);
            InitialState s = empty_state(m);
            spread_out(s.cells, 2000, 0, 5, 40, 28);
            auto const engine = after(GetParam(), m, s, time, dt / kRate);
            double const gone = -std::expm1(-kRate * std::max(0.0, time - stay));
            expect_share(static_cast<double>(engine->cell_count()), n, 1 - gone, in_steps(dt) + ", all");
            expect_share(static_cast<double>(living(*engine)), n, std::exp(-kRate * time), in_steps(dt) + ", alive");
        }
}

TEST_P(CellStepsOnEveryEngine, RecruitsComeAtAnyTimeAndLiveFromThenOn) {
    double const vessels = 400;
    Model m = still_cells(2);
    base(m, 0, m.vocabulary().of(behaviour::recruitment, 1)) = static_cast<Real>(3 * kRate);
    base(m, 1, behaviour::apoptosis) = static_cast<Real>(kRate);
    m.types[1].apoptosis_duration = 1;
    InitialState s = empty_state(m);
    spread_out(s.cells, 400, 0, 5, 40, 28);
    for (double dt : {0.1, 1.0, 10.0, 100.0}) {
        double const time = std::max(1.0, dt);
        auto const engine = after(GetParam(), m, s, time / kRate, dt / kRate);
        double const mean = vessels * 3 * -std::expm1(-time);
        EXPECT_NEAR(static_cast<double>(living(*engine, 1)), mean, 4.5 * std::sqrt(mean)) << in_steps(dt);
        EXPECT_NEAR(static_cast<double>(engine->totals().recruited[1]), vessels * 3 * time, 4.5 * std::sqrt(vessels * 3 * time));
    }
}

TEST_P(CellStepsOnEveryEngine, BodiesAreEatenFromTheirDeathOn) {
    double const eaten = 2 * kRate, n = 1000;
    Model m = still_cells(2);
    base(m, 0, behaviour::apoptosis) = static_cast<Real>(kRate);
    m.types[0].apoptosis_duration = Real(1e9);
    base(m, 1, behaviour::phagocytosis) = static_cast<Real>(eaten);
    InitialState s = empty_state(m);
    spread_out(s.cells, 1000, 0, 5, 40, 28);
    for (std::size_t i = 0; i < 1000; ++i) s.cells.add(1, position(s.cells, i) + Vec3{9, 0, 0}, 5);
    for (double dt : {0.1, 1.0, 2.0, 100.0}) {
        double const time = std::max(1.0, dt) / kRate;
        auto const engine = after(GetParam(), m, s, time, dt / kRate);
        double const alive = std::exp(-kRate * time), body = kRate / (eaten - kRate) * (alive - std::exp(-eaten * time));
        expect_share(static_cast<double>(engine->totals().dead[0]), n, body, in_steps(dt));
        HostCells const c = cells_of(*engine);
        std::uint64_t meals = 0;
        for (std::size_t i = 0; i < c.size(); ++i) meals += c.engulfed[i];
        EXPECT_EQ(meals, engine->totals().engulfments);
    }
}

/// Of two that would eat each other, or fuse, one is left, at any step; of an eater that dies at the same rate, half have eaten.
TEST_P(CellStepsOnEveryEngine, WhoComesFirstDecides) {
    double const n = 1000;
    for (auto const b : {behaviour::engulfing, behaviour::fusion})
        for (double dt : {0.1, 1.0, 10.0, 100.0}) {
            double const time = std::max(1.0, dt) / kRate;
            Model mutual = still_cells(1), mortal = still_cells(2);
            base(mutual, 0, mutual.vocabulary().of(b, 0)) = static_cast<Real>(kRate / 2);
            base(mortal, 1, mortal.vocabulary().of(b, 0)) = static_cast<Real>(kRate / 2);
            base(mortal, 1, behaviour::apoptosis) = static_cast<Real>(kRate / 2);
            InitialState s = empty_state(mutual), t = empty_state(mortal);
            spread_out(s.cells, 1000, 0, 5, 40, 28), spread_out(t.cells, 1000, 0, 5, 40, 28);
            for (std::size_t i = 0; i < 1000; ++i) {
                s.cells.add(0, position(s.cells, i) + Vec3{9, 0, 0}, 5);
                t.cells.add(1, position(t.cells, i) + Vec3{9, 0, 0}, 5);
            }
            double const done = -std::expm1(-kRate * time);
            auto const one = after(GetParam(), mutual, s, time, dt / kRate);
            expect_share(2 * n - static_cast<double>(one->cell_count()), n, done, in_steps(dt));
            auto const other = after(GetParam(), mortal, t, time, dt / kRate);
            expect_share(n - static_cast<double>(living(*other, 0)), n, done / 2, in_steps(dt) + ", mortal");
        }
}

namespace {

/// Mean time for which a cell attacks within t, that waits with a rate and attacks for a duration: P(waiting)' is what ends less what
/// begins.
double time_of_attacks(double rate, double duration, double t) {
    double const h = std::min(duration, 1 / rate) / 200;
    std::vector<double> waits{1};
    auto const lag = static_cast<std::size_t>(std::llround(duration / h));
    double sum = 0;
    for (std::size_t k = 1; static_cast<double>(k) * h <= t * (1 + 1e-9); ++k) {
        double const ends = k >= lag + 1 ? rate * (waits[k - lag] + waits[k - lag - 1]) / 2 : 0, w = waits.back();
        waits.push_back((w * (1 - rate * h / 2) + h * ends) / (1 + rate * h / 2));
        sum += h * (1 - (w + waits.back()) / 2);
    }
    return sum;
}

}  // namespace

TEST_P(CellStepsOnEveryEngine, AttacksFollowEachOtherInAStep) {
    double const rate = 1 / kMinute, n = 300;
    for (double duration : {6.0, 60.0}) {
        Model m = still_cells(3);
        base(m, 0, m.vocabulary().of(behaviour::attack, 1)) = static_cast<Real>(rate / 4);
        base(m, 0, m.vocabulary().of(behaviour::attack, 2)) = static_cast<Real>(rate * 3 / 4);
        base(m, 0, behaviour::attack_duration) = static_cast<Real>(duration);
        base(m, 0, behaviour::attack_damage) = Real(0.02);
        InitialState s = empty_state(m);
        spread_out(s.cells, 300, 0, 5, 40, 28);
        for (std::size_t i = 0; i < 300; ++i)
            for (int victim : {1, 2})
                s.cells.add(static_cast<std::uint8_t>(victim), position(s.cells, i) + Vec3{0, victim == 1 ? Real(9) : Real(-9), 0}, 5);
        double const time = 60 * kMinute, mean = time_of_attacks(rate, duration, time);
        double const cycle = duration + 1 / rate;  // the number of attacks has a variance of t / cycle · (wait / cycle)²
        for (double dt : {0.1, 1.0, 6.0, 60.0}) {
            auto const engine = after(GetParam(), m, s, time, dt * kMinute);
            HostCells const c = cells_of(*engine);
            double attacked[3] = {};
            for (std::size_t i = 0; i < c.size(); ++i) {
                attacked[c.type[i]] += c.attacked[i] / n;
                EXPECT_TRUE(close(c.damage[i], 0.02 * c.attacked[i], 1e-5));
            }
            double const error = duration * std::sqrt(time / cycle / n), total = attacked[1] + attacked[2];
            EXPECT_NEAR(total, mean, 4.5 * error) << duration << " s, in steps of " << dt << " min";
            EXPECT_NEAR(attacked[2], 0.75 * mean, 4.5 * error) << duration << " s, in steps of " << dt << " min";
        }
    }
}

TEST_P(CellStepsOnEveryEngine, AStepOfThousandsOfAttacksHasTheirMean) {
    Model m = still_cells(2);
    base(m, 0, m.vocabulary().of(behaviour::attack, 1)) = static_cast<Real>(1 / kMinute);
    base(m, 0, behaviour::attack_duration) = 30;
    base(m, 0, behaviour::attack_damage) = Real(0.02);
    base(m, 1, behaviour::repair) = Real(1e-5);
    InitialState s = empty_state(m);
    spread_out(s.cells, 100, 0, 5, 40, 28);
    for (std::size_t i = 0; i < 100; ++i) s.cells.add(1, position(s.cells, i) + Vec3{0, 9, 0}, 5);
    double const time = 5000 * kMinute;
    for (double dt : {500.0, 5000.0}) {
        HostCells const c = cells_of(*after(GetParam(), m, s, time, dt * kMinute));
        for (std::size_t i = 0; i < c.size(); ++i) {
            if (c.type[i] != 1) continue;
            EXPECT_TRUE(close(c.attacked[i], time / 3, 0.06));
            EXPECT_TRUE(close(c.damage[i], 0.02 / 3 / 1e-5 * -std::expm1(-1e-5 * time), 0.06));
        }
    }
}

TEST_P(CellStepsOnEveryEngine, GrowthInManyShortStepsIsThatOfAFewLongOnes) {
    double const duration = 1e6;
    Model m = still_cells(1);
    m.types[0].necrosis_duration = static_cast<Real>(duration);
    InitialState s = empty_state(m);
    s.cells.add(0, {600, 600, 600}, 5);
    s.cells.state[0] = CellState::necrotic;
    for (double dt : {0.25, 500.0}) {  // each adds less than the last digit of a radius, or much more
        HostCells const c = cells_of(*after(GetParam(), m, s, 1000, dt));
        EXPECT_TRUE(close(c.radius[0], 5 * std::cbrt(1.001), 3e-7)) << dt;
    }
}

TEST_P(CellStepsOnEveryEngine, WhatIsRepairedSlowlyIsRepaired) {
    Model m = still_cells(1);
    base(m, 0, behaviour::repair) = Real(1e-7);
    base(m, 0, behaviour::damage) = Real(1e-9);
    InitialState s = empty_state(m);
    s.cells.add(0, {600, 600, 600}, 5);
    s.cells.damage[0] = 1;
    for (double dt : {0.1, 100.0}) {
        HostCells const c = cells_of(*after(GetParam(), m, s, 500, dt));
        EXPECT_NEAR(c.damage[0], 1 - 0.99 * -std::expm1(-1e-7 * 500), 1e-9) << dt;
    }
}

TEST_P(CellStepsOnEveryEngine, ASlowCellGetsWhereItGoes) {
    Model m = still_cells(1);
    m.types[0].velocity = {Real(1e-6), Real(-1.37), 0};
    InitialState s = empty_state(m);
    s.cells.add(0, {700, 900, 600}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 3000, 0.1, Motion::on);
    HostCells const c = cells_of(*engine);
    EXPECT_NEAR(static_cast<double>(c.x[0]) + c.rx[0], 700.0003, 1e-6);
    EXPECT_NEAR(static_cast<double>(c.y[0]) + c.ry[0], 900 - 1.37 * 300, 1e-4);
}

CRINE_ON_EVERY_ENGINE(CellStepsOnEveryEngine);

}  // namespace crine::test
