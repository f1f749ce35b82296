// Whom cells attack in a step, and the damage that attacks and other causes do and that repair undoes.
#include "kernels/behaviour/behaviour.h"

#include "crine/model/attack.h"
#include "crine/model/damage.h"
#include "crine/model/fate.h"
#include "kernels/cells/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// How eager cells are to attack each other.
struct Eagerness {
    CellView cells;
    Phenotype phenotype;
    Vocabulary words;
    CRINE_HD double operator()(std::size_t i, std::size_t j) const {
        if (!alive(cells.state[j])) return 0;
        return Race::finite(phenotype(words.of(behaviour::attack, cells.type[j]), i)) *
               Race::finite(phenotype(words.of(behaviour::immunogenicity, cells.type[i]), j));
    }
};

/// Decides whom each cell attacks in [time, time + dt). A cell attacks one other at a time, for the duration of an attack or until that one
/// dies or no longer touches it, which it notices at the beginning of a step, then waits for the next; of several that touch it, what it
/// begins with is a race.
struct TargetBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    Eagerness eagerness;
    std::uint64_t seed;
    Moment now;
    Span<AttackCourse> courses;

    CRINE_HD bool touches_live(std::size_t i, std::uint32_t id) const {
        bool there = false;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) { there = there || (cells.id[j] == id && alive(cells.state[j])); });
        return there;
    }
    CRINE_HD void begin(std::size_t i, double at, double until, double pick) const {
        cells.target[i] = 0;
        double sum = 0;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            sum += eagerness(i, j);
            if (cells.target[i] == 0 && pick < sum) cells.target[i] = cells.id[j];
        });
        cells.attack_begin[i] = at, cells.attack_end[i] = until;
    }

    CRINE_HD void operator()(std::size_t i) const {
        AttackCourse& course = courses[i];
        course = {};
        double const end = now.time + now.dt;
        course.free = now.time;
        if (cells.target[i] != 0 && cells.attack_end[i] > now.time) {
            if (alive(cells.state[i]) && touches_live(i, cells.target[i])) {
                course.first = cells.target[i];
                course.free = course.first_end = cells.attack_end[i] < end ? cells.attack_end[i] : end;
                if (cells.attack_end[i] >= end) return;
            } else {
                cells.attack_end[i] = now.time;
            }
        }
        cells.target[i] = 0;
        if (!alive(cells.state[i])) return;
        double const duration = phenotype(behaviour::attack_duration, i);
        for_each_touching(bins, cells, types, i, [&](std::size_t j) { course.rate += eagerness(i, j); });
        if (!(course.rate > 0) || !(duration > 0)) return;

        Random random(seed, Stream::attack, now.step, cells.id[i]);
        if (Attacks::many(course.rate, duration, end - course.free)) {
            course.others = AttackCourse::Kind::many;
            double const age = duration * random.uniform_fine(), pick = course.rate * random.uniform_fine();
            if (random.uniform_fine() < Attacks::share(course.rate, duration)) begin(i, end - age, end - age + duration, pick);
            return;
        }
        Attacks attacks(random, course.rate, duration, course.free, end);
        double at = 0, until = 0, pick = 0;
        while (attacks.next()) {
            course.others = course.others == AttackCourse::Kind::none ? AttackCourse::Kind::one : AttackCourse::Kind::several;
            at = attacks.begin(), until = attacks.finish(), pick = attacks.pick();
        }
        if (course.others != AttackCourse::Kind::none) begin(i, at, until, pick);
    }
};

/// What attackers and all else do to each cell meanwhile, and what it repairs.
struct DamageBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    Eagerness eagerness;
    std::uint64_t seed;
    Moment now;
    Span<AttackCourse const> courses;  ///< empty: nobody attacks

    /// The rates at which cell j begins to attack those that it comes to before cell i, and with cell i, as TargetBody adds them up.
    struct Part {
        double before = 0, with = 0;
    };
    CRINE_HD Part part_of(std::size_t i, std::size_t j) const {
        Part part;
        double sum = 0;
        for_each_touching(bins, cells, types, j, [&](std::size_t other) {
            if (other == i) part.before = sum;
            sum += eagerness(j, other);
            if (other == i) part.with = sum;
        });
        return part;
    }

    /// Calls visit(from, to, share) for the times at which cell j attacks cell i, or does so for a share of the time.
    template <class Visit>
    CRINE_HD void for_each_attack(std::size_t i, std::size_t j, Visit&& visit) const {
        AttackCourse const& course = courses[j];
        double const end = now.time + now.dt;
        auto const until_end = [&](double at) { return at < end ? at : end; };
        if (course.first == cells.id[i]) visit(now.time, course.first_end, 1.0);
        if (course.others == AttackCourse::Kind::none || eagerness(j, i) == 0) return;
        if (course.others == AttackCourse::Kind::one) {
            if (cells.target[j] == cells.id[i]) visit(cells.attack_begin[j], until_end(cells.attack_end[j]), 1.0);
            return;
        }
        Part const part = part_of(i, j);
        double const duration = phenotype(behaviour::attack_duration, j);
        if (course.others == AttackCourse::Kind::many) {
            visit(course.free, end, Attacks::share(course.rate, duration) * (part.with - part.before) / course.rate);
            return;
        }
        Attacks attacks(Random(seed, Stream::attack, now.step, cells.id[j]), course.rate, duration, course.free, end);
        while (attacks.next())
            if (attacks.pick() >= part.before && attacks.pick() < part.with) visit(attacks.begin(), until_end(attacks.finish()), 1.0);
    }

    CRINE_HD void operator()(std::size_t i) const {
        if (!alive(cells.state[i])) return;
        Damage const law{phenotype(behaviour::repair, i), now.dt};
        double damage = law.left(cells.damage[i]) + phenotype(behaviour::damage, i) * law.of(0, now.dt), attacked = 0;
        if (!courses.empty())
            for_each_touching(bins, cells, types, i, [&](std::size_t j) {
                for_each_attack(i, j, [&](double from, double to, double share) {
                    damage += share * phenotype(behaviour::attack_damage, j) * law.of(from - now.time, to - now.time);
                    attacked += share * (to - from);
                });
            });
        cells.damage[i] = damage, cells.attacked[i] += attacked;
    }
};

}  // namespace

void Behaviour::attack(Model const& model, Population& cells, Moment now) {
    Programs const& programs = cells.programs;
    CellView const view = cells.view();
    Phenotype const phenotype = cells.phenotype();
    Eagerness const eagerness{view, phenotype, model.vocabulary()};
    courses_.resize(programs.attackers ? cells.size() : 0);
    if (programs.attackers)
        for_each_index(cells.size(),
                       TargetBody{view, phenotype, cells.bins, programs.types.span(), eagerness, model.seed, now, courses_.span()});
    for_each_index(cells.size(), DamageBody{view, phenotype, cells.bins, programs.types.span(), eagerness, model.seed, now,
                                            std::as_const(courses_).span()});
}

}  // namespace CRINE_NS
}  // namespace crine
