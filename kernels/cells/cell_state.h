#pragma once

#include "crine/backend.h"
#include "crine/cells.h"
#include "crine/model.h"
#include "crine/model/contact.h"
#include "kernels/cells/programs.h"
#include "kernels/device/device.h"
#include "kernels/signals/pathway_state.h"
#include "kernels/signals/receptor_state.h"

#include <tuple>

namespace crine {
inline namespace CRINE_NS {

/// The uniform bins that cells are sorted by, at least as wide as any two cells touch across, so that all neighbours
/// of a cell are in its own bin and the 26 around it. Row-major, x fastest; bin b holds cells begin[b] … begin[b+1]-1.
struct Bins {
    int n[3] = {1, 1, 1};
    Real width[3] = {1, 1, 1};  ///< [µm]; n · width is the domain
    Real size[3] = {1, 1, 1};   ///< of the domain [µm]
    bool periodic[3] = {};
    Span<std::uint32_t const> begin;

    CRINE_HD std::size_t count() const { return static_cast<std::size_t>(n[0]) * n[1] * n[2]; }
    CRINE_HD int on_axis(int axis, Real x) const { return voxel_on_axis(x, n[axis], width[axis]); }
    CRINE_HD std::size_t at(int i, int j, int k) const { return (static_cast<std::size_t>(k) * n[1] + j) * n[0] + i; }
    CRINE_HD std::size_t of(Vec3 p) const { return at(on_axis(0, p.x), on_axis(1, p.y), on_axis(2, p.z)); }
};

/// No cell of a type is ever larger, however they grow [µm].
double largest_radius(Model const& model, HostCells const& cells, int type);

/// What a cell has decided; `apply` carries it out. What it does after that in the same step, and what a newborn does, is decided in
/// another round, and so on to the end of the step.
struct Intent {
    enum class Kind : std::uint8_t { none, divide, differentiate, enter_cycle, apoptosis, necrosis, vanish, fuse, absorb };
    double at = 0;               ///< simulated time of the event or, of none, until which it is decided that there is none [s]
    Real gained = 0;             ///< to absorb: the volume [µm³]
    std::uint32_t meal = 0;      ///< see eater and eaten
    std::uint16_t recruits = 0;  ///< cells let in through this cell's wall, whatever else it does
    Kind kind = Kind::none;
    std::uint8_t type = 0;  ///< the new type

    /// Permanent id of the phagocyte that makes a dead cell vanish; 0: nobody.
    CRINE_HD std::uint32_t eater() const { return kind == Kind::vanish ? meal : 0; }
    /// Dead cells that this live one engulfs, whatever else it does.
    CRINE_HD std::uint32_t eaten() const { return kind == Kind::vanish ? 0 : meal; }
};
static_assert(sizeof(Intent) == 24 || sizeof(Real) == 8);

/// A step of behaviour, or what is left of it for cells whose fate is not decided yet.
struct Round {
    Moment now;
    std::uint32_t number = 0;

    CRINE_HD double end() const { return now.time + now.dt; }
    /// The end of the step included: a duration of a whole number of steps ends with a step, whatever the round-off.
    CRINE_HD bool due(double at) const { return at <= end() + negligible(); }
    /// Whether there is time left in the step after that.
    CRINE_HD bool open(double at) const { return at < end() - negligible(); }
    CRINE_HD double negligible() const { return 1e-6 * now.dt; }
    /// In place of the step in the key of random numbers: cells are asked in each round.
    CRINE_HD std::uint64_t key() const { return now.step | std::uint64_t{number} << 48; }
    /// From when on a cell has not been asked yet for what becomes of it.
    CRINE_HD double begin(CellView const& cells, std::size_t i) const { return number == 0 ? now.time : cells.decided[i]; }
};

/// What a cell attacks in a step: first whom it attacked before, then others, see Attacks.
struct AttackCourse {
    enum class Kind : std::uint8_t { none, one, several, many };
    double first_end = 0;     ///< until when it goes on with the first [s]
    double free = 0;          ///< from when on it looks for others [s]
    double rate = 0;          ///< at which it then begins to attack anybody [1/s]
    std::uint32_t first = 0;  ///< id; 0: nobody
    Kind others = Kind::none;
};

inline CellView view_of(CellFields<Buffer>& fields) {
    CellView view;
    view.for_each_field_with(fields, [](auto& span, auto& buffer) { span = buffer.span(); });
    return view;
}

/// On a CPU, contact is summed in so many lanes.
inline constexpr std::size_t kContactLanes = 16;
/// Where contact sees cells without mechanics: nobody touches them there, and the square is far from overflow [µm].
inline constexpr Real kFarAway = Real(1e15);

/// All cells as contact sees them: position and model/contact.h's Sphere.
template <template <class> class Array>
struct SpheresOf {
    Array<Real> x, y, z, radius, reach, root_repulsion, root_adhesion;
};

/// All cells of this engine, and the tables that say what their types do.
struct Population {
    CellFields<Buffer> fields;
    std::uint64_t next_id = 1;
    bool sorted = false;        ///< false once cells have moved or their number has changed
    std::uint64_t changes = 1;  ///< counts what has changed the cells' places, sizes, states or exchange with fields: see exchange

    Bins bins;
    Buffer<std::uint32_t> bin_begin;
    Programs programs;
    int behaviours = 0, types = 0;
    ReceptorState receptors;
    PathwayState pathways;
    Buffer<Real> responses;                    ///< [slot * cells + cell], see Phenotype
    Buffer<Real> work;                         ///< within exchange: what cells give, within sense: signals [slot * cells + cell], …
    Buffer<Intent> intents;                    ///< from behave to apply
    Buffer<double> overtaken;                  ///< within decide: see OvertakenBody
    Buffer<std::uint32_t> accepted;            ///< within decide: id of whom a cell absorbs; 0: nobody
    Buffer<AttackCourse> courses;              ///< within attack
    Buffer<Real> supply;                       ///< from behave to apply: factor on the rates of recruiting each type
    SpheresOf<Buffer> spheres;                 ///< within move and circles
    Buffer<Real const*> concentrations;        ///< within sense and move: the fields, by ligand
    Buffer<Real> circulating;                  ///< within sense: free concentration by pool
    Buffer<std::uint32_t> bin;                 ///< within sort
    Buffer<std::uint32_t> order;               ///< for rearrange, and within transduce
    Buffer<std::uint32_t> place, first_birth;  ///< within apply, see Lineage, and transduce
    std::uint64_t divisions = 0, deaths = 0, removals = 0, engulfments = 0, differentiations = 0;
    std::vector<std::uint64_t> recruited;

    std::size_t size() const { return fields.id.size(); }
    CellView view() { return view_of(fields); }
    Phenotype phenotype() const {
        return {fields.type.span(), fields.state.span(), programs.base.span(), programs.slot.span(), responses.span(), behaviours, types};
    }
    /// Makes cell order[k] of now the k-th: a permutation, or fewer or more cells.
    void rearrange(Buffer<std::uint32_t> const& order);

private:
    /// Of the field that is rearranged now: fields of a type take turns.
    std::tuple<Buffer<std::uint32_t>, Buffer<std::uint8_t>, Buffer<CellState>, Buffer<float>, Buffer<double>> spare_;
    Buffer<Real> spare_responses_;
    Buffer<double> spare_molecules_, spare_numbers_;
};

}  // namespace CRINE_NS
}  // namespace crine
