// Benchmark `busy`: how much slower a simulation gets while other processes keep every processor busy.
#include "crine/threads.h"
#include "host/bench/models.h"
#include "host/bench/session.h"
#include "host/build/load.h"
#include "host/run/simulation.h"

#include <algorithm>

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crine::bench {
namespace {

/// As many processes as this one has processors, each of which keeps one busy between resume() and pause(). To be made before what is
/// measured: a process shares its parent's memory, and after a fork the parent's first write to each page of it makes a copy.
class BusyProcesses {
public:
    BusyProcesses() {
        for (int n = 0; n < processors(); ++n) {
            pid_t const process = fork();
            if (process < 0) throw RunError("cannot start another process");
            if (process == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);  // never to outlive this one
                raise(SIGSTOP);
                for (bool volatile forever = true; forever;) {
                }
            }
            processes_.push_back(process);
        }
        for (pid_t const process : processes_) waitpid(process, nullptr, WUNTRACED);
    }
    ~BusyProcesses() {
        for (pid_t const process : processes_) kill(process, SIGKILL), waitpid(process, nullptr, 0);
    }
    BusyProcesses(BusyProcesses const&) = delete;
    BusyProcesses& operator=(BusyProcesses const&) = delete;

    void resume() const {
        for (pid_t const process : processes_) kill(process, SIGCONT);
    }
    void pause() const {
        for (pid_t const process : processes_) kill(process, SIGSTOP), waitpid(process, nullptr, WUNTRACED);
    }

private:
    std::vector<pid_t> processes_;
};

/// One stretch of the simulation alone, the next one beside busy processes, and so on: what changes between them changes for both.
void measure(Session& session, Measurement measurement, Scenario const& scenario, double stretch, double unit) {
    BusyProcesses const busy;
    Simulation simulation(scenario, session.make_engine());
    auto const seconds = [&] {
        return timed(simulation.backend(), [&] { simulation.advance_to(simulation.time() + stretch); }) * unit / stretch;
    };
    std::vector<double> alone, beside, ratio;
    seconds();  // for warmth
    for (int repeat = 0; repeat < std::max(3, session.size().repeats); ++repeat) {
        alone.push_back(seconds());
        busy.resume();
        beside.push_back(seconds());
        busy.pause();
        ratio.push_back(beside.back() / alone.back());
    }
    measurement.name = "busy", measurement.size = simulation.backend().cell_count();
    measurement.ligands = static_cast<int>(scenario.model.ligands.size());
    std::string const setting = measurement.setting, company = "beside a busy process a processor";
    auto const report = [&](std::string const& how, char const* metric, std::vector<double> const& values) {
        measurement.setting = setting + ", " + how, measurement.value = summarise(values);
        if (metric != nullptr) measurement.metric = metric;
        session.report(measurement);
    };
    report("alone", nullptr, alone);
    report(company, nullptr, beside);
    measurement.note = "a fair share: 2";
    report(company + ", by alone", metric::slowdown.name, ratio);
}

}  // namespace

void measure_busy(Session& session) {
    bool const patient = session.size().patience > 0;
    measure(session, {.setting = "template, adaptive", .metric = metric::seconds_per_simulated_hour.name},
            peer_template(session.size().template_cells, Scheme::adaptive), patient ? peer::behaviour_step : peer::mechanics_step, 3600);
    if (!patient) return;
    constexpr double kHalfHour = 1800;
    auto const file = scenario_file("wound_healing.yaml");
    if (file.empty()) return session.say("busy: no scenarios/wound_healing.yaml here or beside the program: left out");
    measure(session, {.setting = "wound_healing", .metric = metric::seconds_per_30_min.name}, load_scenario(file, {}), kHalfHour,
            kHalfHour);
}

}  // namespace crine::bench
