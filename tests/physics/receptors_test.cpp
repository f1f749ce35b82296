#include "crine/units.h"
#include "support/activities.h"
#include "support/engines.h"
#include "support/ledgers.h"
#include "support/models.h"
#include "support/population.h"
#include "support/threads.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <random>

/// Receptors against closed forms (validation C1 to C4), and what they take from fields against the ledger.

namespace crine::test {
namespace {

class Receptors : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kNanomolar = 0.602214076;        // [molecules/µm³]
constexpr double kPerMolar = 1e-9 / kNanomolar;   // 1 /M/s [µm³/s per molecule]
constexpr double kTight = kDouble ? 1e-6 : 1e-5;  ///< of receptors that are few because much binds, float keeps five digits

/// One voxel with one cell in it, which sees the concentration of the voxel: D is so large that nothing keeps ligand from it.
Model well_mixed(double volume, int ligands = 1) {
    Model m = box(1, 1, 1, static_cast<Real>(std::cbrt(volume)));
    for (int l = 0; l < ligands; ++l) add_ligand(m, Real(1e9), 0, Scheme::implicit_euler);
    add_type(m, 5);
    return m;
}
int add_receptor(Model& m, double number, ReceptorRates rates, std::vector<Receptor::Binding> bindings) {
    m.receptors.push_back({"receptor", rates, std::move(bindings)});
    for (CellType& type : m.types) type.receptors.push_back(number), type.base.push_back(static_cast<Real>(rates.synthesis));
    return static_cast<int>(m.receptors.size()) - 1;
}
InitialState one_cell_and(Model const& m, std::vector<double> const& concentrations) {
    auto state = empty_state(m, [&](int l, Vec3) { return concentrations[static_cast<std::size_t>(l)]; });
    Real const half = m.grid.spacing / 2;
    state.cells.add(0, {half, half, half}, 5);
    return state;
}
void hold(Model& m, int ligand, double value) {
    auto& material = m.materials[static_cast<std::size_t>(ligand)];
    material.fixed = true, material.value = static_cast<Real>(value);
}

/// Free receptors, those inside, and complexes, by how they were named to the model.
struct State {
    double free = 0, inside = 0, active = 0, desensitised = 0;
    double surface() const { return free + active + desensitised; }
};
State state_of(Backend& on, int receptor, int binding = 0) {
    Snapshot s;
    on.snapshot(s, std::vector<bool>(8, false), true);
    auto const& numbers = s.receptors.at(static_cast<std::size_t>(receptor));
    auto const& complexes = numbers.complexes.at(static_cast<std::size_t>(binding));
    return {numbers.free.at(0), numbers.inside.at(0), complexes.active.at(0), complexes.desensitised.at(0)};
}
void advance(Backend& on, double dt, double from, double to) {
    for (long n = std::lround(from / dt); n < std::lround(to / dt); ++n) {
        Moment const now{static_cast<double>(n) * dt, dt, static_cast<std::uint64_t>(n)};
        on.sort();
        on.exchange(now);
        on.transport(now);
        on.bind(now);
        on.check(now);
    }
}

// C1: at equilibrium L/(L + K_d), whatever the step
TEST_P(Receptors, OccupancyAtEquilibrium) {
    for (double dt : {1., 600., 86400.})
        for (auto const& [times_kd, expected] : {std::pair{0.1, 0.0909091}, {1., 0.5}, {10., 0.909091}}) {
            Model m = well_mixed(1e6);
            hold(m, 0, times_kd * 0.1 * kNanomolar);  // k_off / k_on = 0.1 nM
            add_receptor(m, 1000, {}, {{0, 1e7 * kPerMolar, {1e-3}}});
            auto const engine = make_backend(GetParam());
            engine->start(m, one_cell_and(m, {times_kd * 0.1 * kNanomolar}));
            advance(*engine, dt, 0, std::max(20000., 20 * dt));
            State const s = state_of(*engine, 0);
            EXPECT_TRUE(close(s.active / s.surface(), expected, kTight)) << dt;
        }
}

// C1: the way there, exact at any step while the concentration is held
TEST_P(Receptors, OccupancyInTime) {
    for (double dt : {10., 1.}) {
        Model m = well_mixed(1e6);
        hold(m, 0, kNanomolar);
        add_receptor(m, 1000, {}, {{0, 1e7 * kPerMolar, {1e-3}}});
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell_and(m, {kNanomolar}));
        double before = 0;
        for (auto const& [time, expected] : {std::pair{10., 0.0946962}, {60., 0.439226}, {300., 0.875561}, {1000., 0.909076}}) {
            advance(*engine, dt, before, time);
            State const s = state_of(*engine, 0);
            EXPECT_TRUE(close(s.active / s.surface(), expected, kTight)) << dt << " s, at " << time;
            before = time;
        }
    }
}

// C2: receptors that leave little ligand free
TEST_P(Receptors, LigandIsUsedUp) {
    double const volume = 1e6;
    for (double dt : {10., 300.})
        for (auto const& [receptors, ligand, kd, expected] :
             {std::array{1., 1., .1, 0.7298438}, {10., 1., .1, 0.9890242}, {.1, 1., .1, 0.09009805}}) {
            Model m = well_mixed(volume);
            add_receptor(m, receptors * kNanomolar * volume, {}, {{0, 1e7 * kPerMolar, {kd * 1e-9 * 1e7}}});
            auto const engine = make_backend(GetParam());
            engine->start(m, one_cell_and(m, {ligand * kNanomolar}));
            advance(*engine, dt, 0, 60000);
            State const s = state_of(*engine, 0);
            EXPECT_TRUE(close(s.active / kNanomolar / volume, expected, kDouble ? 1e-6 : 1e-5)) << dt << " s";
            Ledger const ledger = engine->totals().ligands[0];
            EXPECT_TRUE(close(ledger.on_receptors, s.active, 1e-6));
            EXPECT_TRUE(close(ledger.on_receptors, ledger.bound, 1e-5));
            EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 1e-5);
        }
}

