// Works out which types, ligands, activities and complexes there can ever be, and from that which rules have no effect.
#include "host/build/idle_rules.h"

#include "host/build/build.h"

namespace crine {
namespace {

template <class Entries>
bool names(Entries const& entries, std::string const& name) {
    return std::any_of(entries.begin(), entries.end(), [&](auto const& e) { return e.name.value == name; });
}

bool is_anything(InitialInput const& initial) { return !initial.value || initial.value->value > 0; }

/// What can be there at some time, however little.
class Possible {
public:
    Possible(ScenarioInput const& in, Model const& model) : in_(in), model_(model), words_(model.vocabulary()) {
        find_types();
        for (int l = 0; l < words_.ligands; ++l) ligands_.push_back(has_source(l));
    }

    bool type(int t) const { return types_[static_cast<std::size_t>(t)]; }
    bool ligand(int l) const { return ligands_[static_cast<std::size_t>(l)]; }
    /// Cells of a type do it, if only by a rule.
    bool does(int t, int behaviour) const {
        return kind(t).base[static_cast<std::size_t>(behaviour)] != 0 ||
               std::any_of(model_.rules.begin(), model_.rules.end(),
                           [&](Rule const& rule) { return rule.type == t && rule.behaviour == behaviour && rule.saturation != 0; });
    }
    template <class Word>
    bool does_to_any(int t, Word word, int count) const {
        for (int n = 0; n < count; ++n)
            if (does(t, words_.of(word, n))) return true;
        return false;
    }
    bool active(int t, int activity) const {
        int const b = words_.of(behaviour::activity, activity);
        auto const begins = [&](ResponseTime const& response_time) { return response_time.behaviour == b && response_time.initial > 0; };
        return does(t, b) || std::any_of(kind(t).response_times.begin(), kind(t).response_times.end(), begins);
    }
    bool bound(int t, int receptor) const {
        Receptor const& r = model_.receptors[static_cast<std::size_t>(receptor)];
        bool const has = kind(t).receptors[static_cast<std::size_t>(receptor)] > 0 || does(t, words_.of(behaviour::synthesis, receptor));
        return has && std::any_of(r.bindings.begin(), r.bindings.end(),
                                  [&](Receptor::Binding const& b) { return b.on_membrane ? presented(b.ligand) : ligand(b.ligand); });
    }

private:
    CellType const& kind(int t) const { return model_.types[static_cast<std::size_t>(t)]; }

    void find_types() {
        for (int t = 0; t < words_.types; ++t)
            types_.push_back(std::any_of(in_.placement.begin(), in_.placement.end(), [&](PlacementInput const& placed) {
                return placed.file || (placed.type && placed.type->value == kind(t).name);
            }));
        for (bool changed = true; changed;) {
            changed = false;
            for (int from = 0; from < words_.types; ++from)
                for (int to = 0; to < words_.types; ++to)
                    if (type(from) && !type(to) && makes(from, to)) types_[static_cast<std::size_t>(to)] = changed = true;
        }
    }
    bool makes(int from, int to) const {
        return does(from, words_.of(behaviour::differentiation, to)) || does(from, words_.of(behaviour::recruitment, to)) ||
               does(from, words_.of(behaviour::offspring, to));
    }
    bool has_source(int l) const {
        Ligand const& ligand = model_.ligands[static_cast<std::size_t>(l)];
        if (is_anything(in_.ligands[static_cast<std::size_t>(l)].value.initial)) return true;
        for (auto const& [name, region] : in_.regions)
            if (names(region.source, ligand.name) || names(region.value, ligand.name) || names(region.initial, ligand.name) ||
                names(region.exchange, ligand.name))
                return true;
        for (Face const& face : ligand.faces)
            if (face.kind != FaceKind::zero_flux) return true;
        auto const in = [l](auto const& list) { return std::find(list.begin(), list.end(), l) != list.end(); };
        for (Binding const& b : model_.bindings)
            if (b.a == l || b.b == l || b.complex == l) return true;
        for (Conversion const& c : model_.conversions)
            if (in(c.to)) return true;
        for (LocalReactions const& local : model_.local_reactions)
            if (in(local.ligands)) return true;
        for (Dose const& dose : model_.doses)
            if (dose.ligand == l) return true;
        for (auto const& [name, synapse] : in_.synapses)
            if (synapse.ligand.value == ligand.name) return true;
        for (int t = 0; t < words_.types; ++t)
            if (type(t) && (does(t, words_.of(behaviour::secretion, l)) || does(t, words_.of(behaviour::release, l)))) return true;
        return false;
    }
    bool presented(int m) const {
        for (int t = 0; t < words_.types; ++t)
            if (type(t) && (kind(t).presented[static_cast<std::size_t>(m)] > 0 || does(t, words_.of(behaviour::presentation, m))))
                return true;
        return false;
    }

