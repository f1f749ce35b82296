#include "crine/units.h"
#include "host/commands/describe.h"
#include "support/engines.h"
#include "support/scenario_text.h"

/// Stores, as they are written in a scenario.

namespace crine::test {
namespace {

std::string const kText = R"(title: stores
time: {end: 1 h}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um}
ligands:
  IgE: {diffusivity: 60 um^2/s}
  histamine: {diffusivity: 400 um^2/s, half_life: 5 min}
cells:
  fibroblast: {radius: 7 um}
  mast cell:
    radius: 6 um
    speed: 1 um/min
    stores: {histamine: {amount: 1 fmol, release: 0.1 /h, refill: 0.5 /h}, IgE: {amount: 5e3 molecule}}
    rules:
      - {signal: IgE, increases: release of histamine, to: 0.1 /s, half: 1 nM}
      - {signal: store of histamine, decreases: speed, to: 0 um/s, half: 0.5}
    response_times: {release of histamine: 30 s}
placement:
  - {type: mast cell, count: 3}
)";

TEST(ScenarioStores, AreConverted) {
    Model const m = load_text(kText).model;
    Vocabulary const v = m.vocabulary();
    EXPECT_TRUE(m.types[0].stores.empty());
    ASSERT_EQ(m.types[1].stores.size(), 2u);
    Store const &histamine = m.types[1].stores[0], &ige = m.types[1].stores[1];
    EXPECT_EQ(histamine.ligand, 1);
    EXPECT_TRUE(close(histamine.amount, 6.02214076e8, 1e-12));
    EXPECT_TRUE(close(histamine.refill, 0.5 / 3600, 1e-12));
    EXPECT_EQ(ige.ligand, 0);
    EXPECT_EQ(ige.amount, 5000);
    EXPECT_EQ(ige.refill, 0);
    auto const release = [&](int ligand) { return m.types[1].base[static_cast<std::size_t>(v.of(behaviour::release, ligand))]; };
    EXPECT_TRUE(close(release(1), 0.1 / 3600));
    EXPECT_EQ(release(0), 0);
    ASSERT_EQ(m.rules.size(), 2u);
    EXPECT_EQ(m.rules[0].behaviour, v.of(behaviour::release, 1));
    EXPECT_EQ(m.rules[0].saturation, Real(0.1));
    EXPECT_EQ(m.rules[1].signal, v.of(signal::stored, 1));
    ASSERT_EQ(m.types[1].response_times.size(), 1u);
    EXPECT_EQ(m.types[1].response_times[0].behaviour, v.of(behaviour::release, 1));
}

TEST(ScenarioStores, AreDescribed) {
    std::string const text = describe(load_text(kText), 3);
    EXPECT_NE(text.find("mast cell: 6.02e+08 molecules, let out at 0.1 /h, 1 rule, refilled with a time constant of 2 h"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("mast cell: 5000 molecules, never let out, never refilled"), std::string::npos) << text;
}

}  // namespace
}  // namespace crine::test
