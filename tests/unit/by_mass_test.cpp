#include "crine/units.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <regex>

/// Quantities of a ligand may be given by mass: 20 ng/mL of 20 kDa are 1 nM.

namespace crine::test {
namespace {

/// Every place where a quantity of a ligand may stand; `@` before those that are given in molecules, and `|` before the same by mass.
std::string const kEverywhere = R"(time: {end: 1 h}
domain: {size: [40 um, 40 um, 40 um], spacing: 10 um}
body_weight: 70 kg
ligands:
  A:
    diffusivity: 10 um^2/s
    molar_mass: 20 kDa
    initial: @1 nM|20 ng/mL@
    unit: @nM|ng/mL@
    boundaries: {x-: {value: @2 nM|40 ug/L@}, x+: {flux: @3e6 molecule/mm^2/s|99.6323440 fg/mm^2/s@}}
    hindered_by: {M: {e_fold: @1 uM|30 mg/dL@}}
  M: {diffusivity: 0 um^2/s, molar_mass: 300000 g/mol, initial: {expression: "x", unit: @nM|ug/mL@}}
regions:
  R: {layer: {axis: x, from: 10 um, to: 20 um}, source: {A: @1 nM/h|20 ng/mL/h@}, initial: {A: @4 nM|80 ng/mL@}}
  S: {layer: {axis: x, from: 20 um, to: 30 um}, value: {A: @5 nM|100 ng/mL@}}
reactions:
  - {convert: A, K_m: @2 nM|40 ng/mL@, V_max: @1 nM/s|20 ng/mL/s@}
receptors:
  Q: {ligands: {A: {k_on: 1e6 /M/s, K_d: @1 nM|20 ng/mL@}}}
pathways:
  P: {inputs: {x: 0}, species: {s: 0}, reactions: [{to: s, rate: x}]}
cells:
  T:
    radius: 5 um
    secretion: {A: {rate: @602.214076 molecule/s|20 ag/s@, saturation: @1 uM|20 ug/mL@}, M: @1e-21 mol/s|3e-13 mg/s@}
    stores: {A: {amount: @1e-18 mol|2e-2 pg@}}
    receptors: {Q: 100}
    pathways: {P: {inputs: {x: [{signal: A, per: @1 nM|20 ng/mL@}]}}}
    rules:
      - {signal: A, increases: secretion of M, to: @2e-21 mol/s|6e-13 mg/s@, half: @1 nM|20 ng/mL@}
      - {signal: gradient of A, increases: speed, to: 1 um/min, half: @1 nM/um|20 ng/mL/um@}
      - {signal: A in blood, increases: apoptosis, to: 1 /h, half: @1 nM|20 ng/mL@}
  U: {radius: 5 um, recruits: {T: 1 /h}}
compartments:
  blood:
    volume: 3 L
    ligands: {A: {initial: @1 nM|20 ng/mL@, unit: @pM|pg/mL@, carrier: {total: 1 uM, K_d: @1 nM|20 ng/mL@}}}
    cells: {T: {number: 1e9, rules: [{signal: A in blood, increases: production, to: 1 /s, half: @1 nM|20 ng/mL@}]}}
doses:
  - {ligand: A, into: blood, bolus: @3.5 umol|1 mg/kg@, at: 0 h}
  - {ligand: A, into: blood, bolus: @0.05 umol/kg|70 mg@, at: 1 h}
  - {ligand: A, into: blood, infusion: @7 umol/h|2 mg/kg/h@, from: 0 h}
  - {ligand: A, into: R, bolus: @0 mol|0 mg/kg@, at: 2 h}
)";

Scenario written(char const* which) { return load_text(std::regex_replace(kEverywhere, std::regex("@([^@|]*)\\|([^@|]*)@"), which)); }

TEST(ByMass, EveryQuantityOfALigandIsTheSame) {
    Scenario const in_molecules = written("$1"), by_mass = written("$2");
    Model const &a = in_molecules.model, &b = by_mass.model;
    auto const same = [](double x, double y) { return close(x, y, 1e-6); };
    for (std::size_t v = 0; v < a.grid.voxels(); ++v) {
        EXPECT_TRUE(same(in_molecules.initial.fields[0][v], by_mass.initial.fields[0][v])) << v;
        EXPECT_TRUE(same(in_molecules.initial.fields[1][v] / 0.3, by_mass.initial.fields[1][v])) << v;  // x nM, and x ug/mL of 300 kDa
    }
    for (std::size_t side : {0, 1}) EXPECT_TRUE(same(a.ligands[0].faces[side].amount, b.ligands[0].faces[side].amount)) << side;
    EXPECT_TRUE(same(a.ligands[0].hindered_by[0].e_fold, b.ligands[0].hindered_by[0].e_fold));
    for (std::size_t m = 0; m < a.materials.size(); ++m) {
        EXPECT_TRUE(same(a.materials[m].source, b.materials[m].source)) << m;
        EXPECT_TRUE(same(a.materials[m].value, b.materials[m].value)) << m;
    }
    EXPECT_TRUE(same(a.conversions[0].rate, b.conversions[0].rate) && same(a.conversions[0].half, b.conversions[0].half));
    EXPECT_TRUE(same(a.receptors[0].bindings[0].rates.dissociation, b.receptors[0].bindings[0].rates.dissociation));
    CellType const &c = a.types[0], &d = b.types[0];
    for (std::size_t n = 0; n < c.base.size(); ++n) EXPECT_TRUE(c.base[n] == d.base[n] || same(c.base[n], d.base[n])) << n;
    EXPECT_TRUE(same(c.saturation[0], d.saturation[0]));
    EXPECT_TRUE(same(c.stores[0].amount, d.stores[0].amount));
    EXPECT_TRUE(same(c.pathways[0].inputs[0][0].scale, d.pathways[0].inputs[0][0].scale));
    ASSERT_EQ(a.rules.size(), 3u);
    for (std::size_t r = 0; r < a.rules.size(); ++r)
        EXPECT_TRUE(same(a.rules[r].half, b.rules[r].half) && same(a.rules[r].saturation, b.rules[r].saturation)) << r;
    EXPECT_TRUE(same(a.pools[0].initial, b.pools[0].initial) && same(a.pools[0].carrier_kd, b.pools[0].carrier_kd));
    EXPECT_TRUE(same(a.cell_pools[0].rules[0].half, b.cell_pools[0].rules[0].half));
    for (std::size_t n = 0; n < a.doses.size(); ++n)
        EXPECT_TRUE(same(a.doses[n].bolus, b.doses[n].bolus) && same(a.doses[n].rate, b.doses[n].rate)) << n;
    EXPECT_TRUE(same(a.doses[0].bolus, 3.5e-6 * kAvogadro) && same(a.doses[1].bolus, 3.5e-6 * kAvogadro));
    EXPECT_EQ(a.doses[3].bolus, 0);
    // outputs are in the unit that is asked for
    EXPECT_EQ(b.ligands[0].display_unit, "ng/mL");
    EXPECT_TRUE(same(kNanomolar / b.ligands[0].display_scale, 20));
    EXPECT_EQ(b.pools[0].display_unit, "pg/mL");
    EXPECT_TRUE(same(kNanomolar / b.pools[0].display_scale, 20000));
}

}  // namespace
}  // namespace crine::test
