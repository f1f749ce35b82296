#include "crine/units.h"
#include "host/build/load.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace crine::test {
namespace {

std::string const kHead = "time: {end: 1 h}\ndomain: {size: [50 um, 50 um, 50 um], spacing: 10 um}\n";

TEST(Merge, TheLaterLibraryWinsAndLibrariesIncludeOthers) {
    TemporaryFolder const folder;
    std::filesystem::create_directory(folder / "inner");
    write_text(folder / "inner/base.yaml", "ligands: {A: {diffusivity: 1 um^2/s, decay: 1 /s, unit: pM}}\n");
    write_text(folder / "first.yaml", "include: inner/base.yaml\nligands: {A: {decay: 2 /s}, B: {diffusivity: 5 um^2/s}}\n");
    write_text(folder / "second.yaml", "ligands: {A: {half_life: 1 h}}\n");
    Scenario const s = load_text(kHead + "include: [first.yaml, second.yaml]\nligands: {B:, A: {diffusivity: 7 um^2/s}}\n", folder);
    ASSERT_EQ(s.model.ligands.size(), 2u);
    EXPECT_EQ(s.model.ligands[0].name, "B");  // the order of the scenario
    EXPECT_EQ(s.model.property(0, 0).diffusivity, 5);
    EXPECT_EQ(s.model.property(0, 1).diffusivity, 7);
    EXPECT_TRUE(close(s.model.property(0, 1).decay, std::log(2.0) / 3600));
    EXPECT_EQ(s.model.ligands[1].display_unit, "pM");
}

/// What comes with crine need not lie beside the scenario; what does wins.
TEST(Merge, FindsWhatComesWithCrine) {
    TemporaryFolder const folder;
    std::string const text = kHead + "include: library/ligands.yaml\nligands: {EGF: }\n";
    EXPECT_EQ(load_text(text, folder).model.property(0, 0).diffusivity, 80);
    std::filesystem::create_directory(folder / "library");
    write_text(folder / "library/ligands.yaml", "ligands: {EGF: {diffusivity: 3 um^2/s}}\n");
    EXPECT_EQ(load_text(text, folder).model.property(0, 0).diffusivity, 3);
    EXPECT_EQ(load_text(kHead + "include: library/cells.yaml\ncells: {neutrophil: }\n", folder).model.types[0].radius, Real(4.2));
    Scenario const variant = load_text("extends: tumour_killing.yaml\ntitle: mine\n", folder);
    EXPECT_EQ(variant.title, "mine");
    EXPECT_FALSE(variant.model.rules.empty());                                         // of a file beside the scenario that is extended,
    EXPECT_NE(variant.resolved.find("rules: tumour_killing.csv"), std::string::npos);  // wherever that lies
    EXPECT_EQ(load_text(variant.resolved, folder).resolved, variant.resolved);

    auto const message = [&](std::string const& include) {
        try {
            load_text(kHead + "include: " + include + "\n", folder);
        } catch (InputError const& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    std::string const error = message("library/cellz.yaml");
    EXPECT_NE(error.find(": include: file " + (folder / "library/cellz.yaml").string() + " does not exist, nor does "), std::string::npos)
        << error;
    EXPECT_NE(error.find("scenarios/library/cellz.yaml, of the scenarios that come with crine; did you mean \"library/cells.yaml\"?"),
              std::string::npos)
        << error;
    std::string const elsewhere = (folder / "nowhere.yaml").string();
    EXPECT_NE(message(elsewhere).find(": include: file " + elsewhere + " does not exist"), std::string::npos);
    EXPECT_EQ(message(elsewhere).find("nor does"), std::string::npos);
}

/// Where files are is told from where the scenario is.
TEST(Merge, TheResolvedScenarioDoesNotDependOnWhereItLies) {
    std::string resolved;
    for (int n = 0; n < 2; ++n) {
        TemporaryFolder const folder;
        std::filesystem::create_directories(folder / "study/arms");
        write_text(folder / "study/cells.csv", "type,x,y,z\nT,20,20,20\n");
        write_text(folder / "study/base.yaml",
                   kHead + "cells: {T: {radius: 5 um}}\nplacement: [{file: cells.csv}, {file: arms/more.csv}]\n");
        write_text(folder / "study/arms/more.csv", "type,x,y,z\nT,30,30,30\n");
        write_text(folder / "study/arms/arm.yaml", "extends: ../base.yaml\n");
        Scenario const s = load_scenario(folder / "study/arms/arm.yaml", {});
        EXPECT_EQ(s.initial.cells.size(), 2u);
        EXPECT_NE(s.resolved.find("file: ../cells.csv"), std::string::npos);
        EXPECT_NE(s.resolved.find("file: more.csv"), std::string::npos);
        write_text(folder / "study/arms/again.yaml", s.resolved);
        EXPECT_EQ(load_scenario(folder / "study/arms/again.yaml", {}).resolved, s.resolved);
        if (n == 0) resolved = s.resolved;
        EXPECT_EQ(s.resolved, resolved);
    }
}

/// Each file is read once, however many ways lead to it.
TEST(Merge, LibrariesThatIncludeEachOtherInManyWays) {
    TemporaryFolder const folder;
    for (int n = 0; n < 25; ++n) {
        std::string const next = std::to_string(n + 1);
        for (std::string const side : {"a", "b"})
            write_text(folder / (side + std::to_string(n) + ".yaml"), "include: [a" + next + ".yaml, b" + next + ".yaml]\n");
    }
    for (std::string const side : {"a", "b"}) write_text(folder / (side + "25.yaml"), "ligands: {A: {diffusivity: 3 um^2/s}}\n");
    EXPECT_EQ(load_text(kHead + "include: a0.yaml\nligands: {A: }\n", folder).model.property(0, 0).diffusivity, 3);
    for (int n = 0; n < 40; ++n) write_text(folder / ("c" + std::to_string(n) + ".yaml"), "include: c" + std::to_string(n + 1) + ".yaml\n");
    write_text(folder / "c40.yaml", "ligands: {}\n");
    EXPECT_THROW(load_text(kHead + "include: c0.yaml\n", folder), InputError);  // too deep
}

TEST(Merge, RefusesALibraryThatIsNone) {
    TemporaryFolder const folder;
    auto const with = [&](std::string const& library) {
        write_text(folder / "library.yaml", library);
        try {
            load_text(kHead + "include: library.yaml\n", folder);
        } catch (InputError const& error) {
            return std::string(error.what()).substr((folder / "library.yaml").string().size());
        }
        return std::string("no error");
    };
    EXPECT_EQ(with(""), ": found nothing, expected a map with keys like \"ligands\"");
    EXPECT_EQ(with("hello\n"), ":1:1: found \"hello\", expected a map with keys like \"ligands\"");
    EXPECT_EQ(with("[1, 2]\n"), ":1:1: found a list, expected a map with keys like \"ligands\"");
    EXPECT_EQ(with("\x7f\x45LF"), ":1:1: found the character \\x7F, expected text without control characters");
    EXPECT_EQ(with("ligands: {}\n"), "no error");
}

/// Maps by name are merged name by name, lists and single values are replaced.
TEST(Merge, InheritsKeyByKey) {
    TemporaryFolder const folder;
    write_text(folder / "library.yaml",
               "cells: {T: {radius: 5 um, apoptosis: {rate: 1 /h, duration: 3 h}, secretion: {A: 1 molecule/s, B: 2 molecule/s},\n"
               "        uptake: {A: {receptors: 10, k_on: 1e6 /M/s}}, rules: [{signal: A, increases: speed, to: 1 um/s, half: 1 nM}]}}\n");
    std::string const ligands = kHead + "include: library.yaml\nligands: {A: {diffusivity: 1 um^2/s}, B: {diffusivity: 1 um^2/s}}\n";
    Scenario const s =
        load_text(ligands + "cells: {T: {apoptosis: {rate: 2 /h}, secretion: {A: {rate: 3 molecule/s}}, uptake: {A: perfect}}}\n", folder);
    Vocabulary const v = s.model.vocabulary();
    CellType const& t = s.model.types[0];
    EXPECT_TRUE(close(t.base[v.of(behaviour::apoptosis)], 2.0 / 3600));
    EXPECT_TRUE(close(t.apoptosis_duration, 3 * 3600));
    EXPECT_EQ(t.base[v.of(behaviour::secretion, 0)], 3);
    EXPECT_EQ(t.base[v.of(behaviour::secretion, 1)], 2);
    EXPECT_TRUE(std::isinf(t.base[v.of(behaviour::uptake, 0)]));
    EXPECT_EQ(s.model.rules.size(), 1u);
    EXPECT_EQ(load_text(ligands + "cells: {T: {rules: []}}\n", folder).model.rules.size(), 0u);
}

/// `like` takes all of another type, of the scenario as it is there or of a library, over which the entry's own keys are written.
TEST(Merge, TypesAreLikeOthers) {
    TemporaryFolder const folder;
    write_text(
        folder / "library.yaml",
        "cells: {T: {radius: 5 um, speed: 2 um/min}, B: {like: T, speed: 3 um/min}, D: {radius: 9 um}}\n"
        "ligands: {A: {diffusivity: 1 um^2/s, decay: 1 /s}, B: {like: A, half_life: 1 h}}\n"
        "receptors: {C: {turnover: 2 /s}, R: {class: C, ligands: {A: {k_on: 1 /M/s, k_off: 3 /s}, Z: {k_on: 1 /M/s, k_off: 1 /s}}}}\n");
    Scenario const s = load_text(kHead +
                                     "include: library.yaml\nligands: {B: , Q: {like: B, diffusivity: 4 um^2/s}, A: }\nreceptors: {P: "
                                     "{like: R, shedding: 5 /s}}\n"
                                     "cells:\n"
                                     "  U: {like: V, radius: 6 um}\n"  // a chain, and not in the order of the file
                                     "  V: {like: T, secretion: {A: 1 molecule/s, B: 2 molecule/s}, receptors: {P: 10}}\n"
                                     "  T: {speed: 7 um/min, repulsion: 1 um/min}\n"
                                     "  W: {like: U, secretion: {A: 3 molecule/s}}\n"
                                     "  B:\n"
                                     "  D: {like: B}\n",  // not the library's D
                                 folder);
    Model const& m = s.model;
    Vocabulary const v = m.vocabulary();
    auto const base = [&](std::size_t t, int b) { return m.types.at(t).base[static_cast<std::size_t>(b)]; };
    EXPECT_EQ(m.types[0].name, "U");
    EXPECT_EQ(m.types[0].radius, 6);
    EXPECT_EQ(m.types[3].radius, 6);
    EXPECT_EQ(m.types[1].radius, 5);
    for (std::size_t t : {0, 1, 2, 3}) EXPECT_TRUE(close(base(t, v.of(behaviour::speed)), 7.0 / 60)) << t;  // of the scenario's T
    for (std::size_t t : {0, 1, 2, 3}) EXPECT_TRUE(close(base(t, v.of(behaviour::repulsion)), 1.0 / 60)) << t;
    EXPECT_EQ(base(3, v.of(behaviour::secretion, 2)), 3);
    EXPECT_EQ(base(3, v.of(behaviour::secretion, 0)), 2);
    EXPECT_EQ(m.types[3].receptors[0], 10);
    for (std::size_t t : {4, 5}) EXPECT_TRUE(close(base(t, v.of(behaviour::speed)), 3.0 / 60)) << t;
    EXPECT_EQ(m.types[5].radius, 5);
    EXPECT_TRUE(close(base(4, v.of(behaviour::repulsion)), 10.0 / 60));  // the library's B is like the library's T
    EXPECT_EQ(m.property(0, 1).diffusivity, 4);
    for (int l : {0, 1}) EXPECT_TRUE(close(m.property(0, l).decay, std::log(2.0) / 3600));
    EXPECT_EQ(m.receptors[0].rates.turnover, 2);
    EXPECT_EQ(m.receptors[0].rates.shedding, 5);
    ASSERT_EQ(m.receptors[0].bindings.size(), 1u);
    EXPECT_EQ(m.receptors[0].bindings[0].rates.dissociation, 3);
    // what has been read no longer needs the library
    TemporaryFolder const other;
    EXPECT_EQ(load_text(s.resolved, other).resolved, s.resolved);
}

TEST(Merge, ATypeThatIsLikeAnotherDoesNotBecomeItself) {
    Scenario const s = load_text(kHead +
                                 "cells:\n"
                                 "  A:\n    radius: 5 um\n    becomes: {B: 1 /h, C: 2 /h}\n"
                                 "    rules:\n      - {signal: time, increases: becomes B, to: 3 /h, half: 1 h}\n"
                                 "      - {signal: time, increases: transform to C, to: 4 /h, half: 1 h}\n"
                                 "  B: {like: A}\n  C: {like: B}\n");
    Vocabulary const v = s.model.vocabulary();
    auto const becomes = [&](std::size_t t, int other) {
        return s.model.types[t].base[static_cast<std::size_t>(v.of(behaviour::differentiation, other))] * 3600;
    };
    EXPECT_TRUE(close(becomes(0, 1), 1) && close(becomes(0, 2), 2));
    EXPECT_EQ(becomes(1, 1), 0);
    EXPECT_TRUE(close(becomes(1, 2), 2));
    EXPECT_EQ(becomes(2, 1) + becomes(2, 2), 0);
    std::vector<int> rules(3);
    for (Rule const& rule : s.model.rules) ++rules[static_cast<std::size_t>(rule.type)];
    EXPECT_EQ(rules, (std::vector<int>{2, 1, 0}));
}

/// The other may be changed by an option or an extending scenario; those that are like it follow.
TEST(Merge, LikesFollowTheOther) {
    TemporaryFolder const folder;
    write_text(folder / "base.yaml", kHead + "cells: {A: {radius: 5 um}, B: {like: A}, C: {radius: 4 um}}\n");
    write_text(folder / "scenario.yaml", "extends: base.yaml\ncells: {A: {radius: 7 um}}\n");
    auto const radius = [&](std::vector<Override> const& overrides) {
        return load_scenario(folder / "scenario.yaml", overrides).model.types[1].radius;
    };
    EXPECT_EQ(radius({}), 7);
    EXPECT_EQ(radius({{"cells.A.radius", "8 um"}}), 8);
    EXPECT_EQ(radius({{"cells.B.like", "C"}}), 4);
}

/// Merge keys of YAML: keys of the map itself win, whole values, then the earlier of a list.
TEST(Merge, KeysOfYaml) {
    Scenario const s = load_text(kHead +
                                 "ligands:\n  A: &a {diffusivity: 1 um^2/s, decay: 2 /s}\n"
                                 "  B: &b {<<: *a, decay: 3 /s, unit: pM}\n  C: {decay: 4 /s, <<: [*a, *b]}\n  D: {<<: *b}\n"
                                 "cells:\n  T: &t\n    radius: 5 um\n    secretion: &s {A: 1 molecule/s, B: 2 molecule/s}\n"
                                 "  U:\n    <<: *t\n    secretion: {<<: *s, B: 5 molecule/s}\n    cycle: {<<: {duration: 3 h}}\n");
    Model const& m = s.model;
    Vocabulary const v = m.vocabulary();
    for (int l = 0; l < 4; ++l) EXPECT_EQ(m.property(0, l).diffusivity, 1) << l;
    EXPECT_EQ(m.property(0, 1).decay, 3);
    EXPECT_EQ(m.property(0, 2).decay, 4);
    EXPECT_EQ(m.property(0, 3).decay, 3);
    EXPECT_EQ(m.ligands[2].display_unit, "pM");
    EXPECT_EQ(m.ligands[3].display_unit, "pM");
    EXPECT_EQ(m.types[1].radius, 5);
    EXPECT_EQ(m.types[1].base[static_cast<std::size_t>(v.of(behaviour::secretion, 0))], 1);
    EXPECT_EQ(m.types[1].base[static_cast<std::size_t>(v.of(behaviour::secretion, 1))], 5);
    EXPECT_EQ(m.types[1].cycle_duration, 3 * 3600);
    EXPECT_EQ(s.resolved.find("<<"), std::string::npos);
}

/// A variant says only what differs; the order of ligands, types and regions stays that of the scenario it extends.
TEST(Merge, ExtendsAScenario) {
    TemporaryFolder const folder;
    write_text(folder / "library.yaml", "ligands: {A: {diffusivity: 1 um^2/s}, C: {diffusivity: 9 um^2/s}}\n");
    write_text(
        folder / "base.yaml",
        kHead +
            "title: base\ninclude: library.yaml\nligands: {A:, B: {diffusivity: 2 um^2/s, decay: 1 /s}}\n"
            "regions: {low: {layer: {axis: z, from: 0 um, to: 20 um}}, left: {layer: {axis: x, from: 0 um, to: 20 um}, decay: {A: 3 /s}}}\n"
            "cells: {T: {radius: 5 um}}\nplacement: [{type: T, count: 3}]\n");
    Scenario const s = load_text(
        "extends: base.yaml\ninclude: library.yaml\ndomain: {size: [100 um, 50 um, 50 um]}\nligands: {C:, B: {half_life: 1 h}}\n"
        "regions: {left: {box: {from: [0 um, 0 um, 0 um], to: [50 um, 50 um, 50 um]}}}\n",
        folder);
    EXPECT_EQ(s.title, "base");
    EXPECT_EQ(s.model.grid.nx, 10);
    EXPECT_EQ(s.model.grid.spacing, 10);
    ASSERT_EQ(s.model.ligands.size(), 3u);
    EXPECT_EQ(s.model.ligands[0].name, "A");
    EXPECT_EQ(s.model.ligands[1].name, "B");
    EXPECT_EQ(s.model.ligands[2].name, "C");
    EXPECT_TRUE(close(s.model.property(0, 1).decay, std::log(2.0) / 3600));
    EXPECT_EQ(s.regions[1].name, "left");
    EXPECT_EQ(s.regions[1].voxels, 5u * 5 * 5);  // the box, not the layer
    EXPECT_EQ(s.model.materials[s.model.material[0] * 3].decay, 3);
    EXPECT_EQ(s.initial.cells.size(), 3u);
}

/// Of what a library's receptor binds, only the ligands of the scenario are used; without any it may be listed where no cells have it.
TEST(Merge, LeavesOutLigandsThatAScenarioDoesNotHave) {
    TemporaryFolder const folder;
    write_text(folder / "library.yaml", "receptors: {R: {ligands: {A: {k_on: 1e6 /M/s, K_d: 1 nM}, B: {k_on: 2e6 /M/s, K_d: 1 nM}}}}\n");
    std::string const before = kHead + "include: library.yaml\nreceptors: {R: }\n";
    Model const one =
        load_text(before + "ligands: {B: {diffusivity: 1 um^2/s}}\ncells: {T: {radius: 5 um, receptors: {R: 100}}}\n", folder).model;
    ASSERT_EQ(one.receptors.at(0).bindings.size(), 1u);
    EXPECT_TRUE(close(one.receptors[0].bindings[0].k_on, 2e6 / kMolar));
    EXPECT_TRUE(load_text(before + "cells: {T: {radius: 5 um}}\n", folder).model.receptors.at(0).bindings.empty());
}

TEST(Merge, OptionsWinOverEverything) {
    TemporaryFolder const folder;
    write_text(folder / "library.yaml",
               "ligands: {A: {diffusivity: 1 um^2/s, decay: 1 /s}}\ncells: {T: {radius: 5 um}, U: {radius: 4 um}}\n");
    write_text(
        folder / "base.yaml",
        kHead +
            "include: library.yaml\nligands: {A: {decay: 2 /s}}\ncells: {T: }\nplacement: [{type: T, count: 3}, {type: T, count: 4}]\n");
    write_text(folder / "scenario.yaml", "extends: base.yaml\nseed: 3\n");
    auto const with = [&](std::vector<Override> const& overrides) { return load_scenario(folder / "scenario.yaml", overrides); };
    EXPECT_EQ(with({{"ligands.A.decay", "5 /s"}}).model.property(0, 0).decay, 5);
    EXPECT_TRUE(close(with({{"ligands.A.half_life", "1 h"}}).model.property(0, 0).decay, std::log(2.0) / 3600));
    EXPECT_EQ(with({{"placement[1].count", "9"}}).initial.cells.size(), 12u);
    EXPECT_EQ(with({{"placement.1.count", "9"}}).initial.cells.size(), 12u);
    EXPECT_EQ(with({{"placement", "[]"}}).initial.cells.size(), 0u);
    EXPECT_EQ(with({{"domain.size", "[20 um, 20 um, 20 um]"}, {"seed", "8"}}).model.seed, 8u);
    EXPECT_EQ(with({{"cells.U", "{}"}}).model.types.size(), 2u);  // listed by the option, described by the library
    EXPECT_EQ(with({{"ligands.A.decay", "5 /s"}, {"ligands.A.decay", "6 /s"}}).model.property(0, 0).decay, 6);  // the last wins
}

/// Everything in the libraries that ship is sound, and every name that scenarios rely on is there.
TEST(Library, EveryEntryIsSound) {
    std::filesystem::path const library = std::filesystem::path(source_folder()) / "scenarios/library";
    std::string text = kHead + "include: [" + (library / "ligands.yaml").string() + ", " + (library / "cells.yaml").string() + "]\n";
    std::vector<std::string> names;
    for (auto const& [file, part] :
         std::vector<std::pair<char const*, std::string>>{{"ligands.yaml", "ligands"}, {"cells.yaml", "cells"}}) {
        text += part + ":\n";
        for (auto const& entry : YAML::LoadFile((library / file).string())[part]) {
            names.push_back(entry.first.as<std::string>());
            text += "  " + names.back() + (names.back() == "oxygen" ? ": {decay: 1 /h}\n" : ":\n");  // consumed by cells of the scenario
        }
    }
    EXPECT_NO_THROW(load_text(text));
    for (char const* name :
         {"PDGF",          "TGF-beta", "CXCL8",      "TNF-alpha",     "IL-1beta",    "IL-10",        "VEGF",          "FGF2",
          "oxygen",        "collagen", "fibrin",     "MMP",           "CCL2",        "IL-6",         "IL-2",          "IFN-gamma",
          "EGF",           "GM-CSF",   "histamine",  "PGE2",          "platelet",    "neutrophil",   "macrophage M0", "macrophage M1",
          "macrophage M2", "monocyte", "fibroblast", "myofibroblast", "endothelium", "keratinocyte", "T cell",        "mast cell"})
        EXPECT_TRUE(std::count(names.begin(), names.end(), name)) << name;
}

TEST(Library, ScenariosThatShipAreSound) {
    for (auto const& entry : std::filesystem::directory_iterator(std::filesystem::path(source_folder()) / "scenarios")) {
        if (entry.path().extension() != ".yaml") continue;
        EXPECT_NO_THROW(load_scenario(entry.path(), {}, true)) << entry.path();
    }
}

}  // namespace
}  // namespace crine::test
