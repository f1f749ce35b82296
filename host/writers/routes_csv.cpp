#include "host/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

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

/// routes.csv: what cells of every type have taken of traced ligands since the last row, by route and sender; and what synapses carried.
class RoutesWriter final : public Writer {
public:
    RoutesWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : model_(scenario.model), table_(folder / output_name::routes, "time [h],ligand,receiver,route,sender,molecules") {}

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        std::vector<double> now;
        for (Received const& r : frame.totals.routes) now.push_back(r.molecules);
        for (SynapseRecord const& r : frame.totals.synapse_types) now.push_back(r.ledger.captured);
        std::string const time = number(output_hours(frame.snapshot.time));
        std::size_t n = 0;
        auto const add = [&](std::string const& ligand, int receiver, char const* route, std::string const& sender) {
            double const before = n < before_.size() ? before_[n] : 0;
            if (frame.snapshot.time > 0)
                table_.add(time + ',' + csv_field(ligand) + ',' + csv_field(type(receiver)) + ',' + route + ',' + csv_field(sender) + ',' +
                           number(now[n] - before));
            ++n;
        };
        for (Received const& r : frame.totals.routes) {
            auto const l = static_cast<std::size_t>(r.ligand);
            add(r.on_membrane ? model_.membrane_ligands[l].name : model_.ligands[l].name, r.receiver, name(r.route), sender(r));
        }
        for (SynapseRecord const& r : frame.totals.synapse_types) {
            SynapseType const& s = model_.synapses[static_cast<std::size_t>(r.type)];
            add(s.transmitter, s.to, "synaptic", type(s.from));
        }
        before_ = std::move(now);
    }

private:
    std::string const& type(int t) const { return model_.types[static_cast<std::size_t>(t)].name; }
    std::string sender(Received const& r) const {
        if (r.sender >= 0) return type(r.sender);
        if (r.route != Route::endocrine) return "elsewhere";
        int const pool = model_.ligands[static_cast<std::size_t>(r.ligand)].circulates;
        return model_.compartments[static_cast<std::size_t>(model_.pools[static_cast<std::size_t>(pool)].compartment)].name;
    }

    Model const& model_;
    LineFile table_;
    std::vector<double> before_;
};

}  // namespace

std::unique_ptr<Writer> make_routes_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<RoutesWriter>(scenario, folder);
}

}  // namespace crine
