// Builds the cells that circulate in compartments: their number, loss, production, and the rules that change production.
#include "host/build/build.h"

#include <cmath>

namespace crine {
namespace {

char const* const kProduction = "production";

/// Some type lets cells of that type in through its wall, if only by a rule.
bool is_recruited(int type, ScenarioInput const& in, Names const& types, Model const& model) {
    int const recruitment = model.vocabulary().of(behaviour::recruitment, type);
    bool recruited = std::any_of(model.rules.begin(), model.rules.end(), [&](Rule const& rule) { return rule.behaviour == recruitment; });
    for (auto const& cell : in.cells)
        for (auto const& e : cell.value.recruits) recruited = recruited || types.find(e.name) == type;
    return recruited;
}

Rule make_rule(RuleInput const& in, CellPool const& pool, Dictionary const& names, Phrases const& signals, Model const& model,
               ScenarioInput const& all) {
    Vocabulary const words = model.vocabulary();
    auto const& signal = signals.find(in.signal);
    int const first = words.of(signal::circulating, 0);
    if (signal.index != signal::time && (signal.index < first || signal.index >= first + words.pools))
        fail(in.signal.at, "\"" + in.signal.value + "\" is a signal of cells in the tissue; expected LIGAND in COMPARTMENT, or time" +
                               (words.pools > 0 ? suggestion(in.signal.value, names.pools.list) : ""));
    Text const& changed = in.increases ? *in.increases : *in.decreases;
    if (changed.value != kProduction)
        fail(changed.at, "\"" + changed.value + "\" is nothing that cells in a compartment do" + suggestion(changed.value, {kProduction}));
    if (in.applies_to_dead.value) fail(in.applies_to_dead.at, "no cell in a compartment is dead");
    double const to = read_quantity(in.to.node, Dimension::cell_rate, Range::non_negative);
    check_direction(in.to.node.at, kProduction, in.increases.has_value(), to, pool.production);
    Rule rule;
    rule.type = pool.type, rule.signal = signal.index, rule.increases = in.increases.has_value();
    rule.saturation = static_cast<Real>(to);
    rule.half = static_cast<Real>(value_of(in.half.node, signal, Range::positive, all));
    rule.hill = static_cast<Real>(in.hill.value);
    return rule;
}

double loss_rate(CellPoolInput const& in) {
    if (in.half_life) return stored(std::log(2.0) / *in.half_life, "the rate of loss", in.half_life->at);
    return in.loss ? in.loss->value : 0;
}

}  // namespace

void make_cell_pools(ScenarioInput const& in, Dictionary const& names, Phrases const& signals, Model& model) {
    for (std::size_t c = 0; c < in.compartments.size(); ++c) {
        CompartmentInput const& compartment = in.compartments[c].value;
        for (auto const& [name, written] : compartment.cells) {
            CellPool pool;
            pool.type = names.types.find(name), pool.compartment = static_cast<int>(c);
            for (CellPool const& other : model.cell_pools)
                if (other.type == pool.type)
                    fail(name.at, "\"" + name.value + "\" circulates in \"" +
                                      in.compartments[static_cast<std::size_t>(other.compartment)].name.value +
                                      "\" already; expected one compartment for each type");
            for (auto const& e : compartment.ligands)
                if (e.name.value == name.value) fail(name.at, "a ligand in this compartment has the name \"" + name.value + "\"");
            if (!is_recruited(pool.type, in, names.types, model))
                fail(name.at, "no type recruits \"" + name.value + "\", so how many there are has no effect");
            pool.initial = written.number ? written.number->value : *written.density * compartment.volume;
            if (pool.initial < model.represents)
                fail(written.number ? written.number->at : written.density->at,
                     "there are fewer cells than stand behind a single one of the tissue (domain.represents)");
            pool.loss = loss_rate(written);
            pool.production = written.production ? written.production->value : pool.loss * pool.initial;
            WrittenRules rules;
            for (RuleInput const& rule : written.rules) {
                pool.rules.push_back(make_rule(rule, pool, names, signals, model, in));
                rules.add(pool.rules.back(), rule.at);
            }
            for (auto const& [behaviour, response] : written.response_times) {
                if (behaviour.value != kProduction)
                    fail(behaviour.at, "\"" + behaviour.value + "\" is nothing that cells in a compartment do" +
                                           suggestion(behaviour.value, {kProduction}));
                if (pool.rules.empty()) fail(behaviour.at, "no rule changes \"production\", so it has nothing to respond to");
                ResponseTime const response_time = response_time_of(0, response);
                pool.response_time = response.time ? *response.time : *response.delay, pool.stages = response_time.stages;
            }
            model.cell_pools.push_back(std::move(pool));
        }
    }
}

}  // namespace crine
