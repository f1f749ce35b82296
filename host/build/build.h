// Building a scenario from what was read of its file: the functions for each part of the model, by source file.
#pragma once

#include "host/build/materials.h"
#include "host/scenario/scenario.h"
#include "host/scenario/words.h"

#include <array>
#include <map>

namespace crine {

/// Synapses, materials, regions and placement have headers of their own.

/// A number that was worked out from others of the file; fails if storage makes it 0 or infinite.
double stored(double value, char const* what, Place const& at);

// --- by_mass.cpp ---

/// In molecules, be it given by mass. Fails if that is so and the molar mass of the ligand is not known.
double in_molecules(LigandQuantity const& of, Entry<LigandInput> const& ligand);
/// The value of a signal or behaviour; of a ligand it may be given by mass.
double value_of(Node const& node, Phrases::Phrase const& of, Range range, ScenarioInput const& in);
/// Base units in one of a unit of a ligand's concentration, such as nM or pg/mL.
double concentration_unit(Text const& unit, Entry<LigandInput> const& ligand);

// --- build.cpp: time, space, ligands and receptors, what is measured and written ---

Schedule make_schedule(TimeInput const& in);
Grid make_grid(DomainInput const& in);
std::vector<Ligand> make_ligands(ScenarioInput const& in, Names const& ligands, Grid const& grid);
std::vector<MembraneLigand> make_membrane_ligands(ScenarioInput const& in);
std::vector<Receptor> make_receptors(ScenarioInput const& in, Dictionary const& names);
/// Decay of a ligand outside all regions [1/s].
double decay_of(LigandInput const& in);
/// The concentration of one ligand at time 0 by voxel, or only its checks.
std::vector<Real> make_field(ScenarioInput const& in, int ligand, Model const& model, Regions& regions, bool check_only);
/// Refuses quasi-steady ligands that do not diffuse, or that nothing removes.
void check_quasi_steady(ScenarioInput const& in, Model const& model);
/// Refuses a matrix that hinders a ligand which does not diffuse.
void check_hindered(ScenarioInput const& in, Model const& model);
/// Refuses to trace the senders of what does not add up from them: where secretion saturates, and in reactions.
void check_traced(ScenarioInput const& in, Model const& model);
std::vector<Probe> make_probes(ScenarioInput const& in, Dictionary const& names, Names const& regions, Grid const& grid);
OutputPlan make_output(OutputInput const& in, Names const& ligands);
std::vector<Arm> make_arms(Named<Later> const& in);
Validation make_validation(ValidationInput const& in, std::vector<Arm> const& arms);

// --- reactions.cpp ---

/// Fills the bindings, conversions and local reactions of a model that has its ligands.
void make_reactions(ScenarioInput const& in, Names const& ligands, Model& model);

// --- compartments.cpp ---

/// Compartments, what they hold, transfers and doses; regions are asked for the voxels of doses into the tissue.
void make_compartments(Model& model, ScenarioInput const& in, Names const& ligands, Regions& regions, bool size_only);

// --- cell_pools.cpp ---

/// Cells that circulate in compartments. `model` has its types, rules and compartments.
void make_cell_pools(ScenarioInput const& in, Dictionary const& names, Phrases const& signals, Model& model);

// --- cell_types.cpp ---

/// `model` has its grid, membrane ligands and receptors.
std::vector<CellType> make_types(ScenarioInput const& in, Dictionary const& names, Model const& model);
/// A clearance, said as such or by receptors.
double clearance_of(UptakeInput const& in);
/// How a behaviour follows what its rules ask for.
ResponseTime response_time_of(int behaviour, ResponseTimeInput const& in);
bool has_activity(CellInput const& cell, std::string const& activity);
/// Refuses a radius that no cell has, or that is too wide for the domain.
void check_radius(Place const& at, double radius, Grid const& grid);

// --- pathways.cpp ---

/// Networks, and what the types have of them. `model` has its types.
/// `words` are those of the whole scenario: its compartments are not in the model yet.
void make_pathways(ScenarioInput const& in, Vocabulary const& words, Phrases const& signals, Model& model);
/// A variable of a pathway, by its number in the vocabulary.
struct VariableOfPathway {
    std::size_t pathway;
    int variable;  ///< of Network::variables
};
VariableOfPathway find_variable(int variable, Model const& model);

// --- rules.cpp ---

/// Where rules stand, to find one that is there twice, in whatever words: both would count.
class WrittenRules {
public:
    /// Fails at the second of a signal, a behaviour and a direction for a type.
    void add(Rule const& rule, Place const& at);
    std::vector<Place> const& places() const { return places_; }  ///< in the order in which they were added

private:
    std::map<std::array<int, 4>, Place> first_;
    std::vector<Place> places_;
};

/// `model` has its types, pathways and synapses.
std::vector<Rule> make_rules(ScenarioInput const& in, Phrases const& signals, Phrases const& behaviours, Model const& model,
                             WrittenRules& written);
/// Refuses a rule that cannot be meant, however it is written.
void check_rule(WrittenRule const& written, Rule const& rule, ScenarioInput const& in, Phrases const& behaviours, Model const& model);
/// Refuses a rule that works against the base value of what it changes.
void check_direction(Place const& to, std::string const& behaviour, bool increases, double saturation, double base);
/// Refuses a signal of an activity, a store or a pathway that cells of a type do not have. `model` has its types and their pathways.
void check_signal(Text const& phrase, int signal, ScenarioInput const& in, int type, Model const& model);
/// Refuses a bias of the walk without attraction to a ligand, and attraction without a bias.
void check_bias(ScenarioInput const& in, Model const& model);
/// Adds to the response_times of the types those of behaviours that rules change.
void add_response_times(ScenarioInput const& in, Phrases const& behaviours, Model& model);

// --- peer_rules.cpp ---

/// Rules of a PhysiCell file (CSV, version 3) for a model that has its types and synapses.
std::vector<Rule> read_peer_rules(InputFile const& file, ScenarioInput const& in, Dictionary const& names, Phrases const& signals,
                                  Phrases const& behaviours, Model const& model, WrittenRules& written);

}  // namespace crine
