#include "crine/model/cell_pool.h"
#include "crine/units.h"
#include "support/engines.h"
#include "support/gamma.h"
#include "support/population.h"
#include "support/threads.h"

#include <cmath>

/// Cells that circulate in a compartment: how many there are against closed forms, and how walls that recruit them empty it.

namespace crine::test {
namespace {

class CellPools : public OnEveryEngine {};

enum Type : int { wall, neutrophil, monocyte, types };

/// A ligand in blood, and walls that recruit nobody yet. Add pools of cells after rates: their numbers go by the vocabulary.
Model tissue() {
    Model m = box(20, 20, 20, 20);
    add_ligand(m, 0, 0);
    for (int t = 0; t < types; ++t) add_type(m, 5, types);
    for (CellType& type : m.types) type.mechanics = type.moves = false;
    m.compartments = {{"blood", 3e15}};
    Pool pool;
    pool.initial = 4;
    m.pools = {pool};
    return m;
}

Real& recruits(Model& m, int type) { return m.types[wall].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::recruitment, type))]; }

CellPool pool_of(int type, double number, double loss = 0, double production = 0) {
    CellPool pool;
    pool.type = type, pool.initial = number, pool.loss = loss, pool.production = production;
    return pool;
}

Rule by_blood(Model const& m, double to, double half, double hill = 2) {
    Rule rule;
    rule.signal = m.vocabulary().of(signal::circulating, 0);
    rule.saturation = static_cast<Real>(to), rule.half = static_cast<Real>(half), rule.hill = static_cast<Real>(hill);
    return rule;
}

InitialState walls(Model const& m, std::size_t n) {
    InitialState s = empty_state(m);
    spread_out(s.cells, n, wall, 5, 20, 20);
    return s;
}

CellPoolState state_of(Backend& on, std::size_t pool = 0) { return on.totals().cell_pools[pool]; }

constexpr double kLoss = 0.1 / kHour;

}  // namespace

TEST(CellTurnoverFormula, IsExactAtAnyStep) {
    for (double const dt : {1.0, 600.0, 1e6}) {
        CellTurnover const step(1e10, 3e5, kLoss, dt);
        double const expected = 3e5 / kLoss + (1e10 - 3e5 / kLoss) * std::exp(-kLoss * dt);
        EXPECT_TRUE(close(1e10 + step.made - step.lost, expected, 1e-14)) << dt;
        EXPECT_EQ(step.made, 3e5 * dt);
        EXPECT_EQ(CellTurnover(1e10, 3e5, 0, dt).lost, 0);
    }
}

TEST(CellTurnoverFormula, NobodyLeavesBeforeWhatIsOwedIsThere) {
    EXPECT_EQ(CellTurnover(-100, 5, kLoss, 20).lost, 0);
    EXPECT_EQ(CellTurnover(-100, 0, kLoss, 20).lost, 0);
    CellTurnover const after(-100, 5, kLoss, 50), whole(0, 5, kLoss, 30);
    EXPECT_TRUE(close(after.lost, whole.lost, 1e-12));
    EXPECT_EQ(after.made, 250);
}

TEST_P(CellPools, RelaxExponentially) {
    Model m = tissue();
    double const production = 3e5;
    m.cell_pools = {pool_of(neutrophil, 1e10, kLoss, production), pool_of(monocyte, 2e9, kLoss, kLoss * 2e9)};
    for (double const dt : {600.0, 5 * kHour}) {
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        live(*engine, 10, dt);
        CellPoolState const state = state_of(*engine), rest = state_of(*engine, 1);
        double const end = production / kLoss;
        EXPECT_TRUE(close(state.present, end + (1e10 - end) * std::exp(-kLoss * 10 * dt), 1e-13));
        EXPECT_TRUE(close(state.produced, production * 10 * dt, 1e-14));
        EXPECT_LT(std::fabs(state.imbalance()), 1e-14);
        EXPECT_TRUE(close(rest.present, 2e9, 1e-13));  // is made as it is lost
        EXPECT_TRUE(close(rest.lost, kLoss * 2e9 * 10 * dt, 1e-13));
    }
}

