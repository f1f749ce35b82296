#include "crine/backend.h"
#include "host/run/checkpoint.h"
#include "support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <random>
#include <regex>
#include <thread>

#include <sys/mount.h>

/// Runs that are killed, told to end, or find their checkpoints damaged go on to the bits and files of an undisturbed one.

namespace crine::test {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Json record(fs::path const& folder) { return Json::parse(contents(folder / "run.json")); }

/// All that a run has written, but its record, which has other times, and checkpoints, by name.
std::map<std::string, std::string> results(fs::path const& folder) {
    std::map<std::string, std::string> files;
    for (auto const& name : names_in(folder))
        if (name != "run.json" && !name.starts_with("checkpoint_")) files[name] = contents(folder / name);
    return files;
}
void expect_same_results(fs::path const& folder, fs::path const& undisturbed) {
    auto const got = results(folder), expected = results(undisturbed);
    for (auto const& [name, text] : expected) EXPECT_TRUE(got.count(name) == 1 && got.at(name) == text) << name;
    for (auto const& [name, text] : got) EXPECT_EQ(expected.count(name), 1u) << name;
    EXPECT_EQ(record(folder)["state_hash"], record(undisturbed)["state_hash"]);
    EXPECT_EQ(record(folder)["status"], "completed");
}

void wait_for(std::function<bool()> const& there, Process const& process) {
    for (int i = 0; i < 6000 && process.running() && !there(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

/// A small disk in memory; `there` is false where this user may not mount one.
class SmallDisk {
public:
    explicit SmallDisk(fs::path const& place) : place_(place) {
        fs::create_directory(place);
        there = ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=64k") == 0;
    }
    ~SmallDisk() {
        if (there) umount(place_.c_str());
    }
    SmallDisk(SmallDisk const&) = delete;
    SmallDisk& operator=(SmallDisk const&) = delete;

    void hold(std::size_t kibibytes) const {
        ASSERT_EQ(::mount("tmpfs", place_.c_str(), "tmpfs", MS_REMOUNT, ("size=" + std::to_string(kibibytes) + "k").c_str()), 0);
    }

    bool there = false;

private:
    fs::path place_;
};

}  // namespace

class Restart : public testing::Test {
protected:
    using Words = std::vector<std::string>;

    static Words of(fs::path const& scenario, fs::path const& out, Words const& more) {
        Words words{"run", scenario.string(), "-o", out.string()};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    static fs::path shipped(std::string const& name) { return source_file("scenarios/" + name + ".yaml"); }
    static bool has_checkpoint(fs::path const& folder) { return fs::exists(folder) && !checkpoints_in(folder).empty(); }

    TemporaryFolder folder_;
    fs::path const whole_ = folder_ / "whole", cut_ = folder_ / "cut";
    fs::path const small_ = test_scenario("run_small.yaml");
};

/// Receptors, blood, traced senders, rules; synapses; pathways: killed again and again, wherever it happens to be.
TEST_F(Restart, KilledAtRandomMomentsEndsWithTheFilesOfAnUndisturbedRun) {
    struct Case {
        fs::path scenario;
        Words options;
    };
    constexpr int kKills = 40;  // of each
    std::mt19937 random(16);
    for (Case const& one : {Case{small_, {"--until", "24 h", "--set", "output.checkpoint=12 min"}},
                            Case{shipped("blood_tissue"), {"--until", "12 h", "--set", "output.checkpoint=10 min"}},
                            Case{shipped("who_told_whom"), {"--until", "6 h", "--set", "output.checkpoint=10 min"}},
                            Case{shipped("synapse"), {"--set", "output.checkpoint=1 ms"}},
                            Case{shipped("acute_inflammation"), {"--until", "2 h", "--set", "output.checkpoint=10 min"}}}) {
        SCOPED_TRACE(one.scenario.filename());
        TemporaryFolder const here;
        auto const start = std::chrono::steady_clock::now();
        Outcome const undisturbed = crine(of(one.scenario, here / "whole", one.options));
        ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
        double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        for (int course = 0, kills = 0; kills < kKills; ++course) {
            fs::path const out = here / ("cut" + std::to_string(course));
            Words options = one.options;
            options.insert(options.end(), {"--resume", "--threads", std::to_string(1 + course % 3)});
            for (bool killed = true; killed;) {
                Process process(crine_with(of(one.scenario, out, options)));
                auto const patience = std::chrono::duration<double>(std::uniform_real_distribution<double>(0, seconds)(random));
                for (auto const begin = std::chrono::steady_clock::now();
                     process.running() && std::chrono::steady_clock::now() - begin < patience;)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                killed = process.running();
                kills += killed;
                if (killed) process.send(SIGKILL);
                Outcome const outcome = process.wait();
                ASSERT_TRUE(killed || outcome.code == 0) << outcome.err;
            }
            expect_same_results(out, here / "whole");
            for (auto const& name : names_in(out)) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
            if (HasFailure()) return;
        }
    }
}

/// By then geometric cycles have not converged for one of the ligands: how it is solved is part of the state.
TEST_F(Restart, LateInALongRunItGoesOnAsWell) {
    Words const options{"--quiet", "--set", "output.volumes=0 s", "--set", "output.checkpoint=1375 min"};
    auto const run_until = [&](fs::path const& out, char const* end) {
        Words words = options;
        words.insert(words.end(), {"--until", end, "--resume", "--accept-changes", "time.end"});
        Outcome const outcome = crine(of(shipped("acute_inflammation"), out, words));
        ASSERT_EQ(outcome.code, 0) << outcome.err;
    };
    run_until(whole_, "1385 min");
    for (char const* end : {"1375 min", "1385 min"}) run_until(cut_, end);
    expect_same_results(cut_, whole_);
}

TEST_F(Restart, SignalsLeaveACheckpointAndSayHowTheyHaveEndedIt) {
    Words const options{"--until", "500 h", "--set", "output.volumes=0 s", "--set", "cells.fibroblast.cycle.entry=0 /h"};
    Words resume = options;
    resume.push_back("--resume");
    ASSERT_EQ(crine(of(small_, whole_, options)).code, 0);
    for (auto const& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}, {SIGUSR1, 85}}) {
        Process process(crine_with(of(small_, cut_, resume)));
        fs::path const table = cut_ / "summary.csv";
        auto const size = fs::exists(table) ? fs::file_size(table) : 0;
        wait_for([&] { return fs::exists(table) && fs::file_size(table) > size + 2000; }, process);
        process.send(signal);
        Outcome const outcome = process.wait();
        EXPECT_EQ(outcome.code, code) << outcome.err;
        EXPECT_EQ(record(cut_)["status"], "interrupted");
        EXPECT_TRUE(has_checkpoint(cut_));
        EXPECT_NE(outcome.out.find("--resume"), std::string::npos) << outcome.out;
    }
    ASSERT_EQ(crine(of(small_, cut_, resume)).code, 0);
    expect_same_results(cut_, whole_);
    EXPECT_EQ(record(cut_)["segments"].size(), 5u);
    EXPECT_FALSE(has_checkpoint(cut_));  // nobody has asked for them
}

/// A queue of many kinds of machines: each instruction set takes up what another has left.
TEST_F(Restart, GoesOnWithEveryInstructionSet) {
    auto sets = cpu_instruction_sets();
    if (sets.size() < 2) GTEST_SKIP() << "this build or processor has one";
    std::string const end = std::to_string(2 * sets.size() + 2) + " h";
    Words const options{"--until", end, "--resume", "--device", "cpu", "--set", "output.checkpoint=1 h", "--accept-changes", "time.end"};
    ASSERT_EQ(crine(of(shipped("blood_tissue"), whole_, options)).code, 0);
    std::size_t const rounds = sets.size() + 1;
    for (std::size_t n = 0; n < rounds; ++n) {
        setenv("CRINE_ISA", sets[n % sets.size()].c_str(), 1);
        Words until = options;
        until[1] = std::to_string(2 * n + 2) + " h";
        Outcome const outcome = crine(of(shipped("blood_tissue"), cut_, until));
        unsetenv("CRINE_ISA");
        ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
    expect_same_results(cut_, whole_);
}

/// A time limit that is near while the run is still being set up.
TEST_F(Restart, ASignalBeforeTheFirstStepLeavesSomethingToGoOnFrom) {
    Words const options{"--until", "1 h", "--resume", "--set", "domain.size=[600 um, 600 um, 600 um]", "--set", "placement.0.count=20000"};
    Process process(crine_with(of(small_, cut_, options)));
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    process.send(SIGUSR1);
    Outcome const outcome = process.wait();
    EXPECT_EQ(outcome.code, 85) << outcome.err << outcome.signal;
    ASSERT_EQ(crine(of(small_, cut_, options)).code, 0);
    ASSERT_EQ(crine(of(small_, whole_, options)).code, 0);
    expect_same_results(cut_, whole_);
}

TEST_F(Restart, LeavesBeforeTheTimeLimitOfItsJob) {
    Words const options{"--until",  "100000 h",   "--set",   "output.volumes=0 s", "--set", "cells.fibroblast.cycle.entry=0 /h",
                        "--resume", "--walltime", "00:00:04"};
    auto const start = std::chrono::steady_clock::now();
    Outcome const outcome = crine(of(small_, cut_, options));
    EXPECT_EQ(outcome.code, 85) << outcome.err;
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 4);
    double const reached = record(cut_)["time [h]"];
    EXPECT_EQ(crine(of(small_, cut_, options)).code, 85);
    EXPECT_GT(record(cut_)["time [h]"].get<double>(), reached);
}

TEST_F(Restart, SomebodyCanAskForACheckpoint) {
    Process process(
        crine_with(of(small_, cut_, {"--until", "100000 h", "--set", "output.volumes=0 s", "--set", "cells.fibroblast.cycle.entry=0 /h"})));
    wait_for([&] { return fs::exists(cut_ / "summary.csv"); }, process);
    write_text(cut_ / "checkpoint_now", "");
    wait_for([&] { return has_checkpoint(cut_); }, process);
    EXPECT_TRUE(has_checkpoint(cut_));
    EXPECT_FALSE(fs::exists(cut_ / "checkpoint_now"));
}

TEST_F(Restart, BeginsWhereThereIsNothingAndEndsWhereAllIsDone) {
    Outcome const first = crine(of(small_, cut_, {"--until", "1 h", "--resume"}));
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(first.err.find("checkpoint"), std::string::npos) << first.err;
    std::string const before = contents(cut_ / "run.json");
    Outcome const again = crine(of(small_, cut_, {"--until", "1 h", "--resume"}));
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.out.find("complete already"), std::string::npos) << again.out;
    EXPECT_EQ(contents(cut_ / "run.json"), before);
    write_text(cut_ / "run.lock", "");  // of one that was killed after its last record
    EXPECT_EQ(crine(of(small_, cut_, {"--until", "1 h", "--resume"})).code, 0);
    EXPECT_FALSE(fs::exists(cut_ / "run.lock"));
    Outcome const longer = crine(of(small_, cut_, {"--until", "2 h", "--resume"}));
    EXPECT_EQ(longer.code, 2);
    EXPECT_NE(longer.err.find("no checkpoint"), std::string::npos) << longer.err;
}

TEST_F(Restart, ACompleteRunGoesOnToALaterEnd) {
    ASSERT_EQ(crine(of(small_, whole_, {"--until", "4 h", "--set", "output.checkpoint=50 min"})).code, 0);
    // an end that is at no time of the tables leaves a row that the longer run does not have
    ASSERT_EQ(crine(of(small_, cut_, {"--until", "2.2 h", "--set", "output.checkpoint=50 min"})).code, 0);
    Words const longer{"--until", "4 h", "--set", "output.checkpoint=50 min", "--resume"};
    Outcome const refused = crine(of(small_, cut_, longer));
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("time.end: 2.2 h → 4 h"), std::string::npos) << refused.err;
    Words accepting = longer;
    accepting.insert(accepting.end(), {"--accept-changes", "time.end"});
    Outcome const outcome = crine(of(small_, cut_, accepting));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    expect_same_results(cut_, whole_);
}

