// Steps synapses from spike to spike: firing, vesicles, cleft and channels, and transmitter that escapes into fields.
#include "kernels/signals/synapses.h"

#include "crine/interrupt.h"
#include "crine/model/synapse.h"

#include <thrust/iterator/counting_iterator.h>
#include <thrust/logical.h>
#include <thrust/sort.h>

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {
namespace {

constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
constexpr std::size_t kLines = 100;  ///< synapses that are told one by one; of more only sums

using SynapseView = SynapseFields<Span>;

SynapseView view_of(SynapseFields<Buffer>& fields) {
    SynapseView view;
    view.for_each_field_with(fields, [](auto& span, auto& buffer) { span = buffer.span(); });
    return view;
}

struct NowhereBody {
    Span<std::uint32_t> where;
    CRINE_HD void operator()(std::size_t p) const { where[p] = kNowhere; }
};

/// Cells that have synapses say where they are.
struct LocateBody {
    Span<std::uint32_t const> id, ids;
    Span<std::uint32_t> where;
    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const place = place_of(ids, id[i]);
        if (place < ids.size) where[place] = static_cast<std::uint32_t>(i);
    }
};

/// One synapse through one transport step, from spike to spike.
struct SynapseBody {
    SynapseView synapses;
    Span<double> cleft;
    int most_nodes;
    Span<SynapseKind const> kinds;
    Span<std::uint32_t const> where;
    CellView cells;
    Phenotype phenotype;
    Grid grid;
    std::uint64_t seed;
    Moment now;
    Span<ErrorReport> error;

    CRINE_HD void operator()(std::size_t s) const {
        if (synapses.active[s] == 0) {
            synapses.escaping[s] = 0;
            return;
        }
        SynapseKind const& kind = kinds[synapses.type[s]];
        CleftDynamics const dynamics(kind.kinetics);
        CleftState state;
        load(s, kind.kinetics.cleft.nodes, state);
        std::uint32_t const pre = where[synapses.from[s]], post = where[synapses.to[s]];
        CleftProgress progress;
        progress.step = synapses.step[s];
        if (is(pre, kind.from) && is(post, kind.to)) {
            put(s, position(cells, pre), position(cells, post));
            live(s, kind.kinetics, pre, dynamics, state, progress);
        } else {
            end(s, kind.kinetics.cleft.nodes, dynamics, state, progress);
        }
        double const channels = kind.kinetics.channels.number;
        synapses.step[s] = progress.step;
        synapses.hydrolysed[s] += progress.flows.hydrolysed, synapses.escaped[s] += progress.flows.escaped;
        synapses.captured[s] += progress.flows.captured, synapses.escaping[s] = progress.flows.escaped;
        synapses.open[s] = channels > 0 ? progress.open_time / now.dt / channels : 0;
        synapses.peak[s] = channels > 0 ? progress.peak / channels : 0;
        synapses.free[s] = dynamics.free(state), synapses.bound[s] = dynamics.bound(state);
        store(s, kind.kinetics.cleft.nodes, state);
        if (progress.stalled()) report(error, static_cast<std::uint32_t>(ErrorCode::synapse_stalled), static_cast<std::uint32_t>(s));
    }

    CRINE_HD bool is(std::uint32_t cell, std::uint8_t type) const {
        return cell != kNowhere && alive(cells.state[cell]) && cells.type[cell] == type;
    }

    CRINE_HD void live(std::size_t s, SynapseKinetics const& k, std::uint32_t pre, CleftDynamics const& dynamics, CleftState& state,
                       CleftProgress& progress) const {
        progress.peak = dynamics.open(state);
        double const rate = k.train.given ? k.train.rate : static_cast<double>(phenotype(behaviour::firing, pre));
        double at = 0;
        for (; at < now.dt && !progress.stalled() && !out_of_time(); ++progress.tries) {
            double const wait = k.train.given ? next_of_train(k.train, synapses.spikes[s]) - at : next_of_cell(s, rate, now.dt - at);
            bool const spikes = wait < now.dt - at;
            double const span = spikes ? (wait > 0 ? wait : 0) : now.dt - at;
            dynamics.advance(state, span, progress);
            refill(s, k.vesicles, span);
            if (spikes) spike(s, k.vesicles, dynamics, state, progress);
            at = spikes ? at + span : now.dt;
        }
    }

    /// From now on [s].
    CRINE_HD double next_of_train(SpikeTrain const& train, std::uint64_t number) const {
        double const at = train.from + static_cast<double>(number) / train.rate;
        return at < train.to * (1 - 1e-12) ? at - now.time : 2 * now.dt;
    }
    /// Regular firing at the cell's rate, which may change from step to step.
    CRINE_HD double next_of_cell(std::size_t s, double rate, double left) const {
        double const phase = synapses.phase[s] + rate * left;
        if (phase < 1) {
            synapses.phase[s] = phase;
            return 2 * now.dt;
        }
        double const wait = (1 - synapses.phase[s]) / rate;
        if (wait < left)
            synapses.phase[s] = 0;
        else
            synapses.phase[s] = 1;  // by round-off: at the beginning of the next step
        return wait;
    }

    CRINE_HD void refill(std::size_t s, VesiclePool const& pool, double span) const {
        double& vesicles = synapses.vesicles[s];
        if (!pool.stochastic) {
            vesicles = refilled(pool, vesicles, span);
        } else if (vesicles < pool.size) {
            Random random = draw(s);
            vesicles += happening(random, pool.size - vesicles, -std::expm1(-pool.refill * span));
        }
    }
    CRINE_HD void spike(std::size_t s, VesiclePool const& pool, CleftDynamics const& dynamics, CleftState& state,
                        CleftProgress& progress) const {
        double const probability = pool.released / pool.size;
        double quanta = probability * synapses.vesicles[s];
        if (pool.stochastic) {
            Random random = draw(s);
            quanta = happening(random, synapses.vesicles[s], probability);
        }
        synapses.vesicles[s] -= quanta;
        ++synapses.spikes[s];
        if (!(quanta > 0)) return;
        synapses.released[s] += quanta * pool.content;
        dynamics.release(state, quanta * pool.content, progress);
    }
    CRINE_HD Random draw(std::size_t s) const { return {seed, Stream::release, synapses.draws[s]++, static_cast<std::uint32_t>(s)}; }

    /// The synapse ends: all transmitter that it still holds, free or bound, escapes.
    CRINE_HD void end(std::size_t s, int nodes, CleftDynamics const& dynamics, CleftState& state, CleftProgress& progress) const {
        synapses.active[s] = 0;
        progress.flows.escaped += dynamics.free(state) + dynamics.bound(state);
        for (int i = 0; i < nodes; ++i) state.free[i] = state.closed[i] = state.open[i] = state.desensitised[i] = 0;
    }

    CRINE_HD void put(std::size_t s, Vec3 a, Vec3 b) const {
        auto const middle = [&](int axis, Real from, Real to) {
            Real const size = grid.voxels_on(axis) * grid.spacing;
            if (!grid.periodic[axis] || std::fabs(to - from) <= size / 2) return from + (to - from) / 2;
            Real const across = (from + to + size) / 2;
            return across < size ? across : across - size;
        };
        synapses.x[s] = middle(0, a.x, b.x), synapses.y[s] = middle(1, a.y, b.y), synapses.z[s] = middle(2, a.z, b.z);
    }

    CRINE_HD double& at(std::size_t s, int quantity, int node) const {
        return cleft[static_cast<std::size_t>(quantity * most_nodes + node) * synapses.type.size + s];
    }
    CRINE_HD void load(std::size_t s, int nodes, CleftState& to) const {
        for (int i = 0; i < nodes; ++i) {
            to.free[i] = at(s, 0, i), to.closed[i] = at(s, 1, i);
            to.open[i] = at(s, 2, i), to.desensitised[i] = at(s, 3, i);
        }
    }
    CRINE_HD void store(std::size_t s, int nodes, CleftState const& from) const {
        for (int i = 0; i < nodes; ++i) {
            at(s, 0, i) = from.free[i], at(s, 1, i) = from.closed[i];
            at(s, 2, i) = from.open[i], at(s, 3, i) = from.desensitised[i];
        }
    }
};

/// What a postsynaptic cell senses: of all channels in its synapses the fraction that was open.
struct PostBody {
    SynapseView synapses;
    Span<SynapseKind const> kinds;
    Span<std::uint32_t const> begin, items;
    Span<Real> open;
    CRINE_HD void operator()(std::size_t p) const {
        double channels = 0, opened = 0;
        for (std::uint32_t n = begin[p]; n < begin[p + 1]; ++n) {
            std::uint32_t const s = items[n];
            if (synapses.active[s] == 0) continue;
            double const number = kinds[synapses.type[s]].kinetics.channels.number;
            channels += number, opened += number * synapses.open[s];
        }
        open[p] = static_cast<Real>(channels > 0 ? opened / channels : 0);
    }
};

/// The voxel that gets what escapes from a synapse.
struct VoxelBody {
    SynapseView synapses;
    Grid grid;
    Span<std::uint64_t> voxel;
    Span<std::uint32_t> order;
    CRINE_HD void operator()(std::size_t s) const {
        Real const h = grid.spacing;
        voxel[s] = grid.at(voxel_on_axis(synapses.x[s], grid.nx, h), voxel_on_axis(synapses.y[s], grid.ny, h),
                           voxel_on_axis(synapses.z[s], grid.nz, h));
        order[s] = static_cast<std::uint32_t>(s);
    }
};

/// What one ligand receives from a synapse, and what of it a region that is held at a value swallows.
struct Escape {
    SynapseView synapses;
    Span<SynapseKind const> kinds;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligand, ligands;

    CRINE_HD double amount(std::size_t s) const { return kinds[synapses.type[s]].ligand == ligand ? synapses.escaping[s] : 0; }
    CRINE_HD bool held(std::size_t place) const { return properties[static_cast<std::size_t>(material[place]) * ligands + ligand].fixed; }
};

/// By place in the order of voxels: the first synapse of a voxel adds up all of them.
struct PourBody {
    Escape escape;
    Span<std::uint64_t const> voxel;
    Span<std::uint32_t const> order;
    Real volume;
    Real* concentration;
    CRINE_HD void operator()(std::size_t n) const {
        std::uint64_t const place = voxel[n];
        if ((n > 0 && voxel[n - 1] == place) || escape.held(place)) return;
        double sum = 0;
        for (std::size_t m = n; m < voxel.size && voxel[m] == place; ++m) sum += escape.amount(order[m]);
        concentration[place] += static_cast<Real>(sum / volume);
    }
};

struct EscapeTerm {
    Escape escape;
    Span<std::uint64_t const> voxel;
    Span<std::uint32_t const> order;
    CRINE_HD void operator()(std::size_t chunk, int item, double (&into)[2]) const {
        std::size_t const n = chunk * kSumChunk + item;
        double const amount = escape.amount(order[n]);
        into[0] += amount;
        into[1] += escape.held(voxel[n]) ? amount : 0;
    }
};

/// No comparison holds for what is not a number.
struct IsSound {
    SynapseView synapses;
    std::size_t kinds, cells;
    Vec3 size;
    CRINE_HD bool operator()(std::size_t s) const {
        auto const inside = [](Real x, Real to) { return x >= 0 && x <= to; };
        return synapses.type[s] < kinds && synapses.active[s] <= 1 && synapses.from[s] < cells && synapses.to[s] < cells &&
               inside(synapses.x[s], size.x) && inside(synapses.y[s], size.y) && inside(synapses.z[s], size.z);
    }
};

template <class T>
using HostList = std::vector<T>;

}  // namespace