// without loss N = N_0 + p_0 t + (p - p_0)(t - θ Σ gamma_k), k from 1 to the number of stages: what is under way has not come yet
TEST_P(CellPools, ProductionFollowsBloodThroughItsStages) {
    double const before = 1e5, to = 9e5, delay = 6 * kHour;
    for (int const stages : {0, 1, 4}) {
        Model m = tissue();
        CellPool pool = pool_of(neutrophil, 1e10, 0, before);
        pool.rules = {by_blood(m, to, 2)};  // 4 of half 2, hill 2: 0.8 of the way
        pool.stages = stages, pool.response_time = delay;
        m.cell_pools = {pool};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        double const target = before + 0.8 * (to - before), dt = 1000;
        for (std::uint64_t n = 1; n <= 40; ++n) {
            live(*engine, 1, dt, Motion::off, n - 1);
            double const t = static_cast<double>(n) * dt, theta = delay / std::max(stages, 1);
            double under_way = 0;
            for (int k = 1; k <= stages; ++k) under_way += theta * arrived(t, theta, k);
            CellPoolState const state = state_of(*engine);
            double const production = before + (target - before) * (stages == 0 ? 1 : arrived(t, theta, stages));
            EXPECT_TRUE(close(state.production, production, 1e-7)) << stages << " stages, " << t << " s";
            EXPECT_TRUE(close(state.produced, before * t + (target - before) * (t - under_way), 1e-7))
                << stages << " stages, " << t << " s";
            EXPECT_LT(std::fabs(state.imbalance()), 1e-14);
        }
    }
}

// of one stage, with loss: dN/dt = p_0 + (p - p_0)(1 - e^{-t/θ}) - k N
TEST_P(CellPools, WhileProductionChangesTheNumberIsOfOrder2) {
    double const before = kLoss * 1e10, to = 5 * before, theta = 4 * kHour, end = 20 * kHour;
    Model m = tissue();
    CellPool pool = pool_of(neutrophil, 1e10, kLoss, before);
    pool.rules = {by_blood(m, to, 1e-6, 4)};  // all the way
    pool.stages = 1, pool.response_time = theta;
    m.cell_pools = {pool};
    double const rise = (to - before) / kLoss, decay = std::exp(-kLoss * end);
    double const lag = (to - before) / (kLoss - 1 / theta) * (std::exp(-end / theta) - decay);
    double const exact = 1e10 + rise * (1 - decay) - lag;
    auto const error = [&](std::uint64_t steps) {
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        live(*engine, steps, end / static_cast<double>(steps));
        return state_of(*engine).present - exact;
    };
    double const coarse = error(20), fine = error(40);
    EXPECT_LT(std::fabs(coarse), 1e-3 * exact);
    EXPECT_NEAR(coarse / fine, 4, 0.2);
}

TEST_P(CellPools, ProductionMayFollowTime) {
    Model m = tissue();
    CellPool pool = pool_of(neutrophil, 1e6, 0, 100);
    Rule rule;
    rule.signal = signal::time, rule.increases = false, rule.saturation = 0, rule.half = 950, rule.hill = 400;
    pool.rules = {rule};
    m.cell_pools = {pool};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    live(*engine, 20, 100);  // signals are those of the beginning of a step: of 0 to 900 s it is made, of 1000 s and later not
    EXPECT_TRUE(close(state_of(*engine).produced, 100 * 1000, 1e-5));
}

TEST_P(CellPools, WallsTakeWhatThereIsAndNoMore) {
    Model m = tissue();
    m.represents = 7.5;
    recruits(m, neutrophil) = Real(2e-2);
    m.cell_pools = {pool_of(neutrophil, 3000)};
    auto const engine = make_backend(GetParam());
    engine->start(m, walls(m, 1000));
    live(*engine, 100, 10);
    CellPoolState const state = state_of(*engine);
    Totals const totals = engine->totals();
    EXPECT_LE(state.present, 0);
    EXPECT_GT(state.present, -0.1 * 3000);
    EXPECT_EQ(state.recruited, 7.5 * static_cast<double>(totals.recruited[neutrophil]));
    EXPECT_EQ(totals.live[neutrophil], totals.recruited[neutrophil]);
    EXPECT_EQ(state.present, 3000 - state.recruited);
    live(*engine, 100, 10, Motion::off, 100);
    EXPECT_EQ(state_of(*engine).recruited, state.recruited);  // nobody is left
}

