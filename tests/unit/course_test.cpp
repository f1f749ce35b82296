#include "crine/contracts.h"
#include "host/commands/course.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

std::map<std::string, Course> two_runs() {
    return {{"a", {{"total [nM]", "x"}, {0, 10, 30}, {{1, 5}, {2, 6}, {4, 7}}, 10}}, {"b", {{"total [nM]"}, {0, 10}, {{100}, {50}}, 10}}};
}

TEST(Course, FormulasTakeColumnsOfRunsAndTimes) {
    auto const runs = two_runs();
    EXPECT_EQ(evaluate("'total' + 'x'", runs, "a", -1), 11);
    EXPECT_EQ(evaluate("'total [nM]' + 'x@0 s'", runs, "a", 10), 7);
    EXPECT_EQ(evaluate("'b:total' / 'total'", runs, "a", 10), 25);
    EXPECT_EQ(evaluate("'b:total@0 min' - max('total', 3)", runs, "a", 10), 97);
    EXPECT_EQ(evaluate("'integral of total'", runs, "a", -1), 15 + 60);
    EXPECT_EQ(evaluate("'integral of total@10 s'", runs, "a", -1), 15);
}

TEST(Course, FormulasSayWhatIsWrong) {
    auto const runs = two_runs();
    auto const problem = [&](std::string const& formula) -> std::string {
        try {
            evaluate(formula, runs, "a", -1);
        } catch (InputError const& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_NE(problem("'totl'").find("did you mean \"total\"?"), std::string::npos) << problem("'totl'");
    EXPECT_NE(problem("'total@20 s'").find("no summary at 20 s"), std::string::npos);
    EXPECT_NE(problem("'total").find("a quote is not closed"), std::string::npos);
    EXPECT_NE(problem("'total' +").find("bad formula"), std::string::npos);
}

/// Two cells that drift, and a ligand that does not move: their moments along an axis.
constexpr char const* kMoments = R"(
time: {end: 10 s, transport: 1 s, mechanics: 1 s, behaviour: 1 s}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um}
ligands:
  A: {diffusivity: 0 um^2/s, initial: {expression: "x > 40 && x < 60 && y < 10 && z < 10 ? 1 : 0", unit: nM}}
cells:
  fast: {radius: 5 um, mechanics: false, velocity: [3 um/s, 4 um/s, 0 um/s]}
  slow: {radius: 5 um, mechanics: false, velocity: [1 um/s, 0 um/s, 0 um/s]}
placement:
  - {type: fast, at: [[10 um, 10 um, 50 um], [30 um, 20 um, 50 um]]}
  - {type: slow, at: [[10 um, 10 um, 50 um]]}
probes:
  - {name: A mean, ligand: A, mean_position: x}
  - {name: A spread, ligand: A, variance: x}
  - {name: fast mean, cells: fast, mean_position: x}
  - {name: fast spread, cells: fast, variance: x}
  - {name: fast msd, mean_squared_displacement: fast}
  - {name: slow msd, mean_squared_displacement: slow}
output: {summary: 5 s}
)";

TEST(Course, ProbesReadMomentsAndDisplacements) {
    Device cpu;
    cpu.kind = Device::Kind::cpu;
    std::map<std::string, Course> runs;
    runs["run"] = run_course(load_text(kMoments), cpu);
    auto const at_end = [&](std::string const& column) { return evaluate("'" + column + "'", runs, "run", -1); };
    EXPECT_NEAR(at_end("A mean [um]"), 50, 1e-4);
    EXPECT_NEAR(at_end("A spread [um^2]"), 25, 1e-4);  // voxels at 45 and 55 um
    EXPECT_NEAR(at_end("fast mean"), 50, 1e-4);
    EXPECT_NEAR(at_end("fast spread"), 100, 1e-3);
    EXPECT_NEAR(at_end("fast msd"), 2500, 1e-2);
    EXPECT_NEAR(at_end("slow msd"), 100, 1e-3);
    EXPECT_EQ(evaluate("'fast msd@0 s'", runs, "run", -1), 0);
    EXPECT_NEAR(evaluate("'slow msd@5 s'", runs, "run", -1), 25, 1e-3);
}

