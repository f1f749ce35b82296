#pragma once

#include "support/folders.h"

#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/// The programs as users meet them: processes with arguments, an exit code and two streams.

namespace crine::test {

struct Outcome {
    int code = -1;   ///< exit code; -1 if a signal ended it
    int signal = 0;  ///< that ended it; 0: none
    std::string out, err;
};

/// A program that runs beside the test.
class Process {
public:
    explicit Process(std::vector<std::string> arguments) {
        std::vector<char*> argv;
        argv.reserve(arguments.size() + 1);
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        std::string const out = (folder_ / "out").string(), err = (folder_ / "err").string();
        pid_ = fork();
        if (pid_ == 0) {
            dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
            dup2(open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
            dup2(open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
            execv(argv[0], argv.data());
            _exit(127);
        }
    }
    ~Process() {
        if (pid_ > 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
    }
    Process(Process const&) = delete;
    Process& operator=(Process const&) = delete;

    void send(int signal) const { kill(pid_, signal); }

    bool running() const {
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
        return info.si_pid == 0;
    }

    Outcome wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, contents(folder_ / "out"),
                contents(folder_ / "err")};
    }

private:
    TemporaryFolder folder_;
    pid_t pid_ = -1;
};

/// build/crine with these arguments.
inline std::vector<std::string> crine_with(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program_folder() + "/crine");
    return arguments;
}
inline Outcome crine(std::vector<std::string> const& arguments) { return Process(crine_with(arguments)).wait(); }

/// A file of the source tree, and a scenario of tests/scenarios/data.
inline std::string source_file(std::string const& name) { return source_folder() + "/" + name; }
inline std::string test_scenario(std::string const& name) { return source_file("tests/scenarios/data/" + name); }

}  // namespace crine::test
