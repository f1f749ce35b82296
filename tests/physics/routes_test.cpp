#include "crine/units.h"
#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <cmath>
#include <numeric>

/// Who told whom: what cells take, by route and sender, against closed forms and against runs with one sender alone.

namespace crine::test {
namespace {

class Routes : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kRoundOff = kDouble ? 1e-12 : 1e-6;
constexpr double kOn = 0.05147671;  ///< 3.1e7 /M/s [µm³/s]
constexpr double kRadius = 5;       ///< [µm]

int secretion(Model const& m) { return m.vocabulary().of(behaviour::secretion, 0); }
int uptake(Model const& m) { return m.vocabulary().of(behaviour::uptake, 0); }
void secretes(Model& m, int type, double rate) { m.types[type].base[secretion(m)] = static_cast<Real>(rate); }
void takes_up(Model& m, int type, double receptors) { m.types[type].base[uptake(m)] = static_cast<Real>(receptors * kOn); }

void step(Backend& on, double dt, std::uint64_t n) {
    Moment const now{static_cast<double>(n) * dt, dt, n};
    on.sort();
    on.exchange(now);
    on.transport(now);
    on.bind(now);
    on.sense(now);
    on.behave(now);
    on.move(now);
    on.apply(now);
    on.check(now);
}
std::unique_ptr<Backend> after(Device const& device, Model const& m, InitialState const& state, double dt, int steps) {
    auto engine = make_backend(device);
    engine->start(m, state);
    for (int n = 0; n < steps; ++n) step(*engine, dt, static_cast<std::uint64_t>(n));
    return engine;
}

/// Molecules that a receiver has by a route from a sender, of the first ligand.
double received(Totals const& totals, int receiver, Route route, int sender) {
    for (Received const& r : totals.routes)
        if (r.ligand == 0 && r.receiver == receiver && r.route == route && r.sender == sender) return r.molecules;
    ADD_FAILURE() << "no entry for receiver " << receiver << ", sender " << sender;
    return 0;
}
double received_in_all(Totals const& totals) {
    return std::accumulate(totals.routes.begin(), totals.routes.end(), 0.0,
                           [](double sum, Received const& r) { return sum + r.molecules; });
}
/// From a type, by any receiver and route.
double sent(Totals const& totals, int sender) {
    double sum = 0;
    for (Received const& r : totals.routes) sum += r.sender == sender ? r.molecules : 0;
    return sum;
}

// B3, with decay: what an isolated cell catches of its own, whatever the grid; nearly all of it before it gets away
TEST_P(Routes, OwnCapture) {
    constexpr double kFourPiDa = 4 * kPi * 10 * kRadius;
    for (Real h : {Real(10), Real(20)})
        for (auto const& [receptors, expected] : {std::pair{1000., 0.0723789}, {5000., 0.280644}, {5e4, 0.795973}}) {
            int const n = static_cast<int>(std::lround(400 / h));
            Model m = box(n, n, n, h);
            add_ligand(m, 10, Real(1e-3), Scheme::quasi_steady);
            add_type(m, kRadius);
            secretes(m, 0, 10), takes_up(m, 0, receptors);
            m.solver_tolerance = 1e-6;
            m.ligands[0].traced = true;
            auto state = empty_state(m);
            state.cells.add(0, {Real(203), Real(201), Real(198)}, kRadius);
            auto const totals = after(GetParam(), m, state, 1, 1)->totals();
            double const own = received(totals, 0, Route::autocrine, 0), back = received(totals, 0, Route::paracrine, 0);
            EXPECT_TRUE(close(own + back, 10 * expected, 0.03)) << "h " << h << ", receptors " << receptors;
            double const uptake = receptors * kOn, near = uptake / (uptake + kFourPiDa);  // without decay
            EXPECT_LE(own, 10 * near * 1.0001);
            EXPECT_GT(own, 10 * near * 0.93);  // decay takes a twentieth of it
            EXPECT_TRUE(close(received(totals, 0, Route::paracrine, -1), 0, 0, 1e-4));
            EXPECT_TRUE(close(received_in_all(totals), totals.ligands[0].taken_up, kRoundOff));
        }
}

// B4: a secreting cell in a shell of consumers that let nothing out. What it does not catch itself is theirs
TEST_P(Routes, ShellOfConsumers) {
    int const n = 56, consumers = 100;
    for (auto const& [receptors, own] : {std::pair{100., 0.008303963}, {5000., 0.2951168}}) {
        Model m = box(n, n, n, Real(2.5));
        add_ligand(m, 10, 0, Scheme::quasi_steady);
        add_type(m, kRadius, 2), add_type(m, kRadius, 2);
        secretes(m, 0, 10), takes_up(m, 0, receptors), takes_up(m, 1, 1000);
        m.solver_tolerance = 1e-6;
        m.ligands[0].traced = true;
        auto state = empty_state(m);
        state.cells.add(0, {Real(70.4), Real(69.7), 70}, kRadius);
        for (int c = 0; c < consumers; ++c) {  // evenly on the sphere, along a spiral
            double const z = 1 - (2 * c + 1.0) / consumers, phi = c * kPi * (3 - std::sqrt(5.0)), r = 50;
            state.cells.add(1,
                            {static_cast<Real>(70 + r * std::sqrt(1 - z * z) * std::cos(phi)),
                             static_cast<Real>(70 + r * std::sqrt(1 - z * z) * std::sin(phi)), static_cast<Real>(70 + r * z)},
                            kRadius);
        }
        auto const totals = after(GetParam(), m, state, 1, 1)->totals();
        double const itself = received(totals, 0, Route::autocrine, 0) + received(totals, 0, Route::paracrine, 0);
        EXPECT_TRUE(close(itself, 10 * own, 0.03)) << receptors;
        EXPECT_TRUE(close(received(totals, 1, Route::paracrine, 0), 10 * (1 - own), 0.03)) << receptors;
        for (int receiver : {0, 1}) EXPECT_TRUE(close(received(totals, receiver, Route::paracrine, -1), 0, 0, 1e-3));
    }
}

/// Two types that secrete and take up, and a third that only takes up, beside a source, a wall and a decaying field from before; all move.
Model three_types(Scheme scheme) {
    Model m = box(14, 12, 10, 10);
    m.grid.periodic[1] = true;
    m.material_names = {"tissue", "gland"};
    for (std::size_t v = 0; v < m.material.size(); ++v) m.material[v] = v % 7 == 0;
    add_ligand(m, 30, Real(1e-3), scheme);
    m.materials[1].source = Real(2e-6), m.materials[1].diffusivity = 12;
    m.ligands[0].faces[x_low] = {FaceKind::value, Real(0.01)};
    m.ligands[0].faces[z_high] = {FaceKind::flux, Real(1e-4)};
    for (int t = 0; t < 3; ++t) {
        add_type(m, kRadius, 3);
        m.types[t].velocity = {Real(0.02 * t), Real(-0.01), Real(0.015)};
        takes_up(m, t, 1000 * (t + 1));
    }
    secretes(m, 0, 5), secretes(m, 1, 20);
    m.ligands[0].traced = true;
    m.solver_tolerance = 1e-6;
    return m;
}
InitialState scattered(Model const& m) {
    auto state = empty_state(m, [](int, Vec3 p) { return 0.005 + 1e-5 * p.x; });
    for (std::uint8_t t = 0; t < m.types.size(); ++t) scatter(state.cells, m.grid, 30, t, kRadius, 7 + t);
    return state;
}

constexpr Scheme kSchemes[] = {Scheme::adaptive, Scheme::adi, Scheme::tr_bdf2, Scheme::implicit_euler, Scheme::quasi_steady};

TEST_P(Routes, PartsAddUp) {
    for (Scheme scheme : kSchemes) {
        Model m = three_types(scheme);
        if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-3;
        auto const engine = after(GetParam(), m, scattered(m), 20, 8);
        auto const totals = engine->totals();
        EXPECT_TRUE(close(received_in_all(totals), totals.ligands[0].taken_up, kRoundOff)) << static_cast<int>(scheme);
        EXPECT_GT(sent(totals, -1), 0);
        EXPECT_LT(std::fabs(totals.ligands[0].imbalance()), 1e-5);
    }
}

// Where only cells send, nothing is from elsewhere: the parts take the steps of the whole
TEST_P(Routes, NothingFromElsewhere) {
    for (Scheme scheme : kSchemes) {
        Model m = three_types(scheme);
        if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-3;
        m.materials[1].source = 0;
        m.ligands[0].faces[x_low].amount = m.ligands[0].faces[z_high].amount = 0;
        auto state = scattered(m);
        state.fields[0].assign(m.grid.voxels(), 0);
        auto const totals = after(GetParam(), m, state, 20, 8)->totals();
        EXPECT_TRUE(close(sent(totals, -1), 0, 0, 5e-8 * received_in_all(totals))) << static_cast<int>(scheme);
    }
}

// Doses cut the steps of transport to pieces, and blood may have to be asked twice
TEST_P(Routes, PartsAddUpBesideDosesAndBlood) {
    for (Scheme scheme : {Scheme::adaptive, Scheme::tr_bdf2}) {
        Model m = three_types(scheme);
        m.compartments.push_back({"blood", 1e7});
        m.pools.push_back({0, 0, 0.02, 1e-3});
        m.ligands[0].circulates = 0;
        m.materials[1].exchange = Real(2e-3);
        Dose bolus, infusion;
        bolus.voxels = {100, 101, 900}, bolus.bolus = 5000, bolus.from = 47;
        infusion.voxels = {300}, infusion.rate = 50, infusion.from = 33, infusion.to = 90;
        m.doses = {bolus, infusion};
        auto const state = scattered(m);
        auto const with = after(GetParam(), m, state, 20, 8);
        auto const totals = with->totals();
        EXPECT_TRUE(close(received_in_all(totals), totals.ligands[0].taken_up, kRoundOff)) << static_cast<int>(scheme);
        for (int receiver : {0, 1, 2}) EXPECT_GT(received(totals, receiver, Route::endocrine, -1), 1);
        m.doses.clear();
        auto const without = after(GetParam(), m, state, 20, 8)->totals();
        double const more = totals.ligands[0].taken_up - without.ligands[0].taken_up;
        double elsewhere = 0;
        for (int receiver : {0, 1, 2})
            elsewhere += received(totals, receiver, Route::paracrine, -1) - received(without, receiver, Route::paracrine, -1);
        EXPECT_TRUE(close(elsewhere, more, 0.02)) << static_cast<int>(scheme);  // a little of the doses comes back from blood
        m.ligands[0].traced = false, m.doses = {bolus, infusion};
        EXPECT_EQ(field(*with, 0, 1), field(*after(GetParam(), m, state, 20, 8), 0, 1));
    }
}

// Transport is linear: from each sender comes what comes where it is alone
TEST_P(Routes, SenderAlone) {
    for (Scheme scheme : {Scheme::adi, Scheme::tr_bdf2, Scheme::implicit_euler, Scheme::quasi_steady}) {
        Model const m = three_types(scheme);
        auto const state = scattered(m);
        auto const together = after(GetParam(), m, state, 20, 8)->totals();
        for (int sender : {0, 1}) {
            Model alone = m;
            alone.ligands[0].traced = false;
            secretes(alone, 1 - sender, 0);
            alone.materials[1].source = 0;
            alone.ligands[0].faces[x_low].amount = alone.ligands[0].faces[z_high].amount = 0;
            auto nothing = state;
            nothing.fields[0].assign(m.grid.voxels(), 0);
            auto const totals = after(GetParam(), alone, nothing, 20, 8)->totals();
            EXPECT_TRUE(close(sent(together, sender), totals.ligands[0].taken_up, 1e-6))
                << static_cast<int>(scheme) << ", sender " << sender;
        }
    }
}

TEST_P(Routes, TracingChangesNothingElse) {
    for (Scheme scheme : kSchemes) {
        Model m = three_types(scheme);
        auto const state = scattered(m);
        auto const traced = after(GetParam(), m, state, 20, 5);
        m.ligands[0].traced = false;
        auto const plain = after(GetParam(), m, state, 20, 5);
        EXPECT_EQ(field(*traced, 0, 1), field(*plain, 0, 1)) << static_cast<int>(scheme);
        EXPECT_EQ(traced->totals().ligands[0].taken_up, plain->totals().ligands[0].taken_up);
        EXPECT_TRUE(plain->totals().routes.empty());
        EXPECT_NE(traced->state_hash(), plain->state_hash());
    }
}

/// A sender and a receiver whose receptors hold a ligand for about a minute before they let it go or go inside.
Model with_receptors() {
    Model m = box(6, 6, 6, 10);
    add_ligand(m, 30, Real(1e-4), Scheme::adaptive);
    m.receptors.push_back({"receptor", {}, {{0, kOn, {0.02, 0.002}}}});
    for (int t = 0; t < 2; ++t) {
        add_type(m, kRadius, 2);
        m.types[t].receptors = {t == 1 ? 5000. : 0.};
    }
    m.types[1].base[m.vocabulary().of(behaviour::synthesis, 0)] = 1;
    secretes(m, 0, 20);
    m.ligands[0].traced = true;
    return m;
}
InitialState pairs(Model const& m, double concentration, int senders) {
    auto state = empty_state(m, [&](int, Vec3) { return concentration; });
    for (int c = 0; c < senders; ++c) state.cells.add(0, {Real(12 + 15 * c), 22, 31}, kRadius);
    for (int c = 0; c < 3; ++c) state.cells.add(1, {Real(14 + 15 * c), 38, 29}, kRadius);
    return state;
}

// What receptors let go is still from whom it came
TEST_P(Routes, ReleasedLigandKeepsItsSender) {
    Model const m = with_receptors();
    int const steps = 60;
    for (double initial : {0., 0.02}) {
        bool const by_cells = initial == 0;
        auto const totals = after(GetParam(), m, pairs(m, initial, by_cells ? 3 : 0), 10, steps)->totals();
        double const from_cells = received(totals, 1, Route::paracrine, 0), from_elsewhere = received(totals, 1, Route::paracrine, -1);
        EXPECT_TRUE(close(by_cells ? from_elsewhere : from_cells, 0, 0, 1e-5 * received_in_all(totals)));
        Ledger const& l = totals.ligands[0];
        double const given = (by_cells ? 3 * 20. * 10 * steps : 0) - l.secreted;  // molecules that receptors let go are not secretion
        double const taken = l.taken_up + l.bound;
        EXPECT_GT(received_in_all(totals) - taken, 0.1 * taken);  // many are bound again
        EXPECT_LT(std::fabs(given), 1e-3 * taken);
    }
}

// Far from saturation receptors are linear too: what comes from each origin, again and again, is what comes where it is alone
TEST_P(Routes, ReleasedLigandOfTwoOrigins) {
    Model m = with_receptors();
    m.types[1].receptors = {50000};
    secretes(m, 0, 0.2);
    double const dt = 5;
    auto const run = [&](double initial, int senders) { return after(GetParam(), m, pairs(m, initial, senders), dt, 120)->totals(); };
    auto const both = run(0.002, 3), cells = run(0, 3), elsewhere = run(0.002, 0);
    EXPECT_TRUE(close(received(both, 1, Route::paracrine, 0), received_in_all(cells), 0.02));
    EXPECT_TRUE(close(received(both, 1, Route::paracrine, -1), received_in_all(elsewhere), 0.02));
    EXPECT_GT(received_in_all(elsewhere), 1.5 * 0.002 * m.grid.voxels() * m.grid.volume());  // many times more than there is
}

// What is bound for good is received once
TEST_P(Routes, BoundForGood) {
    Model m = with_receptors();
    m.receptors[0].bindings[0].rates.dissociation = 0;
    auto const totals = after(GetParam(), m, pairs(m, 0.002, 3), 10, 60)->totals();
    EXPECT_TRUE(close(received_in_all(totals), totals.ligands[0].bound, 1e-5));
    EXPECT_GT(received(totals, 1, Route::paracrine, 0), received(totals, 1, Route::paracrine, -1));
}

TEST_P(Routes, SameBitsOnAnyNumberOfThreads) {
    Model const m = three_types(Scheme::adaptive);
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = after(device, m, scattered(m), 20, 5);
        std::vector<double> molecules;
        for (Received const& r : engine->totals().routes) molecules.push_back(r.molecules);
        return std::pair(engine->state_hash(), molecules);
    });
}