/// Doses that begin after the checkpoint are given, those before it are past, and those that went on go on.
TEST_F(Restart, GoesOnWithOtherDoses) {
    fs::path const base = folder_ / "base.yaml", more = folder_ / "more.yaml";
    std::string const text = contents(test_scenario("doses.yaml"));
    write_text(base, text);
    write_text(more, text + "  - {ligand: depot, into: left, bolus: 5e5 molecule, at: 6 h}\n");
    write_text(folder_ / "late.yaml", text + "  - {ligand: depot, into: left, bolus: 5e5 molecule, at: 1 h}\n");
    ASSERT_EQ(crine(of(base, cut_, {"--until", "2 h", "--set", "output.checkpoint=2 h"})).code, 0);
    fs::path const late = folder_ / "late";
    fs::copy(cut_, late);
    Words const go_on{"--set", "output.checkpoint=2 h", "--resume", "--accept-changes", "time.end,doses"};
    Outcome const outcome = crine(of(more, cut_, go_on));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    ASSERT_EQ(crine(of(more, whole_, {"--set", "output.checkpoint=2 h"})).code, 0);
    expect_same_results(cut_, whole_);
    ASSERT_EQ(crine(of(folder_ / "late.yaml", late, go_on)).code, 0);
    Table const got(late / "summary.csv"), expected(whole_ / "summary.csv");
    EXPECT_DOUBLE_EQ(got.at(got.rows.size() - 1, "depot injected [molecules]"),
                     expected.at(expected.rows.size() - 1, "depot injected [molecules]") - 5e5);
}

