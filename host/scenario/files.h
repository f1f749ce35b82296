// Finds the files that a scenario names.
#pragma once

#include "host/text/yaml.h"

namespace crine {

/// The file that a value names: relative to the file in which that is written, else among the scenarios that come with crine. Fails at it,
/// and says where it looked, if there is none.
std::filesystem::path find_file(Node const& named);

/// How a scenario in `folder` has to name a file that was found under the name `written`, so that it does not matter where the folder lies:
/// relative to it, or to the scenarios that come with crine. A name that begins at the root stays.
std::string name_from(std::filesystem::path const& folder, std::filesystem::path const& written, std::filesystem::path const& found);

}  // namespace crine
