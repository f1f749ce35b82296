#include "crine/model/synapse.h"

#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <algorithm>
#include <cmath>
#include <random>

/// Validation C11, and what else a synapse owes: quanta, depletion, conservation, pairs of cells.

namespace crine::test {
namespace {

/// The cleft of Land et al. (1984) PNAS 81:1594: D = 0.4 um²/ms, nearest exit 1.6 um.
SynapseKinetics neuromuscular() {
    SynapseKinetics k;
    k.cleft = {Cleft::Shape::slit, 0.05, 1.6, 3.2, 400, 24};
    k.vesicles = {1e4, 200, 0.1, 1, false};
    k.train = {true, 0, 1e-3, 1};  // one spike
    return k;
}
Channels acetylcholine_receptors() { return {1e4, 3.3e7 * kPerMolarSecond, 1e4, 2e4, 1e3, 50, 5}; }

/// A sheet of `pairs` neurons and muscle cells, each pair with one synapse.
struct Junction {
    Model model = box(20, 20, 1, 10);
    InitialState state;

    explicit Junction(SynapseKinetics const& kinetics, std::uint32_t pairs = 1, int ligands = 0) {
        for (int l = 0; l < ligands; ++l) add_ligand(model, 300, 0, Scheme::adaptive);
        for (int t = 0; t < 3; ++t) add_type(model, 5, 3);
        for (CellType& type : model.types) type.apoptosis_duration = type.necrosis_duration = 1e6;
        SynapseType type;
        type.name = "neuromuscular", type.transmitter = "acetylcholine", type.from = 0, type.to = 1, type.kinetics = kinetics;
        type.ligand = ligands - 1;
        model.synapses.push_back(type);
        state = empty_state(model);
        for (std::uint32_t n = 0; n < pairs; ++n) {
            auto const x = static_cast<Real>(n % 10), y = static_cast<Real>(n / 10 % 20);
            state.cells.add(0, {20 * x + 4, 10 * y + 5, 5}, 5);
            state.cells.add(1, {20 * x + 14, 10 * y + 5, 5}, 5);
            state.synapses.push_back({0, 2 * n + 1, 2 * n + 2});
        }
    }
    CellType& neuron() { return model.types[0]; }
    SynapseKinetics& kinetics() { return model.synapses[0].kinetics; }
};

void step(Backend& on, double dt, std::uint64_t& n, double& time) {
    Moment const now{time, dt, n++};
    time += dt;
    on.sort();
    on.exchange(now);
    on.transport(now);
    on.synapse(now);
    on.sense(now);
    on.behave(now);
    on.apply(now);
    on.check(now);
}

/// The course of one junction.
struct Course {
    std::unique_ptr<Backend> engine;
    std::uint64_t steps = 0;
    double time = 0;

