#pragma once

#include "crine/span.h"
#include "crine/vec.h"

#include <cstdint>

namespace crine {

enum class CellState : std::uint8_t { resting, cycling, apoptotic, necrotic };

inline namespace CRINE_NS {
CRINE_HD inline bool alive(CellState s) { return s == CellState::resting || s == CellState::cycling; }
}  // namespace CRINE_NS

/// The cells: a structure of arrays, listed once. `CellFields<Span>` is a view, an engine's `CellFields<Buffer>` and
/// the host's `CellFields<HostArray>` own. A new property of a cell is one line here and one in `for_each_field`.
template <template <class> class Array>
struct CellFields {
    Array<std::uint32_t> id;   ///< permanent, never used twice
    Array<std::uint8_t> type;  ///< index into Model::types
    Array<CellState> state;
    Array<Real> x, y, z;            ///< centre [µm]
    Array<Real> rx, ry, rz;         ///< what rounding has left out of it [µm]
    Array<Real> radius;             ///< [µm]
    Array<Real> entry_radius;       ///< with which it came into its state [µm]
    Array<Real> vx, vy, vz;         ///< velocity in the last mechanics step, all motion [µm/s]
    Array<Real> cx, cy, cz;         ///< part of it that contacts caused, before extrapolation in time [µm/s]
    Array<std::uint8_t> stepped;    ///< 1: has been through a mechanics step, so that cx… are known
    Array<Real> dx, dy, dz;         ///< direction of the random walk, unit length; 0: none drawn yet
    Array<Real> pressure;           ///< sum of relative overlaps [1]
    Array<std::uint32_t> engulfed;  ///< dead cells engulfed so far
    Array<double> born;             ///< simulated time of birth or placement [s]
    Array<double> since;            ///< simulated time of entering the state [s]
    Array<double> decided;          ///< simulated time until which it is decided what becomes of the cell; within a step [s]
    Array<double> damage;           ///< done by attacks, less what was repaired [1]
    Array<double> attacked;         ///< for how long others have attacked it so far, that of each added up [s]
    Array<std::uint32_t> target;    ///< id of the cell that it attacks; 0: none
    Array<double> attack_begin;     ///< simulated time at which its attack began [s]
    Array<double> attack_end;       ///< and at which it ends; of its last one if there is none now [s]

    template <class Visit>
    void for_each_field(Visit&& visit) {
        visit("id", id), visit("type", type), visit("state", state);
        visit("x", x), visit("y", y), visit("z", z);
        visit("rx", rx), visit("ry", ry), visit("rz", rz), visit("radius", radius), visit("entry_radius", entry_radius);
        visit("vx", vx), visit("vy", vy), visit("vz", vz);
        visit("cx", cx), visit("cy", cy), visit("cz", cz), visit("stepped", stepped);
        visit("dx", dx), visit("dy", dy), visit("dz", dz);
        visit("pressure", pressure), visit("engulfed", engulfed), visit("born", born), visit("since", since);
        visit("decided", decided), visit("damage", damage), visit("attacked", attacked), visit("target", target);
        visit("attack_begin", attack_begin), visit("attack_end", attack_end);
    }
    /// The same over two sets at once: copies, gathers, views.
    CRINE_HOST_OR_DEVICE
    template <template <class> class Other, class Visit>
    CRINE_HD void for_each_field_with(CellFields<Other>& other, Visit&& visit) {
        visit(id, other.id), visit(type, other.type), visit(state, other.state);
        visit(x, other.x), visit(y, other.y), visit(z, other.z);
        visit(rx, other.rx), visit(ry, other.ry), visit(rz, other.rz), visit(radius, other.radius), visit(entry_radius, other.entry_radius);
        visit(vx, other.vx), visit(vy, other.vy), visit(vz, other.vz);
        visit(cx, other.cx), visit(cy, other.cy), visit(cz, other.cz), visit(stepped, other.stepped);
        visit(dx, other.dx), visit(dy, other.dy), visit(dz, other.dz);
        visit(pressure, other.pressure), visit(engulfed, other.engulfed), visit(born, other.born), visit(since, other.since);
        visit(decided, other.decided), visit(damage, other.damage), visit(attacked, other.attacked), visit(target, other.target);
        visit(attack_begin, other.attack_begin), visit(attack_end, other.attack_end);
    }
};

using CellView = CellFields<Span>;

inline namespace CRINE_NS {
template <template <class> class Array>
CRINE_HD Vec3 position(CellFields<Array> const& cells, std::size_t i) {
    return {cells.x[i], cells.y[i], cells.z[i]};
}
}  // namespace CRINE_NS
}  // namespace crine
