// Grids, ligands and cells of the benchmarks, the cells on a face-centred cubic lattice with some jitter.
#include "host/bench/models.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace crine::bench {
namespace {

constexpr Real kJitter = Real(0.5);                           // [µm]
constexpr double kTemplateEdge = 1000, kTemplateCells = 1e5;  // of the template's box [µm]; in proportion with fewer or more cells

/// Cubes of the lattice, with four sites each, on an edge.
int cubes_on_edge(std::size_t n) { return static_cast<int>(std::ceil(std::cbrt(static_cast<double>(n) / 4) - 1e-9)); }
Real cube_edge(Real distance) { return distance * std::sqrt(Real(2)); }

}  // namespace

Model box(int nx, int ny, int nz, Real spacing) {
    Model model;
    model.grid.nx = nx, model.grid.ny = ny, model.grid.nz = nz, model.grid.spacing = spacing;
    model.material_names = {"tissue"};
    model.material.assign(model.grid.voxels(), 0);
    return model;
}

void add_ligand(Model& model, Real diffusivity, Real decay, Scheme scheme) {
    std::size_t const before = model.ligands.size();
    Ligand ligand;
    ligand.name = "ligand " + std::to_string(before + 1);
    ligand.scheme = scheme;
    model.ligands.push_back(ligand);
    for (std::size_t material = 0; material < model.material_names.size(); ++material)
        model.materials.insert(model.materials.begin() + static_cast<std::ptrdiff_t>(material * (before + 1) + before),
                               MaterialLigand{diffusivity, decay, 0, false, 0});
}

CellType& add_type(Model& model, int types) {
    CellType type;
    type.name = "cell " + std::to_string(model.types.size() + 1);
    type.radius = peer::radius;
    type.base = idle(Vocabulary{static_cast<int>(model.ligands.size()), types});
    type.saturation.assign(model.ligands.size(), std::numeric_limits<Real>::infinity());
    type.base[behaviour::repulsion] = peer::repulsion;
    type.base[behaviour::adhesion] = peer::adhesion;
    model.types.push_back(type);
    return model.types.back();
}

InitialState empty_state(Model const& model) {
    InitialState state;
    state.fields.assign(model.ligands.size(), std::vector<Real>(model.grid.voxels(), 0));
    return state;
}

std::vector<Vec3> packing(std::size_t n, Real distance, Order order) {
    int const edge = cubes_on_edge(n);
    Real const a = cube_edge(distance);
    constexpr Vec3 kSites[] = {{0, 0, 0}, {Real(0.5), Real(0.5), 0}, {Real(0.5), 0, Real(0.5)}, {0, Real(0.5), Real(0.5)}};
    std::mt19937 random(1);
    auto const jitter = [&] { return kJitter * (2 * static_cast<Real>(random() >> 8) / Real(1 << 24) - 1); };
    std::vector<Vec3> places;
    places.reserve(n);
    for (int k = 0; k < edge; ++k)
        for (int j = 0; j < edge; ++j)
            for (int i = 0; i < edge; ++i)
                for (Vec3 const& site : kSites) {
                    if (places.size() == n) break;
                    Real const x = jitter(), y = jitter(), z = jitter();
                    places.push_back(a * (Vec3{static_cast<Real>(i), static_cast<Real>(j), static_cast<Real>(k)} + site) + Vec3{x, y, z});
                }
    if (order == Order::scattered) std::shuffle(places.begin(), places.end(), random);
    return places;
}

Tissue tissue(std::size_t n, int ligands, Order order, Real edge) {
    constexpr Real kMargin = 2;  // voxels of room on each side
    Real const length = static_cast<Real>(cubes_on_edge(n)) * cube_edge(peer::distance);
    int const voxels =
        std::max(static_cast<int>(std::ceil(edge / peer::voxel)), static_cast<int>(std::ceil(length / peer::voxel + 2 * kMargin)));
    Tissue tissue{box(voxels, voxels, voxels, peer::voxel), {}};
    for (int l = 0; l < ligands; ++l) add_ligand(tissue.model, peer::diffusivity, peer::decay, Scheme::implicit_euler);
    add_type(tissue.model);
    tissue.state = empty_state(tissue.model);
    Real const low = (static_cast<Real>(voxels) * peer::voxel - length) / 2 + peer::distance / 4;
    auto const places = packing(n, peer::distance, order);
    HostCells& cells = tissue.state.cells;
    cells.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        cells.id[i] = static_cast<std::uint32_t>(i + 1);
        cells.x[i] = places[i].x + low, cells.y[i] = places[i].y + low, cells.z[i] = places[i].z + low;
        cells.radius[i] = peer::radius;
    }
    return tissue;
}

Scenario peer_template(std::size_t cells, Scheme scheme) {
    double const edge = kTemplateEdge * std::cbrt(static_cast<double>(cells) / kTemplateCells);
    Tissue tissue = bench::tissue(cells, 1, Order::lattice, static_cast<Real>(edge));
    tissue.type().base[static_cast<std::size_t>(tissue.model.vocabulary().of(behaviour::uptake, 0))] = peer::uptake;
    std::fill(tissue.state.fields[0].begin(), tissue.state.fields[0].end(), peer::start);
    Scenario scenario;
    tissue.model.ligands[0].scheme = scheme;
    tissue.model.solver_tolerance = 1e-3;  // the default of scenario files
    scenario.model = std::move(tissue.model), scenario.initial = std::move(tissue.state);
    scenario.schedule = {3600, peer::transport_step, peer::mechanics_step, peer::behaviour_step};
    return scenario;
}

}  // namespace crine::bench
