// What cells do: the decision of a cell, the rounds of a step in which decisions follow each other, and the processes.
#pragma once

#include "kernels/behaviour/carried.h"
#include "kernels/cells/cell_pools.h"
#include "kernels/cells/contact_sum.h"
#include "kernels/fields/endocrine.h"
#include "kernels/fields/fields.h"

#include <optional>

namespace crine {
inline namespace CRINE_NS {

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

/// What cells do: they move, attack, and decide what becomes of them. Nothing of it lasts beyond a step; what does is the cells' own.
class Behaviour {
public:
    /// Damage, and what every cell has decided: kernels/behaviour/behave.cu.
    void behave(Model const& model, Population& cells, CellPools const& pools, Moment now);
    /// Forces first, then positions: move.cu.
    void move(Model const& model, Population& cells, Fields& fields, Moment now, Span<ErrorReport> error);
    /// Decisions → cells: apply.cu.
    void apply(Model const& model, Carried& carried, Fields& fields, CellPools& pools, Moment now, Buffer<ErrorReport>& error);
    /// A benchmark model of others in place of move: circles.cu.
    void circles(Population& cells, Circles const& model);

    template <class Visit>
    void list(Visit&& visit) {
        visit.work(intents_), visit.work(courses_), visit.work(availability_), visit.work(overtaken_), visit.work(accepted_);
        for (auto* array : {&mothers_, &mother_ids_, &births_, &first_id_}) visit.work(*array);
        visit.work(concentrations_), visit.work(partial_);
        auto& s = spheres_;
        for (auto* array : {&s.x, &s.y, &s.z, &s.radius, &s.reach, &s.root_repulsion, &s.root_adhesion}) visit.work(*array);
    }

private:
    void attack(Model const& model, Population& cells, Moment now);                     ///< attack.cu
    void decide(Model const& model, Population& cells, Bins const& bins, Round round);  ///< behave.cu
    void fuse(Population& cells, Bins const& bins);                                     ///< fuse.cu
    bool carry_out(Model const& model, Carried& carried, Fields& fields, CellPools& pools, Round round,
                   std::optional<Receptors::Holdings>& before, Buffer<ErrorReport>& error);  ///< apply.cu

    void number_newborn(Population& cells);  ///< within carry_out

    Buffer<Intent> intents_;                                          ///< from behave to apply
    Buffer<AttackCourse> courses_;                                    ///< within attack
    Buffer<Real> availability_;                                       ///< from behave to apply: factor on the rates of recruiting each type
    Buffer<double> overtaken_;                                        ///< within decide: see OvertakenBody
    Buffer<std::uint32_t> accepted_;                                  ///< within decide: id of whom a cell absorbs; 0: nobody
    Buffer<std::uint32_t> mothers_, mother_ids_, births_, first_id_;  ///< within carry_out
    SpheresOf<Buffer> spheres_;                                       ///< within move and circles
    Buffer<Real const*> concentrations_;                              ///< within move: the fields, by ligand
    Buffer<double> partial_;                                          ///< of sums
};

}  // namespace CRINE_NS
}  // namespace crine
