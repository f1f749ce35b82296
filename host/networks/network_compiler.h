// Compiling reaction networks: from species, reactions and formulas to the programs that devices integrate.
#pragma once

#include "crine/network.h"
#include "host/scenario/network_input.h"

#include <optional>
#include <set>

namespace crine {

/// Compiles a network as it is written into what devices run: rates from reactions and rules, their derivatives, the elimination of the
/// matrix of an implicit step with its zeros left out, and which species cannot become negative. Fails at the place of what is wrong, for a
/// formula at the word. `negative`: inputs, parameters and species that some cells give values below 0, other than the network itself.
Network compile_network(std::string const& name, NetworkInputs const& in, std::set<std::string> const& negative = {});
/// Likewise for reactions that happen everywhere in space: for each species there is one input, by which its rate is multiplied.
Network compile_local_network(NetworkInputs const& in);
/// Species that reactions, rates or formulas name.
std::vector<bool> species_in_use(NetworkInputs const& in);

/// A species that is taken where there is none of it, if there is one: a rate below 0 with `others` of all else, or of one alone.
struct TakenFromNothing {
    int species = 0;
    double rate = 0, others = 0;
};
std::optional<TakenFromNothing> taken_from_nothing(Network const& network);

/// What a new cell has, by column, with these parameters and, of some species, these values. Throws InputError if it is not finite.
std::vector<double> initial_columns(Network const& network, std::vector<double> const& parameters,
                                    std::vector<std::pair<int, double>> const& species = {});

}  // namespace crine
