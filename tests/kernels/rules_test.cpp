#include "crine/model/contact.h"
#include "crine/model/hill.h"
#include "support/engines.h"
#include "support/population.h"

#include <cmath>

namespace crine::test {
namespace {

/// The grammar by hand: value = U + (m - U) H(down), U = b + (M - b) H(up).
double by_hand(double b, double M, double m, double up, double down) {
    double const U = b + (M - b) * up / (1 + up);
    return U + (m - U) * down / (1 + down);
}

/// How fast one cell walks: rules that modulate its speed show in how far it gets in a step.
double speed_of(Backend& on, std::uint32_t id, Moment now) {
    on.sort();
    on.sense(now);
    HostCells const before = cells_of(on);
    on.move(now);
    HostCells const after = cells_of(on);
    return static_cast<double>(norm(position(after, find(after, id)) - position(before, find(before, id)))) / now.dt;
}

Model walker(int ligands = 0) {
    Model m = box(10, 10, 10, 20);
    for (int l = 0; l < ligands; ++l) add_ligand(m, 0, 0);
    add_type(m, 5);
    m.types[0].base[behaviour::speed] = Real(0.5);
    m.types[0].base[behaviour::persistence] = 60;
    return m;
}

}  // namespace

TEST(HillResponseFormula, FollowsTheGrammar) {
    HillResponse const response{2, 10, Real(0.5)};
    HillSum up, down;
    EXPECT_TRUE(close(response(up, down), 2));
    up.add(3, 6, 2);  // 1/4
    up.add(2, 8, 1);  // 1/4
    EXPECT_TRUE(close(response(up, down), by_hand(2, 10, 0.5, 0.5, 0)));
    down.add(4, 2, 3);  // 8
    EXPECT_TRUE(close(response(up, down), by_hand(2, 10, 0.5, 0.5, 8)));
    down.add(-1, 2, Real(1.5));  // round-off below 0 counts as nothing
    EXPECT_TRUE(close(response(up, down), by_hand(2, 10, 0.5, 0.5, 8)));
}

TEST(HillResponseFormula, TakesAnyPower) {
    for (Real s : {Real(0), Real(0.3), Real(1), Real(1.9)})
        for (Real hill : {Real(0.5), Real(1), Real(1.5), Real(2), Real(3), Real(4), Real(7), Real(32), Real(33), Real(100.5)})
            EXPECT_TRUE(close(hill_power(s, hill), std::pow(static_cast<double>(s), static_cast<double>(hill)), 1e-5))
                << s << " to the power of " << hill;
    EXPECT_EQ(hill_power(3, 4), 81);
}

TEST(HillResponseFormula, IsDefinedAtItsLimits) {
    HillSum none, some, full;
    some.add(1, 1, 1);
    full.add(Real(1e30), Real(1e-30), 8);
    EXPECT_EQ(HillResponse({1, 3, 1})(full, none), 3);
    EXPECT_EQ(HillResponse({1, 1, 0})(none, full), 0);
    Real const at_once = std::numeric_limits<Real>::infinity();
    EXPECT_EQ(HillResponse({at_once, at_once, 0})(none, none), at_once);
    EXPECT_EQ(HillResponse({at_once, at_once, 0})(none, some), at_once);
    EXPECT_EQ(HillResponse({at_once, at_once, 0})(none, full), 0);
    EXPECT_EQ(HillResponse({0, at_once, 0})(some, none), at_once);
    EXPECT_EQ(HillResponse({0, at_once, 0})(none, none), 0);
}

using RulesOnEveryEngine = OnEveryEngine;

TEST_P(RulesOnEveryEngine, WithoutSignalsTheBaseValueHolds) {
    Model m = walker();
    m.rules = {{0, signal::time, behaviour::speed, true, 2, 100, 1, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    EXPECT_TRUE(close(speed_of(*engine, 1, {0, 1, 0}), 0.5, 1e-4));
}

TEST_P(RulesOnEveryEngine, SeveralSignalsModulateOneBehaviour) {
    Model m = walker();
    m.rules = {{0, signal::time, behaviour::speed, true, 2, 100, 2, false},
               {0, signal::age, behaviour::speed, true, Real(1.5), 50, 1, false},
               {0, signal::volume, behaviour::speed, false, Real(0.1), 1000, 1, false},
               {0, signal::engulfed, behaviour::speed, false, Real(0.2), 4, 3, false},
               {0, signal::time_in_state, behaviour::persistence, false, 1, 10, 1, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.engulfed[0] = 2, s.cells.born[0] = -20, s.cells.since[0] = -5;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    double const volume = 4.0 / 3 * M_PI * 125;
    double const up = std::pow(70.0 / 100, 2) + 90.0 / 50, down = volume / 1000 + std::pow(2.0 / 4, 3);
    EXPECT_TRUE(close(speed_of(*engine, 1, {70, 1, 70}), by_hand(0.5, 2, 0.1, up, down), 1e-4));
}

TEST_P(RulesOnEveryEngine, ContactsAndPressureCountTheNeighbours) {
    Model m = box(10, 10, 10, 20);
    for (int t = 0; t < 3; ++t) add_type(m, 5, 3);
    for (CellType& t : m.types) t.moves = false;
    m.types[0].moves = true;
    Vocabulary const words = m.vocabulary();
    m.types[0].base[behaviour::speed] = 1;
    m.types[0].base[behaviour::persistence] = 60;
    m.rules = {{0, words.of(signal::contacts, 1), behaviour::speed, true, 2, 3, 1, false},
               {0, words.of(signal::contacts, 2), behaviour::speed, true, 3, 5, 1, false},
               {0, signal::dead_contacts, behaviour::speed, true, 4, 7, 1, false},
               {0, signal::pressure, behaviour::speed, true, 5, 2, 1, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    // touching: up to 12.5 µm away. Two live and one dead of type 1, one live of type 2, and one too far off.
    s.cells.add(1, {108, 100, 100}, 5);
    s.cells.add(1, {92, 100, 100}, 5);
    s.cells.add(1, {100, 112, 100}, 5);
    s.cells.add(2, {100, 100, 111}, 5);
    s.cells.add(2, {100, 100, Real(87.4)}, 5);
    s.cells.state[3] = CellState::apoptotic;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    engine->move({0, Real(1e-6), 0});  // measures the pressure: neighbours at 8 µm overlap by 0.2 of 10
    HostCells const c = cells_of(*engine);
    EXPECT_TRUE(close(c.pressure[find(c, 1)], 0.4, 1e-4));
    double const up = 2.0 / 3 + 1.0 / 5 + 1.0 / 7 + 0.4 / 2;
    EXPECT_TRUE(close(speed_of(*engine, 1, {1, Real(0.01), 1}), by_hand(1, 5, 1, up, 0), 1e-3));
}

TEST_P(RulesOnEveryEngine, ContactsAreToldApartByTheStateOfTheNeighbour) {
    Model m = box(10, 10, 10, 20);
    for (int t = 0; t < 2; ++t) add_type(m, 5, 2);
    m.types[1].moves = false;
    m.types[0].base[behaviour::speed] = 1;
    m.types[0].base[behaviour::persistence] = 60;
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.add(1, {108, 100, 100}, 5);
    s.cells.add(1, {92, 100, 100}, 5);
    s.cells.add(0, {100, 110, 100}, 5);
    s.cells.add(1, {100, 91, 100}, 5);
    s.cells.add(1, {100, 100, 112}, 5);
    s.cells.state[4] = CellState::apoptotic, s.cells.state[5] = CellState::necrotic;
    s.cells.damage[0] = 3, s.cells.attacked[0] = 40;
    double const compression = (2 * 0.2 * 0.2 + 0.1 * 0.1) / kDensePacking;
    struct Expected {
        int signal;
        double value;
    };
    auto const engine = make_backend(GetParam());
    for (Expected const& e : std::initializer_list<Expected>{{signal::live_contacts, 3},
                                                             {signal::apoptotic_contacts, 1},
                                                             {signal::necrotic_contacts, 1},
                                                             {signal::dead_contacts, 2},
                                                             {signal::compression, compression},
                                                             {signal::damage, 3},
                                                             {signal::attacked, 40},
                                                             {signal::attacking, 0},
                                                             {signal::dead, 0}}) {
        m.rules = {{0, e.signal, behaviour::speed, true, 5, 2, 1, false}};
        engine->start(m, s);
        EXPECT_TRUE(close(speed_of(*engine, 1, {1, Real(0.01), 1}), by_hand(1, 5, 1, e.value / 2, 0), 1e-3)) << e.signal;
    }
}

TEST_P(RulesOnEveryEngine, ConcentrationAndGradientAreReadAtTheCell) {
    Model m = walker(2);
    Vocabulary const words = m.vocabulary();
    m.rules = {{0, words.of(signal::concentration, 1), behaviour::speed, true, 3, 4, 2, false},
               {0, words.of(signal::gradient, 0), behaviour::speed, false, Real(0.1), Real(0.02), 1, false}};
    auto const linear = [](int ligand, Vec3 p) { return ligand == 0 ? 5 + 0.03 * p.x + 0.04 * p.y : 1 + 0.01 * p.z; };
    InitialState s = empty_state(m, linear);
    s.cells.add(0, {103, 98, 107}, 5);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    double const up = std::pow((1 + 0.01 * 107) / 4, 2), down = 0.05 / 0.02;
    EXPECT_TRUE(close(speed_of(*engine, 1, {1, 1, 1}), by_hand(0.5, 3, 0.1, up, down), 1e-3));
}

// Between materials a concentration has a kink at their face: two layers in their steady state, and a wall.
TEST_P(RulesOnEveryEngine, ConcentrationHasItsKinkWhereMaterialsMeet) {
    Model m = walker(1);
    Vocabulary const words = m.vocabulary();
    m.material_names = {"fast", "slow", "wall"};
    MaterialLigand const fast = m.materials[0];
    m.materials = {fast, fast, fast};
    m.materials[0].diffusivity = 10, m.materials[1].diffusivity = 1, m.materials[2].diffusivity = 0;
    int const half = m.grid.nx / 2;
    double const face = m.grid.spacing * half;
    for (std::size_t v = 0; v < m.material.size(); ++v) m.material[v] = static_cast<int>(v) % m.grid.nx >= m.grid.nx / 2;
    m.rules = {{0, words.of(signal::concentration, 0), behaviour::speed, true, 3, 4, 2, false}};
    auto const layers = [&](Vec3 p) { return 3 - (p.x < face ? 0.1 : 1) * (p.x - face) / m.grid.spacing; };
    for (Real const off : {Real(-0.4), Real(-0.1), Real(0), Real(0.1), Real(0.4)}) {
        InitialState s = empty_state(m, [&](int, Vec3 p) { return layers(p); });
        Vec3 const at{static_cast<Real>(face + off * m.grid.spacing), 98, 107};
        s.cells.add(0, at, 5);
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        EXPECT_TRUE(
            close(speed_of(*engine, 1, {1, 1, 1}), by_hand(m.types[0].base[behaviour::speed], 3, 0, std::pow(layers(at) / 4, 2), 0), 1e-3))
            << off;
        EXPECT_TRUE(close(engine->sample(0, {at})[0], layers(at), 1e-5)) << off;
    }
    for (auto& material : m.material) material *= 2;  // what is slow becomes a wall
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [&](int, Vec3 p) { return p.x < face ? 3 : 0; }));
    Real const h = m.grid.spacing, x = static_cast<Real>(face);
    auto const read = engine->sample(0, {{x - Real(0.1) * h, 98, 107}, {x + Real(0.1) * h, 98, 107}});
    EXPECT_EQ(read[0], 3);
    EXPECT_EQ(read[1], 0);
}

TEST_P(RulesOnEveryEngine, OfTheDeadOnlyThoseRulesActThatSaySo) {
    Model m = walker();
    m.rules = {{0, signal::time, behaviour::speed, true, 2, 100, 1, false}};
    InitialState s = empty_state(m);
    s.cells.add(0, {100, 100, 100}, 5);
    s.cells.state[0] = CellState::necrotic;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    EXPECT_EQ(speed_of(*engine, 1, {100, 1, 100}), 0);
    m.rules[0].applies_to_dead = true;
    engine->start(m, s);
    EXPECT_TRUE(close(speed_of(*engine, 1, {100, 1, 100}), 1, 1e-4));  // from 0 half-way to 2
    for (int s_of : {signal::dead, signal::necrotic, signal::apoptotic}) {
        m.rules[0].signal = s_of, m.rules[0].half = 1;
        engine->start(m, s);
        EXPECT_TRUE(close(speed_of(*engine, 1, {100, 1, 100}), s_of == signal::apoptotic ? 0 : 1, 1e-4)) << s_of;
    }
}

CRINE_ON_EVERY_ENGINE(RulesOnEveryEngine);

}  // namespace crine::test
