/// S2 (with R4, L1): an acute inflammation runs in the order that physiology gives, by mechanism, and ends; without IL-10, or without
/// phagocytosis, it does not. Runs a quarter of scenarios/acute_inflammation.yaml, exact by symmetry.

#include "support/program.h"

#include <gtest/gtest.h>

#include <memory>

namespace crine::test {
namespace {

/// Six courses, each computed once for all tests (which therefore run as one entry of ctest).
class AcuteInflammation : public testing::Test {
protected:
    struct Course {
        Table probes, summary, compartments;
    };
    static void SetUpTestSuite() {
        normal_ = course({});
        // Mast cells without granules.
        no_histamine_ = course({"cells.mast cell.stores.histamine.amount=1 molecule"});
        // A neutralising antibody: IL-10 is cleared within a second.
        no_il_10_ = course({"ligands.IL-10.decay=1 /s"});
        no_phagocytosis_ = course({"cells.macrophage.phagocytosis=0 /h"});
        // Neutropenia: those that come vanish within minutes.
        no_neutrophils_ = course({"cells.neutrophil.apoptosis.rate=60 /h", "cells.neutrophil.apoptosis.duration=10 min"});
        no_g_csf_ = course({"ligands.G-CSF.decay=1 /s"});
    }
    static void TearDownTestSuite() { normal_ = no_histamine_ = no_il_10_ = no_phagocytosis_ = no_neutrophils_ = no_g_csf_ = nullptr; }

