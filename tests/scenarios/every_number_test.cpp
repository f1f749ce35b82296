#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

/// One run that has everything: every number that it tells is the one that it tells elsewhere.

namespace crine::test {
namespace {

constexpr double kVolume = 120.0 * 100 * 80, kPerNanomolar = 0.602214076;  ///< [µm³], [molecules/µm³]
constexpr double kPieces = 1000;                                           ///< that share the compartments
std::vector<std::string> const kTypes{"sender", "receiver", "eater", "wall", "neuron"};
std::vector<std::string> const kLigands{"traced", "bound", "latent", "active", "enzyme", "matrix", "held", "transmitter"};

class EveryNumber : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        Outcome const outcome = crine({"run", test_scenario("every_number.yaml"), "-o", out("").string(), "--device", "cpu", "--quiet"});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
    static void TearDownTestSuite() { delete folder_; }
    static std::filesystem::path out(std::string const& file) { return *folder_ / "out" / file; }
    static nlohmann::json record() { return nlohmann::json::parse(contents(out("run.json"))); }

    /// Equal but for rounding.
    static void same(double a, double b, char const* what, std::size_t row, double relative = 1e-6) {
        EXPECT_NEAR(a, b, relative * std::max(std::fabs(a), std::fabs(b)) + 1e-9) << what << ", row " << row;
    }