/// The arms of a study branch from one checkpoint.
TEST_F(Restart, AcceptsTheChangesThatItIsTold) {
    ASSERT_EQ(crine(of(small_, cut_, {"--until", "1 h", "--set", "output.checkpoint=1 h"})).code, 0);
    fs::copy(cut_, whole_);
    Words const dose{"--until", "3 h",
                     "--set",   "output.checkpoint=1 h",
                     "--set",   "ligands.IL-10.half_life=10 min",
                     "--set",   "cells.fibroblast.cycle.entry=0 /h",
                     "--resume"};
    Outcome const refused = crine(of(small_, cut_, dose));
    EXPECT_EQ(refused.code, 2);
    for (char const* path : {"time.end", "ligands.IL-10.half_life", "cells.fibroblast.cycle.entry"})
        EXPECT_NE(refused.err.find(path), std::string::npos) << refused.err;
    Words half = dose, enough = dose;
    half.insert(half.end(), {"--accept-changes", "time.end,ligands.IL-10"});
    enough.insert(enough.end(), {"--accept-changes", "time.end,ligands.IL-10,cells"});
    EXPECT_EQ(crine(of(small_, cut_, half)).code, 2);
    Outcome const arm = crine(of(small_, cut_, enough));
    EXPECT_EQ(arm.code, 0) << arm.err;
    ASSERT_EQ(crine(of(small_, whole_, {"--until", "3 h", "--set", "output.checkpoint=1 h", "--resume", "--accept-changes", "all"})).code,
              0);
    EXPECT_NE(record(cut_)["state_hash"], record(whole_)["state_hash"]);
}

