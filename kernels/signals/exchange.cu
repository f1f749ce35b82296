// Deposits the secretion and uptake of cells onto voxels, as tents of 8 voxels or spherical shells, in one order of summation.
#include "kernels/signals/exchange.h"

#include "crine/model/exchange.h"
#include "crine/model/green.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// The most that a cell of a type can clear of any ligand, by what diffuses [µm]. Receptors can become any number, and where D follows a
/// matrix it may be anything.
double most_cleared(Model const& model, int type) {
    double most = 0;
    for (int l = 0; l < static_cast<int>(model.ligands.size()); ++l) {
        double const uptake = binds(model, type, l, false) ? HUGE_VAL : highest(model, type, model.vocabulary().of(behaviour::uptake, l));
        if (!(uptake > 0)) continue;
        for (int m = 0; m < static_cast<int>(model.material_names.size()); ++m) {
            double const d = model.ligands[l].hindered_by.empty() ? model.property(m, l).diffusivity : 0;
            if (d > 0 || !model.ligands[l].hindered_by.empty()) most = std::max(most, uptake / d);
        }
    }
    return most;
}

/// Secretion and uptake of a cell, by the short way where nobody has receptors or stores of the ligand.
CRINE_HD inline Real secretion(CellRates const& rates, ExchangeTarget const& to, std::size_t i) {
    return to.binds || to.stored ? rates.secretion(i, to.ligand) : rates.plain_secretion(i, to.ligand);
}
CRINE_HD inline Real uptake(CellRates const& rates, ExchangeTarget const& to, std::size_t i) {
    return to.binds ? rates.uptake(i, to.ligand) : rates.plain_uptake(i, to.ligand);
}

/// The sum of the weights of every shell, inverted; 0 for a cell that is so small that it has a tent.
struct MeasureBody {
    CellRates rates;
    Span<Real const> tent_up_to;  ///< by type: radius of the largest such cell [µm]
    Span<Real> normal;

    CRINE_HD void operator()(std::size_t i) const {
        normal[i] = 0;
        if (rates.cells.radius[i] <= tent_up_to[rates.cells.type[i]]) return;
        Shell const shell = rates.shell(i);
        double sum = 0;
        shell.for_each_row([&](int j, int k) { shell.for_each_in_row(j, k, [&](int, Real w) { sum += w; }); });
        normal[i] = static_cast<Real>(1 / sum);
    }
};

/// What a cell does to each voxel of weight 1 around it, for one group of ligands.
struct GiveBody {
    CellRates rates;
    ExchangeGroup group;
    Span<Real> gives;  ///< [cell * kChannels + channel]

    CRINE_HD void operator()(std::size_t i) const {
        Real* give = gives.data + i * kChannels;
        Real const* const end = give + kChannels;
        Real self = 0;
        bool known = false;
        for (int t = 0; t < group.targets; ++t) {
            ExchangeTarget const& to = group.target[t];
            Real const takes = uptake(rates, to, i);
            if (takes > 0 && !known) self = rates.self(i), known = true;
            Real const beta = rates.resistance(i, to.ligand, self, takes);
            CellExchange const cell{secretion(rates, to, i), takes, beta};
            *give++ = cell.source, *give++ = cell.sink;
            if (to.held_back == nullptr) continue;
            // what receptors and stores let go comes out whatever there is
            *give++ = CellExchange{rates.plain_secretion(i, to.ligand), takes, beta}.held_back(rates.limit(i, to.ligand));
        }
        while (give != end) *give++ = 0;
    }
};

/// What cells catch from themselves [molecules/s], by target: of all that they give, before it reaches the field, which depends on the
/// grid; and of their own secretion, before it has got away. Saturation also stops these parts.
struct OwnTerm {
    CellRates rates;
    ExchangeGroup group;
    Real const* concentration[kGroup];  ///< of those targets whose own ligand follows the field
    Span<Real const> gives;

    enum { before_field = 0, before_away = kGroup, count = 2 * kGroup };

