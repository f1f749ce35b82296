#include "host/writers/writer.h"

#include <algorithm>
#include <cstdio>

namespace crine {
namespace {

std::string numbered(char const* form, int number) {
    char text[48];
    std::snprintf(text, sizeof text, form, number);
    return text;
}

}  // namespace

std::string output_name::fields(int number) { return numbered("fields_%06d.vti", number); }
std::string output_name::cells(int number) { return numbered("cells_%06d.vtp", number); }

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

std::vector<std::unique_ptr<Writer>> make_writers(Scenario const& scenario, std::filesystem::path const& folder) {
    std::vector<std::unique_ptr<Writer>> writers;
    if (writes_fields(scenario.output)) writers.push_back(make_fields_writer(scenario, folder));
    if (writes_cells(scenario.output)) writers.push_back(make_cells_writer(scenario, folder));
    if (scenario.output.volumes > 0) writers.push_back(make_collection_writer(scenario, folder));  // after the files it names
    writers.push_back(make_summary_writer(scenario, folder));
    if (!scenario.model.pools.empty() || !scenario.model.cell_pools.empty()) writers.push_back(make_compartments_writer(scenario, folder));
    if (!scenario.probes.empty()) writers.push_back(make_probes_writer(scenario, folder));
    if (!scenario.model.synapses.empty()) writers.push_back(make_synapses_writer(scenario, folder));
    if (traces_senders(scenario.model)) writers.push_back(make_routes_writer(scenario, folder));
    return writers;
}

}  // namespace crine