TEST(Course, ProbesOfPositionsRefuseWhatHasNoMeaning) {
    auto const refused = [&](std::string const& from, std::string const& to) {
        std::string text = kMoments;
        text.replace(text.find(from), from.size(), to);
        EXPECT_THROW(load_text(text), InputError) << to;
    };
    refused("ligand: A, mean_position: x", "mean_position: x");
    refused("ligand: A, mean_position: x", "ligand: A, cells: fast, mean_position: x");
    refused("ligand: A, variance: x", "ligand: A, mean_squared_displacement: fast");
    refused("spacing: 10 um", "spacing: 10 um, periodic: [x]");
    refused("spacing: 10 um", "spacing: 10 um, periodic: [y]");  // of the displacement
}

/// Two cells that meet 1 and 3 nM, with receptors for another ligand that all bind; a compartment; a synapse.
constexpr char const* kTables = R"(
time: {end: 10 s, transport: 1 s, mechanics: 1 s, behaviour: 1 s}
domain: {size: [40 um, 20 um, 20 um], spacing: 20 um}
ligands:
  A: {diffusivity: 0 um^2/s, initial: {expression: "x < 20 ? 1 : 3", unit: nM}, trace_senders: true}
  B: {diffusivity: 0 um^2/s, initial: 10 uM}
receptors:
  R: {ligands: {B: {k_on: 1e6 um^3/s/molecule, k_off: 0 /s}}, desensitisation: 1 /s, recovery: 3 /s}
  S: {ligands: {A: {k_on: 0 /M/s, k_off: 0 /s}}}
cells:
  cell:
    radius: 5 um
    moves: false
    activities: {level: 0}
    receptors: {R: 1000, S: 20}
    rules: [{signal: A, increases: activity of level, to: 1, half: 1 nM}]
  other: {radius: 5 um, moves: false, recruits: {cell: 0 /h}}
placement:
  - {type: cell, at: [[10 um, 10 um, 10 um], [30 um, 10 um, 10 um]]}
  - {type: other, at: [[30 um, 10 um, 10 um]]}
compartments:
  blood: {volume: 2 mL, ligands: {A: {initial: 5 nM}}, cells: {cell: {number: 1000, production: 2 cell/s}}}
doses:
  - {ligand: A, into: blood, bolus: 1e6 molecule, at: 5.5 s}
synapses:
  cleft:
    ligand: glutamate
    trace_senders: true
    from: other
    to: cell
    pairs: nearest
    cleft: {width: 20 nm, half_length: 0.5 um, diffusivity: 400 um^2/s}
    vesicles: {content: 100 molecule, pool: 8, refill: 0 /s, released: 2}
    firing: {train: {from: 0 s, to: 1 s, rate: 1 Hz}}
probes:
  - {name: mean, activity: level, of: cell}
  - {name: most, activity: level, of: cell, statistic: maximum}
  - {name: least, activity: level, of: cell, statistic: minimum}
  - {name: above, activity: level, of: cell, above: 0.6}
  - {name: below, activity: level, of: cell, below: 0.4}
  - {name: between, activity: level, of: cell, above: 0.4, below: 0.9}
  - {name: free, receptor: R, of: cell}
  - {name: active, receptor: R, of: cell, state: active, in: left}
  - {name: desensitised, receptor: R, of: cell, state: desensitised}
  - {name: surface, receptor: R, of: cell, state: surface, statistic: minimum}
  - {name: inside, receptor: R, of: cell, state: inside}
  - {name: many, receptor: S, of: cell, above: 19}
regions:
  left: {layer: {axis: x, from: 0 um, to: 20 um}}
