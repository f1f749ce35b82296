#include "crine/model/damage.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>

/// Attacks and the damage they do.

namespace crine::test {
namespace {

constexpr double kStep = 60;
constexpr Real kForever = Real(1e12);

/// Type 0 attacks type 1; nobody moves or dies.
Model hunters_and_prey(Real rate, Real duration, Real damage) {
    Model m = box(20, 20, 20, 20);
    for (int t = 0; t < 3; ++t) {
        add_type(m, 5, 3);
        m.types[t].mechanics = false;
    }
    m.types[0].base[m.vocabulary().of(behaviour::attack, 1)] = rate;
    m.types[0].base[behaviour::attack_duration] = duration;
    m.types[0].base[behaviour::attack_damage] = damage;
    return m;
}

/// n pairs of an attacker (odd id) and its victim (even id), each alone.
InitialState pairs(Model const& m, int n, std::uint8_t victim = 1) {
    InitialState s = empty_state(m);
    for (int k = 0; k < n; ++k) {
        int const layer = k / 100;
        Vec3 const p{Real(20 + 40 * (k % 10)), Real(20 + 40 * (k / 10 % 10)), Real(20 + 40 * layer)};
        s.cells.add(0, p, 5);
        s.cells.add(victim, p + Vec3{0, 9, 0}, 5);
    }
    return s;
}

}  // namespace

TEST(DamageFormula, IsExactAtAnyStep) {
    double const repair = 2e-3, per_time = 0.01;
    auto const exact = [&](double start, double t) {
        return start * std::exp(-repair * t) + per_time / repair * (1 - std::exp(-repair * t));
    };
    for (double dt : {1.0, 100.0, 1e4}) {
        Damage const law{repair, dt};
        EXPECT_TRUE(close(law.left(3) + per_time * law.of(0, dt), exact(3, dt), 1e-12)) << dt;
        double const part = law.of(0, 0.3 * dt) + law.of(0.3 * dt, 0.8 * dt) + law.of(0.8 * dt, dt);
        EXPECT_TRUE(close(part, law.of(0, dt), 1e-12)) << dt;
    }
    EXPECT_EQ((Damage{0, 100}).left(3) + (Damage{0, 100}).of(10, 12), 5);
}

using AttackOnEveryEngine = OnEveryEngine;

TEST_P(AttackOnEveryEngine, AnAttackDoesDamageWhileItLasts) {
    Model m = hunters_and_prey(std::numeric_limits<Real>::infinity(), 150, Real(0.02));
    InitialState s = pairs(m, 1);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    auto const victim = [&] {
        HostCells const c = cells_of(*engine);
        std::size_t const i = find(c, 2);
        return std::pair<double, double>{c.damage[i], c.attacked[i]};
    };
    live(*engine, 2, kStep);
    EXPECT_TRUE(close(victim().second, 120));
    EXPECT_TRUE(close(victim().first, 120 * 0.02));
    EXPECT_TRUE(close(cells_of(*engine).attack_end[0], 150));
    live(*engine, 1, kStep, Motion::off, 2);  // ends half-way; the next one begins at once
    EXPECT_TRUE(close(victim().second, 180));
    EXPECT_TRUE(close(cells_of(*engine).attack_begin[0], 150));
    live(*engine, 2, kStep, Motion::off, 3);
    EXPECT_TRUE(close(victim().second, 300));
    EXPECT_TRUE(close(victim().first, 300 * 0.02));
}

TEST_P(AttackOnEveryEngine, DamageIsRepairedInProportion) {
    Model m = hunters_and_prey(std::numeric_limits<Real>::infinity(), kForever, Real(0.02));
    double const repair = 3e-3, background = 5e-3;
    m.types[1].base[behaviour::repair] = static_cast<Real>(repair);
    m.types[1].base[behaviour::damage] = static_cast<Real>(background);
    InitialState s = pairs(m, 1);
    s.cells.damage[1] = 2;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 15, kStep);
    HostCells const c = cells_of(*engine);
    double const left = std::exp(-repair * 15 * kStep);
    EXPECT_TRUE(close(c.damage[find(c, 2)], 2 * left + (0.02 + background) / repair * (1 - left), 1e-5));
    EXPECT_EQ(c.damage[find(c, 1)], 0);
}

