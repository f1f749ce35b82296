// One warning about a scenario: the place, the problem, and the value that would do.
#pragma once

#include "host/text/yaml.h"

#include <string>
#include <vector>

namespace crine {

/// What can run but may not come out as it was meant: `check` and `run` warn of it, and tests read it.
struct Finding {
    Place at;             ///< of the number concerned, with its key
    std::string problem;  ///< what happens then, and what would do
    std::string key;      ///< whose value would do, such as `time.transport`; empty: there is no one key
    double would_do = 0;  ///< the largest value of it that does, in base units

    std::string text() const { return at.text() + ": " + problem; }
};
using Findings = std::vector<Finding>;

}  // namespace crine
