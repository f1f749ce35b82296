#include "support/activities.h"
#include "support/engines.h"
#include "support/population.h"
#include "support/scenario_text.h"
#include "support/threads.h"

#include <cmath>
#include <limits>

/// Pathways inside cells: what feeds them, what cells keep of them through their lives, and what rules see.

namespace crine::test {
namespace {

constexpr double kStep = 60;

/// P: A becomes B at a rate of 0.1 x per minute, and `seen` is the time of an event, 2.5 min. Q and R only decay. T has P and Q, U has P of
/// its own and R, and V nothing.
std::string const kText = R"(title: pathways
time: {end: 1 h}
domain: {size: [400 um, 400 um, 400 um], spacing: 20 um}
ligands:
  L: {diffusivity: 0 um^2/s, initial: 2 nM}
pathways:
  P:
    time: min
    inputs: {x: 0.5}
    parameters: {k: 0.1}
    species: {A: 1, B: 0, seen: {initial: 0, fixed: true}}
    assignments: {sum: A + B + x}
    reactions: [{from: A, to: B, k: k * x}]
    events: [{when: time >= 2.5, set: {seen: time}}]
  Q: {species: {C: 3}, reactions: [{from: C, k: 1e-3}]}
  R: {species: {D: 7}, reactions: [{from: D, k: 1e-3}]}
cells:
  T: {radius: 5 um, mechanics: false, pathways: {P: {INPUTS}, Q: {}}, activities: {Z: 0, N: 0}RULES}
  U: {radius: 5 um, mechanics: false, pathways: {P: {parameters: {k: 0.2}, initial: {A: 4}}, R: {}}}
  V: {radius: 5 um, mechanics: false}
)";
enum Variable : int { A, B, seen, sum, C, D };
enum Type : std::uint8_t { T, U, V };

std::string const kConcentration = "inputs: {x: {signal: L, per: 1 nM, times: 1}}";
std::string const kTime = "inputs: {x: {signal: time, per: 1 min}}";

/// With what feeds x of the pathway of T, and rules of T.
Scenario scenario(std::string const& inputs = "", std::string const& rules = "") {
    auto const filled = [](std::string text, std::string const& mark, std::string const& with) {
        return text.replace(text.find(mark), mark.size(), with);
    };
    return load_text(filled(filled(kText, "INPUTS", inputs), "RULES", rules.empty() ? "" : ", rules: [" + rules + "]"));
}
Real& base(Scenario& s, Type type, int behaviour) { return s.model.types[type].base[static_cast<std::size_t>(behaviour)]; }

std::unique_ptr<Backend> started(Scenario const& s, Device const& device) {
    auto engine = make_backend(device);
    engine->start(s.model, s.initial);
    return engine;
}

}  // namespace

using PathwaysOnEveryEngine = OnEveryEngine;

TEST_P(PathwaysOnEveryEngine, AreFedByTheSignalsOfTheirCell) {
    Scenario s = scenario(kConcentration);
    s.initial.cells.add(T, {110, 130, 150}, 5);
    s.initial.cells.add(U, {210, 130, 150}, 5);
    s.initial.cells.add(V, {310, 130, 150}, 5);
    auto const engine = started(s, GetParam());
    EXPECT_EQ(variable_of(*engine, A, 1), 1);
    EXPECT_EQ(variable_of(*engine, A, 2), 4);
    EXPECT_EQ(variable_of(*engine, sum, 1), 1.5);
    for (std::uint64_t n = 0; n < 6; ++n) {
        live(*engine, 1, kStep, Motion::off, n);
        double const t = static_cast<double>(n + 1);
        EXPECT_TRUE(close(variable_of(*engine, A, 1), std::exp(-0.1 * 2 * t), 1e-3)) << t;
        EXPECT_TRUE(close(variable_of(*engine, A, 2), 4 * std::exp(-0.2 * 0.5 * t), 1e-3)) << "the input is not fed, another constant";
        EXPECT_TRUE(close(variable_of(*engine, sum, 1), 3, 1e-5)) << "x is 2 now";
        EXPECT_TRUE(close(variable_of(*engine, seen, 1), t < 2.5 ? 0 : 2.5, 1e-6));
        for (int v : {A, B, seen, sum, C, D}) EXPECT_EQ(variable_of(*engine, v, 3), 0) << "has none";
        EXPECT_EQ(variable_of(*engine, D, 1), 0);
        EXPECT_EQ(variable_of(*engine, C, 2), 0);
    }
}

