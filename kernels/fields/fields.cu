// Sets ligand fields up, fills their halos by the boundary conditions, hinders diffusion by a matrix, samples and downloads.
#include "kernels/fields/fields.h"

#include "crine/model/diffusion.h"
#include "crine/model/hindrance.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
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
double content_of(Fields& fields, LigandField const& field) {
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

}  // namespace

Real const* sensed(Fields& fields, int ligand) {
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

std::vector<Real const*> concentrations(Fields& fields) {
    std::vector<Real const*> all;
    for (std::size_t l = 0; l < fields.ligands.size(); ++l) all.push_back(sensed(fields, static_cast<int>(l)));
    return all;
}

void hinder(Fields& fields, Model const& model) {
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

void Fields::start(Model const& model, InitialState const& state) {
    *this = {};
    Grid const& g = grid = model.grid;
    int const count = static_cast<int>(model.ligands.size()), materials = static_cast<int>(model.material_names.size());
    std::vector<std::uint8_t> materials_at(g.storage());
    auto const inside = [](int c, int n, bool periodic) { return periodic ? (c + n) % n : (c < 0 ? 0 : (c >= n ? n - 1 : c)); };
    for (int k = -1; k <= g.nz; ++k)
        for (int j = -1; j <= g.ny; ++j)
            for (int i = -1; i <= g.nx; ++i)
                materials_at[g.at(i, j, k)] =
                    model.material[g.voxel(inside(i, g.nx, g.periodic[0]), inside(j, g.ny, g.periodic[1]), inside(k, g.nz, g.periodic[2]))];
    material.upload(materials_at);  // cells have habitats even where there are no ligands
    if (count == 0) return;
    properties.upload(model.materials);
    bool by_lines_some = false, multigrid = false;
    for (Ligand const& ligand : model.ligands) (by_lines(ligand.scheme) ? by_lines_some : multigrid) = true;
    if (by_lines_some) lines.allocate(g);
    if (multigrid) solver.allocate(g), inflow.resize(g.storage());

    ligands.resize(count);
    std::vector<std::vector<Real>> shapes(count);  ///< diffusivity by material, relative to the reference
    for (int l = 0; l < count; ++l) {
        LigandField& field = ligands[l];
        field.concentration.resize(g.storage());
        std::vector<Real> links(static_cast<std::size_t>(materials) * materials);
        bool sources = false;
        Real reference = 0;
        field.everywhere = model.property(0, l);
        field.uniform_diffusivity = field.plain = field.idle = true;
        for (int a = 0; a < materials; ++a) {
            MaterialLigand const& here = model.property(a, l);
            for (int b = 0; b < materials; ++b) {  // a held voxel has its value up to its faces: no links from centre to centre
                MaterialLigand const& there = model.property(b, l);
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
        for (Face const& face : model.ligands[l].faces) {
            sources = sources || (face.kind != FaceKind::zero_flux && face.amount != 0);
            field.plain = field.plain && face.kind == FaceKind::zero_flux;
            field.idle = field.idle && face.kind != FaceKind::flux;
        }
        field.links.upload(links);
        if (reference > 0) field.reference = reference;
        for (int a = 0; a < materials; ++a) {
            MaterialLigand const& here = model.property(a, l);
            shapes[l].push_back(here.fixed ? -1 : here.diffusivity / field.reference);
        }

        Buffer<Real> const by_voxel(state.fields[l]);
        for_each_voxel(g, UnpackBody{g, by_voxel.data(), field.concentration.data()});
        if (field.held) for_each_voxel(g, HoldBody{g, field.concentration.data(), material.span(), properties.span(), l, count});
        if (!model.ligands[l].hindered_by.empty()) {
            field.diffusivity.resize(g.storage());
            field.uniform_diffusivity = field.plain = false;
        } else {
            field.shape = static_cast<int>(std::find(shapes.begin(), shapes.end(), shapes[l]) - shapes.begin());
        }
        field.faces = model.ligands[l].faces, field.stale_halo = true;
        field.ledger.initial = field.ledger.free = content_of(*this, field);
        field.present = sources || max_rows(g, partial, Magnitude{field.concentration.data()}) > 0;
    }
    std::vector<Layers> layers_of;
    for (int l = 0; l < count; ++l) {
        LigandField const& field = ligands[static_cast<std::size_t>(l)];
        layers_of.push_back({g, std::as_const(material).span(), std::as_const(properties).span(),
                             field.diffusivity.size() == 0 ? nullptr : field.diffusivity.data(), l, count, field.uniform_diffusivity});
    }
    layers.upload(layers_of);
    std::vector<Real const*> hindered_of;
    for (LigandField const& field : ligands) hindered_of.push_back(field.diffusivity.size() == 0 ? nullptr : field.diffusivity.data());
    if (std::count(hindered_of.begin(), hindered_of.end(), nullptr) < count) hindered.upload(hindered_of);
    reactions.prepare(*this, model);
    hinder(*this, model);
}

void Fields::report(Totals& totals) {
    for (LigandField const& field : ligands) {
        totals.ligands.push_back(field.ledger);
        totals.ligands.back().free = content_of(*this, field);
        totals.solves.push_back(field.solve);
    }
}

void Fields::show(Snapshot& to, std::vector<bool> const& which) {
    Grid const& g = grid;
    to.fields.assign(ligands.size(), {});
    Buffer<Real> by_voxel(g.voxels());
    for (std::size_t l = 0; l < ligands.size(); ++l) {
        if (!which[l]) continue;
        for_each_voxel(g, PackBody{g, ligands[l].concentration.data(), by_voxel.data()});
        by_voxel.download(to.fields[l]);
    }
}

std::string Fields::where_not_finite(int ligand) {
    Snapshot now;
    std::vector<bool> which(ligands.size());
    which[static_cast<std::size_t>(ligand)] = true;
    show(now, which);
    std::vector<Real> const& field = now.fields[static_cast<std::size_t>(ligand)];
    auto const bad = [](Real c) { return !std::isfinite(c); };
    auto const count = static_cast<std::size_t>(std::count_if(field.begin(), field.end(), bad));
    auto const first = static_cast<std::size_t>(std::find_if(field.begin(), field.end(), bad) - field.begin());
    if (count == 0 || count == field.size()) return count == 0 ? "" : ", anywhere";
    auto const nx = static_cast<std::size_t>(grid.nx), ny = static_cast<std::size_t>(grid.ny);
    Vec3 const at = grid.centre(static_cast<int>(first % nx), static_cast<int>(first / nx % ny), static_cast<int>(first / nx / ny));
    std::ostringstream text;
    text << (count == 1 ? std::string(", in a voxel") : ", in " + std::to_string(count) + " voxels, the first") << " at (" << at.x << ", "
         << at.y << ", " << at.z << ") um";
    return text.str();
}

std::vector<Real> Fields::sample(int ligand, std::vector<Vec3> const& points) {
    Buffer<Vec3> const at(points);
    Buffer<Real> found(points.size());
    for_each_index(points.size(), SampleBody{std::as_const(layers).span(), ligand, sensed(*this, ligand), at.span(), found.span()});
    std::vector<Real> values;
    found.download(values);
    return values;
}

}  // namespace CRINE_NS
}  // namespace crine
