// Synapses between pairs of cells: their state, and the open channels that postsynaptic cells sense.
#pragma once

#include "crine/model.h"
#include "kernels/cells/cells.h"
#include "kernels/fields/fields.h"

namespace crine {
inline namespace CRINE_NS {

/// Place of `wanted` in a sorted array, or its size if it is not there.
template <class T>
CRINE_HD std::size_t place_of(Span<T const> sorted, T wanted) {
    std::size_t low = 0, high = sorted.size;
    while (low < high) {
        std::size_t const middle = low + (high - low) / 2;
        if (sorted[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sorted.size && sorted[low] == wanted ? low : sorted.size;
}

/// What a kind of synapse is, beside its kinetics.
struct SynapseKind {
    SynapseKinetics kinetics;
    std::uint8_t from = 0, to = 0;
    int ligand = -1;
};

/// The synapses: a structure of arrays, listed once.
template <template <class> class Array>
struct SynapseFields {
    Array<std::uint8_t> type;                               ///< index into Model::synapses
    Array<std::uint8_t> active;                             ///< 0: it has ended
    Array<std::uint32_t> from, to;                          ///< places in Synapses::ids
    Array<Real> x, y, z;                                    ///< half way between the two cells [µm]
    Array<double> phase;                                    ///< of firing: the next spike is due at 1
    Array<double> vesicles;                                 ///< in the pool
    Array<double> step;                                     ///< that suits the state of the cleft [s]
    Array<double> free, bound;                              ///< transmitter now [molecules]
    Array<double> released, hydrolysed, escaped, captured;  ///< since the start [molecules]
    Array<double> escaping;                                 ///< in the last transport step [molecules]
    Array<double> open, peak;                               ///< fraction of channels: mean and most in the last transport step
    Array<std::uint64_t> spikes;                            ///< since the start
    Array<std::uint64_t> draws;                             ///< key of the random numbers: how often some were drawn

    template <class Visit>
    void for_each_field(Visit&& visit) {
        visit(type), visit(active), visit(from), visit(to), visit(x), visit(y), visit(z), visit(phase), visit(vesicles), visit(step);
        visit(free), visit(bound), visit(released), visit(hydrolysed), visit(escaped), visit(captured), visit(escaping);
        visit(open), visit(peak), visit(spikes), visit(draws);
    }
    template <template <class> class Other, class Visit>
    void for_each_field_with(SynapseFields<Other>& other, Visit&& visit) {
        visit(type, other.type), visit(active, other.active), visit(from, other.from), visit(to, other.to);
        visit(x, other.x), visit(y, other.y), visit(z, other.z), visit(phase, other.phase), visit(vesicles, other.vesicles);
        visit(step, other.step), visit(free, other.free), visit(bound, other.bound), visit(released, other.released);
        visit(hydrolysed, other.hydrolysed), visit(escaped, other.escaped), visit(captured, other.captured);
        visit(escaping, other.escaping), visit(open, other.open), visit(peak, other.peak), visit(spikes, other.spikes);
        visit(draws, other.draws);
    }
};

/// The signal `open channels`, by permanent id.
struct OpenChannels {
    Span<std::uint32_t const> ids;  ///< of postsynaptic cells, sorted
    Span<Real const> open;
    CRINE_HD Real operator()(std::uint32_t id) const {
        std::size_t const place = place_of(ids, id);
        return place < ids.size ? open[place] : Real(0);
    }
};

/// All synapses of this engine. Nothing is allocated where there are none.
struct Synapses {
    SynapseFields<Buffer> fields;
    Buffer<double> cleft;  ///< CleftState: [(quantity * most_nodes + node) * synapses + synapse]
    int most_nodes = 0;
    Buffer<SynapseKind> kinds;

    Buffer<std::uint32_t> ids;                                  ///< of all cells that have synapses, sorted
    Buffer<std::uint32_t> where;                                ///< their places among the cells now
    Buffer<std::uint32_t> post_ids, post_begin, post_synapses;  ///< postsynaptic cell p has post_synapses[post_begin[p]] …
    Buffer<Real> post_open;                                     ///< what it senses

    Buffer<std::uint64_t> voxel;  ///< within escape
    Buffer<std::uint32_t> order;
    Buffer<double> partial;

    std::size_t size() const { return fields.type.size(); }
    OpenChannels open_channels() const { return {post_ids.span(), post_open.span()}; }

    void start(Model const& model, InitialState const& state);
    /// Whether restored synapses can be of this model: of types that it has, between cells that have some, in the domain.
    bool sound(Grid const& grid);
    /// Spikes → clefts, fields.
    void act(Model const& model, Population& cells, Fields& fields, Moment now, Span<ErrorReport> error);
    void report(Totals& totals, Model const& model);
    void show(Snapshot& to);

    template <class Visit>
    void list(Visit&& visit) {
        fields.for_each_field([&](auto& field) { visit.array(field); });
        visit.array(cleft), visit.array(post_open);
        visit.table(kinds);
        for (auto* array : {&ids, &post_ids, &post_begin, &post_synapses}) visit.table(*array);
        visit.work(where), visit.work(voxel), visit.work(order), visit.work(partial);
    }

private:
    void escape(Model const& model, Fields& fields);  ///< into the fields
};

}  // namespace CRINE_NS
}  // namespace crine
