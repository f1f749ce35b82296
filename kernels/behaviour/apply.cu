#include "kernels/engine.h"

#include "crine/model/cycle.h"
#include "crine/model/motility.h"
#include "kernels/cells/neighbours.h"

#include <thrust/count.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/scan.h>
#include <thrust/transform_reduce.h>

#include <limits>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// How many places to try for a new cell before it takes the place of the cell it comes from.
constexpr int kPlacesToTry = 8;
/// In one step: rounds of events, and divisions for each cell that there was. A step in which there are more has no meaning.
constexpr std::uint32_t kMostRounds = 1000, kMostDivisions = 4096;

/// Something happens to the cell or goes on in it: it is about to change.
CRINE_HD inline bool is_busy(Intent const& intent, CellState state) {
    return intent.kind != Intent::Kind::none || intent.eaten() != 0 || state != CellState::resting;
}

/// What each cell adds to the next population: itself, unless it vanishes, and its newborn.
struct CountBody {
    Span<Intent const> intents;
    Span<std::uint32_t> stays, births;  ///< one longer than the cells, for the total of the scan
    CRINE_HD void operator()(std::size_t i) const {
        bool const past_the_end = i == intents.size;
        stays[i] = !past_the_end && intents[i].kind != Intent::Kind::vanish;
        births[i] = past_the_end ? 0 : (intents[i].kind == Intent::Kind::divide) + intents[i].recruits;
    }
};

/// The order of the next population: those who stay in their order, then the newborn in the order of whom they come from.
struct OrderBody {
    Span<std::uint32_t const> place, first_birth;  ///< exclusive sums of CountBody's numbers
    std::uint32_t survivors;
    Span<std::uint32_t> order;
    CRINE_HD void operator()(std::size_t i) const {
        if (place[i + 1] != place[i]) order[place[i]] = static_cast<std::uint32_t>(i);
        for (std::uint32_t b = first_birth[i]; b < first_birth[i + 1]; ++b) order[survivors + b] = static_cast<std::uint32_t>(i);
    }
};

/// Where a cell of the next population comes from.
struct Lineage {
    Span<Intent const> intents;
    Span<std::uint32_t const> order;  ///< empty: nobody came or went
    Span<std::uint32_t const> first_birth;
    std::uint32_t survivors;

    CRINE_HD std::size_t origin(std::size_t k) const { return order.empty() ? k : order[k]; }
    CRINE_HD bool newborn(std::size_t k) const { return k >= survivors; }
    /// The first newborn of a dividing cell is its daughter, all others have come through its wall.
    CRINE_HD bool recruit(std::size_t k) const {
        if (!newborn(k)) return false;
        std::size_t const i = origin(k);
        return intents[i].kind != Intent::Kind::divide || k - survivors != first_birth[i];
    }
};

/// Carries out what was decided. Every cell of the next population already holds a copy of the cell it comes from.
struct CarryOutBody {
    CellView cells;
    Phenotype phenotype;
    Span<TypeConstants const> types;
    ListsView<Act> recruits, offspring;
    Span<Real const> supply;  ///< by type
    ListsView<Response> program;
    Span<Real> responses;
    ReceptorView receptors;
    PathwayView pathways;
    Grid grid;
    Span<std::uint8_t const> material;
    Lineage lineage;
    std::uint32_t next_id;
    std::uint64_t seed;
    Round round;

    CRINE_HD Real relative_volume_at(double time, std::size_t k) const {
        CellState const state = cells.state[k];
        return relative_volume(state, static_cast<Real>(time - cells.since[k]),
                               static_cast<Real>(duration_of(state, types[cells.type[k]])));
    }
    CRINE_HD void grow(std::size_t k, double to) const { cells.radius[k] = cells.entry_radius[k] * std::cbrt(relative_volume_at(to, k)); }
    CRINE_HD void resize(std::size_t k, Real radius) const { cells.radius[k] = cells.entry_radius[k] = radius; }

    CRINE_HD void put(std::size_t k, Vec3 p) const {
        Vec3 heading{};
        confine(grid, p, heading);
        cells.x[k] = p.x, cells.y[k] = p.y, cells.z[k] = p.z;
    }
    CRINE_HD bool free(Vec3 p, std::uint8_t type) const {
        if (!within_walls(grid, p)) return false;
        Vec3 heading{};
        confine(grid, p, heading);
        return admits(grid, material.data, types[type].habitat, p);
    }

    enum class Sides { one, both };
    /// A random way of that length on which there is room for a cell (for two: to either side), or none after some tries.
    CRINE_HD Vec3 room(Vec3 from, Real distance, Sides sides, std::uint8_t type, Random& random) const {
        for (int n = 0; n < kPlacesToTry; ++n) {
            Vec3 const way = distance * random.direction(grid.planar());
            if (free(from + way, type) && (sides == Sides::one || free(from - way, type))) return way;
        }
        return {};
    }

