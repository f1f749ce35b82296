// Builds reactions between ligands: binding, conversion (first-order, enzymatic or saturable), and networks of formulas.
#include "host/build/build.h"
#include "host/networks/network_compiler.h"
#include "host/text/format.h"
#include "host/text/units.h"

#include <algorithm>

namespace crine {
namespace {

Real real(double x) { return static_cast<Real>(x); }

/// Refuses a key that belongs to another kind of reaction.
template <class T>
void only_with(std::optional<T> const& key, char const* name, char const* with) {
    if (key) fail(key->at, std::string("\"") + name + "\" has a meaning only with " + with);
}

Binding binding_of(ReactionInput const& in, Names const& ligands, Model const& model) {
    if (in.bind.size() != 2)
        fail(in.bind.empty() ? in.at : in.bind.back().at,
             "expected two ligands that bind each other, found " + std::to_string(in.bind.size()));
    only_with(in.by, "by", "convert"), only_with(in.rate, "rate", "convert"), only_with(in.k, "k", "convert");
    only_with(in.k_cat, "k_cat", "convert"), only_with(in.v_max, "V_max", "convert"), only_with(in.k_m, "K_m", "convert");
    if (in.to.values.empty()) fail(in.at, "\"to\" is missing (the complex, a ligand too)");
    if (in.to.values.size() > 1) fail(in.to.values[1].at, "what binds makes one complex; expected one ligand");
    if (!in.k_on) fail(in.at, "\"k_on\" is missing (association rate constant)");
    if (in.k_off && in.k_d) fail(in.k_d->at, "expected only one of k_off, K_d (k_off = K_d * k_on)");
    if (!in.k_off && !in.k_d) fail(in.at, "\"k_off\" is missing (dissociation rate constant; or K_d; 0 /s: for ever)");

    Binding b;
    b.a = ligands.find(in.bind[0]), b.b = ligands.find(in.bind[1]), b.complex = ligands.find(in.to.values[0]);
    if (b.a == b.b) fail(in.bind[1].at, "a ligand cannot bind itself; expected two different ones");
    if (b.complex == b.a || b.complex == b.b) fail(in.to.values[0].at, "the complex is a ligand of its own; expected another one");
    b.k_on = real(*in.k_on), b.k_off = real(in.k_off ? in.k_off->value : stored(*in.k_d * *in.k_on, "K_d * k_on", in.k_d->at));
    Text const* const named[] = {&in.bind[0], &in.bind[1], &in.to.values[0]};
    int const index[] = {b.a, b.b, b.complex};
    for (int n = 0; n < 3; ++n)
        if (model.ligands[static_cast<std::size_t>(index[n])].scheme == Scheme::quasi_steady)
            fail(named[n]->at,
                 "\"" + named[n]->value + "\" is quasi-steady, so it cannot bind; expected scheme adaptive or implicit-euler");
    return b;
}

Conversion conversion_of(ReactionInput const& in, Names const& ligands, ScenarioInput const& all) {
    only_with(in.k_on, "k_on", "bind"), only_with(in.k_off, "k_off", "bind"), only_with(in.k_d, "K_d", "bind");
    int const laws = in.rate.has_value() + in.k.has_value() + in.k_cat.has_value() + in.v_max.has_value();
    if (laws != 1) fail(in.at, std::string("expected exactly one of rate, k, k_cat, V_max, found ") + (laws == 0 ? "none" : "several"));
    if ((in.k || in.k_cat) && !in.by) fail(in.k ? in.k->at : in.k_cat->at, "\"by\" is missing (the enzyme)");
    if (in.by && !in.k && !in.k_cat) fail(in.by->at, "\"by\" has a meaning only with k or k_cat");
    if ((in.k_cat || in.v_max) && !in.k_m) fail(in.at, "\"K_m\" is missing (concentration at half the highest rate)");
    if (in.k_m && !in.k_cat && !in.v_max) fail(in.k_m->at, "\"K_m\" has a meaning only with k_cat or V_max");

    Conversion c;
    c.from = ligands.find(*in.convert);
    for (auto const& name : in.to.values) {
        if (c.to.size() == static_cast<std::size_t>(kMostProducts)) fail(name.at, "a ligand can become two others at most");
        c.to.push_back(ligands.find(name));
        if (c.to.back() == c.from) fail(name.at, "a ligand cannot become itself");
    }
    if (in.by) c.enzyme = ligands.find(*in.by);
    if (c.enzyme == c.from) fail(in.by->at, "a ligand cannot be its own enzyme");
    auto const& of = all.ligands[static_cast<std::size_t>(c.from)];
    c.rate = real(in.rate ? in.rate->value : (in.k ? in.k->value : (in.k_cat ? in.k_cat->value : in_molecules(*in.v_max, of))));
    if (in.k_m) c.half = real(in_molecules(*in.k_m, of));
    return c;
}

/// The species of local reactions are ligands, whose names they may use as they are.
LocalReactions local_reactions_of(ReactionInput const& in, Model const& model) {
    NetworkInputs network = *in.network;
    auto const none = [](auto const& entries, char const* what, char const* why) {
        if (!entries.empty()) fail(entries.front().at, std::string("reactions between ligands have no ") + what + why);
    };
    if (!network.species.empty())
        fail(network.species.front().name.at, "the species of reactions between ligands are the ligands, which stand in \"ligands\"");
    if (!network.inputs.empty()) fail(network.inputs.front().name.at, "reactions between ligands have no inputs");
    if (!network.compartments.empty()) fail(network.compartments.front().name.at, "reactions between ligands have no compartments");
    none(network.events, "events", "; \"doses\" change what is there at a time");
    for (auto const& r : network.reactions)
        if (r.delay) fail(r.delay->at, "reactions between ligands have no delay");
    for (Ligand const& ligand : model.ligands) network.species.push_back({{ligand.name, in.at}, {}});
    for (auto& e : network.species) e.value.initial.value = "0";

    std::vector<bool> const used = network.species.empty() ? std::vector<bool>{} : species_in_use(network);
    if (std::find(used.begin(), used.end(), true) == used.end())
        fail(network.at, "no ligand takes part in this network; expected \"reactions\" or \"rates\" that name some");
    LocalReactions local;
    Named<SpeciesInput> species;
    for (std::size_t l = 0; l < used.size(); ++l) {
        if (!used[l]) continue;
        local.ligands.push_back(static_cast<int>(l));
        species.push_back(std::move(network.species[l]));
        if (model.ligands[l].scheme == Scheme::quasi_steady)
            fail(in.at,
                 "\"" + model.ligands[l].name + "\" is quasi-steady, so it cannot react; expected scheme adaptive or implicit-euler");
    }
    if (local.ligands.size() > static_cast<std::size_t>(kMostReacting))
        fail(in.at, "more than " + std::to_string(kMostReacting) + " ligands in one network of reactions");
    network.species = std::move(species);
    local.scale = in.unit ? at_place(in.unit->at, [&] { return unit_scale(in.unit->value, Dimension::concentration); })
                          : unit_scale("nM", Dimension::concentration);
    if (!network.negligible) network.negligible.emplace().value = 1e-6;
    local.network = compile_local_network(network);
    if (auto const taken = taken_from_nothing(local.network))
        fail(in.network->at, "takes " + local.network.variables[static_cast<std::size_t>(taken->species)] +
                                 " where there is none of it: its rate of change is then " + rounded(taken->rate) + ", with " +
                                 rounded(taken->others) +
                                 " of another; expected rates that vanish with what they take, such as k * A or k * A / (K + A)");
    return local;
}

}  // namespace

void make_reactions(ScenarioInput const& in, Names const& ligands, Model& model) {
    auto const once = [](bool again, Place const& at) {
        if (again) fail(at, "this reaction is there already, and both would count; expected one of them");
    };
    for (auto const& reaction : in.reactions) {
        only_with(reaction.network ? std::nullopt : reaction.unit, "unit", "network");
        if (reaction.network) {
            model.local_reactions.push_back(local_reactions_of(reaction, model));
        } else if (reaction.convert) {
            Conversion const c = conversion_of(reaction, ligands, in);
            for (Conversion const& other : model.conversions)
                once(c.from == other.from && c.to == other.to && c.enzyme == other.enzyme && (c.half > 0) == (other.half > 0), reaction.at);
            model.conversions.push_back(c);
        } else {
            Binding const b = binding_of(reaction, ligands, model);
            for (Binding const& other : model.bindings)
                once(b.complex == other.complex && std::minmax(b.a, b.b) == std::minmax(other.a, other.b), reaction.at);
            model.bindings.push_back(b);
        }
    }
}

}  // namespace crine
