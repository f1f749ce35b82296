// The command `crine run`: a scenario from its start, or from a checkpoint, to a complete output folder.
#pragma once

#include "host/run/progress.h"
#include "host/scenario/scenario.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace crine {

struct RunOptions {
    std::filesystem::path folder;
    Device device;
    bool overwrite = false;
    bool resume = false;                ///< go on from the newest checkpoint in the folder; begin if there is none
    std::vector<std::string> accepted;  ///< keys that may differ from those of the checkpoint
    double checkpoint_every = 0;        ///< wall time [s]; 0: the default, and they go when the run is complete
    double walltime = 0;                ///< of the job, from its start; the run ends before that [s]; 0: no limit
    Progress::Style progress = Progress::Style::quiet;
    std::vector<std::string> command_line;                                             ///< for run.json
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();  ///< the program
    std::function<void(std::string const&)> tell = [](auto const&) {};  ///< what a user should know: a damaged checkpoint, for example
};

struct RunResult {
    enum class Ending {
        complete,
        was_complete,  ///< before; nothing was done
        walltime,      ///< a checkpoint was written in time
        signal         ///< likewise, except where a step was given up
    };
    Ending ending = Ending::complete;
    int signal = 0;
    double time = 0;  ///< simulated [s]
    double wall = 0;  ///< [s]
    std::uint64_t steps = 0;
    std::size_t cells = 0;
    std::uint64_t state_hash = 0;
};

/// Runs a scenario to its end, or until interrupted, and writes its output folder. Throws InputError if the folder holds
/// another run, or a checkpoint of another scenario; RunError if the run or its output fails; run.json then says so.
RunResult run(Scenario scenario, RunOptions const& options);

}  // namespace crine
