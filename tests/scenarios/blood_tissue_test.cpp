#include "crine/portable.h"
#include "support/program.h"

#include <gtest/gtest.h>

#include <cmath>

/// A day of tissue and blood, as the program runs it: nothing is lost on the way.

namespace crine::test {
namespace {

constexpr double kRoundOff = sizeof(Real) == 8 ? 1e-10 : 1e-5;  ///< of a day's turnover, as a run is allowed

TEST(BloodTissue, LedgersCloseOverADay) {
    TemporaryFolder const folder;
    std::string const out = (folder / "out").string();
    Outcome const outcome = crine({"run", source_file("scenarios/blood_tissue.yaml"), "-o", out, "--device", "cpu", "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    Table const tissue(out + "/summary.csv"), pools(out + "/compartments.csv");
    std::size_t const last = tissue.rows.size() - 1;
    ASSERT_EQ(tissue.at(last, "time [h]"), 24);
    ASSERT_EQ(pools.rows.size(), tissue.rows.size());
    for (std::size_t row = 0; row <= last; ++row) {
        for (char const* ligand : {"TNF-alpha", "drug"}) {
            EXPECT_LT(std::fabs(tissue.at(row, std::string(ligand) + " imbalance")), kRoundOff) << ligand << " " << row;
            EXPECT_LT(std::fabs(pools.at(row, std::string(ligand) + " in blood imbalance")), 1e-10) << ligand << " " << row;
            double const from_tissue = pools.at(row, std::string(ligand) + " in blood from tissue [molecules]");
            double const exchanged = tissue.at(row, std::string(ligand) + " exchanged [molecules]");
            EXPECT_NEAR(from_tissue, -1e5 * exchanged, 1e-9 * std::fabs(from_tissue)) << ligand << " " << row;
        }
        EXPECT_NEAR(pools.at(row, "drug in blood transferred [molecules]"), -pools.at(row, "drug in periphery transferred [molecules]"),
                    1e6);
    }
    // 2.5 h of 2 mg/h and twice 5 mg, of 25 kg/mol
    double const dosed = 15e-6 / 25 * 6.02214076e23;
    EXPECT_NEAR(pools.at(last, "drug in blood dosed [molecules]"), dosed, 1e-9 * dosed);
    // TNF goes from the tissue to the blood, the drug the other way; and it tells on the macrophages
    EXPECT_GT(pools.at(last, "TNF-alpha in blood from tissue [molecules]"), 0);
    EXPECT_LT(pools.at(last, "drug in blood from tissue [molecules]"), 0);
    auto const secreted = [&](std::size_t from, std::size_t to) {
        return tissue.at(to, "TNF-alpha secreted [molecules]") - tissue.at(from, "TNF-alpha secreted [molecules]");
    };
    EXPECT_LT(secreted(10, 12), 0.7 * secreted(4, 6));  // hours 5 to 6, and 2 to 3
}

}  // namespace
}  // namespace crine::test