// C3: TNFR1 of the granuloma model, down-regulated by its ligand
TEST_P(Receptors, DownRegulation) {
    for (double dt : {10., 3600.})
        for (auto const& [picomolar, free, bound] :
             {std::array{1., 1437.364, 30.91106}, {19., 820.5882, 335.2941}, {100., 279.9725, 602.0915}, {1000., 33.64988, 723.6533}}) {
            Model m = well_mixed(1e9);
            double const ligand = picomolar * 1e-3 * kNanomolar;
            hold(m, 0, ligand);
            ReceptorRates rates;
            rates.turnover = 3.8e-4, rates.synthesis = 1500 * 3.8e-4;
            add_receptor(m, 1500, rates, {{0, 2.8e7 * kPerMolar, {2.8e7 * 19e-12, 7.7e-4}}});
            auto const engine = make_backend(GetParam());
            engine->start(m, one_cell_and(m, {ligand}));
            advance(*engine, dt, 0, std::max(60000., 40 * dt));
            State const s = state_of(*engine, 0);
            EXPECT_TRUE(close(s.free, free, kTight)) << picomolar << " pM, " << dt << " s";
            EXPECT_TRUE(close(s.active, bound, kTight)) << picomolar << " pM, " << dt << " s";
        }
}

// C4: two states, exact at any step
TEST_P(Receptors, Desensitisation) {
    for (double dt : {0.2, 20.}) {
        Model m = well_mixed(1e6);
        hold(m, 0, 1e4 * kNanomolar);
        add_receptor(m, 1000, {}, {{0, 1e6, {0, 0, 0.01, 0.002}}});  // bound at once, for ever
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell_and(m, {1e4 * kNanomolar}));
        double before = 0;
        advance(*engine, 1e-5, 0, 1e-5);  // all receptors bind
        for (auto const& [time, expected] : {std::pair{60., 0.572294}, {200., 0.242265}, {4000., 1. / 6}}) {
            advance(*engine, dt, before, time);
            State const s = state_of(*engine, 0);
            EXPECT_TRUE(close(s.active / s.surface(), expected, kTight)) << dt << " s, at " << time;
            before = time;
        }
    }
}