    Course(Junction const& junction, Device const& device) : engine(make_backend(device)) { engine->start(junction.model, junction.state); }
    void advance(double dt, int times = 1) {
        for (int n = 0; n < times; ++n) step(*engine, dt, steps, time);
    }
    SynapseRecord record(std::size_t s = 0) { return engine->totals().synapses.at(s); }
};

double leak(SynapseLedger const& l) { return (l.released - l.hydrolysed - l.escaped - l.bound - l.free) / l.released; }

/// Slow rate constant of a cleft without channels: implicit Euler in its slowest mode multiplies by 1 / (1 + rate · dt) exactly.
double slow_rate(SynapseKinetics const& kinetics, double about) {
    CleftDynamics const dynamics(kinetics);
    CleftState a{}, b{};
    a.free[0] = 1e200;
    double const dt = 1 / about;
    double before = 0;
    for (int n = 0; n < 60; ++n) before = dynamics.free(a), dynamics.implicit_step(a, dt, a, a, b), a = b;
    return (before / dynamics.free(a) - 1) / dt;
}

}  // namespace

using SynapseOnEveryEngine = OnEveryEngine;

/// C11: 4 L² / (π² D) = 2.5938 ms, and 0.096288 ms with an esterase of 10 /ms.
TEST_P(SynapseOnEveryEngine, C11TransmitterClearsWithTheSlowTimeConstant) {
    struct Case {
        double enzyme, tau;
        int settle;
    };
    for (Case const c : {Case{0, 2.5938e-3, 3}, Case{1e4, 0.096288e-3, 26}}) {
        SynapseKinetics k = neuromuscular();
        k.enzyme.rate = c.enzyme, k.vesicles.content = 1e15;
        Course run(Junction(k), GetParam());
        run.advance(c.tau, c.settle);
        double const before = run.record().ledger.free;
        run.advance(c.tau);
        EXPECT_TRUE(close(c.tau / std::log(before / run.record().ledger.free), c.tau, 0.002)) << c.enzyme;
        EXPECT_LE(std::fabs(leak(run.record().ledger)), 1e-12);
    }
}

/// C11, and its order: the slow rate of n nodes is (4 D / dx²) sin²(π / 4n), too small by (π / 4n)² / 3.
TEST(Synapse, C11TheSlowRateConvergesWithTheSquareOfTheSpacing) {
    double const exact = kPi * kPi * 400 / (4 * 1.6 * 1.6);
    SynapseKinetics k = neuromuscular();
    double error[3];
    for (int i = 0; i < 3; ++i) {
        k.cleft.nodes = 8 << i;
        error[i] = 1 - slow_rate(k, exact) / exact;
    }
    EXPECT_TRUE(close(error[2], std::pow(kPi / 128, 2) / 3, 0.01)) << error[2];
    EXPECT_NEAR(error[0] / error[1], 4, 0.05);
    EXPECT_NEAR(error[1] / error[2], 4, 0.05);
    k.enzyme.rate = 1e4;
    EXPECT_TRUE(close(1 / slow_rate(k, 1e4), 0.096288e-3, 1e-4));
}

/// The slowest mode of a disc: D j² / L², with the first zero j of the Bessel function J0.
TEST(Synapse, ADiscClearsWithTheFirstZeroOfJ0) {
    double const exact = 400 * std::pow(2.404825557695773 / 1.6, 2);
    SynapseKinetics k = neuromuscular();
    k.cleft.shape = Cleft::Shape::disc;
    double error[2];
    for (int i = 0; i < 2; ++i) {
        k.cleft.nodes = 16 << i;
        error[i] = std::fabs(1 - slow_rate(k, exact) / exact);
    }
    EXPECT_LE(error[1], 1e-3);
    EXPECT_GT(error[0] / error[1], 3.3);
    EXPECT_TRUE(close(CleftDynamics(k).volume(), kPi * 1.6 * 1.6 * 0.05, 1e-12));
}

/// A saturated enzyme works at k_cat E, whatever the concentration.
TEST(Synapse, ASaturatedEnzymeWorksAtItsHighestRate) {
    SynapseKinetics k = neuromuscular();
    k.cleft.diffusivity = 1e-12;
    k.enzyme = {0, 1e3, 1e-3, 50};
    CleftDynamics const dynamics(k);
    CleftState s{};
    CleftProgress progress;
    dynamics.release(s, 1e4, progress);
    // all in one node, with 1/24 of the enzyme
    dynamics.advance(s, 1e-3, progress);
    EXPECT_TRUE(close(progress.flows.hydrolysed, 1e3 * 50 / 24 * 1e-3, 1e-4));
}

/// Nothing leaves, breaks down or desensitises: channels come to C/R = k_on c / k_off, O/C = open / close.
TEST(Synapse, ChannelsComeToTheirEquilibrium) {
    SynapseKinetics k = neuromuscular();
    k.channels = {1e4, 3.3e7 * kPerMolarSecond, 1e3, 2e3, 1e3, 0, 0};
    k.cleft.diffusivity = 1e-12, k.cleft.nodes = 1;
    CleftDynamics const dynamics(k);
    CleftState s{};
    CleftProgress progress;
    dynamics.release(s, 1e4, progress);
    dynamics.advance(s, 1, progress);
    double const c = dynamics.free(s) / dynamics.volume(), bound = s.closed[0], open = s.open[0], vacant = 1e4 - bound - open;
    EXPECT_TRUE(close(bound / vacant, k.channels.k_on * c / 1e3, 1e-6));
    EXPECT_TRUE(close(open / bound, 2, 1e-6));
    EXPECT_TRUE(close(dynamics.free(s) + dynamics.bound(s), 1e4, 1e-9));
}

/// Halving the tolerance's steps by hand: implicit Euler in steps far below every time constant says the same.
TEST(Synapse, AdaptiveStepsAgreeWithVeryShortOnes) {
    SynapseKinetics k = neuromuscular();
    k.channels = acetylcholine_receptors(), k.enzyme.rate = 1e4, k.cleft.nodes = 16;
    CleftDynamics const dynamics(k);
    CleftState s{}, a{}, b{}, half{};
    CleftProgress progress;
    dynamics.release(s, 1e4, progress);
    dynamics.advance(s, 1e-3, progress);
    EXPECT_LT(progress.steps, 200);
    a.free[0] = 1e4, half.free[0] = 1e4;
    for (int n = 0; n < 20000; ++n) dynamics.implicit_step(a, 5e-8, a, a, b), a = b;
    for (int n = 0; n < 40000; ++n) dynamics.implicit_step(half, 2.5e-8, half, half, b), half = b;
    EXPECT_TRUE(close(dynamics.open(s), 2 * dynamics.open(half) - dynamics.open(a), 3e-3));
    EXPECT_TRUE(close(dynamics.bound(s), 2 * dynamics.bound(half) - dynamics.bound(a), 3e-3));
}

/// Any cleft, enzyme and channel, in steps from microseconds to a quarter of an hour: nothing below 0, nothing lost, no more channels bound
/// than there are, and few steps.
TEST(Synapse, KeepsItsMoleculesWhateverItsConstants) {
    std::mt19937 random(1);
    auto const between = [&](double low, double high) {  // on a scale of logarithms
        return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random));
    };
    auto const one_in = [&](unsigned n) { return random() % n == 0; };
    for (int n = 0; n < 500; ++n) {
        SynapseKinetics k;
        k.cleft = {one_in(2) ? Cleft::Shape::slit : Cleft::Shape::disc,
                   between(0.01, 0.1),
                   between(0.1, 10),
                   between(0.1, 10),
                   between(1, 1000),
                   static_cast<int>(4 + random() % 29)};
        if (one_in(3))
            k.enzyme.rate = between(1, 1e6);
        else if (one_in(2))
            k.enzyme = {0, between(1, 1e5), between(1e-3, 1e6), between(1, 1e6)};
        if (!one_in(4))
            k.channels = {between(1, 1e7),
                          between(1e-4, 10),
                          between(1, 1e6),
                          between(1, 1e6),
                          between(1, 1e6),
                          one_in(2) ? between(1e-2, 1e3) : 0,
                          one_in(2) ? between(1e-3, 1e2) : 0};
        CleftDynamics const dynamics(k);
        CleftState s{};
        CleftProgress progress;
        double released = 0;
        for (int quantum = 0; quantum < 4; ++quantum) {
            double const molecules = between(1, 1e7);
            released += molecules;
            dynamics.release(s, molecules, progress);
            dynamics.advance(s, between(1e-6, 1e3), progress);
            for (int i = 0; i < k.cleft.nodes; ++i) {
                EXPECT_TRUE(s.free[i] >= 0 && s.closed[i] >= 0 && s.open[i] >= 0 && s.desensitised[i] >= 0) << n;
                EXPECT_LE(s.closed[i] + s.open[i] + s.desensitised[i], k.channels.number * dynamics.share(i) * (1 + 1e-12)) << n;
            }
        }
        CleftFlows const& out = progress.flows;
        EXPECT_NEAR(out.hydrolysed + out.escaped + dynamics.bound(s) + dynamics.free(s), released, 1e-12 * released) << n;
        EXPECT_GE(std::min({out.hydrolysed, out.escaped, out.captured}), -1e-14 * released) << n;
        EXPECT_LE(progress.steps, 2500) << n;
    }
}

