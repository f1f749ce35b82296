// The command `crine run`: a scenario from its start to a complete output folder.
#pragma once

#include "host/run/progress.h"
#include "host/scenario/scenario.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

struct RunOptions {
    std::filesystem::path folder;
    Device device;
    bool overwrite = false;
    Progress::Style progress = Progress::Style::quiet;
    std::vector<std::string> command_line;  ///< for run.json
};

struct RunResult {
    bool interrupted = false;
    double time = 0;  ///< simulated [s]
    double wall = 0;  ///< [s]
    std::uint64_t steps = 0;
    std::size_t cells = 0;
    std::uint64_t state_hash = 0;
};

/// Runs a scenario to its end, or until interrupted, and writes its output folder. Throws InputError if the folder holds
/// another run, RunError if the run or its output fails; run.json then says so.
RunResult run(Scenario scenario, RunOptions const& options);

}  // namespace crine
