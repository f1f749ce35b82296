// Which keys of two scenarios differ.
#pragma once

#include <string>
#include <vector>

namespace crine {

struct Change {
    std::string path;         ///< `ligands.TNF.decay`
    std::string before, now;  ///< empty: there was, or is, none
};

/// Of two scenarios as resolved YAML, in the order of the first, then of what is new in the second, then keys in
/// another order. Lists count as a whole. A quantity that is written otherwise (`1 h`, `60 min`) has not changed.
std::vector<Change> changes_between(std::string const& before, std::string const& now);

/// Whether a path is one of these, or below one of them; `all`: any.
bool is_among(std::string const& path, std::vector<std::string> const& paths);

}  // namespace crine