TEST_P(SynapseOnEveryEngine, AnEsteraseMakesTheEndplateCurrentSmallAndShort) {
    SynapseKinetics k = neuromuscular();
    k.channels = acetylcholine_receptors();
    double peak[2], late[2];
    for (int with = 0; with < 2; ++with) {
        k.enzyme.rate = with == 1 ? 1e4 : 0;
        Course run(Junction(k), GetParam());
        run.advance(1e-2);
        peak[with] = run.record().peak;
        run.advance(1e-4);
        late[with] = run.record().open;
        SynapseLedger const l = run.record().ledger;
        EXPECT_LE(std::fabs(leak(l)), 1e-12);
        EXPECT_EQ(l.hydrolysed > 0, with == 1);
        EXPECT_GE(l.captured, l.bound);
    }
    EXPECT_GT(peak[0], 5 * peak[1]);
    EXPECT_GT(late[0] / peak[0], 5 * late[1] / peak[1]);  // and it is over sooner
    EXPECT_GT(peak[1], 0.03);                             // yet one quantum is felt
}

/// 100 Hz: just after spike n the pool is x* + ((1 - u) E)^(n-1) (x₁ - x*), E = exp(-refill T).
TEST_P(SynapseOnEveryEngine, AFastTrainDepletesThePoolAsTheRecursionSays) {
    SynapseKinetics k = neuromuscular();
    k.vesicles = {1e4, 200, 2, 5, false}, k.train = {}, k.enzyme.rate = 1e4;
    Junction junction(k);
    junction.neuron().base[behaviour::firing] = 100;
    Course run(junction, GetParam());
    run.advance(0.1005, 10);
    int const n = 100;
    double const u = 5.0 / 200, keep = (1 - u) * std::exp(-2 * 0.01), first = (1 - u) * 200,
                 settled = (1 - u) * 200 * (1 - std::exp(-2 * 0.01)) / (1 - keep);
    double const after = settled + std::pow(keep, n - 1) * (first - settled);
    double const sum = n * settled + (first - settled) * (1 - std::pow(keep, n)) / (1 - keep);
    SynapseRecord const got = run.record();
    EXPECT_EQ(got.spikes, n);
    EXPECT_TRUE(close(got.vesicles, 200 + (after - 200) * std::exp(-2 * 0.005), 1e-10));
    EXPECT_TRUE(close(got.ledger.released, 1e4 * u / (1 - u) * sum, 1e-10));
    EXPECT_LE(std::fabs(leak(got.ledger)), 1e-12);
}

