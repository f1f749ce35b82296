// Builds pathways: compiles each reaction network, and gives the cell types their inputs, parameters and initial values.
#include "host/build/build.h"
#include "host/networks/network_compiler.h"

#include <algorithm>

namespace crine {
namespace {

NetworkSignal signal_of(PathwaySignalInput const& in, Phrases const& signals, ScenarioInput const& all) {
    auto const& phrase = signals.find(in.signal);
    if (!in.per && phrase.dimension != Dimension::number)
        fail(in.at, "\"per\" is missing: " + phrase.text + " has a dimension, the inputs of a network are numbers (1 at which " +
                        phrase.text + "?)");
    double const per = in.per ? value_of(in.per->node, phrase, Range::positive, all) : 1;
    return {phrase.index, in.times / per};
}

std::size_t place_of(Text const& name, char const* what, std::vector<std::string> const& known, Network const& network) {
    auto const found = std::find(known.begin(), known.end(), name.value);
    if (found == known.end())
        fail(name.at, "\"" + name.value + "\" is not " + what + " of \"" + network.name + "\"" + suggestion(name.value, known));
    return static_cast<std::size_t>(found - known.begin());
}

NetworkUse use_of(int index, Network const& network, PathwayUseInput const& in, Phrases const& signals, ScenarioInput const& all) {
    NetworkUse use;
    use.network = index;
    use.parameters = network.parameter_default;
    for (auto const& e : in.parameters) use.parameters[place_of(e.name, "a parameter", network.parameters, network)] = e.value;
    use.inputs.resize(network.inputs.size());
    for (auto const& e : in.inputs) {
        auto& input = use.inputs[place_of(e.name, "an input", network.inputs, network)];
        for (PathwaySignalInput const& signal : e.value.values) input.push_back(signal_of(signal, signals, all));
        if (input.empty()) fail(e.name.at, "\"" + e.name.value + "\" has no signal (leave it out for the network's own value?)");
    }
    std::vector<std::string> const species(network.variables.begin(), network.variables.begin() + network.layout.visible);
    std::vector<std::pair<int, double>> changed;
    for (auto const& e : in.initial) changed.emplace_back(static_cast<int>(place_of(e.name, "a species", species, network)), e.value);
    use.initial = at_place(in.at, [&] { return initial_columns(network, use.parameters, changed); });
    return use;
}

/// Of all signals only variables of pathways may.
bool may_be_negative(int signal, Vocabulary const& words, Model const& model) {
    int const variable = signal - words.of(signal::inside, 0);
    if (variable < 0 || variable >= signal::of_variable_count * words.variables) return false;
    VariableOfPathway const found = find_variable(variable % words.variables, model);
    Network const& network = model.pathways[found.pathway];
    return network.positive[static_cast<std::size_t>(network.layout.column(found.variable))] == 0;
}

/// What a use gives values below 0.
void add_negative(NetworkUse const& use, Vocabulary const& words, Model const& model, std::set<std::string>& names) {
    Network const& network = model.pathways[static_cast<std::size_t>(use.network)];
    for (std::size_t p = 0; p < use.parameters.size(); ++p)
        if (use.parameters[p] < 0) names.insert(network.parameters[p]);
    for (std::size_t n = 0; n < use.inputs.size(); ++n)
        for (NetworkSignal const& from : use.inputs[n])
            if (from.scale < 0 || may_be_negative(from.signal, words, model)) names.insert(network.inputs[n]);
    for (std::size_t s = 0; s < static_cast<std::size_t>(network.layout.visible); ++s)
        if (use.initial[s] < 0) names.insert(network.variables[s]);
}

/// Compiles those anew whose species may become negative by what cells make of them, until nothing follows for others that they feed. All
/// but Network::positive is as before.
void let_become_negative(ScenarioInput const& in, Vocabulary const& words, Model& model) {
    std::vector<std::set<std::string>> known(model.pathways.size());
    for (bool changed = true; changed;) {
        auto names = known;
        for (CellType const& type : model.types)
            for (NetworkUse const& use : type.pathways) add_negative(use, words, model, names[static_cast<std::size_t>(use.network)]);
        changed = names != known;
        for (std::size_t p = 0; p < names.size(); ++p)
            if (names[p] != known[p]) model.pathways[p] = compile_network(in.pathways[p].name.value, in.pathways[p].value, names[p]);
        known = std::move(names);
    }
}

}  // namespace

VariableOfPathway find_variable(int variable, Model const& model) {
    std::size_t pathway = 0;
    while (variable >= static_cast<int>(model.pathways[pathway].variables.size()))
        variable -= static_cast<int>(model.pathways[pathway++].variables.size());
    return {pathway, variable};
}

void make_pathways(ScenarioInput const& in, Vocabulary const& words, Phrases const& signals, Model& model) {
    Names const names = Names::of("pathway", in.pathways);
    for (auto const& e : in.pathways) model.pathways.push_back(compile_network(e.name.value, e.value));
    for (std::size_t t = 0; t < in.cells.size(); ++t)
        for (auto const& e : in.cells[t].value.pathways) {
            auto const index = static_cast<std::size_t>(names.find(e.name));
            model.types[t].pathways.push_back(use_of(static_cast<int>(index), model.pathways[index], e.value, signals, in));
        }
    for (std::size_t t = 0; t < in.cells.size(); ++t)  // all have theirs now
        for (auto const& e : in.cells[t].value.pathways)
            for (auto const& input : e.value.inputs)
                for (PathwaySignalInput const& from : input.value.values)
                    check_signal(from.signal, signals.find(from.signal).index, in, static_cast<int>(t), model);
    let_become_negative(in, words, model);
}

}  // namespace crine
