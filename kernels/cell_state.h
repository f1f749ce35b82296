#pragma once

#include "crine/cells.h"
#include "crine/grid.h"
#include "kernels/device.h"

namespace crine {
inline namespace CRINE_NS {

/// The uniform bins that cells are sorted by, at least as wide as the longest contact reach, so that all neighbours
/// of a cell are in its own bin and the 26 around it. Row-major, x fastest; bin b holds cells begin[b] … begin[b+1]-1.
struct Bins {
    int n[3] = {1, 1, 1};
    Real width[3] = {1, 1, 1};  ///< [µm]; n · width is the domain
    bool periodic[3] = {};
    Span<std::uint32_t const> begin;

    CRINE_HD std::size_t count() const { return static_cast<std::size_t>(n[0]) * n[1] * n[2]; }
    CRINE_HD int on_axis(int axis, Real x) const { return voxel_on_axis(x, n[axis], width[axis]); }
    CRINE_HD std::size_t at(int i, int j, int k) const { return (static_cast<std::size_t>(k) * n[1] + j) * n[0] + i; }
    CRINE_HD std::size_t of(Vec3 p) const { return at(on_axis(0, p.x), on_axis(1, p.y), on_axis(2, p.z)); }
};

/// What every cell does now: the base value of its type, or, where rules modulate it, the response that `sense` computed.
struct Phenotype {
    Span<Real const> base;           ///< [type * behaviours + behaviour]
    Span<std::int16_t const> slot;   ///< [type * behaviours + behaviour]: place among the type's responses, -1: not modulated
    Span<Real const> responses;      ///< [slot * stride + cell]
    std::size_t stride = 0;
    int behaviours = 0;

    CRINE_HD Real operator()(int behaviour, int type, std::size_t cell) const {
        std::size_t const entry = static_cast<std::size_t>(type) * behaviours + behaviour;
        std::int16_t const s = slot[entry];
        return s < 0 ? base[entry] : responses[static_cast<std::size_t>(s) * stride + cell];
    }
};

/// What a cell has decided in this step; `apply` carries it out.
struct Intent {
    enum class Kind : std::uint8_t { none, divide, recruit, differentiate, enter_cycle, apoptosis, necrosis, vanish };
    Kind kind = Kind::none;
    std::uint8_t type = 0;       ///< of the recruits, or the new type
    std::uint16_t count = 0;     ///< of recruits
    std::uint32_t eater = 0;     ///< permanent id of the phagocyte that makes a dead cell vanish; 0: nobody
};

/// Plain per-type constants on the device.
struct TypeConstants {
    Real radius = 1;
    Real adhesion_reach = 1.25;
    Real chemotaxis_speed = 0;
    Vec3 velocity{};
    double cycle_duration = 0, apoptosis_duration = 0, necrosis_duration = 0;  ///< [s]
    std::uint64_t habitat = ~std::uint64_t{0};
    std::uint8_t moves = 1, mechanics = 1;
};

/// All cells of this engine, and the tables that say what their types do.
struct Population {
    CellFields<Buffer> fields;
    std::uint32_t next_id = 1;
    bool sorted = false;          ///< false once cells have moved or their number has changed

    Bins bins;
    Buffer<std::uint32_t> bin_begin;
    Buffer<TypeConstants> types;
    Buffer<Real> base;
    Buffer<std::int16_t> slot;
    Buffer<Real> responses;
    int behaviours = 0, response_slots = 0;
    Buffer<Intent> intents;

    std::size_t size() const { return fields.id.size(); }
    CellView view() {
        CellView v;
        v.for_each_field_with(fields, [](auto& span, auto& buffer) { span = buffer.span(); });
        return v;
    }
    Phenotype phenotype() const { return {base.span(), slot.span(), responses.span(), size(), behaviours}; }
};

}  // namespace CRINE_NS
}  // namespace crine