/// One cell with receptors that stay 1000 times fewer than they could be: k_R = k_on R as if they were plain uptake.
Model capturing(Real h, double clearance) {
    int const n = static_cast<int>(std::lround(400 / h));
    Model m = box(n, n, n, h);
    add_ligand(m, 10, Real(1e-3), Scheme::quasi_steady);
    add_type(m, 5);
    m.solver_tolerance = 1e-6;
    m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::secretion, 0))] = 10;
    ReceptorRates rates;
    rates.turnover = 1e-3, rates.synthesis = 1e5 * 1e-3, rates.recycling = 1e6;  // what is bound goes inside and comes back at once
    add_receptor(m, 1e5, rates, {{0, clearance / 1e5, {0, 1e6}}});
    return m;
}

// B3 by receptors: what a cell catches of its own ligand does not depend on the grid, at rest or as it moves
TEST_P(Receptors, CatchTheirOwn) {
    for (Real h : {Real(10), Real(20)})
        for (auto const& [receptors, expected] : {std::pair{1000., 0.0723789}, {5000., 0.280644}, {5e4, 0.795973}}) {
            Model m = capturing(h, receptors * 0.05147671);
            auto state = empty_state(m);
            auto const place = [&](double part) { return static_cast<Real>((m.grid.nx / 2 + part) * h); };
            state.cells.add(0, {place(0.13), place(0.71), place(0.38)}, 5);
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            advance(*engine, 100, 0, 1000);
            Ledger const before = engine->totals().ligands[0];
            advance(*engine, 100, 1000, 1100);
            Ledger const after = engine->totals().ligands[0];
            double const caught = (after.internalised - before.internalised) / (after.secreted - before.secreted);
            EXPECT_TRUE(close(after.secreted - before.secreted, 1000, 1e-4));
            EXPECT_TRUE(close(caught, expected, 0.03)) << "h " << h << ", receptors " << receptors;
            EXPECT_LT(std::fabs(after.imbalance()), kDouble ? 1e-12 : 1e-5);
        }
}

// What a cell ends with depends on the grid no more than on how many receptors it began with: in a cube that holds its walls at 0,
//   s = k_t R + k_e C,   k_on c_s R = (k_off + k_e) C,   c_s = (q - k_e C) / K,   K = 4πDa / (1 - 1.7475646 a/L) with Madelung's constant
TEST_P(Receptors, ForgetHowManyThereWere) {
    double const radius = 5, diffusivity = 10, q = 10, k_on = 0.05147671, k_off = 2.3e-4, k_e = 1e-3, k_t = 1e-3, synthesis = 5;
    for (double h : {2.5, 5., 10.}) {
        int const n = static_cast<int>(80 / h);
        double const conductance = 4 * kPi * diffusivity * radius / (1 - 1.7475646 * radius / 80);
        double complexes = 0;
        for (double low = 0, high = std::min(synthesis, q) / k_e; high - low > 1e-9 * high;) {
            double const c = complexes = (low + high) / 2;
            bool const more = k_on * (q - k_e * c) / conductance * (synthesis - k_e * c) / k_t > (k_off + k_e) * c;
            (more ? low : high) = c;
        }
        for (double at_first : {0., 300., 50000.}) {
            Model m = box(n, n, n, static_cast<Real>(h));
            add_ligand(m, static_cast<Real>(diffusivity), 0, Scheme::quasi_steady);
            for (Face& face : m.ligands[0].faces) face = {FaceKind::value, 0};
            add_type(m, static_cast<Real>(radius));
            m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::secretion, 0))] = static_cast<Real>(q);
            ReceptorRates rates;
            rates.synthesis = synthesis, rates.turnover = k_t;
            add_receptor(m, at_first, rates, {{0, k_on, {k_off, k_e}}});
            auto state = empty_state(m);
            auto const place = [&](double part) { return static_cast<Real>((n / 2 + part) * h); };
            state.cells.add(0, {place(0.13), place(0.31), place(-0.38)}, static_cast<Real>(radius));
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            advance(*engine, 600, 0, 12000);
            EXPECT_TRUE(close(state_of(*engine, 0).active, complexes, 0.01)) << "h " << h << ", first " << at_first;
        }
    }
}

