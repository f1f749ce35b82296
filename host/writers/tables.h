#pragma once

#include "host/writers/writer.h"

#include <variant>

/// What stands in summary.csv, compartments.csv and synapses.csv, for whoever needs it as numbers. The columns of probes.csv are in
/// host/probes.h.

namespace crine {

std::vector<std::string> summary_columns(Model const& model);

/// Counts are whole numbers.
using TableField = std::variant<double, std::uint64_t>;
std::vector<TableField> summary_row(Model const& model, Frame const& frame);

std::vector<std::string> compartment_columns(Model const& model);
std::vector<double> compartment_row(Model const& model, Totals const& totals);

/// Of one synapse, or of all of a type.
std::vector<std::string> synapse_columns();
std::vector<TableField> synapse_row(SynapseRecord const& synapse);

}  // namespace crine