TEST_P(AttackOnEveryEngine, AttacksBeginAtTheirRateTimesImmunogenicity) {
    double const rate = 1e-3, duration = 300, factor = 0.4;
    for (double immunogenicity : {1.0, factor, 0.0}) {
        Model m = hunters_and_prey(Real(rate), Real(duration), Real(0.02));
        m.types[1].base[m.vocabulary().of(behaviour::immunogenicity, 0)] = static_cast<Real>(immunogenicity);
        InitialState s = pairs(m, 1000);
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        int const steps = 600;
        live(*engine, steps, 20);
        double total = 0;
        HostCells const c = cells_of(*engine);
        for (std::size_t i = 0; i < c.size(); ++i) total += static_cast<double>(c.attacked[i]);
        if (immunogenicity == 0) {
            EXPECT_EQ(total, 0);
            continue;
        }
        // Cycles of a wait and a duration: t/C + E[C²]/2C² - 1 of them are complete on average, and share · duration / 2 of the next
        double const wait = 1 / (rate * immunogenicity), cycle = wait + duration;
        double const square = duration * duration + 2 * duration * wait + 2 * wait * wait, share = duration / cycle;
        double const mean = 1000 * share * (steps * 20 + square / (2 * cycle) - cycle + duration / 2);
        EXPECT_NEAR(total, mean, 0.02 * mean) << immunogenicity;
    }
}

TEST_P(AttackOnEveryEngine, DamageAddsUpAsInAPlainLoop) {
    Model m = hunters_and_prey(Real(5e-3), 400, Real(0.02));
    m.types[2].base = m.types[0].base;
    m.types[2].base[behaviour::attack_damage] = Real(0.07);
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 4000, 0, 5, 1);
    scatter(s.cells, m.grid, 3000, 1, 5, 2);
    scatter(s.cells, m.grid, 1000, 2, 5, 3);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 5, kStep);
    HostCells const before = cells_of(*engine);
    live(*engine, 1, kStep, Motion::off, 5);
    HostCells const after = cells_of(*engine);
    std::vector<double> damage(after.id.size() + 1, 0), attacked(damage.size(), 0);
    for (std::size_t i = 0; i < before.size(); ++i) damage[before.id[i]] = before.damage[i], attacked[before.id[i]] = before.attacked[i];
    int attacks = 0;
    double const begin = 5 * kStep, end = 6 * kStep;
    auto const inflict = [&](std::uint32_t target, std::uint8_t attacker, double from, double to) {
        double const time = std::min(end, to) - std::max(begin, from);
        ASSERT_GE(time, 0);
        damage[target] += time * (attacker == 0 ? 0.02 : 0.07), attacked[target] += time;
        ++attacks;
    };
    for (std::size_t j = 0; j < before.size(); ++j)  // what goes on from the step before
        if (before.target[j] != 0 && before.attack_end[j] > begin)
            inflict(before.target[j], before.type[j], before.attack_begin[j], before.attack_end[j]);
    for (std::size_t j = 0; j < after.size(); ++j) {
        if (after.target[j] == 0 || after.attack_begin[j] < begin) continue;
        std::size_t const i = find(after, after.target[j]);
        ASSERT_EQ(after.type[i], 1);
        ASSERT_LE(norm(position(after, i) - position(after, j)), Real(12.5001));
        inflict(after.target[j], after.type[j], after.attack_begin[j], after.attack_end[j]);
    }
    EXPECT_GT(attacks, 500);
    for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_TRUE(close(after.damage[i], damage[after.id[i]], 1e-5)) << after.id[i];
        EXPECT_TRUE(close(after.attacked[i], attacked[after.id[i]], 1e-5)) << after.id[i];
    }
}

TEST_P(AttackOnEveryEngine, ItEndsWhenTheVictimDiesAndADaughterAttacksNobody) {
    Model m = hunters_and_prey(std::numeric_limits<Real>::infinity(), kForever, Real(0.02));
    m.types[1].apoptosis_duration = kForever;
    m.rules = {{1, signal::damage, behaviour::apoptosis, true, 1, 2, 64, false}};  // at 2, which is after 100 s
    InitialState s = pairs(m, 1);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    live(*engine, 2, kStep);
    EXPECT_EQ(cells_of(*engine).target[0], 2u);
    live(*engine, 4, kStep, Motion::off, 2);
    HostCells const c = cells_of(*engine);
    EXPECT_EQ(c.state[find(c, 2)], CellState::apoptotic);
    EXPECT_EQ(c.target[find(c, 1)], 0u);
    EXPECT_LT(c.damage[find(c, 2)], 5);

    m.rules = {{0, signal::attacking, behaviour::cycle_entry, true, Real(0.02), Real(0.01), 8, false}};
    engine->start(m, pairs(m, 1));
    live(*engine, 4, kStep);
    HostCells const d = cells_of(*engine);
    for (std::size_t i = 0; i < d.size(); ++i) EXPECT_TRUE(d.born[i] == 0 || d.target[i] == 0 || d.attack_begin[i] >= d.born[i]);
    EXPECT_GT(d.size(), 2u);
}

CRINE_ON_EVERY_ENGINE(AttackOnEveryEngine);

}  // namespace crine::test