void Synapses::start(Model const& model, InitialState const& state) {
    *this = {};
    if (state.synapses.empty()) return;
    std::vector<SynapseKind> of_types;
    for (SynapseType const& type : model.synapses) {
        CRINE_EXPECTS(type.kinetics.cleft.nodes > 0 && type.kinetics.cleft.nodes <= Cleft::kMostNodes);
        of_types.push_back({type.kinetics, static_cast<std::uint8_t>(type.from), static_cast<std::uint8_t>(type.to), type.ligand});
        most_nodes = std::max(most_nodes, type.kinetics.cleft.nodes);
    }
    kinds.upload(of_types);

    auto const sorted = [](std::vector<std::uint32_t>& list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    std::vector<std::uint32_t> all, post;
    for (SynapsePair const& pair : state.synapses) all.push_back(pair.from), all.push_back(pair.to), post.push_back(pair.to);
    sorted(all), sorted(post);
    auto const place = [](std::vector<std::uint32_t> const& list, std::uint32_t id) {
        return static_cast<std::uint32_t>(std::lower_bound(list.begin(), list.end(), id) - list.begin());
    };

    std::size_t const n = state.synapses.size();
    SynapseFields<HostList> start;
    start.for_each_field([n](auto& array) { array.resize(n); });
    std::vector<std::vector<std::uint32_t>> of_post(post.size());
    for (std::size_t s = 0; s < n; ++s) {
        SynapsePair const& pair = state.synapses[s];
        start.type[s] = static_cast<std::uint8_t>(pair.type), start.active[s] = 1;
        start.from[s] = place(all, pair.from), start.to[s] = place(all, pair.to);
        start.vesicles[s] = model.synapses[pair.type].kinetics.vesicles.size;
        of_post[place(post, pair.to)].push_back(static_cast<std::uint32_t>(s));
    }
    fields.for_each_field_with(start, [](auto& buffer, auto& host) { buffer.upload(host); });
    cleft.resize(4 * static_cast<std::size_t>(most_nodes) * n);

    std::vector<std::uint32_t> begin{0}, items;
    for (auto const& list : of_post) {
        items.insert(items.end(), list.begin(), list.end());
        begin.push_back(static_cast<std::uint32_t>(items.size()));
    }
    ids.upload(all), where.resize(all.size());
    post_ids.upload(post), post_begin.upload(begin), post_synapses.upload(items);
    post_open.resize(post.size());
}

bool Synapses::sound(Grid const& grid) {
    auto const first = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
    return THRUST_NS_QUALIFIER::all_of(policy(), first, first + size(), IsSound{view_of(fields), kinds.size(), ids.size(), grid.size()});
}

void Synapses::act(Model const& model, Population& cells, Fields& tissue, Moment now, Span<ErrorReport> error) {
    std::size_t const n = size();
    if (n == 0) return;
    CRINE_EXPECTS(now.dt > 0);
    for_each_index(ids.size(), NowhereBody{where.span()});
    for_each_index(cells.size(), LocateBody{std::as_const(cells.fields.id).span(), std::as_const(ids).span(), where.span()});
    SynapseView const synapses = view_of(fields);
    Span<SynapseKind const> const types = std::as_const(kinds).span();
    for_each_index(n,
                   SynapseBody{synapses, cleft.span(), most_nodes, types, std::as_const(where).span(), cells.view(), cells.phenotype(),
                               model.grid, model.seed, now, error},
                   kShare);
    end_if_out_of_time();
    for_each_index(post_ids.size(),
                   PostBody{synapses, types, std::as_const(post_begin).span(), std::as_const(post_synapses).span(), post_open.span()});
    escape(model, tissue);
}

/// What has escaped in the step enters the fields at its end.
void Synapses::escape(Model const& model, Fields& tissue) {
    std::size_t const n = size();
    auto const escapes = [](SynapseType const& type) { return type.ligand >= 0; };
    if (std::none_of(model.synapses.begin(), model.synapses.end(), escapes)) return;
    SynapseView const synapses = view_of(fields);
    voxel.resize(n), order.resize(n);
    for_each_index(n, VoxelBody{synapses, model.grid, voxel.span(), order.span()});
    THRUST_NS_QUALIFIER::stable_sort_by_key(policy(), voxel.data(), voxel.data() + n, order.data());
    Span<std::uint64_t const> const voxels = std::as_const(voxel).span();
    Span<std::uint32_t const> const by_voxel = std::as_const(order).span();
    int const ligands = static_cast<int>(model.ligands.size());
    for (int l = 0; l < ligands; ++l) {
        if (std::none_of(model.synapses.begin(), model.synapses.end(), [l](SynapseType const& type) { return type.ligand == l; })) continue;
        LigandField& field = tissue.ligands[l];
        Escape const escape{
            synapses, std::as_const(kinds).span(), std::as_const(tissue.material).span(), std::as_const(tissue.properties).span(), l,
            ligands};
        auto const [amount, swallowed] = reduce<2, Sum>(n, kSumChunk, partial, EscapeTerm{escape, voxels, by_voxel});
        if (amount == 0) continue;
        for_each_index(n, PourBody{escape, voxels, by_voxel, tissue.grid.volume(), field.concentration.data()});
        field.ledger.secreted += amount, field.ledger.produced -= swallowed, field.ledger.free += amount - swallowed;
        field.present = field.stale_halo = true;
    }
}

void Synapses::report(Totals& totals, Model const& model) {
    if (size() == 0) return;
    SynapseFields<HostList> now;
    fields.for_each_field_with(now, [](auto& buffer, auto& host) { buffer.download(host); });
    std::vector<std::uint32_t> of_cells;
    ids.download(of_cells);
    totals.synapse_types.resize(model.synapses.size());
    std::vector<double> channels(model.synapses.size(), 0);
    for (std::size_t s = 0; s < now.type.size(); ++s) {
        std::size_t const type = now.type[s];
        double const number = model.synapses[type].kinetics.channels.number;
        SynapseRecord record{.type = static_cast<int>(type),
                             .from = of_cells[now.from[s]],
                             .to = of_cells[now.to[s]],
                             .active = now.active[s],
                             .spikes = static_cast<double>(now.spikes[s]),
                             .vesicles = now.vesicles[s],
                             .ledger = {now.released[s], now.hydrolysed[s], now.escaped[s], now.bound[s], now.free[s], now.captured[s]},
                             .open = now.open[s],
                             .peak = now.peak[s]};
        SynapseRecord& sum = totals.synapse_types[type];
        sum.type = record.type, sum.active += record.active, sum.spikes += record.spikes, sum.vesicles += record.vesicles;
        SynapseLedger const& l = record.ledger;
        sum.ledger = {sum.ledger.released + l.released, sum.ledger.hydrolysed + l.hydrolysed,
                      sum.ledger.escaped + l.escaped,   sum.ledger.bound + l.bound,
                      sum.ledger.free + l.free,         sum.ledger.captured + l.captured};
        if (record.active != 0) sum.open += number * record.open, channels[type] += number;
        sum.peak = std::max(sum.peak, record.peak);
        if (now.type.size() <= kLines) totals.synapses.push_back(record);
    }
    for (std::size_t type = 0; type < channels.size(); ++type)
        if (channels[type] > 0) totals.synapse_types[type].open /= channels[type];
}

void Synapses::show(Snapshot& to) {
    if (size() == 0) return;
    std::vector<std::uint32_t> post;
    std::vector<Real> open;
    post_ids.download(post), post_open.download(open);
    OpenChannels const sensed{{post.data(), post.size()}, {open.data(), open.size()}};
    for (std::uint32_t const id : to.cells.id) to.open_channels.push_back(sensed(id));
}

}  // namespace CRINE_NS
}  // namespace crine
