// The record of a run, run.json.
#pragma once

#include "host/run/simulation.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

/// What run.json says: enough to repeat the run, and to know how it went.
struct RunRecord {
    enum class Status { running, completed, interrupted, failed };

    /// A process that has brought the run some way.
    struct Segment {
        std::string started, computer, engine;
        int threads = 0;
        double from = 0, to = 0;  ///< simulated [s]
        double wall = 0;          ///< [s]
    };

    // before the run
    std::string scenario_file, title, resolved;
    std::uint64_t seed = 0;
    std::vector<std::string> command_line;
    std::vector<std::string> files;  ///< that it writes, by the names of `output_files`
    DeviceInfo device;
    double end = 0;       ///< simulated time asked for [s]
    std::string started;  ///< ISO 8601, UTC

    // so far
    Status status = Status::running;
    std::string error;
    std::string finished;
    double time = 0;  ///< simulated [s]
    std::uint64_t steps = 0;
    std::size_t cells_at_start = 0, cells = 0;
    double wall = 0;                        ///< of all segments [s]
    std::vector<Segment> segments;          ///< this one last
    bool given_up = false;                  ///< interrupted within a step, so that nothing is known of the state
    std::vector<Simulation::Phase> phases;  ///< of this segment
    std::vector<std::string> ligands;
    std::vector<Ledger> ledgers;  ///< by ligand
    std::vector<std::string> cell_pools;
    std::vector<CellPoolState> circulating;  ///< by cell pool
    std::size_t device_memory = 0;           ///< [bytes]
    std::vector<PartMemory> memory;          ///< the same by part
    std::uint64_t state_hash = 0;
};

/// Now, as ISO 8601 in UTC; and where.
std::string timestamp();
std::string computer();

/// What a later segment has to know of this one and those before, as JSON: for a checkpoint.
std::string to_carry(RunRecord const& record);
/// Goes on from there, with a segment of its own. Throws RunError if that is not what the checkpoint in `file` has.
void carry_on(RunRecord& record, std::string const& json, std::filesystem::path const& file);

/// Simulated time [s] that the run in a folder has reached when it ended, by its record; 0 if that does not say.
double time_reached(std::filesystem::path const& folder);
/// Its whole scenario, as YAML; empty if it does not say.
std::string resolved_scenario(std::filesystem::path const& folder);

/// Writes run.json, whole or not at all.
void write_record(RunRecord const& record, std::filesystem::path const& folder);

}  // namespace crine
