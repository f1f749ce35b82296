#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace crine::test {
namespace {

/// 100 molecules/µm³ that decay at 0.01 /s, and what is expected of them: the first two rightly.
constexpr char const* kDecay = R"yaml(title: Decay
time: {end: 60 s, transport: 1 s, mechanics: 1 s, behaviour: 1 s}
domain: {size: [40 um, 40 um, 40 um], spacing: 10 um}
ligands:
  A: {diffusivity: 10 um^2/s, decay: 0.01 /s, unit: molecule/um^3, initial: 100 molecule/um^3}
probes:
  - {name: middle, ligand: A, at: [20 um, 20 um, 20 um]}
output: {summary: 20 s}
arms: {slow: {}, fast: {ligands.A.decay: 0.02 /s}}
validation:
  expect:
    - {id: X1, what: after 20 s, at: 20 s, of: "'middle'", value: 81.87308, tolerance: 0.01 %}
    - {id: X1, what: ratio of logarithms, of: "ln('fast:middle' / 100) / ln('slow:middle' / 100)", value: 2, within: 1e-3}
    - {id: X2, what: wrong on purpose, arm: fast, of: "'A decayed' / 'A initial@0 s'", value: 0.6988, tolerance: 0.1 %}
)yaml";

TEST(Validate, ComparesEveryNumber) {
    TemporaryFolder const folder;
    write_text(folder / "X.yaml", kDecay);
    std::string const json = (folder / "out.json").string(), page = (folder / "page.md").string();
    Outcome const right = crine({"validate", (folder / "X.yaml").string(), "--json", json, "--markdown", page});
    EXPECT_EQ(right.code, 0) << right.out << right.err;
    EXPECT_NE(right.out.find("3 numbers: 3 as expected, 0 not"), std::string::npos) << right.out;
    auto const list = nlohmann::json::parse(contents(json));
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list[0]["id"], "X1");
    EXPECT_EQ(list[0]["expected"], 81.87308);
    EXPECT_NEAR(list[0]["got"].get<double>(), 81.87308, 0.008);
    EXPECT_EQ(list[0]["tolerance"], 1e-4);
    for (auto const& one : list) {
        EXPECT_EQ(one.size(), 7u);
        EXPECT_TRUE(one["pass"].get<bool>());
        EXPECT_LE(one["error"].get<double>(), one["tolerance"].get<double>());
    }
    EXPECT_NE(contents(page).find("| X2 | wrong on purpose | 0.6988 "), std::string::npos);
}

TEST(Validate, FailsForOneThatIsWrong) {
    TemporaryFolder const folder;
    std::string text = kDecay;
    text.replace(text.find("0.6988"), 6, "0.7088");
    write_text(folder / "X.yaml", text);
    std::string const json = (folder / "out.json").string();
    Outcome const wrong = crine({"validate", "--folder", folder.path().string(), "X", "--json", json});
    EXPECT_EQ(wrong.code, 1) << wrong.out << wrong.err;
    EXPECT_NE(wrong.out.find("3 numbers: 2 as expected, 1 not"), std::string::npos) << wrong.out;
    EXPECT_FALSE(nlohmann::json::parse(contents(json))[2]["pass"].get<bool>());
}

TEST(Validate, SaysWhatIsNotThere) {
    TemporaryFolder const folder;
    std::string const file = (folder / "X.yaml").string();
    auto const complains = [&](std::string const& from, std::string const& to, std::string const& what) {
        std::string text = kDecay;
        text.replace(text.find(from), from.size(), to);
        write_text(file, text);
        Outcome const outcome = crine({"validate", file});
        EXPECT_EQ(outcome.code, 2);
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
    };
    complains("\"'middle'\"", "\"'midle'\"",
              "X.yaml:12:7: validation.expect[0]: bad formula \"'midle'\": \"midle\" is not a column of summary.csv, probes.csv, "
              "compartments.csv or "
              "synapses.csv, nor a route; did you mean \"middle\"?");
    complains("at: 20 s, of", "at: 30 s, of", "there is no summary at 30 s");
    complains("arm: fast", "arm: fst", "\"fst\" is not an arm of this scenario; did you mean \"fast\"?");
    complains("within: 1e-3", "within: 1e-3, tolerance: 1 %", "expected only one of tolerance, within");
    for (char const* const wrong :
         {"value: 2", "within: 1e-3", "value: 2, within: 1e-3, above: 1", "above: 1, within: 1e-3", "value: 2, above: 1"})
        complains("value: 2, within: 1e-3", wrong, "X.yaml:13:7: validation.expect[1]: expected a value with a tolerance");
    complains("value: 2, within: 1e-3", "above: 2, below: 1", "nothing is above 2 and below 1");
    EXPECT_NE(crine({"validate", "A99", "--folder", folder.path().string()}).err.find("there is no case \"A99\""), std::string::npos);
}