/// Accepted or not: what the state does not fit is refused, and nothing is touched.
TEST_F(Restart, RefusesWhatItsStateDoesNotFit) {
    ASSERT_EQ(crine(of(small_, cut_, {"--until", "1 h", "--set", "output.checkpoint=1 h"})).code, 0);
    auto const before = results(cut_);
    for (Words const& change :
         {Words{"--set", "cells.fibroblast.rules=[{signal: IL-10, increases: speed, to: 1 um/min, half: 5 nM}]"},
          Words{"--set", "time.transport=1 min", "--set", "time.mechanics=1 min"}, Words{"--set", "domain.size=[200 um, 160 um, 140 um]"},
          Words{"--set", "domain.periodic=[]"}, Words{"--until", "30 min"}, Words{"--set", "output.summary=20 min", "--seed", "4"}}) {
        Words words{"--set", "output.checkpoint=1 h", "--resume"};
        words.insert(words.end(), change.begin(), change.end());
        if (change[0] != "--until") words.insert(words.end(), {"--until", "2 h"});
        if (change[0] == "--until")
            write_text(cut_ / "run.json", std::regex_replace(contents(cut_ / "run.json"), std::regex("completed"), "running"));
        EXPECT_EQ(crine(of(small_, cut_, words)).code, 2) << change[1];
        if (change[1].starts_with("output")) continue;
        words.insert(words.end(), {"--accept-changes", "all"});
        Outcome const outcome = crine(of(small_, cut_, words));
        EXPECT_NE(outcome.code, 0) << change[1];
        EXPECT_NE(outcome.err.find("error"), std::string::npos);
        EXPECT_EQ(results(cut_), before) << change[1];
    }
}

