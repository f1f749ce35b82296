#pragma once

#include "host/yaml.h"

#include <string>
#include <vector>

namespace crine {

struct Model;
struct ScenarioInput;
struct Schedule;

/// What can run but may not come out as it was meant: `check` and `run` warn of it, and tests read it.
struct Finding {
    Place at;             ///< of the number concerned, with its key
    std::string problem;  ///< what happens then, and what would do
    std::string key;      ///< whose value would do, such as `time.transport`; empty: there is no one key
    double would_do = 0;  ///< the largest value of it that does, in base units

    std::string text() const { return at.text() + ": " + problem; }
};
using Findings = std::vector<Finding>;

/// What a process makes of a step that is many of its time scales long, if the step is: `rate` [1/s] times `step` [s] is above `most`.
/// `clock`: which step, such as `transport`.
void find_long_step(Findings& findings, Place const& at, double rate, std::string const& clock, double step, double most,
                    std::string const& consequence);

/// Of fields, reactions, receptors, compartments and synapses; docs/scenario.md, "What a step promises".
void find_long_steps_of_fields(Findings& findings, ScenarioInput const& in, Model const& model, Schedule const& schedule);

/// Of cells.
void find_long_steps_of_cells(Findings& findings, ScenarioInput const& in, Schedule const& schedule);

}  // namespace crine
