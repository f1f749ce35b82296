#include "crine/units.h"
#include "host/build/load.h"
#include "host/commands/describe.h"
#include "support/engines.h"
#include "support/scenario_text.h"

/// Cells that circulate in compartments, as they are written in a scenario.

namespace crine::test {
namespace {

std::string const kText = R"(title: circulating cells
time: {end: 1 h}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um, represents: 1e4}
ligands:
  IL-6: {diffusivity: 60 um^2/s}
  G-CSF: {diffusivity: 60 um^2/s}
cells:
  endothelium: {radius: 5 um, recruits: {neutrophil: 1 /h}}
  neutrophil: {radius: 5 um}
  monocyte: {radius: 6 um}
  macrophage:
    radius: 8 um
    rules:
      - {signal: IL-6, increases: recruits monocyte, to: 1 /h, half: 1 nM}
compartments:
  blood:
    volume: 3 L
    ligands: {G-CSF: {}}
    cells:
      neutrophil:
        density: 4e6 cell/mL
        half_life: 7 h
        rules:
          - {signal: G-CSF in blood, increases: production, to: 5e9 cell/h, half: 5 pM, hill: 2}
          - {signal: time, decreases: production, to: 0 cell/h, half: 3 d}
        response_times: {production: {delay: 6 h}}
      monocyte: {number: 1.5e9 cell, loss: 0.03 /h, production: 2e7 cell/h}
)";

TEST(ScenarioCellPools, AreConverted) {
    Model const m = load_text(kText).model;
    ASSERT_EQ(m.cell_pools.size(), 2u);
    CellPool const &neutrophils = m.cell_pools[0], &monocytes = m.cell_pools[1];
    EXPECT_EQ(neutrophils.type, 1);
    EXPECT_EQ(neutrophils.compartment, 0);
    EXPECT_TRUE(close(neutrophils.initial, 1.2e10, 1e-12));
    EXPECT_TRUE(close(neutrophils.loss, std::log(2) / 7 / kHour, 1e-12));
    EXPECT_EQ(neutrophils.production, neutrophils.loss * neutrophils.initial);  // keeps the number as it is
    EXPECT_EQ(neutrophils.stages, 4);
    EXPECT_EQ(neutrophils.response_time, 6 * kHour);
    ASSERT_EQ(neutrophils.rules.size(), 2u);
    EXPECT_EQ(neutrophils.rules[0].signal, m.vocabulary().of(signal::circulating, 0));
    EXPECT_TRUE(neutrophils.rules[0].increases);
    EXPECT_TRUE(close(neutrophils.rules[0].saturation, 5e9 / kHour));
    EXPECT_TRUE(close(neutrophils.rules[0].half, 5e-3 * kNanomolar));
    EXPECT_EQ(neutrophils.rules[0].hill, 2);
    EXPECT_EQ(neutrophils.rules[1].signal, signal::time);
    EXPECT_FALSE(neutrophils.rules[1].increases);
    EXPECT_EQ(neutrophils.rules[1].half, Real(3 * kDay));
    EXPECT_EQ(monocytes.type, 2);
    EXPECT_EQ(monocytes.initial, 1.5e9);
    EXPECT_TRUE(close(monocytes.loss, 0.03 / kHour, 1e-12));
    EXPECT_TRUE(close(monocytes.production, 2e7 / kHour, 1e-12));
    EXPECT_EQ(monocytes.stages, 0);
}

TEST(ScenarioCellPools, WithoutALossNobodyIsMade) {
    Model const m = load_text(replaced(kText, ", loss: 0.03 /h, production: 2e7 cell/h", "")).model;
    EXPECT_EQ(m.cell_pools[1].loss, 0);
    EXPECT_EQ(m.cell_pools[1].production, 0);
}

TEST(ScenarioCellPools, WhatIsSetTakesThePlaceOfItsOtherForm) {
    TemporaryFolder const folder;
    write_text(folder / "scenario.yaml", kText);
    std::string const pool = "compartments.blood.cells.neutrophil.";
    Model const m = load_scenario(folder / "scenario.yaml", {{pool + "loss", "0.2 /h"}, {pool + "number", "1e10"}}).model;
    EXPECT_TRUE(close(m.cell_pools[0].loss, 0.2 / kHour, 1e-12));
    EXPECT_EQ(m.cell_pools[0].initial, 1e10);
}

TEST(ScenarioCellPools, AreDescribed) {
    std::string const text = describe(load_text(kText), 0);
    for (char const* part :
         {"1.2e+10 cells at the start (4000 /uL), half-life 7 h, production 1.19e+09 /h, 2 rules after 6 h in 4 stages, recruited by "
          "endothelium",
          "1.5e+09 cells at the start (500 /uL), half-life 23.1 h, production 2e+07 /h, 0 rules, recruited by macrophage"})
        EXPECT_NE(text.find(part), std::string::npos) << text;
}

}  // namespace
}  // namespace crine::test