/// The state knows its ligands by their order.
TEST_F(Restart, RefusesAnotherOrderOfKeys) {
    std::string text = contents(small_);
    auto const first = text.find("  IL-10:\n"), second = text.find("  oxygen:\n"), end = text.find("regions:");
    ASSERT_TRUE(first < second && second < end);
    write_text(folder_ / "one.yaml", text);
    write_text(folder_ / "other.yaml",
               text.substr(0, first) + text.substr(second, end - second) + text.substr(first, second - first) + text.substr(end));
    ASSERT_EQ(crine(of(folder_ / "one.yaml", cut_, {"--until", "1 h", "--set", "output.checkpoint=1 h"})).code, 0);
    Words const go_on{"--until", "2 h", "--set", "output.checkpoint=1 h", "--resume", "--accept-changes", "time.end"},
        all{"--until", "2 h", "--resume", "--accept-changes", "all"};
    for (Words const& words : {go_on, all}) {
        Outcome const outcome = crine(of(folder_ / "other.yaml", cut_, words));
        EXPECT_EQ(outcome.code, 2);
        EXPECT_NE(outcome.err.find("oxygen, IL-10"), std::string::npos) << outcome.err;
    }
}

TEST_F(Restart, RefusesOtherFilesAndOtherScenariosOfCompleteRuns) {
    fs::path const scenario = folder_ / "placed.yaml", cells = folder_ / "cells.csv";
    write_text(cells, "x,y,z,type\n20,20,20,a\n60,60,60,a\n");
    write_text(
        scenario,
        "time: {end: 1 h, transport: 2 min, mechanics: 2 min, behaviour: 6 min}\ndomain: {size: [80 um, 80 um, 80 um], spacing: 20 um}\n"
        "ligands: {L: {diffusivity: 10 um^2/s, decay: 1 /h}}\ncells: {a: {radius: 5 um, secretion: {L: 1 molecule/s}}}\n"
        "placement: [{file: cells.csv}]\n");
    Words const asked{"--set", "output.checkpoint=30 min"}, longer{"--set", "output.checkpoint=30 min", "--until", "2 h", "--resume"};
    Outcome const first = crine(of(scenario, cut_, asked));
    ASSERT_EQ(first.code, 0) << first.err;
    ASSERT_EQ(crine(of(scenario, whole_, {})).code, 0);
    write_text(cells, "x,y,z,type\n20,20,20,a\n60,60,61,a\n");
    Words same{"--resume"};
    same.insert(same.end(), asked.begin(), asked.end());
    Json json = record(cut_);
    json["status"] = "running";
    write_text(cut_ / "run.json", json.dump());
    Outcome const other_file = crine(of(scenario, cut_, same));
    EXPECT_EQ(other_file.code, 2);
    EXPECT_NE(other_file.err.find("files that the scenario reads"), std::string::npos) << other_file.err;
    Outcome const other_seed = crine(of(scenario, whole_, {"--resume", "--seed", "9"}));
    EXPECT_EQ(other_seed.code, 2);
    EXPECT_NE(other_seed.err.find("seed"), std::string::npos) << other_seed.err;
    EXPECT_EQ(crine(of(scenario, whole_, {"--resume"})).code, 0);
}

