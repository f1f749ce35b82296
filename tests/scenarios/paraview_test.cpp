#include "support/program.h"

#include <gtest/gtest.h>

/// The files of a run in the real ParaView. Skipped where there is none, unless CRINE_REQUIRE_PARAVIEW=1, as in tools/test.

namespace crine::test {
namespace {

class ParaView : public testing::Test {
protected:
    void SetUp() override {
        bool const there = Process({"/bin/sh", "-c", "command -v pvbatch"}).wait().code == 0;
        if (!there && std::getenv("CRINE_REQUIRE_PARAVIEW") == nullptr) GTEST_SKIP() << "pvbatch is not installed: tools/setup tests";
        ASSERT_TRUE(there) << "pvbatch is not installed: tools/setup tests";
        Outcome const run = crine({"run", test_scenario("run_small.yaml"), "-o", out_, "--until", "3 h", "--quiet"});
        ASSERT_EQ(run.code, 0) << run.err;
    }
    TemporaryFolder folder_;
    std::string out_ = (folder_ / "out").string();
};

TEST_F(ParaView, OpensTheSeriesAndDrawsIt) {
    Outcome const seen = Process({source_file("tools/paraview-batch"), source_file("tests/scenarios/paraview_check.py"), out_,
                                  (folder_ / "picture.png").string()})
                             .wait();
    EXPECT_EQ(seen.code, 0) << seen.out << seen.err;
    EXPECT_NE(seen.out.find("4 frames"), std::string::npos) << seen.out << seen.err;
}

TEST_F(ParaView, DrawsThePictureOfARun) {
    std::string const picture = (folder_ / "picture.png").string();
    Outcome const drawn =
        Process({source_file("tools/render"), out_, "--time", "2 h", "--ligand", "IL-10", "--cut", "--size", "320x200", "-o", picture})
            .wait();
    EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
    EXPECT_NE(drawn.out.find("at 2 h"), std::string::npos) << drawn.out;
    EXPECT_EQ(contents(picture).substr(1, 3), "PNG");
    EXPECT_GT(std::filesystem::file_size(picture), 5000u);

    Outcome const unknown = Process({source_file("tools/render"), out_, "--ligand", "IL-11", "-o", picture}).wait();
    EXPECT_NE(unknown.code, 0);
    EXPECT_NE(unknown.err.find("no ligand IL-11 in this run (there is IL-10 [nM], oxygen [uM])"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace crine::test
