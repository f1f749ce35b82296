#include "crine/model/store.h"

#include "crine/units.h"
#include "support/engines.h"
#include "support/ledgers.h"
#include "support/models.h"
#include "support/population.h"
#include "support/threads.h"

#include <cmath>

/// L1: what cells keep ready of a ligand and let out, against closed forms and the ledger.

namespace crine::test {
namespace {

class Stores : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kRoundOff = kDouble ? 1e-13 : 1e-6;
constexpr double kAmount = 1e6;  ///< [molecules]

/// One voxel of 10⁶ µm³ for one or more cells with a store.
Model well_mixed(double release, double refill, int types = 1) {
    Model m = box(1, 1, 1, 100);
    add_ligand(m, 100, 0, Scheme::adaptive);
    for (int t = 0; t < types; ++t) add_type(m, 5, types);
    m.types[0].stores = {{0, kAmount, refill}};
    m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::release, 0))] = static_cast<Real>(release);
    return m;
}
InitialState one_cell(Model const& m) {
    auto state = empty_state(m);
    state.cells.add(0, {50, 50, 50}, 5);
    return state;
}
void advance(Backend& on, int steps, double dt, int done = 0) {
    for (int n = done; n < done + steps; ++n) {
        Moment const now{n * dt, dt, static_cast<std::uint64_t>(n)};
        on.sort(), on.exchange(now), on.transport(now), on.bind(now), on.sense(now), on.behave(now), on.apply(now), on.check(now);
    }
}
std::vector<Real> stored(Backend& on, std::size_t ligand = 0) {
    Snapshot s;
    on.snapshot(s, std::vector<bool>(8, false), true);
    return s.stores.at(ligand);
}

// two halves of a step are the step, and what is in the store and what came out is what was in it and came in
TEST(StoreStep, IsExactAtAnyLength) {
    for (double refill : {0., 1e-9, 1e-3, 1.})
        for (double release : {0., 1e-9, 1e-3, 0.1})
            for (double dt : {1e-3, 1., 9.9, 600., 1e6}) {
                StoreStep const whole(3e5, 1e6, refill, release, dt), half(3e5, 1e6, refill, release, dt / 2),
                    rest(half.left, 1e6, refill, release, dt / 2);
                EXPECT_TRUE(close(rest.left, whole.left, 1e-13));
                EXPECT_TRUE(close(half.released + rest.released, whole.released, 1e-13)) << refill << " " << release << " " << dt;
                if (release == 0) continue;
                double const not_filled = refill * whole.released / release;  // k P̄ dt
                EXPECT_TRUE(close(whole.left + whole.released + not_filled, 3e5 + refill * 1e6 * dt, 1e-13))
                    << refill << " " << release << " " << dt;
            }
}

// P = A exp(-r t); the field has the rest
TEST_P(Stores, EmptyIntoTheField) {
    double const release = static_cast<Real>(2e-3);
    for (auto const& [dt, steps] : {std::pair{1., 1200}, {600., 2}}) {
        Model const m = well_mixed(release, 0);
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell(m));
        EXPECT_EQ(stored(*engine)[0], Real(kAmount));
        advance(*engine, steps, dt);
        double const left = kAmount * std::exp(-release * 1200);
        EXPECT_TRUE(close(stored(*engine)[0], left, kRoundOff)) << dt;
        Ledger const ledger = engine->totals().ligands[0];
        EXPECT_TRUE(close(ledger.secreted, kAmount - left, kDouble ? 1e-12 : 1e-5)) << dt;
        EXPECT_TRUE(close(ledger.free, ledger.secreted, kRoundOff)) << dt;
        EXPECT_LT(std::fabs(ledger.imbalance()), kRoundOff);
    }
}