    CRINE_HD void operator()(std::size_t chunk, int item, double (&into)[count]) const {
        std::size_t const i = chunk * kSumChunk + item;
        Real const* give = gives.data + i * kChannels;
        for (int t = 0; t < kGroup; ++t) {
            ExchangeTarget const& to = group.target[t];
            if (t >= group.targets || !to.autocrine) continue;
            Real const all = secretion(rates, to, i), takes = uptake(rates, to, i);
            if (!(all > 0) || !(takes > 0)) continue;
            Real const stopped = to.own_follows_field ? this->stopped(i, t) : Real(0);
            into[before_field + t] += (all - give[to.channel]) * (1 - stopped / all);
            Real const own = (to.stored ? rates.own_secretion(i, to.ligand) : rates.plain_secretion(i, to.ligand)) - stopped;
            if (own > 0) into[before_away + t] += own * rates.recaptured(i, to.ligand, takes);
        }
    }
    /// Of a cell's secretion.
    CRINE_HD Real stopped(std::size_t i, int t) const {
        int const ligand = group.target[t].ligand;
        Real const limit = rates.limit(i, ligand);
        if (std::isinf(limit)) return 0;
        Real const part = rates.around(i, concentration[t]) / limit;
        return rates.plain_secretion(i, ligand) * (part < 1 ? part : Real(1));
    }
};

/// The bins on one axis with all cells whose deposits reach voxels first … end - 1: one run, or two through a periodic wall, in
/// ascending order. (What a wall mirrors comes from a cell that also reaches the place of its mirror image.)
struct Reach {
    int begin[2] = {}, end[2] = {};

    CRINE_HD Reach(Bins const& bins, int axis, int first, int last, Real h, Real widest) {
        constexpr Real kBorder = Real(0.501);  // half a voxel from its centre to its border, and a little for round-off
        int const n = bins.n[axis], low = bin(bins, axis, (first + 1 - kBorder - widest) * h),
                  high = bin(bins, axis, (last - 1 + kBorder + widest) * h) + 1;
        if (bins.periodic[axis] && high - low < n && (low < 0 || high > n)) {
            end[0] = low < 0 ? high : high - n;
            begin[1] = low < 0 ? low + n : low, end[1] = n;
        } else {
            bool const all = bins.periodic[axis] && high - low >= n;
            begin[0] = all || low < 0 ? 0 : low;
            end[0] = all || high > n ? n : high;
        }
    }
    CRINE_HD static int bin(Bins const& bins, int axis, Real x) { return static_cast<int>(std::floor(x / bins.width[axis])); }
};

/// Calls visit(i) for every cell i in these bins, in ascending order.
template <class Visit>
CRINE_HD void for_each_cell(Bins const& bins, Reach const& x, Reach const& y, Reach const& z, Visit&& visit) {
    for (int c = 0; c < 2; ++c)
        for (int k = z.begin[c]; k < z.end[c]; ++k)
            for (int b = 0; b < 2; ++b)
                for (int j = y.begin[b]; j < y.end[b]; ++j)
                    for (int a = 0; a < 2; ++a) {
                        if (x.begin[a] == x.end[a]) continue;
                        std::uint32_t const last = bins.begin[bins.at(x.end[a], j, k)];
                        for (std::uint32_t i = bins.begin[bins.at(x.begin[a], j, k)]; i < last; ++i) visit(i);
                    }
}

/// What deposits need. Every voxel adds up the cells around it in the order of the cells, whoever does it.
struct Deposit {
    CellRates rates;
    Bins bins;
    Span<Real const> gives;
    ExchangeGroup group;
    Real widest;

    CRINE_HD Reach reach(int axis, int first, int last) const { return {bins, axis, first, last, rates.grid.spacing, widest}; }
    CRINE_HD bool gives_nothing(std::size_t i) const {
        bool something = false;
        for (int c = 0; c < kChannels; ++c) something |= gives[i * kChannels + c] != 0;
        return !something;
    }
};

#ifdef __CUDACC__

