#include "crine/model/diffusion.h"
#include "crine/model/hindrance.h"
#include "kernels/engine.h"
#include "kernels/fields/grid_loops.h"

#include <thrust/functional.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform_reduce.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// One ghost voxel on each end of one axis; the axes before it are already filled, so that edges and corners follow.
struct HaloBody {
    Grid grid;
    Real* field;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    Real const* diffusivity;  ///< null: that of the material
    int ligand, ligands, axis;
    Face low, high;

    CRINE_HD void operator()(int a, int b, int) const {
        int const n = axis == 0 ? grid.nx : (axis == 1 ? grid.ny : grid.nz);
        auto const at = [&](int c) {
            return axis == 0 ? grid.at(c, a - 1, b - 1) : (axis == 1 ? grid.at(a - 1, c, b - 1) : grid.at(a - 1, b - 1, c));
        };
        field[at(-1)] = grid.periodic[axis] ? field[at(n - 1)] : beyond(low, at(0));
        field[at(n)] = grid.periodic[axis] ? field[at(0)] : beyond(high, at(n - 1));
    }
    CRINE_HD Real beyond(Face const& face, std::size_t p) const {
        if (face.kind == FaceKind::value) return 2 * face.amount - field[p];
        Real const d =
            diffusivity != nullptr ? diffusivity[p] : properties[material[p] * static_cast<std::size_t>(ligands) + ligand].diffusivity;
        return face.kind == FaceKind::flux && d > 0 ? field[p] + face.amount * grid.spacing / d : field[p];
    }
};

/// Interior voxels ↔ the order of files and snapshots.
struct UnpackBody {
    Grid grid;
    Real const* by_voxel;
    Real* field;
    CRINE_HD void operator()(int i, int j, int k) const { field[grid.at(i, j, k)] = by_voxel[grid.voxel(i, j, k)]; }
};
struct PackBody {
    Grid grid;
    Real const* field;
    Real* by_voxel;
    CRINE_HD void operator()(int i, int j, int k) const { by_voxel[grid.voxel(i, j, k)] = field[grid.at(i, j, k)]; }
};

struct HoldBody {
    Grid grid;
    Real* field;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligand, ligands;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        MaterialLigand const& here = properties[material[p] * static_cast<std::size_t>(ligands) + ligand];
        if (here.fixed) field[p] = here.value;
    }
};

struct ContentTerm {
    Grid grid;
    Real const* field;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[1]) const { into[0] += field[grid.at(i, j, k)]; }
};

/// Molecules in a field, added up from its voxels.
double content_of(FieldState& fields, LigandField const& field) {
    return sum_rows<1>(fields.grid, fields.partial, ContentTerm{fields.grid, field.concentration.data()})[0] * fields.grid.volume();
}

/// Diffusivity in what the material is like, times the factor of a matrix in it.
struct HinderBody {
    Grid grid;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligand, ligands;
    Hindrance law;
    Real const* matrix;
    bool first;
    Real* diffusivity;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        MaterialLigand const& here = properties[material[p] * static_cast<std::size_t>(ligands) + ligand];
        Real const free = here.fixed ? Real(0) : here.diffusivity;  // a held voxel has its value up to its faces
        diffusivity[p] = (first ? free : diffusivity[p]) * hindrance(law, matrix[p]);
    }
};

struct SampleBody {
    Span<Layers const> layers;
    int ligand;
    Real const* field;
    Span<Vec3 const> points;
    Span<Real> values;
    CRINE_HD void operator()(std::size_t i) const { values[i] = layers[ligand].between(points[i])(field); }
};

/// Mixes (ligand, voxel, bits of the value) into 64 bits; their sum does not depend on any order.
/// Finaliser of SplitMix64: Steele, Lea & Flood (2014) OOPSLA, "Fast splittable pseudorandom number generators".
struct HashVoxel {
    Grid grid;
    Real const* field;
    std::uint64_t ligand;
    CRINE_HD static std::uint64_t mix(std::uint64_t z) {
        z += 0x9E3779B97F4A7C15ull;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    CRINE_HD std::uint64_t operator()(std::uint64_t voxel) const {
        int const i = static_cast<int>(voxel % grid.nx), j = static_cast<int>(voxel / grid.nx % grid.ny),
                  k = static_cast<int>(voxel / grid.nx / grid.ny);
        std::uint64_t bits = 0;
        std::memcpy(&bits, field + grid.at(i, j, k), sizeof(Real));
        return mix(mix(mix(ligand) ^ voxel) ^ bits);
    }
};

}  // namespace

