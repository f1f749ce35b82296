#include "host/build/vti.h"
#include "support/engines.h"
#include "support/program.h"

#include <cmath>

/// The same scenario on different engines, as users see it: every number of every table, and the fields at the end.

namespace crine::test {
namespace {

/// A run for two hours, into a folder of its own.
std::string run_on(std::string const& device, std::string const& instruction_set, std::string const& out) {
    Outcome const outcome = Process({"/usr/bin/env", "CRINE_ISA=" + instruction_set, program_folder() + "/crine", "run",
                                     test_scenario("run_small.yaml"), "-o", out, "--until", "2 h", "--device", device, "--quiet"})
                                .wait();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return out;
}

/// Numbers of cells may differ by two, since a fate can tip over on a rounding error; all else by 2 % of a column's largest value.
void expect_close(Table const& got, Table const& expected) {
    ASSERT_EQ(got.columns, expected.columns);
    ASSERT_EQ(got.rows.size(), expected.rows.size());
    for (std::size_t c = 0; c < got.columns.size(); ++c) {
        std::string const& name = got.columns[c];
        if (name.find("imbalance") != std::string::npos || name.find("corrected") != std::string::npos)
            continue;  // round-off, bounded elsewhere
        bool const counts = name.find('[') == std::string::npos && name != "cover";
        double largest = 0;
        for (auto const& row : expected.rows) largest = std::max(largest, std::fabs(row[c]));
        for (std::size_t r = 0; r < got.rows.size(); ++r)
            EXPECT_NEAR(got.rows[r][c], expected.rows[r][c], counts ? 2 : 0.02 * largest) << name << ", row " << r;
    }
}

TEST(Engines, AgreeOnARun) {
    TemporaryFolder const folder;
    std::string const expected = run_on("cpu", "baseline", (folder / "expected").string());
    for (Device const& device : devices()) {
        std::string const engine = device.kind == Device::Kind::cpu ? "cpu" : "cuda";
        std::string const got = run_on(engine, cpu_instruction_sets().back(), (folder / engine).string());
        if (engine == "cpu") {
            EXPECT_EQ(contents(got + "/summary.csv"), contents(expected + "/summary.csv"));
            EXPECT_EQ(contents(got + "/probes.csv"), contents(expected + "/probes.csv"));
        }
        expect_close(Table(got + "/summary.csv"), Table(expected + "/summary.csv"));
        expect_close(Table(got + "/probes.csv"), Table(expected + "/probes.csv"));
        Grid const grid{10, 8, 6, 20};
        for (char const* array : {"IL-10 [nM]", "oxygen [uM]"}) {
            auto const a = read_vti(got + "/fields_000002.vti", array, grid), b = read_vti(expected + "/fields_000002.vti", array, grid);
            double square = 0, difference = 0;
            for (std::size_t v = 0; v < a.size(); ++v) square += b[v] * b[v], difference += (a[v] - b[v]) * (a[v] - b[v]);
            double const relative = std::sqrt(difference / square);
            RecordProperty(engine + " " + array, std::to_string(relative));
            EXPECT_LT(relative, 0.02) << array << " on " << engine;
        }
    }
}

TEST(Engines, AnUnknownInstructionSetIsAMistakeOfTheUser) {
    Outcome const outcome = Process({"/usr/bin/env", "CRINE_ISA=v9", program_folder() + "/crine", "info"}).wait();
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("CRINE_ISA=v9 (this program on this processor can use baseline"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace crine::test