/// Where the scenario lies, and how its quantities are written, is no change.
TEST_F(Restart, GoesOnWithAScenarioThatHasMoved) {
    std::string const text =
        "time: {end: 2 h, transport: 2 min, mechanics: 2 min, behaviour: 6 min}\ndomain: {size: [80 um, 80 um, 80 um], spacing: 20 um}\n"
        "include: library/ligands.yaml\nligands: {EGF: }\ncells: {a: {radius: 5 um, secretion: {EGF: 1 molecule/s}}}\n"
        "placement: [{file: cells.csv}]\noutput: {checkpoint: 1 h}\n";
    for (char const* name : {"here", "there"}) {
        fs::create_directory(folder_ / name);
        write_text(folder_ / name / "cells.csv", "x,y,z,type\n20,20,20,a\n60,60,60,a\n");
    }
    write_text(folder_ / "here" / "placed.yaml", text);
    write_text(folder_ / "there" / "placed.yaml", std::regex_replace(std::regex_replace(text, std::regex("end: 2 h"), "end: 120min"),
                                                                     std::regex("1 molecule/s"), "1.0 molecules/s"));
    ASSERT_EQ(crine(of(folder_ / "here" / "placed.yaml", whole_, {})).code, 0);
    fs::copy(whole_, cut_);
    Json json = record(cut_);
    json["status"] = "running";  // as it was killed
    write_text(cut_ / "run.json", json.dump());
    fs::remove_all(folder_ / "here");
    Outcome const outcome = crine(of(folder_ / "there" / "placed.yaml", cut_, {"--resume"}));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    expect_same_results(cut_, whole_);
    Outcome const again = crine(of(folder_ / "there" / "placed.yaml", cut_, {"--resume"}));
    EXPECT_NE(again.out.find("complete already"), std::string::npos) << again.err;
}

TEST_F(Restart, FallsBackToTheOlderCheckpointWhereTheNewestIsDamaged) {
    Words const options{"--until", "3 h", "--set", "output.checkpoint=30 min"};
    ASSERT_EQ(crine(of(small_, whole_, options)).code, 0);
    fs::copy(whole_, cut_);
    auto const files = checkpoints_in(cut_);
    ASSERT_EQ(files.size(), 2u);
    // as it was killed a little later
    Json json = record(cut_);
    json["status"] = "running";
    write_text(cut_ / "run.json", json.dump());
    fs::resize_file(files[0], fs::file_size(files[0]) / 2);
    Words resume = options;
    resume.push_back("--resume");
    Outcome const outcome = crine(of(small_, cut_, resume));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    for (auto const& file : files) EXPECT_NE(outcome.err.find(file.string()), std::string::npos) << outcome.err;
    expect_same_results(cut_, whole_);

    for (auto const& file : checkpoints_in(cut_)) fs::resize_file(file, 100);
    write_text(cut_ / "run.json", json.dump());
    Outcome const none = crine(of(small_, cut_, resume));
    EXPECT_EQ(none.code, 1);
    EXPECT_NE(none.err.find("to begin again"), std::string::npos) << none.err;
}

TEST_F(Restart, SaysWhenATableIsNotAsItWas) {
    Words const options{"--until", "2 h", "--set", "output.checkpoint=30 min"};
    ASSERT_EQ(crine(of(small_, cut_, options)).code, 0);
    fs::resize_file(cut_ / "probes.csv", 40);
    Outcome const outcome =
        crine(of(small_, cut_, {"--until", "3 h", "--set", "output.checkpoint=30 min", "--resume", "--accept-changes", "all"}));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find("probes.csv: it is shorter"), std::string::npos) << outcome.err;
}

/// A byte anywhere, or an end anywhere: a clear refusal, or the same content. Never a crash, never another content.
TEST_F(Restart, NoDamageOfACheckpointGoesUnseen) {
    Checkpoint checkpoint;
    checkpoint.version = "0", checkpoint.resolved = "time: {end: 1 d}\n", checkpoint.steps = 12, checkpoint.time = 720;
    checkpoint.positions = {{"summary.csv", "1234"}};
    std::mt19937 random(5);
    for (int n = 0; n < 6000; ++n) checkpoint.state.push_back(static_cast<std::byte>(random() % 7));
    fs::path const file = folder_ / "checkpoint_000012.h5", broken = folder_ / "broken.h5";
    write_checkpoint(checkpoint, file);
    auto const same = [&](Checkpoint const& read) {
        return read.version == checkpoint.version && read.resolved == checkpoint.resolved && read.steps == 12 && read.time == 720 &&
               read.positions == checkpoint.positions && read.state == checkpoint.state;
    };
    ASSERT_TRUE(same(read_checkpoint(file)));
    std::string const good = contents(file);
    int refused = 0;
    auto const expect_seen = [&](std::string const& bytes, std::string const& how) {
        std::ofstream(broken, std::ios::binary) << bytes;
        try {
            EXPECT_TRUE(same(read_checkpoint(broken))) << how;
        } catch (std::exception const& problem) {
            EXPECT_NE(std::string(problem.what()).find("broken.h5"), std::string::npos) << how << ": " << problem.what();
            ++refused;
        }
    };
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
        expect_seen(bytes, "byte " + std::to_string(at));
    }
    for (std::size_t size = 0; size < good.size(); size += 7) expect_seen(good.substr(0, size), "the first " + std::to_string(size));
    EXPECT_GT(refused, static_cast<int>(good.size() / 4));
}

