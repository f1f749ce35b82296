// Runs a scenario without files, keeps the lines of its tables, and looks up columns by run, name and time.
#include "host/commands/course.h"

#include "crine/contracts.h"
#include "host/formulas/formula.h"
#include "host/run/mass_balance.h"
#include "host/run/observer.h"
#include "host/text/format.h"
#include "host/text/units.h"
#include "host/text/yaml.h"
#include "host/writers/tables.h"

#include <algorithm>

namespace crine {
namespace {

std::string without_unit(std::string const& column) {
    auto const bracket = column.rfind(" [");
    return bracket == std::string::npos || column.back() != ']' ? column : column.substr(0, bracket);
}

std::size_t column_of(Course const& course, std::string const& name) {
    for (std::size_t c = 0; c < course.columns.size(); ++c)
        if (course.columns[c] == name || without_unit(course.columns[c]) == name) return c;
    std::vector<std::string> names;
    for (auto const& column : course.columns) names.push_back(without_unit(column));
    throw InputError("\"" + name + "\" is not a column of summary.csv, probes.csv, compartments.csv or synapses.csv, nor a route" +
                     suggestion(name, names));
}

std::size_t row_at(Course const& course, double time) {
    if (time < 0) return course.times.size() - 1;
    for (std::size_t r = 0; r < course.times.size(); ++r)
        if (std::fabs(course.times[r] - time) <= 0.5001 * course.tick) return r;
    throw InputError("there is no summary at " + duration(time) + " (output.summary says when there is)");
}

// Of a column, from the start to a row.
double integral(Course const& course, std::size_t column, std::size_t last) {
    double sum = 0;
    for (std::size_t r = 1; r <= last; ++r)
        sum += (course.times[r] - course.times[r - 1]) * (course.rows[r][column] + course.rows[r - 1][column]) / 2;
    return sum;
}
std::size_t row_of_most(Course const& course, std::size_t column, std::size_t last, double sign) {
    std::size_t most = 0;
    for (std::size_t r = 1; r <= last; ++r)
        if (sign * course.rows[r][column] > sign * course.rows[most][column]) most = r;
    return most;
}

struct OverTime {
    std::string_view prefix;
    double (*value)(Course const& course, std::size_t column, std::size_t last);
};
constexpr OverTime kOverTime[] = {
    {"integral of ", integral},
    {"maximum of ", [](Course const& c, std::size_t column, std::size_t last) { return c.rows[row_of_most(c, column, last, 1)][column]; }},
    {"minimum of ", [](Course const& c, std::size_t column, std::size_t last) { return c.rows[row_of_most(c, column, last, -1)][column]; }},
    {"time of maximum of ", [](Course const& c, std::size_t column, std::size_t last) { return c.times[row_of_most(c, column, last, 1)]; }},
    {"time of minimum of ",
     [](Course const& c, std::size_t column, std::size_t last) { return c.times[row_of_most(c, column, last, -1)]; }},
};

/// What stands between quotes.
double look_up(std::string text, std::map<std::string, Course> const& arms, std::string const& arm, double time) {
    auto course = arms.find(arm);
    if (auto const colon = text.find(':'); colon != std::string::npos && arms.count(text.substr(0, colon)) > 0) {
        course = arms.find(text.substr(0, colon));
        text.erase(0, colon + 1);
    }
    CRINE_ENSURES(course != arms.end());
    if (auto const at = text.rfind('@'); at != std::string::npos) {
        time = quantity(text.substr(at + 1), Dimension::time);
        text.erase(at);
    }
    std::size_t const row = row_at(course->second, time);
    for (auto const& [prefix, value] : kOverTime)
        if (text.starts_with(prefix)) return value(course->second, column_of(course->second, text.substr(prefix.size())), row);
    return course->second.rows[row][column_of(course->second, text)];
}

}  // namespace

Course run_course(Scenario scenario, Device const& device) {
    scenario.output.volumes = 0;
    Simulation simulation(scenario, make_backend(device));
    scenario.initial = {};  // the engine has it now
    Observer observer(scenario, simulation);
    Course course;
    course.columns = summary_columns(scenario.model);
    for (auto const& column : probe_columns(scenario)) course.columns.push_back(column);
    for (auto const& column : compartment_columns(scenario.model)) course.columns.push_back(column);
    for (auto const& type : scenario.model.synapses)
        for (auto const& column : synapse_columns()) course.columns.push_back(type.name + " " + column);
    for (auto const& row : route_rows(scenario.model, simulation.backend().totals()))
        course.columns.push_back(row.ligand + " received by " + row.receiver + ", " + row.route + " from " + row.sender + " [molecules]");
    course.tick = simulation.tick();
    auto const observe = [&](Last last) {
        if (!observer.due(last)) return;
        Frame const frame = observer.look();
        check_balance(scenario.model, frame.totals, simulation.time());
        auto& row = course.rows.emplace_back();
        auto const add = [&row](std::vector<TableField> const& fields) {
            for (auto const& field : fields) row.push_back(std::visit([](auto value) { return static_cast<double>(value); }, field));
        };
        add(summary_row(scenario.model, frame));
        row.insert(row.end(), frame.probes.begin(), frame.probes.end());
        auto const pools = compartment_row(scenario.model, frame.totals);
        row.insert(row.end(), pools.begin(), pools.end());
        for (auto const& type : frame.totals.synapse_types) add(synapse_row(type));
        for (auto const& route : route_rows(scenario.model, frame.totals)) row.push_back(route.molecules);
        course.times.push_back(simulation.time());
    };
    auto const more = [&] { return simulation.time() < scenario.schedule.end - simulation.tick() / 2; };
    observe(more() ? Last::no : Last::yes);
    while (more()) {
        simulation.step();
        observe(more() ? Last::no : Last::yes);
    }
    return course;
}

double evaluate(std::string const& formula, std::map<std::string, Course> const& arms, std::string const& arm, double time) {
    Algebra algebra;
    FormulaNames const columns{[&](std::string const& name) { return algebra.number(look_up(name, arms, arm, time)); }, {}};
    try {
        return algebra.value(parse_formula(formula, algebra, columns));
    } catch (FormulaError const& error) {
        throw InputError("bad formula \"" + formula + "\": " + error.what());
    }
}

}  // namespace crine