TEST_P(PathwaysOnEveryEngine, AreFedByTheSumOfSignals) {
    Scenario both = scenario("inputs: {x: [{signal: L, per: 1 nM, times: -0.25}, {signal: time, per: 1 min}]}"),
             first = scenario(kConcentration);
    for (Scenario* s : {&both, &first}) s->initial.cells.add(T, {110, 130, 150}, 5), s->initial.cells.add(U, {210, 130, 150}, 5);
    auto const engine = started(both, GetParam()), other = started(first, GetParam());
    double left = 1;
    for (std::uint64_t n = 0; n < 6; ++n) {
        live(*engine, 1, kStep, Motion::off, n), live(*other, 1, kStep, Motion::off, n);
        double const t = static_cast<double>(n), x = t - 0.5;
        left *= std::exp(-0.1 * x);
        EXPECT_TRUE(close(variable_of(*engine, A, 1), left, 1e-3)) << t;
        EXPECT_TRUE(close(variable_of(*engine, sum, 1), 1 + x, 1e-5)) << t;
        EXPECT_EQ(variable_of(*engine, A, 2), variable_of(*other, A, 2)) << "of another type nothing changes";
    }
}

/// Cells of which other types' cells and dead ones are in between, so that they come together in every possible way.
TEST_P(PathwaysOnEveryEngine, AreAlikeInCellsThatAreAlike) {
    Scenario many = scenario(kTime), one = scenario(kTime);
    one.initial.cells.add(T, {210, 210, 210}, 5);
    scatter(many.initial.cells, many.model.grid, 1000, T, 5, 1);
    scatter(many.initial.cells, many.model.grid, 400, U, 5, 2);
    scatter(many.initial.cells, many.model.grid, 100, V, 5, 3);
    for (std::size_t i = 0; i < many.initial.cells.size(); i += 7) many.initial.cells.state[i] = CellState::apoptotic;
    for (CellType& type : many.model.types) type.apoptosis_duration = 1e9;
    auto const engine = started(many, GetParam()), alone = started(one, GetParam());
    for (std::uint64_t n = 0; n < 5; ++n) {
        live(*engine, 1, kStep, Motion::off, n), live(*alone, 1, kStep, Motion::off, n);
        for (int v : {A, B, seen, sum, C}) {
            double const expected = variable_of(*alone, v, 1);
            auto const values = variables(*engine, v);
            for (std::uint32_t id = 1; id <= 1000; ++id)
                EXPECT_EQ(values.at(id), id % 7 == 1 ? 0 : expected) << "variable " << v << ", cell " << id;
        }
    }
}

/// The published networks, of which cells take steps of their own, in many cells and in one.
TEST_P(PathwaysOnEveryEngine, OfTheLibraryAreAlikeInCellsThatAreAlike) {
    Scenario const s = load_text(
        "title: pathways\ntime: {end: 1 h}\ndomain: {size: [400 um, 400 um, 400 um], spacing: 20 um}\ninclude: " + source_folder() +
        "/scenarios/library/pathways.yaml\npathways: {NF-kB: , JAK-STAT1: , STAT5: }\n"
        "ligands: {IFN-gamma: {diffusivity: 0 um^2/s, initial: 10 nM}}\n"
        "cells:\n"
        "  T: {radius: 5 um, pathways: {NF-kB: {parameters: {onset: 1}}, STAT5: {},\n"
        "      JAK-STAT1: {inputs: {IFN: {signal: IFN-gamma, per: 1 nM}}}}}\n"
        "  U: {radius: 5 um, pathways: {STAT5: {parameters: {Epo_0: 1e-8}}}}\n");
    constexpr std::size_t kNuclear = 14;  // NFkB_nuc
    auto const signalled = [&](Device const& device, InitialState const& state) {
        auto const engine = make_backend(device);
        engine->start(s.model, state);
        live(*engine, 11, kStep);
        Snapshot snapshot;
        engine->snapshot(snapshot, {false}, true);
        return std::pair(snapshot, engine->state_hash());
    };
    InitialState one = s.initial, many = s.initial;
    one.cells.add(T, {210, 210, 210}, 5);
    scatter(many.cells, s.model.grid, 2000, T, 5, 1);
    scatter(many.cells, s.model.grid, 500, U, 5, 2);
    auto const alone = signalled(GetParam(), one).first.variables;
    EXPECT_GT(alone[kNuclear][0], 5e-3) << "at rest: 2.4e-4";
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const [all, hash] = signalled(device, many);
        std::size_t different = 0;
        for (std::size_t v = 0; v < alone.size(); ++v)
            for (std::size_t i = 0; i < all.cells.size(); ++i) different += all.cells.type[i] == T && all.variables[v][i] != alone[v][0];
        EXPECT_EQ(different, 0u);
        return hash;
    });
}

