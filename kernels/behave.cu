#include "kernels/engine.h"

#include "crine/model/cycle.h"
#include "crine/model/fate.h"
#include "kernels/neighbours.h"

#include <cstdint>

namespace crine {
inline namespace CRINE_NS {
namespace {

/// Decides what a cell does in [time, time + dt): what comes first of everything that may happen to it, at its exact time.
///
/// At most one event and step; what a faster cell misses it makes up for in the next step, in which its waiting begins when
/// it came into its present state. Letting recruits in and eating come on top of that.
struct DecideBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    ListsView<Act> fates;
    Vocabulary words;
    bool phagocytes, fusions;
    std::uint64_t seed;
    Moment now;
    Span<Intent> intents;

    CRINE_HD double end() const { return now.time + now.dt; }
    /// The end of the step included: a duration of a whole number of steps ends with a step, whatever the round-off.
    CRINE_HD bool due(double at) const { return at <= end() + 1e-6 * now.dt; }
    /// From when on a cell's present state has not been asked yet for what happens.
    CRINE_HD double waiting_since(std::size_t i) const { return cells.since[i] > now.time - now.dt ? cells.since[i] : now.time; }

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

    CRINE_HD Intent live(std::size_t i) const {
        double const duration = types[cells.type[i]].cycle_duration;
        bool const cycling = cells.state[i] == CellState::cycling;
        auto const acts = fates[cells.type[i]];
        auto const rate = [&](Act const& act) {
            return cycling && act.kind == Act::Kind::enter_cycle ? Real(0) : phenotype(act.behaviour, i);
        };

        Random random(seed, Stream::fate, now.step, cells.id[i]);
        Race race(random);
        for (std::size_t a = 0; a < acts.size; ++a) race.add(rate(acts[a]));
        bool const prey = types[cells.type[i]].prey;
        if (prey) add_appetites(race, i);
        double const start = waiting_since(i);
        bool const happens = race.ends_within(end() - start);

        Intent intent;
        double const division = cells.since[i] + duration;
        if (cycling && due(division) && !(happens && start + race.waiting() < division)) {
            intent.kind = Intent::Kind::divide, intent.at = division;
            return intent;
        }
        if (!happens) return intent;
        intent.at = start + race.waiting();
        Act chosen;
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
            case Act::Kind::apoptosis:
                intent.kind = Intent::Kind::apoptosis;
                break;
            case Act::Kind::necrosis:
                intent.kind = Intent::Kind::necrosis;
                break;
            case Act::Kind::differentiate:
                intent.kind = Intent::Kind::differentiate;
                break;
            default:
                intent.kind = Intent::Kind::enter_cycle;
        }
        if (intent.kind == Intent::Kind::enter_cycle && due(intent.at + duration))
            intent.kind = Intent::Kind::divide, intent.at += duration;
        return intent;
    }

    /// A dead cell vanishes when its time is over, or before that into one of the phagocytes that touch it.
    CRINE_HD Intent dead(std::size_t i) const {
        TypeConstants const& type = types[cells.type[i]];
        double const gone = cells.since[i] + (cells.state[i] == CellState::apoptotic ? type.apoptosis_duration : type.necrosis_duration);
        Intent intent;
        if (phagocytes) {
            Random random(seed, Stream::phagocytosis, now.step, cells.id[i]);
            Race race(random);
            add_appetites(race, i);
            double const start = waiting_since(i);
            if (race.ends_within((gone < end() ? gone : end()) - start)) {
                find_eater(race, i, intent);
                intent.at = start + race.waiting();
                return intent;
            }
        }
        if (due(gone)) intent.kind = Intent::Kind::vanish, intent.at = gone;
        return intent;
    }

    CRINE_HD void operator()(std::size_t i) const { intents[i] = alive(cells.state[i]) ? live(i) : dead(i); }
};

/// How many cells each live cell lets in through its wall.
struct ArrivalsBody {
    CellView cells;
    Phenotype phenotype;
    ListsView<Act> recruits;
    Span<Real const> supply;  ///< by type
    std::uint64_t seed;
    Moment now;
    Span<Intent> intents;
    CRINE_HD void operator()(std::size_t i) const {
        auto const doors = recruits[cells.type[i]];
        if (doors.empty() || !alive(cells.state[i])) return;
        double rate = 0;
        for (std::size_t a = 0; a < doors.size; ++a) rate += phenotype(doors[a].behaviour, i) * supply[doors[a].target];
        Random random(seed, Stream::arrivals, now.step, cells.id[i]);
        intents[i].recruits = static_cast<std::uint16_t>(arrivals(random, rate, now.dt, UINT16_MAX));
    }
};

/// Tells every phagocyte how many of those around it vanish into it. One that vanishes itself takes them along.
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

}  // namespace

void Engine::behave(Moment now) {
    CRINE_EXPECTS(cells_.sorted && now.dt > 0);
    Programs const& programs = cells_.programs;
    cells_.intents.resize(cells_.size());
    if (programs.damages) attack(now);
    CellView const cells = cells_.view();
    Phenotype const phenotype = cells_.phenotype();
    for_each_index(cells_.size(),
                   DecideBody{cells, phenotype, cells_.bins, programs.types.span(), programs.fates.view(), model_.vocabulary(),
                              programs.phagocytes, programs.fusions, model_.seed, now, cells_.intents.span()});
    if (programs.fusions) unite();
    if (programs.recruits.items.size() != 0) {
        cells_.supply.upload(cell_pools_.supply());
        for_each_index(cells_.size(), ArrivalsBody{cells, phenotype, programs.recruits.view(), std::as_const(cells_.supply).span(),
                                                   model_.seed, now, cells_.intents.span()});
    }
    if (programs.phagocytes || programs.predators)
        for_each_index(cells_.size(), EatBody{cells, cells_.bins, programs.types.span(), cells_.intents.span()});
    if (!model_.cell_pools.empty()) {
        std::vector<PoolState> levels;
        endocrine_.report(levels);
        cell_pools_.live(levels, now);
    }
}

}  // namespace CRINE_NS
}  // namespace crine
