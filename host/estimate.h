#pragma once

#include "host/scenario.h"

namespace crine {

/// What a run will cost.
struct Estimate {
    DeviceInfo device;
    double wall = 0;           ///< [s], if the number of cells stays as it is at the start
    double engine_memory = 0;  ///< on the device [bytes]
    double host_memory = 0;    ///< the initial state or, if that is more, the frames on their way to the disk [bytes]
    double disk = 0;           ///< before compression [bytes]
    std::size_t frames = 0;    ///< of fields_*.vti and cells_*.vtp
    double share = 1;          ///< of the scenario that was run to measure this; 1: all of it

    /// What must be in the device's memory at one time [bytes]; for the CPU engine that is everything.
    double memory_of_device() const { return engine_memory + (device.engine == "cpu" ? host_memory : 0); }
    bool fits() const { return memory_of_device() <= static_cast<double>(device.memory); }
};

/// The run ends at the step nearest to its end; half-way, at the one before.
std::uint64_t number_of_steps(Schedule const& schedule);

/// Whether a scenario is small enough to be set up whole in a few seconds.
bool is_small(Scenario const& scenario, std::size_t cells);

/// Runs the scenario for a few seconds, or, where it was read with `size_only`, a piece with the same ligands, cell types
/// and cells per volume, and scales up: every process is linear in the number of voxels and cells.
Estimate estimate(Scenario const& scenario, std::size_t cells, Device const& device);

}  // namespace crine
