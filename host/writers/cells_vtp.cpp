// Writes cells_*.vtp: a point for every cell, with its properties, receptors, activities and pathway variables.
#include "host/writers/atomic_file.h"
#include "host/writers/vtk_file.h"
#include "host/writers/writer.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkIdTypeArray.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkUnsignedCharArray.h>
#include <vtkUnsignedIntArray.h>
#include <vtkXMLPolyDataWriter.h>

namespace crine {
namespace {

template <class Array, class Value>
vtkSmartPointer<Array> integers(char const* name, std::size_t n, Value const& value) {
    auto array = vtkSmartPointer<Array>::New();
    array->SetName(name);
    array->SetNumberOfTuples(static_cast<vtkIdType>(n));
    for (std::size_t i = 0; i < n; ++i) array->SetValue(static_cast<vtkIdType>(i), value(i));
    return array;
}

template <class Value>
vtkSmartPointer<vtkFloatArray> reals(char const* name, std::size_t n, Value const& value) {
    auto array = float_array(name, n);
    for (std::size_t i = 0; i < n; ++i) array->SetValue(static_cast<vtkIdType>(i), static_cast<float>(value(i)));
    return array;
}

vtkSmartPointer<vtkFloatArray> vectors(char const* name, std::size_t n, HostArray<Real> const& x, HostArray<Real> const& y,
                                       HostArray<Real> const& z, double scale) {
    auto array = float_array(name, n, 3);
    float* to = array->GetPointer(0);
    for (std::size_t i = 0; i < n; ++i)
        for (Real const value : {x[i], y[i], z[i]}) *to++ = static_cast<float>(value * scale);
    return array;
}

/// One vertex for every point, so that ParaView draws the points without a filter.
vtkSmartPointer<vtkCellArray> vertices(std::size_t n) {
    auto const one_each = [](std::size_t i) { return static_cast<vtkIdType>(i); };
    auto cells = vtkSmartPointer<vtkCellArray>::New();
    cells->SetData(integers<vtkIdTypeArray>("offsets", n + 1, one_each), integers<vtkIdTypeArray>("connectivity", n, one_each));
    return cells;
}

/// cells_NNNNNN.vtp: a point for every cell, with what it is and what it does.
class CellsWriter final : public Writer {
public:
    CellsWriter(Scenario const& scenario, std::filesystem::path folder) : folder_(std::move(folder)) {
        for (auto const& type : scenario.model.types) type_names_.push_back(type.name);
        for (auto const& receptor : scenario.model.receptors) {
            auto& kind = receptors_.emplace_back();
            kind.name = receptor.name, kind.recycles = receptor.rates.recycling > 0;
            for (auto const& binding : receptor.bindings)
                kind.bindings.push_back({scenario.model.bound_by(binding), binding.rates.desensitisation > 0});
        }
        for (std::size_t l = 0; l < scenario.model.ligands.size(); ++l)
            if (scenario.model.anybody_keeps(static_cast<int>(l)))
                stores_.emplace_back(l, "store of " + scenario.model.ligands[l].name + " [molecules]");
        damaged_ = scenario.model.anybody_is_damaged();
        for (auto const& name : scenario.model.activities) activity_names_.push_back("activity of " + name);
        for (auto const& network : scenario.model.pathways)
            for (auto const& variable : network.variables) variable_names_.push_back(variable + " of " + network.name);
    }

