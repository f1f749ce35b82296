#pragma once

#include "host/scenario.h"
#include "host/yaml.h"

namespace crine {

/// The scenario as one tree: overrides applied, `extends` and `include` merged in.
///
/// `extends` takes a whole scenario, over which this one is written. `include` takes libraries: a ligand or cell type that the
/// scenario lists inherits from the library's entry of the same name. What is nearer wins, key by key; lists are replaced as
/// a whole.
Node read_merged(std::filesystem::path const& file, std::vector<Override> const& overrides);

}  // namespace crine
