// Columns and rows of summary.csv, compartments.csv, synapses.csv and routes.csv; those of probes.csv are in probes.h.
#pragma once

#include "host/writers/writer.h"

#include <variant>

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

/// What cells of a type have received of a ligand since the start, by one route from one sender.
struct RouteRow {
    std::string ligand, receiver, route, sender;
    double molecules = 0;
};
/// Of all that is traced; in every call the same rows.
std::vector<RouteRow> route_rows(Model const& model, Totals const& totals);

}  // namespace crine
