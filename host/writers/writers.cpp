// The list of output files, each with its contents, when it is asked for, and its writer.
#include "host/writers/writer.h"

#include <algorithm>
#include <cstdio>

namespace crine {
namespace {

std::string numbered(char const* form, std::int64_t number) {
    char text[48];
    std::snprintf(text, sizeof text, form, static_cast<long long>(number));
    return text;
}

}  // namespace

std::string output_name::fields(std::int64_t number) { return numbered("fields_%06lld.vti", number); }
std::string output_name::cells(std::int64_t number) { return numbered("cells_%06lld.vtp", number); }
std::string output_name::checkpoint(std::uint64_t steps) { return numbered("checkpoint_%06lld.h5", static_cast<std::int64_t>(steps)); }

std::string name_of(Model const& model, CellPool const& pool) {
    return model.types[static_cast<std::size_t>(pool.type)].name + " in " +
           model.compartments[static_cast<std::size_t>(pool.compartment)].name;
}

std::string array_name(Ligand const& ligand) { return ligand.name + " [" + ligand.display_unit + "]"; }

bool traces_senders(Model const& model) {
    auto const traced = [](auto const& carrier) { return carrier.traced; };
    return std::any_of(model.ligands.begin(), model.ligands.end(), traced) ||
           std::any_of(model.membrane_ligands.begin(), model.membrane_ligands.end(), traced) ||
           std::any_of(model.synapses.begin(), model.synapses.end(), traced);
}

bool writes_fields(OutputPlan const& plan) {
    return plan.volumes > 0 && std::find(plan.fields.begin(), plan.fields.end(), true) != plan.fields.end();
}
bool writes_cells(OutputPlan const& plan) { return plan.volumes > 0 && plan.cells; }

std::vector<OutputFile> const& output_files() {
    static auto const always = [](Scenario const&) { return true; };
    static std::vector<OutputFile> const all{
        {"fields_*.vti", "concentration of every ligand in every voxel", [](Scenario const& s) { return writes_fields(s.output); },
         make_fields_writer},
        {"cells_*.vtp", "every cell: type, state, radius, velocity, age, id", [](Scenario const& s) { return writes_cells(s.output); },
         make_cells_writer},
        {output_name::collection, "opens the whole series in ParaView, with time in hours",
         [](Scenario const& s) { return s.output.volumes > 0; }, make_collection_writer},  // after the files it names
        {output_name::summary, "cells by type, total and fate of every ligand", always, make_summary_writer},
        {output_name::compartments, "ligands and cells in blood and other compartments, if there are any",
         [](Scenario const& s) { return !s.model.pools.empty() || !s.model.cell_pools.empty(); }, make_compartments_writer},
        {output_name::probes, "what the scenario's probes saw", [](Scenario const& s) { return !s.probes.empty(); }, make_probes_writer},
        {output_name::synapses, "transmitter, vesicles and open channels of every synapse, if there are any",
         [](Scenario const& s) { return !s.model.synapses.empty(); }, make_synapses_writer},
        {output_name::routes, "who received traced ligands from whom, and by which route",
         [](Scenario const& s) { return traces_senders(s.model); }, make_routes_writer},
        {output_name::checkpoints, "the whole state after so many steps: `--resume` goes on from the newest; two are kept", always,
         nullptr},
        {output_name::record, "everything needed to repeat the run, and how it went", always, nullptr},
    };
    return all;
}

bool is_named(std::string const& file, std::string const& name) {
    auto const star = name.find('*');
    if (star == std::string::npos) return file == name;
    std::string_view const before(name.data(), star), after(name.data() + star + 1);
    if (!file.starts_with(before) || !file.ends_with(after) || file.size() < before.size() + 6 + after.size()) return false;
    return std::all_of(file.begin() + static_cast<std::ptrdiff_t>(before.size()), file.end() - static_cast<std::ptrdiff_t>(after.size()),
                       [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> files_of(Scenario const& scenario) {
    std::vector<std::string> names;
    for (OutputFile const& file : output_files())
        if (file.asked_for(scenario)) names.emplace_back(file.name);
    return names;
}

std::vector<std::unique_ptr<Writer>> make_writers(Scenario const& scenario, std::filesystem::path const& folder) {
    std::vector<std::unique_ptr<Writer>> writers;
    for (OutputFile const& file : output_files())
        if (file.make != nullptr && file.asked_for(scenario)) writers.push_back(file.make(scenario, folder));
    return writers;
}

}  // namespace crine