    /// All stages of a response get that value.
    CRINE_HD void settle(Response const& response, std::size_t k, Real value) const {
        for (int s = 0; s < response.slots(); ++s) responses[(response.slot + s) * cells.id.size + k] = response.settled(s, value);
    }
    /// Makes a cell one of that type and state. If other rules apply to it then, behaviours begin anew, except those that take time before
    /// and after: what was under way goes on, and if it goes on in another number of stages, from the value it has.
    CRINE_HD void become(std::size_t k, std::uint8_t type, CellState state, double at) const {
        std::size_t const before = phenotype.row(k);
        if (!receptors.none() && alive(cells.state[k])) {
            if (!alive(state))
                receptors.clear(k);
            else if (type != cells.type[k])
                receptors.change_type(k, cells.type[k], type);
        }
        if (!pathways.none() && alive(cells.state[k])) {
            if (!alive(state))
                pathways.clear(k);
            else if (type != cells.type[k])
                pathways.change_type(k, cells.type[k], type);
        }
        cells.type[k] = type, cells.state[k] = state, cells.since[k] = at;
        std::size_t const row = phenotype.row(k);
        if (row == before) return;
        auto const list = program[row], old = program[before];
        for (std::size_t b = 0; b < list.size; ++b) {
            int stages_before = 0;
            for (std::size_t o = 0; o < old.size; ++o)
                if (old[o].slot == list[b].slot && old[o].stages > 0 && list[b].stages > 0) stages_before = old[o].stages;
            if (stages_before == 0)
                settle(list[b], k, list[b].at_start(seed, cells.id[k]));
            else if (stages_before != list[b].stages)
                settle(list[b], k, responses[list[b].slot * cells.id.size + k]);
        }
    }
    CRINE_HD void change_state(std::size_t k, CellState state, double at) const {
        grow(k, at);
        cells.entry_radius[k] = cells.radius[k];
        become(k, cells.type[k], state, at);
        grow(k, round.end());
    }
    CRINE_HD void forget_motion(std::size_t k) const {
        cells.vx[k] = cells.vy[k] = cells.vz[k] = 0;
        cells.cx[k] = cells.cy[k] = cells.cz[k] = 0;
        cells.stepped[k] = 0;
    }
    CRINE_HD void stop_attack(std::size_t k, double at) const { cells.target[k] = 0, cells.attack_end[k] = at; }

    /// One of several types, each with its probability; if these add up to more than 1, in proportion.
    CRINE_HD std::uint8_t type_of_daughter(std::size_t k, std::uint32_t mother) const {
        auto const choices = offspring[cells.type[k]];
        Real total = 0;
        for (std::size_t a = 0; a < choices.size; ++a) total += phenotype(choices[a].behaviour, k);
        if (!(total > 0)) return cells.type[k];
        Random random(seed, Stream::offspring, round.key(), mother);
        Real pick = (total > 1 ? total : Real(1)) * random.uniform();
        for (std::size_t a = 0; a < choices.size; ++a) {
            pick -= phenotype(choices[a].behaviour, k);
            if (pick < 0) return choices[a].target;
        }
        return cells.type[k];
    }

    /// Both halves of a division. Their centres lie half a radius to either side of the mother's, on an axis that both draw alike, or
    /// at the same point if walls or habitat leave no room; contact forces part them. The newborn one may be of another type.
    CRINE_HD void divide(std::size_t k, std::uint32_t mother, double at, bool newborn) const {
        Real const side = newborn ? 1 : -1;
        std::uint8_t const own = cells.type[k], type = newborn ? type_of_daughter(k, mother) : own;
        resize(k, cells.entry_radius[k]);  // its volume has doubled and is halved
        cells.born[k] = at;
        forget_motion(k);
        stop_attack(k, at);
        if (!receptors.none()) receptors.halve(k);
        Random random(seed, Stream::division, round.key(), mother);
        Vec3 const way = room(position(cells, k), cells.radius[k] / 2, Sides::both, own, random);
        become(k, type, CellState::resting, at);
        if (type != own) resize(k, types[type].radius);
        put(k, position(cells, k) + side * way);
    }

