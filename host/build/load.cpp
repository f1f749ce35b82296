// The order in which the parts of a scenario are built and checked.
#include "host/build/load.h"

#include "host/build/build.h"
#include "host/build/cell_findings.h"
#include "host/build/idle_parts.h"
#include "host/build/idle_rules.h"
#include "host/build/placement.h"
#include "host/build/synapses.h"
#include "host/scenario/merge.h"
#include "host/scenario/words.h"
#include "host/text/format.h"

#include <algorithm>
#include <limits>

namespace crine {
namespace {

/// A name must not make a phrase of the rules mean two things, like a ligand called `age`.
void check_names(ScenarioInput const& in, Phrases const& signals) {
    for (auto const& e : in.ligands)
        if (signals.count(e.name.value) > 1) fail(e.name.at, "\"" + e.name.value + "\" is another signal in rules and cannot be a ligand");
    for (auto const& e : in.cells)
        if (signals.count("contact with " + e.name.value) > 1)
            fail(e.name.at, "\"contact with " + e.name.value + "\" is another signal in rules, so this cannot be a type");
    for (auto const& e : in.cells)
        for (auto const& activity : e.value.activities)
            for (std::string const& phrase : {"activity of " + activity.name.value, activity.name.value + " on neighbours"})
                if (signals.count(phrase) > 1)
                    fail(activity.name.at, "\"" + phrase + "\" is another signal in rules, so this cannot be an activity");
    for (auto const& pathway : in.pathways)
        for (auto const& e : pathway.value.species)
            if (signals.count(e.name.value + " of " + pathway.name.value) > 1)
                fail(e.name.at, "\"" + e.name.value + " of " + pathway.name.value + "\" is another signal in rules");
    if (in.cells.size() > 255) fail(in.cells[255].name.at, "more than 255 cell types");
}

}  // namespace

std::vector<Override> arm_of(std::filesystem::path const& file, std::string const& name) {
    Node root = read_merged(file, {});
    std::vector<std::string> names;
    for (Arm const& arm : make_arms(read_input(root).arms)) {
        if (arm.name == name) return arm.overrides;
        names.push_back(arm.name);
    }
    throw InputError(names.empty() ? file.string() + " has no arms (key \"arms\")"
                                   : file.string() + " has no arm \"" + name + "\"" + suggestion(name, names));
}

Scenario load_scenario(std::filesystem::path const& file, std::vector<Override> const& overrides, bool size_only,
                       std::size_t* expected_cells) {
    Node root = read_merged(file, overrides);
    ScenarioInput const in = read_input(root);
    Dictionary const names(in);
    Names const &ligands = names.ligands, &types = names.types;
    Phrases const signals = Phrases::signals(names), behaviours = Phrases::behaviours(names);
    check_names(in, signals);

    Scenario s;
    s.file = file;
    s.title = in.title.value;
    s.resolved = write_yaml(root);
    s.schedule = make_schedule(in.time);

    Model& model = s.model;
    model.grid = make_grid(in.domain);
    model.seed = in.seed.value;
    model.solver_tolerance = in.transport.tolerance;
    if (model.solver_tolerance > 0.1) fail(in.transport.tolerance.at, "a tolerance above 0.1 is no solution; expected for example 1e-3");
    // concentrations are stored to ε of `Real`, and what solvers do in double ends within some ε of that
    constexpr double kLeastTolerance = std::max<double>(std::numeric_limits<Real>::epsilon(), 64 * std::numeric_limits<double>::epsilon());
    if (model.solver_tolerance < kLeastTolerance)
        fail(in.transport.tolerance.at, "a tolerance of " + rounded(model.solver_tolerance) +
                                            " cannot be reached: concentrations are stored to " +
                                            rounded(std::numeric_limits<Real>::epsilon(), 2) + " of their value; expected " +
                                            rounded(kLeastTolerance, 2) + " or more");
    model.ligands = make_ligands(in, ligands, model.grid);
    make_reactions(in, ligands, model);
    model.membrane_ligands = make_membrane_ligands(in);
    model.receptors = make_receptors(in, names);
    model.activities = names.activities.list;
    model.types = make_types(in, names, model);
    make_pathways(in, names.vocabulary(), signals, model);
    model.synapses = make_synapses(in, ligands, types, model);
    WrittenRules rules;
    model.rules = make_rules(in, signals, behaviours, model, rules);
    for (InputFile const& file : in.rules.values) {
        auto const same = [&](InputFile const& other) { return other.path == file.path; };
        if (std::count_if(in.rules.values.begin(), in.rules.values.end(), same) > 1)
            fail(file.at, file.path.string() + " is listed twice; its rules would count twice");
        auto const more = read_peer_rules(file, in, names, signals, behaviours, model, rules);
        model.rules.insert(model.rules.end(), more.begin(), more.end());
    }
    check_bias(in, model);
    add_response_times(in, behaviours, model);

    Regions regions(in.regions, model.grid);
    MaterialPlan plan{ligands, &in.ligands, {}, &in.regions, {}};
    for (auto const& e : in.ligands)
        plan.tissue.push_back({static_cast<Real>(e.value.diffusivity), static_cast<Real>(decay_of(e.value)), 0, false, 0});
    for (auto const& e : in.cells) {
        auto& habitat = plan.habitats.emplace_back();
        for (auto const& name : e.value.habitat) habitat.push_back(regions.names().find(name));
    }
    for (int r = 0; r < regions.count(); ++r) {
        for (auto const& e : in.regions[static_cast<std::size_t>(r)].value.initial) ligands.find(e.name);
        if (!size_only) regions.make_mask(r);
    }
    make_materials(model, regions, plan, size_only);
    make_compartments(model, in, ligands, regions, size_only);
    make_cell_pools(in, names, signals, model);
    check_quasi_steady(in, model);
    check_hindered(in, model);
    check_traced(in, model);
    s.probes = make_probes(in, names, regions.names(), model.grid);
    s.output = make_output(in.output, ligands);
    s.arms = make_arms(in.arms);
    if (in.validation) s.validation = make_validation(*in.validation, s.arms);

    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l) {
        auto field = make_field(in, l, model, regions, size_only);
        if (!size_only) s.initial.fields.push_back(std::move(field));
    }
    std::size_t count = 0;
    for (std::size_t p = 0; p < in.placement.size(); ++p)
        count += place_cells(in.placement[p], p, model, types, regions, size_only ? nullptr : &s.initial.cells);
    if (expected_cells) *expected_cells = count;
    s.pairings = make_pairings(in);
    if (!size_only) s.initial.synapses = make_pairs(in, s);

    Possible const possible(in, model);
    find_idle_rules(s.findings, model, possible, rules.places());
    find_idle_parts(s.findings, in, model, possible);
    find_held_sheets(s.findings, in, model.grid);
    find_long_steps_of_fields(s.findings, in, model, s.schedule);
    find_long_steps_of_cells(s.findings, in, s.schedule);
    find_blurred_cells(s.findings, in, model, s.initial.cells, s.schedule);

    s.regions = regions.take_masks(size_only);
    return s;
}

}  // namespace crine
