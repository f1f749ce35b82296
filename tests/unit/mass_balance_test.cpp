#include "crine/contracts.h"
#include "host/run/mass_balance.h"
#include "support/models.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

/// A ligand that an enzyme breaks down while it decays, after some steps on the CPU.
struct Course {
    Model model = box(8, 8, 8, 5);
    Totals totals;

    explicit Course(Scheme scheme) {
        add_ligand(model, 10, 0, scheme);
        add_ligand(model, 10, Real(1e-3), scheme);
        model.ligands[1].name = "decorin";
        model.ligands[1].cleaved_by = {{0, Real(0.01)}};
        Device cpu;
        cpu.kind = Device::Kind::cpu;
        auto const engine = make_backend(cpu);
        engine->start(model, empty_state(model, [](int, Vec3 p) { return 1 + p.x / 40; }));
        for (std::uint64_t n = 0; n < 20; ++n) {
            Moment const now{10.0 * static_cast<double>(n), 10, n};
            engine->exchange(now);
            engine->transport(now);
            engine->check(now);
        }
        totals = engine->totals();
    }
    std::string verdict() const {
        try {
            check_balance(model, totals, 200);
        } catch (RunError const& problem) {
            return problem.what();
        }
        return "";
    }
};

class Balance : public testing::TestWithParam<Scheme> {};

TEST_P(Balance, OfTheEngineCloses) { EXPECT_EQ(Course(GetParam()).verdict(), ""); }

TEST_P(Balance, AForgottenEntryIsFound) {
    Course course(GetParam());
    course.totals.ligands[1].cleaved = 0;
    std::string const verdict = course.verdict();
    for (char const* part :
         {"the molecules of decorin do not add up at t = 3.333 min", " missing of a turnover of ", "initial ", "decayed "})
        EXPECT_NE(verdict.find(part), std::string::npos) << verdict;
}

TEST_P(Balance, AnEntryThatIsOffByALittleIsFound) {
    Course course(GetParam());
    course.totals.ligands[1].decayed += 2.5 * allowed_imbalance() * course.totals.ligands[1].turnover();
    EXPECT_NE(course.verdict(), "");
}

TEST_P(Balance, ACorrectionThatNothingExplainsIsFound) {
    Course course(GetParam());
    Ledger& ledger = course.totals.ligands[1];
    ledger.corrected = -(ledger.explained + 1.5 * allowed_imbalance() * ledger.turnover());
    EXPECT_NE(course.verdict().find("the field was changed by "), std::string::npos);
}

TEST_P(Balance, TheFieldItselfIsAddedUp) {
    Course const course(GetParam());
    Ledger const& ledger = course.totals.ligands[1];
    EXPECT_GT(ledger.cleaved, 0.1 * ledger.initial);
    EXPECT_LT(std::fabs(ledger.missing()), allowed_imbalance() * ledger.turnover());
    EXPECT_LT(std::fabs(ledger.corrected), ledger.explained);
}

INSTANTIATE_TEST_SUITE_P(Schemes, Balance, testing::Values(Scheme::adaptive, Scheme::adi, Scheme::implicit_euler, Scheme::tr_bdf2));

TEST(CirculatingCells, ThatAreMissingAreFound) {
    Model m = box(1, 1, 1, 10);
    add_type(m, 5);
    m.compartments = {{"blood", 3e15}};
    m.cell_pools.resize(1);
    Totals totals;
    CellPoolState state;
    state.initial = 1e10, state.produced = 4e9, state.present = 9e9, state.lost = 3e9, state.recruited = 2e9;
    totals.cell_pools = {state};
    EXPECT_NO_THROW(check_balance(m, totals, 60));
    totals.cell_pools[0].recruited -= 100;
    EXPECT_THROW(check_balance(m, totals, 60), RunError);
}

TEST(Ledger, CountsEveryEntryOnItsSide) {
    Ledger ledger;
    ledger.initial = 100, ledger.secreted = 40, ledger.produced = -30, ledger.entered = 20;
    ledger.free = 50, ledger.taken_up = 30, ledger.own = 7, ledger.decayed = 25, ledger.cleaved = 20;
    EXPECT_EQ(ledger.missing(), 5);
    EXPECT_EQ(ledger.turnover(), 190);
    EXPECT_EQ(ledger.imbalance(), 5.0 / 190);
}

}  // namespace
}  // namespace crine::test
