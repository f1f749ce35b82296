#include "host/build/findings.h"

#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

std::string field(std::string const& scheme, std::string const& decay, std::string const& region = "") {
    return "title: steps\ntime: {end: 1 h, transport: 1 min}\ndomain: {size: [20 um, 20 um, 20 um], spacing: 10 um}\n"
           "ligands:\n  A: {diffusivity: 10 um^2/s, decay: " +
           decay + ", scheme: " + scheme + "}\n" + region;
}

// k dt = 10: every scheme of one step is warned of, at the place of the rate and with the step that would do
TEST(Findings, NameTheStepThatWouldDo) {
    for (auto const& [scheme, would_do] : {std::pair{"implicit-euler", 6.0}, {"tr-bdf2", 14.4}, {"adi", 6.0}}) {
        Findings const found = load_text(field(scheme, "10 /min")).findings;
        ASSERT_EQ(found.size(), 1u) << scheme;
        EXPECT_EQ(found[0].at.path, "ligands.A.decay");
        EXPECT_EQ(found[0].at.line, 5);
        EXPECT_EQ(found[0].key, "time.transport");
        EXPECT_TRUE(close(found[0].would_do, would_do)) << scheme;
        EXPECT_NE(found[0].text().find("time.transport: "), std::string::npos) << found[0].text();
    }
}

TEST(Findings, SaySoOnlyWhereAStepIsLong) {
    EXPECT_TRUE(load_text(field("implicit-euler", "0.9 /min")).findings.empty());
    EXPECT_TRUE(load_text(field("tr-bdf2", "2.3 /min")).findings.empty());
    EXPECT_TRUE(load_text(field("adaptive", "100 /min")).findings.empty());
    EXPECT_TRUE(load_text(field("quasi-steady", "100 /min")).findings.empty());
}

TEST(Findings, LookAtRegionsToo) {
    Findings const found =
        load_text(field("implicit-euler", "0.1 /min",
                        "regions: {all: {half_space: {point: [0 um, 0 um, 0 um], normal: [0, 0, 1]}, decay: {A: 5 /min}}}\n"))
            .findings;
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at.path, "regions.all.decay.A");
}

Findings of_cell(std::string const& cell) {
    return load_text(
               "title: steps\ntime: {end: 1 h, mechanics: 2 min, behaviour: 6 min}\ndomain: {size: [20 um, 20 um, 20 um], spacing: 10 um}\n"
               "cells:\n  B: {radius: 5 um}\n  A: {radius: 5 um, " +
               cell + (cell.find("repulsion") == std::string::npos ? ", repulsion: 4 um/min" : "") +
               "}\nplacement: [{type: A, count: 1}, {type: B, count: 1}]\n")
        .findings;
}

TEST(Findings, NameWhatCellsDoFasterThanTheyLook) {
    struct Case {
        char const *cell, *path, *key;
        double would_do;
    };
    for (auto const& [cell, path, key, would_do] :
         {Case{"activities: {x: {base: 0, response_time: 1 min}}", "cells.A.activities.x.response_time", "time.behaviour", 60},
          {"rules: [{signal: age, decreases: adhesion, to: 0 um/min, half: 1 h}], response_times: {adhesion: 2 min}",
           "cells.A.response_times.adhesion", "time.behaviour", 120},
          {"speed: 1 um/min, attacks: {B: 1 /min}", "cells.A.attacks.B", "time.behaviour", 60},
          {"speed: 1 um/min, phagocytosis: 30 /h", "cells.A.phagocytosis", "time.behaviour", 120},
          {"cycle: {entry: 0.1 /h, duration: 6 h}, repulsion: 20 um/min", "cells.A.repulsion", "time.mechanics", 30}}) {
        Findings const found = of_cell(cell);
        ASSERT_EQ(found.size(), 1u) << cell;
        EXPECT_EQ(found[0].at.path, path);
        EXPECT_EQ(found[0].at.line, 6);
        EXPECT_EQ(found[0].key, key);
        EXPECT_TRUE(close(found[0].would_do, would_do, 1e-5)) << cell;
    }
}

TEST(Findings, LeaveCellsAloneThatAreRightAtAnyStep) {
    for (char const* cell :
         {"activities: {x: {base: 0, response_time: 10 min}}", "attacks: {B: 1 /min}", "speed: 1 um/min, attacks: {B: 0.1 /min}",
          "apoptosis: 100 /h, cycle: {entry: at once, duration: 1 min}", "speed: 100 um/min, persistence: 1 s"})
        EXPECT_TRUE(of_cell(cell).empty()) << cell;
}

}  // namespace
}  // namespace crine::test