    CRINE_HD std::uint8_t type_of_recruit(std::size_t k, Random& random) const {
        auto const doors = recruits[cells.type[k]];
        auto const rate_of = [&](Act const& door) { return phenotype(door.behaviour, k) * supply[door.target]; };
        Real total = 0;
        for (std::size_t a = 0; a < doors.size; ++a) total += rate_of(doors[a]);
        Real pick = total * random.uniform();
        std::uint8_t chosen = 0;
        for (std::size_t a = 0; a < doors.size && pick >= 0; ++a) {
            Real const rate = rate_of(doors[a]);
            if (rate > 0) chosen = doors[a].target;
            pick -= rate;
        }
        return chosen;
    }
    /// A cell that has come through the wall of the vessel cell of which k is a copy, some time before `until`, and now touches it.
    CRINE_HD void arrive(std::size_t k, double begin, double until) const {
        Random random(seed, Stream::recruitment, round.now.step, cells.id[k]);
        std::uint8_t const type = type_of_recruit(k, random);
        put(k, position(cells, k) + room(position(cells, k), cells.radius[k] + types[type].radius, Sides::one, type, random));
        double const at = begin + random.uniform_fine() * (until - begin);  // arrivals at a constant rate are evenly spread
        resize(k, types[type].radius);
        cells.pressure[k] = 0, cells.born[k] = cells.decided[k] = at;
        forget_motion(k);
        stop_attack(k, at);
        cells.damage[k] = cells.attacked[k] = 0;
        become(k, type, CellState::resting, at);
        if (!receptors.none()) receptors.be_born(k, type);
        if (!pathways.none()) pathways.be_born(k, type);
        auto const list = program[phenotype.row(k)];
        for (std::size_t b = 0; b < list.size; ++b) settle(list[b], k, list[b].at_start(seed, cells.id[k]));
    }

    CRINE_HD void operator()(std::size_t k) const {
        Intent const intent = lineage.intents[lineage.origin(k)];
        bool const newborn = lineage.newborn(k);
        double const begin = round.begin(cells, k);
        cells.decided[k] = intent.at;
        if (!newborn && !is_busy(intent, cells.state[k])) return;
        std::uint32_t const mother = cells.id[k];
        if (newborn) {
            cells.id[k] = next_id + static_cast<std::uint32_t>(k - lineage.survivors);
            cells.engulfed[k] = 0;
            cells.dx[k] = cells.dy[k] = cells.dz[k] = 0;
        } else if (intent.eaten() != 0) {
            cells.engulfed[k] += intent.eaten();
        }
        if (lineage.recruit(k)) {
            arrive(k, begin, intent.at);
            return;
        }
        if (intent.kind == Intent::Kind::absorb)
            cells.entry_radius[k] *= std::cbrt(1 + intent.gained / volume_of(cells.radius[k]));  // and grows on in proportion
        switch (intent.kind) {
            case Intent::Kind::divide:
                divide(k, mother, intent.at, newborn);
                return;
            case Intent::Kind::differentiate:
                resize(k, types[intent.type].radius);
                become(k, intent.type, CellState::resting, intent.at);
                return;
            case Intent::Kind::enter_cycle:
                change_state(k, CellState::cycling, intent.at);
                return;
            case Intent::Kind::apoptosis:
                change_state(k, CellState::apoptotic, intent.at);
                return;
            case Intent::Kind::necrosis:
                change_state(k, CellState::necrotic, intent.at);
                return;
            default:
                grow(k, round.end());
        }
    }
};

/// What happened in one step.
struct Tally {
    std::uint32_t divisions = 0, deaths = 0, removals = 0, engulfments = 0, differentiations = 0, recruits = 0;
    std::uint32_t busy = 0;
    std::uint32_t open = 0;  ///< cells of which it is to be asked what they do in the rest of the step, or that newborn do
};
struct TallyOf {
    Span<Intent const> intents;
    Span<CellState const> state;
    Round round;
    CRINE_HD Tally operator()(std::size_t i) const {
        Intent const& intent = intents[i];
        auto const is = [&](Intent::Kind kind) { return std::uint32_t{intent.kind == kind}; };
        return {is(Intent::Kind::divide),
                is(Intent::Kind::apoptosis) + is(Intent::Kind::necrosis),
                is(Intent::Kind::vanish),
                std::uint32_t{intent.eater() != 0},
                is(Intent::Kind::differentiate),
                intent.recruits,
                is_busy(intent, round.number == 0 ? state[i] : CellState::resting),  // growth of a whole step is in its first round
                std::uint32_t{(round.open(intent.at) && !is(Intent::Kind::vanish)) || intent.recruits != 0}};
    }
};
struct TallySum {
    CRINE_HD Tally operator()(Tally const& a, Tally const& b) const {
        return {a.divisions + b.divisions,
                a.deaths + b.deaths,
                a.removals + b.removals,
                a.engulfments + b.engulfments,
                a.differentiations + b.differentiations,
                a.recruits + b.recruits,
                a.busy + b.busy,
                a.open + b.open};
    }
};

struct IsRecruitOfType {
    Lineage lineage;
    Span<std::uint8_t const> type;
    std::uint8_t wanted;
    CRINE_HD bool operator()(std::size_t k) const { return type[k] == wanted && lineage.recruit(k); }
};

}  // namespace

