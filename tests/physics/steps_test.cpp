#include "crine/model/synapse.h"
#include "crine/units.h"
#include "host/networks/network_compiler.h"
#include "support/engines.h"
#include "support/ledgers.h"
#include "support/models.h"

#include <array>
#include <cmath>

/// What each process of fields, reactions, receptors, compartments and synapses promises of a step of 1, 10 and 100 times its time scale,
/// against closed forms: the table "What a step promises" of docs/guide/13-steps-and-accuracy.md.

namespace crine::test {
namespace {

class Steps : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kTimes[] = {1, 10, 100};
constexpr Scheme kOneStep[] = {Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::adi};
constexpr Scheme kAll[] = {Scheme::adaptive, Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::adi};

void advance(Backend& on, double dt, int steps) {
    for (int n = 0; n < steps; ++n) {
        Moment const now{n * dt, dt, static_cast<std::uint64_t>(n)};
        on.sort(), on.exchange(now), on.transport(now), on.bind(now), on.check(now);
    }
}
/// The concentrations of uniform fields after some steps.
std::vector<double> after(Device const& device, Model const& m, std::vector<double> const& start, double dt, int steps) {
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [&](int l, Vec3) { return start[static_cast<std::size_t>(l)]; }));
    advance(*engine, dt, steps);
    std::vector<double> found;
    int const ligands = static_cast<int>(start.size());
    for (int l = 0; l < ligands; ++l) {
        auto const all = field(*engine, l, ligands);
        found.push_back(all[0]);
        for (Real const c : all) EXPECT_TRUE(close(c, all[0], 5e-3, 1e-6)) << "uniform fields stay so";
        EXPECT_LT(std::fabs(engine->totals().ligands[static_cast<std::size_t>(l)].imbalance()), kDouble ? 1e-10 : 1e-5);
    }
    return found;
}

// --- fields ---------------------------------------------------------------------------------------------

/// A field of 1 that decays at 1 /s and is fed with `source`, after one step.
double decayed(Device const& device, Scheme scheme, double dt, double source = 0) {
    Model m = box(4, 3, 2, 5);
    add_ligand(m, 100, 1, scheme);
    m.materials[0].source = static_cast<Real>(source);
    return after(device, m, {1}, dt, 1)[0];
}

TEST_P(Steps, DecayIsRightAtAnyAdaptiveStep) {
    for (double z : kTimes)
        for (double source : {0.0, 0.5})
            EXPECT_NEAR(decayed(GetParam(), Scheme::adaptive, z, source), source + (1 - source) * std::exp(-z), 2e-3) << z;
}

// 1/(1 + z): never below 0, but the way is told only to order 1
TEST_P(Steps, DecayByImplicitEulerIsPositiveAndOfOrderOne) {
    for (double z : kTimes)
        for (double source : {0.0, 0.5})
            EXPECT_NEAR(decayed(GetParam(), Scheme::implicit_euler, z, source), source + (1 - source) / (1 + z), 1e-5) << z;
}

TEST_P(Steps, DecayByTrBdf2IsPositiveAndOfOrderTwoWhereResolved) {
    EXPECT_NEAR(decayed(GetParam(), Scheme::tr_bdf2, 1), std::exp(-1), 0.02);
    for (double z : {2.0, 2.5, 3.0, 5.0, 10.0, 100.0, 1e4, 1e8}) {
        double const c = decayed(GetParam(), Scheme::tr_bdf2, z);
        EXPECT_GE(c, -1e-3) << z;
        EXPECT_LE(c, 1 / (1 + z) + 1e-5) << z;
    }
    auto const error = [&](double dt) {
        Model m = box(4, 3, 2, 5);
        add_ligand(m, 100, 1, Scheme::tr_bdf2);
        return after(GetParam(), m, {1}, dt, static_cast<int>(std::lround(2 / dt)))[0] - std::exp(-2);
    };
    EXPECT_NEAR(error(0.5) / error(0.25), 4, 0.5) << error(0.5);
}

TEST_P(Steps, AdiResolvesDecayOrSaysThatItCannot) {
    EXPECT_NEAR(decayed(GetParam(), Scheme::adi, 1), 1.0 / 3, 1e-5);
    for (double z : {10.0, 100.0}) EXPECT_THROW(decayed(GetParam(), Scheme::adi, z), RunError) << z;
}

