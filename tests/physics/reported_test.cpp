#include "host/commands/course.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <cmath>

/// What tables tell is one thing in all of them: against closed forms, and against each other.

namespace crine::test {
namespace {

class Reported : public OnEveryEngine {
protected:
    void run(std::string const& text) { runs_["run"] = run_course(load_text(text), GetParam()); }
    double at_end(std::string const& formula) const { return evaluate(formula, runs_, "run", -1); }

private:
    std::map<std::string, Course> runs_;
};

/// What leaves such a cell for each concentration at its surface [µm³/s].
double const kAway = 4 * 3.14159265358979 * 10 * 5 * (1 + 5 / std::sqrt(10 / 1e-4));

/// A cell of 5 µm that secretes a ligand of D = 10 µm²/s and takes it up again, in its box.
std::string autocrine_cell(std::string const& spacing, std::string const& cell, std::string const& more = "") {
    return "time: {end: 20 min, transport: 1 min, mechanics: 10 min, behaviour: 1 min}\n"
           "domain: {size: [120 um, 120 um, 120 um], spacing: " +
           spacing +
           "}\n"
           "ligands:\n"
           "  L: {diffusivity: 10 um^2/s, decay: 1e-4 /s, scheme: quasi-steady, trace_senders: true}\n"
           "  signal: {diffusivity: 0 um^2/s, initial: 1 nM}\n" +
           more + "cells:\n  c: {radius: 5 um, moves: false, secretion: {L: 10 molecule/s}, " + cell +
           "}\n"
           "placement: [{type: c, at: [[61 um, 58 um, 63 um]]}]\n"
           "output: {summary: 10 min}\n";
}

// B3: of its own secretion a cell catches k / (k + 4πDa (1 + a/λ)), whatever the grid and whatever it could take up at most
TEST_P(Reported, OwnIsWhatACellCatchesBeforeItGetsAway) {
    std::string const rule = "rules: [{signal: signal, increases: uptake of L, to: 514.77 um^3/s, half: 1 nM}]";
    for (char const* spacing : {"5 um", "10 um", "20 um"})
        for (auto const& [cell, clearance] : {std::pair<std::string, double>{"uptake: {L: 257.385 um^3/s}", 257.385},
                                              {"uptake: {L: 1 um^3/s}", 1},
                                              {"uptake: {L: perfect}", INFINITY},
                                              {"uptake: {L: 0 um^3/s}, " + rule, 257.385}}) {
            run(autocrine_cell(spacing, cell));
            double const caught = std::isinf(clearance) ? 1 : clearance / (clearance + kAway);
            EXPECT_TRUE(close(at_end("('L own' - 'L own@10 min') / ('L secreted' - 'L secreted@10 min')"), caught, 1e-5))
                << spacing << ", " << cell;
            EXPECT_TRUE(close(at_end("'L received by c, autocrine from c'"), at_end("'L own'"), 1e-6)) << spacing << ", " << cell;
            EXPECT_LE(at_end("'L own'"), at_end("'L taken up'"));
            EXPECT_GE(at_end("'L received by c, paracrine from c'"), 0);
        }
}

// also by receptors, which let go again, and from a store; the parts of what the cell got are all it got
TEST_P(Reported, OwnCountsReceptorsAndStores) {
    std::string const receptors = "receptors:\n  R: {ligands: {L: {k_on: 1e8 /M/s, k_off: 1e-3 /s}}, internalisation: 1e-3 /s}\n";
    for (char const* cell : {"receptors: {R: 3000 molecule/cell}",
                             "receptors: {R: 3000 molecule/cell}, stores: {L: {amount: 1e4 molecule, release: 1e-3 /s}}"}) {
        double least = INFINITY, most = 0;
        for (char const* spacing : {"5 um", "10 um", "20 um"}) {
            run(autocrine_cell(spacing, cell, receptors));
            double const own = at_end("'L own'");
            EXPECT_TRUE(close(at_end("'L received by c, autocrine from c'"), own, 1e-6)) << spacing << ", " << cell;
            EXPECT_GT(own, 0.05 * at_end("'L on receptors' + 'L internalised'"));
            least = std::min(least, own), most = std::max(most, own);
        }
        EXPECT_LT(most, 1.02 * least) << cell;
    }
}

// a field that builds up: never more than what has been taken, and in the end no less than is to be
TEST_P(Reported, OwnIsNoMoreThanWhatIsTaken) {
    for (char const* scheme : {"adaptive", "implicit-euler", "tr-bdf2", "adi"}) {
        std::string const text = replaced(replaced(replaced(autocrine_cell("20 um", "uptake: {L: 2000 um^3/s}"), "quasi-steady", scheme),
                                                   "transport: 1 min", "transport: 5 s"),
                                          "end: 20 min, ", "end: 40 min, ");
        run(replaced(text, "summary: 10 min", "summary: 10 s"));
        double paracrine = 0, own = 0;
        for (int t = 1; t <= 240; ++t) {
            auto const at = [&](std::string const& column) { return at_end("'" + column + "@" + std::to_string(10 * t) + " s'"); };
            ASSERT_LE(at("L own"), at("L taken up") * (1 + 1e-12)) << scheme << ", " << t << " s";
            ASSERT_GE(at("L own"), own) << scheme << ", " << t << " s";
            ASSERT_GE(at("L received by c, paracrine from c"), paracrine) << scheme << ", " << t << " s";
            paracrine = at("L received by c, paracrine from c"), own = at("L own");
        }
        EXPECT_TRUE(close(own / at_end("'L secreted'"), 2000 / (2000 + kAway), 1e-5)) << scheme;
        EXPECT_TRUE(close(at_end("'L received by c, autocrine from c'"), own, 1e-6)) << scheme;
    }
}

/// One kind of receptor with an agonist, a partial agonist and an antagonist, all of which are there.
constexpr char const* kAntagonist = R"(
time: {end: 3 h, transport: 10 s, mechanics: 10 min, behaviour: 10 s}
domain: {size: [100 um, 100 um, 100 um], spacing: 20 um}
ligands:
  A: {diffusivity: 50 um^2/s, initial: 30 nM}
  B: {diffusivity: 50 um^2/s, initial: 60 nM}
  P: {diffusivity: 50 um^2/s, initial: 10 nM}
receptors:
  R:
    ligands:
      A: {k_on: 1e7 /M/s, K_d: 1 nM}
      B: {k_on: 1e7 /M/s, K_d: 1 nM, efficacy: 0}
      P: {k_on: 1e7 /M/s, K_d: 1 nM, efficacy: 0.5, desensitisation: 1e-3 /s, recovery: 1e-3 /s}
cells:
  c:
    moves: false
    radius: 5 um
    receptors: {R: {number: 1000, synthesis: 0 molecule/s}}
    activities: {complexes: 0, occupancy: 0}
    rules:
      - {signal: complexes of R, increases: activity of complexes, to: 1, half: 500}
      - {signal: occupancy of R, increases: activity of occupancy, to: 1, half: 0.5}
placement: [{type: c, at: [[50 um, 50 um, 50 um]]}]
probes:
  - {name: free, receptor: R, of: c}
  - {name: bound, receptor: R, of: c, state: bound}
  - {name: active, receptor: R, of: c, state: active}
  - {name: desensitised, receptor: R, of: c, state: desensitised}
  - {name: surface, receptor: R, of: c, state: surface}
  - {name: complexes, activity: complexes, of: c}
  - {name: occupancy, activity: occupancy, of: c}
output: {summary: 10 min}
)";

// what a probe calls active is what the signals count: a complex with an antagonist is not
TEST_P(Reported, ActiveReceptorsAreThoseThatSignal) {
    run(kAntagonist);
    double const active = at_end("'active'");
    EXPECT_TRUE(close(at_end("500 * 'complexes' / (1 - 'complexes')"), active, 1e-4));
    EXPECT_TRUE(close(at_end("0.5 * 'occupancy' / (1 - 'occupancy') * 'surface'"), active, 1e-4));
    EXPECT_TRUE(close(at_end("'surface'"), 1000, 1e-5));
    EXPECT_TRUE(close(at_end("'free' + 'bound'"), 1000, 1e-5));
    // at equilibrium, where the ligands are hardly used up: R A/K and so on, and as many desensitised with P as active
    double const a = at_end("'A mean'"), b = at_end("'B mean'"), p = at_end("'P mean'"), all = 1 + a + b + 2 * p;
    EXPECT_TRUE(close(active, 1000 * (a + p / 2) / all, 0.02));
    EXPECT_TRUE(close(at_end("'desensitised'"), 1000 * p / all, 0.02));
    EXPECT_TRUE(close(at_end("'bound'"), 1000 * (a + b + 2 * p) / all, 0.02));
    EXPECT_TRUE(close(at_end("'A on receptors' + 'B on receptors' + 'P on receptors'"), at_end("'bound'"), 1e-4));

    run(replaced(replaced(kAntagonist, "initial: 30 nM", "initial: 0 nM"), "initial: 10 nM", "initial: 0 nM"));
    EXPECT_EQ(at_end("'active'"), 0);
    EXPECT_GT(at_end("'bound'"), 980);
}

/// Cells with bound receptors, of a ligand and of their neighbours' Delta, each of which goes by one way.
std::string vanishing(std::string const& fate) {
    return "time: {end: 3 h, transport: 1 min, mechanics: 1 min, behaviour: 1 min}\n"
           "domain: {size: [60 um, 60 um, 60 um], spacing: 20 um}\n"
           "ligands:\n  L: {diffusivity: 0 um^2/s, initial: 10 nM}\n"
           "membrane_ligands:\n  Delta: {}\n"
           "receptors:\n"
           "  R: {ligands: {L: {k_on: 1e6 /M/s, k_off: 1e-5 /s}}}\n"
           "  Notch: {membrane_ligands: {Delta: {k_on: 1e-8 /s/molecule}}}\n"
           "cells:\n"
           "  eater: {radius: 8 um, moves: false, mechanics: true, presents: {Delta: {number: 5000, synthesis: 0 molecule/s}}" +
           std::string(fate.starts_with("eater ") ? ", " + fate.substr(6) : "") +
           "}\n"
           "  other: {radius: 5 um, moves: false}\n"
           "  prey:\n    radius: 5 um\n    moves: false\n    presents: {Delta: {number: 100, synthesis: 0 molecule/s}}\n"
           "    receptors: {R: 1000, Notch: 1000}\n" +
           (fate.starts_with("prey ") ? "    " + fate.substr(5) + "\n" : std::string()) +
           "placement:\n"
           "  - {type: eater, at: [[25 um, 30 um, 30 um]]}\n"
           "  - {type: prey, at: [[37 um, 30 um, 30 um]]}\n"
           "probes:\n"
           "  - {name: R, receptor: R, of: prey, state: bound}\n"
           "  - {name: Notch, receptor: Notch, of: prey, state: bound}\n"
           "  - {name: prey, count: prey}\n"
           "output: {summary: 1 min}\n";
}

// what was on the receptors of a cell that is no more is inside, or lost: for the ledger it is nowhere else
TEST_P(Reported, NothingStaysOnCellsThatAreNoMore) {
    for (char const* fate :
         {"eater engulfs: {prey: 2 /h}", "eater fuses_with: {prey: 2 /h}", "prey apoptosis: {rate: 2 /h, duration: 10 min}",
          "prey necrosis: {rate: 2 /h, duration: 10 min}", "prey becomes: {other: 2 /h}"}) {
        run(vanishing(fate));
        double last_bound = 0, last_notch = 0;
        int alive = 0;
        for (int t = 0; t <= 180; ++t) {
            auto const at = [&](std::string const& column) { return at_end("'" + column + "@" + std::to_string(t) + " min'"); };
            ASSERT_LT(std::fabs(at("L imbalance")), 1e-6) << fate;
            ASSERT_LT(std::fabs(at("Delta imbalance")), 1e-9) << fate;
            if (at("prey") > 0) {
                ASSERT_TRUE(close(at("L on receptors"), at("R"), 1e-6)) << fate << ", " << t << " min";
                ASSERT_TRUE(close(at("Delta bound"), at("Notch"), 1e-6)) << fate << ", " << t << " min";
                last_bound = at("R"), last_notch = at("Notch"), ++alive;
            } else {
                ASSERT_EQ(at("L on receptors"), 0) << fate << ", " << t << " min";
                ASSERT_EQ(at("Delta bound"), 0) << fate << ", " << t << " min";
            }
        }
        ASSERT_GT(alive, 2) << fate;
        EXPECT_EQ(at_end("'prey'"), 0) << fate;
        EXPECT_GT(last_bound, 0);
        EXPECT_GT(last_notch, 0);
        EXPECT_GE(at_end("'L internalised'"), last_bound * (1 - 1e-6)) << fate;
        EXPECT_TRUE(close(at_end("'L internalised'"), at_end("'L initial' - 'L total'"), 1e-3)) << fate;
        EXPECT_GE(at_end("'Delta internalised'"), last_notch * (1 - 1e-6)) << fate;
    }
}

CRINE_ON_EVERY_ENGINE(Reported);

}  // namespace
}  // namespace crine::test