/// Silence is crossed in a few steps: the same as a step of transport every millisecond.
TEST_P(SynapseOnEveryEngine, ALongSilenceIsJumpedOver) {
    SynapseKinetics k = neuromuscular();
    k.channels = acetylcholine_receptors(), k.train = {true, 0.01, 100, 1.0 / 20}, k.vesicles.released = 20;
    Course once(Junction(k), GetParam()), often(Junction(k), GetParam());
    once.advance(20.011);
    often.advance(0.001, 20011);
    SynapseRecord const a = once.record(), b = often.record();
    EXPECT_EQ(a.spikes, 2);
    EXPECT_TRUE(close(a.vesicles, b.vesicles, 1e-10));
    EXPECT_TRUE(close(a.ledger.released, b.ledger.released, 1e-10));
    EXPECT_TRUE(close(a.ledger.bound, b.ledger.bound, 2e-3));
    EXPECT_TRUE(close(a.ledger.free, b.ledger.free, 2e-3));
    EXPECT_TRUE(close(a.ledger.escaped, b.ledger.escaped, 2e-3));
    EXPECT_LE(std::fabs(leak(a.ledger)), 1e-12);
    EXPECT_LE(std::fabs(leak(b.ledger)), 1e-12);
}

/// What escapes enters the field where the pair is, and the field's ledger knows it.
TEST_P(SynapseOnEveryEngine, WhatEscapesEntersTheFieldAtThePair) {
    SynapseKinetics k = neuromuscular();
    k.channels = acetylcholine_receptors(), k.enzyme.rate = 1e3, k.train = {true, 0, 1, 10};
    Junction junction(k, 13, 2);
    junction.state.synapses.push_back({0, 1, 4});  // two that spill into one voxel, and one between them
    Course run(junction, GetParam());
    run.advance(0.05);
    std::vector<Real> const field = test::field(*run.engine, 1, 2);
    Grid const& g = junction.model.grid;
    for (std::size_t s = 0; s < 13; ++s) {
        double const here = field[g.voxel(2 * static_cast<int>(s % 10), static_cast<int>(s / 10), 0)] * g.volume();
        EXPECT_TRUE(close(here, run.record(s).ledger.escaped, 1e-5)) << s;
    }
    run.advance(0.05, 40);
    Totals const totals = run.engine->totals();
    EXPECT_TRUE(close(totals.ligands[1].secreted, totals.synapse_types[0].ledger.escaped, 1e-12));
    EXPECT_LE(std::fabs(totals.ligands[1].imbalance()), 1e-6);
    EXPECT_EQ(totals.ligands[0].free, 0);
    double content = 0;
    for (Real const c : test::field(*run.engine, 1, 2)) content += static_cast<double>(c) * g.volume();
    EXPECT_TRUE(close(content, totals.synapse_types[0].ledger.escaped, 1e-5));
}

/// A synapse ends with either cell; what it held is set free.
TEST_P(SynapseOnEveryEngine, EndsWhenACellDiesOrBecomesAnother) {
    for (int const fate : {0, 1, 2}) {
        SynapseKinetics k = neuromuscular();
        k.channels = acetylcholine_receptors(), k.train = {true, 0, 1e3, 1000};
        Junction junction(k, 40);
        CellType& type = junction.model.types[fate == 1 ? 1 : 0];
        type.base[fate == 2 ? junction.model.vocabulary().of(behaviour::differentiation, 2) : behaviour::apoptosis] = 10;
        type.apoptosis_duration = 0.05;
        Course run(junction, GetParam());
        run.advance(0.1);  // of 40 about 25 go in it
        run.advance(0.1);
        Totals const totals = run.engine->totals();
        EXPECT_LT(totals.synapse_types[0].active, 30u);
        EXPECT_GT(totals.synapse_types[0].active, 2u);
        for (SynapseRecord const& r : totals.synapses) {
            EXPECT_LE(std::fabs(leak(r.ledger)), 1e-12);
            if (r.active == 0) {
                EXPECT_EQ(r.ledger.free + r.ledger.bound, 0);
                EXPECT_EQ(r.spikes, 100);
            } else {
                EXPECT_EQ(r.spikes, 200);
                EXPECT_GT(r.ledger.bound, 0);
            }
        }
    }
}