// Tissues at random, of cells of any size that overlap and lie on walls, with ligand they make, take and bind at any rate, at any step: no
// number is below 0, and nothing that was taken comes back.
TEST_P(Receptors, NothingFallsBelowNothing) {
    std::mt19937 bits(11);
    auto const uniform = [&] { return bits() / 4294967296.0; };
    auto const any_of = [&](std::initializer_list<double> values) { return values.begin()[bits() % values.size()]; };
    for (int tissue = 0; tissue < 60; ++tissue) {
        int const nz = static_cast<int>(any_of({1, 5, 12}));
        Real const h = static_cast<Real>(any_of({1.5, 5, 20}));
        Model m = box(12, 9, nz, h);
        m.grid.periodic[0] = bits() % 2 == 0;
        Scheme const scheme = std::array{Scheme::implicit_euler, Scheme::quasi_steady}[bits() % 2];
        add_ligand(m, static_cast<Real>(any_of({0.1, 10, 500})), static_cast<Real>(any_of({1e-5, 1e-2})), scheme);
        constexpr int kTypes = 3;
        for (int t = 0; t < kTypes; ++t) {
            add_type(m, static_cast<Real>(std::exp(3.2 * uniform())), kTypes);
            Vocabulary const words{1, kTypes};
            m.types[static_cast<std::size_t>(t)].base[static_cast<std::size_t>(words.of(behaviour::secretion, 0))] =
                static_cast<Real>(any_of({0, 10, 1e4}));
            m.types[static_cast<std::size_t>(t)].base[static_cast<std::size_t>(words.of(behaviour::uptake, 0))] =
                static_cast<Real>(any_of({0, 100, 1e5, INFINITY}));
        }
        ReceptorRates rates;
        rates.turnover = any_of({0, 1e-3}), rates.synthesis = any_of({0, 5}), rates.recycling = any_of({0, 1e-3});
        add_receptor(m, 300, rates, {{0, any_of({1e-3, 0.1}), {any_of({0, 2e-4, 1}), any_of({0, 1e-3})}}});
        for (CellType& type : m.types) {
            bool const perfect = std::isinf(type.base[static_cast<std::size_t>(m.vocabulary().of(behaviour::uptake, 0))]);
            type.receptors[0] = perfect ? 0 : any_of({0, 300, 1e5});  // a perfect sink leaves receptors nothing
        }
        auto state = empty_state(m, [](int, Vec3) { return 0; });
        for (int t = 0; t < kTypes; ++t)
            scatter(state.cells, m.grid, 4, static_cast<std::uint8_t>(t), m.types[static_cast<std::size_t>(t)].radius, bits());
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        SCOPED_TRACE("tissue " + std::to_string(tissue));
        double const dt = any_of({0.1, 10, 3600});
        Ledger before;
        for (int n = 0; n < 5; ++n) {
            advance(*engine, dt, n * dt, (n + 1) * dt);
            Ledger const now = engine->totals().ligands[0];
            EXPECT_GE(now.taken_up, before.taken_up);
            EXPECT_GE(now.own, before.own);
            EXPECT_GE(now.internalised, before.internalised);
            EXPECT_GE(now.on_receptors, 0);
            before = now;
            Snapshot s;
            engine->snapshot(s, {true}, true);
            for (Real c : s.fields[0]) ASSERT_GE(c, 0);
            for (ReceptorNumbers const& numbers : s.receptors) {  // none, where no type has any
                for (Real free : numbers.free) ASSERT_GE(free, 0);
                for (Real active : numbers.complexes[0].active) ASSERT_GE(active, 0);
            }
        }
    }
}

