#include "host/commands/describe.h"
#include "host/scenario/scenario.h"
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
}

TEST(RoutesFile, WhatDoesNotAddUpIsRefused) {
    std::string const reacts = message_of(kTraced + "reactions:\n  - {convert: IL-2, to: IL-6, rate: 1 /h}\n");
    EXPECT_NE(reacts.find(":7:20: "), std::string::npos) << reacts;
    EXPECT_NE(reacts.find("the senders of \"IL-2\" cannot be traced: it takes part in a reaction"), std::string::npos) << reacts;
    // an enzyme is not used up
    EXPECT_EQ(message_of(kTraced + "reactions:\n  - {convert: IL-6, by: IL-2, k: 1e4 /M/s}\n"), "no error");
    std::string const saturates =
        message_of(replaced(kTraced, "secretion: {IL-2: 1 molecule/s}", "secretion: {IL-2: {rate: 1 molecule/s, saturation: 1 nM}}"));
    EXPECT_NE(saturates.find("the secretion of \"T\" saturates"), std::string::npos) << saturates;
}

/// Two cells that touch, with Delta and Notch, and a synapse between them; nothing is traced yet.
std::string const kByTouch = R"(title: by touch
time: {end: 10 s, transport: 1 s, mechanics: 1 s, behaviour: 1 s}
domain: {size: [40 um, 40 um, 40 um], spacing: 10 um}
ligands:
  ACh: {diffusivity: 600 um^2/s}
membrane_ligands:
  Delta: {turnover: 0.5 /h}
  Jagged: {}
receptors:
  Notch: {membrane_ligands: {Delta: {k_on: 1e-6 /s/molecule}}, internalisation: 1 /h}
cells:
  stem: {radius: 5 um, moves: false, mechanics: false, presents: {Delta: 5000 molecule/cell}}
  daughter: {radius: 5 um, moves: false, mechanics: false, receptors: {Notch: 1000 molecule/cell}}
placement:
  - {type: stem, at: [[16 um, 20 um, 20 um]]}
  - {type: daughter, at: [[25 um, 20 um, 20 um]]}
synapses:
  cleft:
    ligand: ACh
    from: stem
    to: daughter
    pairs: nearest
    cleft: {width: 50 nm, half_length: 1.6 um, diffusivity: 400 um^2/s}
    vesicles: {content: 1e4 molecule, pool: 200, refill: 0.1 /s, released: 5}
    firing: 1 Hz
    receptor: {number: 1e4, k_on: 3.3e7 /M/s, k_off: 1e4 /s, open: 2e4 /s, close: 1e3 /s}
output: {summary: 10 s}
)";

std::string by_touch(std::string const& line, std::string const& traced) { return replaced(kByTouch, line, traced); }
std::string const kDelta = "Delta: {turnover: 0.5 /h}", kTracedDelta = "Delta: {turnover: 0.5 /h, trace_senders: true}";
std::string const kACh = "ACh: {diffusivity: 600 um^2/s}", kTracedACh = "ACh: {diffusivity: 600 um^2/s, trace_senders: true}";
std::string const kGlutamate = "    ligand: glutamate\n    trace_senders: true\n", kLigand = "    ligand: ACh\n";

TEST(RoutesFile, CheckListsMembraneLigandsAndWhatIsTraced) {
    auto const told = [](std::string const& text) { return describe(load_text(text), 2); };
    std::string const plain = told(kByTouch);
    EXPECT_NE(plain.find("2 ligands, on the cells that present them"), std::string::npos) << plain;
    EXPECT_NE(plain.find("half-life 1.386 h, presented by stem (5000 molecules)"), std::string::npos) << plain;
    EXPECT_NE(plain.find("no turnover, presented by nobody"), std::string::npos) << plain;
    EXPECT_EQ(plain.find("traced"), std::string::npos) << plain;
    auto const lists = [&](std::string const& text, std::string const& names) {
        EXPECT_NE(told(text).find("who receives it from whom: " + names + "\n"), std::string::npos) << told(text);
    };
    lists(kTraced, "IL-2");
    lists(by_touch(kDelta, kTracedDelta), "Delta");
    lists(by_touch(kACh, kTracedACh), "ACh, ACh in cleft");
    lists(by_touch(kLigand, kGlutamate), "glutamate in cleft");
}

// a synapse is traced as its ligand is, or as it says itself
TEST(RoutesRun, SynapsesThatAreTraced) {
    auto const routes = [](std::string const& text) {
        TemporaryFolder const folder;
        write_text(folder / "touch.yaml", text);
        Outcome const outcome = crine({"run", (folder / "touch.yaml").string(), "-o", (folder / "out").string(), "--quiet"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        std::map<std::string, double> molecules;
        if (std::filesystem::exists(folder / "out/routes.csv"))
            for (Row const& row : rows_of(folder / "out/routes.csv"))
                molecules[row.at("ligand") + " by " + row.at("route") + " from " + row.at("sender")] = value(row, "molecules");
        return molecules;
    };
    EXPECT_TRUE(routes(kByTouch).empty());
    auto const of_contacts = routes(by_touch(kDelta, kTracedDelta));
    ASSERT_EQ(of_contacts.size(), 1u);
    EXPECT_GT(of_contacts.at("Delta by juxtacrine from stem"), 1);
    auto const of_ligand = routes(by_touch(kACh, kTracedACh));
    ASSERT_EQ(of_ligand.size(), 1u);  // no cell takes it from the field
    EXPECT_GT(of_ligand.at("ACh by synaptic from stem"), 1);
    EXPECT_EQ(routes(by_touch(kLigand, kGlutamate)).at("glutamate by synaptic from stem"), of_ligand.at("ACh by synaptic from stem"));
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