/// Carries out what a round has decided; whether there is more to decide.
bool Engine::carry_out(Round round) {
    Population& c = cells_;
    std::size_t const n = c.size();
    auto const from = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
    Span<Intent const> const intents = std::as_const(c.intents).span();
    Tally const tally = THRUST_NS_QUALIFIER::transform_reduce(
        policy(), from, from + n, TallyOf{intents, std::as_const(c.fields.state).span(), round}, Tally{}, TallySum{});
    if (tally.busy == 0 && tally.recruits == 0) return false;
    std::uint32_t const births = tally.divisions + tally.recruits, survivors = static_cast<std::uint32_t>(n) - tally.removals;
    if (c.next_id + births > std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1) {
        error_.upload({{static_cast<std::uint32_t>(ErrorCode::ids_exhausted), 0}});
        return false;
    }

    // what the dead and those who change take with them
    std::vector<double> held;
    for (int ligand : c.receptors.ligands) held.push_back(held_by_receptors(ligand));
    std::vector<std::pair<double, double>> on_membrane;
    for (std::size_t m = 0; m < c.receptors.membrane.size(); ++m)
        on_membrane.emplace_back(on_membranes(static_cast<int>(m)), held_from_neighbours(static_cast<int>(m)));

    bool const same_cells = births == 0 && survivors == n;
    c.order.resize(same_cells ? 0 : survivors + births);
    if (!same_cells) {
        c.place.resize(n + 1), c.first_birth.resize(n + 1);
        for_each_index(n + 1, CountBody{intents, c.place.span(), c.first_birth.span()});
        for (auto* counts : {&c.place, &c.first_birth})
            THRUST_NS_QUALIFIER::exclusive_scan(policy(), counts->data(), counts->data() + n + 1, counts->data());
        for_each_index(n, OrderBody{std::as_const(c.place).span(), std::as_const(c.first_birth).span(), survivors, c.order.span()});
        c.rearrange(c.order);
        c.sorted = false;
    }
    Lineage const lineage{intents, std::as_const(c.order).span(), std::as_const(c.first_birth).span(), survivors};
    Programs const& programs = c.programs;
    for_each_index(
        c.size(), CarryOutBody{c.view(), c.phenotype(), programs.types.span(), programs.recruits.view(), programs.offspring.view(),
                               std::as_const(c.supply).span(), programs.responses.view(), c.responses.span(),
                               c.receptors.none() ? ReceptorView{} : c.receptors.view(c.size()), c.pathways.view(c.size()), model_.grid,
                               std::as_const(fields_.material).span(), lineage, static_cast<std::uint32_t>(c.next_id), model_.seed, round});
    c.next_id += births;
    ++c.changes;
    for (std::size_t l = 0; l < held.size(); ++l) {
        int const ligand = c.receptors.ligands[l];
        fields_.ligands[ligand].ledger.internalised += held[l] - held_by_receptors(ligand);
    }
    for (std::size_t m = 0; m < on_membrane.size(); ++m) {
        MembraneLedger& ledger = c.receptors.membrane[m];
        double const gained = on_membranes(static_cast<int>(m)) - on_membrane[m].first;  // the newborn may have come with some
        (gained > 0 ? ledger.made : ledger.lost) += std::fabs(gained);
        ledger.internalised += on_membrane[m].second - held_from_neighbours(static_cast<int>(m));
    }

    c.divisions += tally.divisions, c.deaths += tally.deaths, c.removals += tally.removals;
    c.engulfments += tally.engulfments, c.differentiations += tally.differentiations;
    for (std::size_t type = 0; tally.recruits != 0 && type < c.recruited.size(); ++type) {
        auto const came =
            THRUST_NS_QUALIFIER::count_if(policy(), from, from + c.size(),
                                          IsRecruitOfType{lineage, std::as_const(c.fields.type).span(), static_cast<std::uint8_t>(type)});
        c.recruited[type] += came;
        cell_pools_.take(static_cast<int>(type), static_cast<double>(came) * model_.represents);
    }
    return tally.open != 0;
}

void Engine::apply(Moment now) {
    CRINE_EXPECTS(cells_.intents.size() == cells_.size() && now.dt > 0);
    Programs const& programs = cells_.programs;
    std::uint64_t const most = cells_.divisions + kMostDivisions * cells_.size();
    for (Round round{now}; carry_out(round);) {
        if (++round.number == kMostRounds || cells_.divisions > most)
            throw RunError((round.number == kMostRounds ? "a cell does more than " + std::to_string(kMostRounds) + " things"
                                                        : "cells divide " + std::to_string(kMostDivisions) + " times each") +
                           " in one step of behaviour at t = " + std::to_string(now.time) + " s — a shorter time.behaviour?");
        if (programs.phagocytes || programs.predators || programs.fusions) sort();
        decide(round);
    }
}

}  // namespace CRINE_NS
}  // namespace crine
