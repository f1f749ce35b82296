// Works out probes: samples, means, counts, coverage, statistics over cells, and moments of positions.
#include "host/writers/probes.h"

#include "host/text/format.h"
#include "host/writers/writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace crine {
namespace {

using Kind = Probe::Kind;

std::size_t voxel_of(Grid const& grid, Vec3 p) {
    return grid.voxel(voxel_on_axis(p.x, grid.nx, grid.spacing), voxel_on_axis(p.y, grid.ny, grid.spacing),
                      voxel_on_axis(p.z, grid.nz, grid.spacing));
}

/// The voxels of a probe: a region, or the whole domain.
class Extent {
public:
    Extent(Scenario const& scenario, Probe const& probe) : grid_(scenario.model.grid) {
        if (probe.region >= 0) region_ = &scenario.regions[static_cast<std::size_t>(probe.region)];
    }
    bool holds(std::size_t voxel) const { return region_ == nullptr || region_->inside[voxel] != 0; }
    std::size_t voxels() const { return region_ == nullptr ? grid_.voxels() : region_->voxels; }

private:
    Grid const& grid_;
    Region const* region_ = nullptr;
};

double mean(Extent const& place, std::vector<Real> const& field) {
    double sum = 0;
    for (std::size_t v = 0; v < field.size(); ++v)
        if (place.holds(v)) sum += field[v];
    return sum / static_cast<double>(std::max<std::size_t>(place.voxels(), 1));
}

/// Calls visit(cell, voxel) for every live cell of the probe's type inside its place.
template <class Visit>
void for_each_cell(Grid const& grid, Probe const& probe, Extent const& place, HostCells const& cells, Visit const& visit) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells.type[i] != probe.type || !alive(cells.state[i])) continue;
        std::size_t const voxel = voxel_of(grid, {cells.x[i], cells.y[i], cells.z[i]});
        if (place.holds(voxel)) visit(i, voxel);
    }
}

double cells_in(Grid const& grid, Probe const& probe, Extent const& place, HostCells const& cells) {
    std::size_t n = 0;
    for_each_cell(grid, probe, place, cells, [&](std::size_t, std::size_t) { ++n; });
    return static_cast<double>(n);
}

double coverage(Grid const& grid, Probe const& probe, Extent const& place, HostCells const& cells) {
    std::vector<bool> covered(grid.voxels());
    std::size_t n = 0;
    for_each_cell(grid, probe, place, cells, [&](std::size_t, std::size_t voxel) {
        n += covered[voxel] ? 0 : 1;
        covered[voxel] = true;
    });
    return static_cast<double>(n) / static_cast<double>(std::max<std::size_t>(place.voxels(), 1));
}

/// Mean and variance of what is added, with its weight.
class Moments {
public:
    void add(double weight, double x) { weights_ += weight, sum_ += weight * x, squares_ += weight * x * x; }
    double mean() const { return sum_ / weights_; }
    double variance() const { return squares_ / weights_ - mean() * mean(); }

private:
    double weights_ = 0, sum_ = 0, squares_ = 0;
};

double middle_of(Grid const& grid, int axis) {
    Vec3 const size = grid.size();
    return (axis == 0 ? size.x : axis == 1 ? size.y : size.z) / 2;
}

/// Positions along an axis, from the middle of the domain: of a ligand (voxel centres), or of the live cells of a type.
Moments positions(Grid const& grid, Probe const& probe, Snapshot const& snapshot) {
    Moments moments;
    double const middle = middle_of(grid, probe.axis);
    if (probe.ligand >= 0) {
        auto const& field = snapshot.fields[static_cast<std::size_t>(probe.ligand)];
        for (int k = 0; k < grid.nz; ++k)
            for (int j = 0; j < grid.ny; ++j)
                for (int i = 0; i < grid.nx; ++i)
                    moments.add(field[grid.voxel(i, j, k)],
                                (std::array{i, j, k}[static_cast<std::size_t>(probe.axis)] + 0.5) * grid.spacing - middle);
    } else {
        HostCells const& cells = snapshot.cells;
        auto const& along = probe.axis == 0 ? cells.x : probe.axis == 1 ? cells.y : cells.z;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (cells.type[i] == probe.type && alive(cells.state[i])) moments.add(1, along[i] - middle);
    }
    return moments;
}

double mean_squared_displacement(Probe const& probe, HostCells const& cells, std::unordered_map<std::uint32_t, Vec3> const& start) {
    double sum = 0, n = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells.type[i] != probe.type || !alive(cells.state[i])) continue;
        auto const from = start.find(cells.id[i]);
        if (from == start.end()) continue;
        double const x = static_cast<double>(cells.x[i]) - from->second.x, y = static_cast<double>(cells.y[i]) - from->second.y,
                     z = static_cast<double>(cells.z[i]) - from->second.z;
        sum += x * x + y * y + z * z, ++n;
    }
    return sum / n;
}

double receptors_of(Receptor const& kind, ReceptorNumbers const& numbers, Probe::State state, std::size_t cell) {
    double active = 0, bound = 0, desensitised = 0;
    for (std::size_t b = 0; b < numbers.complexes.size(); ++b) {
        ReceptorNumbers::Pair const& pair = numbers.complexes[b];
        active += kind.bindings[b].efficacy * pair.active[cell], desensitised += pair.desensitised[cell];
        bound += static_cast<double>(pair.active[cell]) + pair.desensitised[cell];
    }
    switch (state) {
        case Probe::State::free:
            return numbers.free[cell];
        case Probe::State::bound:
            return bound;
        case Probe::State::active:
            return active;
        case Probe::State::desensitised:
            return desensitised;
        case Probe::State::surface:
            return numbers.free[cell] + bound;
        case Probe::State::inside:
            return numbers.inside[cell];
    }
    return NAN;
}

