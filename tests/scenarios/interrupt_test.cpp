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

/// A run of ten years that writes a frame in every simulated hour, once its third frame is there.
class LongRun : public testing::Test {
protected:
    void SetUp() override {
        auto const ready = [&] { return std::filesystem::exists(out_ / "cells_000002.vtp"); };
        for (int i = 0; i < 3000 && process_.running() && !ready(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(ready()) << process_.wait().err;
    }
    Json record() const { return Json::parse(contents(out_ / "run.json")); }

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
    EXPECT_EQ(process_.wait().code, 130);
    EXPECT_EQ(record()["status"], "interrupted");
}

TEST_F(LongRun, LeavesOnlyWholeFilesWhenKilled) {
    process_.send(SIGKILL);
    EXPECT_EQ(process_.wait().signal, SIGKILL);
    EXPECT_EQ(record()["status"], "running");
    EXPECT_GE(read_all(), 3);
}

}  // namespace
}  // namespace crine::test
