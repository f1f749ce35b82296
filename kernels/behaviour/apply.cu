// Carries out what cells have decided: division, death, fusion, recruitment, change of type. Only here does their number change.
#include "kernels/behaviour/behaviour.h"

#include "crine/model/cycle.h"
#include "crine/model/motility.h"
#include "kernels/cells/neighbours.h"

#include <thrust/count.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/scan.h>
#include <thrust/sort.h>

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

/// Ids of the newborn follow those of whom they come from, so that they do not depend on where these lie. `mothers`: in the order of
/// their ids.
struct BirthsBody {
    Span<std::uint32_t const> mothers, first_birth;
    Span<std::uint32_t> births;
    CRINE_HD void operator()(std::size_t m) const { births[m] = first_birth[mothers[m] + 1] - first_birth[mothers[m]]; }
};
/// 1 for a cell that others come from, and 0 for others and behind the last.
struct IsMotherBody {
    Span<std::uint32_t const> first_birth;
    Span<std::uint32_t> is;
    CRINE_HD void operator()(std::size_t i) const { is[i] = i + 1 < first_birth.size && first_birth[i + 1] != first_birth[i] ? 1 : 0; }
};
/// Lists them. place[i]: how many come before cell i.
struct MothersBody {
    Span<std::uint32_t const> place, id;
    Span<std::uint32_t> mothers, mother_ids;
    CRINE_HD void operator()(std::size_t i) const {
        if (place[i + 1] != place[i]) mothers[place[i]] = static_cast<std::uint32_t>(i), mother_ids[place[i]] = id[i];
    }
};
struct FirstIdBody {
    Span<std::uint32_t const> mothers, before;  ///< before: births of all with lower ids
    std::uint32_t next_id;
    Span<std::uint32_t> first_id;  ///< by cell, of its newborn; of others without meaning
    CRINE_HD void operator()(std::size_t m) const { first_id[mothers[m]] = next_id + before[m]; }
};

/// Where a cell of the next population comes from.
struct Lineage {
    Span<Intent const> intents;
    Span<std::uint32_t const> order;  ///< empty: nobody came or went
    Span<std::uint32_t const> first_birth, first_id;
    std::uint32_t survivors;

    CRINE_HD std::size_t origin(std::size_t k) const { return order.empty() ? k : order[k]; }
    CRINE_HD bool newborn(std::size_t k) const { return k >= survivors; }
    CRINE_HD std::uint32_t id_of_newborn(std::size_t k) const {
        return first_id[origin(k)] + static_cast<std::uint32_t>(k - survivors) - first_birth[origin(k)];
    }
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
    ListsView<TargetedBehaviour> recruits, offspring;
    Span<Real const> availability;  ///< by type
    CarriedView carried;
    Grid grid;
    Span<std::uint8_t const> material;
    Lineage lineage;
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

