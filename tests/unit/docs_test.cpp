#include "host/build/load.h"
#include "host/scenario/reference.h"
#include "support/guide.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace crine::test {
namespace {

namespace fs = std::filesystem;

TEST(Docs, TheReferenceIsWhatTheProgramPrints) {
    EXPECT_TRUE(contents(source_folder() + "/docs/reference.md") == scenario_reference())
        << "crine schema --markdown > docs/reference.md writes it anew";
}

/// Every chapter has a whole scenario, and every whole scenario of the guide can be loaded.
TEST(Docs, TheExamplesOfTheGuideAreScenarios) {
    for (auto const& chapter : chapters()) {
        TemporaryFolder const folder;
        auto const examples = write_examples(chapter, folder);
        EXPECT_FALSE(examples.empty()) << chapter << " has no example";
        for (auto const& example : examples) {
            Scenario const scenario = load_scenario(example, {});
            EXPECT_FALSE(scenario.validation.expectations.empty()) << chapter << ": what its example shows is not compared";
            for (Finding const& finding : scenario.findings) ADD_FAILURE() << chapter << ": " << finding.text();
        }
    }
}

/// That of the README too, in a folder where there is nothing else.
TEST(Docs, TheExampleOfTheReadmeIsAScenario) {
    int examples = 0;
    for (Block const& block : blocks_of("README.md", ".")) {
        if (block.is != "yaml") continue;
        ++examples;
        TemporaryFolder const folder;
        write_text(folder / "my.yaml", block.text);
        for (Finding const& finding : load_scenario(folder / "my.yaml", {}).findings) ADD_FAILURE() << finding.text();
    }
    EXPECT_EQ(examples, 1);
}

TEST(Docs, AllKeysAreAScenario) {
    Scenario const s = load_scenario(source_folder() + "/docs/guide/all-keys.yaml", {});
    EXPECT_EQ(s.model.ligands.size(), 10u);
    EXPECT_EQ(s.regions.size(), 9u);
    EXPECT_EQ(s.model.types.size(), 7u);
    EXPECT_EQ(s.model.synapses.size(), 1u);
    EXPECT_FALSE(s.initial.synapses.empty());
    EXPECT_EQ(s.model.pathways.size(), 2u);
    EXPECT_EQ(s.probes.size(), 12u);
}

/// Pathways downstream of receptors.
TEST(Docs, TheExampleOfLinksFeedsItsInputs) {
    TemporaryFolder const folder;
    Scenario const s = load_scenario(write_examples("08-pathways.md", folder).at(1), {});
    Vocabulary const words = s.model.vocabulary();
    auto const& uses = s.model.types.at(0).pathways;
    ASSERT_EQ(uses.size(), 3u);
    auto const& activation = uses[0].inputs.at(0);
    ASSERT_EQ(activation.size(), 2u);
    for (int r = 0; r < 2; ++r) {
        EXPECT_EQ(activation[static_cast<std::size_t>(r)].signal, words.of(signal::occupancy, r));
        EXPECT_DOUBLE_EQ(activation[static_cast<std::size_t>(r)].scale, 7e-4);
    }
    EXPECT_EQ(uses[1].inputs.at(0).at(0).signal, words.of(signal::occupancy, 2));
    EXPECT_EQ(uses[2].inputs.at(0).at(0).signal, words.of(signal::concentration, 3));
}

/// Headings of a page as GitHub links to them.
std::set<std::string> anchors(std::string const& page) {
    std::set<std::string> all;
    for (std::size_t at = page.rfind('#', 0) == 0 ? 0 : page.find("\n#"); at != std::string::npos; at = page.find("\n#", at + 1)) {
        std::size_t const begin = page.find(' ', at) + 1;
        std::string anchor;
        for (char const c : page.substr(begin, page.find('\n', begin) - begin)) {
            auto const byte = static_cast<unsigned char>(c);
            if (c == ' ' || c == '-' || c == '_') anchor += c == ' ' ? '-' : c;
            if (std::isalnum(byte) || byte >= 0x80) anchor += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
        }
        all.insert(anchor);
    }
    return all;
}

/// Every link between pages leads to a file and a heading.
TEST(Docs, LinksLeadSomewhere) {
    fs::path const source = source_folder();
    if (!fs::exists(source / "CMakeLists.txt")) GTEST_SKIP() << "not all pages are in the bundle";
    std::vector<fs::path> pages{source};
    for (char const* folder : {"docs", "docs/guide"}) pages.push_back(source / folder);
    std::regex const link(R"(\]\(([^)# ]*)(#([^) ]*))?\))");
    int links = 0;
    for (auto const& folder : pages)
        for (auto const& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".md") continue;
            std::string const page = contents(entry.path());
            for (std::sregex_iterator found(page.begin(), page.end(), link), end; found != end; ++found, ++links) {
                std::string const target = (*found)[1], anchor = (*found)[3];
                if (target.starts_with("http")) continue;
                fs::path const file = target.empty() ? entry.path() : folder / target;
                EXPECT_TRUE(fs::exists(file)) << entry.path() << ": " << found->str();
                EXPECT_TRUE(anchor.empty() || anchors(contents(file)).count(anchor)) << entry.path() << ": " << found->str();
            }
        }
    EXPECT_GT(links, 50);
}

/// The glossary explains what there is: every word is in the file that it names.
TEST(Docs, WordsOfTheGlossaryAreInTheCode) {
    fs::path const source = source_folder();
    if (!fs::exists(source / "CMakeLists.txt")) GTEST_SKIP() << "the code is not in the bundle";
    std::istringstream page(contents(source / "docs/glossary.md"));
    std::regex const row(R"(\| `?([^|`]*)`? \|.*\| `([^|`]*)` \|)");
    std::smatch found;
    int words = 0;
    for (std::string line; std::getline(page, line);) {
        if (!std::regex_match(line, found, row)) continue;
        ++words;
        std::string const word = found[1], file = found[2];
        EXPECT_TRUE(fs::exists(source / file)) << word << ": " << file;
        EXPECT_NE(contents(source / file).find(word), std::string::npos) << "\"" << word << "\" is not in " << file;
    }
    EXPECT_GT(words, 50);
}

}  // namespace
}  // namespace crine::test