TEST_P(PathwaysOnEveryEngine, BothDaughtersKeepTheirMothersNumbers) {
    Scenario s = scenario(kTime), without = s;
    base(s, T, behaviour::cycle_entry) = std::numeric_limits<Real>::infinity();
    s.model.types[T].cycle_duration = 0;
    for (Scenario* of : {&s, &without}) of->initial.cells.add(T, {210, 210, 210}, 5);
    auto const engine = started(s, GetParam()), undivided = started(without, GetParam());
    for (std::uint64_t n = 0; n < 4; ++n) {
        live(*engine, 1, kStep, Motion::off, n), live(*undivided, 1, kStep, Motion::off, n);
        ASSERT_EQ(engine->cell_count(), 2u << n);
        for (int v : {A, B, seen, sum, C})
            for (auto const& [id, value] : variables(*engine, v))
                EXPECT_EQ(value, variable_of(*undivided, v, 1)) << "variable " << v << ", cell " << id;
    }
}

TEST_P(PathwaysOnEveryEngine, EndWithTheCell) {
    Scenario s = scenario();
    base(s, T, behaviour::apoptosis) = 1e6;
    s.model.types[T].apoptosis_duration = 1e9;
    s.initial.cells.add(T, {210, 210, 210}, 5);
    auto const engine = started(s, GetParam());
    live(*engine, 3, kStep);
    ASSERT_EQ(engine->cell_count(), 1u);
    ASSERT_EQ(living(*engine, T), 0u);
    for (int v : {A, B, seen, sum, C, D}) EXPECT_EQ(variable_of(*engine, v, 1), 0);
}

TEST_P(PathwaysOnEveryEngine, GoOnInAnotherTypeThatHasThem) {
    Scenario s = scenario(kTime), without = s;
    base(s, T, s.model.vocabulary().of(behaviour::differentiation, U)) = 1e6;
    for (Scenario* of : {&s, &without}) of->initial.cells.add(T, {210, 210, 210}, 5);
    auto const engine = started(s, GetParam()), unchanged = started(without, GetParam());
    live(*engine, 1, kStep), live(*unchanged, 1, kStep);
    ASSERT_EQ(living(*engine, U), 1u);
    for (int v : {A, B, sum}) EXPECT_EQ(variable_of(*engine, v, 1), variable_of(*unchanged, v, 1)) << "both have P";
    EXPECT_EQ(variable_of(*engine, C, 1), 0) << "Q ended";
    EXPECT_EQ(variable_of(*engine, D, 1), 7) << "R begins";
    double const before = variable_of(*engine, A, 1);
    live(*engine, 1, kStep, Motion::off, 1);
    EXPECT_TRUE(close(variable_of(*engine, A, 1), before * std::exp(-0.2 * 0.5), 1e-4)) << "with what U has of it";
}

TEST_P(PathwaysOnEveryEngine, BeginAnewInCellsThatComeThroughAWall) {
    Scenario s = scenario();
    base(s, T, s.model.vocabulary().of(behaviour::recruitment, U)) = Real(2 / kStep);
    s.model.types[T].moves = false;
    spread_out(s.initial.cells, 50, T, 5, 40, 8);
    auto const engine = started(s, GetParam());
    live(*engine, 1, kStep);
    ASSERT_GT(living(*engine, U), 50u);
    auto const a = variables(*engine, A), b = variables(*engine, B), d = variables(*engine, D), c = variables(*engine, C);
    for (auto const& [id, value] : a) {
        bool const recruit = id > 50;
        EXPECT_EQ(b.at(id) > 0, !recruit);
        EXPECT_EQ(d.at(id), recruit ? 7 : 0);
        EXPECT_EQ(c.at(id) > 0, !recruit);
        EXPECT_EQ(value == 4, recruit);
    }
}