    void write(Frame const& frame) override {
        if (!frame.volumes) return;
        HostCells const& cells = frame.snapshot.cells;
        std::size_t const n = cells.size();
        double const now = frame.snapshot.time;

        auto const points = vtkSmartPointer<vtkPoints>::New();
        points->SetData(vectors("position", n, cells.x, cells.y, cells.z, 1));
        auto const data = vtkSmartPointer<vtkPolyData>::New();
        data->SetPoints(points);
        data->SetVerts(vertices(n));

        vtkPointData& of = *data->GetPointData();
        of.AddArray(integers<vtkUnsignedCharArray>("type", n, [&](std::size_t i) { return cells.type[i]; }));
        of.AddArray(integers<vtkUnsignedCharArray>("state", n, [&](std::size_t i) { return static_cast<std::uint8_t>(cells.state[i]); }));
        of.AddArray(integers<vtkUnsignedIntArray>("id", n, [&](std::size_t i) { return cells.id[i]; }));
        of.AddArray(reals("radius [um]", n, [&](std::size_t i) { return cells.radius[i]; }));
        of.AddArray(reals("age [h]", n, [&](std::size_t i) { return (now - cells.born[i]) / kHour; }));
        of.AddArray(reals("time in state [h]", n, [&](std::size_t i) { return (now - cells.since[i]) / kHour; }));
        of.AddArray(reals("pressure", n, [&](std::size_t i) { return cells.pressure[i]; }));
        of.AddArray(integers<vtkUnsignedIntArray>("engulfed", n, [&](std::size_t i) { return cells.engulfed[i]; }));
        if (damaged_) {
            of.AddArray(reals("damage", n, [&](std::size_t i) { return cells.damage[i]; }));
            of.AddArray(integers<vtkUnsignedIntArray>("attacks", n, [&](std::size_t i) { return cells.target[i]; }));
        }
        if (!frame.snapshot.open_channels.empty())
            of.AddArray(reals("open channels", n, [&](std::size_t i) { return frame.snapshot.open_channels[i]; }));
        for (std::size_t a = 0; a < activity_names_.size(); ++a)
            of.AddArray(reals(activity_names_[a].c_str(), n, [&](std::size_t i) { return frame.snapshot.activities[a][i]; }));
        for (std::size_t v = 0; v < variable_names_.size(); ++v)
            of.AddArray(reals(variable_names_[v].c_str(), n, [&](std::size_t i) { return frame.snapshot.variables[v][i]; }));
        for (auto const& [ligand, name] : stores_) {
            auto const& kept = frame.snapshot.stores[ligand];
            of.AddArray(reals(name.c_str(), n, [&](std::size_t i) { return kept[i]; }));
        }
        of.AddArray(vectors("velocity [um/min]", n, cells.vx, cells.vy, cells.vz, kMinute));

        for (std::size_t r = 0; r < frame.snapshot.receptors.size(); ++r) {
            auto const& numbers = frame.snapshot.receptors[r];
            auto const add = [&](std::string const& what, std::vector<Real> const& values) {
                of.AddArray(reals((receptors_[r].name + " " + what).c_str(), n, [&](std::size_t i) { return values[i]; }));
            };
            add("free", numbers.free);
            if (receptors_[r].recycles) add("inside", numbers.inside);
            for (std::size_t b = 0; b < numbers.complexes.size(); ++b) {
                auto const& binding = receptors_[r].bindings[b];
                add("with " + binding.ligand, numbers.complexes[b].active);
                if (binding.desensitises) add("desensitised with " + binding.ligand, numbers.complexes[b].desensitised);
            }
        }

        add_names(*data, "type names", type_names_);
        add_names(*data, "state names", {"resting", "cycling", "apoptotic", "necrotic"});
        add_time(*data, now);
        auto const writer = vtkSmartPointer<vtkXMLPolyDataWriter>::New();
        write_vtk(*writer, *data, folder_ / output_name::cells(next_++));
    }

    void list(Positions& at) override {
        at.number("cells_*.vtp", next_);
        if (at.going_on()) remove_from([&](std::int64_t n) { return folder_ / output_name::cells(n); }, next_);
    }

private:
    struct Kind {
        struct Binding {
            std::string ligand;
            bool desensitises;
        };
        std::string name;
        bool recycles = false;
        std::vector<Binding> bindings;
    };
    std::vector<Kind> receptors_;
    std::vector<std::string> type_names_, activity_names_, variable_names_;
    bool damaged_ = false;
    std::vector<std::pair<std::size_t, std::string>> stores_;  ///< by ligand
    std::filesystem::path folder_;
    std::int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_cells_writer(Scenario const& scenario, std::filesystem::path const& folder) {
    return std::make_unique<CellsWriter>(scenario, folder);
}

}  // namespace crine
