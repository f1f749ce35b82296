#include "support/engines.h"
#include "support/population.h"
#include "support/threads.h"

namespace crine::test {
namespace {

/// A busy tissue: vessels let cells in, cells walk, push, follow a gradient, divide, change type, die, are eaten, attack,
/// engulf and fuse with each other; rules look at fields, neighbours, damage and time.
struct Tissue {
    Model model;
    InitialState state;
};
Tissue busy_tissue() {
    Tissue t{box(12, 12, 8, 15), {}};
    Model& m = t.model;
    m.seed = 20;
    m.grid.periodic[0] = true;
    add_ligand(m, 10, Real(1e-3));
    for (int n = 0; n < 4; ++n) add_type(m, Real(4 + n % 2), 4);
    Vocabulary const words = m.vocabulary();
    for (CellType& type : m.types) {
        type.base[behaviour::repulsion] = Real(0.15), type.base[behaviour::adhesion] = Real(0.01);
        type.apoptosis_duration = 1800, type.necrosis_duration = 2400, type.cycle_duration = 3000;
    }
    CellType &stroma = m.types[0], &vessel = m.types[1], &hunter = m.types[2], &grown = m.types[3];
    stroma.base[behaviour::cycle_entry] = Real(2e-4), stroma.base[behaviour::apoptosis] = Real(1e-4),
    stroma.base[behaviour::necrosis] = Real(2e-5);
    stroma.base[words.of(behaviour::secretion, 0)] = 5;
    vessel.moves = false, vessel.base[words.of(behaviour::recruitment, 2)] = Real(5e-4);
    hunter.base[behaviour::speed] = Real(0.1), hunter.base[behaviour::persistence] = 200, hunter.base[behaviour::phagocytosis] = Real(2e-3);
    hunter.base[words.of(behaviour::chemotaxis, 0)] = 200, hunter.chemotaxis_speed = Real(0.2);
    hunter.base[words.of(behaviour::differentiation, 3)] = Real(1e-4);
    grown.base[behaviour::apoptosis] = Real(2e-4);
    grown.base[words.of(behaviour::attack, 0)] = Real(2e-3), grown.base[words.of(behaviour::attack, 2)] = Real(1e-3);
    grown.base[behaviour::attack_duration] = 400, grown.base[behaviour::attack_damage] = Real(1e-2);
    hunter.base[words.of(behaviour::engulfing, 3)] = Real(1e-5), hunter.base[behaviour::necrotic_phagocytosis] = Real(1e-3);
    hunter.base[behaviour::bias] = Real(0.3), hunter.base[words.of(behaviour::attraction, 0)] = 1;
    hunter.base[words.of(behaviour::fusion, 2)] = Real(1e-5), grown.base[words.of(behaviour::affinity, 0)] = Real(0.5);
    stroma.base[behaviour::repair] = Real(1e-3), stroma.base[words.of(behaviour::offspring, 3)] = Real(0.1);
    m.rules = {{0, signal::pressure, behaviour::cycle_entry, false, 0, 1, 4, false},
               {0, words.of(signal::contacts, 2), behaviour::apoptosis, true, Real(1e-3), 2, 2, false},
               {1, words.of(signal::concentration, 0), words.of(behaviour::recruitment, 2), true, Real(2e-3), Real(0.1), 1, false},
               {2, signal::engulfed, words.of(behaviour::differentiation, 3), true, Real(1e-3), 2, 2, false},
               {2, words.of(signal::gradient, 0), behaviour::speed, false, 0, Real(0.01), 1, false},
               {0, signal::damage, behaviour::apoptosis, true, Real(5e-3), 2, 4, false},
               {3, signal::compression, words.of(behaviour::attack, 0), false, 0, 1, 2, false},
               {0, signal::dead_contacts, words.of(behaviour::secretion, 0), true, 50, 1, 1, false}};
    t.state = empty_state(m);
    scatter(t.state.cells, m.grid, 1500, 0, m.types[0].radius, 1);
    scatter(t.state.cells, m.grid, 60, 1, m.types[1].radius, 2);
    return t;
}

std::uint64_t hash_after(Device const& device, int steps, double dt = 60) {
    Tissue const t = busy_tissue();
    auto const engine = make_backend(device);
    engine->start(t.model, t.state);
    for (int n = 0; n < steps; ++n) {
        Moment const now{n * dt, dt, static_cast<std::uint64_t>(n)};
        engine->sort();
        engine->exchange(now);
        engine->transport(now);
        engine->sense(now);
        engine->behave(now);
        engine->move(now);
        engine->apply(now);
        engine->check(now);
    }
    Totals const totals = engine->totals();  // the run was busy
    EXPECT_GT(totals.divisions, 50u);
    EXPECT_GT(totals.deaths, 50u);
    EXPECT_GT(totals.engulfments, 20u);
    EXPECT_GT(totals.removals, totals.engulfments);
    EXPECT_GT(totals.differentiations, 10u);
    EXPECT_GT(totals.recruited[2], 50u);
    return engine->state_hash();
}

}  // namespace

using DeterminismOnEveryEngine = OnEveryEngine;

TEST_P(DeterminismOnEveryEngine, SameBitsWithAnyNumberOfThreadsAndFromRunToRun) {
    auto const once = same_on_any_number_of_threads(GetParam(), [](Device const& device) { return hash_after(device, 200); });
    EXPECT_EQ(hash_after(GetParam(), 200), once);
}

/// Steps in which cells do several things, one after the other.
TEST_P(DeterminismOnEveryEngine, SameBitsWithAnyNumberOfThreadsInLongSteps) {
    same_on_any_number_of_threads(GetParam(), [](Device const& device) { return hash_after(device, 4, 3000); });
}

TEST(Determinism, SameBitsWithEveryInstructionSet) {
    Device device;
    device.kind = Device::Kind::cpu;
    device.instruction_set = "baseline";
    std::uint64_t const baseline = hash_after(device, 200);
    for (auto const& name : cpu_instruction_sets()) {
        device.instruction_set = name;
        EXPECT_EQ(make_backend(device)->info().instruction_set, name);
        EXPECT_EQ(hash_after(device, 200), baseline) << name;
    }
}

TEST(Determinism, AnUnknownInstructionSetIsRefused) {
    Device device;
    device.kind = Device::Kind::cpu;
    device.instruction_set = "v9";
    EXPECT_THROW(make_backend(device), InputError);
}

CRINE_ON_EVERY_ENGINE(DeterminismOnEveryEngine);

}  // namespace crine::test
