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
    EXPECT_EQ(of_rule("signal: A, decreases: speed, to: 1 um/min, half: 1 nM"), "");       // to which another rule has raised it
    EXPECT_EQ(of_rule("signal: B, increases: apoptosis, to: 1 /h, half: 1 nM", "V"), "");  // there are no such cells: nothing is meant
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
