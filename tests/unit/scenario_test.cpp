#include "host/build/load.h"
#include "host/scenario/scenario.h"

#include "crine/units.h"
#include "support/engines.h"
#include "support/folders.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>

#include <fstream>

namespace crine::test {
namespace {

std::filesystem::path const kData = std::filesystem::path(source_folder()) / "tests/scenarios/data";

Scenario everything() { return load_scenario(kData / "everything.yaml", {}); }

TEST(Scenario, ReadsClocksDomainAndSolver) {
    Scenario const s = everything();
    EXPECT_EQ(s.title, "Everything");
    EXPECT_EQ(s.model.seed, 7u);
    EXPECT_DOUBLE_EQ(s.schedule.end, 7200);
    EXPECT_DOUBLE_EQ(s.schedule.transport, 120);
    EXPECT_DOUBLE_EQ(s.schedule.mechanics, 60);
    EXPECT_DOUBLE_EQ(s.schedule.behaviour, 600);
    EXPECT_EQ(s.model.grid.nx, 20);
    EXPECT_EQ(s.model.grid.ny, 16);
    EXPECT_EQ(s.model.grid.nz, 10);
    EXPECT_EQ(s.model.grid.spacing, 10);
    EXPECT_TRUE(s.model.grid.periodic[0]);
    EXPECT_FALSE(s.model.grid.periodic[1]);
    EXPECT_DOUBLE_EQ(s.model.solver_tolerance, 1e-6);
}

TEST(Scenario, InheritsFromTheLibraryWhatTheScenarioDoesNotSay) {
    Scenario const s = everything();
    ASSERT_EQ(s.model.ligands.size(), 5u);  // what the library has beyond the list stays there
    EXPECT_TRUE(close(s.model.property(0, 0).diffusivity, 60));
    EXPECT_TRUE(close(s.model.property(0, 0).decay, 1e-3));  // not the library's half-life
    CellType const& macrophage = s.model.types[0];
    Vocabulary const v = s.model.vocabulary();
    EXPECT_TRUE(close(macrophage.radius, 8));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::speed)], 2.0 / 60));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::apoptosis)], 0.01 / 3600));
    EXPECT_TRUE(close(macrophage.apoptosis_duration, 6 * 3600));
}

TEST(Scenario, ConvertsLigands) {
    Scenario const s = everything();
    EXPECT_EQ(s.model.ligands[0].scheme, Scheme::quasi_steady);
    EXPECT_EQ(s.model.ligands[1].scheme, Scheme::tr_bdf2);
    EXPECT_EQ(s.model.ligands[2].scheme, Scheme::implicit_euler);
    EXPECT_EQ(s.model.ligands[0].faces[z_high].kind, FaceKind::value);
    EXPECT_TRUE(close(s.model.ligands[0].faces[z_high].amount, kNanomolar));
    EXPECT_EQ(s.model.ligands[0].faces[z_low].kind, FaceKind::flux);
    EXPECT_TRUE(close(s.model.ligands[0].faces[z_low].amount, 1));
    EXPECT_EQ(s.model.ligands[0].faces[y_low].kind, FaceKind::zero_flux);
    ASSERT_EQ(s.model.ligands[0].cleaved_by.size(), 1u);
    EXPECT_EQ(s.model.ligands[0].cleaved_by[0].enzyme, 2);
    EXPECT_TRUE(close(s.model.ligands[0].cleaved_by[0].rate, 1e4 * kPerMolarSecond));
    EXPECT_EQ(s.model.ligands[1].display_unit, "pM");
    EXPECT_TRUE(close(s.model.ligands[1].display_scale, 1e-3 * kNanomolar));
    EXPECT_TRUE(close(s.model.property(0, 1).decay, std::log(2.0) / 3600));
}

