#include "host/run/interrupt.h"

#include "crine/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace crine::test {
namespace {

/// A process that catches interrupts and tells through a pipe when it has, and when one has come; it never ends by itself.
class Stubborn {
public:
    explicit Stubborn(int ignores = 0) {
        if (pipe(pipe_) != 0) throw std::runtime_error("no pipe");
        pid_ = fork();
        if (pid_ != 0) return;
        if (ignores != 0) std::signal(ignores, SIG_IGN);
        catch_interrupts();
        tell('c');
        while (!interrupted()) usleep(1000);
        tell('i');
        for (;;) pause();
    }
    ~Stubborn() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        close(pipe_[0]), close(pipe_[1]);
    }
    Stubborn(Stubborn const&) = delete;
    Stubborn& operator=(Stubborn const&) = delete;

    char hear() const {
        char c = 0;
        return read(pipe_[0], &c, 1) == 1 ? c : '\0';
    }
    void send(int signal) const { kill(pid_, signal); }
    /// The signal that ended it.
    int end() const {
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
        return info.si_code == CLD_EXITED ? 0 : info.si_status;
    }

private:
    void tell(char c) const {
        if (write(pipe_[1], &c, 1) != 1) _exit(1);
    }
    int pipe_[2] = {};
    pid_t pid_ = -1;
};

TEST(Interrupts, TheFirstIsAFlagAndTheSecondKills) {
    for (int const first : {SIGINT, SIGTERM, SIGHUP, SIGXCPU})
        for (int const second : {SIGINT, SIGTERM, SIGHUP}) {
            Stubborn const process;
            ASSERT_EQ(process.hear(), 'c');
            process.send(first);
            ASSERT_EQ(process.hear(), 'i');
            process.send(first);  // the same once more, at once, as timeout(1) does it
            usleep(100'000);
            process.send(second);
            EXPECT_EQ(process.end(), second);
        }
}

TEST(Interrupts, WhatIsIgnoredStaysIgnored) {
    Stubborn const process(SIGHUP);
    ASSERT_EQ(process.hear(), 'c');
    process.send(SIGHUP), process.send(SIGPIPE), process.send(SIGXFSZ);
    process.send(SIGTERM);
    ASSERT_EQ(process.hear(), 'i');
    process.send(SIGHUP);
    usleep(100'000);
    process.send(SIGTERM);
    EXPECT_EQ(process.end(), SIGTERM);
}

TEST(Interrupts, AStepHasSomeTimeLeft) {
    give_up_at = 0;
    EXPECT_FALSE(out_of_time());
    give_up_at = steady_now() + 3'600'000'000'000;
    EXPECT_FALSE(out_of_time());
    EXPECT_NO_THROW(end_if_out_of_time());
    give_up_at = steady_now() - 1;
    EXPECT_TRUE(out_of_time());
    EXPECT_THROW(end_if_out_of_time(), GivenUp);
    give_up_at = 0;
    EXPECT_NO_THROW(end_if_out_of_time());
}

}  // namespace
}  // namespace crine::test
