#include "host/build/load.h"
#include "host/run/simulation.h"
#include "support/engines.h"
#include "support/folders.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace crine::test {
namespace {

/// The shipped scenarios, as small as their spacing makes them, those of the validation, and doses: together they have every part.
std::vector<std::filesystem::path> scenarios() {
    std::filesystem::path const folder = std::filesystem::path(source_folder()) / "scenarios";
    std::vector<std::filesystem::path> files;
    for (char const* name : {"acute_inflammation", "autocrine_cell", "blood_tissue", "notch_delta", "synapse", "tumour_killing",
                             "who_told_whom", "wound_healing"})
        files.push_back(folder / (std::string(name) + ".yaml"));
    for (char const* name : {"B8", "C6-network", "C9-network", "D4", "E8-tissue", "E9", "L4-quadratic", "R6"})
        files.push_back(folder / "validation" / (std::string(name) + ".yaml"));
    files.emplace_back(std::filesystem::path(source_folder()) / "tests/scenarios/data/doses.yaml");
    return files;
}

}  // namespace

class Parts : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Parts, testing::ValuesIn(devices()), device_name);

/// What no part lists would be missing in the hash, when cells are rearranged, and in what a run is to be continued from.
TEST_P(Parts, ListEveryArrayThatTheyKeep) {
    for (auto const& file : scenarios()) {
        SCOPED_TRACE(file.filename());
        Scenario const scenario = load_scenario(file, {});
        Simulation simulation(scenario, make_backend(GetParam()));
        auto const listed = [&] {
            std::size_t bytes = 0;
            for (PartMemory const& part : simulation.backend().memory()) bytes += part.state + part.rest;
            return bytes;
        };
        EXPECT_EQ(listed(), simulation.backend().memory_used());
        for (int step = 0; step < 3; ++step) simulation.step();
        EXPECT_EQ(listed(), simulation.backend().memory_used());
    }
}

/// From any step on, and with other numbers of threads: nothing that a run depends on is left out of what parts list as their state.
TEST_P(Parts, ListAllThatARunFollowsFrom) {
    for (auto const& file : scenarios()) {
        SCOPED_TRACE(file.filename());
        Scenario const scenario = load_scenario(file, {});
        Simulation undisturbed(scenario, make_backend(GetParam()));
        for (std::uint64_t const steps : {1, 4, 20}) {
            while (undisturbed.steps() < steps) undisturbed.step();
            Device other = GetParam();
            other.threads = 3;
            Simulation resumed(scenario, make_backend(other));
            resumed.resume(steps, undisturbed.backend().save());
            EXPECT_EQ(resumed.backend().state_hash(), undisturbed.backend().state_hash()) << "after " << steps << " steps";
            for (int more = 0; more < 3; ++more) {
                undisturbed.step(), resumed.step();
                EXPECT_EQ(resumed.backend().state_hash(), undisturbed.backend().state_hash()) << steps << " and " << more + 1 << " steps";
            }
        }
    }
}

TEST_P(Parts, RefuseAStateOfAnotherModel) {
    std::filesystem::path const folder = std::filesystem::path(source_folder()) / "scenarios";
    Simulation one(load_scenario(folder / "autocrine_cell.yaml", {}), make_backend(GetParam()));
    Simulation other(load_scenario(folder / "synapse.yaml", {}), make_backend(GetParam()));
    std::vector<std::byte> state = one.backend().save();
    EXPECT_THROW(other.backend().restore(state), RunError);
    state.pop_back();
    EXPECT_THROW(one.backend().restore(state), RunError);
}

}  // namespace crine::test
