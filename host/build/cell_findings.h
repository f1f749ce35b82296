// Warnings about cells and the grid: cells that go far within a step, and strong sinks that share a voxel.
#pragma once

#include "crine/backend.h"
#include "host/build/findings.h"

namespace crine {

/// Of cells that go far within a step, and of such as share a voxel and know each other too little for what they take.
void find_blurred_cells(Findings& findings, ScenarioInput const& in, Model const& model, HostCells const& cells, Schedule const& schedule);

}  // namespace crine
