// Decides what becomes of every cell until the end of the step: competing events at exact times, alone or with those that touch it.
#include "kernels/behaviour/behaviour.h"

#include "crine/model/cycle.h"
#include "crine/model/fate.h"
#include "kernels/cells/neighbours.h"

#include <cstdint>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// Decides what a cell does until the end of the step: what comes first of everything that may happen to it, at its exact time.
///
/// Rates are those of the beginning of the step, also after an event, in so far as they are the same in the new state. Letting recruits in
/// and eating come on top of that.
struct DecideBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    ListsView<TargetedBehaviour> fates;
    Vocabulary words;
    bool phagocytes, fusions;
    std::uint64_t seed;
    Round round;
    Span<Intent> intents;

    CRINE_HD Intent nothing() const {
        Intent intent;
        intent.at = round.end();
        return intent;
    }
    /// What takes no time happens once in a step, else it would have no end: births from births, types from types.
    CRINE_HD bool again_at_once(double at, double since) const { return round.number > 0 && at <= since + 1e-9 * round.now.dt; }

    /// Rate at which cell j engulfs cell i.
    CRINE_HD Real appetite(std::size_t j, std::size_t i) const {
        if (!alive(cells.state[j])) return 0;
        if (alive(cells.state[i])) return phenotype(words.of(behaviour::engulfing, cells.type[i]), j);
        bool const apoptotic = cells.state[i] == CellState::apoptotic;
        return phenotype(behaviour::phagocytosis, j) +
               phenotype(apoptotic ? behaviour::apoptotic_phagocytosis : behaviour::necrotic_phagocytosis, j);
    }
    /// Rate at which cell j absorbs cell i, both live.
    CRINE_HD Real attachment(std::size_t j, std::size_t i) const {
        if (!fusions || !alive(cells.state[i]) || !alive(cells.state[j])) return 0;
        Real const rest = types[cells.type[j]].radius, mine = cells.radius[j], its = cells.radius[i];
        bool const fits = mine * mine * mine + its * its * its <= kMostFused * rest * rest * rest;
        return fits ? phenotype(words.of(behaviour::fusion, cells.type[i]), j) : Real(0);
    }
    CRINE_HD void add_appetites(Race& race, std::size_t i) const {
        for_each_touching(bins, cells, types, i, [&](std::size_t j) { race.add(appetite(j, i)), race.add(attachment(j, i)); });
    }
    /// Who of those that touch a cell has won the race for it, and how it ends; nobody if all rates are 0.
    CRINE_HD void find_eater(Race& race, std::size_t i, Intent& intent) const {
        bool found = false;
        auto const may_be = [&](std::size_t j, Real rate, Intent::Kind kind) {
            if (found || !(rate > 0)) return;
            intent.meal = cells.id[j], intent.kind = kind;
            found = race.is(rate);
        };
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            may_be(j, appetite(j, i), Intent::Kind::vanish), may_be(j, attachment(j, i), Intent::Kind::fuse);
        });
    }

    CRINE_HD Intent live(std::size_t i, double begin) const {
        double const duration = types[cells.type[i]].cycle_duration;
        bool const cycling = cells.state[i] == CellState::cycling;
        auto const acts = fates[cells.type[i]];
        auto const rate = [&](TargetedBehaviour const& act) {
            return cycling && act.kind == TargetedBehaviour::Kind::enter_cycle ? Real(0) : phenotype(act.behaviour, i);
        };

        Random random(seed, Stream::fate, round.key(), cells.id[i]);
        Race race(random);
        for (std::size_t a = 0; a < acts.size; ++a) race.add(rate(acts[a]));
        bool const prey = types[cells.type[i]].prey;
        if (prey) add_appetites(race, i);
        bool const happens = race.ends_within(round.end() - begin);

        Intent intent = nothing();
        double const full = cells.since[i] + duration, division = full > begin ? full : begin;
        if (cycling && round.due(division) && !(happens && begin + race.waiting() < division)) {
            if (again_at_once(division, cells.born[i])) return intent;
            intent.kind = Intent::Kind::divide, intent.at = division;
            return intent;
        }
        if (!happens) return intent;
        intent.at = begin + race.waiting();
        TargetedBehaviour chosen;
        bool found = false;
        for (std::size_t a = 0; a < acts.size && !found; ++a) {
            Real const r = rate(acts[a]);
            if (!(r > 0)) continue;
            chosen = acts[a];
            found = race.is(r);
        }
        if (prey && !found) find_eater(race, i, intent);
        if (intent.meal != 0) return intent;
        intent.type = chosen.target;
        switch (chosen.kind) {
            case TargetedBehaviour::Kind::apoptosis:
                intent.kind = Intent::Kind::apoptosis;
                break;
            case TargetedBehaviour::Kind::necrosis:
                intent.kind = Intent::Kind::necrosis;
                break;
            case TargetedBehaviour::Kind::differentiate:
                if (again_at_once(intent.at, cells.since[i])) return nothing();
                intent.kind = Intent::Kind::differentiate;
                break;
            default:
                intent.kind = duration > 0 ? Intent::Kind::enter_cycle : Intent::Kind::divide;
                if (duration == 0 && again_at_once(intent.at, cells.born[i])) return nothing();
        }
        return intent;
    }

    /// A dead cell vanishes when its time is over, or before that into one of the phagocytes that touch it.
    CRINE_HD Intent dead(std::size_t i, double begin) const {
        double const full = cells.since[i] + duration_of(cells.state[i], types[cells.type[i]]);
        double const gone = full > begin ? full : begin;
        Intent intent = nothing();
        if (phagocytes) {
            Random random(seed, Stream::phagocytosis, round.key(), cells.id[i]);
            Race race(random);
            add_appetites(race, i);
            if (race.ends_within((gone < round.end() ? gone : round.end()) - begin)) {
                find_eater(race, i, intent);
                intent.at = begin + race.waiting();
                return intent;
            }
        }
        if (round.due(gone)) intent.kind = Intent::Kind::vanish, intent.at = gone;
        return intent;
    }

    CRINE_HD void operator()(std::size_t i) const {
        double const begin = round.begin(cells, i);
        intents[i] = !round.open(begin) ? nothing() : (alive(cells.state[i]) ? live(i, begin) : dead(i, begin));
    }
};

