// Reading a scenario together with the files that it extends or includes.
#pragma once

#include "host/scenario/scenario.h"
#include "host/text/yaml.h"

namespace crine {

/// The scenario as one tree: `extends` and `include` merged in, overrides applied.
///
/// `extends` takes in a whole scenario, over which this one is written. `include` takes in libraries: a ligand, receptor, pathway or cell
/// type that the scenario lists inherits from the entry that it says it is `like`, else from the library's entry of the same name. An
/// override wins over the scenario, that over the one it extends, and that over what it inherits, key by key; a list is replaced as a
/// whole.
Node read_merged(std::filesystem::path const& file, std::vector<Override> const& overrides);

}  // namespace crine