/// Both ends of rules: a field drives the neuron, and the muscle answers to open channels.
TEST_P(SynapseOnEveryEngine, RulesReadOpenChannelsAndSetFiring) {
    SynapseKinetics k = neuromuscular();
    k.channels = acetylcholine_receptors(), k.train = {}, k.enzyme.rate = 1e4;
    Junction junction(k, 1, 2);
    Model& m = junction.model;
    m.synapses[0].ligand = -1;
    Vocabulary const words = m.vocabulary();
    m.rules = {{0, words.of(signal::concentration, 0), behaviour::firing, true, 10, 1, 1, false},
               {1, signal::open_channels, words.of(behaviour::secretion, 1), true, 100, Real(1e-3), 1, false}};
    junction.state.fields[0].assign(m.grid.voxels(), 1);  // at half effect: 5 Hz
    Course run(junction, GetParam());
    run.advance(1);  // no one has sensed anything yet
    EXPECT_EQ(run.record().spikes, 0);
    run.advance(1.01, 10);
    SynapseRecord const r = run.record();
    EXPECT_EQ(r.spikes, 50);
    ASSERT_GT(r.open, 1e-6);
    double const before = run.engine->totals().ligands[1].secreted;
    run.advance(1.01);
    double const expected = 100 * (r.open / 1e-3) / (1 + r.open / 1e-3) * 1.01;
    EXPECT_TRUE(close(run.engine->totals().ligands[1].secreted - before, expected, 1e-4));
    Snapshot s;
    run.engine->snapshot(s, {false, false}, true);
    ASSERT_EQ(s.open_channels.size(), 2u);
    EXPECT_EQ(s.open_channels[find(s.cells, 1)], 0);
    EXPECT_TRUE(close(s.open_channels[find(s.cells, 2)], run.record().open, 1e-6));
}

/// Binomial release: mean u v and variance v u (1 - u) at the first spike; whole vesicles.
TEST_P(SynapseOnEveryEngine, StochasticReleaseIsBinomial) {
    SynapseKinetics k = neuromuscular();
    k.vesicles = {1, 50, 0, 10, true};
    Junction junction(k, 200);
    Course run(junction, GetParam());
    run.advance(0.01);
    std::size_t const n = 200;
    ASSERT_TRUE(run.engine->totals().synapses.empty());  // too many to tell one by one
    SynapseRecord const all = run.engine->totals().synapse_types[0];
    double const mean = 10 * n, deviation = std::sqrt(50 * 0.2 * 0.8 * n);
    EXPECT_NEAR(all.ledger.released, mean, 4 * deviation);
    EXPECT_NE(all.ledger.released, mean);
    EXPECT_EQ(all.ledger.released, std::round(all.ledger.released));
    EXPECT_EQ(all.vesicles, 50 * n - all.ledger.released);
}

TEST_P(SynapseOnEveryEngine, SameBitsWithAnyNumberOfThreads) {
    auto const hash = [](Device const& device, std::uint64_t seed, bool stochastic) {
        SynapseKinetics k = neuromuscular();
        k.channels = acetylcholine_receptors(), k.train = {}, k.enzyme.rate = 1e4;
        k.vesicles = {1e4, 50, 1, 5, stochastic};
        Junction junction(k, 110, 1);
        junction.model.seed = seed;
        junction.neuron().base[behaviour::firing] = 20, junction.neuron().base[behaviour::apoptosis] = Real(0.3);
        Course run(junction, device);
        run.advance(0.1, 3);
        return run.engine->state_hash();
    };
    auto const once = same_on_any_number_of_threads(GetParam(), [&](Device const& device) { return hash(device, 1, true); });
    EXPECT_NE(hash(GetParam(), 2, true), once);
    EXPECT_NE(hash(GetParam(), 1, false), once);
}

CRINE_ON_EVERY_ENGINE(SynapseOnEveryEngine);

}  // namespace crine::test
