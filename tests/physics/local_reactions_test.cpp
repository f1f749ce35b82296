#include "crine/units.h"
#include "host/networks/network_compiler.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <cmath>

/// Reactions between ligands by formulas, in every voxel, against closed forms.

namespace crine::test {
namespace {

class LocalReaction : public OnEveryEngine {};

Text text(std::string const& value) { return {value, {"test", 0, 0, ""}}; }
Formula formula(std::string const& value) {
    Formula f;
    f.value = value, f.at = {"test", 0, 0, ""};
    return f;
}

enum Which { a, b };

/// 2 A → B at the rate `rate`, a formula in molecules/µm³ and s; A and B diffuse with D = 10 and 0.
Model reacting(Grid const& like, std::string const& rate, double tolerance) {
    Model m = box(like.nx, like.ny, like.nz, like.spacing);
    add_ligand(m, 10, 0, Scheme::adaptive);
    add_ligand(m, 0, 0, Scheme::adaptive);
    m.solver_tolerance = tolerance;
    NetworkInputs in;
    in.time = text("s"), in.tolerance.value = tolerance, in.negligible.emplace().value = 1e-9;
    for (char const* name : {"A", "B"}) in.species.push_back({text(name), {formula("0"), {}, {}, {}}});
    NetworkReactionInput reaction;
    reaction.from.list = {{text("A"), 2}}, reaction.to.list = {{text("B"), 1}}, reaction.rate = formula(rate);
    in.reactions.push_back(reaction);
    m.local_reactions.push_back({compile_local_network(in), {a, b}, 1});
    return m;
}

void advance(Backend& on, double dt, int steps) {
    for (int n = 0; n < steps; ++n) {
        Moment const now{n * dt, dt, static_cast<std::uint64_t>(n)};
        on.exchange(now), on.transport(now), on.check(now);
    }
}

constexpr double kK = 0.02;

TEST_P(LocalReaction, SecondOrderLossIsExactAtAnyStep) {
    for (double dt : {1.0, 20.0, 100.0}) {
        Model const m = reacting(box(4, 3, 2, 5).grid, "0.02 * A^2", 1e-5);
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3) { return l == a ? 5 : 0; }));
        advance(*engine, dt, static_cast<int>(100 / dt));
        double const left = 5 / (1 + 2 * kK * 5 * 100);
        for (Real c : field(*engine, a, 2)) EXPECT_TRUE(close(c, left, 1e-4)) << dt;
        for (Real c : field(*engine, b, 2)) EXPECT_TRUE(close(c, (5 - left) / 2, 1e-4)) << dt;
        for (int l : {a, b})
            EXPECT_LT(std::fabs(engine->totals().ligands[static_cast<std::size_t>(l)].imbalance()), sizeof(Real) == 8 ? 1e-10 : 1e-6);
    }
}

/// Michaelis-Menten by a formula and as a saturable conversion, of a gradient that diffuses meanwhile.
TEST_P(LocalReaction, AgreesWithTheConversionOfTheSameLaw) {
    Model local = reacting(box(24, 1, 1, 5).grid, "0.05 * A / (1 + A)", 1e-5);
    Model built_in = local;
    built_in.local_reactions.clear();
    built_in.conversions.push_back({a, {b}, -1, Real(0.1), 1});
    auto const run = [&](Model const& m) {
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == a ? 2 + std::cos(kPi * p.x / 120) : 0; }));
        advance(*engine, 10, 10);
        return field(*engine, a, 2);
    };
    auto const one = run(local), other = run(built_in);
    for (std::size_t v = 0; v < one.size(); ++v) EXPECT_TRUE(close(one[v], other[v], 3e-4)) << v;
}

/// Where A is held it does not change, but makes B as it would: dB/dt = k A².
TEST_P(LocalReaction, WhatIsHeldStaysAndMakesItsProducts) {
    Model m = reacting(box(6, 1, 1, 5).grid, "0.02 * A^2", 1e-5);
    m.material_names = {"tissue", "source"};
    m.materials.resize(4);
    m.materials[2] = m.materials[0], m.materials[3] = m.materials[1];
    m.materials[2].fixed = true, m.materials[2].value = 3;
    m.material[0] = 1;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == a && p.x < 5 ? 3 : 0; }));
    advance(*engine, 10, 10);
    EXPECT_EQ(field(*engine, a, 2)[0], 3);
    EXPECT_TRUE(close(field(*engine, b, 2)[0], kK * 9 * 100, 1e-4));
    EXPECT_LT(std::fabs(engine->totals().ligands[a].imbalance()), sizeof(Real) == 8 ? 1e-10 : 1e-6);
}

TEST_P(LocalReaction, HasTheSameBitsOnAnyNumberOfThreads) {
    if (GetParam().kind != Device::Kind::cpu) GTEST_SKIP() << "threads of a CPU";
    Model const m = reacting(box(40, 30, 5, 5).grid, "0.02 * A^1.5", 1e-3);
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(m, empty_state(m, [](int l, Vec3 p) { return l == a ? 1 + std::sin(p.x / 9) * std::cos(p.y / 7) : 0; }));
        advance(*engine, 10, 3);
        return engine->state_hash();
    });
}

CRINE_ON_EVERY_ENGINE(LocalReaction);

}  // namespace
}  // namespace crine::test