    ScenarioInput const& in_;
    Model const& model_;
    Vocabulary words_;
    std::vector<bool> types_, ligands_;
};

std::string quoted(std::string const& name) { return "\"" + name + "\""; }

/// Why a signal is always 0; empty if it need not be.
std::string why_silent(Rule const& rule, Possible const& possible, Model const& model) {
    Vocabulary const words = model.vocabulary();
    int const t = rule.type;
    std::string const who = quoted(model.types[static_cast<std::size_t>(t)].name);
    auto const is = [&](auto word, int n) { return rule.signal == words.of(word, n); };
    for (int l = 0; l < words.ligands; ++l)
        if ((is(signal::concentration, l) || is(signal::gradient, l)) && !possible.ligand(l))
            return "there is never any " + quoted(model.ligands[static_cast<std::size_t>(l)].name) +
                   " (none at the start, and nothing makes it)";
    for (int other = 0; other < words.types; ++other)
        if (is(signal::contacts, other) && !possible.type(other))
            return "there is never a cell of the type " + quoted(model.types[static_cast<std::size_t>(other)].name);
    for (int r = 0; r < words.receptors; ++r)
        if ((is(signal::occupancy, r) || is(signal::complexes, r)) && !possible.bound(t, r))
            return "nothing ever binds " + quoted(model.receptors[static_cast<std::size_t>(r)].name) + " of " + who;
    for (int a = 0; a < words.activities; ++a) {
        std::string const& name = model.activities[static_cast<std::size_t>(a)];
        if (is(signal::own, a) && !possible.active(t, a)) return "the activity " + quoted(name) + " of " + who + " is always 0";
        bool any = false;
        for (int other = 0; other < words.types; ++other) any = any || (possible.type(other) && possible.active(other, a));
        if (is(signal::on_neighbours, a) && !any) return "the activity " + quoted(name) + " of all cells is always 0";
    }
    bool const of_the_dead = rule.signal == signal::dead || rule.signal == signal::apoptotic || rule.signal == signal::necrotic;
    if (of_the_dead && !rule.applies_to_dead) return "it does not apply to dead cells (applies_to_dead)";
    if (rule.signal == signal::attacking && !possible.does_to_any(t, behaviour::attack, words.types)) return who + " attacks nobody";
    return {};
}

/// Why a change of a behaviour has no effect; empty if it may have.
std::string why_without_effect(Rule const& rule, Possible const& possible, Model const& model) {
    Vocabulary const words = model.vocabulary();
    CellType const& type = model.types[static_cast<std::size_t>(rule.type)];
    auto const is_any = [&](auto word, int count) {
        for (int n = 0; n < count; ++n)
            if (rule.behaviour == words.of(word, n)) return true;
        return false;
    };
    bool const of_walk =
        rule.behaviour == behaviour::persistence || rule.behaviour == behaviour::bias || is_any(behaviour::attraction, words.ligands);
    bool const of_motion = rule.behaviour == behaviour::speed || of_walk || is_any(behaviour::chemotaxis, words.ligands);
    bool const of_contact =
        rule.behaviour == behaviour::repulsion || rule.behaviour == behaviour::adhesion || is_any(behaviour::affinity, words.types);
    bool const of_attacks = rule.behaviour == behaviour::attack_damage || rule.behaviour == behaviour::attack_duration;
    if (of_motion && !type.moves) return quoted(type.name) + " does not move (moves: false)";
    if (of_walk && !possible.does(rule.type, behaviour::speed)) return quoted(type.name) + " does not walk (it has no speed)";
    if (of_contact && !type.mechanics) return quoted(type.name) + " neither pushes nor is pushed (mechanics: false)";
    if (of_attacks && !possible.does_to_any(rule.type, behaviour::attack, words.types)) return quoted(type.name) + " attacks nobody";
    // What others raise above the base value, a rule may bring back to it.
    bool const changes = std::any_of(model.rules.begin(), model.rules.end(), [&](Rule const& other) {
        return other.type == rule.type && other.behaviour == rule.behaviour && (other.increases || !rule.increases) &&
               other.saturation != type.base[static_cast<std::size_t>(rule.behaviour)];
    });
    return changes ? "" : "the value that it leads to is the base value";
}

}  // namespace

void find_idle_rules(Findings& findings, ScenarioInput const& in, Model const& model, std::vector<Place> const& written) {
    Possible const possible(in, model);
    for (std::size_t r = 0; r < model.rules.size(); ++r) {
        Rule const& rule = model.rules[r];
        if (!possible.type(rule.type)) continue;
        std::string const silent = why_silent(rule, possible, model), idle = why_without_effect(rule, possible, model);
        if (!silent.empty() || !idle.empty())
            findings.push_back({written[r], "this rule never does anything: " + (silent.empty() ? idle : silent), "", 0});
    }
}

void find_held_sheets(Findings& findings, ScenarioInput const& in, Grid const& grid) {
    int const voxels[3] = {grid.nx, grid.ny, grid.nz};
    for (auto const& [name, ligand] : in.ligands) {
        auto const& all = ligand.boundaries.all;
        if (!all || all->condition) continue;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            bool const here = !ligand.boundaries.sides[2 * axis] || !ligand.boundaries.sides[2 * axis + 1];
            if (voxels[axis] != 1 || grid.periodic[axis] || !here) continue;
            std::string const letter(1, "xyz"[axis]);
            findings.push_back({all->at,
                                "the domain is one voxel thick on axis " + letter + ", and this is for its faces " + letter + "- and " +
                                    letter + "+ too, which every voxel has; \"" + letter + "-: zero-flux, " + letter +
                                    "+: zero-flux\" beside it makes a sheet",
                                "", 0});
        }
    }
}

}  // namespace crine
