#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkXMLImageDataReader.h>
#include <vtkXMLPolyDataReader.h>

#include <chrono>
#include <thread>

/// A run that does not get to its end leaves what it has, and only whole files.

namespace crine::test {
namespace {

using Json = nlohmann::json;

std::size_t lines(std::filesystem::path const& file) {
    std::string const text = contents(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// A run of ten years that writes a frame in every simulated hour, once its third frame is there.
class LongRun : public testing::Test {
protected:
    void SetUp() override {
        auto const ready = [&] { return std::filesystem::exists(out_ / "cells_000002.vtp"); };
        for (int i = 0; i < 3000 && process_.running() && !ready(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(ready()) << process_.wait().err;
    }
    Json record() const { return Json::parse(contents(out_ / "run.json")); }
    /// A short run into the same folder.
    Outcome again(std::vector<std::string> const& options) const {
        std::vector<std::string> arguments{"run", test_scenario("run_small.yaml"), "-o", out_.string(), "--until", "1 h", "--quiet"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return crine(arguments);
    }

    /// Reads every file that has its final name, and counts the frames.
    int read_all() const {
        int frames = 0;
        for (auto const& name : names_in(out_)) {
            std::filesystem::path const file = out_ / name;
            if (file.extension() == ".vti") {
                vtkNew<vtkXMLImageDataReader> reader;
                reader->SetFileName(file.c_str());
                reader->Update();
                EXPECT_EQ(reader->GetErrorCode(), 0u) << name;
                EXPECT_EQ(reader->GetOutput()->GetNumberOfCells(), 480) << name;
                ++frames;
            } else if (file.extension() == ".vtp") {
                vtkNew<vtkXMLPolyDataReader> reader;
                reader->SetFileName(file.c_str());
                reader->Update();
                EXPECT_EQ(reader->GetErrorCode(), 0u) << name;
                EXPECT_GT(reader->GetOutput()->GetNumberOfPoints(), 0) << name;
            } else if (file.extension() == ".csv") {
                EXPECT_EQ(contents(file).back(), '\n') << name;
                Table const table(file);
                EXPECT_GT(table.rows.size(), 2u);
                for (auto const& row : table.rows) EXPECT_EQ(row.size(), table.columns.size()) << name;
            } else if (file.extension() == ".pvd") {
                EXPECT_NE(contents(file).find("</VTKFile>"), std::string::npos);
            }
        }
        return frames;
    }

    TemporaryFolder folder_;
    std::filesystem::path out_ = folder_ / "out";
    Process process_{crine_with(
        {"run", test_scenario("run_small.yaml"), "-o", out_.string(), "--until", "3650 d", "--set", "cells.fibroblast.cycle.entry=0 /h"})};
};

TEST_F(LongRun, FinishesItsStepWhenInterrupted) {
    process_.send(SIGINT);
    Outcome const outcome = process_.wait();
    EXPECT_EQ(outcome.code, 130) << outcome.err;
    EXPECT_NE(outcome.out.find("interrupted at"), std::string::npos) << outcome.out;
    Json const run = record();
    EXPECT_EQ(run["status"], "interrupted");
    EXPECT_EQ(run["state_hash"].get<std::string>().size(), 16u);

    int const frames = read_all();
    EXPECT_GE(frames, 3);
    Table const summary(out_ / "summary.csv");
    EXPECT_EQ(summary.rows.back()[0], run["time [h]"].get<double>());  // the last moment is there
    std::string const last = "cells_" + std::string(6 - std::to_string(frames - 1).size(), '0') + std::to_string(frames - 1) + ".vtp";
    EXPECT_NE(contents(out_ / "run.pvd").find(last), std::string::npos);
    for (auto const& name : names_in(out_)) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
}

TEST_F(LongRun, EndsInTheSameWayWhenTerminated) {
    process_.send(SIGTERM);
    EXPECT_EQ(process_.wait().code, 143);
    EXPECT_EQ(record()["status"], "interrupted");
}

TEST_F(LongRun, EndsInTheSameWayWhenItsTerminalCloses) {
    process_.send(SIGHUP);
    EXPECT_EQ(process_.wait().code, 129);
    EXPECT_EQ(record()["status"], "interrupted");
}

TEST_F(LongRun, LeavesOnlyWholeFilesWhenKilled) {
    process_.send(SIGKILL);
    EXPECT_EQ(process_.wait().signal, SIGKILL);
    EXPECT_EQ(record()["status"], "running");
    EXPECT_GE(read_all(), 3);

    // and the next one into that folder takes all of it away
    write_text(out_ / "cells_000777.vtp.part", "half");
    Outcome const refused = again({});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("already holds a run (killed)"), std::string::npos) << refused.err;
    EXPECT_TRUE(std::filesystem::exists(out_ / "cells_000777.vtp.part"));
    EXPECT_EQ(again({"--overwrite", "--set", "output.volumes=0 s"}).code, 0);
    EXPECT_EQ(names_in(out_), (std::vector<std::string>{"probes.csv", "run.json", "summary.csv"}));
}

TEST_F(LongRun, IsAloneInItsFolder) {
    for (auto const& options : {std::vector<std::string>{}, {"--overwrite"}}) {
        Outcome const refused = again(options);
        EXPECT_EQ(refused.code, 2);
        EXPECT_NE(
            refused.err.find("a run is writing to " + out_.string() + " now (process " + std::to_string(record()["process"].get<int>())),
            std::string::npos)
            << refused.err;
    }
    process_.send(SIGTERM);
    EXPECT_EQ(process_.wait().code, 143);
    EXPECT_GE(read_all(), 3);
    EXPECT_EQ(again({"--overwrite"}).code, 0);
}

TEST_F(LongRun, FailsIfItsFolderIsRemoved) {
    std::error_code problem;
    do std::filesystem::remove_all(out_, problem);  // which the run may have put a file into meanwhile
    while (problem);
    Outcome const outcome = process_.wait();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find(out_.string()), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("remove"), std::string::npos) << outcome.err;
}

TEST_F(LongRun, WritesNothingIntoAnotherFolderInThePlaceOfItsOwn) {
    std::filesystem::path const moved = folder_ / "moved";
    std::filesystem::rename(out_, moved);
    std::filesystem::create_directory(out_);
    Outcome const outcome = process_.wait();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find("removed, moved or replaced"), std::string::npos) << outcome.err;
    EXPECT_EQ(names_in(out_), std::vector<std::string>{});
    EXPECT_FALSE(std::filesystem::exists(moved / "run.lock"));
}

/// How a signal meets a run that began with another one ignored, or with a standard error that nobody reads.
class Surroundings : public testing::Test {
protected:
    /// A shell that sets them up and becomes the program.
    Process start(std::string const& before, std::string const& redirected = "") {
        std::string const command = before + "; exec " + program_folder() + "/crine run " + test_scenario("run_small.yaml") + " -o " +
                                    out_.string() + " --until '3650 d' --set 'cells.fibroblast.cycle.entry=0 /h' " + redirected;
        return Process({"/bin/bash", "-c", command});
    }
    void wait_for(char const* file, Process const& process) const {
        for (int i = 0; i < 3000 && process.running() && !std::filesystem::exists(out_ / file); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::string status() const { return Json::parse(contents(out_ / "run.json"))["status"]; }

    TemporaryFolder folder_;
    std::filesystem::path out_ = folder_ / "out";
};

TEST_F(Surroundings, WhatNohupIgnoresStaysIgnored) {
    Process process = start("trap '' HUP");
    wait_for("cells_000001.vtp", process);
    process.send(SIGHUP);
    auto const frames = names_in(out_).size();
    for (int i = 0; i < 3000 && process.running() && names_in(out_).size() < frames + 10; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(process.running());
    process.send(SIGTERM);
    EXPECT_EQ(process.wait().code, 143);
    EXPECT_EQ(status(), "interrupted");
}

// as in `crine run … 2>&1 | tee log`, where Ctrl-C ends tee too
TEST_F(Surroundings, APipeThatNobodyReadsIsNoReasonToDie) {
    Process process = start("true", "2> >(exit 0) > >(exit 0)");
    wait_for("cells_000002.vtp", process);
    process.send(SIGINT);
    EXPECT_EQ(process.wait().code, 130);
    EXPECT_EQ(status(), "interrupted");
}

/// A run of which one step takes minutes or hours.
struct LongStep {
    char const* what;
    std::string scenario;
};
void PrintTo(LongStep const& step, std::ostream* out) { *out << step.what; }  // NOLINT(readability-identifier-naming)

class WithinAStep : public testing::TestWithParam<LongStep> {};

// the step is given up; what was written before stays, and the record says so
TEST_P(WithinAStep, EndsSoon) {
    for (int const signal : {SIGINT, SIGTERM}) {
        TemporaryFolder const folder;
        std::filesystem::path const out = folder / "out";
        write_text(folder / "scenario.yaml", GetParam().scenario);
        Process process(crine_with({"run", (folder / "scenario.yaml").string(), "-o", out.string(), "--threads", "2"}));
        auto const begun = [&] { return lines(out / "summary.csv") == 2; };
        for (int i = 0; i < 3000 && process.running() && !begun(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(begun()) << process.wait().err;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));  // into the step
        process.send(signal);
        for (int i = 0; i < 3000 && process.running(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_FALSE(process.running()) << "has not ended within 30 s";
        Outcome const outcome = process.wait();
        EXPECT_EQ(outcome.code, 128 + signal) << outcome.err;
        EXPECT_NE(outcome.out.find("interrupted at 0"), std::string::npos) << outcome.out;
        Json const record = Json::parse(contents(out / "run.json"));
        EXPECT_EQ(record["status"], "interrupted");
        EXPECT_EQ(record["time [h]"], 0);
        EXPECT_FALSE(record.contains("state_hash"));
        EXPECT_FALSE(record.contains("ledger [molecules]"));
        EXPECT_EQ(lines(out / "summary.csv"), 2u);
        EXPECT_FALSE(std::filesystem::exists(out / "run.lock"));
    }
}

std::string const kSpace = "domain: {size: [200 um, 200 um, 200 um], spacing: 10 um}\noutput: {summary: 1 h}\n";
INSTANTIATE_TEST_SUITE_P(
    Run, WithinAStep,
    testing::Values(LongStep{"adaptive",
                             "time: {end: 9000 s, transport: 9000 s, mechanics: 9000 s, behaviour: 9000 s}\ntransport: {tolerance: 1e-5}\n"
                             "domain: {size: [200 um, 200 um, 200 um], spacing: 4 um}\noutput: {summary: 9000 s}\n"
                             "ligands: {L: {diffusivity: 100 um^2/s, decay: 1e-2 /s}}\n"
                             "doses: [{ligand: L, into: part, bolus: 1e6 molecule, at: 0 s, every: 10 s, times: 900}]\n"
                             "regions: {part: {expression: x < 50}}\n"},
                    LongStep{"synapses",
                             "time: {end: 3650 d, transport: 3650 d, mechanics: 3650 d, behaviour: 3650 d}\n" + kSpace +
                                 "cells: {a: {radius: 5 um, moves: false}, b: {radius: 5 um, moves: false}}\n"
                                 "placement:\n  - {type: a, at: [[90 um, 100 um, 100 um]]}\n  - {type: b, at: [[100 um, 100 um, 100 um]]}\n"
                                 "synapses:\n  cleft:\n    ligand: ACh\n    from: a\n    to: b\n    pairs: nearest\n"
                                 "    cleft: {width: 50 nm, half_length: 1.6 um, diffusivity: 400 um^2/s}\n"
                                 "    vesicles: {content: 1e4 molecule, pool: 200, refill: 0.1 /s, released: 5}\n    firing: 10 Hz\n"
                                 "    receptor: {number: 1e4, k_on: 3.3e7 /M/s, k_off: 1e4 /s, open: 2e4 /s, close: 1e3 /s}\n"},
                    LongStep{"pathways", "time: {end: 100 s, transport: 100 s, mechanics: 100 s, behaviour: 100 s}\n" + kSpace +
                                             "pathways:\n  clock:\n    species: {X: 1, Y: 0}\n    rates: {X: Y * 10, Y: -10 * X}\n"
                                             "cells: {c: {radius: 2 um, moves: false, mechanics: false, pathways: {clock: {}}}}\n"
                                             "placement: [{type: c, count: 50000}]\n"}),
    [](auto const& info) { return std::string(info.param.what); });

}  // namespace
}  // namespace crine::test