    static std::shared_ptr<Course> course(std::vector<std::string> const& changes) {
        TemporaryFolder const folder;
        std::vector<std::string> arguments{"run", source_file("scenarios/acute_inflammation.yaml"), "-o", (folder / "out").string(),
                                           "--quiet"};
        for (std::string const change : {"domain.size=[300 um, 300 um, 200 um]", "regions.origin.sphere.centre=[0 um, 0 um, 100 um]",
                                         "regions.focus.sphere.centre=[0 um, 0 um, 100 um]", "placement[0].count=20",
                                         "domain.represents=1.2e7", "time.end=5 d", "output.volumes=0 s"}) {
            arguments.insert(arguments.end(), {"--set", change});
        }
        for (std::string const& change : changes) arguments.insert(arguments.end(), {"--set", change});
        Outcome const outcome = crine(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;  // every molecule is accounted for
        return std::make_shared<Course>(Course{Table(folder / "out" / "probes.csv"), Table(folder / "out" / "summary.csv"),
                                               Table(folder / "out" / "compartments.csv")});
    }
    static Course const& normal() { return *normal_; }
    static Course const& no_histamine() { return *no_histamine_; }
    static Course const& no_il_10() { return *no_il_10_; }
    static Course const& no_phagocytosis() { return *no_phagocytosis_; }
    static Course const& no_neutrophils() { return *no_neutrophils_; }
    static Course const& no_g_csf() { return *no_g_csf_; }

private:
    static inline std::shared_ptr<Course> normal_, no_histamine_, no_il_10_, no_phagocytosis_, no_neutrophils_, no_g_csf_;
};

struct Peak {
    double hour = 0, value = 0;
};
Peak peak(Table const& t, std::string const& column) {
    Peak best;
    for (std::size_t i = 0; i < t.rows.size(); ++i)
        if (t.at(i, column) > best.value) best = {t.at(i, "time [h]"), t.at(i, column)};
    return best;
}
double at_hour(Table const& t, std::string const& column, double hour) {
    std::size_t i = 0;
    while (i + 1 < t.rows.size() && t.at(i, "time [h]") < hour - 1e-6) ++i;
    return t.at(i, column);
}
/// The hour at which it first reaches that value, or the end.
double reaches(Table const& t, std::string const& column, double value) {
    std::size_t i = 0;
    while (i + 1 < t.rows.size() && t.at(i, column) < value) ++i;
    return t.at(i, "time [h]");
}
double at_end(Table const& t, std::string const& column) { return t.at(t.rows.size() - 1, column); }

TEST_F(AcuteInflammation, VesselsLeakWithinTheHourAndLongBeforeNeutrophilsCome) {
    Table const& t = normal().probes;
    double const leaky = reaches(t, "leaky endothelium", 0.5), influx = reaches(t, "neutrophils", 0.1 * peak(t, "neutrophils").value);
    EXPECT_LE(leaky, 1);
    EXPECT_GE(influx, 2 + leaky);
    EXPECT_LE(influx, 8);
    EXPECT_GT(at_hour(t, "albumin in the tissue [uM]", 2), 1.3 * at_hour(t, "albumin in the tissue [uM]", 0));
    EXPECT_GT(peak(t, "albumin in the tissue [uM]").value, 2 * at_hour(t, "albumin in the tissue [uM]", 0));
}

/// Two phases, as in inflamed skin: that of histamine is over within hours, that of PGE2 and TNF-α lasts.
TEST_F(AcuteInflammation, PermeabilityHasTwoPhases) {
    Table const& t = normal().probes;
    EXPECT_EQ(at_hour(t, "leaky endothelium", 1), 1);
    EXPECT_EQ(at_hour(t, "leaky endothelium", 3), 0);
    EXPECT_EQ(at_hour(t, "leaky endothelium", 10), 1);
    EXPECT_LT(peak(t, "histamine at the venules [uM]").hour, 1.1);
    EXPECT_LT(at_hour(t, "histamine at the venules [uM]", 3), 0.05 * peak(t, "histamine at the venules [uM]").value);
}

TEST_F(AcuteInflammation, WithoutHistamineVesselsLeakHoursLater) {
    Table const& t = no_histamine().probes;
    EXPECT_GE(reaches(t, "leaky endothelium", 0.5), 3);
    EXPECT_LE(reaches(t, "leaky endothelium", 0.5), 8);
    EXPECT_LT(at_hour(t, "albumin in the tissue [uM]", 3), 1.1 * at_hour(t, "albumin in the tissue [uM]", 0));
    EXPECT_GT(at_hour(normal().probes, "albumin in the tissue [uM]", 3), 1.3 * at_hour(t, "albumin in the tissue [uM]", 3));
}

/// They come in at the venules, 212 µm from the middle of the focus, and gather in it: it is 5.8 % of the tissue.
TEST_F(AcuteInflammation, NeutrophilsClimbToTheFocus) {
    Table const& t = normal().probes;
    double const hour = peak(t, "neutrophils in the focus").hour;
    EXPECT_GT(peak(t, "neutrophils in the focus").value, 100);
    EXPECT_GT(at_hour(t, "neutrophils in the focus", hour), 5 * 0.058 * at_hour(t, "neutrophils", hour));
    EXPECT_GT(at_hour(t, "neutrophils in the focus", hour), 2 * at_hour(t, "neutrophils by the venules", hour));
    EXPECT_GT(at_hour(t, "CXCL8 in the focus [pM]", 4), at_hour(t, "CXCL8 at the venules [pM]", 4));
}

TEST_F(AcuteInflammation, NeutrophilsThenMacrophages) {
    Table const& t = normal().probes;
    Peak const neutrophils = peak(t, "neutrophils"), macrophages = peak(t, "macrophages");
    EXPECT_GE(neutrophils.hour, 10);
    EXPECT_LE(neutrophils.hour, 36);
    EXPECT_GE(macrophages.hour, 30);
    EXPECT_LE(macrophages.hour, 72);
    EXPECT_GT(macrophages.hour, neutrophils.hour + 10);
    EXPECT_LT(reaches(t, "neutrophils", 0.1 * neutrophils.value), reaches(t, "monocytes", 0.1 * peak(t, "monocytes").value));
    EXPECT_GT(macrophages.value, 1.5 * at_hour(t, "macrophages", 0));
}

TEST_F(AcuteInflammation, InfectionIsClearedAndInflammationResolved) {
    Table const& t = normal().probes;
    EXPECT_GT(peak(t, "bacteria").value, 2 * at_hour(t, "bacteria", 0));
    EXPECT_EQ(at_hour(t, "bacteria", 48), 0);
    EXPECT_EQ(at_end(t, "bacteria"), 0);
    for (char const* cytokine : {"TNF-alpha in the tissue [pM]", "IL-1beta in the tissue [pM]", "CXCL8 in the tissue [pM]",
                                 "CCL2 in the tissue [pM]", "PGE2 in the tissue [nM]"}) {
        EXPECT_LT(at_hour(t, cytokine, 72), 0.02 * peak(t, cytokine).value) << cytokine;
        EXPECT_GT(peak(t, "IL-10 in the tissue [pM]").hour, peak(t, cytokine).hour) << cytokine;
    }
    EXPECT_LT(at_end(t, "neutrophils"), 0.05 * peak(t, "neutrophils").value);
    EXPECT_LT(at_end(normal().summary, "dead neutrophil"), 0.05 * peak(t, "neutrophils").value);
    EXPECT_EQ(at_end(t, "leaky endothelium"), 0);
    EXPECT_LT(at_end(t, "albumin in the tissue [uM]"), 1.05 * at_hour(t, "albumin in the tissue [uM]", 0));
}

/// By blood: G-CSF from the tissue makes marrow produce more of the neutrophils that it uses up, and a cytokine in blood stays far below
/// that in the tissue.
TEST_F(AcuteInflammation, TissueCallsMarrowThroughBlood) {
    Table const &t = normal().probes, &c = normal().compartments;
    std::string const number = "neutrophil in blood present [cells]", production = "neutrophil in blood production [cells/h]";
    double const rest = at_hour(c, production, 0), start = at_hour(c, number, 0);
    EXPECT_GT(at_hour(c, production, 24), 2 * rest);
    EXPECT_LT(at_end(c, production), 1.1 * rest);
    EXPECT_LT(at_hour(c, number, 10), 0.9 * start);
    EXPECT_GT(peak(c, number).value, 2 * start);
    EXPECT_LT(at_end(c, number), 1.1 * start);
    double const recruited = 1.2e7 * at_end(normal().summary, "recruited neutrophil");
    EXPECT_DOUBLE_EQ(at_end(c, "neutrophil in blood recruited [cells]"), recruited);
    EXPECT_GT(peak(c, "G-CSF in blood total [pM]").value, 5);
    double const blood = peak(c, "TNF-alpha in blood total [pM]").value;
    EXPECT_GT(blood, 0);
    EXPECT_LT(blood, 0.05 * peak(t, "TNF-alpha in the tissue [pM]").value);
}

/// Then marrow makes what it makes at rest, and blood has fewer for the tissue.
TEST_F(AcuteInflammation, WithoutGCSFBloodIsNotReplenished) {
    Table const& c = no_g_csf().compartments;
    std::string const number = "neutrophil in blood present [cells]";
    EXPECT_LT(peak(c, number).value, 1.001 * at_hour(c, number, 0));
    EXPECT_LT(at_hour(c, number, 20), 0.7 * at_hour(c, number, 0));
    EXPECT_LT(peak(no_g_csf().probes, "neutrophils").value, 0.9 * peak(normal().probes, "neutrophils").value);
}

TEST_F(AcuteInflammation, WithoutIL10ItDoesNotEnd) {
    Table const &t = no_il_10().probes, &healthy = normal().probes;
    EXPECT_EQ(at_end(t, "bacteria"), 0);  // the infection is gone, the inflammation is not
    EXPECT_GT(at_end(t, "TNF-alpha in the tissue [pM]"), peak(healthy, "TNF-alpha in the tissue [pM]").value);
    EXPECT_GT(at_end(t, "neutrophils"), peak(healthy, "neutrophils").value);
    EXPECT_EQ(at_end(t, "leaky endothelium"), 1);
}

/// The dead that nobody eats leak HMGB1, and macrophages that have not eaten send no IL-10.
TEST_F(AcuteInflammation, WithoutPhagocytosisTheDeadKeepItGoing) {
    Table const &t = no_phagocytosis().probes, &healthy = normal().probes;
    EXPECT_EQ(at_end(t, "bacteria"), 0);
    EXPECT_GT(at_end(no_phagocytosis().summary, "dead neutrophil"), 3 * peak(normal().summary, "dead neutrophil").value);
    EXPECT_GT(at_end(t, "HMGB1 in the tissue [nM]"), 5 * peak(healthy, "HMGB1 in the tissue [nM]").value);
    EXPECT_EQ(peak(t, "IL-10 in the tissue [pM]").value, 0);
    EXPECT_GT(at_end(t, "TNF-alpha in the tissue [pM]"), peak(healthy, "TNF-alpha in the tissue [pM]").value);
    EXPECT_GT(at_end(t, "neutrophils"), peak(healthy, "neutrophils").value);
}

TEST_F(AcuteInflammation, WithoutNeutrophilsBacteriaGrowOn) {
    Table const& t = no_neutrophils().probes;
    EXPECT_LT(peak(t, "neutrophils").value, 0.1 * peak(normal().probes, "neutrophils").value);
    EXPECT_GT(at_end(t, "bacteria"), 2 * peak(normal().probes, "bacteria").value);
}

}  // namespace
}  // namespace crine::test
