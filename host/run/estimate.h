// What a run will cost in time, memory and disk space.
#pragma once

#include "host/scenario/scenario.h"

#include <optional>

namespace crine {

/// What a run will cost, told from a trial run of its first steps.
struct Estimate {
    DeviceInfo device;
    std::string problem;       ///< why `wall` is not known; empty: it is
    double tried = 0;          ///< simulated time of the trial run [s]
    double wall = 0;           ///< [s], if cells stay as many and do as much as at the end of the trial run, and the machine as busy
    double engine_memory = 0;  ///< on the device [bytes]; 0: not known
    double host_memory = 0;    ///< the initial state or, if that is more, frames and a checkpoint on their way to the disk [bytes]
    double disk = 0;           ///< before compression [bytes]
    std::size_t frames = 0;    ///< of fields_*.vti and cells_*.vtp
    double share = 1;          ///< of the scenario that was run to measure this; 1: all of it

    /// What must be in the device's memory at one time [bytes]; for the CPU engine that is everything.
    double memory_of_device() const { return engine_memory + (device.engine == "cpu" ? host_memory : 0); }
    bool fits() const { return memory_of_device() <= static_cast<double>(device.memory); }
};

/// What a trial run may take before it is ended; then what it has found out counts.
struct TrialLimits {
    double seconds = 10;  ///< of wall time, setting it up included
    double bytes = 0;     ///< of memory; 0: no limit

    static TrialLimits of_this_machine();
};

/// The run ends at the step nearest to its end; half-way, at the one before.
std::uint64_t number_of_steps(Schedule const& schedule);

/// Whether a scenario is small enough to be set up whole in a few seconds.
bool is_small(Scenario const& scenario, std::size_t cells);

/// Runs the scenario for a few seconds, or, where it was read with `size_only`, a piece with the same ligands, cell types
/// and cells per volume, and scales up: every process is linear in the number of voxels and cells. With limits another process does it,
/// which must be the first to use a card; without, this one.
Estimate estimate(Scenario const& scenario, std::size_t cells, Device const& device,
                  std::optional<TrialLimits> const& limits = TrialLimits::of_this_machine());

}  // namespace crine