/// One voxel looks for the cells around it.
struct GatherBody : Deposit {
    /// Calls visit(p) for voxel i of an axis and those of its mirror or periodic images that are in first … last.
    template <class Visit>
    CRINE_HD static void for_each_image(int i, int n, bool periodic, int first, int last, Visit&& visit) {
        int const period = periodic ? n : 2 * n;
        auto const each = [&](int p) {
            p += (first - p) / period * period;
            for (p = p < first ? p + period : p; p <= last; p += period) visit(p);
        };
        each(i);
        if (!periodic) each(-1 - i);
    }
    /// Sum of the weights that a deposit has in voxel i and its images.
    CRINE_HD static Real weight(Tent const& tent, int i, int n, bool periodic) {
        Real sum = 0;
        for (int a = 0; a < 2; ++a)
            if (fold(tent.first + a, n, periodic) == i) sum += tent.weight(a);
        return sum;
    }
    CRINE_HD Real weight(Shell const& shell, int i, int j, int k) const {
        Grid const& g = rates.grid;
        Real const reach = shell.reach();
        auto const images = [&](int axis, int at, int n, Real centre, auto const& visit) {
            for_each_image(at, n, g.periodic[axis], Shell::first(centre, reach), Shell::last(centre, reach),
                           [&](int p) { visit((p - centre) * (p - centre)); });
        };
        Real sum = 0;
        images(2, k, g.nz, shell.z, [&](Real zz) {
            images(1, j, g.ny, shell.y, [&](Real yy) { images(0, i, g.nx, shell.x, [&](Real xx) { sum += shell.weight(zz + yy + xx); }); });
        });
        return sum;
    }
    CRINE_HD void operator()(int i, int j, int k) const {
        Grid const& g = rates.grid;
        Real sum[kChannels] = {};
        for_each_cell(bins, reach(0, i, i + 1), reach(1, j, j + 1), reach(2, k, k + 1), [&](std::size_t cell) {
            CellView const& cells = rates.cells;
            if (gives_nothing(cell)) return;
            Real w;
            if (rates.resolved(cell)) {
                w = weight(rates.shell(cell), i, j, k) * rates.normal[cell];
            } else {
                w = weight(rates.tent(cells.x[cell]), i, g.nx, g.periodic[0]);
                if (w == 0) return;
                w *= weight(rates.tent(cells.y[cell]), j, g.ny, g.periodic[1]);
                w *= weight(rates.tent(cells.z[cell]), k, g.nz, g.periodic[2]);
            }
            if (w == 0) return;
            for (int c = 0; c < kChannels; ++c) sum[c] += w * gives[cell * kChannels + c];
        });
        for (int c = 0; c < kChannels; ++c)
            if (c < group.channels) group.array[c][g.at(i, j, k)] = sum[c] / g.volume();
    }
};

#else

constexpr int kTile = 16;  ///< voxels along a tile: its sums stay in the cache of a core, and not many cells reach two tiles

/// One tile of voxels adds up all its cells beside the fields' arrays and then writes each of these once.
struct TileBody : Deposit {
    int tiles[3];

    /// The tile along one axis, and where the deposit of a cell goes there: what is not for the tile goes to a slot behind it that nobody
    /// reads.
    struct Axis {
        int first, voxels, all;
        bool periodic;
        int slots() const { return voxels + 1; }
        int slot(int i) const {
            if (static_cast<unsigned>(i) >= static_cast<unsigned>(all)) i = fold(i, all, periodic);
            unsigned const place = static_cast<unsigned>(i - first), behind = static_cast<unsigned>(voxels);
            return static_cast<int>(place < behind ? place : behind);
        }
        bool has(int slot) const { return slot < voxels; }
    };

    /// Slots and weights of one cell's tent along one axis.
    struct Landing {
        int slot[2];
        Real weight[2];
        bool misses;
        Landing(Axis const& axis, Tent const& tent, int stride) {
            for (int a = 0; a < 2; ++a) slot[a] = axis.slot(tent.first + a) * stride, weight[a] = tent.weight(a);
            misses = slot[0] == slot[1] && slot[0] == axis.voxels * stride;
        }
    };

    static void add(Real* voxel, Real w, Real const* give) {
#pragma omp simd
        for (int channel = 0; channel < kChannels; ++channel) voxel[channel] += w * give[channel];
    }

    void add_tent(std::size_t i, Axis const (&axis)[3], Real (*sum)[kChannels]) const {
        CellView const& cells = rates.cells;
        int const row = axis[0].slots(), plane = row * axis[1].slots();
        Landing const x(axis[0], rates.tent(cells.x[i]), 1), y(axis[1], rates.tent(cells.y[i]), row),
            z(axis[2], rates.tent(cells.z[i]), plane);
        if (x.misses || y.misses || z.misses) return;
        Real give[kChannels];
        std::memcpy(give, gives.data + i * kChannels, sizeof give);
#pragma GCC unroll 2
        for (int c = 0; c < 2; ++c)
#pragma GCC unroll 2
            for (int b = 0; b < 2; ++b) {
                Real const across = y.weight[b] * z.weight[c];
                auto* const to = sum + (z.slot[c] + y.slot[b]);
#pragma GCC unroll 2
                for (int a = 0; a < 2; ++a) add(to[x.slot[a]], x.weight[a] * across, give);
            }
    }