Real const* sensed(FieldState& fields, int ligand) {
    LigandField& field = fields.ligands[ligand];
    Grid const& g = fields.grid;
    int const across[3][2] = {{g.ny, g.nz}, {g.nx, g.nz}, {g.nx, g.ny}};
    for (int axis = 0; field.stale_halo && axis < 3; ++axis)
        for_each_voxel(across[axis][0] + 2, across[axis][1] + 2, 1,
                       HaloBody{g, field.concentration.data(), fields.material.span(), fields.properties.span(),
                                field.diffusivity.size() == 0 ? nullptr : field.diffusivity.data(), ligand,
                                static_cast<int>(fields.ligands.size()), axis, field.faces[2 * axis], field.faces[2 * axis + 1]});
    field.stale_halo = false;
    return field.concentration.data();
}

void hinder(FieldState& fields, Model const& model) {
    Grid const& g = fields.grid;
    for (std::size_t l = 0; l < fields.ligands.size(); ++l) {
        LigandField& field = fields.ligands[l];
        auto const& laws = model.ligands[l].hindered_by;
        for (Hindrance const& law : laws)
            for_each_voxel(g, HinderBody{g, fields.material.span(), fields.properties.span(), static_cast<int>(l),
                                         static_cast<int>(fields.ligands.size()), law, fields.ligands[law.matrix].concentration.data(),
                                         &law == &laws.front(), field.diffusivity.data()});
        if (!laws.empty()) wrap_halo(g, field.diffusivity.span());
    }
}

void Engine::start_fields(InitialState const& state) {
    FieldState& f = fields_;
    f = {};
    Grid const& g = f.grid = model_.grid;
    int const ligands = static_cast<int>(model_.ligands.size()), materials = static_cast<int>(model_.material_names.size());
    std::vector<std::uint8_t> material(g.storage());
    auto const inside = [](int c, int n, bool periodic) { return periodic ? (c + n) % n : (c < 0 ? 0 : (c >= n ? n - 1 : c)); };
    for (int k = -1; k <= g.nz; ++k)
        for (int j = -1; j <= g.ny; ++j)
            for (int i = -1; i <= g.nx; ++i)
                material[g.at(i, j, k)] =
                    model_
                        .material[g.voxel(inside(i, g.nx, g.periodic[0]), inside(j, g.ny, g.periodic[1]), inside(k, g.nz, g.periodic[2]))];
    f.material.upload(material);  // cells have habitats even where there are no ligands
    if (ligands == 0) return;
    f.properties.upload(model_.materials);
    bool lines = false, multigrid = false;
    for (Ligand const& ligand : model_.ligands) (by_lines(ligand.scheme) ? lines : multigrid) = true;
    if (lines) f.lines.allocate(g);
    if (multigrid) f.solver.allocate(g), f.inflow.resize(g.storage());

    f.ligands.resize(ligands);
    std::vector<std::vector<Real>> shapes(ligands);  ///< diffusivity by material, relative to the reference
    for (int l = 0; l < ligands; ++l) {
        LigandField& field = f.ligands[l];
        field.concentration.resize(g.storage());
        std::vector<Real> links(static_cast<std::size_t>(materials) * materials);
        bool sources = false;
        Real reference = 0;
        field.everywhere = model_.property(0, l);
        field.uniform_diffusivity = field.plain = field.idle = true;
        for (int a = 0; a < materials; ++a) {
            MaterialLigand const& here = model_.property(a, l);
            for (int b = 0; b < materials; ++b) {  // a held voxel has its value up to its faces: no links from centre to centre
                MaterialLigand const& there = model_.property(b, l);
                links[static_cast<std::size_t>(a) * materials + b] =
                    here.fixed || there.fixed ? 0 : face_conductance(here.diffusivity, there.diffusivity, g.spacing);
            }
            field.diffuses = field.diffuses || here.diffusivity > 0;
            reference = std::max(reference, here.fixed ? Real(0) : here.diffusivity);
            field.held = field.held || here.fixed;
            field.uniform_diffusivity = field.uniform_diffusivity && here.diffusivity == field.everywhere.diffusivity && !here.fixed;
            field.plain = field.plain && here.decay == field.everywhere.decay && here.source == field.everywhere.source && !here.fixed &&
                          here.exchange == 0;
            field.vessels = field.vessels || here.exchange != 0;
            sources = sources || here.source != 0 || here.exchange != 0;
            field.idle = field.idle && (here.fixed || (here.diffusivity == 0 && here.decay == 0 && here.source == 0 && here.exchange == 0));
        }
        for (Face const& face : model_.ligands[l].faces) {
            sources = sources || (face.kind != FaceKind::zero_flux && face.amount != 0);
            field.plain = field.plain && face.kind == FaceKind::zero_flux;
            field.idle = field.idle && face.kind != FaceKind::flux;
        }
        field.links.upload(links);
        if (reference > 0) field.reference = reference;
        for (int a = 0; a < materials; ++a) {
            MaterialLigand const& here = model_.property(a, l);
            shapes[l].push_back(here.fixed ? 0 : here.diffusivity / field.reference);
        }

        Buffer<Real> const by_voxel(state.fields[l]);
        for_each_voxel(g, UnpackBody{g, by_voxel.data(), field.concentration.data()});
        if (field.held) for_each_voxel(g, HoldBody{g, field.concentration.data(), f.material.span(), f.properties.span(), l, ligands});
        if (!model_.ligands[l].hindered_by.empty()) {
            field.diffusivity.resize(g.storage());
            field.uniform_diffusivity = field.plain = false;
        } else {
            field.shape = static_cast<int>(std::find(shapes.begin(), shapes.end(), shapes[l]) - shapes.begin());
        }
        field.faces = model_.ligands[l].faces, field.stale_halo = true;
        field.ledger.initial = field.ledger.free = content_of(f, field);
        field.present = sources || max_rows(g, f.partial, Magnitude{field.concentration.data()}) > 0;
    }
    std::vector<Layers> layers;
    for (int l = 0; l < ligands; ++l) {
        LigandField const& field = f.ligands[static_cast<std::size_t>(l)];
        layers.push_back({g, std::as_const(f.material).span(), std::as_const(f.properties).span(),
                          field.diffusivity.size() == 0 ? nullptr : field.diffusivity.data(), l, ligands, field.uniform_diffusivity});
    }
    f.layers.upload(layers);
    std::vector<Real const*> hindered;
    for (LigandField const& field : f.ligands) hindered.push_back(field.diffusivity.size() == 0 ? nullptr : field.diffusivity.data());
    if (std::count(hindered.begin(), hindered.end(), nullptr) < ligands) f.hindered.upload(hindered);
    f.reactions.prepare(f, model_);
    hinder(f, model_);
}

