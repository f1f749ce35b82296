/// S1 (E11): the wound heals in the order and within the windows that physiology gives, by mechanism; and without TGF-β, or without
/// macrophages, it heals worse in the ways the literature describes. Runs a quarter of scenarios/wound_healing.yaml, exact by symmetry.

#include "support/program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace crine::test {
namespace {

/// Three courses of healing, each computed once for all tests (which therefore run as one entry of ctest).
class Wound : public testing::Test {
protected:
    static void SetUpTestSuite() {
        normal_ = course({});
        // A neutralising antibody: TGF-β is cleared within seconds.
        no_tgf_beta_ = course({"--set", "ligands.TGF-beta.decay=1 /s"});
        // Clodronate: monocytes die as they arrive.
        no_macrophages_ = course({"--set", "cells.monocyte.apoptosis.rate=60 /h"});
    }
    static void TearDownTestSuite() { normal_ = no_tgf_beta_ = no_macrophages_ = nullptr; }

    static std::shared_ptr<Table> course(std::vector<std::string> const& change) {
        TemporaryFolder const folder;
        std::vector<std::string> arguments{"run",    source_file("scenarios/wound_healing.yaml"),
                                           "-o",     (folder / "out").string(),
                                           "--set",  "domain.size=[600 um, 600 um, 320 um]",
                                           "--set",  "regions.wound.cylinder.centre=[0 um, 0 um]",
                                           "--set",  "output.volumes=0 s",
                                           "--quiet"};
        arguments.insert(arguments.end(), change.begin(), change.end());
        Outcome const outcome = crine(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return std::make_shared<Table>(folder / "out" / "probes.csv");
    }
    static Table const& normal() { return *normal_; }
    static Table const& no_tgf_beta() { return *no_tgf_beta_; }
    static Table const& no_macrophages() { return *no_macrophages_; }

private:
    static inline std::shared_ptr<Table> normal_, no_tgf_beta_, no_macrophages_;
};

struct Peak {
    double day = 0, value = 0;
};
/// Of the mean over the day around: the counts of a quarter scatter by their root, 3 % and more, which is more than a plateau rises in
/// days.
Peak peak(Table const& t, std::string const& column) {
    Peak best;
    for (std::size_t i = 0; i < t.rows.size(); ++i) {
        double const middle = t.at(i, "time [h]");
        double sum = 0, n = 0;
        for (std::size_t j = 0; j < t.rows.size(); ++j)
            if (std::fabs(t.at(j, "time [h]") - middle) <= 12) sum += t.at(j, column), ++n;
        if (sum / n > best.value) best = {middle / 24, sum / n};
    }
    return best;
}
double at_day(Table const& t, std::string const& column, double day) {
    std::size_t i = 0;
    while (i + 1 < t.rows.size() && t.at(i, "time [h]") < 24 * day - 1e-6) ++i;
    return t.at(i, column);
}

TEST_F(Wound, NeutrophilsPeakBetween12And48HoursAndLeave) {
    Peak const p = peak(normal(), "neutrophils in the bed");
    EXPECT_GT(p.value, 300);
    EXPECT_GE(p.day, 0.5);
    EXPECT_LE(p.day, 2.0);
    EXPECT_LT(at_day(normal(), "neutrophils in the bed", 6), 0.1 * p.value);
    EXPECT_LT(at_day(normal(), "neutrophils in the bed", 7), 0.1 * p.value);
}

TEST_F(Wound, MacrophagesTurnFromInflammatoryToRepairing) {
    Peak const m1 = peak(normal(), "M1 in the bed"), m2 = peak(normal(), "M2 in the bed");
    EXPECT_GE(m1.day, 1.5);
    EXPECT_LE(m1.day, 4.0);
    EXPECT_GE(m2.day, 4.0);
    EXPECT_LE(m2.day, 8.0);
    EXPECT_GT(m1.value, 100);
    EXPECT_GT(m2.value, 100);
}

TEST_F(Wound, FibroblastsThenMyofibroblasts) {
    Peak const f = peak(normal(), "fibroblasts in the bed"), my = peak(normal(), "myofibroblasts in the bed");
    EXPECT_GE(f.day, 6.0);
    EXPECT_LE(f.day, 9.0);
    EXPECT_GE(my.day, 10.0);
    EXPECT_LE(my.day, 15.0);
    EXPECT_GT(my.value, 100);
}

TEST_F(Wound, PeaksComeInOrder) {
    double last = 0;
    for (char const* cells :
         {"neutrophils in the bed", "M1 in the bed", "M2 in the bed", "fibroblasts in the bed", "myofibroblasts in the bed"}) {
        double const day = peak(normal(), cells).day;
        EXPECT_GT(day, last) << cells;
        last = day;
    }
}

TEST_F(Wound, ClosesFillsWithCollagenAndGrowsVessels) {
    Table const& t = normal();
    EXPECT_LT(at_day(t, "closure", 1), 0.25);
    EXPECT_GT(at_day(t, "closure", 7), at_day(t, "closure", 3));
    EXPECT_GT(at_day(t, "closure", 14), 0.8);
    EXPECT_LT(at_day(t, "fibrin in the bed [uM]", 14), 0.1 * at_day(t, "fibrin in the bed [uM]", 0));
    EXPECT_GT(at_day(t, "collagen in the bed [uM]", 14), 100 + at_day(t, "collagen in the bed [uM]", 3));
    EXPECT_GT(at_day(t, "vessel cells in the bed", 10), 3 * (1 + at_day(t, "vessel cells in the bed", 1)));
}

/// TGF-β makes collagen and myofibroblasts: neutralised, granulation tissue is poor in both (Shah, Foreman & Ferguson 1992, Lancet
/// 339:213).
TEST_F(Wound, WithoutTgfBetaLittleCollagenAndHardlyAnyMyofibroblasts) {
    EXPECT_LT(peak(no_tgf_beta(), "myofibroblasts in the bed").value, 0.1 * peak(normal(), "myofibroblasts in the bed").value);
    EXPECT_LT(at_day(no_tgf_beta(), "collagen in the bed [uM]", 14), 0.5 * at_day(normal(), "collagen in the bed [uM]", 14));
}

/// Without macrophages fewer fibroblasts and vessels, slower clearance of fibrin and dead cells, slower closure
/// (Leibovich & Ross 1975, Am. J. Pathol. 78:71; Mirza, DiPietro & Koh 2009, Am. J. Pathol. 175:2454).
TEST_F(Wound, WithoutMacrophagesRepairIsPoorAndSlow) {
    EXPECT_LT(peak(no_macrophages(), "M2 in the bed").value, 0.05 * peak(normal(), "M2 in the bed").value);
    EXPECT_LT(peak(no_macrophages(), "fibroblasts in the bed").value, 0.5 * peak(normal(), "fibroblasts in the bed").value);
    EXPECT_LT(at_day(no_macrophages(), "vessel cells in the bed", 10), 0.5 * at_day(normal(), "vessel cells in the bed", 10));
    EXPECT_LT(at_day(no_macrophages(), "collagen in the bed [uM]", 14), 0.5 * at_day(normal(), "collagen in the bed [uM]", 14));
    EXPECT_LT(at_day(no_macrophages(), "closure", 10), at_day(normal(), "closure", 10));
}

/// All of it, as users run it: few cells in a large tissue secrete IL-10 on its first day, which a solver meets with a tolerance relative
/// to the largest concentration.
TEST(WholeWound, AddsUpOnItsFirstDay) {
    TemporaryFolder const folder;
    Outcome const outcome = crine({"run", source_file("scenarios/wound_healing.yaml"), "-o", (folder / "out").string(), "--set",
                                   "time.end=12 h", "--set", "output.volumes=0 s", "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    Table const t(folder / "out" / "summary.csv");
    EXPECT_GT(t.at(t.rows.size() - 1, "IL-10 secreted [molecules]"), 1000);
}

}  // namespace
}  // namespace crine::test
