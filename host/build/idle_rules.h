// Warnings about input without the effect that was meant: rules that never act, and boundary conditions that hold a whole sheet.
#pragma once

#include "host/build/findings.h"
#include "host/build/possible.h"

namespace crine {

/// Rules whose signal is always 0, that change nothing whatever it is, or of types of which there is never a cell. `written`: where the
/// rules of the model stand.
void find_idle_rules(Findings& findings, Model const& model, Possible const& possible, std::vector<Place> const& written);

/// Values and fluxes for all faces where the domain is one voxel thick, so that every voxel has two of these faces.
void find_held_sheets(Findings& findings, ScenarioInput const& in, Grid const& grid);

}  // namespace crine
