#include "crine/model/hill.h"
#include "crine/units.h"
#include "host/scenario/peer_words.h"
#include "support/engines.h"
#include "support/scenario_text.h"

#include <algorithm>
#include <cmath>

/// Rules in PhysiCell's words, in a scenario and in its own files.

namespace crine::test {
namespace {

std::string const kScenario = R"(
time: {end: 1 h}
domain: {size: [100 um, 100 um, 100 um], spacing: 10 um}
ligands:
  oxygen: {diffusivity: 60 um^2/s, unit: uM}
  IL-6: {diffusivity: 60 um^2/s}
cells:
  tumour:
    radius: 6 um
    speed: 0.5 um/min
    secretion: {IL-6: {rate: 0 molecule/s, saturation: 2 nM}}
  T cell: {radius: 4 um, bias: 0.5, attraction: {oxygen: 1}}
rules: rules.csv
)";

Model load(std::string const& rules, std::string const& scenario = kScenario) {
    TemporaryFolder const folder;
    std::ofstream(folder / "rules.csv") << rules;
    return load_text(scenario, folder).model;
}

std::string message(std::string const& rules, std::string const& scenario = kScenario) {
    try {
        load(rules, scenario);
    } catch (InputError const& error) {
        return error.what();
    }
    return "no error";
}

/// The behaviour of type 0 at these values of signals, from the rules of a loaded model, as kernels evaluate them.
double evaluate(Model const& m, int behaviour, std::vector<std::pair<int, double>> const& signals) {
    Real const base = m.types[0].base[static_cast<std::size_t>(behaviour)];
    HillResponse response{base, base, base};
    HillSum up, down;
    for (Rule const& rule : m.rules) {
        if (rule.type != 0 || rule.behaviour != behaviour) continue;
        auto const signal = std::find_if(signals.begin(), signals.end(), [&](auto const& s) { return s.first == rule.signal; });
        (rule.increases ? up : down).add(static_cast<Real>(signal->second), rule.half, rule.hill);
        response.highest = std::max(response.highest, rule.increases ? rule.saturation : base);
        response.lowest = std::min(response.lowest, rule.increases ? base : rule.saturation);
    }
    return response(up, down);
}

}  // namespace

TEST(PeerRules, GiveThePeersNumbers) {
    Model const m = load(R"(// speed of tumour cells, with two signals for and one against it
tumour,oxygen,increases,migration speed,2.5,38,4,0

tumour,IL-6 gradient,increases,migration speed,1.5,0.02,1.5,0
  tumour, pressure, decreases, migration speed, 0.1, 0.8, 3, 0
)");
    ASSERT_EQ(m.rules.size(), 3u);
    Vocabulary const v = m.vocabulary();
    double const base = 0.5, highest = 2.5, lowest = 0.1;  // um/min
    for (double oxygen : {0.0, 5.0, 38.0, 160.0})          // uM
        for (double gradient : {0.0, 0.004, 0.02, 0.3})    // nM/um
            for (double pressure : {0.0, 0.2, 0.8, 2.0}) {
                double const up = std::pow(oxygen / 38, 4) + std::pow(gradient / 0.02, 1.5), down = std::pow(pressure / 0.8, 3);
                double const raised = base + (highest - base) * up / (1 + up);
                double const expected = raised + (lowest - raised) * down / (1 + down);
                double const got = evaluate(m, behaviour::speed,
                                            {{v.of(signal::concentration, 0), oxygen * 1000 * kNanomolar},
                                             {v.of(signal::gradient, 1), gradient * kNanomolar},
                                             {signal::compression, pressure}}) *
                                   kMinute;
                EXPECT_TRUE(close(got, expected, 1e-6)) << oxygen << " " << gradient << " " << pressure;
            }
}

