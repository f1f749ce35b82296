#include "crine/contracts.h"
#include "host/course.h"
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

}  // namespace
}  // namespace crine::test
