#pragma once

#include "crine/backend.h"

#include <map>

/// Activities of cells for tests: reading them back.

namespace crine::test {

/// By permanent cell id.
inline std::map<std::uint32_t, double> activities(Backend& on, int activity) {
    Snapshot s;
    on.snapshot(s, std::vector<bool>(64, false), true);
    std::map<std::uint32_t, double> values;
    for (std::size_t i = 0; i < s.cells.size(); ++i) values[s.cells.id[i]] = s.activities[static_cast<std::size_t>(activity)][i];
    return values;
}

inline double activity_of(Backend& on, int activity, std::uint32_t id) { return activities(on, activity).at(id); }

}  // namespace crine::test