// A cell that touches two others, of which one presents twice as much
TEST_P(Routes, ContactsByPresenter) {
    Model m = box(10, 10, 10, 10);
    m.membrane_ligands.push_back({"Delta", 0, true});
    m.receptors.push_back({"Notch", {}, {{0, 1e-6, {0, 1e-3}, 1, true}}});
    for (int t = 0; t < 3; ++t) {
        add_type(m, kRadius, 3);
        m.types[t].receptors = {t == 0 ? 1000. : 0.};
        m.types[t].presented = {t == 0 ? 0. : 1000. * t};
        m.types[t].moves = m.types[t].mechanics = false;
    }
    auto state = empty_state(m);
    state.cells.add(0, {50, 50, 50}, kRadius), state.cells.add(1, {41, 50, 50}, kRadius), state.cells.add(2, {59, 50, 50}, kRadius);
    auto const totals = after(GetParam(), m, state, 60, 10)->totals();
    double const one = received(totals, 0, Route::juxtacrine, 1), two = received(totals, 0, Route::juxtacrine, 2);
    EXPECT_GT(one, 1);
    EXPECT_TRUE(close(two, 2 * one, 1e-5));
    MembraneLedger const& l = totals.membrane_ligands[0];
    EXPECT_TRUE(close(one + two, l.initial - l.present, 1e-5));
}

// Ligand that only blood brings has come through vessel walls, also what receptors of the tissue let go
TEST_P(Routes, ThroughVesselWalls) {
    Model m = with_receptors();
    m.compartments.push_back({"blood", 1e15});
    m.pools.push_back({0, 0, 0.02});
    m.ligands[0].circulates = 0;
    m.materials[0].exchange = Real(1e-3);
    auto const totals = after(GetParam(), m, pairs(m, 0, 0), 10, 30)->totals();
    EXPECT_GT(received(totals, 1, Route::endocrine, -1), 100);
    EXPECT_TRUE(close(received(totals, 1, Route::endocrine, -1), received_in_all(totals), 1e-5));
}

CRINE_ON_EVERY_ENGINE(Routes);

}  // namespace
}  // namespace crine::test
