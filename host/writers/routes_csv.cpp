// Writes routes.csv: how much of each traced ligand every cell type received, by route and by sender.
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/tables.h"
#include "host/writers/vtk_file.h"

namespace crine {
namespace {

char const* name(Route route) {
    switch (route) {
        case Route::autocrine:
            return "autocrine";
        case Route::paracrine:
            return "paracrine";
        case Route::juxtacrine:
            return "juxtacrine";
        case Route::endocrine:
            return "endocrine";
    }
    return "";
}

std::string const& type_name(Model const& model, int type) { return model.types[static_cast<std::size_t>(type)].name; }

std::string sender(Model const& model, Received const& r) {
    if (r.sender >= 0) return type_name(model, r.sender);
    if (r.route != Route::endocrine) return "elsewhere";
    int const pool = model.ligands[static_cast<std::size_t>(r.ligand)].circulates;
    return model.compartments[static_cast<std::size_t>(model.pools[static_cast<std::size_t>(pool)].compartment)].name;
}

/// routes.csv: what cells of every type have taken of what is traced since the last rows, by route and sender.
class RoutesWriter final : public Writer {
public:
    RoutesWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : model_(scenario.model), table_(folder / output_name::routes, "time [h],ligand,receiver,route,sender,molecules") {}

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        auto const rows = route_rows(model_, frame.totals);
        if (!before_.empty() && before_.size() != rows.size())
            throw RunError("cannot go on with routes.csv: other routes are traced than before the checkpoint");
        for (std::size_t r = 0; r < before_.size(); ++r) add(frame.snapshot.time, rows[r], rows[r].molecules - before_[r]);
        before_.clear();
        for (RouteRow const& row : rows) before_.push_back(row.molecules);
    }
    void list(Positions& at) override {
        table_.list(at);
        at.numbers("molecules in routes.csv", before_);
    }

private:
    void add(double time, RouteRow const& row, double molecules) {
        table_.add(number(output_hours(time)) + ',' + csv_field(row.ligand) + ',' + csv_field(row.receiver) + ',' + row.route + ',' +
                   csv_field(row.sender) + ',' + number(molecules));
    }

    Model const& model_;
    LineFile table_;
    std::vector<double> before_;  ///< molecules of all rows so far; none at the start
};

}  // namespace

std::vector<RouteRow> route_rows(Model const& model, Totals const& totals) {
    std::vector<RouteRow> rows;
    for (Received const& r : totals.routes) {
        auto const l = static_cast<std::size_t>(r.ligand);
        std::string const& ligand = r.on_membrane ? model.membrane_ligands[l].name : model.ligands[l].name;
        rows.push_back({ligand, type_name(model, r.receiver), name(r.route), sender(model, r), r.molecules});
    }
    for (SynapseRecord const& r : totals.synapse_types) {
        SynapseType const& s = model.synapses[static_cast<std::size_t>(r.type)];
        if (s.traced) rows.push_back({s.transmitter, type_name(model, s.to), "synaptic", type_name(model, s.from), r.ledger.captured});
    }
    return rows;
}

std::unique_ptr<Writer> make_routes_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<RoutesWriter>(scenario, folder);
}

}  // namespace crine