    CRINE_HD void become(std::size_t k, std::uint8_t type, CellState state, double at) const {
        Identity const before{cells.type[k], cells.state[k]}, now{type, state};
        cells.type[k] = type, cells.state[k] = state, cells.since[k] = at;
        carried.changed(k, before, now);
    }
    CRINE_HD void change_state(std::size_t k, CellState state, double at) const {
        grow(k, at);
        cells.entry_radius[k] = cells.radius[k];
        become(k, cells.type[k], state, at);
        grow(k, round.end());
    }
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
        carried.divided(k, at);
        Random random(seed, Stream::division, round.key(), mother);
        Vec3 const way = room(position(cells, k), cells.radius[k] / 2, Sides::both, own, random);
        become(k, type, CellState::resting, at);
        if (type != own) resize(k, types[type].radius);
        put(k, position(cells, k) + side * way);
    }

    CRINE_HD std::uint8_t type_of_recruit(std::size_t k, Random& random) const {
        auto const doors = recruits[cells.type[k]];
        auto const rate_of = [&](TargetedBehaviour const& door) { return phenotype(door.behaviour, k) * availability[door.target]; };
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
        cells.type[k] = type, cells.state[k] = CellState::resting;
        cells.born[k] = cells.decided[k] = cells.since[k] = at;
        carried.born(k, {type, CellState::resting}, at);
    }

    CRINE_HD void operator()(std::size_t k) const {
        Intent const intent = lineage.intents[lineage.origin(k)];
        bool const newborn = lineage.newborn(k);
        double const begin = round.begin(cells, k);
        cells.decided[k] = intent.at;
        if (!newborn && !is_busy(intent, cells.state[k])) return;
        std::uint32_t const mother = cells.id[k];
        if (newborn) {
            cells.id[k] = lineage.id_of_newborn(k);
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

/// How many cells do what in one round.
struct TallyTerm {
    Span<Intent const> intents;
    Span<CellState const> state;
    Round round;
    enum {
        divisions,
        deaths,
        removals,
        engulfments,
        differentiations,
        recruits,
        busy,
        open,  ///< of whom it is to be asked what they do in the rest of the step, or what their newborn do
        count
    };
    CRINE_HD void operator()(std::size_t chunk, int item, double (&into)[count]) const {
        std::size_t const i = chunk * kSumChunk + item;
        Intent const& intent = intents[i];
        bool const vanishes = intent.kind == Intent::Kind::vanish;
        into[divisions] += intent.kind == Intent::Kind::divide;
        into[deaths] += intent.kind == Intent::Kind::apoptosis || intent.kind == Intent::Kind::necrosis;
        into[removals] += vanishes;
        into[engulfments] += intent.eater() != 0;
        into[differentiations] += intent.kind == Intent::Kind::differentiate;
        into[recruits] += intent.recruits;
        into[busy] += is_busy(intent, round.number == 0 ? state[i] : CellState::resting);  // growth of a whole step is in its first round
        into[open] += (round.open(intent.at) && !vanishes) || intent.recruits != 0;
    }
};

struct IsRecruitOfType {
    Lineage lineage;
    Span<std::uint8_t const> type;
    std::uint8_t wanted;
    CRINE_HD bool operator()(std::size_t k) const { return type[k] == wanted && lineage.recruit(k); }
};

}  // namespace

void Behaviour::number_newborn(Population& cells) {
    std::size_t const n = cells.size();
    Span<std::uint32_t const> const first_birth = std::as_const(cells.first_birth).span(), id = std::as_const(cells.fields.id).span();
    births_.resize(n + 1);
    for_each_index(n + 1, IsMotherBody{first_birth, births_.span()});
    THRUST_NS_QUALIFIER::exclusive_scan(policy(), births_.data(), births_.data() + n + 1, births_.data());
    std::uint32_t count = 0;
    copy_to_host(&count, births_.data() + n, sizeof count);
    mothers_.resize(count), mother_ids_.resize(count), first_id_.resize(n);
    for_each_index(n, MothersBody{std::as_const(births_).span(), id, mothers_.span(), mother_ids_.span()});
    THRUST_NS_QUALIFIER::stable_sort_by_key(policy(), mother_ids_.data(), mother_ids_.data() + count, mothers_.data());
    Span<std::uint32_t const> const mothers = std::as_const(mothers_).span();
    for_each_index(count, BirthsBody{mothers, first_birth, births_.span()});
    THRUST_NS_QUALIFIER::exclusive_scan(policy(), births_.data(), births_.data() + count, births_.data());
    for_each_index(count, FirstIdBody{mothers, std::as_const(births_).span(), static_cast<std::uint32_t>(cells.next_id), first_id_.span()});
}

/// Carries out what a round has decided; whether there is more to decide. `before`: what receptors held before the first that changed
/// something.
bool Behaviour::carry_out(Model const& model, Carried& carried, Fields& fields, CellPools& pools, Round round,
                          std::optional<Receptors::Holdings>& before, Buffer<ErrorReport>& error) {
    Population& c = carried.cells;
    std::size_t const n = c.size();
    auto const from = THRUST_NS_QUALIFIER::counting_iterator<std::size_t>(0);
    Span<Intent const> const intents = std::as_const(intents_).span();
    auto const sums =
        reduce<TallyTerm::count, Sum>(n, kSumChunk, partial_, TallyTerm{intents, std::as_const(c.fields.state).span(), round});
    auto const tally = [&](int what) { return static_cast<std::uint32_t>(sums[what]); };
    std::uint32_t const divisions = tally(TallyTerm::divisions), recruits = tally(TallyTerm::recruits),
                        removals = tally(TallyTerm::removals);
    if (tally(TallyTerm::busy) == 0 && recruits == 0) return false;
    std::uint32_t const births = divisions + recruits, survivors = static_cast<std::uint32_t>(n) - removals;
    if (c.next_id + births > std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1) {
        error.upload({{static_cast<std::uint32_t>(ErrorCode::ids_exhausted), 0}});
        return false;
    }
    if (!before) before = carried.receptors.holdings(c);

    bool const same_cells = births == 0 && survivors == n;
    if (!same_cells) {
        c.order.resize(survivors + births);
        c.place.resize(n + 1), c.first_birth.resize(n + 1);
        for_each_index(n + 1, CountBody{intents, c.place.span(), c.first_birth.span()});
        for (auto* counts : {&c.place, &c.first_birth})
            THRUST_NS_QUALIFIER::exclusive_scan(policy(), counts->data(), counts->data() + n + 1, counts->data());
        for_each_index(n, OrderBody{std::as_const(c.place).span(), std::as_const(c.first_birth).span(), survivors, c.order.span()});
        if (births != 0) number_newborn(c);
        carried.rearrange(c.order);
        c.order_is = Population::Order::unknown;
    }
    Lineage const lineage{intents, same_cells ? Span<std::uint32_t const>{} : std::as_const(c.order).span(),
                          std::as_const(c.first_birth).span(), std::as_const(first_id_).span(), survivors};
    Programs const& programs = c.programs;
    for_each_index(c.size(), CarryOutBody{c.view(), c.phenotype(), programs.types.span(), programs.recruits.view(),
                                          programs.offspring.view(), std::as_const(availability_).span(), carried.view(model.seed),
                                          model.grid, std::as_const(fields.material).span(), lineage, model.seed, round});
    c.next_id += births;
    ++c.changes;

    c.divisions += divisions, c.deaths += tally(TallyTerm::deaths), c.removals += removals;
    c.engulfments += tally(TallyTerm::engulfments), c.differentiations += tally(TallyTerm::differentiations);
    for (std::size_t type = 0; recruits != 0 && type < c.recruited.size(); ++type) {
        auto const came =
            THRUST_NS_QUALIFIER::count_if(policy(), from, from + c.size(),
                                          IsRecruitOfType{lineage, std::as_const(c.fields.type).span(), static_cast<std::uint8_t>(type)});
        c.recruited[type] += came;
        pools.take(static_cast<int>(type), static_cast<double>(came) * model.represents);
    }
    return tally(TallyTerm::open) != 0;
}

void Behaviour::apply(Model const& model, Carried& carried, Fields& fields, CellPools& pools, Moment now, Buffer<ErrorReport>& error) {
    Population& cells = carried.cells;
    CRINE_EXPECTS(intents_.size() == cells.size() && now.dt > 0);
    Programs const& programs = cells.programs;
    std::uint64_t const most = cells.divisions + kMostDivisions * cells.size();
    std::optional<Receptors::Holdings> before;
    for (Round round{now}; carry_out(model, carried, fields, pools, round, before, error);) {
        if (++round.number == kMostRounds || cells.divisions > most)
            throw RunError((round.number == kMostRounds ? "a cell does more than " + std::to_string(kMostRounds) + " things"
                                                        : "cells divide " + std::to_string(kMostDivisions) + " times each") +
                           " in one step of behaviour at t = " + std::to_string(now.time) + " s — a shorter time.behaviour?");
        decide(model, cells, programs.touch_matters() ? cells.find_neighbours() : cells.bins, round);
    }
    if (before) carried.receptors.book(*before, cells, fields);
}

}  // namespace CRINE_NS
}  // namespace crine
