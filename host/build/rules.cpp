// Builds the rules and response times of cell types, and refuses rules that cannot be meant.
#include "host/build/build.h"
#include "host/build/synapses.h"

#include <cmath>

namespace crine {
namespace {

Real real(double x) { return static_cast<Real>(x); }

/// A phrase that is about an activity of the cell itself needs one.
void check_activity(Text const& phrase, Entry<CellInput> const& type) {
    std::string_view constexpr of = "activity of ";
    if (!phrase.value.starts_with(of)) return;
    std::string const name = phrase.value.substr(of.size());
    std::vector<std::string> known;
    for (auto const& e : type.value.activities) known.push_back(e.name.value);
    if (!has_activity(type.value, name))
        fail(phrase.at, "\"" + type.name.value + "\" has no activity \"" + name + "\" (\"activities\" of the type lists them)" +
                            suggestion(name, known));
}

/// A phrase that is about a store, by which it has the number of its ligand's, needs one in the cell itself.
template <class Word>
void check_store(Text const& phrase, int index, Word word, CellType const& type, Model const& model) {
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l)
        if (index == model.vocabulary().of(word, l) && !type.keeps(l))
            fail(phrase.at, "\"" + type.name + "\" has no store of \"" + model.ligands[static_cast<std::size_t>(l)].name +
                                "\" (\"stores\" of the type lists them)");
}

/// Likewise for a variable of a pathway; by its name, since compartments, which are numbered before it, are not in the model yet.
void check_pathway(Text const& phrase, CellType const& type, Model const& model) {
    for (std::size_t p = 0; p < model.pathways.size(); ++p) {
        Network const& network = model.pathways[p];
        bool const meant = std::any_of(network.variables.begin(), network.variables.end(),
                                       [&](std::string const& variable) { return phrase.value == variable + " of " + network.name; });
        bool const has = std::any_of(type.pathways.begin(), type.pathways.end(),
                                     [&](NetworkUse const& use) { return use.network == static_cast<int>(p); });
        if (meant && !has)
            fail(phrase.at, "\"" + type.name + "\" has no pathway \"" + network.name + "\" (\"pathways\" of the type lists them)");
    }
}

}  // namespace

void check_signal(Text const& phrase, int signal, ScenarioInput const& in, int type, Model const& model) {
    CellType const& kind = model.types[static_cast<std::size_t>(type)];
    check_activity(phrase, in.cells[static_cast<std::size_t>(type)]);
    check_pathway(phrase, kind, model);
    check_store(phrase, signal, signal::stored, kind, model);
}

void check_rule(WrittenRule const& written, Rule const& rule, ScenarioInput const& in, Phrases const& behaviours, Model const& model) {
    auto const& type = in.cells[static_cast<std::size_t>(rule.type)];
    CellType const& kind = model.types[static_cast<std::size_t>(rule.type)];
    std::string const& behaviour = behaviours.text(rule.behaviour);
    check_signal(written.signal, rule.signal, in, rule.type, model);
    check_activity(written.behaviour, type);
    check_store(written.behaviour, rule.behaviour, behaviour::release, kind, model);
    check_synaptic_rule(written, rule, model.synapses);
    if (behaviours.of(rule.behaviour).limits == Phrases::Limits::fraction && rule.saturation > 1)
        fail(written.to, "\"" + behaviour + "\" is a fraction; expected at most 1");
    Real const base = kind.base[static_cast<std::size_t>(rule.behaviour)];
    if (!std::isfinite(base) || !std::isfinite(rule.saturation))
        fail(written.to, "a rule cannot change an infinite value of \"" + behaviour + "\"");
    check_direction(written.to, behaviour, rule.increases, rule.saturation, base);
}

void check_direction(Place const& to, std::string const& behaviour, bool increases, double saturation, double base) {
    if (increases ? saturation < base : saturation > base)
        fail(to, std::string("the rule does nothing: it ") + (increases ? "increases" : "decreases") + " \"" + behaviour +
                     "\" to a value that is " + (increases ? "below" : "above") + " its base value");
}

