#pragma once

#include "crine/model/network.h"
#include "host/networks/network_compiler.h"
#include "support/scenario_text.h"

#include <algorithm>
#include <sstream>
#include <vector>

/// Reaction networks for tests: from text, and integrated on their own.

namespace crine::test {

/// Scenario lines but for pathways and cells.
inline std::string pathway_head() { return "title: network\ntime: {end: 1 h}\ndomain: {size: [100 um, 100 um, 100 um], spacing: 10 um}\n"; }
/// The same of a pathway P with these keys, and none of cells.
inline std::string pathway_text(std::string const& keys) {
    std::string text = pathway_head() + "pathways:\n  P:\n";
    std::istringstream in(keys);
    for (std::string line; std::getline(in, line);) text += "    " + line + "\n";
    return text;
}
inline Network network(std::string const& keys) { return load_text(pathway_text(keys)).model.pathways.at(0); }

/// A network in some lanes side by side, with times and numbers of its own unit.
template <int Lanes>
class Integration {
public:
    double time = 0;
    std::size_t looks = 0;  ///< at what events keep: with one event that never comes, one for each step and two for each that was good

    explicit Integration(Network const& network)
        : network_(network), registers_(static_cast<std::size_t>(network.layout.registers) * Lanes) {
        for (int c = 0; c < at().constants; ++c) put(at().constant + c, network.constants[static_cast<std::size_t>(c)]);
        for (int n = 0; n < at().inputs; ++n) put(at().input + n, network.input_default[static_cast<std::size_t>(n)]);
        for (int l = 0; l < Lanes; ++l) begin(l, network.parameter_default);
    }
    /// A new cell in a lane.
    void begin(int lane, std::vector<double> const& parameters) {
        for (int p = 0; p < at().parameters; ++p) r()[at().parameter + p][lane] = parameters[static_cast<std::size_t>(p)];
        auto const columns = initial_columns(network_, parameters);
        for (int s = 0; s < at().species; ++s) r()[s][lane] = columns[static_cast<std::size_t>(s)];
        kept_[lane].assign(columns.begin() + at().step() + 1, columns.end());
        step_[lane] = 0;
    }
    void feed(std::string const& input, int lane, double value) { r()[at().input + place(network_.inputs, input)][lane] = value; }
    void set(std::string const& species, double value) { put(place(network_.variables, species), value); }
    /// The next step, of every lane; no longer than what is integrated.
    void take_steps_of(double h) { std::fill(step_, step_ + Lanes, h); }

    void advance(double to) {
        Network const& n = network_;
        NetworkView const view{n.layout,         span(n.rates),  span(n.system),  span(n.solve), span(n.observe), span(n.conditions),
                               span(n.positive), span(n.events), span(n.targets), n.tolerance,   n.negligible};
        NetworkSteps<Lanes> steps(view, r());
        for (int l = 0; l < Lanes; ++l) steps.time[l] = time, steps.end[l] = to, steps.step[l] = step_[l];
        steps([&](int column, int lane) -> double& {
            ++looks;
            return kept_[lane][static_cast<std::size_t>(column - at().step() - 1)];
        });
        for (int l = 0; l < Lanes; ++l) step_[l] = steps.step[l], failed = failed || steps.failed[l];
        put(at().time, to);
        run<Lanes>(span(n.observe), r());
        time = to;
    }
    bool failed = false;

    double value(std::string const& name, int lane = 0) {
        int const v = place(network_.variables, name);
        return r()[v < at().visible ? v : at().observable + v - at().visible][lane];
    }
    /// Every number that a cell would keep.
    std::vector<double> all(int lane) {
        std::vector<double> numbers = kept_[lane];
        numbers.push_back(step_[lane]);
        for (int s = 0; s < at().species; ++s) numbers.push_back(r()[s][lane]);
        for (int o = 0; o < at().observables; ++o) numbers.push_back(r()[at().observable + o][lane]);
        return numbers;
    }
    double least() {
        double least = 0;
        for (int s = 0; s < at().species; ++s) least = std::min(least, *std::min_element(r()[s], r()[s] + Lanes));
        return least;
    }

private:
    template <class T>
    static Span<T const> span(std::vector<T> const& of) {
        return {of.data(), of.size()};
    }
    NetworkLayout const& at() const { return network_.layout; }
    Registers<Lanes> r() { return {registers_.data(), Lanes}; }
    void put(int to, double value) { std::fill(r()[to], r()[to] + Lanes, value); }
    static int place(std::vector<std::string> const& names, std::string const& name) {
        auto const found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) throw std::logic_error("the network has no " + name);
        return static_cast<int>(found - names.begin());
    }

    Network network_;
    std::vector<double> registers_, kept_[Lanes];
    double step_[Lanes] = {};
};

}  // namespace crine::test