// Cells that take all there is, in steps of 6000 voxels' diffusion times: nothing below 0, and all molecules add up
TEST_P(Steps, PerfectSinksTakeWhatThereIs) {
    for (Scheme const scheme : {Scheme::adaptive, Scheme::implicit_euler, Scheme::tr_bdf2})
        for (double const dt : {0.05, 5.0, 600.0}) {
            Model m = box(8, 8, 8, 10);
            add_ligand(m, 2000, 0, scheme);
            add_type(m, 5);
            m.types[0].base[static_cast<std::size_t>(m.vocabulary().of(behaviour::uptake, 0))] = std::numeric_limits<Real>::infinity();
            auto state = empty_state(m, [](int, Vec3) { return 1000; });
            for (int n = 0; n < 100; ++n) state.cells.add(0, {Real(5 + 7 * n % 71), Real(5 + 13 * n % 73), Real(5 + 29 * n % 67)}, 5);
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            for (int n = 0; n < 4; ++n) {
                advance(*engine, dt, 1);
                for (Real const c : field(*engine, 0, 1)) ASSERT_GE(c, -1) << dt;
                Ledger const ledger = engine->totals().ligands[0];
                ASSERT_LT(std::fabs(ledger.imbalance()), 1e-5) << dt;
                ASSERT_LE(std::fabs(ledger.corrected), ledger.explained + 1e-6 * ledger.initial) << dt;
                ASSERT_LE(ledger.taken_up, ledger.initial * (1 + 1e-6)) << dt;
            }
        }
}

// What a step changes lies below the last bit of the field: 1e-8 of it, 1000 times
TEST_P(Steps, ManyTinyChangesAddUp) {
    for (Scheme const scheme : kAll) {
        Model m = box(4, 4, 4, 5);
        add_ligand(m, 10, Real(1e-8), scheme);
        add_ligand(m, 10, 0, scheme);
        m.materials[1].source = Real(1e-5);
        auto const c = after(GetParam(), m, {1000, 1000}, 1, 1000);
        EXPECT_NEAR(c[0] - 1000, -1e-2, 1e-3) << static_cast<int>(scheme);
        EXPECT_NEAR(c[1] - 1000, 1e-2, 1e-3) << static_cast<int>(scheme);
    }
}

// --- reactions ------------------------------------------------------------------------------------------

/// So many ligands of one scheme that diffuse, in a small box.
Model ligands(int number, Scheme scheme, Real decay = 0) {
    Model m = box(4, 3, 2, 5);
    for (int l = 0; l < number; ++l) add_ligand(m, 10, decay, scheme);
    m.solver_tolerance = 1e-3;
    return m;
}

// A + B ⇌ C, B in excess: 1 - A is 1 - exp(-rate t) of what it is in equilibrium
TEST_P(Steps, BindingIsRightAtAnyStepOfAnyScheme) {
    for (Scheme const scheme : kAll)
        for (double const z : kTimes) {
            Model m = ligands(3, scheme);
            m.bindings = {{0, 1, 2, Real(0.8e-3), Real(0.2)}};
            auto const c = after(GetParam(), m, {1, 1000, 0}, z, 1);
            EXPECT_NEAR(c[2], 0.8 * -std::expm1(-z), 2e-3) << z;
            EXPECT_NEAR(c[0], 1 - c[2], 1e-5) << z;
        }
}

// An antibody of 1000 that binds A in 1 s, A made at 1 /s and decaying at 0.01 /s: what is left is 1/(1.01), not the 100 there would be
// without it
TEST_P(Steps, AnAntibodyNeutralisesAtAnyStepOfAnyScheme) {
    for (Scheme const scheme : kAll)
        for (double const dt : kTimes) {
            Model m = ligands(3, scheme);
            m.materials[0].decay = Real(0.01), m.materials[0].source = 1;
            m.materials[1].fixed = true, m.materials[1].value = 1000;
            m.bindings = {{0, 1, 2, Real(1e-3), 0}};
            auto const c = after(GetParam(), m, {100, 1000, 0}, dt, static_cast<int>(std::ceil(30 / dt)));
            EXPECT_NEAR(c[0] * 1.01, 1, 0.02) << "step " << dt << ", scheme " << static_cast<int>(scheme);
        }
}

// dA/dt = -V A/(K + A): A + K ln A falls by V t
TEST_P(Steps, SaturableConversionIsRightAtAnyStepOfAnyScheme) {
    for (Scheme const scheme : kAll)
        for (double const z : kTimes) {
            Model m = ligands(2, scheme);
            m.conversions = {{0, {1}, -1, 1, 1}};  // at A << K in 1 s
            auto const c = after(GetParam(), m, {2, 0}, z, 1);
            double low = 0, high = 2;
            for (int n = 0; n < 200; ++n) {
                double const middle = 0.5 * (low + high);
                (middle + std::log(middle) < 2 + std::log(2.0) - z ? low : high) = middle;
            }
            EXPECT_NEAR(c[0], low, 0.01) << z << ", scheme " << static_cast<int>(scheme);
            EXPECT_NEAR(c[0] + c[1], 2, 2e-3);
        }
}