// dP/dt = k (A - P) - r P from P = A, and what has come out meanwhile
TEST_P(Stores, FillUpAgain) {
    double const release = static_cast<Real>(3e-3), refill = 1e-3, time = 1800, both = release + refill;
    double const steady = kAmount * refill / both, left = steady + (kAmount - steady) * std::exp(-both * time);
    double const out = release * (steady * time + (kAmount - steady) * -std::expm1(-both * time) / both);
    for (double dt : {1., 600.}) {
        Model const m = well_mixed(release, refill);
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell(m));
        advance(*engine, static_cast<int>(time / dt), dt);
        EXPECT_TRUE(close(stored(*engine)[0], left, kRoundOff)) << dt;
        EXPECT_TRUE(close(engine->totals().ligands[0].secreted, out, kDouble ? 1e-12 : 1e-5)) << dt;
        advance(*engine, 100, 600, 1000);
        EXPECT_TRUE(close(stored(*engine)[0], steady, kRoundOff));
    }
}

// a signal lets the store out from the step after it is sensed; without it nothing comes out
TEST_P(Stores, BurstWhenARuleSaysSo) {
    for (double signal : {0., 3.}) {
        Model m = box(1, 1, 1, 100);
        add_ligand(m, 100, 0, Scheme::adaptive), add_ligand(m, 100, 0, Scheme::adaptive);
        m.activities = {"fullness"};
        add_type(m, 5);
        Vocabulary const words = m.vocabulary();
        m.types[0].stores = {{0, kAmount, 0}};
        m.rules.push_back({0, words.of(signal::concentration, 1), words.of(behaviour::release, 0), true, Real(0.1), 1, 2, false});
        m.rules.push_back({0, words.of(signal::stored, 0), words.of(behaviour::activity, 0), true, 1, Real(0.5), 1, false});
        auto state = empty_state(m, [&](int l, Vec3) { return l == 1 ? signal : 0; });
        state.cells.add(0, {50, 50, 50}, 5);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        advance(*engine, 5, 10);
        double const rate = 0.1 * signal * signal / (1 + signal * signal), left = std::exp(-rate * 40);
        EXPECT_TRUE(close(stored(*engine)[0] / kAmount, left, kDouble ? 1e-6 : 3e-6)) << signal;
        EXPECT_TRUE(close(engine->totals().ligands[0].secreted, kAmount - stored(*engine)[0], 1e-5, signal > 0 ? 1e-30 : 0)) << signal;
        Snapshot s;
        engine->snapshot(s, {false, false}, true);
        EXPECT_TRUE(close(s.activities[0][0], left / (left + 0.5), 1e-5)) << signal;
    }
}

// the field's sources end with the burst, though cells do nothing else that changes them
TEST_P(Stores, StopToFlow) {
    Model m = well_mixed(1e-2, 0);
    Vocabulary const words = m.vocabulary();
    m.rules.push_back({0, signal::time, words.of(behaviour::release, 0), false, 0, 50, 220, false});
    auto const engine = make_backend(GetParam());
    engine->start(m, one_cell(m));
    advance(*engine, 2, 60);
    double const out = engine->totals().ligands[0].secreted;
    EXPECT_TRUE(close(out, kAmount * -std::expm1(-1.2), 1e-5));
    advance(*engine, 5, 60, 2);
    EXPECT_EQ(engine->totals().ligands[0].secreted, out);
    EXPECT_TRUE(close(stored(*engine)[0], kAmount - out, 1e-5));
}

