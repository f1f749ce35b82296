#pragma once

#include "crine/network.h"
#include "host/input.h"

namespace crine {

/// Compiles a network as it is written into what devices run: rates from reactions and rules, their derivatives, the elimination of the
/// matrix of an implicit step with its zeros left out, and which species cannot become negative. Fails at the place of what is wrong, for a
/// formula at the word.
Network compile_network(std::string const& name, NetworkInputs const& in);

/// What a new cell has, by column, with these parameters and, of some species, these values.
std::vector<double> initial_columns(Network const& network, std::vector<double> const& parameters,
                                    std::vector<std::pair<int, double>> const& species = {});

}  // namespace crine
