#include "crine/contracts.h"
#include "host/run/checkpointing.h"
#include "host/scenario/changes.h"
#include "host/writers/positions.h"
#include "support/folders.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

/// What a checkpoint says beside the state: where writers are, what has changed, and when the next one is due.

namespace crine::test {
namespace {

TEST(Changes, AreNamedByTheirKeys) {
    std::string const before = "time: {end: 1 d, transport: 1 min}\nligands: {TNF: {decay: 1 /h}}\nplacement: [{type: a, count: 3}]\n";
    EXPECT_TRUE(changes_between(before, before).empty());
    auto const changes = changes_between(
        before, "time: {end: 2 d, transport: 1 min}\nligands: {TNF: {decay: 1 /h, unit: pM}}\nplacement: [{type: a, count: 4}]\nseed: 3\n");
    std::vector<std::string> paths;
    for (Change const& change : changes) paths.push_back(change.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"time.end", "placement", "ligands.TNF.unit", "seed"}));
    EXPECT_EQ(changes[0].before, "1 d");
    EXPECT_EQ(changes[0].now, "2 d");
    EXPECT_EQ(changes[2].before, "");
    // what has gone
    EXPECT_EQ(changes_between("a: 1\nb: 2\n", "a: 1\n").at(0).path, "b");
}

TEST(Changes, AreNotOtherWaysToWriteAQuantity) {
    std::string const before =
        "time: {end: 1 h}\ncount: 100\nshare: 0.25\ndoses: [{bolus: 5 mg, at: 2 h}]\nrate: 1e7 /M/s\nname: 1 h of A\n";
    auto const changes = [&](std::string const& now) {
        std::string paths;
        for (Change const& change : changes_between(before, now)) paths += change.path + " ";
        return paths;
    };
    EXPECT_EQ(changes("time: {end: 60min}\ncount: 1e2\nshare: 25 %\ndoses: [{bolus: 5.0mg, at: 2h}]\nrate: 1e7 L/mol/s\nname: 1 h of A\n"),
              "");
    EXPECT_EQ(
        changes("time: {end: 61 min}\ncount: 101\nshare: 24 %\ndoses: [{bolus: 5 ug, at: 2 h}]\nrate: 1e7 /nM/s\nname: 60 min of A\n"),
        "time.end count share doses rate name ");
    EXPECT_EQ(
        changes("time: {end: 1 /h}\ncount: 100 molecule\nshare: 0.25\ndoses: [{at: 2 h, bolus: 5 mg}]\nrate: 1e7 /M/s\nname: 1 h of A\n"),
        "time.end doses ");
}

TEST(Changes, AreAcceptedWithAllBelowThem) {
    EXPECT_TRUE(is_among("ligands.TNF.decay", {"time.end", "ligands.TNF"}));
    EXPECT_TRUE(is_among("ligands.TNF", {"ligands.TNF"}));
    EXPECT_TRUE(is_among("anything", {"all"}));
    EXPECT_FALSE(is_among("ligands.TNF-alpha.decay", {"ligands.TNF"}));
    EXPECT_FALSE(is_among("ligands", {"ligands.TNF"}));
    EXPECT_FALSE(is_among("time.end", {}));
}

TEST(Positions, ComeBackAsTheyWere) {
    std::string text = "two\nlines";
    std::int64_t number = std::numeric_limits<std::int64_t>::max();
    std::vector<double> numbers{0.1, -1e-310, 1e300, 0, 12345678901234567.0};
    Positions at;
    at.text("t", text), at.number("n", number), at.numbers("d", numbers);

    std::string other_text;
    std::int64_t other_number = 0;
    std::vector<double> other_numbers{7};
    Positions from(at.entries());
    from.text("t", other_text), from.number("n", other_number), from.numbers("d", other_numbers);
    EXPECT_EQ(other_text, text);
    EXPECT_EQ(other_number, number);
    EXPECT_EQ(other_numbers, numbers);
    EXPECT_THROW(from.number("another", other_number), RunError);
    EXPECT_THROW(from.number("t", other_number), RunError);
}

TEST(Alarm, GoesOnAsIfItHadRung) {
    for (double const interval : {1.0, 0.7, 10.0, 3.3})
        for (double const tick : {0.1, 0.25, 1.0}) {
            Alarm undisturbed(interval);
            for (int step = 0; step < 60; ++step) {
                double const time = step * tick;
                bool const rang = undisturbed.rings(time, tick);
                Alarm resumed(interval);
                EXPECT_EQ(resumed.go_on(time, tick), rang) << interval << " " << tick << " " << step;
                Alarm copy = undisturbed;
                for (int more = step + 1; more < step + 40; ++more)
                    EXPECT_EQ(resumed.rings(more * tick, tick), copy.rings(more * tick, tick))
                        << interval << " " << tick << " " << step << " " << more;
            }
        }
    Alarm never(0);
    EXPECT_FALSE(never.go_on(5, 1));
    EXPECT_FALSE(never.rings(6, 1));
}

}  // namespace
}  // namespace crine::test
