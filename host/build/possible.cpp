// Adds what follows from what there can be, until nothing is new.
#include "host/build/possible.h"

namespace crine {
namespace {

bool is_anything(InitialInput const& initial) { return !initial.value || initial.value->value > 0; }

bool is_among(int ligand, std::vector<int> const& list) { return std::find(list.begin(), list.end(), ligand) != list.end(); }

/// There is an entry of that name, such as `is` asks for.
template <class Entries, class Is>
bool says(Entries const& entries, std::string const& name, Is const& is) {
    return std::any_of(entries.begin(), entries.end(), [&](auto const& e) { return e.name.value == name && is(e.value); });
}

}  // namespace

Possible::Possible(ScenarioInput const& in, Model const& model)
    : in_(in),
      model_(model),
      words_(model.vocabulary()),
      types_(model.types.size()),
      ligands_(model.ligands.size()),
      pools_(model.pools.size()) {
    for (bool changed = true; changed;) {
        changed = false;
        auto const add = [&](std::vector<bool>& there, auto const& can_be) {
            for (std::size_t n = 0; n < there.size(); ++n)
                if (!there[n] && can_be(static_cast<int>(n))) there[n] = changed = true;
        };
        add(types_, [&](int t) { return placed(t) || made(t); });
        add(ligands_, [&](int l) { return has_source(l); });
        add(pools_, [&](int p) { return filled(p); });
    }
}

bool Possible::does(int t, int behaviour) const {
    return kind(t).base[static_cast<std::size_t>(behaviour)] != 0 ||
           std::any_of(model_.rules.begin(), model_.rules.end(),
                       [&](Rule const& rule) { return rule.type == t && rule.behaviour == behaviour && rule.saturation != 0; });
}

bool Possible::active(int t, int activity) const {
    int const b = words_.of(behaviour::activity, activity);
    auto const begins = [&](ResponseTime const& response_time) { return response_time.behaviour == b && response_time.initial > 0; };
    return does(t, b) || std::any_of(kind(t).response_times.begin(), kind(t).response_times.end(), begins);
}

bool Possible::has(int t, int receptor) const {
    return kind(t).receptors[static_cast<std::size_t>(receptor)] > 0 || does(t, words_.of(behaviour::synthesis, receptor));
}

bool Possible::bound(int t, int receptor) const {
    auto const& bindings = model_.receptors[static_cast<std::size_t>(receptor)].bindings;
    return has(t, receptor) && std::any_of(bindings.begin(), bindings.end(), [&](Receptor::Binding const& b) {
               return b.on_membrane ? presented(b.ligand) : ligand(b.ligand);
           });
}

bool Possible::eats(int t) const {
    return does(t, behaviour::phagocytosis) || does(t, behaviour::apoptotic_phagocytosis) || does(t, behaviour::necrotic_phagocytosis) ||
           does_to_any(t, behaviour::engulfing, words_.types);
}

bool Possible::presented(int membrane_ligand) const {
    return any_type([&](int t) {
        return kind(t).presented[static_cast<std::size_t>(membrane_ligand)] > 0 ||
               does(t, words_.of(behaviour::presentation, membrane_ligand));
    });
}

bool Possible::placed(int t) const {
    return std::any_of(in_.placement.begin(), in_.placement.end(),
                       [&](PlacementInput const& placed) { return placed.file || (placed.type && placed.type->value == kind(t).name); });
}

bool Possible::made(int t) const {
    return any_type([&](int from) {
        return does(from, words_.of(behaviour::differentiation, t)) || does(from, words_.of(behaviour::recruitment, t)) ||
               does(from, words_.of(behaviour::offspring, t));
    });
}

bool Possible::meant(int t) const {
    auto const names = [&](auto const& entries) { return says(entries, kind(t).name, [](auto const&) { return true; }); };
    return type(t) || any_type([&](int from) {
               CellInput const& cell = in_.cells[static_cast<std::size_t>(from)].value;
               return names(cell.becomes) || names(cell.recruits) || names(cell.divides_into);
           });
}

bool Possible::has_source(int l) const {
    Ligand const& ligand = model_.ligands[static_cast<std::size_t>(l)];
    if (is_anything(in_.ligands[static_cast<std::size_t>(l)].value.initial)) return true;
    auto const some = [](LigandQuantity const& quantity) { return quantity.value > 0; };
    for (auto const& [name, region] : in_.regions)
        if (says(region.source, ligand.name, some) || says(region.value, ligand.name, some) ||
            says(region.initial, ligand.name, is_anything))
            return true;
    for (Face const& face : ligand.faces)
        if (face.amount > 0) return true;
    if (ligand.circulates >= 0 && pool(ligand.circulates)) return true;
    for (Binding const& b : model_.bindings) {
        if (b.complex == l && this->ligand(b.a) && this->ligand(b.b)) return true;
        if ((b.a == l || b.b == l) && this->ligand(b.complex)) return true;
    }
    for (Conversion const& c : model_.conversions)
        if (is_among(l, c.to) && this->ligand(c.from)) return true;
    for (LocalReactions const& local : model_.local_reactions)
        if (is_among(l, local.ligands)) return true;
    for (Dose const& dose : model_.doses)
        if (dose.ligand == l && dose.pool < 0) return true;
    for (auto const& [name, synapse] : in_.synapses)
        if (synapse.ligand.value == ligand.name) return true;
    return anybody_does(words_.of(behaviour::secretion, l)) || anybody_does(words_.of(behaviour::release, l));
}

bool Possible::filled(int p) const {
    Pool const& pool = model_.pools[static_cast<std::size_t>(p)];
    if (pool.initial > 0) return true;
    for (Dose const& dose : model_.doses)
        if (dose.pool == p) return true;
    for (Transfer const& transfer : model_.transfers)
        if (transfer.to == p && this->pool(transfer.from)) return true;
    return model_.ligands[static_cast<std::size_t>(pool.ligand)].circulates == p && ligand(pool.ligand);
}

}  // namespace crine