    void add_shell(std::size_t i, Axis const (&axis)[3], Real (*sum)[kChannels]) const {
        Real give[kChannels];
        for (int c = 0; c < kChannels; ++c) give[c] = gives[i * kChannels + c] * rates.normal[i];
        Shell const shell = rates.shell(i);
        Real const reach = shell.reach();
        for (int k = Shell::first(shell.z, reach), back = Shell::last(shell.z, reach); k <= back; ++k) {
            int const z = axis[2].slot(k);
            if (!axis[2].has(z)) continue;
            for (int j = Shell::first(shell.y, reach), top = Shell::last(shell.y, reach); j <= top; ++j) {
                int const y = axis[1].slot(j);
                if (!axis[1].has(y)) continue;
                auto* const row = sum + (z * axis[1].slots() + y) * axis[0].slots();
                shell.for_each_in_row(j, k, [&](int a, Real w) { add(row[axis[0].slot(a)], w, give); });
            }
        }
    }

    void operator()(std::size_t index) const {
        Grid const& g = rates.grid;
        int const all[3] = {g.nx, g.ny, g.nz};
        std::size_t rest = index;
        Axis axis[3];
        for (int a = 0; a < 3; ++a) {
            int const place = static_cast<int>(rest % tiles[a]), first = all[a] * place / tiles[a];
            axis[a] = {first, all[a] * (place + 1) / tiles[a] - first, all[a], g.periodic[a]};
            rest /= tiles[a];
        }
        auto const near = [&](int a) { return reach(a, axis[a].first, axis[a].first + axis[a].voxels); };
        Real sum[(kTile + 1) * (kTile + 1) * (kTile + 1)][kChannels];
        std::memset(sum, 0, sizeof(sum[0]) * axis[0].slots() * axis[1].slots() * axis[2].slots());

        for_each_cell(bins, near(0), near(1), near(2), [&](std::size_t i) {
            if (!gives_nothing(i)) rates.resolved(i) ? add_shell(i, axis, sum) : add_tent(i, axis, sum);
        });

        for (int c = 0; c < group.channels; ++c)
            for (int k = 0; k < axis[2].voxels; ++k)
                for (int j = 0; j < axis[1].voxels; ++j) {
                    auto const* const row = sum + (k * axis[1].slots() + j) * axis[0].slots();
                    Real* const to = group.array[c] + g.at(axis[0].first, axis[1].first + j, axis[2].first + k);
                    for (int i = 0; i < axis[0].voxels; ++i) to[i] = row[i][c] / g.volume();
                }
    }
};

#endif

void add_up(Deposit const& deposit) {
    Grid const& g = deposit.rates.grid;
#ifdef __CUDACC__
    for_each_voxel(g, GatherBody{deposit});
#else
    auto const tiles = [](int voxels) { return (voxels + kTile - 1) / kTile; };
    TileBody const body{deposit, {tiles(g.nx), tiles(g.ny), tiles(g.nz)}};
    for_each_index(static_cast<std::size_t>(body.tiles[0]) * body.tiles[1] * body.tiles[2], body, kTile * kTile * kTile);
#endif
}

}  // namespace

void Exchange::start(Model const& model, HostCells const& cells, Fields& fields) {
    *this = {};
    Vocabulary const words = model.vocabulary();
    std::vector<Real> limits;
    for (CellType const& type : model.types) limits.insert(limits.end(), type.saturation.begin(), type.saturation.end());
    saturation.upload(limits);
    std::vector<bool> exchanges(model.types.size(), false);

    for (int l = 0; l < words.ligands; ++l) {
        int const secretion = words.of(behaviour::secretion, l), uptake = words.of(behaviour::uptake, l);
        for (Rule const& rule : model.rules) modulated = modulated || rule.behaviour == secretion || rule.behaviour == uptake;
        for (CellType const& type : model.types) modulated = modulated || type.takes_time(secretion) || type.takes_time(uptake);
        ExchangeTarget to;
        to.ligand = l;
        bool exchanged = false, saturates = false;
        for (int t = 0; t < words.types; ++t) {
            bool const secretes = highest(model, t, secretion) > 0, keeps = model.types[t].keeps(l),
                       takes_up = highest(model, t, uptake) > 0, stops = secretes && std::isfinite(model.types[t].saturation[l]);
            to.binds = to.binds || binds(model, t, l, false);
            to.stored = to.stored || keeps;
            exchanges[t] = exchanges[t] || secretes || keeps || takes_up || binds(model, t, l, false);
            exchanged = exchanged || secretes || keeps || takes_up || to.binds;
            saturates = saturates || stops;
            to.autocrine = to.autocrine || to.binds || ((secretes || keeps) && takes_up);
            to.own_follows_field = to.own_follows_field || (stops && takes_up);
        }
        if (!exchanged) continue;
        LigandField& field = fields.ligands[l];
        field.bound = to.binds;
        field.held_back.resize(saturates ? model.grid.storage() : 0);
        for (auto* array : {&field.source, &field.loss}) array->resize(model.grid.storage());
        to.hindered = field.diffusivity.size() != 0;
        to.source = field.source.data(), to.loss = field.loss.data();
        if (saturates) to.held_back = field.held_back.data();
        if (groups.empty() || groups.back().channels + to.channels() > kChannels) groups.emplace_back();
        groups.back().add(to);
    }
    choose_deposits(model, cells, exchanges);
}

