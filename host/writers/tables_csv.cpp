// Writes summary.csv, compartments.csv and probes.csv: a line at every summary time.
#include "crine/units.h"
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/probes.h"
#include "host/writers/tables.h"
#include "host/writers/vtk_file.h"

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
        Line line(number(output_hours(frame.snapshot.time)));
        for (auto const& field : summary_row(model_, frame)) std::visit([&](auto value) { line << value; }, field);
        table_.add(line.text());
    }
    void list(Positions& at) override { table_.list(at); }

private:
    static std::string header(Model const& model) {
        Line line("time [h]");
        for (auto const& column : summary_columns(model)) line << column;
        return line.text();
    }

    Model const& model_;
    LineFile table_;
};

/// A column of a compartment's ledger.
template <class State>
struct PoolTerm {
    char const* name;
    double State::*value;
};
constexpr PoolTerm<PoolState> kPoolTerms[] = {
    {"initial", &PoolState::initial},         {"dosed", &PoolState::dosed},     {"from tissue", &PoolState::from_tissue},
    {"transferred", &PoolState::transferred}, {"cleared", &PoolState::cleared},
};

constexpr PoolTerm<CellPoolState> kCellPoolTerms[] = {
    {"present", &CellPoolState::present}, {"initial", &CellPoolState::initial},     {"produced", &CellPoolState::produced},
    {"lost", &CellPoolState::lost},       {"recruited", &CellPoolState::recruited},
};

/// compartments.csv: what every compartment holds of each of its ligands and cells, and what became of it.
class CompartmentsWriter final : public Writer {
public:
    CompartmentsWriter(Scenario const& scenario, std::filesystem::path const& folder)
        : model_(scenario.model), table_(folder / output_name::compartments, header(scenario.model)) {}

    void write(Frame const& frame) override {
        if (!frame.tables) return;
        Line line(number(output_hours(frame.snapshot.time)));
        for (double const value : compartment_row(model_, frame.totals)) line << value;
        table_.add(line.text());
    }
    void list(Positions& at) override { table_.list(at); }

private:
    static std::string header(Model const& model) {
        Line line("time [h]");
        for (auto const& column : compartment_columns(model)) line << column;
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
    void list(Positions& at) override { table_.list(at); }

private:
    static std::string header(Scenario const& scenario) {
        Line line("time [h]");
        for (auto const& column : probe_columns(scenario)) line << column;
        return line.text();
    }

    LineFile table_;
};

}  // namespace

std::vector<std::string> summary_columns(Model const& model) {
    std::vector<std::string> columns;
    for (auto const& type : model.types) columns.push_back(type.name);
    for (auto const& type : model.types) columns.push_back("dead " + type.name);
    for (auto const& ligand : model.ligands) {
        columns.push_back(ligand.name + " mean [" + ligand.display_unit + "]");
        Ledger::for_each_entry(
            [&](char const* name, Ledger::Side, double Ledger::*) { columns.push_back(ligand.name + " " + name + " [molecules]"); });
        columns.push_back(ligand.name + " imbalance");
    }
    for (auto const& ligand : model.membrane_ligands) {
        MembraneLedger::for_each_entry(
            [&](char const* name, double MembraneLedger::*) { columns.push_back(ligand.name + " " + name + " [molecules]"); });
        columns.push_back(ligand.name + " imbalance");
    }
    for (auto const& counter : kCounters) columns.push_back(counter.name);
    for (auto const& type : model.types) columns.push_back("recruited " + type.name);
    return columns;
}

std::vector<TableField> summary_row(Model const& model, Frame const& frame) {
    Totals const& totals = frame.totals;
    double const domain = static_cast<double>(model.grid.voxels()) * model.grid.volume();
    std::vector<TableField> row;
    for (auto const n : totals.live) row.push_back(n);
    for (auto const n : totals.dead) row.push_back(n);
    for (std::size_t l = 0; l < model.ligands.size(); ++l) {
        Ledger const& ledger = totals.ligands[l];
        row.push_back(ledger.free / domain / model.ligands[l].display_scale);
        Ledger::for_each_entry([&](char const*, Ledger::Side, double Ledger::*entry) { row.push_back(ledger.*entry); });
        row.push_back(ledger.imbalance());
    }
    for (std::size_t m = 0; m < model.membrane_ligands.size(); ++m) {
        MembraneLedger const ledger = m < totals.membrane_ligands.size() ? totals.membrane_ligands[m] : MembraneLedger{};
        MembraneLedger::for_each_entry([&](char const*, double MembraneLedger::*entry) { row.push_back(ledger.*entry); });
        row.push_back(ledger.imbalance());
    }
    for (auto const& counter : kCounters) row.push_back(totals.*counter.value);
    for (auto const n : totals.recruited) row.push_back(n);
    return row;
}

std::vector<std::string> compartment_columns(Model const& model) {
    std::vector<std::string> columns;
    for (auto const& pool : model.pools) {
        std::string const name = model.ligands[static_cast<std::size_t>(pool.ligand)].name + " in " +
                                 model.compartments[static_cast<std::size_t>(pool.compartment)].name;
        std::string const& unit = pool.display_unit;
        for (std::string const& column : {" total [" + unit + "]", " free [" + unit + "]", " free AUC [" + unit + " h]"})
            columns.push_back(name + column);
        columns.push_back(name + " present [molecules]");
        for (auto const& term : kPoolTerms) columns.push_back(name + " " + term.name + " [molecules]");
        columns.push_back(name + " imbalance");
    }
    for (auto const& pool : model.cell_pools) {
        std::string const name = name_of(model, pool);
        for (auto const& term : kCellPoolTerms) columns.push_back(name + " " + term.name + " [cells]");
        columns.push_back(name + " production [cells/h]");
        columns.push_back(name + " imbalance");
    }
    return columns;
}

std::vector<double> compartment_row(Model const& model, Totals const& totals) {
    std::vector<double> row;
    for (std::size_t p = 0; p < model.pools.size(); ++p) {
        Pool const& pool = model.pools[p];
        PoolState const& state = totals.pools[p];
        double const volume = model.compartments[static_cast<std::size_t>(pool.compartment)].volume;
        row.push_back(state.present / volume / pool.display_scale);
        row.push_back(state.free / pool.display_scale);
        row.push_back(state.exposure / pool.display_scale / kHour);
        row.push_back(state.present);
        for (auto const& term : kPoolTerms) row.push_back(state.*term.value);
        row.push_back(state.imbalance());
    }
    for (CellPoolState const& state : totals.cell_pools) {
        for (auto const& term : kCellPoolTerms) row.push_back(state.*term.value);
        row.push_back(state.production * kHour);
        row.push_back(state.imbalance());
    }
    return row;
}

std::unique_ptr<Writer> make_summary_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<SummaryWriter>(scenario, folder);
}
std::unique_ptr<Writer> make_compartments_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<CompartmentsWriter>(scenario, folder);
}

std::unique_ptr<Writer> make_probes_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<ProbesWriter>(scenario, folder);
}

}  // namespace crine
