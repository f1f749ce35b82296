// All cells on a device: their properties, the bins in which neighbours are found, and the tables of their types.
#pragma once

#include "crine/backend.h"
#include "crine/cells.h"
#include "crine/model.h"
#include "crine/model/contact.h"
#include "kernels/cells/carried.h"
#include "kernels/device/part.h"

namespace crine {
inline namespace CRINE_NS {

/// The uniform bins that cells are sorted by, at least as wide as any two cells touch across, so that all neighbours
/// of a cell are in its own bin and the 26 around it. Row-major, x fastest; bin b holds the cells in places begin[b] … begin[b+1]-1.
struct Bins {
    int n[3] = {1, 1, 1};
    Real width[3] = {1, 1, 1};  ///< [µm]; n · width is the domain
    Real size[3] = {1, 1, 1};   ///< of the domain [µm]
    bool periodic[3] = {};
    Span<std::uint32_t const> begin;
    Span<std::uint32_t const> cell;  ///< by place; empty: cells lie in memory in this order

    CRINE_HD std::size_t count() const { return static_cast<std::size_t>(n[0]) * n[1] * n[2]; }
    CRINE_HD int on_axis(int axis, Real x) const { return voxel_on_axis(x, n[axis], width[axis]); }
    CRINE_HD std::size_t at(int i, int j, int k) const { return (static_cast<std::size_t>(k) * n[1] + j) * n[0] + i; }
    CRINE_HD std::size_t of(Vec3 p) const { return at(on_axis(0, p.x), on_axis(1, p.y), on_axis(2, p.z)); }
};

/// No cell of a type is ever larger, however they grow [µm].
double largest_radius(Model const& model, HostCells const& cells, int type);

inline CellView view_of(CellFields<Buffer>& fields) {
    CellView view;
    view.for_each_field_with(fields, [](auto& span, auto& buffer) { span = buffer.span(); });
    return view;
}

/// All cells of this engine, and the tables that say what their types do.
struct Population {
    CellFields<Buffer> fields;
    std::uint64_t next_id = 1;
    /// What is known of who is where: nothing, once cells have moved or their number has changed; bins and `order`; or these, and cells
    /// lie in memory in that order.
    enum class Order : std::uint8_t { unknown, listed, in_memory } order_is = Order::unknown;
    std::uint64_t changes = 1;  ///< counts what has changed the cells' places, sizes, states or exchange with fields: see exchange

    Bins bins;
    Buffer<std::uint32_t> bin_begin;
    Programs programs;
    int behaviours = 0, types = 0;
    Buffer<Real> responses;                    ///< [slot * cells + cell], see Phenotype
    Buffer<Real> work;                         ///< in exchange: what cells give; from sense to transduce: signals [slot * cells + cell]
    Buffer<std::uint32_t> order;               ///< the cells by (bin, id); within apply those of the next population
    Buffer<std::uint32_t> bin;                 ///< within sort, transduce
    Buffer<std::uint32_t> place, first_birth;  ///< within transduce and apply
    std::uint64_t divisions = 0, deaths = 0, removals = 0, engulfments = 0, differentiations = 0;
    std::vector<std::uint64_t> recruited;

    std::size_t size() const { return fields.id.size(); }
    bool sorted() const { return order_is == Order::in_memory; }
    CellView view() { return view_of(fields); }
    Span<TypeConstants const> type_constants() const { return programs.types.span(); }
    Phenotype phenotype() const {
        return {fields.type.span(), fields.state.span(), programs.base.span(), programs.slot.span(), responses.span(), behaviours, types};
    }

    /// As cells carry them.
    Responses response_view(std::uint64_t seed) {
        return {phenotype(), programs.responses.view(), std::as_const(fields.id).span(), responses.span(), seed};
    }

    void start(Model const& model, InitialState const& state);
    /// Whether restored cells can be of this model: of types that it has, in the domain, with ids that no newborn will have.
    bool sound();
    /// Fills the bins, and `order`. True if cells lie in another order in memory.
    bool find_order();
    /// The bins over the cells as they lie: neighbours are found without moving anybody.
    Bins find_neighbours();
    void report(Totals& totals);
    void show(Snapshot& to, Model const& model);

    template <class Visit>
    void list(Visit&& visit) {
        fields.for_each_field([&](char const*, auto& field) { visit.cells(field); });
        visit.places(responses, programs.response_slots, programs.response_places);
        visit.value(next_id), visit.value(recruited);
        for (std::uint64_t* number : {&divisions, &deaths, &removals, &engulfments, &differentiations}) visit.value(*number);
        programs.list(visit);
        visit.work(work);
        for (auto* array : {&bin_begin, &bin, &order, &place, &first_birth}) visit.work(*array);
    }
};

}  // namespace CRINE_NS
}  // namespace crine