output: {summary: 5 s}
)";

TEST(Course, HoldsEveryTable) {
    Device cpu;
    cpu.kind = Device::Kind::cpu;
    std::map<std::string, Course> runs;
    runs["run"] = run_course(load_text(kTables), cpu);
    auto const at_end = [&](std::string const& column) { return evaluate("'" + column + "'", runs, "run", -1); };
    EXPECT_NEAR(at_end("mean"), 0.625, 1e-6);
    EXPECT_NEAR(at_end("most"), 0.75, 1e-6);
    EXPECT_NEAR(at_end("least"), 0.5, 1e-6);
    EXPECT_EQ(at_end("above"), 0.5);
    EXPECT_EQ(at_end("below"), 0);
    EXPECT_EQ(at_end("between"), 1);
    EXPECT_EQ(evaluate("'below@0 s'", runs, "run", -1), 1);
    EXPECT_LT(at_end("free"), 1);
    EXPECT_NEAR(at_end("active [molecules]"), 750, 1);
    EXPECT_NEAR(at_end("desensitised"), 250, 1);
    EXPECT_NEAR(at_end("surface"), 1000, 1e-2);
    EXPECT_EQ(at_end("inside"), 0);
    EXPECT_EQ(at_end("many"), 1);
    double const before = 5 * 0.602214076 * 2e12;  // 5 nM in 2 mL
    EXPECT_NEAR(at_end("A in blood present"), before + 1e6, 1);
    EXPECT_NEAR(evaluate("'A in blood free [nM]@0 s'", runs, "run", -1), 5, 1e-9);
    EXPECT_EQ(evaluate("'A in blood dosed [molecules]@5 s'", runs, "run", 0), 0);
    EXPECT_EQ(at_end("A in blood dosed"), 1e6);
    EXPECT_EQ(at_end("cell in blood present"), 1020);
    EXPECT_EQ(evaluate("'cell in blood produced [cells]@5 s'", runs, "run", -1), 10);
    EXPECT_EQ(at_end("cleft active"), 2);
    EXPECT_EQ(at_end("cleft spikes"), 2);
    EXPECT_NEAR(at_end("cleft released"), 400, 1e-9);
    EXPECT_NEAR(at_end("cleft vesicles"), 12, 1e-9);
    EXPECT_EQ(at_end("A received by cell, paracrine from elsewhere [molecules]"), 0);
    EXPECT_EQ(at_end("glutamate received by cell, synaptic from other"), at_end("cleft captured"));
}

TEST(Course, ProbesOfCellsRefuseWhatHasNoMeaning) {
    auto const refused = [&](std::string const& from, std::string const& to, std::string const& why) {
        std::string text = kTables;
        text.replace(text.find(from), from.size(), to);
        try {
            load_text(text);
            ADD_FAILURE() << to;
        } catch (InputError const& error) {
            EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
        }
    };
    refused("of: cell, above: 0.6", "of: cell, above: 0.6, statistic: mean", "expected either \"statistic\", or \"above\" and \"below\"");
    refused("above: 0.4, below: 0.9", "above: 0.4, below: 0.4", "\"below\" has to be more than \"above\"");
    refused("of: cell, above: 0.6", "of: cell, state: free", "\"state\" has a meaning only with receptor");
    refused("activity: level, of: cell, above: 0.6", "count: cell, above: 0.6", "have a meaning only with activity, receptor or pathway");
    refused("receptor: R, of: cell}", "receptor: R, of: other}", "\"other\" has no receptor \"R\"");
    refused("receptor: R, of: cell}", "receptor: R}", "\"of\" is missing (the receptors of which cells?)");
    refused("state: inside", "state: insid", "did you mean \"inside\"?");
    refused("receptor: R, of: cell}", "receptor: Q, of: cell}", "\"Q\" is not a receptor of this scenario");
}

}  // namespace
}  // namespace crine::test
