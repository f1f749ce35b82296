// What `crine check` prints: what was understood of a scenario, and what it will cost to run it.
#pragma once

#include "host/run/estimate.h"
#include "host/scenario/scenario.h"

#include <string>

namespace crine {

/// What was understood of a scenario, in units people use. `cells` is how many there are at the start.
std::string describe(Scenario const& scenario, std::size_t cells);
std::string describe(Estimate const& estimate);

}  // namespace crine
