#include "support/scenario_text.h"

#include <gtest/gtest.h>

/// No false alarms: nothing is said to be without effect of the scenarios that ship, of those of the validation, in any of their arms, and
/// of the tests' own.

namespace crine::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> scenarios() {
    std::vector<fs::path> files;
    for (char const* folder : {"scenarios", "scenarios/validation", "docs/guide", "tests/scenarios/data"})
        for (auto const& name : names_in(fs::path(source_folder()) / folder))
            if (name.ends_with(".yaml") && name != "library.yaml") files.push_back(fs::path(source_folder()) / folder / name);
    return files;
}

/// Long steps may be chosen; and what an arm takes away leaves rules without a signal.
TEST(Findings, AreNoneInWhatShips) {
    std::size_t loaded = 0;
    auto const expect_none = [&](Findings const& findings, Arm const* arm) {
        ++loaded;
        for (Finding const& finding : findings)
            if (finding.key.empty() && !(arm && finding.problem.starts_with("this rule never does anything")))
                ADD_FAILURE() << (arm ? arm->name : "as it is") << ": " << finding.text();
    };
    for (fs::path const& file : scenarios()) {
        Scenario const scenario = load_scenario(file, {}, true);
        expect_none(scenario.findings, nullptr);
        for (Arm const& arm : scenario.arms) expect_none(load_scenario(file, arm.overrides, true).findings, &arm);
    }
    EXPECT_GT(loaded, 100u);
}

}  // namespace
}  // namespace crine::test
