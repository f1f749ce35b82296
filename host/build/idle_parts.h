// Warnings about parts of a scenario without effect: receptors that no cell has, and secreted ligands that act on nothing.
#pragma once

#include "host/build/findings.h"
#include "host/build/possible.h"

namespace crine {

/// A scenario in which no cell senses any ligand is about transport: then it is meant that nothing does.
void find_idle_parts(Findings& findings, ScenarioInput const& in, Model const& model, Possible const& possible);

}  // namespace crine