TEST(Scenario, ConvertsReactions) {
    Model const m = everything().model;
    ASSERT_EQ(m.bindings.size(), 1u);
    EXPECT_EQ(m.bindings[0].a, 1);
    EXPECT_EQ(m.bindings[0].b, 3);
    EXPECT_EQ(m.bindings[0].complex, 4);
    EXPECT_TRUE(close(m.bindings[0].k_on, 1e6 * kPerMolarSecond));
    EXPECT_TRUE(close(m.bindings[0].k_off, 1e-3));  // K_d k_on
    ASSERT_EQ(m.conversions.size(), 4u);
    EXPECT_EQ(m.conversions[0].to, (std::vector<int>{1, 3}));
    EXPECT_EQ(m.conversions[0].enzyme, 2);
    EXPECT_TRUE(close(m.conversions[0].rate, 10 * kPerMolarSecond));
    EXPECT_EQ(m.conversions[0].half, 0);
    EXPECT_TRUE(m.conversions[1].to.empty());
    EXPECT_TRUE(close(m.conversions[1].rate, 1e-3));
    EXPECT_TRUE(close(m.conversions[1].half, 1000 * kNanomolar));
    EXPECT_EQ(m.conversions[2].enzyme, -1);
    EXPECT_TRUE(close(m.conversions[2].rate, kNanomolar / 3600));
    EXPECT_TRUE(close(m.conversions[3].rate, 0.1 / 3600));
    ASSERT_EQ(m.ligands[3].hindered_by.size(), 1u);
    EXPECT_EQ(m.ligands[3].hindered_by[0].matrix, 2);
    EXPECT_TRUE(close(m.ligands[3].hindered_by[0].molar_volume, 1e4 * kPerMolarSecond));  // L/mol as /M
    EXPECT_TRUE(close(m.ligands[4].hindered_by[0].e_fold, 1e4 * kNanomolar));
}

TEST(Scenario, ConvertsCells) {
    Scenario const s = everything();
    Vocabulary const v = s.model.vocabulary();
    CellType const &macrophage = s.model.types[0], &sink = s.model.types[1];
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::uptake, 0)], 30000 * 1e7 * kPerMolarSecond));
    EXPECT_TRUE(std::isinf(macrophage.base[v.of(behaviour::uptake, 1)]));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::secretion, 1)], 10));
    EXPECT_TRUE(close(macrophage.saturation[1], kNanomolar));
    EXPECT_TRUE(std::isinf(macrophage.saturation[2]));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::chemotaxis, 0)], 100 / kNanomolar));
    EXPECT_TRUE(close(macrophage.chemotaxis_speed, 3.0 / 60));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::differentiation, 1)], 0.1 / 3600));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::repulsion)], 10.0 / 60));
    EXPECT_TRUE(close(macrophage.base[v.of(behaviour::adhesion)], 0.4 / 60));
    EXPECT_TRUE(std::isinf(sink.base[v.of(behaviour::cycle_entry)]));
    EXPECT_TRUE(std::isinf(sink.chemotaxis_speed));
    EXPECT_TRUE(close(sink.base[v.of(behaviour::uptake, 0)], 50));
    EXPECT_TRUE(close(sink.base[v.of(behaviour::recruitment, 0)], 0.2 / 3600));
    EXPECT_FALSE(sink.moves);
    EXPECT_FALSE(sink.mechanics);
    EXPECT_EQ(sink.velocity.z, -1);
}

