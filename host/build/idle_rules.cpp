// Looks for rules whose signal can never be, or that change nothing.
#include "host/build/idle_rules.h"

#include "host/build/build.h"

namespace crine {
namespace {

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
    for (int p = 0; p < words.pools; ++p)
        if (is(signal::circulating, p) && !possible.pool(p)) {
            Pool const& pool = model.pools[static_cast<std::size_t>(p)];
            return "there is never any " + quoted(model.ligands[static_cast<std::size_t>(pool.ligand)].name) + " in " +
                   quoted(model.compartments[static_cast<std::size_t>(pool.compartment)].name);
        }
    bool const apoptosis = possible.anybody_does(behaviour::apoptosis), necrosis = possible.anybody_does(behaviour::necrosis);
    if (rule.signal == signal::dead_contacts && !apoptosis && !necrosis) return "no cell ever dies";
    if (rule.signal == signal::apoptotic_contacts && !apoptosis) return "no cell ever dies by apoptosis";
    if (rule.signal == signal::necrotic_contacts && !necrosis) return "no cell ever dies by necrosis";
    if (rule.signal == signal::engulfed && !possible.eats(t)) return who + " engulfs nobody";
    bool const attacked = possible.anybody_does(words.of(behaviour::attack, t));
    if (rule.signal == signal::attacked && !attacked) return "nobody attacks " + who;
    if (rule.signal == signal::damage && !attacked && !possible.does(t, behaviour::damage)) return "nothing damages " + who;
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

void find_idle_rules(Findings& findings, Model const& model, Possible const& possible, std::vector<Place> const& written) {
    std::vector<bool> told(model.types.size());
    for (std::size_t r = 0; r < model.rules.size(); ++r) {
        Rule const& rule = model.rules[r];
        if (auto const type = static_cast<std::size_t>(rule.type); !possible.type(rule.type)) {
            if (!told[type] && !possible.meant(rule.type))
                findings.push_back({written[r],
                                    "the rules of " + quoted(model.types[type].name) +
                                        " never do anything: there is never such a cell (none is placed, and no cell becomes, recruits or "
                                        "divides into it)",
                                    "", 0});
            told[type] = true;
            continue;
        }
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
