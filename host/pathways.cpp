#include "host/build.h"
#include "host/network_compiler.h"

#include <algorithm>

namespace crine {
namespace {

NetworkSignal signal_of(PathwaySignalInput const& in, Phrases const& signals) {
    auto const& phrase = signals.find(in.signal);
    if (!in.per && phrase.dimension != Dimension::number)
        fail(in.at, "\"per\" is missing: " + phrase.text + " has a dimension, the inputs of a network are numbers (1 at which " + phrase.text + "?)");
    double const per = in.per ? read_quantity(in.per->node, phrase.dimension, Range::positive) : 1;
    return {phrase.index, in.times / per};
}

std::size_t place_of(Text const& name, char const* what, std::vector<std::string> const& known, Network const& network) {
    auto const found = std::find(known.begin(), known.end(), name.value);
    if (found == known.end())
        fail(name.at, "\"" + name.value + "\" is not " + what + " of \"" + network.name + "\"" + suggestion(name.value, known));
    return static_cast<std::size_t>(found - known.begin());
}

NetworkUse use_of(int index, Network const& network, PathwayUseInput const& in, Phrases const& signals) {
    NetworkUse use;
    use.network = index;
    use.parameters = network.parameter_default;
    for (auto const& e : in.parameters) use.parameters[place_of(e.name, "a parameter", network.parameters, network)] = e.value;
    use.inputs.resize(network.inputs.size());
    for (auto const& e : in.inputs) use.inputs[place_of(e.name, "an input", network.inputs, network)] = signal_of(e.value, signals);
    std::vector<std::string> const species(network.variables.begin(), network.variables.begin() + network.layout.visible);
    std::vector<std::pair<int, double>> changed;
    for (auto const& e : in.initial) changed.emplace_back(static_cast<int>(place_of(e.name, "a species", species, network)), e.value);
    use.initial = at_place(in.at, [&] { return initial_columns(network, use.parameters, changed); });
    return use;
}

/// What a use gives values below 0.
void add_negative(NetworkUse const& use, Network const& network, std::set<std::string>& names) {
    for (std::size_t p = 0; p < use.parameters.size(); ++p)
        if (use.parameters[p] < 0) names.insert(network.parameters[p]);
    for (std::size_t n = 0; n < use.inputs.size(); ++n)
        if (use.inputs[n].signal >= 0 && use.inputs[n].scale < 0) names.insert(network.inputs[n]);
    for (std::size_t s = 0; s < static_cast<std::size_t>(network.layout.visible); ++s)
        if (use.initial[s] < 0) names.insert(network.variables[s]);
}

}  // namespace

void make_pathways(ScenarioInput const& in, Phrases const& signals, Model& model) {
    Names const names = Names::of("pathway", in.pathways);
    std::vector<std::set<std::string>> negative(in.pathways.size());
    for (auto const& e : in.pathways) model.pathways.push_back(compile_network(e.name.value, e.value));
    for (std::size_t t = 0; t < in.cells.size(); ++t)
        for (auto const& e : in.cells[t].value.pathways) {
            auto const index = static_cast<std::size_t>(names.find(e.name));
            NetworkUse use = use_of(static_cast<int>(index), model.pathways[index], e.value, signals);
            add_negative(use, model.pathways[index], negative[index]);
            model.types[t].pathways.push_back(std::move(use));
        }
    for (std::size_t t = 0; t < in.cells.size(); ++t)  // all have theirs now
        for (auto const& e : in.cells[t].value.pathways)
            for (auto const& input : e.value.inputs)
                check_signal(input.value.signal, signals.find(input.value.signal).index, in, static_cast<int>(t), model);
    for (std::size_t p = 0; p < negative.size(); ++p)  // then other species may become negative: the rest is as before
        if (!negative[p].empty()) model.pathways[p] = compile_network(in.pathways[p].name.value, in.pathways[p].value, negative[p]);
}

}  // namespace crine