void Exchange::choose_deposits(Model const& model, HostCells const& cells, std::vector<bool> const& exchanges) {
    Real const h = model.grid.spacing;
    std::vector<Real> up_to;
    for (int t = 0; t < static_cast<int>(exchanges.size()); ++t) {
        up_to.push_back(exchanges[t] ? static_cast<Real>(crine::tent_up_to(most_cleared(model, t) / h)) * h
                                     : std::numeric_limits<Real>::infinity());
        Real const largest = static_cast<Real>(largest_radius(model, cells, t) * (1 + 1e-5));  // a margin for round-off in growing
        if (largest > up_to[t]) widest = std::max(widest, Shell::radius_for(largest / h) + 1);
    }
    tent_up_to.upload(up_to);
    green = nearest_green();
    if (!resolves()) return;
    static std::vector<ByQuarters> const of_shells = shell_gaps();
    gaps.upload(of_shells);
}

CellRates Exchange::rates(Model const& model, Population& cells, Receptors& receptors, Fields& fields) {
    return {fields.grid,
            cells.view(),
            cells.phenotype(),
            model.vocabulary(),
            receptors.none() ? ReceptorView{} : receptors.view(cells.size()),
            std::as_const(fields.material).span(),
            std::as_const(fields.properties).span(),
            std::as_const(fields.hindered).span(),
            std::as_const(saturation).span(),
            green,
            std::as_const(normal).span(),
            std::as_const(gaps).span()};
}

void Exchange::deposit(CellRates const& rates, Population& cells, ExchangeGroup const& group) {
    add_up({rates, cells.bins, std::as_const(cells.work).span(), group, widest});
}

void Exchange::act(Model const& model, Population& cells, Receptors& receptors, Fields& fields, double dt) {
    bool const changed = seen != cells.changes;
    seen = cells.changes;
    std::size_t const n = cells.size();
    if (changed && resolves()) {
        normal.resize(n);
        for_each_index(n, MeasureBody{rates(model, cells, receptors, fields), std::as_const(tent_up_to).span(), normal.span()});
    }
    receptors.begin(cells);
    CellRates const now = rates(model, cells, receptors, fields);
    if (receptors.any_stores()) receptors.let_out_stores(now, dt);
    if (receptors.any_receptors()) receptors.try_binding(now, cells, fields, dt);
    for (ExchangeGroup& group : groups) {
        bool renew = changed || group.any(&ExchangeTarget::binds) || group.any(&ExchangeTarget::hindered);
        for (int t = 0; t < group.targets; ++t) {
            ExchangeTarget& to = group.target[t];
            if (!to.stored) continue;
            bool const flowed = to.flows;
            to.flows = receptors.comes_out(cells, to.ligand) > 0;
            renew = renew || to.flows || flowed;
        }
        if (!renew && !group.any(&ExchangeTarget::own_follows_field)) continue;
        cells.work.resize(n * kChannels);
        for_each_index(n, GiveBody{now, group, cells.work.span()});
        if (renew) deposit(now, cells, group);
        OwnTerm own{now, group, {}, std::as_const(cells.work).span()};
        for (int t = 0; t < group.targets; ++t) {
            LigandField& field = fields.ligands[group.target[t].ligand];
            if (renew) ++field.exchange_version;
            if (group.target[t].own_follows_field) own.concentration[t] = sensed(fields, group.target[t].ligand);
        }
        if (!group.any(&ExchangeTarget::autocrine)) continue;
        auto const sums = reduce<OwnTerm::count, Sum>(n, kSumChunk, partial, own);
        for (int t = 0; t < group.targets; ++t) {
            LigandField& field = fields.ligands[group.target[t].ligand];
            field.own_rate = sums[OwnTerm::before_field + t], field.recapture_rate = sums[OwnTerm::before_away + t];
        }
    }
}

}  // namespace CRINE_NS
}  // namespace crine
