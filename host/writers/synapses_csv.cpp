#include "host/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

namespace crine {
namespace {

/// synapses.csv: a line for every synapse, or, of many, one for each type; what became of the transmitter since the start.
class SynapsesWriter final : public Writer {
public:
    SynapsesWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : table_(folder / output_name::synapses,
                 "time [h],synapse,from,to,active,spikes,vesicles,released [molecules],hydrolysed [molecules],escaped [molecules],"
                 "bound [molecules],free [molecules],captured [molecules],open channels,peak of open channels") {
        for (auto const& type : scenario.model.synapses) names_.push_back(type.name);
    }

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        auto const& each = frame.totals.synapses;
        for (SynapseRecord const& r : each.empty() ? frame.totals.synapse_types : each) {
            std::string line = number(output_hours(frame.snapshot.time)) + ',' + csv_field(names_[static_cast<std::size_t>(r.type)]);
            line += each.empty() ? ",all,all" : ',' + std::to_string(r.from) + ',' + std::to_string(r.to);
            line += ',' + std::to_string(r.active);
            SynapseLedger const& l = r.ledger;
            for (double const value :
                 {r.spikes, r.vesicles, l.released, l.hydrolysed, l.escaped, l.bound, l.free, l.captured, r.open, r.peak})
                line += ',' + number(value);
            table_.add(line);
        }
    }

private:
    std::vector<std::string> names_;
    LineFile table_;
};

}  // namespace

std::unique_ptr<Writer> make_synapses_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<SynapsesWriter>(scenario, folder);
}

}  // namespace crine
