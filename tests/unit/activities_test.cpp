#include "host/build/load.h"
#include "host/commands/describe.h"
#include "host/writers/probes.h"
#include "host/writers/writer.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <cmath>

/// Activities and responses that take time, as they are written in a scenario.

namespace crine::test {
namespace {

std::string const kText = R"(title: activities
seed: 3
time: {end: 1 h, transport: 1 min, mechanics: 1 min, behaviour: 1 min}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um}
ligands:
  TNF: {diffusivity: 60 um^2/s, decay: 1e-3 /s}
receptors:
  R: {ligands: {TNF: {k_on: 1e6 /M/s, k_off: 1e-3 /s}}}
cells:
  A:
    radius: 5 um
    activities:
      fixed: 3
      Notch: {base: 0.5, initial: {value: 2, spread: 0.1}, response_time: 1 h}
      slow: {response_time: {delay: 2 h, stages: 8}}
    rules:
      - {signal: activity of Notch, increases: secretion of TNF, to: 2 molecule/s, half: 1}
      - {signal: fixed on neighbours, decreases: activity of Notch, to: 0, half: 1}
    response_times: {secretion of TNF: {delay: 90 min}}
  B:
    radius: 4 um
    activities: {Notch: {base: 1, response_time: 30 min}}
    rules:
      - {signal: time, increases: speed, to: 1 um/min, half: 1 h}
    response_times: {speed: 10 min}
placement:
  - {type: A, count: 3}
probes:
  - {name: all A, activity: Notch, of: A}
)";

TEST(ScenarioActivities, AreConverted) {
    Scenario const s = load_text(kText);
    Model const& m = s.model;
    Vocabulary const v = m.vocabulary();
    ASSERT_EQ(m.activities, (std::vector<std::string>{"fixed", "Notch", "slow"}));
    auto const base = [&](std::size_t type, int a) { return m.types[type].base[static_cast<std::size_t>(v.of(behaviour::activity, a))]; };
    EXPECT_EQ(base(0, 0), 3);
    EXPECT_EQ(base(0, 1), Real(0.5));
    EXPECT_EQ(base(1, 1), 1);
    EXPECT_EQ(base(1, 0), 0);

    ASSERT_EQ(m.types[0].response_times.size(), 3u);
    ResponseTime const notch = m.types[0].response_times[0], slow = m.types[0].response_times[1], secretion = m.types[0].response_times[2];
    EXPECT_EQ(notch.behaviour, v.of(behaviour::activity, 1));
    EXPECT_EQ(notch.time, 3600);
    EXPECT_EQ(notch.stages, 1);
    EXPECT_EQ(notch.initial, 2);
    EXPECT_EQ(notch.spread, Real(0.1));
    EXPECT_EQ(slow.time, 7200);
    EXPECT_EQ(slow.stages, 8);
    EXPECT_EQ(slow.initial, 0);
    EXPECT_EQ(secretion.behaviour, v.of(behaviour::secretion, 0));
    EXPECT_EQ(secretion.time, 5400);
    EXPECT_EQ(secretion.stages, 4);
    ASSERT_EQ(m.types[1].response_times.size(), 2u);
    EXPECT_EQ(m.types[1].response_times[0].initial, 1);
    EXPECT_EQ(m.types[1].response_times[1].behaviour, static_cast<int>(behaviour::speed));

    ASSERT_EQ(m.rules.size(), 3u);
    EXPECT_EQ(m.rules[0].signal, v.of(signal::own, 1));
    EXPECT_EQ(m.rules[1].signal, v.of(signal::on_neighbours, 0));
    EXPECT_EQ(m.rules[1].behaviour, v.of(behaviour::activity, 1));
}

TEST(ScenarioActivities, AreTold) {
    std::string const text = describe(load_text(kText), 3);
    for (char const* line :
         {"Notch                 A: base 0.5, 1 rule in 1 h, begins at 2 ± 10 %; B: base 1, 0 rules in 30 min, begins at 1\n",
          "fixed                 A: base 3, 0 rules\n", "slow                  A: base 0, 0 rules after 2 h in 8 stages, begins at 0\n",
          "A                     secretion of TNF after 1.5 h in 4 stages\n", "B                     speed in 10 min\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(ScenarioActivities, AreAveragedByProbes) {
    Scenario const s = load_text(kText);
    EXPECT_TRUE(probes_cells(s));
    EXPECT_EQ(probe_columns(s), (std::vector<std::string>{"all A"}));
    Snapshot snapshot;
    for (int n = 0; n < 3; ++n) snapshot.cells.add(0, {50, 50, 50}, 5);
    snapshot.cells.add(1, {50, 50, 50}, 5);
    snapshot.activities = {{0, 0, 0, 0}, {1, 2, 50, 100}, {0, 0, 0, 0}};
    snapshot.cells.state[2] = CellState::apoptotic;
    auto const engine = make_backend({Device::Kind::cpu});
    EXPECT_EQ(ProbeReader(s).read(*engine, snapshot), std::vector<double>{1.5});  // of the live ones of A
    snapshot.cells.state[0] = snapshot.cells.state[1] = CellState::necrotic;
    EXPECT_TRUE(std::isnan(ProbeReader(s).read(*engine, snapshot)[0]));
}

/// The shipped scenario, cell by cell: a hexagonal sheet that closes on itself.
TEST(ScenarioActivities, ColliersSheetGivesEveryCellSixNeighbours) {
    Scenario const s =
        load_scenario(std::filesystem::path(source_folder()) / "scenarios/notch_delta.yaml", {{"domain.size", "[600 um, 520 um, 10 um]"}});
    HostCells const& c = s.initial.cells;
    ASSERT_EQ(c.size(), 3600u);
    Vec3 const size = s.model.grid.size();
    auto const across = [](Real d, Real length) { return std::min(std::fabs(d), length - std::fabs(d)); };
    Real const touch = 2 * s.model.types[0].adhesion_reach * s.model.types[0].radius;
    for (std::size_t i = 0; i < c.size(); ++i) {
        int n = 0;
        for (std::size_t j = 0; j < c.size(); ++j)
            n += i != j && std::hypot(across(c.x[i] - c.x[j], size.x), across(c.y[i] - c.y[j], size.y)) < touch;
        ASSERT_EQ(n, 6) << i;
    }
}

}  // namespace
}  // namespace crine::test
