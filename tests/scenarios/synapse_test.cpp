#include "host/scenario/scenario.h"

#include "host/commands/describe.h"
#include "support/program.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

/// Synapses from the file to synapses.csv: what is understood, what is refused, and a run of neurons on a sheet of muscle.

namespace crine::test {
namespace {

std::string const kSound = R"(title: sound
time: {end: 1 s, transport: 0.1 s, mechanics: 1 s, behaviour: 1 s}
domain: {size: [100 um, 40 um, 10 um], spacing: 10 um, periodic: [x]}
ligands:
  ACh: {diffusivity: 600 um^2/s}
cells:
  N: {radius: 3 um, moves: false}
  M: {radius: 5 um, moves: false, rules: [{signal: open channels, increases: speed, to: 1 um/min, half: 0.1}]}
placement:
  - {type: N, at: [[5 um, 20 um, 5 um], [50 um, 20 um, 5 um]]}
  - {type: M, at: [[95 um, 20 um, 5 um], [60 um, 20 um, 5 um], [30 um, 20 um, 5 um], [25 um, 20 um, 5 um]]}
synapses:
  S:
    ligand: ACh
    from: N
    to: M
    pairs: nearest
    cleft: {width: 50 nm, half_length: 1.6 um, diffusivity: 400 um^2/s}
    vesicles: {content: 1e4 molecule, pool: 200, refill: 0.1 /s, released: 5}
    firing: 10 Hz
    enzyme: 10 /ms
    receptor: {number: 1e4, k_on: 3.3e7 /M/s, k_off: 1e4 /s, open: 2e4 /s, close: 1e3 /s, desensitisation: 50 /s, recovery: 5 /s}
)";

std::string without_rules() {
    return replaced(kSound, ", rules: [{signal: open channels, increases: speed, to: 1 um/min, half: 0.1}]", "");
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(std::string const& text) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (SynapsePair const& p : load_text(text).initial.synapses) pairs.emplace_back(p.from, p.to);
    return pairs;
}
using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

TEST(SynapseFile, ConvertsWhatItSays) {
    Scenario const s = load_text(kSound);
    ASSERT_EQ(s.model.synapses.size(), 1u);
    SynapseType const& type = s.model.synapses[0];
    EXPECT_EQ(type.name, "S");
    EXPECT_EQ(type.ligand, 0);
    EXPECT_EQ(type.from, 0);
    EXPECT_EQ(type.to, 1);
    EXPECT_EQ(type.kinetics.cleft.shape, Cleft::Shape::slit);
    EXPECT_DOUBLE_EQ(type.kinetics.cleft.width, 0.05);
    EXPECT_DOUBLE_EQ(type.kinetics.cleft.breadth, 3.2);
    EXPECT_EQ(type.kinetics.cleft.nodes, 24);
    EXPECT_DOUBLE_EQ(type.kinetics.vesicles.content, 1e4);
    EXPECT_DOUBLE_EQ(type.kinetics.enzyme.rate, 1e4);
    EXPECT_NEAR(type.kinetics.channels.k_on, 3.3e7 / 6.02214076e8, 1e-9);
    EXPECT_FALSE(type.kinetics.train.given);
    EXPECT_EQ(s.model.types[0].base[behaviour::firing], 10);
    std::string const told = describe(s, s.initial.cells.size());
    EXPECT_NE(told.find("N → M by ACh, cleared with a time constant of 0.0963 ms"), std::string::npos) << told;
    EXPECT_NE(told.find("spills into the field of ACh"), std::string::npos) << told;

    Scenario const other = load_text(replaced(replaced(replaced(kSound, "ligand: ACh", "ligand: glutamate"), "firing: 10 Hz",
                                                       "firing: {train: {from: 10 ms, to: 0.5 s, rate: 50 Hz}}"),
                                              "enzyme: 10 /ms", "enzyme: {k_cat: 1e4 /s, K_m: 1 uM, amount: 2e4}"));
    EXPECT_EQ(other.model.synapses[0].ligand, -1);
    EXPECT_DOUBLE_EQ(other.model.synapses[0].kinetics.train.from, 0.01);
    EXPECT_NEAR(other.model.synapses[0].kinetics.enzyme.K_m, 602.214076, 1e-6);
}

/// Two boutons at x = 5 and 50 (cells 1, 2), four muscle cells at 95, 60, 30, 25 (3 … 6); the domain is 100 um long and periodic.
TEST(SynapseFile, PairsCells) {
    EXPECT_EQ(pairs_of(kSound), (Pairs{{1, 3}, {2, 4}, {2, 5}, {1, 6}}));
    EXPECT_EQ(pairs_of(replaced(kSound, "pairs: nearest", "pairs: [[2, 3], [1, 3]]")), (Pairs{{2, 3}, {1, 3}}));
    EXPECT_EQ(pairs_of(replaced(kSound, "pairs: nearest", "reach: 25 um")), (Pairs{{1, 3}, {2, 4}, {1, 5}, {2, 5}, {1, 6}, {2, 6}}));
    EXPECT_EQ(pairs_of(replaced(without_rules(), "to: M", "to: N")), (Pairs{{2, 1}, {1, 2}})) << "a cell is not its own partner";
}

struct Wrong {
    char const *name, *find, *put, *message;  ///< the message must point at the `@`
};
void PrintTo(Wrong const& wrong, std::ostream* out) { *out << wrong.name; }  // NOLINT(readability-identifier-naming)

class WrongSynapse : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSynapse, IsOneLineThatSaysWhereAndWhat) {
    std::string text = replaced(without_rules(), GetParam().find, GetParam().put);
    auto const mark = text.find('@');
    ASSERT_NE(mark, std::string::npos);
    auto const line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), '\n') + 1;
    auto const column = mark - (text.rfind('\n', mark) + 1) + 1;
    text.erase(mark, 1);
    TemporaryFolder const folder;
    std::string message = "no error";
    try {
        load_text(text, folder);
    } catch (InputError const& error) {
        message = error.what();
    }
    std::string const expected =
        (folder / "scenario.yaml").string() + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + GetParam().message;
    EXPECT_EQ(message.substr(0, expected.size()), expected);
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongSynapse,
    testing::Values(
        // clang-format off
        Wrong{"from", "from: N", "from: @K", "synapses.S.from: \"K\" is not a cell type of this scenario"},
        Wrong{"pairs_word", "pairs: nearest", "pairs: @next", "synapses.S.pairs: found \"next\", expected nearest, or a list of pairs [from id, to id]"},
        Wrong{"no_pairs", "  S:\n    ligand: ACh\n    from: N\n    to: M\n    pairs: nearest\n", "  S:\n    @ligand: ACh\n    from: N\n    to: M\n", "synapses.S: expected exactly one of pairs, reach, found none"},
        Wrong{"no_such_cell", "pairs: nearest", "pairs: [[1, @9]]", "synapses.S.pairs[0][1]: there is no cell 9; cells are numbered in the order of placement, from 1 to 6"},
        Wrong{"wrong_cell", "pairs: nearest", "pairs: [[@3, 4]]", "synapses.S.pairs[0][0]: cell 3 is a M, expected a N"},
        Wrong{"pair_twice", "pairs: nearest", "pairs: [[1, 3], [@1, 3]]", "synapses.S.pairs[1][0]: this pair is there twice"},
        Wrong{"too_far", "pairs: nearest", "reach: @1 um", "synapses.S.reach: no \"N\" is so near to a \"M\" at time 0"},
        Wrong{"width", "width: 50 nm", "width: @50 s", "synapses.S.cleft.width: \"50 s\" is a time; expected a length"},
        Wrong{"no_gap", "width: 50 nm", "width: @5 um", "synapses.S.cleft.width: the cleft is wider than half its length: it is no gap"},
        Wrong{"geometry", "cleft: {", "cleft: {geometry: @disk, ", "synapses.S.cleft.geometry: found \"disk\", expected slit | disc; did you mean \"disc\"?"},
        Wrong{"breadth_of_disc", "cleft: {", "cleft: {geometry: disc, breadth: @1 um, ", "synapses.S.cleft.breadth: \"breadth\" has a meaning only for a slit"},
        Wrong{"nodes", "cleft: {", "cleft: {nodes: @64, ", "synapses.S.cleft.nodes: expected 4 to 32 nodes"},
        Wrong{"released", "released: 5", "released: @500", "synapses.S.vesicles.released: a spike cannot open more vesicles than the pool has"},
        Wrong{"half_a_vesicle", "pool: 200,", "pool: @20.5, stochastic: true,", "synapses.S.vesicles.pool: stochastic vesicles are counted: expected a whole number up to 10000"},
        Wrong{"firing_too_fast", "firing: 10 Hz", "firing: @10 kHz", "synapses.S.firing: a cell that fires more often than 2000 /s is implausible"},
        Wrong{"train_backwards", "firing: 10 Hz", "firing: {train: {from: 2 s, to: @1 s, rate: 5 Hz}}", "synapses.S.firing.train.to: the train ends before it begins"},
        Wrong{"enzyme", "enzyme: 10 /ms", "enzyme: @{k_cat: 1 /ms, K_m: 1 uM}", "synapses.S.enzyme: \"amount\" is missing"},
        Wrong{"enzyme_twice", "enzyme: 10 /ms", "enzyme: @{k_cat: 1 /ms, rate: 10 /ms}", "synapses.S.enzyme: expected exactly one of rate, k_cat, found several"},
        Wrong{"never_open", "open: 2e4 /s, close: 1e3 /s", "close: @1e3 /s", "synapses.S.receptor.close: the channels close but never open"},
        Wrong{"rule_on_bystander", "radius: 3 um, moves: false", "radius: 3 um, rules: [{signal: @open channels, increases: speed, to: 1 um/s, half: 1}]", "cells.N.rules[0].signal: the rule does nothing: no synapse has channels that open in a cell of this type"},
        Wrong{"rule_on_firing", "M: {radius: 5 um, moves: false", "M: {radius: 5 um, rules: [{signal: ACh, increases: @firing, to: 9 Hz, half: 1 nM}]", "cells.M.rules[0].increases: the rule does nothing: this type is not presynaptic"}  // clang-format on
        ),
    [](auto const& info) { return std::string(info.param.name); });

