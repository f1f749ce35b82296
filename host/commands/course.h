// All tables of a run as numbers over time, and formulas of their columns, for `crine validate`.
#pragma once

#include "host/scenario/scenario.h"

#include <map>
#include <string>
#include <vector>

namespace crine {

/// Everything that the tables of a run hold, as numbers, at every summary time: the columns of summary.csv, probes.csv and
/// compartments.csv, those of synapses.csv for each type of synapse, with its name before them, and for each kind of line of routes.csv
/// what was received since the start: `LIGAND received by RECEIVER, ROUTE from SENDER [molecules]`.
struct Course {
    std::vector<std::string> columns;
    std::vector<double> times;              ///< [s]
    std::vector<std::vector<double>> rows;  ///< [time][column]
    double tick = 0;                        ///< [s]
};

/// Runs a scenario to its end without writing anything. Throws RunError if it fails or its molecules do not add up.
Course run_course(Scenario scenario, Device const& device);

/// The value of a formula of columns. A column stands in quotes: 'COLUMN', 'COLUMN@TIME', 'ARM:COLUMN', with its name as in the table or
/// without its unit; `integral of COLUMN` is that over time [s], by the trapezoid rule from the start, `maximum of COLUMN`, `minimum of
/// COLUMN` are the extremes since the start, and `time of maximum of COLUMN`, `time of minimum of COLUMN` when they were first [s]. Without
/// an arm it is one of `arm`, and without a time that at `time` [s], or at the end if that is negative. Throws InputError for what there is
/// not.
double evaluate(std::string const& formula, std::map<std::string, Course> const& arms, std::string const& arm, double time);

}  // namespace crine