// A ⇌ B by conversions: round in a circle
TEST_P(Steps, ConversionsInACircleAreRightAtAnyStep) {
    for (double const z : kTimes) {
        Model m = ligands(2, Scheme::adaptive);
        m.conversions = {{0, {1}, -1, Real(0.7), 0}, {1, {0}, -1, Real(0.3), 0}};
        auto const c = after(GetParam(), m, {1, 0}, z, 1);
        EXPECT_NEAR(c[0], 0.3 + 0.7 * std::exp(-z), 5e-3) << z;
    }
}

Text text(std::string const& value) { return {value, {"test", 0, 0, ""}}; }
Formula formula(std::string const& value) {
    Formula f;
    f.value = value, f.at = {"test", 0, 0, ""};
    return f;
}
/// Losses of ligands by formulas of their names A, B, …
void add_losses(Model& m, std::vector<std::string> const& rates) {
    NetworkInputs in;
    in.time = text("s"), in.tolerance.value = 1e-4, in.negligible.emplace().value = 1e-6;
    LocalReactions local;
    for (std::size_t l = 0; l < rates.size(); ++l) {
        std::string const name(1, static_cast<char>('A' + l));
        in.species.push_back({text(name), {formula("0"), {}, {}, {}}});
        NetworkReactionInput reaction;
        reaction.from.list = {{text(name), 1}}, reaction.rate = formula(rates[l]);
        in.reactions.push_back(reaction);
        local.ligands.push_back(static_cast<int>(l));
    }
    local.network = compile_local_network(in);
    m.local_reactions.push_back(local);
}

// dA/dt = -A²
TEST_P(Steps, NetworksAreRightAtAnyStepOfAnyScheme) {
    for (Scheme const scheme : kAll)
        for (double const z : kTimes) {
            Model m = ligands(1, scheme);
            add_losses(m, {"A^2"});
            EXPECT_NEAR(after(GetParam(), m, {1}, z, 1)[0], 1 / (1 + z), 2e-3) << z;
        }
}

// A loss of 1e-6 /s beside one of 1 /s, in steps that the fast one asks for: far below the last bit of a 32-bit field
TEST_P(Steps, SlowReactionsBesideFastOnesAreNotLost) {
    for (double const dt : {0.1, 1.0, 10.0}) {
        Model m = ligands(2, Scheme::adaptive);
        m.materials[0].source = 60, m.materials[0].diffusivity = 0, m.materials[1].diffusivity = 0;
        add_losses(m, {"A", "1e-6 * B"});
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3) { return l == 0 ? 60 : 100; }));
        int const steps = static_cast<int>(200 / dt);
        advance(*engine, dt, steps);
        Ledger const ledger = engine->totals().ligands[1];
        EXPECT_TRUE(close(ledger.converted / ledger.initial, -1e-6 * 200, 0.01)) << dt;
    }
}

// x² lost on a half-line that is fed with a flux of 1: c = 6 D/k/(x + x₀)², x₀³ = 12 D²/k
TEST_P(Steps, SteadyGradientsUnderReactionsDoNotDependOnTheScheme) {
    double const exact = 60 / 0.01 / std::pow(12 * 100 / 0.01, 2.0 / 3);
    for (Scheme const scheme : kAll) {
        Model m = box(60, 1, 1, 5);
        add_ligand(m, 10, 0, scheme);
        m.solver_tolerance = 1e-3;
        m.ligands[0].faces[x_low] = {FaceKind::flux, 1};
        add_losses(m, {"0.01 * A^2"});
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [&](int, Vec3 p) { return 6000 / std::pow(p.x + std::cbrt(12e4), 2); }));
        advance(*engine, 100, 6);
        EXPECT_TRUE(close(engine->sample(0, {{0, 2, 2}})[0], exact, 0.02)) << static_cast<int>(scheme);
    }
}

// What takes where there is nothing ends the run, in bounded time, and says of which ligand
TEST_P(Steps, ReactionsThatTakeFromNothingEndTheRun) {
    for (Scheme const scheme : {Scheme::adaptive, Scheme::implicit_euler}) {
        Model m = ligands(2, scheme);
        add_losses(m, {"0.3", "0 * B"});
        try {
            after(GetParam(), m, {1, 1}, 1, 10);
            FAIL() << "it ran";
        } catch (RunError const& error) {
            EXPECT_NE(std::string(error.what()).find("ligand 0"), std::string::npos) << error.what();
        }
    }
}

// --- receptors ------------------------------------------------------------------------------------------