/// How many cells each live cell lets in through its wall, until something happens to it.
struct ArrivalsBody {
    CellView cells;
    Phenotype phenotype;
    ListsView<TargetedBehaviour> recruits;
    Span<Real const> availability;  ///< by type
    std::uint64_t seed;
    Round round;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        auto const doors = recruits[cells.type[i]];
        double const begin = round.begin(cells, i);
        if (doors.empty() || !alive(cells.state[i]) || !round.open(begin)) return;
        double rate = 0;
        for (std::size_t a = 0; a < doors.size; ++a) rate += phenotype(doors[a].behaviour, i) * availability[doors[a].target];
        Random random(seed, Stream::arrivals, round.key(), cells.id[i]);
        intents[i].recruits = static_cast<std::uint16_t>(arrivals(random, rate, intents[i].at - begin, UINT16_MAX));
    }
};

/// Tells every phagocyte how many of those around it vanish into it; nothing happens to it before.
struct EatBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        if (!alive(cells.state[i]) || intents[i].kind == Intent::Kind::vanish) return;
        std::uint32_t eaten = 0;
        if (types[cells.type[i]].eats)
            for_each_touching(bins, cells, types, i, [&](std::size_t j) { eaten += intents[j].eater() == cells.id[i]; });
        intents[i].meal = eaten;  // of one that stays: nobody reads this here
    }
};

/// Whether something happens before to the one that would eat a cell or absorb it, or another joins the cell before: then when, else never.
/// What was to happen to the cell after that is off, and it is asked again from then on; that is as likely as if it had known.
struct OvertakenBody {
    CellView cells;
    Bins bins;
    Span<TypeConstants const> types;
    Span<Intent const> intents;
    Span<double> overtaken;
    CRINE_HD void operator()(std::size_t i) const {
        Intent const& mine = intents[i];
        overtaken[i] = INFINITY;
        if (mine.kind == Intent::Kind::none) return;
        bool const into_another = mine.eater() != 0 || mine.kind == Intent::Kind::fuse;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            Intent const& its = intents[j];
            bool const matters = (into_another && cells.id[j] == mine.meal && its.kind != Intent::Kind::none) ||
                                 (its.kind == Intent::Kind::fuse && its.meal == cells.id[i]);
            bool const before = its.at < mine.at || (its.at == mine.at && cells.id[i] < cells.id[j]);
            if (matters && before && its.at < overtaken[i]) overtaken[i] = its.at;
        });
    }
};
struct PutOffBody {
    Span<double const> overtaken;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        if (overtaken[i] < INFINITY) intents[i] = Intent{overtaken[i]};
    }
};

}  // namespace

/// What every cell does in the rest of the step that nobody has decided yet.
void Behaviour::decide(Model const& model, Population& cells, Bins const& bins, Round round) {
    Programs const& programs = cells.programs;
    std::size_t const n = cells.size();
    intents_.resize(n);
    CellView const view = cells.view();
    Phenotype const phenotype = cells.phenotype();
    Span<TypeConstants const> const types = programs.types.span();
    Span<Intent> const intents = intents_.span();
    for_each_index(n, DecideBody{view, phenotype, bins, types, programs.fates.view(), model.vocabulary(), programs.phagocytes,
                                 programs.fusions, model.seed, round, intents});
    if (programs.touch_matters()) {
        overtaken_.resize(n);
        for_each_index(n, OvertakenBody{view, bins, types, std::as_const(intents_).span(), overtaken_.span()});
        for_each_index(n, PutOffBody{std::as_const(overtaken_).span(), intents});
    }
    if (programs.fusions) fuse(cells, bins);
    if (programs.recruits.items.size() != 0)
        for_each_index(
            n, ArrivalsBody{view, phenotype, programs.recruits.view(), std::as_const(availability_).span(), model.seed, round, intents});
    if (programs.phagocytes || programs.predators) for_each_index(n, EatBody{view, bins, types, intents});
}

void Behaviour::behave(Model const& model, Population& cells, CellPools const& pools, Moment now) {
    CRINE_EXPECTS(cells.sorted() && now.dt > 0);
    if (cells.programs.damages) attack(model, cells, now);
    if (cells.programs.recruits.items.size() != 0) availability_.upload(pools.availability());
    decide(model, cells, cells.bins, {now});
}

}  // namespace CRINE_NS
}  // namespace crine