/// Wherever the disk is full: at the first volume, in a table, in a checkpoint, at the last record.
TEST_F(Restart, GoesOnWhereADiskWasFull) {
    SmallDisk const disk(folder_ / "disk");
    if (!disk.there) GTEST_SKIP() << "this user may not mount a disk";
    Words const options{"--until", "6 h", "--quiet", "--resume", "--set", "output.checkpoint=30 min", "--set", "output.volumes=30 min"};
    ASSERT_EQ(crine(of(small_, whole_, options)).code, 0);
    int full = 0;
    for (std::size_t first = 60; first <= 460; first += 40) {
        SCOPED_TRACE("a disk of " + std::to_string(first) + " KiB");
        fs::path const out = folder_ / "disk/out";
        bool done = false;
        for (std::size_t size = first; !done && size < 65536; size += size / 8) {
            disk.hold(size);
            Outcome const outcome = crine(of(small_, out, options));
            done = outcome.code == 0;
            if (done) break;
            ++full;
            ASSERT_EQ(outcome.code, 1) << outcome.err;
            EXPECT_NE(outcome.err.find("No space left on device"), std::string::npos) << outcome.err;
            if (!fs::exists(out)) continue;
            for (auto const& name : names_in(out)) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
        }
        ASSERT_TRUE(done);
        expect_same_results(out, whole_);
        fs::remove_all(out);
    }
    EXPECT_GT(full, 20);
}

TEST_F(Restart, GoesOnWhereItsFolderWasReadOnly) {
    fs::path const setpriv = "/usr/bin/setpriv";  // root may write everywhere
    if (getuid() != 0 || !fs::exists(setpriv)) GTEST_SKIP() << "only root can become somebody else";
    Words const options{"--until", "6 h", "--quiet", "--resume", "--set", "output.checkpoint=30 min", "--set", "output.volumes=30 min"};
    ASSERT_EQ(crine(of(small_, whole_, options)).code, 0);
    auto const as_nobody = [&](Words words) {
        Words all{setpriv.string(), "--reuid=65534", "--clear-groups"};
        words = crine_with(of(small_, cut_, words));
        all.insert(all.end(), words.begin(), words.end());
        return all;
    };
    fs::permissions(folder_.path(), fs::perms::all);
    Process process(as_nobody(options));
    wait_for([&] { return has_checkpoint(cut_); }, process);
    if (!fs::exists(cut_)) GTEST_SKIP() << "nobody may not run the program";
    fs::permissions(cut_, fs::perms::all ^ (fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write));
    Outcome const outcome = process.wait();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find("Permission denied"), std::string::npos) << outcome.err;
    fs::permissions(cut_, fs::perms::all);
    Outcome const resumed = Process(as_nobody(options)).wait();
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    expect_same_results(cut_, whole_);
}

TEST_F(Restart, InfoTellsWhatIsInACheckpoint) {
    ASSERT_EQ(crine(of(small_, cut_, {"--until", "1 h", "--set", "output.checkpoint=30 min"})).code, 0);
    Outcome const info = crine({"info", cut_.string()});
    EXPECT_EQ(info.code, 0) << info.err;
    EXPECT_NE(info.out.find("run_small.yaml after 1 h"), std::string::npos) << info.out;
    EXPECT_NE(info.out.find("after 30 min"), std::string::npos) << info.out;
    EXPECT_EQ(crine({"info", (cut_ / "run.json").string()}).code, 1);
}

}  // namespace crine::test
