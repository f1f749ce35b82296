#include "support/engines.h"
#include "support/gamma.h"
#include "support/networks.h"

#include <cmath>

/// Networks as they are compiled and integrated, without cells.

namespace crine::test {
namespace {

/// Nonlinear and nonautonomous, made so that y = 2 + sin t.
std::string const kCurve = "species: {y: 2}\nrates: {y: cos(time) + (2 + sin(time))^2 - y^2}\n";
double curve(double t) { return 2 + std::sin(t); }

// --- accuracy ------------------------------------------------------------------------------------

TEST(NetworkSteps, AreOfOrderThree) {
    Network n = network(kCurve);
    n.tolerance = 1e12;  // takes the steps that it is given
    auto const error = [&](int steps) {
        Integration<1> y(n);
        y.take_steps_of(1e9);
        for (int k = 1; k <= steps; ++k) y.advance(3.0 * k / steps);
        return std::fabs(y.value("y") - curve(3));
    };
    EXPECT_LT(error(80), 1e-5);
    for (int steps : {20, 40, 80}) {
        double const ratio = error(steps) / error(2 * steps);
        EXPECT_GT(ratio, 6.5) << steps;
        EXPECT_LT(ratio, 9.5) << steps;
    }
}

TEST(NetworkSteps, AreAsManyAsTheToleranceNeeds) {
    Network n = network(kCurve + "events: [{when: y < 0, set: {y: 0}}]\n");
    double errors[3] = {}, looks[3] = {};
    for (int k = 0; k < 3; ++k) {
        n.tolerance = 1e-4 * std::pow(1e-2, k);
        Integration<1> y(n);
        y.advance(10);
        errors[k] = std::fabs(y.value("y") - curve(10)), looks[k] = static_cast<double>(y.looks);
        EXPECT_LT(errors[k], 5 * n.tolerance) << n.tolerance;
    }
    for (int k = 0; k < 2; ++k) {
        EXPECT_LT(errors[k + 1], errors[k] / 10);
        EXPECT_GT(looks[k + 1], looks[k] * std::pow(100.0, 1.0 / 3) * 0.6);
        EXPECT_LT(looks[k + 1], looks[k] * std::pow(100.0, 1.0 / 3) * 1.5);
    }
}

/// Robertson (1966): rate constants nine orders of magnitude apart. Values of Hairer & Wanner, "Solving ODEs II", and of LSODE's manual.
TEST(NetworkSteps, AreLongWhereAStiffProblemIsSlow) {
    std::string const text =
        "tolerance: 1e-6\nspecies: {y1: 1, y2: 0, y3: 0}\nreactions:\n"
        "  - {from: y1, to: y2, k: 0.04}\n  - {from: {y2: 2}, to: [y2, y3], k: 3e7}\n  - {from: [y2, y3], to: [y1, y3], k: 1e4}\n"
        "events: [{when: y1 < -1, set: {y1: 0}}]\n";
    Integration<1> y(network(text));
    auto const expect = [&](double y1, double y2, double y3, double within) {
        EXPECT_TRUE(close(y.value("y1"), y1, within));
        EXPECT_TRUE(close(y.value("y2"), y2, within));
        EXPECT_TRUE(close(y.value("y3"), y3, within));
        EXPECT_NEAR(y.value("y1") + y.value("y2") + y.value("y3"), 1, 1e-13);
        EXPECT_GE(y.least(), 0);
    };
    y.advance(0.4);
    expect(0.985172, 3.38640e-5, 1.47940e-2, 2e-5);
    y.advance(40);
    expect(0.7158271, 9.185535e-6, 0.2841637, 2e-5);
    y.advance(4e5);
    expect(4.9382e-3, 1.98500e-8, 0.9950618, 2e-3);  // y2 is far below what is negligible
    EXPECT_LT(y.looks, 3000u);
    EXPECT_FALSE(y.failed);
}

TEST(NetworkSteps, StopWhereANetworkRunsAway) {
    Integration<1> y(network("species: {y: 1}\nrates: {y: y^2}\n"));
    y.advance(0.9);
    EXPECT_FALSE(y.failed);
    EXPECT_TRUE(close(y.value("y"), 10, 1e-2));
    y.advance(2);
    EXPECT_TRUE(y.failed);
}

// --- conservation and signs ----------------------------------------------------------------------

TEST(NetworkSteps, ConserveWhatReactionsConserve) {
    Integration<1> y(
        network("species: {A: 3, B: 2, C: 0.5, D: 1}\nreactions:\n  - {from: [A, B], to: C, k: 2, back: 0.3}\n"
                "  - {from: C, to: {D: 2}, michaelis_menten: {V_max: 5, K_m: 0.1}}\n  - {from: {D: 2}, to: C, k: 0.2}\n"));
    for (int n = 1; n <= 50; ++n) {
        y.advance(0.2 * n);
        EXPECT_NEAR(y.value("A") - y.value("B"), 1, 1e-13);
        EXPECT_NEAR(y.value("A") + y.value("C") + y.value("D") / 2, 4, 1e-13);
    }
}

TEST(NetworkSteps, StayPositiveAlongAChain) {
    Integration<1> y(
        network("species: {A: 1, B: 0, C: 0, D: 0, E: 0}\nreactions:\n  - {from: A, to: B, k: 1}\n  - {from: B, to: C, k: 1}\n"
                "  - {from: C, to: D, k: 1}\n  - {from: D, to: E, k: 1}\n"));
    for (int n = 1; n <= 400; ++n) {
        y.advance(0.05 * n);
        EXPECT_GE(y.least(), 0) << y.time;
        double const t = y.time;
        EXPECT_TRUE(close(y.value("A"), std::exp(-t), 3e-3, 1e-6));
        EXPECT_TRUE(close(y.value("D"), std::exp(-t) * t * t * t / 6, 3e-3, 1e-6)) << t;
        EXPECT_TRUE(close(y.value("E"), arrived(t, 1, 4), 3e-3, 1e-6)) << t;
    }
}

/// A rate that is negative at 0 is not held up there, from whatever it may come.
TEST(NetworkSteps, LetBecomeNegativeWhatMay) {
    for (char const* text : {"species: {B: 0}\nrates: {B: -1}\n", "inputs: {x: -1}\nspecies: {B: 0}\nreactions: [{to: B, rate: x}]\n",
                             "parameters: {x: -1}\nspecies: {B: 0}\nreactions: [{to: B, k: x}]\n",
                             "species: {A: {initial: 2, fixed: true}, B: 0}\nreactions: [{to: B, rate: A}]\n"
                             "events: [{when: time >= 1e-6, set: {A: -1}}]\n"}) {
        Integration<1> y(network(text));
        y.advance(1);
        EXPECT_FALSE(y.failed) << text;
        EXPECT_TRUE(close(y.value("B"), -1, 1e-4)) << text;
    }
}

/// What a cell type says may make negative what the network alone does not.
TEST(NetworkSteps, LetBecomeNegativeWhatACellTypeMakes) {
    std::string const keys = "inputs: {x: 0}\nparameters: {k: 1}\nspecies: {A: 1, B: 0}\nreactions: [{to: B, rate: k * A + x}]\n";
    auto const positive = [&](std::string const& use) {
        return load_text(pathway_text(keys) + "cells: {T: {radius: 5 um, pathways: {P: " + use + "}}}\n").model.pathways.at(0).positive;
    };
    EXPECT_EQ(positive("{}"), (std::vector<std::uint8_t>{1, 1}));
    EXPECT_EQ(positive("{parameters: {k: -1}}"), (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(positive("{inputs: {x: {signal: pressure, times: -1}}}"), (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(positive("{initial: {A: -2}}"), (std::vector<std::uint8_t>{0, 0}));
}

TEST(NetworkSteps, LetBecomeNegativeWhatAnotherNetworkMakes) {
    auto const positive = [&](char const* fed) {
        Model const m = load_text(pathway_text("inputs: {x: 0}\nspecies: {A: 0}\nreactions: [{to: A, rate: x}]\n") +
                                  "  Q: {species: {C: 0, D: 1}, rates: {C: '-1', D: '1'}, assignments: {E: C + D, F: D + 1}}\n"
                                  "  R: {inputs: {x: 0}, species: {B: 0}, rates: {B: x}}\n"
                                  "cells: {T: {radius: 5 um, pathways: {P: {inputs: {x: " +
                                  fed + "}}, Q: {}, R: {inputs: {x: A of P on neighbours}}}}}\n")
                            .model;
        EXPECT_EQ(m.pathways[1].positive, (std::vector<std::uint8_t>{0, 1, 0, 1}));
        EXPECT_EQ(m.pathways[0].positive, m.pathways[2].positive);
        return m.pathways[0].positive.at(0) != 0;
    };
    EXPECT_FALSE(positive("C of Q"));
    EXPECT_FALSE(positive("E of Q on neighbours"));
    EXPECT_TRUE(positive("D of Q on neighbours"));
    EXPECT_TRUE(positive("F of Q"));
}

// --- events --------------------------------------------------------------------------------------

TEST(NetworkEvents, ComeAtTheirTime) {
    Integration<1> y(network(
        "species: {A: 0, seen: {initial: -1, fixed: true}}\nrates: {A: '1'}\nevents: [{when: time >= 3.3, set: {A: 10, seen: time}}]\n"));
    y.advance(3);
    EXPECT_EQ(y.value("seen"), -1);
    y.advance(5);
    EXPECT_NEAR(y.value("seen"), 3.3, 1e-6);
    EXPECT_NEAR(y.value("A"), 10 + 1.7, 1e-6);
    y.advance(50);
    EXPECT_NEAR(y.value("seen"), 3.3, 1e-6) << "only once";
}

std::string const kDecay = "tolerance: 1e-9\nspecies: {A: 1, B: -1, seen: {initial: -1, fixed: true}}\nreactions: [{from: A, k: 1}]\n";

TEST(NetworkEvents, ComeWhereASpeciesCrossesAThreshold) {
    Integration<1> y(network(kDecay + "events: [{when: A < 0.5, set: {seen: time, B: A}}]\n"));
    y.advance(2);
    EXPECT_NEAR(y.value("seen"), std::log(2.0), 1e-6);
    EXPECT_NEAR(y.value("B"), 0.5, 1e-6);
    EXPECT_NEAR(y.value("A"), std::exp(-2), 1e-6);
}

TEST(NetworkEvents, MayBeDelayedWithValuesOfThenOrOfTheirCondition) {
    for (bool then : {false, true}) {
        Integration<1> y(network(kDecay + "events: [{when: A < 0.5, delay: 1 + 0 * A, set: {seen: time, B: A}" +
                                 (then ? ", values: then" : "") + "}]\n"));
        y.advance(std::log(2.0) + 0.99);
        EXPECT_EQ(y.value("seen"), -1);
        y.advance(3);
        EXPECT_NEAR(y.value("seen"), std::log(2.0) + (then ? 1 : 0), 1e-6);
        EXPECT_NEAR(y.value("B"), then ? 0.5 * std::exp(-1) : 0.5, 1e-6);
    }
}

/// A condition that holds from the beginning has not become true; one that holds again has.
TEST(NetworkEvents, ComeWheneverTheirConditionBecomesTrue) {
    Integration<1> y(
        network("species: {n: {initial: 0, fixed: true}, m: {initial: 0, fixed: true}, k: {initial: 0, fixed: true}}\n"
                "events:\n  - {when: sin(time) > 0.5, set: {n: n + 1}}\n  - {when: time >= 0, set: {m: m + 1}}\n"
                "  - {when: n >= 2, set: {k: time}}\n"));
    for (int step = 1; step <= 40; ++step) y.advance(0.5 * step);
    EXPECT_EQ(y.value("n"), 4);
    EXPECT_EQ(y.value("m"), 0);
    EXPECT_NEAR(y.value("k"), std::acos(-1.0) * (2 + 1.0 / 6), 1e-6) << "an event may lead to another";
}

/// The condition comes true at pi/6 + 2 pi n: with a shorter delay each takes effect, with a longer one each takes the place of the one
/// before.
TEST(NetworkEvents, ThatWaitGiveWayToTheNext) {
    for (auto const& [delay, times] : {std::pair{"6", 3}, {"7", 0}}) {
        Integration<1> y(network("species: {n: {initial: 0, fixed: true}}\nevents: [{when: sin(time) > 0.5, delay: " + std::string(delay) +
                                 ", set: {n: n + 1}, values: then}]\n"));
        for (int step = 1; step <= 40; ++step) y.advance(0.5 * step);  // 3 periods and a little
        EXPECT_EQ(y.value("n"), times) << delay;
    }
    Integration<1> y(
        network("species: {seen: {initial: 0, fixed: true}}\n"
                "events: [{when: sin(time) > 0.5 && time < 10, delay: 7, set: {seen: time}}]\n"));
    for (int step = 1; step <= 40; ++step) y.advance(0.5 * step);
    EXPECT_NEAR(y.value("seen"), std::acos(-1.0) * (2 + 1.0 / 6), 1e-6) << "the values are those of the last one";
}

TEST(NetworkEvents, MayComeInTheFirstStep) {
    for (double when : {1e-7, 1e-4, 1e-2}) {
        Network const n = network(
            "parameters: {when: 0}\nspecies: {A: 1, seen: {initial: -1, fixed: true}}\nreactions: [{from: A, k: 1}]\n"
            "events: [{when: time >= when, set: {seen: time}}]\n");
        Integration<1> y(n);
        y.begin(0, {when});
        y.advance(1);
        EXPECT_NEAR(y.value("seen"), when, 1e-8);
    }
}

/// Whatever comes and goes between the ends of a step, of the integrator's own too.
TEST(NetworkEvents, AreNotMissedWithinALongStep) {
    std::string const keys =
        "parameters: {scale: 1}\n"
        "species: {s: 1, hit: {initial: 0, fixed: true}, pulse: {initial: 0, fixed: true}, brief: {initial: 0, fixed: true},\n"
        "          last: {initial: 0, fixed: true}, A: 1, B: 0, hump: {initial: 0, fixed: true}}\n"
        "reactions: [{from: s, k: 0.001}, {from: A, to: B, k: 0.2}, {from: B, k: 0.2}]\n"
        "events:\n"
        "  - {when: sin(time) > 0.99, set: {hit: hit + 1, last: time}}\n"
        "  - {when: time >= 13 && time <= 16, set: {pulse: pulse + 1}}\n"
        "  - {when: time > 17.2 && time < 17.2001, set: {brief: brief + 1}}\n"
        "  - {when: B > 0.36, set: {hump: hump + 1}}\n";  // up to 1/e
    for (double step : {30.0, 6.0, 1.0, 0.1}) {
        Integration<1> y(network(keys));
        for (int n = 1; n <= std::lround(30 / step); ++n) y.advance(step * n);
        EXPECT_EQ(y.value("hit"), 5) << step;
        EXPECT_NEAR(y.value("last"), 8 * std::acos(-1.0) + std::asin(0.99), 1e-6) << step;
        EXPECT_EQ(y.value("pulse"), 1) << step;
        EXPECT_EQ(y.value("brief"), 1) << step;
        EXPECT_EQ(y.value("hump"), 1) << step;
        EXPECT_FALSE(y.failed);
    }
}
TEST(NetworkEvents, OfAConditionThatFlickersByRoundOffEnd) {
    Integration<1> y(
        network("species: {A: 1, n: {initial: 0, fixed: true}}\nrates: {A: 1 - A}\nevents: [{when: A + sin(1e8 * time) * 1e-16 > 1, set: "
                "{n: n + 1}}]\n"));
    y.advance(100);
    EXPECT_FALSE(y.failed);
    EXPECT_NEAR(y.value("A"), 1, 1e-6);
}
TEST(NetworkEvents, AtATimeAreRefused) {
    EXPECT_THROW(network("species: {A: 0}\nevents: [{when: time == 10, set: {A: 1}}]\n"), InputError);
    EXPECT_THROW(network("species: {A: 0}\nevents: [{when: A == 0 && 2 * time == 10, set: {A: 1}}]\n"), InputError);
    EXPECT_NO_THROW(network("species: {A: 0}\nevents: [{when: A == 0 && time >= 10, set: {A: 1}}]\n"));
}

TEST(NetworkEvents, KeepNoMoreThanThereIsRoomFor) {
    auto const events = [](int n) {
        std::string text = "species: {A: 0}\nevents:\n";
        for (int e = 0; e < n; ++e) text += "  - {when: time > " + std::to_string(e + 1) + ", set: {A: " + std::to_string(e) + "}}\n";
        return text;
    };
    EXPECT_LE(network(events(10)).layout.of_events(), kMostKept);
    EXPECT_THROW(network(events(11)), InputError);
}

// --- reactions -----------------------------------------------------------------------------------

/// Made at a constant rate, what arrives after a delay is the integral of the gamma distribution.
TEST(NetworkReactions, MayTakeTime) {
    for (int stages : {1, 4, 9}) {
        double const delay = 2, theta = delay / stages;
        Integration<1> y(network("tolerance: 1e-8\nspecies: {A: 0, B: 0}\nreactions: [{to: {B: 3}, rate: 0.5, delay: 2, stages: " +
                                 std::to_string(stages) + "}]\n"));
        for (double t : {0.5, 2.0, 6.0}) {
            y.advance(t);
            double const expected = 1.5 * (t * arrived(t, theta, stages) - delay * arrived(t, theta, stages + 1));
            EXPECT_TRUE(close(y.value("B"), expected, 1e-5, 1e-8)) << stages << " stages, " << t;
        }
    }
    EXPECT_EQ(network("species: {A: 1, B: 0}\nreactions: [{from: A, to: B, k: 1, delay: 2}]\n").layout.species, 2 + 4);
}

TEST(NetworkReactions, ConserveAmountsBetweenCompartmentsOfDifferentSize) {
    Integration<1> y(
        network("parameters: {scale: 2}\ncompartments: {cytoplasm: scale, nucleus: 0.5}\ntolerance: 1e-6\nspecies:\n"
                "  A: {initial: 1, compartment: cytoplasm}\n  B: {initial: 0, compartment: nucleus}\n"
                "  C: {initial: 0, compartment: nucleus, amount: true}\n"
                "reactions:\n  - {from: A, to: B, k: 0.7, back: 0.2}\n  - {from: B, to: C, k: 0.1}\n"));
    // amounts: a' = -0.7 a + 0.2 b …, which are concentrations times sizes
    Integration<1> amounts(
        network("tolerance: 1e-6\nspecies: {A: 2, B: 0, C: 0}\nreactions:\n  - {from: A, to: B, k: 0.7, back: 0.2}\n  - {from: B, to: C, "
                "k: 0.1}\n"));
    for (double t : {0.5, 2.0, 8.0}) {
        y.advance(t), amounts.advance(t);
        EXPECT_NEAR(2 * y.value("A") + 0.5 * y.value("B") + y.value("C"), 2, 1e-13);
        EXPECT_TRUE(close(2 * y.value("A"), amounts.value("A"), 1e-4));
        EXPECT_TRUE(close(0.5 * y.value("B"), amounts.value("B"), 1e-4));
        EXPECT_TRUE(close(y.value("C"), amounts.value("C"), 1e-4));
    }
}

TEST(NetworkReactions, HaveTheRatesOfTheirLaws) {
    Integration<1> y(
        network("functions: {square: {of: [x], is: x * x}}\nspecies: {S: {initial: 2, fixed: true}, mm: 0, up: 0, down: 0, own: 0, half: "
                "0, used: {initial: 5, fixed: true}}\n"
                "reactions:\n  - {from: S, to: mm, michaelis_menten: {V_max: 3, K_m: 4}}\n"
                "  - {to: up, hill: {activator: S, V_max: 3, half: 4, power: 2}}\n  - {to: down, hill: {inhibitor: S, V_max: 3, half: 4, "
                "power: 2}}\n"
                "  - {to: own, rate: square(S + 1)}\n  - {from: used, to: {half: 0.5}, k: 0.1}\n"));
    y.advance(2);
    EXPECT_TRUE(close(y.value("mm"), 2 * 3 * 2 / (4 + 2.0), 1e-12));
    EXPECT_TRUE(close(y.value("up"), 2 * 3 * 0.25 / 1.25, 1e-12));
    EXPECT_TRUE(close(y.value("down"), 2 * 3 / 1.25, 1e-12));
    EXPECT_TRUE(close(y.value("own"), 2 * 9, 1e-12));
    EXPECT_TRUE(close(y.value("half"), 0.5 * 2 * 0.5, 1e-12));
    EXPECT_EQ(y.value("S"), 2);
    EXPECT_EQ(y.value("used"), 5);
}

TEST(NetworkReactions, LeaveRatesToWhatNoneOfThemChanges) {
    Integration<1> y(network(
        "tolerance: 1e-7\nspecies: {A: 1, clock: {initial: 3, fixed: true}}\nreactions: [{from: A, k: clock / 3}]\nrates: {clock: '3'}\n"));
    y.advance(1);
    EXPECT_TRUE(close(y.value("clock"), 6, 1e-12));
    EXPECT_TRUE(close(y.value("A"), std::exp(-1.5), 1e-5));
    EXPECT_THROW(network("species: {A: 1}\nreactions: [{from: A, k: 1}]\nrates: {A: '3'}\n"), InputError);
}

TEST(Networks, MayHaveNothingThatChanges) {
    Integration<1> y(network("inputs: {x: 4}\nspecies: {A: {initial: 2, fixed: true}}\nassignments: {twice: 2 * x * A, late: time > 5}\n"));
    y.advance(3);
    EXPECT_EQ(y.value("A"), 2);
    EXPECT_EQ(y.value("twice"), 16);
    EXPECT_EQ(y.value("late"), 0);
    y.feed("x", 0, 5);
    y.advance(300);
    EXPECT_EQ(y.value("twice"), 20);
    EXPECT_EQ(y.value("late"), 1);
}

TEST(Networks, BeginWithFormulasOfParametersAndOtherSpecies) {
    Network const n = network(
        "parameters: {total: 10, share: 0.3, rest: total - A}\nspecies: {A: total * share, B: rest, C: B + 2 * time}\nassignments: {sum: A "
        "+ B + x}\ninputs: {x: 1}\n");
    EXPECT_EQ(initial_columns(n, n.parameter_default), (std::vector<double>{3, 7, 7, 11, 0}));
    EXPECT_EQ(initial_columns(n, {20, 0.5}), (std::vector<double>{10, 10, 10, 21, 0}));
    EXPECT_EQ(initial_columns(n, {20, 0.5}, {{1, 4}}), (std::vector<double>{10, 4, 10, 15, 0}));
}

// --- the library ---------------------------------------------------------------------------------

/// Without a signal nothing changes.
TEST(LibraryNetworks, NFkBBeginsAtRest) {
    Network const n = load_text(pathway_head() + "include: " + source_folder() + "/scenarios/library/pathways.yaml\npathways: {NF-kB: }\n")
                          .model.pathways.at(0);
    Integration<1> cell(n);
    auto const begin = initial_columns(n, n.parameter_default);
    for (double minutes : {30.0, 600.0, 10000.0}) {
        cell.advance(minutes);
        for (int s = 0; s < n.layout.visible; ++s) {
            std::string const& name = n.variables[static_cast<std::size_t>(s)];
            EXPECT_TRUE(close(cell.value(name), begin[static_cast<std::size_t>(s)], 1e-4)) << name << " after " << minutes << " min";
        }
    }
}

// --- lanes ---------------------------------------------------------------------------------------

/// A network with every kind of part, in which lanes take different steps and have events at different times.
std::string const kEverything =
    "inputs: {signal: 1}\nparameters: {k: 1, n: 2, wait: 0.5}\nspecies: {A: k, B: 0, C: 0.2, seen: {initial: 0, fixed: true}}\n"
    "assignments: {sum: A + B * time}\nreactions:\n  - {from: A, to: B, k: k, back: 0.1}\n  - {to: C, rate: signal * exp(-time / 5) / (1 + "
    "(B / 0.3)^n)}\n"
    "  - {from: [B, C], to: A, k: 20}\n  - {from: C, to: A, k: 0.3, delay: wait}\n"
    "events:\n  - {when: C > 0.25, delay: wait, set: {B: B + 0.1, seen: time}, values: then}\n  - {when: A < 0.5, set: {A: A + 0.2}}\n";

TEST(NetworkLanes, HaveTheBitsThatTheyWouldHaveAlone) {
    Network const n = network(kEverything);
    auto const parameters = [](int lane) { return std::vector<double>{0.5 + 0.4 * lane, 1 + 0.5 * lane, 0.1 + 0.2 * lane}; };
    Integration<8> together(n);
    std::vector<Integration<1>> alone(8, Integration<1>(n));
    for (int l = 0; l < 8; ++l) {
        together.begin(l, parameters(l)), together.feed("signal", l, 1 + l);
        alone[static_cast<std::size_t>(l)].begin(0, parameters(l)), alone[static_cast<std::size_t>(l)].feed("signal", 0, 1 + l);
    }
    for (double t : {0.3, 1.0, 4.0, 4.001, 10.0}) {
        together.advance(t);
        for (int l = 0; l < 8; ++l) {
            alone[static_cast<std::size_t>(l)].advance(t);
            EXPECT_EQ(together.all(l), alone[static_cast<std::size_t>(l)].all(0)) << "lane " << l << " at " << t;
        }
    }
    EXPECT_NE(together.value("seen", 0), together.value("seen", 7));
    EXPECT_FALSE(together.failed);
}

}  // namespace
}  // namespace crine::test