void WrittenRules::add(Rule const& rule, Place const& at) {
    std::array<int, 4> const key{rule.type, rule.signal, rule.behaviour, rule.increases ? 1 : 0};
    auto const [found, fresh] = first_.try_emplace(key, at);
    if (!fresh) fail(at, "this rule is there already (" + found->second.text() + "), and both would count; expected one of them");
    places_.push_back(at);
}

std::vector<Rule> make_rules(ScenarioInput const& in, Phrases const& signals, Phrases const& behaviours, Model const& model,
                             WrittenRules& written) {
    std::vector<Rule> rules;
    for (std::size_t t = 0; t < in.cells.size(); ++t) {
        for (auto const& rule : in.cells[t].value.rules) {
            auto const& signal = signals.find(rule.signal);
            Text const& changed = rule.increases ? *rule.increases : *rule.decreases;
            auto const& behaviour = behaviours.find(changed);
            Rule r;
            r.type = static_cast<int>(t);
            r.signal = signal.index;
            r.behaviour = behaviour.index;
            r.increases = rule.increases.has_value();
            bool const signed_value = behaviour.limits == Phrases::Limits::none;
            r.saturation = real(behaviour.dimension == Dimension::clearance
                                    ? clearance_of(read_uptake(rule.to.node))
                                    : value_of(rule.to.node, behaviour, signed_value ? Range::any : Range::non_negative, in));
            r.half = real(value_of(rule.half.node, signal, Range::positive, in));
            r.hill = real(rule.hill);
            r.applies_to_dead = rule.applies_to_dead.value;
            check_rule({rule.signal, changed, rule.to.node.at}, r, in, behaviours, model);
            written.add(r, rule.at);
            rules.push_back(r);
        }
    }
    return rules;
}

void add_response_times(ScenarioInput const& in, Phrases const& behaviours, Model& model) {
    for (std::size_t t = 0; t < in.cells.size(); ++t)
        for (auto const& e : in.cells[t].value.response_times) {
            auto const& behaviour = behaviours.find(e.name);
            if (behaviour.index >= model.vocabulary().of(behaviour::activity, 0))
                fail(e.name.at, "the response time of an activity belongs to the activity, as its \"response_time\"");
            bool changes = std::any_of(model.rules.begin(), model.rules.end(), [&](Rule const& rule) {
                return rule.type == static_cast<int>(t) && rule.behaviour == behaviour.index;
            });
            for (std::size_t other = 0; other < in.cells.size(); ++other)  // what a cell takes along when it becomes this type
                for (auto const& theirs : in.cells[other].value.response_times)
                    changes = changes || (other != t && theirs.name.value == e.name.value);
            check_store(e.name, behaviour.index, behaviour::release, model.types[t], model);
            if (!changes) fail(e.name.at, "no rule of this type changes \"" + behaviour.text + "\", so it has nothing to respond to");
            ResponseTime response_time = response_time_of(behaviour.index, e.value);
            response_time.initial = model.types[t].base[static_cast<std::size_t>(behaviour.index)];
            if (!std::isfinite(response_time.initial))
                fail(e.name.at, "an infinite value of \"" + behaviour.text + "\" cannot change in time");
            model.types[t].response_times.push_back(response_time);
        }
}

void check_bias(ScenarioInput const& in, Model const& model) {
    Vocabulary const words = model.vocabulary();
    for (std::size_t t = 0; t < model.types.size(); ++t) {
        auto const shows = [&](int b) {
            return model.types[t].base[static_cast<std::size_t>(b)] != 0 ||
                   std::any_of(model.rules.begin(), model.rules.end(),
                               [&](Rule const& rule) { return rule.type == static_cast<int>(t) && rule.behaviour == b; });
        };
        bool attracted = false;
        for (int l = 0; l < words.ligands; ++l) attracted = attracted || shows(words.of(behaviour::attraction, l));
        if (attracted != shows(behaviour::bias))
            fail(in.cells[t].value.at, attracted ? "\"attraction\" has a meaning only with a \"bias\" of the walk, or a rule that raises it"
                                                 : "\"bias\" has a meaning only with \"attraction\" to some ligand");
    }
}

}  // namespace crine