// recruitment is a loss at the rate Q / N_0, Q the cells that all walls take in at N_0: N' = p - (k + Q/N_0) N
TEST_P(CellPools, RecruitmentIsInProportionToTheNumber) {
    Model m = tissue();
    std::size_t const n = 5000;
    double const rate = 2e-3, number = 1e4, loss = 2e-3, production = loss * number;
    m.represents = 5;
    recruits(m, neutrophil) = static_cast<Real>(rate);
    m.cell_pools = {pool_of(neutrophil, number, loss, production)};
    auto const engine = make_backend(GetParam());
    engine->start(m, walls(m, n));
    double const all = loss + static_cast<double>(n) * rate * m.represents / number, end = production / all;
    for (std::uint64_t hundred = 0; hundred < 4; ++hundred) {
        live(*engine, 100, 1, Motion::off, 100 * hundred);
        CellPoolState const state = state_of(*engine);
        double const t = 100 * static_cast<double>(hundred + 1), expected = end + (number - end) * std::exp(-all * t);
        double const taken = static_cast<double>(engine->totals().recruited[neutrophil]);
        double const step = all * all * t / 2 * (number - end) * std::exp(-all * t);  // walls see the number at the beginning of their step
        EXPECT_NEAR(state.present, expected, 4 * m.represents * std::sqrt(taken) + step) << t;
        EXPECT_LT(std::fabs(state.imbalance()), 1e-14);
    }
}

TEST_P(CellPools, OfTwoTypesOnlyThatComesOfWhichThereAreSome) {
    Model m = tissue();
    recruits(m, neutrophil) = recruits(m, monocyte) = Real(1e-3);
    m.cell_pools = {pool_of(neutrophil, 200)};  // no limit to monocytes
    auto const engine = make_backend(GetParam());
    engine->start(m, walls(m, 1000));
    live(*engine, 100, 10);
    Totals const before = engine->totals();
    EXPECT_NEAR(static_cast<double>(before.recruited[neutrophil]), 200, 20);
    EXPECT_NEAR(static_cast<double>(before.recruited[monocyte]), 1000, 4 * std::sqrt(1000));
    live(*engine, 100, 10, Motion::off, 100);
    Totals const after = engine->totals();
    EXPECT_NEAR(static_cast<double>(after.recruited[neutrophil]), 200, 20);
    EXPECT_NEAR(static_cast<double>(after.recruited[monocyte]), 2000, 4 * std::sqrt(2000));
    EXPECT_EQ(after.recruited[neutrophil] + after.recruited[monocyte] + 1000, engine->cell_count());
}

TEST_P(CellPools, AreTheSameOnAnyNumberOfThreads) {
    if (GetParam().kind != Device::Kind::cpu) GTEST_SKIP() << "threads are the CPU's";
    Model m = tissue();
    m.represents = 3;
    recruits(m, neutrophil) = Real(2e-3), recruits(m, monocyte) = Real(1e-3);
    CellPool first = pool_of(neutrophil, 1e4, 1e-4, 1);
    first.rules = {by_blood(m, 30, 2)};
    first.stages = 3, first.response_time = 500;
    m.cell_pools = {first, pool_of(monocyte, 1e3, 1e-5, 0.01)};
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(m, walls(m, 500));
        live(*engine, 60, 20);
        CellPoolState const state = state_of(*engine);
        EXPECT_GT(state.recruited, 1000);
        return std::tuple(engine->state_hash(), state.present, state.produced, state_of(*engine, 1).present);
    });
}

TEST_P(CellPools, AreInTheHashOfTheState) {
    auto const hash = [&](double number, int stages) {
        Model m = tissue();
        CellPool pool = pool_of(neutrophil, number, 0, 1);
        pool.rules = {by_blood(m, 2, 2)}, pool.stages = stages, pool.response_time = 60;
        m.cell_pools = {pool};
        auto const engine = make_backend(GetParam());
        engine->start(m, walls(m, 3));
        return engine->state_hash();
    };
    EXPECT_NE(hash(1000, 0), hash(1001, 0));
    EXPECT_NE(hash(1000, 1), hash(1000, 2));
}

CRINE_ON_EVERY_ENGINE(CellPools);

}  // namespace crine::test
