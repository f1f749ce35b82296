#include "host/build/load.h"
#include "host/commands/describe.h"
#include "host/run/estimate.h"
#include "support/program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace crine::test {
namespace {

Estimate of(std::string const& file, TrialLimits const& limits, std::vector<Override> const& overrides = {}) {
    std::size_t cells = 0;
    Scenario const scenario = load_scenario(file, overrides, false, &cells);
    Device device;
    device.kind = Device::Kind::cpu, device.threads = 2;
    return estimate(scenario, cells, device, limits);
}

/// Ligands that go round and round; a step of a thousand days goes on for hours.
std::string endless(TemporaryFolder const& folder) {
    write_text(folder / "endless.yaml",
               "title: endless\n"
               "time: {end: 20 h, transport: 10 h, mechanics: 10 h, behaviour: 10 h}\n"
               "domain: {size: [1280 um, 1280 um, 1280 um], spacing: 10 um}\n"
               "ligands:\n"
               "  A: {diffusivity: 100 um^2/s, initial: {expression: 'x', unit: pM}}\n"
               "  B: {diffusivity: 1 um^2/s, initial: 1 nM}\n"
               "  C: {diffusivity: 1 um^2/s}\n"
               "reactions:\n"
               "  - {bind: [A, B], to: C, k_on: 1e7 /M/s, K_d: 1 nM}\n");
    return (folder / "endless.yaml").string();
}

}  // namespace

TEST(Estimate, KnowsARunThatItHasSeenToItsEnd) {
    Estimate const cost = of(test_scenario("run_small.yaml"), {60, 0}, {{"time.end", "12 min"}});
    EXPECT_EQ(cost.problem, "");
    EXPECT_EQ(cost.tried, 720);
    EXPECT_GT(cost.wall, 0);
    EXPECT_GT(cost.engine_memory, 0);
    EXPECT_EQ(cost.share, 1);
}

TEST(Estimate, SaysWhichLimitEndedItsTrial) {
    TemporaryFolder const folder;
    std::string const file = endless(folder);  // so that it is still at it when it is looked at, however busy the machine
    Estimate const late = of(file, {0, 0});
    EXPECT_EQ(late.problem.rfind("its first step takes more than 0 s", 0), 0u) << late.problem;
    EXPECT_NE(describe(late).find("not estimated, because its first step"), std::string::npos) << describe(late);
    Estimate const large = of(file, {60, 1});
    EXPECT_EQ(large.problem, "its first step takes more than 1 B of memory");
}

TEST(Estimate, IsMadeWithTheThreadsAskedFor) {
    for (std::string const threads : {"1", "3"}) {
        Outcome const outcome = crine({"check", test_scenario("run_small.yaml"), "--device", "cpu", "--threads", threads});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_NE(outcome.out.find(", " + threads + " thread"), std::string::npos) << outcome.out;
    }
}

TEST(Estimate, EndsWhenInterruptedWithinAStep) {
    TemporaryFolder const folder;
    Process check(crine_with({"check", endless(folder), "--device", "cpu", "--threads", "1"}));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    EXPECT_TRUE(check.running());
    check.send(SIGINT);
    EXPECT_EQ(check.wait().signal, SIGINT);
}

}  // namespace crine::test
