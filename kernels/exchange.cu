#include "crine/model/exchange.h"

#include "crine/model/green.h"
#include "kernels/engine.h"
#include "kernels/grid_loops.h"

#include <algorithm>
#include <cmath>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// Highest value that a behaviour of a type can reach, if any.
Real highest(Model const& model, int type, int behaviour) {
    Real most = model.types[type].base[behaviour];
    for (Rule const& rule : model.rules)
        if (rule.type == type && rule.behaviour == behaviour) most = std::max(most, rule.saturation);
    return most;
}

/// Smallest effective radius of a deposit of half-width m, in voxels: that at a voxel's centre.
double narrowest_radius(int m, std::vector<Real> const& green) {
    Tent const centred(Real(0.5), 1, m);
    return 1 / (4 * 3.14159265358979323846 * self_concentration(centred, centred, centred, green.data()));
}

/// The narrowest deposit whose effective radius is nowhere below the cell's (grown to twice its volume), or for which the type's
/// uptake is too weak to matter.
int spread_of(Model const& model, int type, std::vector<Real> const& green) {
    Vocabulary const words = model.vocabulary();
    Real const h = model.grid.spacing;
    double const radius = model.types[type].radius * std::cbrt(2.0);
    for (int m = 1; m < kMaxSpread; ++m) {
        double const deposit = narrowest_radius(m, green) * h;
        bool wide_enough = true;
        for (int l = 0; l < words.ligands; ++l)
            for (std::size_t material = 0; material < model.material_names.size(); ++material) {
                double const d = model.property(static_cast<int>(material), l).diffusivity,
                             uptake = highest(model, type, words.of(behaviour::uptake, l));
                if (!(uptake > 0) || !(d > 0)) continue;
                double const beta = (1 / radius - 1 / deposit) / (4 * 3.14159265358979323846 * d);
                wide_enough = wide_enough && (beta >= 0 || -beta * uptake <= kNarrowest);
            }
        if (wide_enough) return m;
    }
    return kMaxSpread;
}

struct SelfBody {
    Grid grid;
    CellView cells;
    Span<std::uint8_t const> spread;
    Span<Real const> green;
    Span<Real> self;
    CRINE_HD void operator()(std::size_t i) const {
        int const m = spread[cells.type[i]];
        Real const h = grid.spacing;
        self[i] = self_concentration(Tent(cells.x[i], h, m), Tent(cells.y[i], h, m), Tent(cells.z[i], h, m), green.data);
    }
};

struct ClearBody {
    Grid grid;
    ExchangeTarget to;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        to.source[p] = to.loss[p] = 0;
        if (to.held_back != nullptr) to.held_back[p] = 0;
    }
};

/// What one cell does to one ligand's field now.
struct CellRates {
    Grid grid;
    CellView cells;
    Phenotype phenotype;
    Vocabulary words;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    Span<Real const> saturation, self;

    CRINE_HD Real limit(std::size_t i, int ligand) const {
        return saturation[static_cast<std::size_t>(cells.type[i]) * words.ligands + ligand];
    }
    CRINE_HD CellExchange operator()(std::size_t i, int ligand) const {
        Real const secretion = phenotype(words.of(behaviour::secretion, ligand), i),
                   uptake = phenotype(words.of(behaviour::uptake, ligand), i);
        if (!(secretion > 0) && !(uptake > 0)) return {};
        Real const h = grid.spacing;
        std::size_t const home =
            grid.at(voxel_on_axis(cells.x[i], grid.nx, h), voxel_on_axis(cells.y[i], grid.ny, h), voxel_on_axis(cells.z[i], grid.nz, h));
        Real const diffusivity = properties[static_cast<std::size_t>(material[home]) * words.ligands + ligand].diffusivity;
        Real const beta = uptake > 0 ? exchange_resistance(cells.radius[i], h, diffusivity, self[i], uptake) : Real(0);
        return {secretion, uptake, limit(i, ligand), beta};
    }
};

/// What one cell catches from itself before it reaches the field [molecules/s]; saturation also stops this part.
struct OwnTerm {
    CellRates rates;
    ExchangeTarget to;
    CRINE_HD double operator()(std::size_t i) const {
        Real const own = rates(i, to.ligand).own, limit = rates.limit(i, to.ligand);
        if (std::isinf(limit) || own == 0) return own;
        Real const secreting = 1 - interpolate(rates.grid, to.concentration, position(rates.cells, i)) / limit;
        return secreting > 0 ? own * secreting : Real(0);
    }
};

/// Adds all cells of one block to one ligand. The index runs over the blocks of the colour, then over the ligands.
struct DepositBody {
    CellRates rates;
    Bins bins;
    Blocks blocks;
    int colour;
    Span<std::uint8_t const> spread;
    Span<ExchangeTarget const> targets;

    CRINE_HD void operator()(std::size_t index) const {
        int const across = blocks.of_colour(0, colour), up = blocks.of_colour(1, colour), deep = blocks.of_colour(2, colour);
        int const place = static_cast<int>(index), row = place / across, plane = row / up;
        int const x = place % across * 2 + (colour & 1), y = row % up * 2 + (colour >> 1 & 1), z = plane % deep * 2 + (colour >> 2 & 1);
        ExchangeTarget const& to = targets[plane / deep];
        for (int k = blocks.begin(2, z); k < blocks.end(2, z, bins.n[2]); ++k)
            for (int j = blocks.begin(1, y); j < blocks.end(1, y, bins.n[1]); ++j) {
                std::uint32_t const first = bins.begin[bins.at(blocks.begin(0, x), j, k)],
                                    end = bins.begin[bins.at(blocks.end(0, x, bins.n[0]), j, k)];
                for (std::uint32_t i = first; i < end; ++i) add(i, to);
            }
    }

