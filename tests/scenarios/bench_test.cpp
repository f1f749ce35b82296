#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace crine::test {
namespace {

/// Everything once, as small as it gets: that it works, not how fast it is.
TEST(Bench, MeasuresEveryCaseAndComparesWithItself) {
    TemporaryFolder folder;
    std::string const file = (folder / "result.json").string();
    Outcome const all = crine({"bench", "--size", "small", "--device", "cpu", "--json", file});
    ASSERT_EQ(all.code, 0) << all.err;
    auto const results = nlohmann::json::parse(contents(file));
    std::set<std::string> cases, metrics;
    for (auto const& line : results) {
        cases.insert(line.at("case")), metrics.insert(line.at("metric"));
        EXPECT_EQ(line.at("device"), "cpu");
        EXPECT_LE(line.at("min"), line.at("median")) << line;
        EXPECT_LE(line.at("median"), line.at("max")) << line;
        for (auto const& key : {"setting", "size", "ligands", "fraction_of_copy", "note", "date", "machine", "commit", "threads"})
            EXPECT_TRUE(line.contains(key)) << line;
    }
    EXPECT_EQ(cases, (std::set<std::string>{"copy", "transport", "exchange", "mechanics", "circles", "phenotype", "pathways", "whole",
                                            "busy", "checkpoint"}));
    for (char const* metric : {"ligand_voxel_steps_per_s", "seconds_to_error", "ns_per_cell", "seconds_per_simulated_hour",
                               "bytes_per_cell", "bytes_per_ligand_voxel"})
        EXPECT_EQ(metrics.count(metric), 1u) << metric;

    Outcome const again = crine({"bench", "mechanics", "--size", "small", "--device", "cpu", "--compare", file});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.out.find("better by"), std::string::npos) << again.out;
}

TEST(Bench, SaysWhatItDoesNotKnow) {
    EXPECT_EQ(crine({"bench", "speed"}).code, 2);
    EXPECT_EQ(crine({"bench", "copy", "--size", "huge"}).code, 2);
    EXPECT_EQ(crine({"bench", "copy", "--size", "small", "--compare", "no such file"}).code, 2);
}

}  // namespace
}  // namespace crine::test
