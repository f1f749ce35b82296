#include "kernels/engine.h"

#include "crine/model/damage.h"
#include "crine/model/fate.h"
#include "kernels/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// Decides whom each cell attacks in [time, time + dt). A cell attacks one other at a time, for the duration of an attack or until that one
/// dies or no longer touches it, then waits for the next; of several that touch it, what it begins with is a race.
struct TargetBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    Vocabulary words;
    std::uint64_t seed;
    Moment now;

    CRINE_HD Real eagerness(std::size_t i, std::size_t j) const {
        if (!alive(cells.state[j])) return 0;
        return phenotype(words.of(behaviour::attack, cells.type[j]), i) * phenotype(words.of(behaviour::immunogenicity, cells.type[i]), j);
    }
    /// Whether its attack is still going on; if it is not, it has ended by now.
    CRINE_HD bool goes_on(std::size_t i) const {
        if (cells.target[i] == 0 || cells.attack_end[i] <= now.time) return false;
        bool there = false;
        for_each_touching(bins, cells, types, i,
                          [&](std::size_t j) { there = there || (cells.id[j] == cells.target[i] && alive(cells.state[j])); });
        if (!there) cells.attack_end[i] = now.time;
        return there;
    }

    CRINE_HD void operator()(std::size_t i) const {
        if (alive(cells.state[i]) && goes_on(i)) return;
        cells.target[i] = 0;
        if (!alive(cells.state[i])) return;

        Random random(seed, Stream::attack, now.step, cells.id[i]);
        Race race(random);
        for_each_touching(bins, cells, types, i, [&](std::size_t j) { race.add(eagerness(i, j)); });
        double const end = now.time + now.dt, start = cells.attack_end[i] > now.time - now.dt ? cells.attack_end[i] : now.time;
        if (!race.ends_within(end - start)) return;
        bool found = false;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            Real const rate = eagerness(i, j);
            if (found || !(rate > 0)) return;
            cells.target[i] = cells.id[j];
            found = race.is(rate);
        });
        // at most one attack begins in a step: what a faster cell would have begun before begins now
        double const begin = start + race.waiting();
        cells.attack_begin[i] = begin > now.time ? begin : now.time;
        cells.attack_end[i] = cells.attack_begin[i] + phenotype(behaviour::attack_duration, i);
    }
};

/// What attackers and all else do to each cell meanwhile, and what it repairs.
struct DamageBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    bool attackers;
    Moment now;

    /// For how long in this step cell j attacks its target [s].
    CRINE_HD double time_of_attack(std::size_t j) const {
        double const end = now.time + now.dt;
        double const from = cells.attack_begin[j] > now.time ? cells.attack_begin[j] : now.time;
        double const to = cells.attack_end[j] < end ? cells.attack_end[j] : end;
        return to > from ? to - from : 0;
    }

    CRINE_HD void operator()(std::size_t i) const {
        if (!alive(cells.state[i])) return;
        Real const dt = static_cast<Real>(now.dt);
        Real inflicted = phenotype(behaviour::damage, i) * dt;
        if (attackers)
            for_each_touching(bins, cells, types, i, [&](std::size_t j) {
                if (cells.target[j] != cells.id[i]) return;
                Real const time = static_cast<Real>(time_of_attack(j));
                inflicted += phenotype(behaviour::attack_damage, j) * time;
                cells.attacked[i] += time;
            });
        cells.damage[i] = Damage{phenotype(behaviour::repair, i), dt}(cells.damage[i], inflicted);
    }
};

}  // namespace

void Engine::attack(Moment now) {
    Programs const& programs = cells_.programs;
    CellView const cells = cells_.view();
    Phenotype const phenotype = cells_.phenotype();
    if (programs.attackers)
        for_each_index(cells_.size(),
                       TargetBody{cells, phenotype, cells_.bins, programs.types.span(), model_.vocabulary(), model_.seed, now});
    for_each_index(cells_.size(), DamageBody{cells, phenotype, cells_.bins, programs.types.span(), programs.attackers, now});
}

}  // namespace CRINE_NS
}  // namespace crine
