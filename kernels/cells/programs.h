// What the cell types do, as tables on the device: signals, responses to rules, possible acts and constants.
#pragma once

#include "crine/cells.h"
#include "crine/model.h"
#include "crine/rng.h"
#include "kernels/device/lists.h"

namespace crine {
inline namespace CRINE_NS {

/// The tables are compiled from the model. A table has one row for the live and one for the dead cells of each type: row = type for live
/// cells, types + type for dead ones.

/// A signal that the rules of a row use.
struct Sensed {
    enum class Kind : std::uint8_t {
        pressure,
        age,
        time_in_state,
        time,
        volume,
        engulfed,
        dead_contacts,
        open_channels,
        live_contacts,
        apoptotic_contacts,
        necrotic_contacts,
        compression,
        damage,
        attacked,
        attacking,
        dead,
        apoptotic,
        necrotic,
        concentration,
        gradient,
        stored,
        contacts,
        occupancy,
        complexes,
        activity,
        on_neighbours,
        circulating,
        inside,
        in_touching
    };
    Kind kind = Kind::pressure;
    int index = 0;  ///< ligand, cell type, kind of receptor, activity, pool or variable
};

/// One summand of a response's S: (signal / half)^hill.
struct Term {
    int signal = 0;  ///< place in the row's list of signals
    Real half = 1, hill = 1;
};

/// A behaviour that rules modulate, model/hill.h, or that takes time, model/response_time.h.
struct Response {
    Real base = 0;                            ///< b
    Real highest = 0;                         ///< M
    Real lowest = 0;                          ///< m
    std::uint32_t up = 0, down = 0, end = 0;  ///< terms [up, down) increase it, [down, end) decrease it
    Real initial = 0, spread = 0;             ///< what a cell begins with: half-width relative to the value
    std::uint32_t activity = 0;               ///< its number, which keys the spread
    Real stage_time = 0;                      ///< θ of its chain [s]
    std::int16_t stages = 0;                  ///< of its chain; 0: it has at once what the rules ask for
    std::int16_t slot = 0;  ///< of the response itself; those of a chain's earlier stages follow, the first last, then what they lack

    CRINE_HD int slots() const { return stages > 0 ? 2 * stages : 1; }
    CRINE_HD int stage(int k) const { return slot + stages - k; }  ///< slot of the k-th stage of its chain, 1 ≤ k ≤ stages
    CRINE_HD int rest(int k) const { return stage(k) + stages; }   ///< and of what rounding has left out of it
    /// What a slot holds, counted from its first, in a cell in which all stages have that value.
    CRINE_HD Real settled(int s, Real value) const { return stages > 0 && s >= stages ? Real(0) : value; }
    CRINE_HD Real at_start(std::uint64_t seed, std::uint32_t id) const {
        if (spread == 0) return initial;
        return initial * (1 + spread * (2 * Random(seed, Stream::activity, activity, id).uniform() - 1));
    }
};

/// A behaviour with a target that this type can show: its value can be other than 0.
struct TargetedBehaviour {
    enum class Kind : std::uint8_t { apoptosis, necrosis, differentiate, enter_cycle, recruit, offspring, chemotaxis, attraction };
    Kind kind = Kind::apoptosis;
    std::uint8_t target = 0;     ///< cell type or ligand
    std::int16_t behaviour = 0;  ///< Vocabulary index
};

/// What decides which rules apply to a cell, and what it carries with it.
struct Identity {
    std::uint8_t type;
    CellState state;
};

/// What every cell does now: the base value of its row, or, where rules modulate it, the response that `sense` computed.
/// The dead show no behaviour that no rule upholds in them, but as bodies they still repel and adhere, and keep the persistence of a walk.
struct Phenotype {
    Span<std::uint8_t const> type;
    Span<CellState const> state;
    Span<Real const> base;          ///< [row * behaviours + behaviour]
    Span<std::int16_t const> slot;  ///< [row * behaviours + behaviour]: where its response is, -1: not modulated
    Span<Real const> responses;     ///< [slot * cells + cell]
    int behaviours = 0, types = 0;

    CRINE_HD std::size_t row_of(Identity is) const { return alive(is.state) ? is.type : static_cast<std::size_t>(types) + is.type; }
    CRINE_HD std::size_t row(std::size_t cell) const { return row_of({type[cell], state[cell]}); }
    CRINE_HD Real operator()(int behaviour, std::size_t cell) const {
        std::size_t const entry = row(cell) * behaviours + behaviour;
        std::int16_t const s = slot[entry];
        return s < 0 ? base[entry] : responses[static_cast<std::size_t>(s) * type.size + cell];
    }
};

/// Plain per-type constants.
struct TypeConstants {
    Real radius = 1;
    Real adhesion_reach = 1.25;
    Real chemotaxis_speed = 0;
    Vec3 velocity{};
    double cycle_duration = 0, apoptosis_duration = 0, necrosis_duration = 0;  ///< [s]
    std::uint64_t habitat = ~std::uint64_t{0};
    bool moves = true, mechanics = true;
    bool prey = false;  ///< some type engulfs live cells of this one, or absorbs them
    bool eats = false;  ///< it can engulf others, live or dead
};

/// What cells of a row count among those that touch them: live ones of each type, then these, then the activities of live ones.
enum ContactEntry : int { count_dead, count_live, count_apoptotic, count_necrotic, sum_compression, contact_entries };

/// A summand of an input of a network in cells of a type: scale · the signal in a slot or, without one, a constant.
struct InputOfType {
    std::int16_t slot = -1;
    double scale = 0;
};

/// All tables of a model.
struct Programs {
    Buffer<TypeConstants> types;
    Buffer<Real> base;
    Buffer<std::int16_t> slot;
    Lists<Sensed> signals;                ///< by row
    Lists<std::int16_t> contact_signals;  ///< by row: place of the signal `contacts` of each type, of each ContactEntry, of each activity
                                          ///< and variable on neighbours, -1: not used; empty: none used
    Lists<Response> responses;  ///< by row. What takes time has the same slot in all, so that it stays when a cell changes its row
    Lists<std::uint16_t> response_places;  ///< by type: slots of its responses, alive and dead
    Buffer<Term> terms;
    Lists<TargetedBehaviour> fates;                             ///< by type: what can end a live cell's present state
    Lists<TargetedBehaviour> recruits;                          ///< by type
    Lists<TargetedBehaviour> offspring;                         ///< by type: what else a daughter may be
    Lists<TargetedBehaviour> chemotaxis;                        ///< by row
    Lists<TargetedBehaviour> attraction;                        ///< by row
    int signal_slots = 0, response_slots = 0;                   ///< the most that a row has
    int first_activity = 0;                                     ///< behaviour of activity 0
    std::vector<std::vector<std::vector<InputOfType>>> inputs;  ///< by pathway, [type * inputs + input]: what adds up
    bool phagocytes = false;                                    ///< some type can engulf dead cells
    bool predators = false;                                     ///< some type can engulf live cells
    bool attackers = false;                                     ///< some type can attack
    bool fusions = false;                                       ///< some type can absorb others
    bool selective = false;                                     ///< some type adheres to some types more than to others
    bool damages = false;                                       ///< some cells are damaged, or repair it

    /// Whether what becomes of a cell depends on those that touch it.
    bool touch_matters() const { return phagocytes || predators || fusions; }

    void compile(Model const& model);

    template <class Visit>
    void list(Visit&& visit) {
        visit.table(types), visit.table(base), visit.table(slot), visit.table(terms);
        signals.list(visit), contact_signals.list(visit), responses.list(visit), response_places.list(visit);
        for (auto* acts : {&fates, &recruits, &offspring, &chemotaxis, &attraction}) acts->list(visit);
    }
};

/// Highest value that a behaviour of a type can reach, if any. Where it takes time, a cell may bring it from another type where it does.
Real highest(Model const& model, int type, int behaviour);

/// Some receptors of a type bind a ligand of the field or, if `on_membrane`, a membrane ligand.
bool binds(Model const& model, int type, int ligand, bool on_membrane);

/// Who sends a ligand into the field: types that can secrete it, and -1 for vessel walls.
std::vector<int> senders(Model const& model, int ligand);

}  // namespace CRINE_NS
}  // namespace crine