void Engine::field_totals(Totals& totals) {
    for (LigandField const& field : fields_.ligands) {
        totals.ligands.push_back(field.ledger);
        totals.ligands.back().free = content_of(fields_, field);
        if (field.bound) totals.ligands.back().on_receptors = held_by_receptors(static_cast<int>(&field - fields_.ligands.data()));
        totals.solves.push_back(field.solve);
    }
}

void Engine::snapshot_fields(Snapshot& to, std::vector<bool> const& which) {
    Grid const& g = fields_.grid;
    Buffer<Real> by_voxel(g.voxels());
    for (std::size_t l = 0; l < fields_.ligands.size(); ++l) {
        if (!which[l]) continue;
        for_each_voxel(g, PackBody{g, fields_.ligands[l].concentration.data(), by_voxel.data()});
        by_voxel.download(to.fields[l]);
    }
}

std::vector<Real> Engine::sample(int ligand, std::vector<Vec3> const& points) {
    Buffer<Vec3> const at(points);
    Buffer<Real> found(points.size());
    for_each_index(points.size(),
                   SampleBody{std::as_const(fields_.layers).span(), ligand, sensed(fields_, ligand), at.span(), found.span()});
    std::vector<Real> values;
    found.download(values);
    return values;
}

std::uint64_t Engine::field_hash() {
    std::uint64_t hash = 0, number = 0;
    auto const add = [&](Buffer<Real> const& concentration) {
        THRUST_NS_QUALIFIER::counting_iterator<std::uint64_t> const first(0);
        hash += THRUST_NS_QUALIFIER::transform_reduce(policy(), first, first + fields_.grid.voxels(),
                                                      HashVoxel{fields_.grid, concentration.data(), number++}, std::uint64_t{0},
                                                      THRUST_NS_QUALIFIER::plus<std::uint64_t>());
    };
    for (LigandField const& field : fields_.ligands) add(field.concentration);
    for (TracedLigand const& traced : traces_.ligands)
        for (Part const& part : traced.parts) add(part.field.concentration);
    return hash;
}

}  // namespace CRINE_NS
}  // namespace crine
