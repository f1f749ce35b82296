// What this program was built from, for `crine info` and run.json.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace crine {

/// What this program was made from.
struct BuildInfo {
    std::string version;
    std::string commit;  ///< of git, with "-dirty" where the source differed from it; "unknown" outside a repository
    std::string compiler;
    std::string storage;                                         ///< precision of fields and cells: "float" or "double"
    std::vector<std::pair<std::string, std::string>> libraries;  ///< name, version
};

BuildInfo const& build_info();

}  // namespace crine
