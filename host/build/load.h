// Loading a scenario: from its file and overrides to the checked model with its initial state.
#pragma once

#include "host/scenario/scenario.h"

namespace crine {

/// Reads and checks a scenario. Throws InputError whose message begins `FILE:LINE:COLUMN: ` and says what was found,
/// what was expected, and a suggestion where there is a likely one.
/// `size_only` checks everything but makes no arrays (for sizing a scenario that does not fit this machine): fields and
/// cells of `initial` stay empty, and `expected_cells` says how many cells there would be.
Scenario load_scenario(std::filesystem::path const& file, std::vector<Override> const& overrides, bool size_only = false,
                       std::size_t* expected_cells = nullptr);

/// The values that an arm of a scenario changes. Throws InputError if it has no such arm.
std::vector<Override> arm_of(std::filesystem::path const& file, std::string const& name);

}  // namespace crine