// B3: of what comes out of a store a cell catches as much as of what it secretes, by its uptake and by its receptors, whatever the grid
TEST_P(Stores, ComeOutThroughOwnReceptors) {
    double const on = 0.05147671, expected = 0.280644;  // 5000 receptors
    for (Real h : {Real(10), Real(20)})
        for (bool receptors : {false, true}) {
            int const n = static_cast<int>(std::lround(400 / h));
            Model m = box(n, n, n, h);
            add_ligand(m, 10, Real(1e-3), Scheme::quasi_steady);
            ReceptorRates rates;
            rates.turnover = 1e-3, rates.synthesis = 1e5 * 1e-3, rates.recycling = 1e6;
            if (receptors) m.receptors.push_back({"receptor", rates, {{0, 5000 * on / 1e5, {0, 1e6}}}});
            add_type(m, 5);
            m.solver_tolerance = 1e-6;
            Vocabulary const words = m.vocabulary();
            auto const base = [&](int b) -> Real& { return m.types[0].base[static_cast<std::size_t>(b)]; };
            m.types[0].stores = {{0, 1e9, 0}};
            base(words.of(behaviour::release, 0)) = Real(1e-8);  // 10 molecules/s for days
            if (receptors)
                m.types[0].receptors = {1e5}, base(words.of(behaviour::synthesis, 0)) = Real(100);
            else
                base(words.of(behaviour::uptake, 0)) = static_cast<Real>(5000 * on);
            auto state = empty_state(m);
            auto const place = [&](double part) { return static_cast<Real>((static_cast<double>(n / 2) + part) * h); };
            state.cells.add(0, {place(0.13), place(0.71), place(0.38)}, 5);
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            advance(*engine, 10, 100);
            Ledger const before = engine->totals().ligands[0];
            advance(*engine, 1, 100, 10);
            Ledger const after = engine->totals().ligands[0];
            double const out = after.secreted - before.secreted;
            double const caught = after.internalised - before.internalised + after.taken_up - before.taken_up;
            EXPECT_TRUE(close(out, 1000, 1e-4));
            EXPECT_TRUE(close(caught / out, expected, 0.03)) << "h " << h << (receptors ? ", receptors" : ", uptake");
            EXPECT_LT(std::fabs(after.imbalance()), kDouble ? 1e-12 : 1e-5);
        }
}

// where secretion stops because there is enough, a store still comes out in full
TEST_P(Stores, ComeOutWhateverThereIs) {
    double const release = static_cast<Real>(2e-3);
    Model m = well_mixed(release, 0);
    m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::secretion, 0))] = 1000;
    m.types[0].saturation[0] = 1;
    m.materials[0].fixed = true, m.materials[0].value = 1;
    auto const engine = make_backend(GetParam());
    engine->start(m, one_cell(m));
    advance(*engine, 2, 600);
    EXPECT_TRUE(close(engine->totals().ligands[0].secreted, kAmount * -std::expm1(-release * 1200), kDouble ? 1e-12 : 1e-5));
}

TEST_P(Stores, AreSharedByDaughters) {
    Model m = well_mixed(0, 0);
    m.types[0].base[behaviour::cycle_entry] = std::numeric_limits<Real>::infinity();
    m.types[0].cycle_duration = 1000;
    auto const engine = make_backend(GetParam());
    engine->start(m, one_cell(m));
    advance(*engine, 15, 100);
    ASSERT_EQ(engine->cell_count(), 2u);
    EXPECT_EQ(stored(*engine), (std::vector<Real>{Real(kAmount / 2), Real(kAmount / 2)}));
}

// of another type a cell keeps what both store; the rest it gets in full; the dead have none
TEST_P(Stores, GoAlongWithACell) {
    Model m = box(1, 1, 1, 100);
    add_ligand(m, 100, 0, Scheme::adaptive), add_ligand(m, 100, 0, Scheme::adaptive);
    add_type(m, 5, 2), add_type(m, 5, 2);
    Vocabulary const words = m.vocabulary();
    m.types[0].stores = {{0, 100, 0}}, m.types[1].stores = {{1, 7, 0}, {0, 400, 0}};
    m.types[0].base[static_cast<std::size_t>(words.of(behaviour::differentiation, 1))] = 1;
    auto state = empty_state(m);
    state.cells.add(0, {50, 50, 50}, 5);
    auto engine = make_backend(GetParam());
    engine->start(m, state);
    EXPECT_EQ(stored(*engine, 1)[0], 0);
    advance(*engine, 1, 100);
    ASSERT_EQ(engine->totals().differentiations, 1u);
    EXPECT_EQ(stored(*engine, 0)[0], 100);
    EXPECT_EQ(stored(*engine, 1)[0], 7);

    m.types[1].base[behaviour::apoptosis] = 1, m.types[1].apoptosis_duration = 1e6;
    m.types[1].base[static_cast<std::size_t>(words.of(behaviour::release, 0))] = 1;
    m.types[1].stores[1].refill = 1;
    engine = make_backend(GetParam());
    engine->start(m, state);
    advance(*engine, 2, 100);
    ASSERT_EQ(engine->totals().deaths, 1u);
    EXPECT_EQ(stored(*engine, 0)[0], 0);
    double const out = engine->totals().ligands[0].secreted;
    advance(*engine, 3, 100, 2);
    EXPECT_EQ(stored(*engine, 0)[0], 0);
    EXPECT_EQ(engine->totals().ligands[0].secreted, out);
}

