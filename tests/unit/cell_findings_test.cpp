#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

std::string cells(std::string const& keys, std::string const& spacing = "20 um",
                  std::string const& times = "transport: 1 min, mechanics: 6 s", std::string const& places = "[10 um, 10 um, 10 um]") {
    return "title: cells\ntime: {end: 1 h, " + times + "}\ndomain: {size: [80 um, 80 um, 80 um], spacing: " + spacing +
           "}\nligands:\n  A: {diffusivity: 10 um^2/s}\ncells:\n  T: {radius: 5 um, " + keys + "}\nplacement:\n  - {type: T, at: [" +
           places + "]}\n";
}
Findings found(std::string const& text) { return load_text(text).findings; }

// Ligand is given where a cell is at the beginning of a step: one that goes further than a voxel, or than its own radius, in it is warned
// of.
TEST(CellFindings, NameTheStepOfFastCells) {
    std::string const gives = "secretion: {A: 1 molecule/s}, ";
    for (auto const& [keys, step, key, would_do] :
         {std::array<std::string, 4>{"speed: 30 um/min", "transport: 1 min, mechanics: 6 s", "time.transport", "40"},
          {"velocity: [18 um/min, 24 um/min, 0 um/min]", "transport: 1 min, mechanics: 6 s", "time.transport", "40"},
          {"speed: 6 um/min, rules: [{signal: time, increases: speed, to: 30 um/min, half: 1 h}]", "transport: 6 s, mechanics: 1 min",
           "time.mechanics", "40"}}) {
        Findings const all = found(cells(gives + keys, "20 um", step));
        ASSERT_EQ(all.size(), 1u) << keys;
        EXPECT_EQ(all[0].key, key);
        EXPECT_TRUE(close(all[0].would_do, std::stod(would_do), 1e-5)) << all[0].would_do;
        EXPECT_NE(all[0].text().find(key + ": 40 s would do"), std::string::npos) << all[0].text();
    }
    EXPECT_TRUE(found(cells(gives + "speed: 19 um/min")).empty());
    EXPECT_TRUE(found(cells("speed: 30 um/min")).empty());  // gives and takes nothing
}

// Strong sinks that share a voxel: what two that touch take too much, 0.04 h/a, and the spacing at which it is 5 %.
TEST(CellFindings, NameTheSpacingOfStrongSinksInOneVoxel) {
    std::string const two = "[10 um, 10 um, 10 um], [13 um, 13 um, 13 um]", apart = "[10 um, 10 um, 10 um], [33 um, 13 um, 13 um]",
                      times = "transport: 1 min, mechanics: 6 s";
    Findings const all = found(cells("uptake: {A: perfect}", "20 um", times, two));
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].at.path, "cells.T.radius");
    EXPECT_EQ(all[0].key, "domain.spacing");
    EXPECT_TRUE(close(all[0].would_do, 6.25));
    EXPECT_NE(all[0].text().find("16 % too much"), std::string::npos) << all[0].text();
    EXPECT_TRUE(found(cells("uptake: {A: perfect}", "20 um", times, apart)).empty());
    EXPECT_TRUE(found(cells("uptake: {A: perfect}", "5 um", times, two)).empty());
    EXPECT_TRUE(found(cells("uptake: {A: 200 um^3/s}", "20 um", times, two)).empty());  // of what comes, a quarter
    EXPECT_EQ(found(cells("uptake: {A: 600 um^3/s}", "20 um", times, two)).size(), 1u);
}

}  // namespace
}  // namespace crine::test
