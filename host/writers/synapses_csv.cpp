// Writes synapses.csv: transmitter, vesicles and open channels of every synapse, or of every type of many.
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/tables.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

namespace crine {
namespace {

/// synapses.csv: a line for every synapse, or, of many, one for each type; what became of the transmitter since the start.
class SynapsesWriter final : public Writer {
public:
    SynapsesWriter(Scenario const& scenario, std::filesystem::path const& folder) : table_(folder / output_name::synapses, header()) {
        for (auto const& type : scenario.model.synapses) names_.push_back(type.name);
    }

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        auto const& each = frame.totals.synapses;
        for (SynapseRecord const& r : each.empty() ? frame.totals.synapse_types : each) {
            std::string line = number(output_hours(frame.snapshot.time)) + ',' + csv_field(names_[static_cast<std::size_t>(r.type)]);
            line += each.empty() ? ",all,all" : ',' + std::to_string(r.from) + ',' + std::to_string(r.to);
            for (auto const& field : synapse_row(r)) line += ',' + std::visit([](auto value) { return text(value); }, field);
            table_.add(line);
        }
    }
    void list(Positions& at) override { table_.list(at); }

private:
    static std::string text(double value) { return number(value); }
    static std::string text(std::uint64_t value) { return std::to_string(value); }
    static std::string header() {
        std::string line = "time [h],synapse,from,to";
        for (auto const& column : synapse_columns()) line += ',' + column;
        return line;
    }

    std::vector<std::string> names_;
    LineFile table_;
};

}  // namespace

std::vector<std::string> synapse_columns() {
    return {"active",
            "spikes",
            "vesicles",
            "released [molecules]",
            "hydrolysed [molecules]",
            "escaped [molecules]",
            "bound [molecules]",
            "free [molecules]",
            "captured [molecules]",
            "open channels",
            "peak of open channels"};
}

std::vector<TableField> synapse_row(SynapseRecord const& synapse) {
    SynapseLedger const& l = synapse.ledger;
    return {synapse.active, synapse.spikes, synapse.vesicles, l.released,   l.hydrolysed, l.escaped,
            l.bound,        l.free,         l.captured,       synapse.open, synapse.peak};
}

std::unique_ptr<Writer> make_synapses_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<SynapsesWriter>(scenario, folder);
}

}  // namespace crine