TEST(PeerRules, NumbersAreInMinutesMicrometresAndTheLigandsUnit) {
    Model const m = load(R"(tumour,time,increases,apoptosis,0.02,1440,2,1
tumour,contact with T cell,increases,IL-6 secretion,3,1,1,false
tumour,volume,decreases,IL-6 uptake,0,2000,1,0
T cell,total attack time,increases,IL-6 export,40,30,1,true
T cell,damage,increases,asymmetric division to tumour,0.25,1,1,0
T cell,is dead,increases,attack tumour,0.1,0.5,1,1
T cell,oxygen,increases,migration persistence time,10,1,1,0
)");
    Vocabulary const v = m.vocabulary();
    double const volume = 4.0 / 3 * kPi * 216;
    ASSERT_EQ(m.rules.size(), 7u);
    EXPECT_TRUE(close(m.rules[0].half, 86400) && close(m.rules[0].saturation, 0.02 / 60) && m.rules[0].applies_to_dead);
    EXPECT_EQ(m.rules[1].behaviour, v.of(behaviour::secretion, 1));
    EXPECT_TRUE(close(m.rules[1].saturation, 3.0 / 60 * volume * 2 * kNanomolar));  // S V (saturation - c): at c = 0
    EXPECT_FALSE(m.rules[1].applies_to_dead);
    EXPECT_TRUE(m.rules[2].half == 2000 && m.rules[2].behaviour == v.of(behaviour::uptake, 1) && !m.rules[2].increases);
    EXPECT_TRUE(close(m.rules[3].saturation, 40 * kNanomolar / 60) && m.rules[3].half == 30 * 60 && m.rules[3].applies_to_dead);
    EXPECT_TRUE(m.rules[4].behaviour == v.of(behaviour::offspring, 0) && m.rules[4].saturation == Real(0.25));
    EXPECT_TRUE(m.rules[5].signal == signal::dead && m.rules[5].behaviour == v.of(behaviour::attack, 0));
    EXPECT_TRUE(close(m.rules[6].saturation, 600) && close(m.rules[6].half, 1000 * kNanomolar));
}

TEST(PeerRules, TheirWordsAreUnderstoodInAScenarioToo) {
    std::string text = kScenario;
    text.replace(text.find("rules: rules.csv\n"), 17, "");
    text.replace(text.find("    speed: 0.5"), 0, R"(    rules:
      - {signal: IL-6 gradient, increases: transform to T cell, to: 1 /h, half: 1 nM/um}
      - {signal: pressure, decreases: migration speed, to: 0 um/min, half: 1}
)");
    Model const m = load_text(text).model;
    Vocabulary const v = m.vocabulary();
    EXPECT_EQ(m.rules[0].signal, v.of(signal::gradient, 1));
    EXPECT_EQ(m.rules[0].behaviour, v.of(behaviour::differentiation, 1));
    EXPECT_EQ(m.rules[1].signal, signal::pressure);  // a word of ours means there what it always does
    EXPECT_EQ(m.rules[1].behaviour, behaviour::speed);
}

TEST(PeerRules, ListsOfFilesAddUp) {
    TemporaryFolder const folder;
    std::ofstream(folder / "a.csv") << "tumour,time,increases,apoptosis,0.02,1440,2,0\n";
    std::ofstream(folder / "b.csv") << "\xEF\xBB\xBFtumour,time,increases,necrosis,0.02,1440,2,0\r\n";
    std::string text = kScenario;
    text.replace(text.find("rules.csv"), 9, "[a.csv, b.csv]");
    Model const m = load_text(text, folder).model;
    ASSERT_EQ(m.rules.size(), 2u);
    EXPECT_EQ(m.rules[1].behaviour, behaviour::necrosis);
}