/// Cells that divide, change and die while a wave of what they let out makes others let theirs out.
struct Busy {
    Model model;
    InitialState state;
};
Busy busy() {
    Busy b;
    Model& m = b.model = box(8, 8, 8, 20);
    add_ligand(m, 50, Real(1e-4), Scheme::adaptive), add_ligand(m, 20, Real(1e-4), Scheme::tr_bdf2);
    m.receptors.push_back({"receptor", {}, {{0, 0.02, {1e-3, 1e-3}}}});
    add_type(m, 5, 2), add_type(m, 7, 2);
    Vocabulary const words = m.vocabulary();
    auto const base = [&](int type, int number) -> Real& {
        return m.types[static_cast<std::size_t>(type)].base[static_cast<std::size_t>(number)];
    };
    m.types[0].stores = {{0, 1e6, 1e-3}, {1, 1e5, 0}}, m.types[1].stores = {{1, 2e5, 2e-3}};
    m.types[0].receptors = {5000}, m.types[1].receptors = {0};
    base(0, words.of(behaviour::release, 1)) = Real(1e-3), base(1, words.of(behaviour::uptake, 1)) = 10;
    base(0, words.of(behaviour::cycle_entry)) = base(0, words.of(behaviour::differentiation, 1)) = Real(1e-4);
    base(1, words.of(behaviour::apoptosis)) = Real(2e-4);
    m.types[0].cycle_duration = 600, m.types[1].apoptosis_duration = 300;
    m.rules.push_back({0, words.of(signal::concentration, 1), words.of(behaviour::release, 0), true, Real(0.01), Real(0.05), 2, false});
    m.rules.push_back({1, words.of(signal::concentration, 0), words.of(behaviour::release, 1), true, Real(0.05), Real(0.1), 4, false});
    b.state = empty_state(m);
    scatter(b.state.cells, m.grid, 150, 0, 5, 1), scatter(b.state.cells, m.grid, 100, 1, 7, 2);
    return b;
}

TEST_P(Stores, LedgersClose) {
    Busy const b = busy();
    for (double dt : {30., 300.}) {
        auto const engine = make_backend(GetParam());
        engine->start(b.model, b.state);
        advance(*engine, 40, dt);
        SCOPED_TRACE(dt);
        Totals const totals = expect_ledgers_to_close(*engine);
        for (auto const& ledger : totals.ligands) EXPECT_GT(ledger.secreted, 1e6) << dt;
        for (std::size_t ligand : {0u, 1u})
            for (Real n : stored(*engine, ligand)) ASSERT_GE(n, 0);
    }
}

TEST_P(Stores, SameBitsOnAnyNumberOfThreads) {
    Busy const b = busy();
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(b.model, b.state);
        advance(*engine, 10, 60);
        return engine->state_hash();
    });
}

TEST_P(Stores, AreInTheHash) {
    std::vector<std::uint64_t> hashes;
    for (double amount : {100., 101.}) {
        Model m = well_mixed(0, 0);
        m.types[0].stores[0].amount = amount;
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell(m));
        hashes.push_back(engine->state_hash());
    }
    EXPECT_NE(hashes[0], hashes[1]);
}

CRINE_ON_EVERY_ENGINE(Stores);

}  // namespace
}  // namespace crine::test