TEST(Scenario, ReadsRules) {
    Scenario const s = everything();
    Vocabulary const v = s.model.vocabulary();
    ASSERT_EQ(s.model.rules.size(), 4u);
    auto const& rules = s.model.rules;
    EXPECT_EQ(rules[0].signal, v.of(signal::concentration, 1));
    EXPECT_EQ(rules[0].behaviour, v.of(behaviour::apoptosis));
    EXPECT_TRUE(rules[0].increases);
    EXPECT_TRUE(close(rules[0].saturation, 0.5 / 3600));
    EXPECT_TRUE(close(rules[0].half, kNanomolar));
    EXPECT_EQ(rules[0].hill, 2);
    EXPECT_EQ(rules[1].signal, v.of(signal::gradient, 0));
    EXPECT_FALSE(rules[1].increases);
    EXPECT_EQ(rules[1].hill, 1);
    EXPECT_EQ(rules[2].signal, v.of(signal::contacts, 1));
    EXPECT_EQ(rules[2].behaviour, v.of(behaviour::uptake, 0));
    EXPECT_TRUE(close(rules[2].saturation, 60000 * 1e7 * kPerMolarSecond));
    EXPECT_TRUE(rules[2].applies_to_dead);
    EXPECT_EQ(rules[3].signal, v.of(signal::time_in_state));
    EXPECT_EQ(rules[3].behaviour, v.of(behaviour::differentiation, 1));
    EXPECT_TRUE(close(rules[3].half, 7200));
}

TEST(Scenario, ReadsProbesAndOutput) {
    Scenario const s = everything();
    ASSERT_EQ(s.probes.size(), 6u);
    EXPECT_EQ(s.probes[0].kind, Probe::Kind::point);
    EXPECT_EQ(s.probes[1].points.size(), 5u);
    EXPECT_TRUE(close(s.probes[1].points[1].z, 25));
    EXPECT_EQ(s.probes[2].region, 1);
    EXPECT_EQ(s.probes[3].region, -1);
    EXPECT_EQ(s.probes[4].type, 0);
    EXPECT_EQ(s.probes[5].kind, Probe::Kind::coverage);
    EXPECT_DOUBLE_EQ(s.output.volumes, 3600);
    EXPECT_DOUBLE_EQ(s.output.summary, 600);
    EXPECT_EQ(s.output.fields, (std::vector<bool>{true, true, false, false, false}));
    EXPECT_FALSE(s.output.cells);
}

TEST(Scenario, MakesCompartments) {
    Scenario const s = load_text(R"(time: {end: 2 d}
domain: {size: [40 um, 30 um, 20 um], spacing: 10 um, represents: 2e4}
ligands:
  A: {diffusivity: 60 um^2/s, unit: pM, molar_mass: 20 kg/mol}
  B: {diffusivity: 60 um^2/s}
regions:
  wall: {layer: {axis: x, from: 0 um, to: 10 um}, exchange: {B: {with: blood, permeability_surface: 6 /min}}}
compartments:
  blood:
    volume: 3 L
    ligands:
      A: {clearance: 6 L/h, carrier: {total: 500 nM, K_d: 10 nM}}
      B: {half_life: 18 min, initial: 2 nM, unit: fM}
  node: {volume: 1 mL, ligands: {B: {decay: 1 /h}}}
transfers: [{ligand: B, from: node, to: blood, rate: 0.3 /h}]
doses:
  - {ligand: A, into: blood, bolus: 100 mg, at: 1 h, every: 12 h}
  - {ligand: A, into: blood, infusion: 1 mg/h, from: 1 h}
  - {ligand: B, into: wall, infusion: 1e6 molecule/s, from: 1 h, to: 2 h, every: 3 h, times: 2}
)");
    Model const& m = s.model;
    EXPECT_EQ(m.represents, 2e4);
    ASSERT_EQ(m.pools.size(), 3u);
    EXPECT_TRUE(close(m.pools[0].clearance, 2 / 3600.0, 1e-14));
    EXPECT_TRUE(close(m.pools[0].carrier, 500 * kNanomolar, 1e-14));
    EXPECT_TRUE(close(m.pools[0].carrier_kd, 10 * kNanomolar, 1e-14));
    EXPECT_EQ(m.pools[0].display_unit, "pM");
    EXPECT_TRUE(close(m.pools[1].clearance, std::log(2) / 1080, 1e-14));
    EXPECT_TRUE(close(m.pools[1].initial, 2 * kNanomolar, 1e-14));
    EXPECT_EQ(m.pools[1].display_unit, "fM");
    EXPECT_TRUE(close(m.pools[2].clearance, 1 / 3600.0, 1e-14));
    EXPECT_TRUE(close(m.compartments[1].volume, 1e12, 1e-14));
    ASSERT_EQ(m.transfers.size(), 1u);
    EXPECT_EQ(m.transfers[0].from, 2);
    EXPECT_EQ(m.transfers[0].to, 1);
    EXPECT_EQ(m.ligands[0].circulates, -1);
    EXPECT_EQ(m.ligands[1].circulates, 1);
    EXPECT_EQ(m.property(m.material[m.grid.voxel(0, 1, 1)], 1).exchange, Real(0.1));
    EXPECT_EQ(m.property(m.material[m.grid.voxel(1, 1, 1)], 1).exchange, 0);
    EXPECT_EQ(m.property(m.material[m.grid.voxel(0, 1, 1)], 0).exchange, 0);
    ASSERT_EQ(m.doses.size(), 3u);
    EXPECT_TRUE(close(m.doses[0].bolus, 1e-4 / 20 * 6.02214076e23, 1e-12));
    EXPECT_EQ(m.doses[0].times, 4u);  // at 1, 13, 25 and 37 of 48 h
    EXPECT_TRUE(close(m.doses[1].rate, 1e-6 / 20 * 6.02214076e23 / 3600, 1e-12));
    EXPECT_EQ(m.doses[2].voxels, (std::vector<std::uint32_t>{0, 4, 8, 12, 16, 20}));
    EXPECT_EQ(m.doses[2].times, 2u);
}