TEST_P(PathwaysOnEveryEngine, AreActedOnByRules) {
    Scenario s = scenario("",
                          "{signal: A of P, increases: activity of Z, to: 1, half: 1, hill: 1}, "
                          "{signal: A of P on neighbours, increases: activity of N, to: 1, half: 1, hill: 1}");
    s.initial.cells.add(T, {200, 200, 200}, 5);
    s.initial.cells.add(U, {208, 200, 200}, 5);
    s.initial.cells.add(U, {200, 208, 200}, 5);
    s.initial.cells.add(V, {200, 200, 208}, 5);  // has none: counts as 0
    s.initial.cells.add(U, {200, 200, 192}, 5);  // dead
    s.initial.cells.add(U, {300, 200, 200}, 5);  // far off
    s.initial.cells.state[4] = CellState::apoptotic;
    s.model.types[U].apoptosis_duration = 1e9;
    auto const engine = started(s, GetParam());
    for (std::uint64_t n = 0; n < 3; ++n) {
        double const own = variable_of(*engine, A, 1), around = 2 * variable_of(*engine, A, 2) / 3;  // of three that are alive
        live(*engine, 1, kStep, Motion::off, n);
        EXPECT_TRUE(close(activity_of(*engine, 0, 1), own / (own + 1))) << n;
        EXPECT_TRUE(close(activity_of(*engine, 1, 1), around / (around + 1))) << n;
    }
}

/// One pathway may feed another, and its own neighbours'.
TEST_P(PathwaysOnEveryEngine, MayFeedThemselves) {
    Scenario s = scenario("inputs: {x: A of P on neighbours}");
    s.initial.cells.add(T, {200, 200, 200}, 5);
    s.initial.cells.add(U, {208, 200, 200}, 5);
    auto const engine = started(s, GetParam());
    live(*engine, 1, kStep);
    EXPECT_TRUE(close(variable_of(*engine, A, 1), std::exp(-0.1 * 4), 1e-3));
}

TEST_P(PathwaysOnEveryEngine, ArePartOfTheState) {
    auto const hash = [&](double initial) {
        Scenario s = scenario();
        s.initial.cells.add(T, {210, 210, 210}, 5);
        s.model.types[T].pathways[1].initial[0] = initial;
        return started(s, GetParam())->state_hash();
    };
    EXPECT_EQ(hash(3), hash(3));
    EXPECT_NE(hash(3), hash(std::nextafter(3, 4)));
}

TEST_P(PathwaysOnEveryEngine, AreTheSameOnAnyNumberOfThreads) {
    Scenario s = scenario(kConcentration, "{signal: B of P, increases: apoptosis, to: 1e-3 /s, half: 0.5}");
    scatter(s.initial.cells, s.model.grid, 300, T, 5, 1);
    scatter(s.initial.cells, s.model.grid, 100, U, 5, 2);
    Vocabulary const words = s.model.vocabulary();
    base(s, T, behaviour::cycle_entry) = Real(1e-3);
    s.model.types[T].cycle_duration = 90;
    base(s, T, words.of(behaviour::differentiation, U)) = Real(1e-3);
    base(s, U, words.of(behaviour::recruitment, T)) = Real(1e-3);
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = started(s, device);
        live(*engine, 10, kStep);
        return std::make_tuple(engine->state_hash(), variables(*engine, A), variables(*engine, sum), variables(*engine, D));
    });
}

TEST_P(PathwaysOnEveryEngine, ThatRunAwayAreReportedWithTheirCell) {
    Scenario s = load_text(
        "title: pathways\ntime: {end: 1 h}\ndomain: {size: [400 um, 400 um, 400 um], spacing: 20 um}\n"
        "pathways: {P: {time: min, species: {y: 1}, rates: {y: y^2}}}\ncells: {T: {radius: 5 um, pathways: {P: {}}}}\n");
    s.initial.cells.add(T, {210, 210, 210}, 5);
    auto const engine = started(s, GetParam());
    try {
        live(*engine, 2, 40);
        FAIL();
    } catch (RunError const& error) {
        EXPECT_NE(std::string(error.what()).find("the pathway P (y) of cell 1 runs away"), std::string::npos) << error.what();
    }
}

CRINE_ON_EVERY_ENGINE(PathwaysOnEveryEngine);

}  // namespace crine::test