    static TemporaryFolder* folder_;
};
TemporaryFolder* EveryNumber::folder_ = nullptr;

TEST_F(EveryNumber, SummaryAndProbesAgree) {
    Table const summary(out("summary.csv")), probes(out("probes.csv"));
    ASSERT_EQ(summary.rows.size(), 13u);
    ASSERT_EQ(probes.rows.size(), 13u);
    for (std::size_t t = 0; t < summary.rows.size(); ++t) {
        auto const s = [&](std::string const& column) { return summary.at(t, column); };
        auto const p = [&](std::string const& column) { return probes.at(t, column); };
        EXPECT_EQ(s("time [h]"), p("time [h]"));
        for (char const* type : {"sender", "receiver", "eater"}) EXPECT_EQ(s(type), p(type + std::string("s"))) << "row " << t;
        double cells = 0, recruited = 0;
        for (auto const& type : kTypes) cells += s(type) + s("dead " + type), recruited += s("recruited " + type);
        EXPECT_EQ(cells, 62 + s("divisions") + recruited - s("removals")) << "row " << t;
        for (auto const& ligand : kLigands) {
            same(s(ligand + " total [molecules]"), s(ligand + " mean [nM]") * kPerNanomolar * kVolume, ligand.c_str(), t);
            EXPECT_LT(std::fabs(s(ligand + " imbalance")), 1e-5) << ligand << ", row " << t;
        }
        same(s("traced mean [nM]"), p("traced everywhere [nM]"), "mean", t);
        same(s("bound mean [nM]"), (p("bound upper [nM]") + p("bound lower [nM]")) / 2, "mean of halves", t);

        auto const of_all = [&](char const* probe, char const* type) { return s(type) > 0 ? p(probe) * s(type) : 0; };
        double const excess = t == 0 ? 0 : 0.02;  // what has come to the surface and not found a receptor yet is not in complexes
        same(s("bound on receptors [molecules]") + s("latent on receptors [molecules]"),
             of_all("R of receivers [molecules]", "receiver") + of_all("R of eaters [molecules]", "eater"), "R", t, 1e-4 + excess);
        same(s("traced on receptors [molecules]"), of_all("S of senders [molecules]", "sender"), "S", t, 1e-4 + excess);
        same(s("Delta bound [molecules]"), of_all("Notch of receivers [molecules]", "receiver"), "Notch", t, 1e-4);
        if (!(s("receiver") > 0)) continue;
        same(p("free [molecules]") + p("R of receivers [molecules]"), p("surface [molecules]"), "surface", t);
        EXPECT_LE(p("active [molecules]"), p("R of receivers [molecules]"));
        EXPECT_LE(p("least"), p("level"));
        EXPECT_LE(p("level"), p("most"));
        EXPECT_EQ(p("high") + p("not high"), 1);
    }
    for (char const* happened : {"divisions", "deaths", "removals", "engulfments", "differentiations", "recruited eater"})
        EXPECT_GT(summary.at(12, happened), 0) << happened;
}

TEST_F(EveryNumber, CompartmentsTakeWhatTheTissueGives) {
    Table const summary(out("summary.csv")), compartments(out("compartments.csv"));
    ASSERT_EQ(compartments.rows.size(), summary.rows.size());
    for (std::size_t t = 0; t < summary.rows.size(); ++t) {
        auto const c = [&](std::string const& column) { return compartments.at(t, column); };
        same(c("traced in blood from tissue [molecules]"), -kPieces * summary.at(t, "traced exchanged [molecules]"), "exchanged", t, 1e-9);
        same(c("traced in blood transferred [molecules]"), -c("traced in lymph transferred [molecules]"), "transferred", t, 1e-9);
        same(c("traced in blood total [nM]") * kPerNanomolar * 1e12, c("traced in blood present [molecules]"), "present", t, 1e-9);
        EXPECT_EQ(c("eater in blood recruited [cells]"), kPieces * summary.at(t, "recruited eater"));
        for (char const* pool : {"traced in blood", "traced in lymph", "eater in blood"})
            EXPECT_LT(std::fabs(c(pool + std::string(" imbalance"))), 1e-9) << pool << ", row " << t;
    }
    same(compartments.at(12, "traced in blood dosed [molecules]"), 1e11 + 1e7 * 2400, "doses", 12, 1e-9);
}

TEST_F(EveryNumber, RoutesAddUpToWhatIsTaken) {
    Table const summary(out("summary.csv"));
    std::map<std::string, double> sums;
    std::map<std::string, double> synaptic;
    for (Row const& row : rows_of(out("synapses.csv"))) synaptic[row.at("time [h]")] += value(row, "captured [molecules]");
    double juxtacrine = 0, by_synapses = 0, autocrine = 0, traced = 0;
    std::size_t t = 0;
    std::string time = "0";
    auto const compare = [&] {
        if (t == 0) return;
        auto const s = [&](std::string const& column) { return summary.at(t, column); };
        same(juxtacrine, s("Delta bound [molecules]") + s("Delta internalised [molecules]"), "juxtacrine", t, 1e-3);
        same(by_synapses, synaptic[time], "synaptic", t);
        same(autocrine, s("traced own [molecules]"), "autocrine", t, 0.01);  // less what a field that builds up owes
        EXPECT_GE(traced, s("traced taken up [molecules]") + s("traced on receptors [molecules]") + s("traced internalised [molecules]"));
    };
    for (Row const& row : rows_of(out("routes.csv"))) {
        if (row.at("time [h]") != time) compare(), time = row.at("time [h]"), ++t;
        double const molecules = value(row, "molecules");
        EXPECT_GE(molecules, 0) << row.at("route") << " from " << row.at("sender") << " to " << row.at("receiver") << ", " << time << " h";
        if (row.at("ligand") == "traced") traced += molecules;
        if (row.at("route") == "autocrine") autocrine += molecules;
        if (row.at("route") == "juxtacrine") juxtacrine += molecules;
        if (row.at("route") == "synaptic") by_synapses += molecules;
    }
    compare();
    EXPECT_EQ(t, 12u);
}

TEST_F(EveryNumber, WhatEscapesFromSynapsesIsInTheTissue) {
    Table const summary(out("summary.csv"));
    std::map<double, double> escaped;
    for (Row const& row : rows_of(out("synapses.csv"))) {
        double parts = 0;
        for (char const* part : {"hydrolysed", "escaped", "bound", "free"})
            parts += value(row, (part + std::string(" [molecules]")).c_str());
        EXPECT_NEAR(parts, value(row, "released [molecules]"), 1e-6 * parts + 1e-9);
        escaped[value(row, "time [h]")] += value(row, "escaped [molecules]");
    }
    for (std::size_t t = 0; t < summary.rows.size(); ++t)
        same(escaped.at(summary.at(t, "time [h]")), summary.at(t, "transmitter secreted [molecules]"), "escaped", t);
}

TEST_F(EveryNumber, TheRecordEndsWithTheTables) {
    auto const run = record();
    Table const summary(out("summary.csv")), compartments(out("compartments.csv"));
    std::size_t const last = summary.rows.size() - 1;
    EXPECT_EQ(run["time [h]"], summary.at(last, "time [h]"));
    for (auto const& ligand : kLigands)
        for (auto const& [entry, number] : run["ledger [molecules]"][ligand].items()) {
            std::string const column = ligand + " " + entry + (entry == "imbalance" ? "" : " [molecules]");
            if (entry != "turnover" && entry != "correction explained") same(number, summary.at(last, column), column.c_str(), last, 1e-12);
        }
    for (char const* entry : {"present", "initial", "produced", "lost", "recruited"})
        same(run["circulating cells"]["eater in blood"][entry], compartments.at(last, "eater in blood " + std::string(entry) + " [cells]"),
             entry, last, 1e-12);
    double cells = 0;
    for (auto const& type : kTypes) cells += summary.at(last, type) + summary.at(last, "dead " + type);
    EXPECT_EQ(run["cells"]["at end"], cells);
    EXPECT_EQ(run["cells"]["at start"], 62);
    // its files, and no others, are there
    std::vector<std::string> there;
    for (auto const& name : names_in(out("")))
        there.push_back(name.starts_with("fields_") ? "fields_*.vti" : name.starts_with("cells_") ? "cells_*.vtp" : name);
    there.erase(std::unique(there.begin(), there.end()), there.end());
    auto files = run["files"].get<std::vector<std::string>>();
    std::erase(files, "checkpoint_*.h5");  // of which none is left of a complete run
    std::sort(files.begin(), files.end()), std::sort(there.begin(), there.end());
    EXPECT_EQ(there, files);
}

}  // namespace
}  // namespace crine::test
