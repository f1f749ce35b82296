#include "host/findings.h"

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

}  // namespace
}  // namespace crine::test