    CRINE_HD void add(std::size_t i, ExchangeTarget const& to) const {
        CellExchange const cell = rates(i, to.ligand);
        if (cell.source == 0 && cell.sink == 0) return;
        Grid const& grid = rates.grid;
        CellView const& cells = rates.cells;
        int const m = spread[cells.type[i]];
        Real const per_volume = 1 / grid.volume();
        Tent const x(cells.x[i], grid.spacing, m), y(cells.y[i], grid.spacing, m), z(cells.z[i], grid.spacing, m);
        for (int line = 0; line < y.count * z.count; ++line) {
            int const b = line % y.count, c = line / y.count;
            std::size_t const row = grid.at(0, fold(y.first + b, grid.ny, grid.periodic[1]), fold(z.first + c, grid.nz, grid.periodic[2]));
            Real const across = y.weight(b) * z.weight(c) * per_volume;
            for (int a = 0; a < x.count; ++a) {
                Real const w = x.weight(a) * across;
                if (w == 0) continue;  // may lie in another block's reach
                std::size_t const p = row + fold(x.first + a, grid.nx, grid.periodic[0]);
                to.source[p] += w * cell.source;
                to.loss[p] += w * cell.sink;
                if (to.held_back != nullptr) to.held_back[p] += w * cell.held_back;
            }
        }
    }

    /// Back into the domain: round a periodic axis, or mirrored at a wall.
    CRINE_HD static int fold(int i, int n, bool periodic) {
        while (i < 0 || i >= n) i = periodic ? (i < 0 ? i + n : i - n) : (i < 0 ? -1 - i : 2 * n - 1 - i);
        return i;
    }
};

}  // namespace

void ExchangeState::prepare(Model const& model, Bins const& bins, FieldState& fields) {
    Vocabulary const words = model.vocabulary();
    auto const exact = lattice_green(kGreenLags);
    std::vector<Real> const g(exact.begin(), exact.end());
    green.upload(g);

    std::vector<std::uint8_t> half_width;
    std::vector<Real> limits;
    int widest = 1;
    for (int t = 0; t < words.types; ++t) {
        half_width.push_back(static_cast<std::uint8_t>(spread_of(model, t, g)));
        widest = std::max<int>(widest, half_width.back());
        limits.insert(limits.end(), model.types[t].saturation.begin(), model.types[t].saturation.end());
    }
    spread.upload(half_width);
    saturation.upload(limits);

    listed.clear();
    for (int l = 0; l < words.ligands; ++l) {
        bool exchanged = false, autocrine = false, saturates = false;
        for (int t = 0; t < words.types; ++t) {
            bool const secretes = highest(model, t, words.of(behaviour::secretion, l)) > 0,
                       takes_up = highest(model, t, words.of(behaviour::uptake, l)) > 0;
            exchanged = exchanged || secretes || takes_up;
            autocrine = autocrine || (secretes && takes_up);
            saturates = saturates || (secretes && std::isfinite(model.types[t].saturation[l]));
        }
        if (!exchanged) continue;
        LigandField& field = fields.ligands[l];
        for (auto* array : {&field.source, &field.loss}) array->resize(model.grid.storage());
        field.held_back.resize(saturates ? model.grid.storage() : 0);
        listed.push_back({l, autocrine, field.concentration.data(), field.source.data(), field.loss.data(),
                          saturates ? field.held_back.data() : nullptr});
    }
    targets.upload(listed);

    // Deposits of two cells meet if these are less than 2 m voxels apart; one more, for round-off at the edges.
    Real const edge = (2 * widest + 1) * model.grid.spacing;
    for (int a = 0; a < 3; ++a) {
        blocks.bins[a] = std::max(1, static_cast<int>(std::ceil(edge / bins.width[a])));
        blocks.n[a] = std::max(1, bins.n[a] / blocks.bins[a]);
        if (bins.periodic[a] && blocks.n[a] > 1) blocks.n[a] -= blocks.n[a] % 2;
    }
}

void Engine::exchange(Moment) {
    ExchangeState& state = exchange_;
    if (state.targets.size() == 0) return;
    Grid const& g = fields_.grid;
    state.self.resize(cells_.size());
    for_each_index(cells_.size(),
                   SelfBody{g, cells_.view(), std::as_const(state.spread).span(), std::as_const(state.green).span(), state.self.span()});
    for (ExchangeTarget const& to : state.listed) for_each_voxel(g, ClearBody{g, to});
    CellRates const rates{g,
                          cells_.view(),
                          cells_.phenotype(),
                          model_.vocabulary(),
                          std::as_const(fields_.material).span(),
                          std::as_const(fields_.properties).span(),
                          std::as_const(state.saturation).span(),
                          std::as_const(state.self).span()};
    for (int colour = 0; colour < 8; ++colour)
        for_each_index(
            state.blocks.count(colour) * state.listed.size(),
            DepositBody{rates, cells_.bins, state.blocks, colour, std::as_const(state.spread).span(), std::as_const(state.targets).span()});
    for (ExchangeTarget to : state.listed) {
        if (!to.autocrine) continue;
        to.concentration = sensed(fields_, to.ligand);
        fields_.ligands[to.ligand].own_rate = ordered_sum(cells_.size(), OwnTerm{rates, to});
    }
}

}  // namespace CRINE_NS
}  // namespace crine