/// What the probe asks for, of the activity, the pathway or the receptors of its cells.
double statistic(Model const& model, Probe const& probe, Extent const& place, Snapshot const& snapshot) {
    auto const receptors = [&](std::size_t cell) {
        auto const kind = static_cast<std::size_t>(probe.receptor);
        return receptors_of(model.receptors[kind], snapshot.receptors[kind], probe.state, cell);
    };
    double n = 0, sum = 0, within = 0, least = HUGE_VAL, most = -HUGE_VAL;
    for_each_cell(model.grid, probe, place, snapshot.cells, [&](std::size_t cell, std::size_t) {
        double const value = probe.kind == Kind::activity   ? snapshot.activities[static_cast<std::size_t>(probe.activity)][cell]
                             : probe.kind == Kind::variable ? snapshot.variables[static_cast<std::size_t>(probe.variable)][cell]
                                                            : receptors(cell);
        n += 1, sum += value, least = std::min(least, value), most = std::max(most, value);
        within += value > probe.above && value < probe.below ? 1 : 0;
    });
    if (n == 0) return NAN;
    switch (probe.statistic) {
        case Probe::Statistic::mean:
            return sum / n;
        case Probe::Statistic::minimum:
            return least;
        case Probe::Statistic::maximum:
            return most;
        case Probe::Statistic::fraction:
            return within / n;
    }
    return NAN;
}

}  // namespace

std::vector<std::string> probe_columns(Scenario const& scenario) {
    std::vector<std::string> columns;
    for (auto const& probe : scenario.probes) {
        auto const unit = [&] { return " [" + scenario.model.ligands[static_cast<std::size_t>(probe.ligand)].display_unit + "]"; };
        switch (probe.kind) {
            case Kind::point:
            case Kind::mean:
                columns.push_back(probe.name + unit());
                break;
            case Kind::line:
                for (Vec3 const p : probe.points)
                    columns.push_back(probe.name + " at " + rounded(p.x, 6) + " " + rounded(p.y, 6) + " " + rounded(p.z, 6) + " um" +
                                      unit());
                break;
            case Kind::count:
            case Kind::coverage:
            case Kind::activity:
            case Kind::variable:
                columns.push_back(probe.name);
                break;
            case Kind::receptors:
                columns.push_back(probe.name + (probe.statistic == Probe::Statistic::fraction ? "" : " [molecules]"));
                break;
            case Kind::position:
                columns.push_back(probe.name + " [um]");
                break;
            case Kind::variance:
            case Kind::displacement:
                columns.push_back(probe.name + " [um^2]");
                break;
        }
    }
    return columns;
}

std::vector<bool> probed_fields(Scenario const& scenario) {
    std::vector<bool> needed(scenario.model.ligands.size(), false);
    for (auto const& probe : scenario.probes)
        if (probe.ligand >= 0 && probe.kind != Kind::point && probe.kind != Kind::line)
            needed[static_cast<std::size_t>(probe.ligand)] = true;
    return needed;
}

bool probes_cells(Scenario const& scenario) {
    return std::any_of(scenario.probes.begin(), scenario.probes.end(), [](Probe const& probe) { return probe.type >= 0; });
}

void ProbeReader::begin(Backend& from) {
    auto const measured = [](Probe const& probe) { return probe.kind == Kind::displacement; };
    if (std::none_of(scenario_.probes.begin(), scenario_.probes.end(), measured)) return;
    Snapshot start;
    from.snapshot(start, std::vector<bool>(scenario_.model.ligands.size(), false), true);
    HostCells const& cells = start.cells;
    for (Probe const& probe : scenario_.probes)
        for (std::size_t i = 0; measured(probe) && i < cells.size(); ++i)
            if (cells.type[i] == probe.type) start_[cells.id[i]] = {cells.x[i], cells.y[i], cells.z[i]};
}

std::vector<double> ProbeReader::read(Backend& from, Snapshot const& snapshot) const {
    Scenario const& scenario = scenario_;
    Grid const& grid = scenario.model.grid;
    std::vector<double> values;
    for (auto const& probe : scenario.probes) {
        Extent const place(scenario, probe);
        auto const ligand = static_cast<std::size_t>(std::max(probe.ligand, 0));
        switch (probe.kind) {
            case Kind::point:
            case Kind::line:
                for (Real const c : from.sample(probe.ligand, probe.points))
                    values.push_back(c / scenario.model.ligands[ligand].display_scale);
                break;
            case Kind::mean:
                values.push_back(mean(place, snapshot.fields[ligand]) / scenario.model.ligands[ligand].display_scale);
                break;
            case Kind::count:
                values.push_back(cells_in(grid, probe, place, snapshot.cells));
                break;
            case Kind::coverage:
                values.push_back(coverage(grid, probe, place, snapshot.cells));
                break;
            case Kind::position:
                values.push_back(positions(grid, probe, snapshot).mean() + middle_of(grid, probe.axis));
                break;
            case Kind::variance:
                values.push_back(positions(grid, probe, snapshot).variance());
                break;
            case Kind::displacement:
                values.push_back(mean_squared_displacement(probe, snapshot.cells, start_));
                break;
            case Kind::activity:
            case Kind::variable:
            case Kind::receptors:
                values.push_back(statistic(scenario.model, probe, place, snapshot));
                break;
        }
    }
    return values;
}

}  // namespace crine