/// Whatever the peer has a name for either means something here or is refused with a reason, never passed over.
TEST(PeerRules, EveryOneOfTheirWordsIsKnownOrRefused) {
    auto const written = [](char const* pattern, char const* name) {
        std::string text = pattern;
        if (auto const star = text.find('*'); star != std::string::npos) text.replace(star, 1, name);
        return text;
    };
    auto const is_type = [](std::string const& ours) {
        for (char const* word : {"becomes *", "attacks *", "engulfs *", "divides into *", "fuses with *", "affinity to *"})
            if (ours == word) return true;
        return false;
    };
    int known = 0, refused = 0;
    for (bool const as_signal : {true, false})
        for (PeerWord const& word : as_signal ? peer_signals() : peer_behaviours()) {
            std::string const text = written(word.theirs, word.ours && is_type(word.ours) ? "T cell" : "IL-6");
            char const* const to = text.starts_with("asymmetric") || text == "migration bias" ? "1" : "1000";
            std::string const line =
                as_signal ? "tumour," + text + ",increases,necrosis,1,1,1,0" : "T cell,time,increases," + text + "," + to + ",1,1,0";
            std::string const problem = message(line + "\n");
            bool const saturates = text == "IL-6 secretion";  // T cells have none
            if (word.ours && !saturates) {
                EXPECT_EQ(problem, "no error") << text;
                ++known;
            } else if (!saturates) {
                EXPECT_NE(problem.find("is not modelled ("), std::string::npos) << text << ": " << problem;
                ++refused;
            }
        }
    EXPECT_GT(known, 35);
    EXPECT_GT(refused, 20);
}

TEST(PeerRules, SayWhereAndWhatIsWrong) {
    auto const expect = [](std::string const& line, std::string const& problem, std::string const& scenario = kScenario) {
        std::string const got = message("// a comment\n" + line + "\n", scenario);
        EXPECT_NE(got.find("rules.csv:2:" + problem), std::string::npos) << got;
    };
    expect("tumor,oxygen,increases,apoptosis,1,1,1,0", "1: \"tumor\" is not a cell type of this scenario; did you mean \"tumour\"?");
    expect("tumour, oxigen,increases,apoptosis,1,1,1,0", "9: \"oxigen\" is not a signal; did you mean \"oxygen\"?");
    expect("tumour,oxygen,raises,apoptosis,1,1,1,0", "15: found \"raises\", expected increases or decreases");
    expect("tumour,oxygen,increases,apoptose,1,1,1,0", "25: \"apoptose\" is not a behaviour; did you mean \"apoptosis\"?");
    expect("tumour,oxygen,increases,IL-8 secretion,1,1,1,0",
           "25: \"IL-8 secretion\" is not a behaviour; did you mean \"secretion of IL-6\"?");
    expect("tumour,oxygen,increases,apoptosis,much,1,1,0", "35: found \"much\", expected the value at infinite signal, a number");
    expect("tumour,oxygen,increases,apoptosis,-1,1,1,0", "35: found \"-1\", expected 0 or more");
    expect("tumour,oxygen,increases,apoptosis,1,0,1,0", "37: found \"0\", expected the signal at half effect greater than 0");
    expect("tumour,oxygen,increases,apoptosis,1,1,0,0", "39: found \"0\", expected the Hill power greater than 0");
    expect("tumour,oxygen,increases,apoptosis,1,1,1,maybe", "41: found \"maybe\", expected 0 or 1");
    expect("tumour,oxygen,increases,apoptosis,0,1,1,1,0", "1: found 9 values, expected 8");
    expect("tumour,oxygen,increases,migration speed,0.1,1,1,0", "41: the rule does nothing: it increases \"speed\"");
    expect("tumour,oxygen,increases,asymmetric division to T cell,2,1,1,0", "55: \"divides into T cell\" is a fraction");
    expect("tumour,oxygen,increases,IL-6 export,2,1,1,0", "25: the secretion of \"IL-6\" by \"tumour\" has a saturation");
    expect("T cell,oxygen,increases,IL-6 secretion,2,1,1,0", "25: the secretion of \"IL-6\" by \"T cell\" has no \"saturation\"");
    expect("tumour,intracellular oxygen,increases,apoptosis,1,1,1,0", "8: \"intracellular oxygen\" is not modelled (");
}

}  // namespace crine::test
