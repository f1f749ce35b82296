// Warnings about long steps: those that are many time constants of a ligand's decay or of what cells do.
#pragma once

#include "host/scenario/finding.h"

namespace crine {

struct Model;
struct ScenarioInput;
struct Schedule;

/// What a process makes of a step that is many of its time scales long, if the step is: `rate` [1/s] times `step` [s] is above `most`.
/// `clock`: which step, such as `transport`.
void find_long_step(Findings& findings, Place const& at, double rate, std::string const& clock, double step, double most,
                    std::string const& consequence);

/// Of ligands that decay many times in a step, by their scheme; docs/guide/13-steps-and-accuracy.md, "What a step promises".
void find_long_steps_of_fields(Findings& findings, ScenarioInput const& in, Model const& model, Schedule const& schedule);

/// Of response times of cells, what they do to those that touch them, and daughters that part.
void find_long_steps_of_cells(Findings& findings, ScenarioInput const& in, Schedule const& schedule);

}  // namespace crine
