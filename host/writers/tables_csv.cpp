#include "host/format.h"
#include "host/probes.h"
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

namespace crine {
namespace {

/// One line of a table, field by field.
class Line {
public:
    explicit Line(std::string first) : text_(std::move(first)) {}
    Line& operator<<(std::string const& field) { return text_ += ',' + csv_field(field), *this; }
    Line& operator<<(double field) { return text_ += ',' + number(field), *this; }
    Line& operator<<(std::uint64_t field) { return text_ += ',' + std::to_string(field), *this; }
    std::string const& text() const { return text_; }

private:
    std::string text_;
};

struct LedgerTerm {
    char const* name;
    double Ledger::*value;
};
constexpr LedgerTerm kLedgerTerms[] = {
    {"initial", &Ledger::initial}, {"secreted", &Ledger::secreted}, {"produced", &Ledger::produced},
    {"entered", &Ledger::entered}, {"taken up", &Ledger::taken_up}, {"own", &Ledger::own},
    {"decayed", &Ledger::decayed}, {"cleaved", &Ledger::cleaved},   {"converted", &Ledger::converted},
};

struct Counter {
    char const* name;
    std::uint64_t Totals::*value;
};
constexpr Counter kCounters[] = {
    {"divisions", &Totals::divisions},
    {"deaths", &Totals::deaths},
    {"removals", &Totals::removals},
    {"engulfments", &Totals::engulfments},
    {"differentiations", &Totals::differentiations},
};

/// summary.csv: counts by type, what became of every ligand, events since the start.
class SummaryWriter final : public Writer {
public:
    SummaryWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : model_(scenario.model), table_(folder / output_name::summary, header(scenario.model)) {}

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        Totals const& totals = frame.totals;
        Grid const& grid = model_.grid;
        double const domain = static_cast<double>(grid.voxels()) * grid.volume();
        Line line(number(output_hours(frame.snapshot.time)));
        for (auto const n : totals.live) line << n;
        for (auto const n : totals.dead) line << n;
        for (std::size_t l = 0; l < model_.ligands.size(); ++l) {
            Ledger const& ledger = totals.ligands[l];
            line << ledger.free << ledger.free / domain / model_.ligands[l].display_scale;
            for (auto const& term : kLedgerTerms) line << ledger.*term.value;
            line << ledger.imbalance();
        }
        for (auto const& counter : kCounters) line << totals.*counter.value;
        for (auto const n : totals.recruited) line << n;
        table_.add(line.text());
    }

private:
    static std::string header(Model const& model) {
        Line line("time [h]");
        for (auto const& type : model.types) line << type.name;
        for (auto const& type : model.types) line << "dead " + type.name;
        for (auto const& ligand : model.ligands) {
            line << ligand.name + " total [molecules]" << ligand.name + " mean [" + ligand.display_unit + "]";
            for (auto const& term : kLedgerTerms) line << ligand.name + " " + term.name + " [molecules]";
            line << ligand.name + " imbalance";
        }
        for (auto const& counter : kCounters) line << std::string(counter.name);
        for (auto const& type : model.types) line << "recruited " + type.name;
        return line.text();
    }

    Model const& model_;
    LineFile table_;
};

/// probes.csv: one column per probe, or per point of a line.
class ProbesWriter final : public Writer {
public:
    ProbesWriter(Scenario const& scenario, std::filesystem::path const& folder) : table_(folder / output_name::probes, header(scenario)) {}

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        Line line(number(output_hours(frame.snapshot.time)));
        for (double const value : frame.probes) line << value;
        table_.add(line.text());
    }

private:
    static std::string header(Scenario const& scenario) {
        Line line("time [h]");
        for (auto const& column : probe_columns(scenario)) line << column;
        return line.text();
    }

    LineFile table_;
};

}  // namespace

std::unique_ptr<Writer> make_summary_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<SummaryWriter>(scenario, folder);
}
std::unique_ptr<Writer> make_probes_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<ProbesWriter>(scenario, folder);
}

}  // namespace crine