/// Cells of two types in a closed box with two ligands for one receptor and one more receptor for one of them; everything happens.
struct Busy {
    Model model;
    InitialState state;
};
Busy busy() {
    Busy b;
    Model& m = b.model = box(8, 8, 8, 20);
    m.grid.periodic[0] = true;
    add_ligand(m, 50, Real(1e-4), Scheme::adaptive);
    add_ligand(m, 20, 0, Scheme::tr_bdf2);
    add_type(m, 5, 2), add_type(m, 7, 2);
    Vocabulary const words{2, 2};
    m.types[0].base[static_cast<std::size_t>(words.of(behaviour::secretion, 0))] = 50;
    m.types[0].base[static_cast<std::size_t>(words.of(behaviour::cycle_entry))] = Real(1e-4);
    m.types[0].base[static_cast<std::size_t>(words.of(behaviour::differentiation, 1))] = Real(1e-4);
    m.types[0].cycle_duration = 600;
    m.types[1].base[static_cast<std::size_t>(words.of(behaviour::secretion, 1))] = 20;
    m.types[1].base[static_cast<std::size_t>(words.of(behaviour::uptake, 0))] = 10;
    m.types[1].base[static_cast<std::size_t>(words.of(behaviour::apoptosis))] = Real(2e-4);
    m.types[1].apoptosis_duration = 300;
    ReceptorRates rates;
    rates.turnover = 4e-4, rates.synthesis = 2, rates.recycling = 1e-3, rates.degradation = 5e-4, rates.shedding = 1e-4;
    add_receptor(m, 5000, rates, {{0, 0.02, {1e-3, 1e-3, 2e-3, 1e-3}}, {1, 0.05, {5e-2, 2e-4}, 0}});
    add_receptor(m, 2000, {}, {{0, 0.1, {2}}});
    m.types[1].receptors[1] = 0;  // only the first type has the second receptor
    b.state = empty_state(m, [](int l, Vec3) { return l == 0 ? 0.01 : 0; });
    scatter(b.state.cells, m.grid, 150, 0, 5, 1), scatter(b.state.cells, m.grid, 100, 1, 7, 2);
    return b;
}
void run(Backend& on, int steps, double dt) {
    for (int n = 0; n < steps; ++n) {
        Moment const now{n * dt, dt, static_cast<std::uint64_t>(n)};
        on.sort(), on.exchange(now), on.transport(now), on.bind(now), on.sense(now), on.behave(now), on.move(now), on.apply(now),
            on.check(now);
    }
}

// L8: whatever cells do, every molecule is somewhere
TEST_P(Receptors, LedgersClose) {
    Busy const b = busy();
    for (double dt : {30., 300.}) {
        auto const engine = make_backend(GetParam());
        engine->start(b.model, b.state);
        run(*engine, 40, dt);
        SCOPED_TRACE(dt);
        Totals const totals = expect_ledgers_to_close(*engine);
        for (auto const& ledger : totals.ligands) {
            EXPECT_GT(ledger.on_receptors, 0);
            EXPECT_GT(ledger.internalised, 0);
        }
        Snapshot s;
        engine->snapshot(s, {true, true}, true);
        for (auto const& field : s.fields)
            for (Real c : field) ASSERT_GE(c, 0);
        for (auto const& numbers : s.receptors) {
            for (Real n : numbers.free) ASSERT_GE(n, 0);
            for (auto const& pair : numbers.complexes)
                for (std::size_t i = 0; i < pair.active.size(); ++i) ASSERT_GE(std::min(pair.active[i], pair.desensitised[i]), 0);
        }
    }
}

TEST_P(Receptors, SameBitsOnAnyNumberOfThreads) {
    Busy const b = busy();
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(b.model, b.state);
        run(*engine, 10, 60);
        return engine->state_hash();
    });
}

// a rule may ask for receptors that no cell has, whether or not cells have others
TEST_P(Receptors, NobodyHasAreNeitherBoundNorOccupied) {
    for (double others : {0., 1000.}) {
        Model m = box(1, 1, 1, 100);
        add_ligand(m, 100, 0);
        m.receptors.resize(2), m.receptors[1].bindings = {{0, 0.1, {1e-3}}};
        m.activities = {"occupied", "bound"};
        add_type(m, 5);
        m.types[0].receptors = {0, others};
        Vocabulary const words = m.vocabulary();
        for (auto const& [asked, activity] : {std::pair{signal::occupancy, 0}, {signal::complexes, 1}})
            m.rules.push_back({0, words.of(asked, 0), words.of(behaviour::activity, activity), true, 1, Real(0.5), 1, false});
        auto const engine = make_backend(GetParam());
        engine->start(m, one_cell_and(m, {1}));
        run(*engine, 3, 60);
        EXPECT_EQ(activity_of(*engine, 0, 1), 0) << others;
        EXPECT_EQ(activity_of(*engine, 1, 1), 0) << others;
    }
}