TEST(SynapseFile, TellsWhatIsMissingOrCannotBe) {
    std::string const field =
        message_of(replaced(kSound, "{diffusivity: 600 um^2/s}", "{diffusivity: 600 um^2/s, decay: 1 /s, scheme: quasi-steady}"));
    EXPECT_NE(field.find(":14:13: synapses.S.ligand: the field of \"ACh\" is quasi-steady"), std::string::npos) << field;
    std::string const silent = message_of(replaced(kSound, "    firing: 10 Hz\n", ""));
    EXPECT_NE(silent.find(":14:5: synapses.S: the synapse never fires"), std::string::npos) << silent;
}

TEST(SynapseFile, WordsOfSynapsesNeedSynapses) {
    std::string const without = message_of(kSound.substr(0, kSound.find("synapses:")));
    EXPECT_NE(without.find("\"open channels\" is not a signal"), std::string::npos) << without;
}

/// scenarios/synapse.yaml: every fibre has its nearest neuron; those near the stimulus fire faster, deplete more and open more channels.
TEST(SynapseRun, NeuronsDriveASheetOfMuscle) {
    TemporaryFolder const folder;
    Outcome const outcome = crine({"run", source_file("scenarios/synapse.yaml"), "-o", (folder / "out").string(), "--device", "cpu",
                                   "--threads", "2", "--set", "time.end=2 s", "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    auto const rows = rows_of(folder / "out/synapses.csv");
    std::size_t const fibres = 15;
    ASSERT_EQ(rows.size(), 5 * fibres);
    std::map<std::string, double> spikes;
    double escaped = 0;
    for (std::size_t n = rows.size() - fibres; n < rows.size(); ++n) {
        Row const& row = rows[n];
        double const released = value(row, "released [molecules]");
        double const accounted = value(row, "hydrolysed [molecules]") + value(row, "escaped [molecules]") +
                                 value(row, "bound [molecules]") + value(row, "free [molecules]");
        EXPECT_NEAR(accounted, released, 1e-12 * released);
        EXPECT_GT(value(row, "hydrolysed [molecules]"), 0.7 * released);
        EXPECT_GT(value(row, "captured [molecules]"), value(row, "bound [molecules]"));
        EXPECT_GT(value(row, "peak of open channels"), 0.01);
        spikes[row.at("from")] = value(row, "spikes");
        escaped += value(row, "escaped [molecules]");
    }
    ASSERT_EQ(spikes.size(), 5u);  // neurons 16 … 20, from left to right
    EXPECT_GT(spikes["16"], 1.5 * spikes["20"]);
    EXPECT_GE(spikes["16"], spikes["17"]);
    EXPECT_GE(spikes["17"], spikes["18"]);

    Table const summary(folder / "out/summary.csv");
    std::size_t const last = summary.rows.size() - 1;
    EXPECT_NEAR(summary.at(last, "acetylcholine secreted [molecules]"), escaped, 1e-9 * escaped);
    EXPECT_NEAR(summary.at(last, "acetylcholine imbalance"), 0, 1e-6);
    EXPECT_GT(summary.at(last, "IL-6 secreted [molecules]"), 0);
    EXPECT_NE(contents(folder / "out/cells_000001.vtp").find("open channels"), std::string::npos);
}

/// Above 100 synapses there is a line for each type.
TEST(SynapseRun, ManySynapsesAreSummedByType) {
    TemporaryFolder const folder;
    std::string text = replaced(kSound, "domain: {size: [100 um, 40 um,", "domain: {size: [100 um, 100 um,");
    text = replaced(text, "placement:\n", "placement:\n  - {type: M, count: 120}\n");
    write_text(folder / "many.yaml", text + "output: {summary: 0.5 s}\n");
    Outcome const outcome = crine({"run", (folder / "many.yaml").string(), "-o", (folder / "out").string(), "--until", "0.5 s", "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    auto const rows = rows_of(folder / "out/synapses.csv");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].at("from"), "all");
    EXPECT_EQ(rows[1].at("active"), "124");
    double pool = 200, released = 0;
    for (int n = 0; n < 4; ++n) {  // at 0.1, 0.2, 0.3 and 0.4 s
        if (n > 0) pool = 200 + (pool - 200) * std::exp(-0.1 * 0.1);
        released += pool * 5 / 200, pool -= pool * 5 / 200;
    }
    EXPECT_EQ(value(rows[1], "spikes"), 124 * 4);
    EXPECT_NEAR(value(rows[1], "released [molecules]"), 124 * 1e4 * released, 1);
}

}  // namespace
}  // namespace crine::test