/// Bounds instead of a value; extremes over time: the values at 0, 20, 40 and 60 s.
TEST(Validate, KnowsBoundsAndExtremes) {
    TemporaryFolder const folder;
    std::string text = kDecay;
    text.erase(text.find("    - {id: X1"));
    auto const passes = [&](std::string const& expected) {
        write_text(folder / "X.yaml", text + "    - {id: X, what: it, " + expected + "}\n");
        Outcome const outcome = crine({"validate", (folder / "X.yaml").string()});
        EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
        return outcome.code == 0;
    };
    EXPECT_TRUE(passes("of: \"'middle'\", above: 54.8, below: 54.9"));
    EXPECT_FALSE(passes("of: \"'middle'\", above: 54.9"));
    EXPECT_FALSE(passes("of: \"'middle'\", below: 54.8"));
    EXPECT_TRUE(passes("of: \"'maximum of middle'\", value: 100, tolerance: 1e-6"));
    EXPECT_TRUE(passes("of: \"'fast:minimum of middle@40 s'\", value: 44.9329, tolerance: 1e-4"));
    EXPECT_TRUE(passes("of: \"'time of maximum of middle'\", value: 0, within: 0"));
    EXPECT_TRUE(passes("of: \"'time of minimum of middle'\", value: 60, within: 1e-9"));
}

TEST(Arms, ChangeWhatARunAndACheckLookAt) {
    TemporaryFolder const folder;
    write_text(folder / "X.yaml", kDecay);
    std::string const file = (folder / "X.yaml").string(), out = (folder / "out").string();
    ASSERT_EQ(crine({"run", file, "--arm", "fast", "-o", out, "--until", "20 s", "--quiet"}).code, 0);
    EXPECT_NE(contents(folder / "out/probes.csv").find(",67.0"), std::string::npos) << contents(folder / "out/probes.csv");
    ASSERT_EQ(crine({"run", file, "--arm", "fast", "--set", "ligands.A.decay=0 /s", "-o", out, "--overwrite", "--quiet"}).code, 0);
    EXPECT_NE(contents(folder / "out/probes.csv").find("6666,100"), std::string::npos) << contents(folder / "out/probes.csv");
    EXPECT_NE(crine({"check", file}).out.find("slow, fast (crine run --arm NAME)"), std::string::npos);
    Outcome const other = crine({"check", file, "--arm", "fst"});
    EXPECT_EQ(other.code, 2);
    EXPECT_NE(other.err.find("X.yaml has no arm \"fst\"; did you mean \"fast\"?"), std::string::npos) << other.err;
}

TEST(Validate, ARunDoesNotLookAtIt) {
    TemporaryFolder const folder;
    write_text(folder / "X.yaml", kDecay);
    EXPECT_EQ(crine({"run", (folder / "X.yaml").string(), "-o", (folder / "out").string(), "--quiet"}).code, 0);
    Table const summary(folder / "out" / "summary.csv");
    EXPECT_EQ(summary.rows.size(), 4u);
    auto const run = nlohmann::json::parse(contents(folder / "out" / "run.json"));
    auto const& ledger = run["ledger [molecules]"]["A"];
    EXPECT_EQ(ledger["decayed"].get<double>(), summary.at(3, "A decayed [molecules]"));
    EXPECT_LT(std::abs(ledger["imbalance"].get<double>()), 1e-6);
}

}  // namespace
}  // namespace crine::test
