#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

/// The program from outside: exit codes, what it says, what it refuses, and that its answer does not depend on threads.

namespace crine::test {
namespace {

using Json = nlohmann::json;

std::string const kSmall = test_scenario("run_small.yaml");

Json record(std::filesystem::path const& folder) { return Json::parse(contents(folder / "run.json")); }

std::size_t lines(std::string const& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

TEST(Program, RunsAndTellsWhatItDid) {
    TemporaryFolder const folder;
    Outcome const outcome =
        crine({"run", kSmall, "-o", (folder / "out").string(), "--until", "2 h", "--seed", "11", "--device", "cpu", "--threads", "1"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("done: 2 h simulated"), std::string::npos) << outcome.out;

    Json const run = record(folder / "out");
    EXPECT_EQ(run["status"], "completed");
    EXPECT_EQ(run["seed"], 11);
    EXPECT_EQ(run["time [h]"], 2);
    EXPECT_EQ(run["steps"], 60);
    EXPECT_EQ(run["cells"]["at start"], 120);
    EXPECT_EQ(run["device"]["threads"], 1);
    EXPECT_EQ(run["command_line"][1], "run");
    EXPECT_EQ(run["state_hash"].get<std::string>().size(), 16u);
    EXPECT_NE(run["scenario"]["resolved"].get<std::string>().find("macrophage"), std::string::npos);
    double phases = 0;
    for (auto const& seconds : run["wall by phase [s]"]) phases += seconds.get<double>();
    EXPECT_GT(phases, 0);
    EXPECT_LE(phases, run["wall [s]"].get<double>());
}

TEST(Program, ResolvedScenarioRepeatsTheRun) {
    TemporaryFolder const folder;
    ASSERT_EQ(crine({"run", kSmall, "-o", (folder / "a").string(), "--until", "1 h", "--set", "domain.spacing=40 um"}).code, 0);
    write_text(folder / "again.yaml", record(folder / "a")["scenario"]["resolved"]);
    Outcome const again = crine({"run", (folder / "again.yaml").string(), "-o", (folder / "b").string()});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(record(folder / "a")["state_hash"], record(folder / "b")["state_hash"]);
}

TEST(Program, SameBitsWithAnyNumberOfThreadsAndFromRunToRun) {
    TemporaryFolder const folder;
    std::vector<std::string> hashes;
    for (char const* threads : {"1", "1", "2", "4"}) {
        std::string const out = (folder / ("out" + std::to_string(hashes.size()))).string();
        Outcome const outcome = crine({"run", kSmall, "-o", out, "--device", "cpu", "--threads", threads, "--quiet"});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        hashes.push_back(record(out)["state_hash"]);
        EXPECT_EQ(contents(out + "/summary.csv"), contents(folder / "out0" / "summary.csv")) << threads << " threads";
        EXPECT_EQ(contents(out + "/probes.csv"), contents(folder / "out0" / "probes.csv")) << threads << " threads";
    }
    EXPECT_EQ(hashes, std::vector<std::string>(4, hashes[0]));

    std::string const other = (folder / "other").string();
    ASSERT_EQ(crine({"run", kSmall, "-o", other, "--seed", "4", "--quiet"}).code, 0);
    EXPECT_NE(record(other)["state_hash"], hashes[0]);  // the hash sees the state
}

TEST(Program, QuietSaysNothing) {
    TemporaryFolder const folder;
    Outcome const outcome = crine({"run", kSmall, "-o", (folder / "out").string(), "--until", "30 min", "--quiet"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(Program, RefusesAWrongNameInAFileOfRules) {
    TemporaryFolder const folder;
    write_text(folder / "rules.csv", "// of PhysiCell\nT,time,increases,apoptosis,0.1,60,2,0\nT,time,increases,aptosis,0.1,60,2,0\n");
    write_text(folder / "scenario.yaml",
               "time: {end: 1 h}\ndomain: {size: [40 um, 40 um, 40 um], spacing: 10 um}\ncells: {T: {radius: 5 um}}\nrules: rules.csv\n");
    Outcome const refused = crine({"check", (folder / "scenario.yaml").string()});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find((folder / "rules.csv").string() + ":3:18: \"aptosis\" is not a behaviour; did you mean \"apoptosis\"?"),
              std::string::npos)
        << refused.err;
}

TEST(Program, NeverOverwritesUnlessTold) {
    TemporaryFolder const folder;
    auto const run = [&](std::vector<std::string> extra) {
        std::vector<std::string> arguments{"run", kSmall, "-o", (folder / "out").string(), "--until", "1 h", "--quiet"};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        return crine(arguments);
    };
    ASSERT_EQ(run({}).code, 0);
    write_text(folder / "out/notes.txt", "mine");
    std::string const first = contents(folder / "out/run.json");

    Outcome const refused = run({});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("already holds a run"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("--overwrite"), std::string::npos) << refused.err;
    EXPECT_EQ(lines(refused.err), 1u) << refused.err;
    EXPECT_EQ(contents(folder / "out/run.json"), first);

    EXPECT_EQ(run({"--overwrite", "--set", "output.volumes=0 s"}).code, 0);
    EXPECT_EQ(names_in(folder / "out"), (std::vector<std::string>{"notes.txt", "probes.csv", "run.json", "summary.csv"}));
}

struct Mistake {
    char const* what;
    std::vector<std::string> arguments;
    int code;
    char const* says;
};

void PrintTo(Mistake const& mistake, std::ostream* out) { *out << mistake.what; }  // NOLINT(readability-identifier-naming)

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, EndInOneClearLine) {
    TemporaryFolder const folder;
    std::vector<std::string> arguments = GetParam().arguments;
    for (auto& argument : arguments)
        if (argument == "OUT") argument = (folder / "out").string();
    Outcome const outcome = crine(arguments);
    EXPECT_EQ(outcome.code, GetParam().code);
    EXPECT_EQ(outcome.err.rfind("crine: error: ", 0), 0u) << outcome.err;
    EXPECT_NE(outcome.err.find(GetParam().says), std::string::npos) << outcome.err;
    EXPECT_EQ(lines(outcome.err), 1u) << outcome.err;
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});  // nothing was begun
}

INSTANTIATE_TEST_SUITE_P(Program, Mistakes,
                         testing::Values(Mistake{"NoCommand", {}, 2, "subcommand"},                                                       //
                                         Mistake{"UnknownCommand", {"simulate"}, 2, "subcommand"},                                        //
                                         Mistake{"NoScenario", {"run"}, 2, "scenario"},                                                   //
                                         Mistake{"MissingFile", {"run", "no_such.yaml", "-o", "OUT"}, 2, "no_such.yaml"},                 //
                                         Mistake{"UnknownOption", {"run", kSmall, "--fast"}, 2, "--fast"},                                //
                                         Mistake{"UnknownDevice", {"run", kSmall, "-o", "OUT", "--device", "tpu"}, 2, "--device tpu"},    //
                                         Mistake{"NoThreads", {"run", kSmall, "-o", "OUT", "--threads", "0"}, 2, "--threads"},            //
                                         Mistake{"TimeWithoutUnit", {"run", kSmall, "-o", "OUT", "--until", "3"}, 2, "end"},              //
                                         Mistake{"BadSeed", {"run", kSmall, "-o", "OUT", "--seed", "one"}, 2, "seed"},                    //
                                         Mistake{"SetWithoutValue", {"run", kSmall, "-o", "OUT", "--set", "seed"}, 2, "key.path=value"},  //
                                         Mistake{
                                             "SetOfUnknownKey", {"run", kSmall, "-o", "OUT", "--set", "time.finish=1 h"}, 2, "finish"},   //
                                         Mistake{"UnwritableFolder", {"run", kSmall, "-o", "/proc/crine", "--quiet"}, 1, "/proc/crine"},  //
                                         Mistake{"FolderIsAFile", {"run", kSmall, "-o", "/dev/null", "--quiet"}, 1, "/dev/null"}),
                         [](auto const& info) { return info.param.what; });

// what is wrong only shows once the engine has the model: an old run has to survive that too
TEST(Program, ReplacesNothingBeforeAllIsKnownToBeRight) {
    TemporaryFolder const folder;
    std::string const out = (folder / "out").string();
    ASSERT_EQ(crine({"run", kSmall, "-o", out, "--until", "1 h", "--quiet"}).code, 0);
    auto const before = names_in(out);
    std::string const record_before = contents(out + "/run.json");
    std::string receptors, numbers;
    for (int r = 0; r < 60; ++r) {
        receptors += "  R" + std::to_string(r) + ": {ligands: {L: {k_on: 1e6 /M/s, k_off: 1 /s}}}\n";
        numbers += (r > 0 ? ", R" : "R") + std::to_string(r) + ": 100";
    }
    write_text(
        folder / "many.yaml",
        "time: {end: 1 h}\ndomain: {size: [40 um, 40 um, 40 um], spacing: 20 um}\nligands: {L: {diffusivity: 10 um^2/s}}\nreceptors:\n" +
            receptors + "cells: {c: {radius: 5 um, receptors: {" + numbers + "}}}\n");
    Outcome const refused = crine({"run", (folder / "many.yaml").string(), "-o", out, "--overwrite"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("numbers of receptors"), std::string::npos) << refused.err;
    EXPECT_EQ(names_in(out), before);
    EXPECT_EQ(contents(out + "/run.json"), record_before);
}

// a table of one's own, be it behind a link, is not written over, whatever is said
TEST(Program, NeverTouchesATableOfSomebodyElse) {
    TemporaryFolder const folder;
    std::filesystem::create_directory(folder / "out");
    std::string const scenario = source_file("scenarios/blood_tissue.yaml"), out = (folder / "out").string();
    auto const run = [&](std::vector<std::string> const& more) {
        std::vector<std::string> arguments{"run", scenario, "-o", out, "--until", "2 min", "--quiet"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return crine(arguments);
    };
    write_text(folder / "precious.csv", "mine\n");
    std::filesystem::create_symlink(folder / "precious.csv", folder / "out/compartments.csv");
    for (auto const& options : {std::vector<std::string>{}, {"--overwrite"}}) {
        Outcome const refused = run(options);
        EXPECT_EQ(refused.code, 2);
        EXPECT_NE(refused.err.find("holds compartments.csv, which is not of a run"), std::string::npos) << refused.err;
    }
    EXPECT_EQ(contents(folder / "precious.csv"), "mine\n");
    EXPECT_EQ(names_in(folder / "out"), std::vector<std::string>{"compartments.csv"});

    // --overwrite takes away all that the old run has left, also what the new one does not write
    std::filesystem::remove(folder / "out/compartments.csv");
    ASSERT_EQ(run({}).code, 0);
    ASSERT_TRUE(std::filesystem::exists(folder / "out/compartments.csv"));
    write_text(folder / "out/routes.csv", "mine\n");  // neither writes one
    ASSERT_EQ(crine({"run", kSmall, "-o", out, "--until", "2 min", "--quiet", "--overwrite"}).code, 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "out/compartments.csv"));
    EXPECT_EQ(contents(folder / "out/routes.csv"), "mine\n");
}

// the untreated arm of a study
TEST(Program, APlaceboGivesNothing) {
    TemporaryFolder const folder;
    std::string const out = (folder / "out").string();
    std::vector<std::string> arguments{"run", test_scenario("doses.yaml"), "-o", out, "--until", "2 h", "--quiet"};
    for (char const* dose : {"doses[0].infusion=0 mol/h", "doses[1].infusion=0 mol/h", "doses[2].bolus=0 mol", "doses[3].bolus=0 mol"}) {
        arguments.emplace_back("--set");
        arguments.emplace_back(dose);
    }
    Outcome const outcome = crine(arguments);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    Table const tissue(out + "/summary.csv"), blood(out + "/compartments.csv");
    for (char const* ligand : {"drug", "depot"})
        EXPECT_EQ(tissue.at(tissue.rows.size() - 1, std::string(ligand) + " injected [molecules]"), 0);
    EXPECT_EQ(blood.at(blood.rows.size() - 1, "drug in blood dosed [molecules]"), 0);
    arguments[0] = "check", arguments.erase(arguments.begin() + 2, arguments.begin() + 4), std::erase(arguments, "--quiet");
    EXPECT_NE(crine(arguments).out.find("placebo"), std::string::npos);
}

// what it includes is then looked for where the program runs
TEST(Program, ReadsAScenarioFromItsStandardInput) {
    TemporaryFolder const folder;
    write_text(folder / "ligands.yaml", "ligands: {IL-2: {diffusivity: 10 um^2/s}}\n");
    write_text(folder / "scenario.yaml",
               "include: ligands.yaml\ntime: {end: 1 min}\ndomain: {size: [40 um, 40 um, 40 um], spacing: 20 um}\nligands: {IL-2: }\n");
    for (char const* how : {"crine run - < scenario.yaml", "cat scenario.yaml | crine run -"}) {
        std::string const command =
            "cd " + folder.path().string() + "; PATH=" + program_folder() + ":$PATH; " + how + " --quiet --overwrite";
        Outcome const outcome = Process({"/bin/bash", "-c", command}).wait();
        EXPECT_EQ(outcome.code, 0) << how << ": " << outcome.err;
        EXPECT_EQ(record(folder / "results/scenario")["status"], "completed") << how;
    }
}

TEST(Program, ADiskThatIsFullEndsTheRunWithOneLine) {
    TemporaryFolder const folder;
    std::string const out = (folder / "out").string();
    // a limit on the size of files stands for the full disk
    std::string const command = "ulimit -f 8; exec " + program_folder() + "/crine run " + kSmall + " -o " + out + " --quiet" +
                                " --set 'domain.spacing=10 um' --until '1 h'";
    Outcome const outcome = Process({"/bin/bash", "-c", command}).wait();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(lines(outcome.err), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find("cannot write"), std::string::npos) << outcome.err;
    std::size_t const begin = outcome.err.find(out), end = outcome.err.find(" (", begin);
    ASSERT_NE(end, std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(outcome.err.substr(begin, end - begin))) << outcome.err;
    for (auto const& name : names_in(out)) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
}

TEST(Program, ChecksWithoutRunning) {
    Outcome const outcome = crine({"check", kSmall});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    for (char const* expected : {"10 × 8 × 6 = 480 voxels", "periodic in x", "IL-10", "D 60 um^2/s", "half-life 1 h", "macrophage",
                                 "60 placed", "180 steps", "7 frames", "cpu"})
        EXPECT_NE(outcome.out.find(expected), std::string::npos) << expected << "\n" << outcome.out;
}

TEST(Program, CountsTheStepsThatItRuns) {
    TemporaryFolder const folder;
    std::vector<std::string> const between_steps{"--until", "3 min", "--set", "output.volumes=3 min"};  // of 2 min
    std::vector<std::string> arguments{"check", kSmall};
    arguments.insert(arguments.end(), between_steps.begin(), between_steps.end());
    EXPECT_NE(crine(arguments).out.find("3 min in 1 step;"), std::string::npos);
    arguments[0] = "run";
    arguments.insert(arguments.end(), {"-o", (folder / "out").string(), "--quiet"});
    ASSERT_EQ(crine(arguments).code, 0);
    EXPECT_EQ(record(folder / "out")["steps"], 1);
}

TEST(Program, RefusesWhatDoesNotFitTheMemoryBeforeTakingIt) {
    TemporaryFolder const folder;
    std::string text = "title: huge\ntime: {end: 1 min}\ndomain: {size: [15 mm, 15 mm, 15 mm], spacing: 10 um}\nligands:\n";
    for (int l = 0; l < 30; ++l) text += "  L" + std::to_string(l) + ": {diffusivity: 10 um^2/s}\n";
    text += "regions: {half: {layer: {axis: z, from: 0 um, to: 7.5 mm}}}\n";
    write_text(folder / "huge.yaml", text);
    Outcome const outcome = crine({"run", (folder / "huge.yaml").string(), "-o", (folder / "out").string(), "--device", "cpu"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find("this run needs "), std::string::npos) << outcome.err;
    EXPECT_EQ(lines(outcome.err), 1u) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "out"));
    Outcome const check = crine({"check", (folder / "huge.yaml").string(), "--device", "cpu"});
    EXPECT_NE(check.out.find("about 16"), std::string::npos) << check.out;  // voxels in one half of 3 375 000 000
}

TEST(Program, TellsWhenItsAnswerIsLost) {
    for (std::string const& command : {"check " + kSmall, std::string("schema"), std::string("info")})
        EXPECT_EQ(Process({"/bin/bash", "-c", program_folder() + "/crine " + command + " > /dev/full"}).wait().code, 1) << command;
}

TEST(Program, KnowsItselfAndItsScenarioFile) {
    Outcome const info = crine({"info"});
    EXPECT_EQ(info.code, 0);
    for (char const* expected : {"crine 0.", "commit", "device cpu", "VTK 9"})
        EXPECT_NE(info.out.find(expected), std::string::npos) << info.out;
    Outcome const schema = crine({"schema"});
    EXPECT_EQ(schema.code, 0);
    EXPECT_TRUE(Json::parse(schema.out).contains("properties"));
    Outcome const help = crine({"run", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("--overwrite"), std::string::npos);
    EXPECT_EQ(help.err, "");
}

}  // namespace
}  // namespace crine::test
