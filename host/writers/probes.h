// The probes of a scenario: their columns, what they need of the state, and their values.
#pragma once

#include "host/scenario/scenario.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace crine {

/// Columns of probes.csv with their units: one for each probe, and for each point of a line.
std::vector<std::string> probe_columns(Scenario const& scenario);

/// What the probes read from a snapshot rather than sample: fields averaged over a region, and cells.
std::vector<bool> probed_fields(Scenario const& scenario);
bool probes_cells(Scenario const& scenario);

/// Reads the values of all columns.
class ProbeReader {
public:
    explicit ProbeReader(Scenario const& scenario) : scenario_(scenario) {}
    /// Where cells are at time 0, if a probe measures from there: to be called then.
    void begin(Backend& from);
    /// `snapshot` holds what `probed_fields` and `probes_cells` asked for.
    std::vector<double> read(Backend& from, Snapshot const& snapshot) const;

private:
    Scenario const& scenario_;
    std::unordered_map<std::uint32_t, Vec3> start_;  ///< where a cell was at time 0, by id, if a probe measures from there
};

}  // namespace crine
