#include "crine/model/synapse.h"

#include "crine/interrupt.h"
#include "kernels/device/hash.h"
#include "kernels/engine.h"

#include <thrust/execution_policy.h>
#include <thrust/reduce.h>
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
            synapses.spilled[s] = 0;
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
        synapses.captured[s] += progress.flows.captured, synapses.spilled[s] = progress.flows.escaped;
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

    /// Whatever the synapse still holds is free, and out.
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

/// The voxel where a synapse spills over.
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
struct Spill {
    SynapseView synapses;
    Span<SynapseKind const> kinds;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligand, ligands;

    CRINE_HD double amount(std::size_t s) const { return kinds[synapses.type[s]].ligand == ligand ? synapses.spilled[s] : 0; }
    CRINE_HD bool held(std::size_t place) const { return properties[static_cast<std::size_t>(material[place]) * ligands + ligand].fixed; }
};

/// By place in the order of voxels: the first synapse of a voxel adds up all of them.
struct PourBody {
    Spill spill;
    Span<std::uint64_t const> voxel;
    Span<std::uint32_t const> order;
    Real volume;
    Real* concentration;
    CRINE_HD void operator()(std::size_t n) const {
        std::uint64_t const place = voxel[n];
        if ((n > 0 && voxel[n - 1] == place) || spill.held(place)) return;
        double sum = 0;
        for (std::size_t m = n; m < voxel.size && voxel[m] == place; ++m) sum += spill.amount(order[m]);
        concentration[place] += static_cast<Real>(sum / volume);
    }
};

struct SpillTerm {
    Spill spill;
    Span<std::uint64_t const> voxel;
    Span<std::uint32_t const> order;
    CRINE_HD void operator()(std::size_t chunk, int item, double (&into)[2]) const {
        std::size_t const n = chunk * kSumChunk + item;
        double const amount = spill.amount(order[n]);
        into[0] += amount;
        into[1] += spill.held(voxel[n]) ? amount : 0;
    }
};

struct HashCleftBody {
    Span<double const> cleft;
    Span<std::uint64_t> hash;
    CRINE_HD void operator()(std::size_t s) const {
        hash[s] = mix(hash[s] + s);
        for (std::size_t entry = s; entry < cleft.size; entry += hash.size) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, &cleft[entry], sizeof(double));
            hash[s] = mix(hash[s] + bits);
        }
    }
};

template <class T>
using HostList = std::vector<T>;

}  // namespace

