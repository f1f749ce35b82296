#include "host/build/idle_rules.h"

#include "support/scenario_text.h"

#include <gtest/gtest.h>

/// Rules that can run but never do anything, and faces that are held unawares.

namespace crine::test {
namespace {

std::string const kSound = R"(time: {end: 1 h}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um}
ligands:
  A: {diffusivity: 60 um^2/s, decay: 1e-3 /s}
  B: {diffusivity: 60 um^2/s, decay: 1e-3 /s}
receptors:
  R: {ligands: {A: {k_on: 1e6 /M/s, K_d: 1 nM}}}
  Q: {ligands: {B: {k_on: 1e6 /M/s, K_d: 1 nM}}}
cells:
  T:
    radius: 5 um
    speed: 1 um/min
    secretion: {A: 1 molecule/s}
    receptors: {R: {number: 100}, Q: {number: 100}}
    activities: {x: {base: 0}, y: {base: 1}}
    rules:
      - {signal: A, increases: speed, to: 5 um/min, half: 1 nM}
  U: {radius: 5 um, moves: false, mechanics: false}
  V: {radius: 5 um}
placement: [{type: T, count: 1}]
)";

/// What is said of one rule more of a type, or "" if nothing is.
std::string of_rule(std::string const& rule, std::string const& type = "T", std::string const& placed = "") {
    std::string text = type == "T" ? replaced(kSound, "    rules:\n", "    rules:\n      - {" + rule + "}\n")
                                   : replaced(kSound, type + ": {radius: 5 um", type + ": {rules: [{" + rule + "}], radius: 5 um");
    if (!placed.empty()) text = replaced(text, "placement: [", "placement: [{type: " + placed + ", count: 1}, ");
    Scenario const s = load_text(text);
    if (s.findings.empty()) return "";
    EXPECT_EQ(s.findings.size(), 1u);
    EXPECT_EQ(s.findings[0].at.path, "cells." + type + ".rules[0]");
    EXPECT_GT(s.findings[0].at.line, 0);
    std::string const begin = "this rule never does anything: ";
    EXPECT_EQ(s.findings[0].problem.substr(0, begin.size()), begin);
    return s.findings[0].problem.substr(begin.size());
}

TEST(IdleRules, NoneInASoundScenario) { EXPECT_TRUE(load_text(kSound).findings.empty()); }

TEST(IdleRules, WhoseSignalIsAlwaysNothing) {
    EXPECT_EQ(of_rule("signal: B, increases: apoptosis, to: 1 /h, half: 1 nM"),
              "there is never any \"B\" (none at the start, and nothing makes it)");
    EXPECT_EQ(of_rule("signal: gradient of A, increases: apoptosis, to: 1 /h, half: 1 nM/um"), "");
    EXPECT_EQ(of_rule("signal: contact with V, increases: apoptosis, to: 1 /h, half: 1"), "there is never a cell of the type \"V\"");
    EXPECT_EQ(of_rule("signal: contact with V, increases: apoptosis, to: 1 /h, half: 1", "T", "V"), "");
    EXPECT_EQ(of_rule("signal: occupancy of R, increases: apoptosis, to: 1 /h, half: 0.5"), "");
    EXPECT_EQ(of_rule("signal: occupancy of Q, increases: apoptosis, to: 1 /h, half: 0.5"), "nothing ever binds \"Q\" of \"T\"");
    EXPECT_EQ(of_rule("signal: occupancy of R, increases: apoptosis, to: 1 /h, half: 0.5", "V", "V"), "nothing ever binds \"R\" of \"V\"");
    EXPECT_EQ(of_rule("signal: activity of x, increases: apoptosis, to: 1 /h, half: 0.5"), "the activity \"x\" of \"T\" is always 0");
    EXPECT_EQ(of_rule("signal: activity of y, increases: apoptosis, to: 1 /h, half: 0.5"), "");
    EXPECT_EQ(of_rule("signal: dead, increases: repulsion, to: 1 um/s, half: 0.5"), "it does not apply to dead cells (applies_to_dead)");
    EXPECT_EQ(of_rule("signal: dead, increases: repulsion, to: 1 um/s, half: 0.5, applies_to_dead: true"), "");
    EXPECT_EQ(of_rule("signal: attacking, increases: apoptosis, to: 1 /h, half: 0.5"), "\"T\" attacks nobody");
}

TEST(IdleRules, WhoseEffectHasNone) {
    EXPECT_EQ(of_rule("signal: A, increases: speed, to: 1 um/min, half: 1 nM", "U", "U"), "\"U\" does not move (moves: false)");
    EXPECT_EQ(of_rule("signal: A, increases: adhesion, to: 1 um/min, half: 1 nM", "U", "U"),
              "\"U\" neither pushes nor is pushed (mechanics: false)");
    EXPECT_EQ(of_rule("signal: A, increases: persistence, to: 100 min, half: 1 nM", "V", "V"), "\"V\" does not walk (it has no speed)");
    EXPECT_EQ(of_rule("signal: A, increases: attack duration, to: 1 h, half: 1 nM", "V", "V"), "\"V\" attacks nobody");
    EXPECT_EQ(of_rule("signal: A, decreases: apoptosis, to: 0 /h, half: 1 nM"), "the value that it leads to is the base value");
    EXPECT_EQ(of_rule("signal: A, decreases: speed, to: 0 um/s, half: 1 nM"), "");
    EXPECT_EQ(of_rule("signal: A, decreases: speed, to: 1 um/min, half: 1 nM"), "");  // to which another rule has raised it
}

/// What is said of a scenario, each with the place.
std::vector<std::string> said_of(std::string const& text) {
    std::vector<std::string> all;
    for (Finding const& finding : load_text(text).findings) all.push_back(finding.at.path + ": " + finding.problem);
    return all;
}
using Said = std::vector<std::string>;

TEST(IdleRules, OfTypesThatThereNeverAre) {
    std::string const rule =
                          "V: {radius: 5 um, rules: [{signal: A, increases: apoptosis, to: 1 /h, half: 1 nM}, {signal: B, increases: "
                          "speed, to: 1 um/s, half: 1 nM}]}",
                      text = replaced(kSound, "V: {radius: 5 um}", rule);
    EXPECT_EQ(said_of(text), Said{"cells.V.rules[0]: the rules of \"V\" never do anything: there is never such a cell (none is placed, and "
                                  "no cell becomes, recruits or divides into it)"});
    for (char const* comes : {"becomes: {V: 1 /h}", "recruits: {V: 1 /h}", "divides_into: {V: 0.5}", "becomes: {V: 0 /h}"}) {
        auto const said = said_of(replaced(text, "    speed: 1 um/min\n", std::string("    speed: 1 um/min\n    ") + comes + "\n"));
        for (std::string const& one : said) EXPECT_EQ(one.find("the rules of"), std::string::npos) << comes << one;
    }
}

/// What can be there follows from what can be there: reactions, vessel walls, transfers.
TEST(IdleRules, WhoseLigandCannotCome) {
    auto const never = [](std::string const& more, std::string const& ligand = "B") {
        std::string text =
            replaced(kSound, "    rules:\n", "    rules:\n      - {signal: " + ligand + ", increases: apoptosis, to: 1 /h, half: 1 nM}\n");
        text = replaced(text, "  B: {diffusivity: 60 um^2/s, decay: 1e-3 /s}",
                        "  B: {diffusivity: 60 um^2/s, boundaries: {all: {value: 0 nM}}}\n"
                        "  C: {diffusivity: 60 um^2/s}\n  D: {diffusivity: 60 um^2/s}");
        auto const said = said_of(text + more);
        return !said.empty() && said[0].find("there is never any") != std::string::npos;
    };
    EXPECT_TRUE(never(""));
    EXPECT_FALSE(never("reactions: [{convert: A, to: B, rate: 1 /h}]\n"));
    EXPECT_TRUE(never("reactions: [{convert: C, to: B, rate: 1 /h}]\n"));
    EXPECT_FALSE(never("reactions: [{convert: C, to: B, rate: 1 /h}, {convert: A, to: C, rate: 1 /h}]\n"));
    EXPECT_TRUE(never("reactions: [{bind: [A, C], to: B, k_on: 1 /M/s, K_d: 1 nM}]\n"));
    EXPECT_FALSE(never("reactions: [{bind: [A, C], to: B, k_on: 1 /M/s, K_d: 1 nM}, {convert: A, to: C, rate: 1 /h}]\n"));
    EXPECT_FALSE(never("reactions: [{bind: [B, C], to: D, k_on: 1 /M/s, K_d: 1 nM}, {convert: A, to: D, rate: 1 /h}]\n"));
    EXPECT_FALSE(never("reactions: [{network: {reactions: [{from: A, to: B, k: 1}]}}]\n"));
    std::string const region = "regions: {R: {layer: {axis: x, from: 0 um, to: 10 um}, ";
    EXPECT_TRUE(never(region + "value: {B: 0 nM}}}\n"));
    EXPECT_FALSE(never(region + "source: {B: 1 nM/h}}}\n"));
    EXPECT_FALSE(never(region + "initial: {B: {expression: x}}}}\n"));
    std::string const walls = region + "exchange: {B: {with: blood, permeability_surface: 1 /h}}}}\n";
    EXPECT_TRUE(never(walls + "compartments: {blood: {volume: 1 L, ligands: {B: {}}}}\n"));
    EXPECT_FALSE(never(walls + "compartments: {blood: {volume: 1 L, ligands: {B: {initial: 1 nM}}}}\n"));
    EXPECT_FALSE(never(
        walls +
        "compartments: {blood: {volume: 1 L, ligands: {B: {}}}}\ndoses: [{ligand: B, into: blood, bolus: 0 mol, at: 0 h}]\n"));  // a
                                                                                                                                 // placebo
    std::string const two = "compartments: {blood: {volume: 1 L, ligands: {B: {}}}, node: {volume: 1 L, ligands: {B: {initial: 1 nM}}}}\n";
    EXPECT_TRUE(never(walls + two));
    EXPECT_FALSE(never(walls + two + "transfers: [{ligand: B, from: node, to: blood, rate: 1 /h}]\n"));
    EXPECT_TRUE(never("compartments: {blood: {volume: 1 L, ligands: {B: {}}}}\n", "B in blood"));
    EXPECT_FALSE(never("compartments: {blood: {volume: 1 L, ligands: {B: {initial: 1 nM}}}}\n", "B in blood"));
}

TEST(IdleRules, OfWhatNoCellDoesOrSuffers) {
    EXPECT_EQ(of_rule("signal: contact with dead cells, increases: adhesion, to: 1 um/s, half: 1"), "no cell ever dies");
    EXPECT_EQ(of_rule("signal: contact with necrotic cells, increases: adhesion, to: 1 um/s, half: 1"), "no cell ever dies by necrosis");
    EXPECT_EQ(of_rule("signal: engulfed cells, increases: adhesion, to: 1 um/s, half: 1"), "\"T\" engulfs nobody");
    EXPECT_EQ(of_rule("signal: total attack time, increases: adhesion, to: 1 um/s, half: 1 h"), "nobody attacks \"T\"");
    EXPECT_EQ(of_rule("signal: damage, increases: adhesion, to: 1 um/s, half: 1"), "nothing damages \"T\"");
    std::string const busy = replaced(kSound, "    speed: 1 um/min\n",
                                      "    speed: 1 um/min\n    necrosis: 1 /h\n    phagocytosis: 1 /h\n    attacks: {T: 1 /h}\n");
    for (char const* rule :
         {"contact with dead cells, increases: adhesion, to: 1 um/s, half: 1", "engulfed cells, increases: adhesion, to: 1 um/s, half: 1",
          "contact with necrotic cells, increases: adhesion, to: 1 um/s, half: 1", "damage, increases: adhesion, to: 1 um/s, half: 1",
          "total attack time, increases: adhesion, to: 1 um/s, half: 1 h"})
        EXPECT_EQ(said_of(replaced(busy, "    rules:\n", std::string("    rules:\n      - {signal: ") + rule + "}\n")), Said{}) << rule;
}

TEST(IdleParts, ReceptorsThatNoCellHas) {
    std::string const text = replaced(kSound, ", Q: {number: 100}", "");
    EXPECT_EQ(said_of(text), Said{"receptors: no cell has \"Q\" (\"receptors\" of a cell type says how many)"});
    EXPECT_EQ(said_of(replaced(text, "V: {radius: 5 um}", "V: {radius: 5 um, receptors: {Q: 10}}")), Said{});
    EXPECT_EQ(said_of(replaced(text, "receptors: {R: {number: 100}", "receptors: {R: {number: 100}, Q: {number: 0}")).size(), 1u);
    EXPECT_EQ(
        said_of(replaced(replaced(text, "receptors: {R: {number: 100}", "receptors: {R: {number: 100}, Q: {number: 0}"), "    rules:\n",
                         "    rules:\n      - {signal: A, increases: synthesis of Q, to: 1 molecule/s, half: 1 nM}\n")),
        Said{});
}

TEST(IdleParts, SecretedLigandsThatActOnNothing) {
    std::string const text = replaced(replaced(kSound, "secretion: {A: 1 molecule/s}", "secretion: {A: 1 molecule/s, C: 1 molecule/s}"),
                                      "receptors:\n", "  C: {diffusivity: 60 um^2/s, decay: 1e-3 /s}\nreceptors:\n");
    EXPECT_EQ(said_of(text), Said{"ligands: \"C\" is secreted, but nothing senses, binds or changes it, so it has no effect (a rule or a "
                                  "receptor that is missing? a probe of it says that it is meant to be measured)"});
    for (char const* cell : {"uptake: {C: 1 um^3/s}", "chemotaxis: {C: 1 um^2/s/nM}", "attraction: {C: 1}\n    bias: 0.5",
                             "rules: [{signal: gradient of C, increases: speed, to: 5 um/min, half: 1 nM/um}]"})
        EXPECT_EQ(said_of(replaced(replaced(text, "    rules:\n      - {signal: A, increases: speed, to: 5 um/min, half: 1 nM}\n",
                                            std::string("    ") + cell + "\n"),
                                   "  U: {radius: 5 um", "  U: {chemotaxis: {A: 1 um^2/s/nM}, radius: 5 um")),
                  Said{})
            << cell;
    for (char const* more : {"reactions: [{convert: C, to: B, rate: 1 /h}]", "reactions: [{convert: A, by: C, k: 1 /M/s}]",
                             "probes: [{name: p, ligand: C, at: [5 um, 5 um, 5 um]}]", "output: {fields: [C]}",
                             "pathways: {P: {inputs: {x: 0}, species: {s: 1}, rates: {s: x}}}",
                             "regions: {R: {layer: {axis: x, from: 0 um, to: 10 um}, exchange: {C: {with: blood, permeability_surface: 1 "
                             "/h}}}}\ncompartments: "
                             "{blood: {volume: 1 L, ligands: {C: {}}}}"}) {
        bool const pathway = std::string(more).starts_with("pathways");
        EXPECT_EQ(
            said_of((pathway ? replaced(text, "    rules:\n", "    pathways: {P: {inputs: {x: {signal: C, per: 1 nM}}}}\n    rules:\n")
                             : text) +
                    more + "\n"),
            Said{})
            << more;
    }
    EXPECT_EQ(said_of(replaced(text, "secretion: {A: 1 molecule/s, C: 1 molecule/s}", "secretion: {A: 1 molecule/s}")), Said{});
    // where no cell senses anything, transport itself is what is studied
    EXPECT_EQ(said_of("time: {end: 1 h}\ndomain: {size: [100 um, 100 um, 100 um], spacing: 10 um}\nligands: {A: {diffusivity: 60 um^2/s}}\n"
                      "cells: {T: {radius: 5 um, secretion: {A: 1 molecule/s}}}\nplacement: [{type: T, count: 1}]\n"),
              Said{});
}

TEST(Findings, FacesOfASheetThatAreHeldToo) {
    std::string const sheet = replaced(kSound, "100 um], spacing", "10 um], spacing");
    auto const found = [&](std::string const& boundaries) {
        Scenario const s = load_text(replaced(sheet, "decay: 1e-3 /s}", "decay: 1e-3 /s, boundaries: {" + boundaries + "}}"));
        return s.findings.empty() ? std::string() : s.findings.at(0).problem;
    };
    EXPECT_EQ(found("all: {value: 1 nM}"),
              "the domain is one voxel thick on axis z, and this is for its faces z- and z+ too, which every voxel has; \"z-: zero-flux, "
              "z+: zero-flux\" beside it makes a sheet");
    EXPECT_NE(found("all: {flux: 1 molecule/um^2/s}"), "");
    EXPECT_EQ(found("all: {value: 1 nM}, z-: zero-flux, z+: zero-flux"), "");
    EXPECT_EQ(found("all: zero-flux"), "");
    EXPECT_EQ(found("x-: {value: 1 nM}, z-: {value: 1 nM}"), "");
    Scenario const thick = load_text(replaced(kSound, "decay: 1e-3 /s}", "decay: 1e-3 /s, boundaries: {all: {value: 1 nM}}}"));
    EXPECT_TRUE(thick.findings.empty());
}

}  // namespace
}  // namespace crine::test