/// Two cells that touch: one presents a membrane ligand, the other has the receptor.
Model pair_of_cells(double k, double internalisation) {
    Model m = box(4, 4, 4, 20);
    m.membrane_ligands.push_back({"Delta", 0});
    add_type(m, 5, 2), add_type(m, 5, 2);
    m.receptors.push_back({"Notch", {}, {{0, k, {0, internalisation}, 1, true}}});
    for (CellType& type : m.types) {
        type.base.resize(static_cast<std::size_t>(m.vocabulary().behaviours()), 0);
        type.receptors = {0}, type.presented = {0};
    }
    return m;
}
InitialState pair_at(Model const& m, Real distance) {
    auto state = empty_state(m);
    state.cells.add(0, {40, 40, 40}, 5), state.cells.add(1, {40 + distance, 40, 40}, 5);
    return state;
}

// R3: A + B → C with as many of each: 1/(1/n + kt), of second order in the step; nothing where cells do not touch
TEST_P(Receptors, BindWhatNeighboursPresent) {
    double const n = 1000, k = 1e-5, time = 100;
    auto const bound_after = [&](double dt, Real distance) {
        Model m = pair_of_cells(k, 0);
        m.types[0].presented[0] = n, m.types[1].receptors[0] = n;
        auto const engine = make_backend(GetParam());
        engine->start(m, pair_at(m, distance));
        advance(*engine, dt, 0, time);
        MembraneLedger const ledger = engine->totals().membrane_ligands[0];
        EXPECT_EQ(ledger.initial, n);
        EXPECT_TRUE(close(ledger.present + ledger.bound, n, kDouble ? 1e-13 : 1e-6));
        EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-13 : 1e-6);
        return ledger.bound;
    };
    double const expected = n - 1 / (1 / n + k * time);
    double const coarse = std::fabs(bound_after(10, 11) - expected), fine = std::fabs(bound_after(5, 11) - expected);
    EXPECT_LT(fine, 0.02 * expected);
    EXPECT_GT(coarse / fine, 1.8);
    EXPECT_LT(bound_after(1e6, 11), n);
    EXPECT_EQ(bound_after(10, 14), 0);
}

// R3: made, bound and taken inside: at equilibrium what is made is what is taken inside, whatever the step
TEST_P(Receptors, NeighboursAtEquilibrium) {
    for (double dt : {10., 1000.}) {
        Model m = pair_of_cells(1e-5, 1e-2);
        m.membrane_ligands[0].turnover = 1e-3;
        Vocabulary const words = m.vocabulary();
        m.types[0].base[static_cast<std::size_t>(words.of(behaviour::presentation, 0))] = 5;
        m.types[1].base[static_cast<std::size_t>(words.of(behaviour::synthesis, 0))] = 2;
        m.receptors[0].rates.turnover = 1e-3;
        auto const engine = make_backend(GetParam());
        engine->start(m, pair_at(m, 11));
        advance(*engine, dt, 0, 100 * std::max(dt, 300.));
        // 5 = k R L + 1e-3 L,  2 = k R L + 1e-3 R
        double ligand = 2000, receptors = 1000;
        for (int n = 0; n < 10000; ++n) ligand = 5 / (1e-5 * receptors + 1e-3), receptors = 2 / (1e-5 * ligand + 1e-3);
        MembraneLedger const ledger = engine->totals().membrane_ligands[0];
        EXPECT_TRUE(close(ledger.present, ligand, 1e-5)) << dt;
        EXPECT_TRUE(close(ledger.bound, 1e-5 * receptors * ligand / 1e-2, 1e-5)) << dt;
        EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 1e-5);
    }
}

CRINE_ON_EVERY_ENGINE(Receptors);

}  // namespace
}  // namespace crine::test
