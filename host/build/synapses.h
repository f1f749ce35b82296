// Building synapses: their types, the pairs of cells that they join, and the checks of rules about them.
#pragma once

#include "host/scenario/names.h"
#include "host/scenario/scenario.h"

namespace crine {

/// The types of synapses, from their part of the file; gives presynaptic types their base rate of firing.
std::vector<SynapseType> make_synapses(ScenarioInput const& in, Names const& ligands, Names const& types, Model& model);
std::vector<Pairing> make_pairings(ScenarioInput const& in);

/// The synapses at time 0, type by type, in the order of the postsynaptic cells or of the file's list.
std::vector<SynapsePair> make_pairs(ScenarioInput const& in, Scenario const& scenario);
/// Those of one type, by the distances of the cells; none for a list. Of cells equally near the one with the smaller id is taken.
void pair_cells(Scenario const& scenario, std::size_t type, std::vector<SynapsePair>& pairs);

/// Refuses rules about firing and open channels of cells that have no such synapse.
void check_synaptic_rule(WrittenRule const& in, Rule const& rule, std::vector<SynapseType> const& synapses);

/// Slowest time constant of the transmitter in a cleft without channels [s].
double clearance_time(SynapseKinetics const& kinetics);

}  // namespace crine
