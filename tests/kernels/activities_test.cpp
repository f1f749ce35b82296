#include "crine/model/response_time.h"
#include "support/activities.h"
#include "support/engines.h"
#include "support/gamma.h"
#include "support/population.h"

#include <array>
#include <cmath>

/// Responses that take time, activities, and signals of neighbours.

namespace crine::test {
namespace {

/// Types that do nothing and never touch.
Model still(int types, int activities) {
    Model m = box(10, 10, 10, 20);
    for (int a = 0; a < activities; ++a) m.activities.push_back("A" + std::to_string(a));
    for (int t = 0; t < types; ++t) add_type(m, 5, types);
    return m;
}

Real& base(Model& m, int type, int behaviour) { return m.types[static_cast<std::size_t>(type)].base[static_cast<std::size_t>(behaviour)]; }

}  // namespace

TEST(ChainFormula, IsExactForAConstantTargetAtAnyStep) {
    for (int n : {1, 2, 4, 7})
        for (double dt : {0.05, 0.4, 3.0}) {
            std::array<Real, 7> x{};
            double t = 0;
            for (int step = 0; step < 12; ++step, t += dt)
                Chain{static_cast<Real>(dt / 0.5), n}(3, [&](int k) -> Real& { return x[static_cast<std::size_t>(k - 1)]; });
            for (int k = 1; k <= n; ++k)
                EXPECT_TRUE(close(x[static_cast<std::size_t>(k - 1)], 3 * arrived(t, 0.5, k), 1e-5, 1e-6)) << n << " stages, stage " << k;
        }
}

TEST(ChainFormula, LeavesAloneWhatHasArrivedAndForgetsAllAfterALongTime) {
    std::array<Real, 4> x{Real(0.1), Real(0.1), Real(0.1), Real(0.1)};
    auto const stage = [&](int k) -> Real& { return x[static_cast<std::size_t>(k - 1)]; };
    Chain{Real(0.3), 4}(Real(0.1), stage);
    for (Real const value : x) EXPECT_EQ(value, Real(0.1));
    Chain{std::numeric_limits<Real>::infinity(), 4}(2, stage);
    for (Real const value : x) EXPECT_TRUE(close(value, 2));
}

/// In steps that each change less than the last digit of what is stored.
TEST(ChainFormula, ArrivesInStepsMuchShorterThanItsTime) {
    for (int n : {1, 4}) {
        std::array<Real, 4> x{}, rest{};
        double const time = 86400;
        for (int step = 0; step < 5 * 86400; ++step)
            Chain{n / time, n}(1, [&](int k) {
                auto const stage = static_cast<std::size_t>(k - 1);
                return Compensated{x[stage], rest[stage]};
            });
        EXPECT_TRUE(close(x[static_cast<std::size_t>(n - 1)], arrived(5, 1.0 / n, n), 1e-7)) << n << " stages";
    }
}

using ActivitiesOnEveryEngine = OnEveryEngine;

TEST_P(ActivitiesOnEveryEngine, FollowSlowlyInShortSteps) {
    Model m = still(1, 2);
    Vocabulary const words = m.vocabulary();
    double const time = 1e6;
    for (int a = 0; a < 2; ++a) base(m, 0, words.of(behaviour::activity, a)) = 1;
    m.types[0].response_times = {{words.of(behaviour::activity, 0), Real(time), 1, Real(0.99), 0},
                                 {words.of(behaviour::activity, 1), Real(time), 3, 0, 0}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 2000, 1);
    EXPECT_NEAR(activity_of(*engine, 0, 1), 1 - 0.01 * std::exp(-2000 / time), 6e-8);  // half a digit of what is shown
    EXPECT_TRUE(close(activity_of(*engine, 1, 1), arrived(2000, time / 3, 3), 1e-5));
}

TEST_P(ActivitiesOnEveryEngine, FollowWhatRulesAskForInTheirTime) {
    // A signal that is there from the beginning: the time since the start, far above its half.
    Model m = still(1, 3);
    Vocabulary const words = m.vocabulary();
    for (int a = 0; a < 3; ++a) {
        base(m, 0, words.of(behaviour::activity, a)) = Real(0.5);
        m.rules.push_back({0, signal::age, words.of(behaviour::activity, a), true, Real(2.5), Real(1e-3), 8, false});
    }
    m.types[0].response_times = {{words.of(behaviour::activity, 0), 100, 1, Real(0.5), 0},
                                 {words.of(behaviour::activity, 1), 100, 4, Real(0.5), 0}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.born[0] = -1;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    for (int a = 0; a < 3; ++a) EXPECT_TRUE(close(activity_of(*engine, a, 1), 0.5));
    double const dt = 7;
    for (std::uint64_t n = 0; n < 30; ++n) {
        live(*engine, 1, dt, Motion::off, n);
        double const t = static_cast<double>(n + 1) * dt;
        EXPECT_TRUE(close(activity_of(*engine, 0, 1), 0.5 + 2 * arrived(t, 100, 1), 1e-5));
        EXPECT_TRUE(close(activity_of(*engine, 1, 1), 0.5 + 2 * arrived(t, 25, 4), 1e-5));
        EXPECT_TRUE(close(activity_of(*engine, 2, 1), 2.5, 1e-5));  // at once
    }
}

TEST_P(ActivitiesOnEveryEngine, ABehaviourThatTakesTimeIsWhatTheCellDoes) {
    Model m = still(1, 0);
    m.types[0].base[behaviour::speed] = 1;
    m.types[0].base[behaviour::persistence] = 60;
    m.types[0].response_times = {{behaviour::speed, 40, 1, 1, 0}};
    m.rules = {{0, signal::age, behaviour::speed, false, 0, Real(1e-3), 8, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.born[0] = -1;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    for (std::uint64_t n = 0; n < 10; ++n) {
        HostCells const before = cells_of(*engine);
        live(*engine, 1, 10, Motion::on, n);
        double const way = norm(position(cells_of(*engine), 0) - position(before, 0));
        EXPECT_TRUE(close(way / 10, std::exp(-static_cast<double>(n + 1) * 10 / 40), 1e-3)) << n;
    }
}

TEST_P(ActivitiesOnEveryEngine, OnNeighboursIsTheMeanOverTouchingLiveCells) {
    Model m = still(3, 2);
    Vocabulary const words = m.vocabulary();
    // activity 0 is what the cells show; activity 1 of type 0 is a measure of it: x / (x + 1)
    base(m, 0, words.of(behaviour::activity, 0)) = 7;
    base(m, 1, words.of(behaviour::activity, 0)) = 2;
    m.rules = {{0, words.of(signal::on_neighbours, 0), words.of(behaviour::activity, 1), true, 1, 1, 1, false},
               {0, words.of(signal::contacts, 1), behaviour::phagocytosis, true, 1, 1, 1, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.add(1, {108, 100, 100}, 5);
    s.cells.add(0, {92, 100, 100}, 5);
    s.cells.add(2, {100, 112, 100}, 5);         // does not show it: counts as 0
    s.cells.add(1, {100, 100, 111}, 5);         // dead
    s.cells.add(1, {100, 100, Real(87.4)}, 5);  // too far off
    s.cells.add(0, {20, 20, 20}, 5);            // alone
    s.cells.state[4] = CellState::apoptotic;
    m.types[1].apoptosis_duration = 1000;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, 1);
    double const mean = (2 + 7 + 0) / 3.0;
    EXPECT_TRUE(close(activity_of(*engine, 1, 1), mean / (1 + mean)));
    EXPECT_TRUE(close(activity_of(*engine, 1, 3), 7.0 / 8));
    EXPECT_EQ(activity_of(*engine, 1, 7), 0);
    EXPECT_EQ(activity_of(*engine, 0, 5), 0);  // the dead have none
}

TEST_P(ActivitiesOnEveryEngine, AreReadAsTheyWereBeforeTheStep) {
    // Two cells that copy each other in one time constant exchange their values for ever; read half-way, they would agree.
    Model m = still(1, 1);
    Vocabulary const words = m.vocabulary();
    int const shown = words.of(behaviour::activity, 0);
    Real const steep = 1000;  // linear response: x/1000 · 1000
    m.rules = {{0, words.of(signal::on_neighbours, 0), shown, true, steep, steep, 1, false}};
    m.types[0].response_times = {{shown, Real(1e-3), 1, Real(0.8), 1}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.add(0, {108, 100, 100}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    double const first = activity_of(*engine, 0, 1), second = activity_of(*engine, 0, 2);
    ASSERT_GT(std::fabs(first - second), 0.01);
    live(*engine, 1, 10);
    EXPECT_TRUE(close(activity_of(*engine, 0, 1), second / (1 + second / 1000), 1e-5));
    EXPECT_TRUE(close(activity_of(*engine, 0, 2), first / (1 + first / 1000), 1e-5));
}

TEST_P(ActivitiesOnEveryEngine, SpreadUniformlyWhereTheyBegin) {
    Model m = still(1, 1);
    m.types[0].response_times = {{m.vocabulary().of(behaviour::activity, 0), 100, 1, 2, Real(0.25)}};
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 20000, 0, 5, 1);
    m.types[0].mechanics = false;
    auto const engine = make_backend(GetParam());
    auto const begin = [&](std::uint64_t seed) {
        m.seed = seed;
        engine->start(m, s);
        return activities(*engine, 0);
    };
    double sum = 0, squares = 0, low = 9, high = 0;
    auto const values = begin(1);
    for (auto const& [id, x] : values) sum += x, squares += (x - 2) * (x - 2), low = std::min(low, x), high = std::max(high, x);
    EXPECT_NEAR(sum / 20000, 2, 4 * 0.5 / std::sqrt(3 * 20000.0));
    EXPECT_TRUE(close(squares / 20000, 0.25 / 3, 0.03));
    EXPECT_TRUE(low >= 1.5 && low < 1.501 && high <= 2.5 && high > 2.499);
    EXPECT_EQ(begin(1), values);
    EXPECT_NE(begin(2), values);
}

TEST_P(ActivitiesOnEveryEngine, WhatACellBringsFromAnotherTypeReachesTheField) {
    // Type 1 does not secrete by itself. A cell that has become it stops within its time constant: it gives τ more molecules.
    Model m = box(10, 10, 10, 20);
    add_ligand(m, 100, 0);
    for (int t = 0; t < 2; ++t) add_type(m, 5, 2);
    Vocabulary const words = m.vocabulary();
    int const secretion = words.of(behaviour::secretion, 0);
    base(m, 0, secretion) = 1;
    base(m, 0, words.of(behaviour::differentiation, 1)) = std::numeric_limits<Real>::infinity();
    m.types[0].response_times = {{secretion, 50, 1, 1, 0}};
    m.types[1].response_times = {{secretion, 50, 1, 0, 0}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    double const dt = 1, e = std::exp(-dt / 50);
    for (std::uint64_t n = 0; n < 500; ++n) {
        Moment const now{static_cast<double>(n) * dt, dt, n};
        engine->sort(), engine->exchange(now), engine->transport(now), engine->sense(now), engine->behave(now), engine->apply(now);
    }
    ASSERT_EQ(living(*engine, 1), 1u);
    // one step as type 0, one with the value it brought, then e, e², …
    EXPECT_TRUE(close(engine->totals().ligands[0].secreted, dt + dt / (1 - e), 1e-3));
}

/// One cell of type 0 that was fed for a while: both activities are on their way from 0 to 1, the second through a chain.
class OnTheWay : public ActivitiesOnEveryEngine {
protected:
    OnTheWay() : m(still(2, 3)) {
        Vocabulary const words = m.vocabulary();
        for (int a = 0; a < 3; ++a) activity[a] = words.of(behaviour::activity, a);
        for (int t = 0; t < 2; ++t)
            for (int a = 0; a < 3; ++a) m.rules.push_back({t, signal::age, activity[a], true, 1, Real(1e-3), 8, false});
        m.types[0].response_times = {{activity[0], 100, 1, 0, 0}, {activity[1], 80, 4, 0, 0}, {activity[2], 60, 3, 0, 0}};
        m.types[1].response_times = {{activity[0], 50, 1, Real(0.25), 0}, {activity[1], 40, 2, Real(0.25), 0}};
        m.types[0].apoptosis_duration = 1e6;
        s = empty_state(m);
        s.cells.add(0, {100, 100, 100}, 5);
        s.cells.born[0] = -1;
    }
    std::unique_ptr<Backend> start() const {
        auto engine = make_backend(GetParam());
        engine->start(m, s);
        live(*engine, 10, 5);
        EXPECT_TRUE(close(activity_of(*engine, 0, 1), arrived(50, 100, 1)));
        EXPECT_TRUE(close(activity_of(*engine, 1, 1), arrived(50, 20, 4)));
        return engine;
    }
    Model m;
    InitialState s;
    int activity[3] = {};
};

TEST_P(OnTheWay, GoesOnInACellThatChangesItsType) {
    m.types[0].base[m.vocabulary().of(behaviour::differentiation, 1)] = std::numeric_limits<Real>::infinity();
    auto engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 1, 5);
    ASSERT_EQ(living(*engine, 1), 1u) << "it changes in its first step";
    // both rows let these take time: they stay, the second now in two stages that begin where the response was
    EXPECT_TRUE(close(activity_of(*engine, 0, 1), arrived(5, 100, 1)));
    double const second = arrived(5, 20, 4);
    EXPECT_TRUE(close(activity_of(*engine, 1, 1), second, 1e-4));
    EXPECT_EQ(activity_of(*engine, 2, 1), 0) << "has no time now: base until the next sense";
    live(*engine, 1, 5, Motion::off, 1);
    double const first = arrived(5, 100, 1);
    EXPECT_TRUE(close(activity_of(*engine, 0, 1), first + (1 - first) * arrived(5, 50, 1), 1e-5));
    EXPECT_TRUE(close(activity_of(*engine, 1, 1), second + (1 - second) * arrived(5, 20, 2), 1e-4));
    EXPECT_TRUE(close(activity_of(*engine, 2, 1), 1));
}

TEST_P(OnTheWay, IsTakenOverByBothDaughters) {
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    m.types[0].cycle_duration = 48;
    auto const engine = start();
    ASSERT_EQ(engine->cell_count(), 2u);
    for (std::uint32_t id : {1, 2}) {
        EXPECT_TRUE(close(activity_of(*engine, 0, id), arrived(50, 100, 1)));
        EXPECT_TRUE(close(activity_of(*engine, 1, id), arrived(50, 20, 4)));
    }
    live(*engine, 4, 5, Motion::off, 10);  // what is under way arrives in both
    for (std::uint32_t id : {1, 2}) EXPECT_TRUE(close(activity_of(*engine, 1, id), arrived(70, 20, 4), 1e-4));
}

TEST_P(OnTheWay, EndsWithTheCellUnlessARuleUpholdsIt) {
    for (Rule& rule : m.rules) rule.applies_to_dead = rule.behaviour == activity[0];
    m.types[0].base[behaviour::apoptosis] = std::numeric_limits<Real>::infinity();
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 4, 5);
    ASSERT_EQ(living(*engine), 0u);
    EXPECT_TRUE(close(activity_of(*engine, 0, 1), arrived(20, 100, 1)));
    EXPECT_EQ(activity_of(*engine, 1, 1), 0);
}

TEST_P(OnTheWay, BeginsAnewInACellThatArrives) {
    m.types[0].base[m.vocabulary().of(behaviour::recruitment, 0)] = Real(0.1);  // some fifty cells after 50 s
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 10, 5);
    HostCells const cells = cells_of(*engine);
    ASSERT_GT(cells.size(), 20u);
    ASSERT_LT(cells.size(), 20000u);
    for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_TRUE(cells.born[i] < 50 || activity_of(*engine, 0, cells.id[i]) == 0);
    EXPECT_TRUE(close(activity_of(*engine, 0, 1), arrived(50, 100, 1)));
}

TEST_P(OnTheWay, IsPartOfTheStateWithAllItsStages) {
    auto const engine = start();
    live(*engine, 1, 5, Motion::off, 10);
    std::uint64_t const fed = engine->state_hash();
    EXPECT_NE(start()->state_hash(), fed);
    // Where something has only entered the chain, the response does not show it yet.
    Model other = m;
    for (Rule& rule : other.rules)
        if (rule.behaviour == activity[1]) rule.half = Real(1e30);
    auto const starving = make_backend(GetParam());
    auto const hash_after = [&](Model const& model, double dt) {
        starving->start(model, s);
        live(*starving, 1, dt);
        return starving->state_hash();
    };
    EXPECT_NE(hash_after(m, 1e-10), hash_after(other, 1e-10));
    EXPECT_LT(activity_of(*starving, 1, 1), 1e-12);
}

TEST_P(OnTheWay, GoesWithItsCellWhereverThatLiesInMemory) {
    m.types[0].base[behaviour::speed] = 1;
    m.types[0].base[behaviour::persistence] = 60;
    m.types[0].mechanics = false;
    Vocabulary const words = m.vocabulary();
    m.rules.push_back({0, words.of(signal::own, 2), activity[0], false, 0, Real(0.2), 2, false});
    m.types[0].response_times[0].initial = 1, m.types[0].response_times[0].spread = 1;
    scatter(s.cells, m.grid, 500, 0, 5, 3);
    auto const run = [&](double speed) {
        m.types[0].base[behaviour::speed] = static_cast<Real>(speed);
        auto engine = make_backend(GetParam());
        engine->start(m, s);
        live(*engine, 10, 5, Motion::on);
        return activities(*engine, 0);
    };
    EXPECT_EQ(run(0), run(2));
}

CRINE_ON_EVERY_ENGINE(ActivitiesOnEveryEngine);
CRINE_ON_EVERY_ENGINE(OnTheWay);

}  // namespace crine::test
