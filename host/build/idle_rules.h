// Warnings about input without the effect that was meant: rules that never act, and boundary conditions that hold a whole sheet.
#pragma once

#include "host/build/findings.h"
#include "host/scenario/input.h"

namespace crine {

/// Rules whose signal is always 0, or that change nothing whatever it is. `written`: where the rules of the model stand. `model` is
/// complete but for fields.
void find_idle_rules(Findings& findings, ScenarioInput const& in, Model const& model, std::vector<Place> const& written);

/// Values and fluxes for all faces where the domain is one voxel thick, so that every voxel has two of these faces.
void find_held_sheets(Findings& findings, ScenarioInput const& in, Grid const& grid);

}  // namespace crine
