// The file that a run goes on from: the state of the engine and of the writers, and of what program and scenario they are.
#pragma once

#include "host/scenario/scenario.h"
#include "host/writers/positions.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace crine {

/// A run between two steps.
struct Checkpoint {
    std::string version, commit, storage;  ///< of the program
    std::string engine, written;           ///< "cpu" or "cuda"; when, ISO 8601
    std::string scenario_file, resolved;   ///< the scenario, and all of it as YAML
    std::vector<std::string> shape;        ///< what the state's arrays are of: grid, ligands, types, …, each in its order
    std::uint64_t start_hash = 0;          ///< see hash_of_start
    std::uint64_t state_hash = 0;
    std::uint64_t steps = 0, cells = 0;
    double time = 0;                 ///< simulated [s]
    std::string record;              ///< what run.json goes on from, as JSON
    Positions::Entries positions;    ///< of the writers
    std::vector<std::byte> state{};  ///< Backend::save

    /// Of this program and scenario; what changes from step to step is left to the caller.
    static Checkpoint of(Scenario const& scenario);
};

/// HDF5, in chunks with checksums, compressed. Whole and safely on the disk, or not at all; throws RunError.
void write_checkpoint(Checkpoint const& checkpoint, std::filesystem::path const& file);

/// Throws RunError if the file is damaged, cut, or no checkpoint.
enum class Read { about, all };
Checkpoint read_checkpoint(std::filesystem::path const& file, Read what = Read::all);

/// Those in a folder, the newest first.
std::vector<std::filesystem::path> checkpoints_in(std::filesystem::path const& folder);

/// Throws InputError where a run of this scenario cannot go on from it: with another program, or where keys have changed that `accepted`
/// (key paths; `all`) does not name; where it is of other ligands, types, voxels, …, whatever is accepted; and where the run would end
/// before it.
void require_same(Checkpoint const& checkpoint, Scenario const& scenario, std::vector<std::string> const& accepted);

/// The second half of it, for the resolved scenario of a run that had no checkpoint.
void require_same_scenario(std::string const& resolved, Scenario const& scenario, std::vector<std::string> const& accepted);

/// Of all that the scenario says of time 0 and of places by voxel: fields, cells, synapses, materials, doses. What it reads from files is
/// in it.
std::uint64_t hash_of_start(Scenario const& scenario);

/// For `crine info`.
std::string describe(Checkpoint const& checkpoint, std::filesystem::path const& file);

}  // namespace crine
