#pragma once

#include "host/writers/writer.h"

#include <variant>

/// What stands in summary.csv, for whoever needs it as numbers. The columns of probes.csv are in host/probes.h.

namespace crine {

std::vector<std::string> summary_columns(Model const& model);

/// Counts are whole numbers.
using TableField = std::variant<double, std::uint64_t>;
std::vector<TableField> summary_row(Model const& model, Frame const& frame);

}  // namespace crine
