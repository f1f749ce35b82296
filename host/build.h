#pragma once

#include "host/materials.h"
#include "host/scenario.h"

namespace crine {

/// The parts of a Scenario, each made from the part of the file that describes it.

Schedule make_schedule(TimeInput const& in);
Grid make_grid(DomainInput const& in);
std::vector<Ligand> make_ligands(ScenarioInput const& in, Names const& ligands, Grid const& grid);
/// Fills the bindings and conversions of a model that has its ligands.
void make_reactions(ScenarioInput const& in, Names const& ligands, Model& model);
std::vector<Receptor> make_receptors(ScenarioInput const& in, Names const& ligands);
std::vector<CellType> make_types(ScenarioInput const& in, Names const& ligands, Names const& types, Names const& receptors,
                                 std::vector<Receptor> const& kinds_of_receptors, Grid const& grid);
/// Refuses a cell that cannot be meant.
void check_radius(Place const& at, double radius, Grid const& grid);
std::vector<Rule> make_rules(ScenarioInput const& in, Names const& ligands, Names const& types, Names const& receptors,
                             std::vector<CellType> const& kinds);
std::vector<Probe> make_probes(std::vector<ProbeInput> const& in, Names const& ligands, Names const& types, Names const& regions,
                               Grid const& grid);
OutputPlan make_output(OutputInput const& in, Names const& ligands);

/// Decay of a ligand outside all regions [1/s].
double decay_of(LigandInput const& in);

/// The concentration of one ligand at time 0 by voxel, or only its checks.
std::vector<Real> make_field(ScenarioInput const& in, int ligand, Model const& model, Regions& regions, bool check_only);

/// A field in equilibrium with its sources needs a way out for what they add.
void check_quasi_steady(ScenarioInput const& in, Model const& model);

/// What a matrix is to slow down has to diffuse.
void check_hindered(ScenarioInput const& in, Model const& model);

}  // namespace crine
