#pragma once

#include "host/scenario.h"

#include <string>
#include <vector>

namespace crine {

/// Columns of probes.csv with their units: one for each probe, and for each point of a line.
std::vector<std::string> probe_columns(Scenario const& scenario);

/// What the probes read from a snapshot rather than sample: fields averaged over a region, and cells.
std::vector<bool> probed_fields(Scenario const& scenario);
bool probes_cells(Scenario const& scenario);

/// The values of all columns now. `snapshot` holds what `probed_fields` and `probes_cells` asked for.
std::vector<double> read_probes(Scenario const& scenario, Backend& from, Snapshot const& snapshot);

}  // namespace crine