void Engine::start_synapses(InitialState const& state) {
    synapses_ = {};
    if (state.synapses.empty()) return;
    SynapseState& to = synapses_;
    std::vector<SynapseKind> kinds;
    for (SynapseType const& type : model_.synapses) {
        CRINE_EXPECTS(type.kinetics.cleft.nodes > 0 && type.kinetics.cleft.nodes <= Cleft::kMostNodes);
        kinds.push_back({type.kinetics, static_cast<std::uint8_t>(type.from), static_cast<std::uint8_t>(type.to), type.ligand});
        to.most_nodes = std::max(to.most_nodes, type.kinetics.cleft.nodes);
    }
    to.kinds.upload(kinds);

    auto const sorted = [](std::vector<std::uint32_t>& list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    std::vector<std::uint32_t> ids, post_ids;
    for (SynapsePair const& pair : state.synapses) ids.push_back(pair.from), ids.push_back(pair.to), post_ids.push_back(pair.to);
    sorted(ids), sorted(post_ids);
    auto const place = [](std::vector<std::uint32_t> const& list, std::uint32_t id) {
        return static_cast<std::uint32_t>(std::lower_bound(list.begin(), list.end(), id) - list.begin());
    };

    std::size_t const n = state.synapses.size();
    SynapseFields<HostList> start;
    start.for_each_field([n](auto& array) { array.resize(n); });
    std::vector<std::vector<std::uint32_t>> of_post(post_ids.size());
    for (std::size_t s = 0; s < n; ++s) {
        SynapsePair const& pair = state.synapses[s];
        start.type[s] = static_cast<std::uint8_t>(pair.type), start.active[s] = 1;
        start.from[s] = place(ids, pair.from), start.to[s] = place(ids, pair.to);
        start.vesicles[s] = model_.synapses[pair.type].kinetics.vesicles.size;
        of_post[place(post_ids, pair.to)].push_back(static_cast<std::uint32_t>(s));
    }
    to.fields.for_each_field_with(start, [](auto& buffer, auto& host) { buffer.upload(host); });
    to.cleft.resize(4 * static_cast<std::size_t>(to.most_nodes) * n);

    std::vector<std::uint32_t> begin{0}, items;
    for (auto const& list : of_post) {
        items.insert(items.end(), list.begin(), list.end());
        begin.push_back(static_cast<std::uint32_t>(items.size()));
    }
    to.ids.upload(ids), to.where.resize(ids.size());
    to.post_ids.upload(post_ids), to.post_begin.upload(begin), to.post_synapses.upload(items);
    to.post_open.resize(post_ids.size());
}

void Engine::synapse(Moment now) {
    SynapseState& state = synapses_;
    std::size_t const n = state.size();
    if (n == 0) return;
    CRINE_EXPECTS(now.dt > 0);
    for_each_index(state.ids.size(), NowhereBody{state.where.span()});
    for_each_index(cells_.size(), LocateBody{std::as_const(cells_.fields.id).span(), std::as_const(state.ids).span(), state.where.span()});
    SynapseView const synapses = view_of(state.fields);
    Span<SynapseKind const> const kinds = std::as_const(state.kinds).span();
    for_each_index(n,
                   SynapseBody{synapses, state.cleft.span(), state.most_nodes, kinds, std::as_const(state.where).span(), cells_.view(),
                               cells_.phenotype(), model_.grid, model_.seed, now, error_.span()},
                   kShare);
    end_if_out_of_time();
    for_each_index(state.post_ids.size(), PostBody{synapses, kinds, std::as_const(state.post_begin).span(),
                                                   std::as_const(state.post_synapses).span(), state.post_open.span()});
    spill();
}

/// What has escaped in the step enters the fields at its end.
void Engine::spill() {
    SynapseState& state = synapses_;
    std::size_t const n = state.size();
    auto const spills = [](SynapseType const& type) { return type.ligand >= 0; };
    if (std::none_of(model_.synapses.begin(), model_.synapses.end(), spills)) return;
    SynapseView const synapses = view_of(state.fields);
    state.voxel.resize(n), state.order.resize(n);
    for_each_index(n, VoxelBody{synapses, model_.grid, state.voxel.span(), state.order.span()});
    THRUST_NS_QUALIFIER::stable_sort_by_key(policy(), state.voxel.data(), state.voxel.data() + n, state.order.data());
    Span<std::uint64_t const> const voxel = std::as_const(state.voxel).span();
    Span<std::uint32_t const> const order = std::as_const(state.order).span();
    int const ligands = static_cast<int>(model_.ligands.size());
    for (int l = 0; l < ligands; ++l) {
        if (std::none_of(model_.synapses.begin(), model_.synapses.end(), [l](SynapseType const& type) { return type.ligand == l; }))
            continue;
        LigandField& field = fields_.ligands[l];
        Spill const spill{synapses,
                          std::as_const(state.kinds).span(),
                          std::as_const(fields_.material).span(),
                          std::as_const(fields_.properties).span(),
                          l,
                          ligands};
        auto const [amount, swallowed] = reduce<2, Sum>(n, kSumChunk, state.partial, SpillTerm{spill, voxel, order});
        if (amount == 0) continue;
        for_each_index(n, PourBody{spill, voxel, order, fields_.grid.volume(), field.concentration.data()});
        field.ledger.secreted += amount, field.ledger.produced -= swallowed, field.ledger.free += amount - swallowed;
        field.present = field.stale_halo = true;
    }
}

void Engine::synapse_totals(Totals& totals) {
    totals.synapse_types.clear(), totals.synapses.clear();
    if (synapses_.size() == 0) return;
    SynapseFields<HostList> now;
    synapses_.fields.for_each_field_with(now, [](auto& buffer, auto& host) { buffer.download(host); });
    std::vector<std::uint32_t> ids;
    synapses_.ids.download(ids);
    totals.synapse_types.resize(model_.synapses.size());
    std::vector<double> channels(model_.synapses.size(), 0);
    for (std::size_t s = 0; s < now.type.size(); ++s) {
        std::size_t const type = now.type[s];
        double const number = model_.synapses[type].kinetics.channels.number;
        SynapseRecord record{.type = static_cast<int>(type),
                             .from = ids[now.from[s]],
                             .to = ids[now.to[s]],
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

void Engine::snapshot_synapses(Snapshot& to) {
    if (synapses_.size() == 0) return;
    std::vector<std::uint32_t> ids;
    std::vector<Real> open;
    synapses_.post_ids.download(ids), synapses_.post_open.download(open);
    OpenChannels const sensed{{ids.data(), ids.size()}, {open.data(), open.size()}};
    for (std::uint32_t const id : to.cells.id) to.open_channels.push_back(sensed(id));
}

std::uint64_t Engine::synapse_hash() {
    if (synapses_.size() == 0) return 0;
    Buffer<std::uint64_t> hash(synapses_.size());
    hash.zero();
    synapses_.fields.for_each_field([&]<class T>(Buffer<T>& field) {
        for_each_index(field.size(), HashFieldBody<T>{std::as_const(field).span(), hash.span()});
    });
    for_each_index(hash.size(), HashCleftBody{std::as_const(synapses_.cleft).span(), hash.span()});
    return THRUST_NS_QUALIFIER::reduce(policy(), hash.data(), hash.data() + hash.size(), std::uint64_t{0});
}

}  // namespace CRINE_NS
}  // namespace crine
