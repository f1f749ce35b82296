#include "host/describe.h"
#include "host/scenario.h"
#include "support/program.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <map>

/// trace_senders from the file to routes.csv and its picture: what is refused, and a run.

namespace crine::test {
namespace {

std::string const kTraced = R"(title: traced
time: {end: 1 min}
domain: {size: [40 um, 40 um, 40 um], spacing: 10 um}
ligands:
  IL-2:
    diffusivity: 10 um^2/s
    trace_senders: true
  IL-6: {diffusivity: 10 um^2/s}
cells:
  T: {radius: 5 um, secretion: {IL-2: 1 molecule/s}, uptake: {IL-2: 10 um^3/s}}
)";

TEST(RoutesFile, SendersAreTracedWhereAsked) {
    Scenario const s = load_text(kTraced);
    EXPECT_TRUE(s.model.ligands[0].traced);
    EXPECT_FALSE(s.model.ligands[1].traced);
    EXPECT_NE(describe(s, 0).find("senders traced"), std::string::npos);
}

TEST(RoutesFile, WhatDoesNotAddUpIsRefused) {
    std::string const reacts = message_of(kTraced + "reactions:\n  - {convert: IL-2, to: IL-6, rate: 1 /h}\n");
    EXPECT_NE(reacts.find(":7:20: "), std::string::npos) << reacts;
    EXPECT_NE(reacts.find("the senders of \"IL-2\" cannot be traced: it takes part in a reaction"), std::string::npos) << reacts;
    // an enzyme is not used up
    EXPECT_EQ(message_of(kTraced + "reactions:\n  - {convert: IL-6, by: IL-2, k: 1e4 /M/s}\n"), "no error");
    std::string text = kTraced;
    std::string const rate = "secretion: {IL-2: 1 molecule/s}";
    text.replace(text.find(rate), rate.size(), "secretion: {IL-2: {rate: 1 molecule/s, saturation: 1 nM}}");
    std::string const saturates = message_of(text);
    EXPECT_NE(saturates.find("the secretion of \"T\" saturates"), std::string::npos) << saturates;
}

TEST(RoutesRun, WhoToldWhom) {
    TemporaryFolder const folder;
    Outcome const outcome = crine({"run", source_file("scenarios/who_told_whom.yaml"), "-o", (folder / "out").string(), "--device", "cpu",
                                   "--threads", "2", "--until", "1 h", "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    auto const rows = rows_of(folder / "out/routes.csv");
    std::map<std::string, double> sum;
    std::size_t const lines = 4 + 3;  // T helper cells receive by four routes, regulatory ones by three
    ASSERT_EQ(rows.size(), 2 * lines);
    for (Row const& row : rows) {
        EXPECT_EQ(row.at("time [h]"), &row < &rows[lines] ? "0.5" : "1");
        EXPECT_EQ(row.at("ligand"), "IL-2");
        sum[row.at("receiver") + ", " + row.at("route") + ", " + row.at("sender")] += value(row, "molecules");
    }
    double const own = sum.at("T helper cell, autocrine, T helper cell"), others = sum.at("T helper cell, paracrine, T helper cell");
    double const all = sum.at("regulatory T cell, paracrine, T helper cell");
    EXPECT_GT(own, 0);
    EXPECT_GT(others, 0);
    EXPECT_GT(all, 3 * (own + others));  // they have ten times as many receptors
    EXPECT_GT(sum.at("regulatory T cell, endocrine, blood"), 0);
    for (char const* receiver : {"T helper cell", "regulatory T cell"})
        EXPECT_NEAR(sum.at(std::string(receiver) + ", paracrine, elsewhere"), 0, 1e-4 * all);
}

}  // namespace
}  // namespace crine::test
