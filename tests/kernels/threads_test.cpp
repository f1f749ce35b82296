#include "crine/threads.h"

#include "kernels/device/processors.h"
#include "support/folders.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

namespace crine::test {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 40;  // of work: worth all threads

/// So many threads, and then as many as before.
class WithThreads {
public:
    explicit WithThreads(int n) : before_(threads()) { set_threads(n); }
    ~WithThreads() { set_threads(before_); }

private:
    int before_;
};

/// How often each of n pieces was done.
std::vector<int> times_done(std::size_t n, std::size_t work) {
    std::vector<std::atomic<int>> done(n);
    share_out(n, work, [&](std::size_t i) { ++done[i]; });
    return {done.begin(), done.end()};
}

/// Threads that never stop, as many as would keep every processor busy, and one more.
class BusyThreads {
public:
    BusyThreads() {
        for (int n = 0; n <= processors(); ++n)
            threads_.emplace_back([this] {
                while (!enough_) {
                }
            });
    }
    ~BusyThreads() {
        enough_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

private:
    std::atomic<bool> enough_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

TEST(Threads, DoEveryPieceOnce) {
    for (int n = 1; n <= 7; ++n) {
        WithThreads const with(n);
        ASSERT_EQ(threads(), n);
        for (std::size_t pieces : {0, 1, 2, 3, 5, 6, 7, 8, 13, 100, 1000})
            for (std::size_t work : {std::size_t{0}, kShare, 2 * kShare, 5 * kShare, kPlenty})
                EXPECT_EQ(times_done(pieces, work), std::vector<int>(pieces, 1)) << n << " threads, work " << work;
    }
}

// Loops so short that helpers come late, to a loop that is over or to the next one.
TEST(Threads, DoEveryPieceOnceInThousandsOfShortLoops) {
    for (int n : {2, 3, 7}) {
        WithThreads const with(n);
        std::vector<std::size_t> done(16);  // each written by one thread at a time
        std::size_t const loops = 20000;
        for (std::size_t loop = 0; loop < loops; ++loop) share_out(done.size(), (loop % 40) * kShare, [&](std::size_t i) { ++done[i]; });
        EXPECT_EQ(done, std::vector<std::size_t>(done.size(), loops)) << n << " threads";
    }
}

TEST(Threads, ShareWhatIsWorthIt) {
    WithThreads const with(4);
    auto const shared_by = [](std::size_t work, std::size_t wanted = 1) {
        std::set<std::thread::id> who;
        std::mutex mutex;
        for (int repeat = 0; repeat < 20 || (who.size() < wanted && repeat < 2000); ++repeat)  // on a busy machine they take their time
            share_out(64, work, [&](std::size_t) {
                {
                    std::lock_guard const lock(mutex);
                    who.insert(std::this_thread::get_id());
                }
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            });
        return who;
    };
    EXPECT_EQ(shared_by(2 * kShare - 1), std::set{std::this_thread::get_id()});
    EXPECT_LE(shared_by(2 * kShare).size(), 2u);
    EXPECT_EQ(shared_by(kPlenty, 4).size(), 4u);
}

TEST(Threads, DoLoopsWithinLoopsAlone) {
    WithThreads const with(3);
    std::vector<std::atomic<int>> done(20 * 30);
    share_out(20, kPlenty, [&](std::size_t i) {
        auto const self = std::this_thread::get_id();
        share_out(30, kPlenty, [&](std::size_t j) {
            EXPECT_EQ(std::this_thread::get_id(), self);
            ++done[i * 30 + j];
        });
    });
    for (auto const& times : done) EXPECT_EQ(times, 1);
}

TEST(Threads, ServeTwoCallersAtOnce) {
    WithThreads const with(3);
    std::vector<int> first, second;
    std::thread other([&] {
        for (int n = 0; n < 500; ++n) first = times_done(50, kPlenty);
    });
    for (int n = 0; n < 500; ++n) second = times_done(50, kPlenty);
    other.join();
    EXPECT_EQ(first, std::vector<int>(50, 1));
    EXPECT_EQ(second, std::vector<int>(50, 1));
}

TEST(Threads, HandTheirExceptionToTheCaller) {
    for (int n : {1, 2, 5}) {
        WithThreads const with(n);
        for (std::size_t bad : {0, 57, 99}) {
            auto const loop = [bad] {
                share_out(100, kPlenty, [bad](std::size_t i) {
                    if (i == bad) throw std::runtime_error("piece " + std::to_string(i));
                });
            };
            EXPECT_THROW(loop(), std::runtime_error) << n << " threads";
        }
        EXPECT_EQ(times_done(100, kPlenty), std::vector<int>(100, 1));  // and go on working
    }
}

TEST(Threads, EndBesideBusyThreads) {
    BusyThreads const busy;
    for (int n : {2, 7}) {
        WithThreads const with(n);
        for (int loop = 0; loop < 100; ++loop) ASSERT_EQ(times_done(100, kPlenty), std::vector<int>(100, 1)) << n << " threads";
    }
}

TEST(Threads, AreThereInTheChildOfAFork) {
    WithThreads const with(3);
    times_done(100, kPlenty);
    pid_t const child = fork();
    if (child == 0) {
        set_threads(2);  // would wait for ever for threads that only the parent has
        _exit(threads() == 2 && times_done(100, kPlenty) == std::vector<int>(100, 1) ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

#ifdef __linux__
TEST(Processors, AreThoseThatTheProcessMayUse) {
    cpu_set_t before;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    EXPECT_LE(processors(), CPU_COUNT(&before));
    int first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(processors(), 1);
    ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

// Both versions of control groups; a group of its own, those above it, and a container that sees only its own as the top.
TEST(Processors, AreNoMoreThanTheQuotaIsWorth) {
    int const all = processors_by("/nowhere");
    auto const given = [&](std::string const& group, std::vector<std::pair<std::string, std::string>> const& files) {
        TemporaryFolder const root;
        auto const write = [&](std::string const& name, std::string const& text) {
            std::filesystem::create_directories((root / name).parent_path());
            std::ofstream(root / name) << text << "\n";
        };
        write("proc/self/cgroup", group);
        for (auto const& [name, text] : files) write("sys/fs/cgroup/" + name, text);
        return processors_by(root.path().string());
    };
    EXPECT_EQ(given("0::/", {{"cpu.max", "max 100000"}}), all);
    EXPECT_EQ(given("0::/", {{"cpu.max", "100000 100000"}}), 1);
    EXPECT_EQ(given("0::/", {{"cpu.max", "20000 100000"}}), 1);
    EXPECT_EQ(given("0::/", {{"cpu.max", "150000 100000"}}), std::min(all, 2));
    EXPECT_EQ(given("0::/a/b", {{"a/b/cpu.max", "max 100000"}, {"a/cpu.max", "50000 50000"}}), 1);
    EXPECT_EQ(given("0::/host/name", {{"cpu.max", "100000 100000"}}), 1);
    EXPECT_EQ(given("3:cpu,cpuacct:/a", {{"cpu,cpuacct/a/cpu.cfs_quota_us", "100000"}, {"cpu,cpuacct/a/cpu.cfs_period_us", "100000"}}), 1);
    EXPECT_EQ(given("3:cpu,cpuacct:/a", {{"cpu,cpuacct/a/cpu.cfs_quota_us", "-1"}, {"cpu,cpuacct/a/cpu.cfs_period_us", "100000"}}), all);
    EXPECT_EQ(given("2:cpuacct:/\n1:memory:/", {{"memory/cpu.max", "1 100000"}}), all);
}

TEST(Processors, AreNoMoreThanSlurmHasGivenToATask) {
    int const all = processors_by("/nowhere");
    setenv("SLURM_CPUS_ON_NODE", "1", 1);
    EXPECT_EQ(processors_by("/nowhere"), 1);
    setenv("SLURM_CPUS_PER_TASK", "1000", 1);
    EXPECT_EQ(processors_by("/nowhere"), all);
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    EXPECT_EQ(processors_by("/nowhere"), 1);
    setenv("SLURM_CPUS_PER_TASK", "", 1);
    setenv("SLURM_CPUS_ON_NODE", "none", 1);
    EXPECT_EQ(processors_by("/nowhere"), all);
    unsetenv("SLURM_CPUS_PER_TASK"), unsetenv("SLURM_CPUS_ON_NODE");
}
#endif

}  // namespace crine::test