// A cell in a held concentration: R → C at 1 /s, C inside at 0.5 /s, all linear; the two ways of relaxing are eigenvalues of it
TEST_P(Steps, ReceptorsAreRightWhereTheStepResolvesThemAndSettleRightAtAny) {
    for (double const z : kTimes) {
        Model m = box(1, 1, 1, 100);
        add_ligand(m, Real(1e9), 0, Scheme::implicit_euler);
        m.materials[0].fixed = true, m.materials[0].value = 1;
        add_type(m, 5);
        m.receptors.push_back({"receptor", {100, 0.1, 0, 0, 0}, {{0, 1, {0.2, 0.5}}}});
        m.types[0].receptors.push_back(1000), m.types[0].base.push_back(100);
        auto state = empty_state(m, [](int, Vec3) { return 1; });
        state.cells.add(0, {50, 50, 50}, 5);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        auto const complexes = [&] {
            Snapshot s;
            engine->snapshot(s, {false}, true);
            return static_cast<double>(s.receptors[0].complexes[0].active[0]);
        };
        double r = 1000, c = 0;
        for (int n = 0; n < 200000; ++n) {  // explicit midpoint
            double const h = z / 200000;
            auto const slopes = [](double free, double bound) {
                return std::array{100 - 0.1 * free - free + 0.2 * bound, free - 0.7 * bound};
            };
            auto const first = slopes(r, c), middle = slopes(r + h / 2 * first[0], c + h / 2 * first[1]);
            r += h * middle[0], c += h * middle[1];
        }
        advance(*engine, z, 1);
        EXPECT_NEAR(complexes(), c, z == 1 ? 30 : 200) << z;
        EXPECT_GE(complexes(), 0);
        advance(*engine, z, 200);
        EXPECT_TRUE(close(complexes(), 100 / (0.1 * 0.7 + 0.5), 1e-4)) << z;  // synthesis = turnover + what goes inside
    }
}

// --- compartments ---------------------------------------------------------------------------------------

// Clearance at 1 /s and exchange between two, however long the step
TEST_P(Steps, CompartmentsAreRightAtAnyStep) {
    for (double const z : kTimes) {
        Model m = box(1, 1, 1, 10);
        add_ligand(m, 0, 0, Scheme::implicit_euler);
        m.compartments = {{"blood", 1e15}, {"lymph", 2e15}};
        m.pools.resize(2);
        for (int p = 0; p < 2; ++p) m.pools[static_cast<std::size_t>(p)].ligand = 0, m.pools[static_cast<std::size_t>(p)].compartment = p;
        m.pools[0].initial = 1, m.transfers = {{0, 1, 0.75}, {1, 0, 0.25}};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        advance(*engine, z, 1);
        auto const pools = engine->totals().pools;
        EXPECT_TRUE(close(pools[0].present / 1e15, 0.25 + 0.75 * std::exp(-z), 1e-9)) << z;
    }
}

// So little that doubles run out of exponents is nothing, and the run goes on
TEST_P(Steps, WhatIsClearedFromCompartmentsComesToAnEnd) {
    Model m = box(2, 2, 2, 10);
    add_ligand(m, 38, 1, Scheme::adaptive);
    m.compartments = {{"blood", 3e15}};
    m.pools.resize(1);
    m.pools[0].ligand = 0, m.pools[0].clearance = 1, m.pools[0].initial = 1;
    m.ligands[0].circulates = 0, m.materials[0].exchange = Real(1e-4);
    m.represents = 1e7;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int, Vec3) { return 0.02; }));
    advance(*engine, 10, 200);
    PoolState const blood = engine->totals().pools[0];
    EXPECT_LT(std::fabs(blood.imbalance()), 1e-12);
    EXPECT_GE(blood.present, 0);
    EXPECT_LT(blood.present, 1);
}

// --- synapses -------------------------------------------------------------------------------------------

// A cleft from which the enzyme takes all at 1e4 /s, before anything can leave
TEST(Synapses, ClearAtAnyStep) {
    for (double const z : kTimes) {
        SynapseKinetics k;
        k.cleft = {Cleft::Shape::slit, 0.05, 1.6, 3.2, 1e-9, 24};
        k.enzyme.rate = 1e4;
        CleftDynamics const dynamics(k);
        CleftState s{};
        CleftProgress progress;
        s.free[0] = 1e4;
        dynamics.advance(s, z * 1e-4, progress);
        EXPECT_NEAR(dynamics.free(s) / 1e4, std::exp(-z), 2e-3) << z;
        EXPECT_NEAR(progress.flows.hydrolysed + progress.flows.escaped + dynamics.free(s), 1e4, 1e-6);
    }
}

CRINE_ON_EVERY_ENGINE(Steps);

}  // namespace
}  // namespace crine::test
