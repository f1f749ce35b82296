#pragma once

#include "crine/backend.h"

#include <map>

/// Numbers that cells carry, for tests: reading them back.

namespace crine::test {

/// One of the activities or of the variables of pathways, by permanent cell id.
inline std::map<std::uint32_t, double> numbers(Backend& on, std::vector<std::vector<Real>> Snapshot::*of, int which) {
    Snapshot s;
    on.snapshot(s, std::vector<bool>(64, false), true);
    std::map<std::uint32_t, double> values;
    for (std::size_t i = 0; i < s.cells.size(); ++i) values[s.cells.id[i]] = (s.*of)[static_cast<std::size_t>(which)][i];
    return values;
}
inline std::map<std::uint32_t, double> activities(Backend& on, int activity) { return numbers(on, &Snapshot::activities, activity); }
inline std::map<std::uint32_t, double> variables(Backend& on, int variable) { return numbers(on, &Snapshot::variables, variable); }

inline double activity_of(Backend& on, int activity, std::uint32_t id) { return activities(on, activity).at(id); }
inline double variable_of(Backend& on, int variable, std::uint32_t id) { return variables(on, variable).at(id); }

}  // namespace crine::test