TEST(Scenario, MakesInitialFields) {
    Scenario const s = everything();
    Grid const& g = s.model.grid;
    EXPECT_TRUE(close(s.initial.fields[1][g.voxel(3, 0, 0)], 10 * std::exp(-0.35) * kNanomolar));
    EXPECT_TRUE(close(s.initial.fields[2][g.voxel(9, 5, 5)], 3000 * kNanomolar));   // in the block
    EXPECT_TRUE(close(s.initial.fields[2][g.voxel(10, 5, 5)], 2000 * kNanomolar));  // beside it
    EXPECT_TRUE(close(s.initial.fields[0][g.voxel(4, 5, 4)], 5 * kNanomolar));      // held in the pipe
    EXPECT_EQ(s.initial.fields[0][g.voxel(10, 1, 1)], 0);
}

/// The resolved text is a scenario of its own: no includes, no defaults left, and the same state. It does not say where its folder lies.
TEST(Scenario, ResolvedTextGivesTheSameScenario) {
    Scenario const first = load_scenario(kData / "everything.yaml", {{"cells.sink.radius", "4.5 um"}, {"placement[1].count", "12"}});
    EXPECT_EQ(first.resolved.find(source_folder()), std::string::npos);
    TemporaryFolder const folder;
    std::filesystem::copy(kData / "cells.csv", folder / "cells.csv");
    write_text(folder / "resolved.yaml", first.resolved);
    Scenario const second = load_scenario(folder / "resolved.yaml", {});
    EXPECT_EQ(first.resolved, second.resolved);
    EXPECT_EQ(first.model.types[1].radius, Real(4.5));
    EXPECT_EQ(first.initial.fields, second.initial.fields);
    EXPECT_EQ(first.initial.cells.x, second.initial.cells.x);
    EXPECT_EQ(first.initial.cells.z, second.initial.cells.z);
    EXPECT_EQ(first.initial.cells.type, second.initial.cells.type);
    EXPECT_EQ(first.initial.cells.radius, second.initial.cells.radius);
    EXPECT_EQ(first.model.material, second.model.material);
    for (std::size_t t = 0; t < 2; ++t) EXPECT_EQ(first.model.types[t].base, second.model.types[t].base);
}

}  // namespace
}  // namespace crine::test
