// Benchmark `checkpoint`: what a checkpoint holds a run up, and takes to write and to read, beside the disk's own speed.
#include "host/bench/models.h"
#include "host/bench/session.h"
#include "host/build/load.h"
#include "host/run/checkpoint.h"
#include "host/run/simulation.h"
#include "host/text/format.h"
#include "host/writers/atomic_file.h"

#include <fstream>

namespace crine::bench {
namespace {

/// A folder of its own where the program was started: checkpoints go where results do.
class Scratch {
public:
    Scratch() {
        std::string pattern = (std::filesystem::current_path() / "crine-bench-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw RunError("cannot make a folder in " + std::filesystem::current_path().string());
        path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(Scratch const&) = delete;
    Scratch& operator=(Scratch const&) = delete;
    std::filesystem::path operator/(char const* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

void measure(Session& session, std::string const& setting, Scenario const& scenario, double until) {
    Scratch const scratch;
    auto const file = scratch / "checkpoint_000001.h5", plain = scratch / "plain";
    Simulation simulation(scenario, session.make_engine());
    simulation.advance_to(until);
    Backend& on = simulation.backend();
    Checkpoint checkpoint = Checkpoint::of(scenario);

    Measurement measurement{.name = "checkpoint", .size = on.cell_count(), .ligands = static_cast<int>(scenario.model.ligands.size())};
    auto const report = [&](char const* what, Metric const& metric, Samples const& value, std::string const& note) {
        measurement.setting = setting + ": " + what, measurement.metric = metric.name;
        measurement.value = value, measurement.note = note;
        session.report(measurement);
    };
    auto const rate = [&](Samples const& seconds) { return bytes(static_cast<double>(checkpoint.state.size()) / seconds.median) + "/s"; };
    auto const held_up =
        session.repeat([&] { return timed(on, [&] { checkpoint.state_hash = on.state_hash(), checkpoint.state = on.save(); }); });
    report("the run waits", metric::seconds, held_up, "hash and copy, " + rate(held_up));
    auto const disk = session.repeat([&] {
        return timed(on, [&] {
            write_atomically(plain, std::string_view(reinterpret_cast<char const*>(checkpoint.state.data()), checkpoint.state.size()));
        });
    });
    report("the same bytes to the disk", metric::seconds, disk, rate(disk));
    auto const write = session.repeat([&] { return timed(on, [&] { write_checkpoint(checkpoint, file); }); });
    report("to write, behind the run", metric::seconds, write, rate(write) + ", compressed on one thread");
    auto const read = session.repeat([&] { return timed(on, [&] { on.restore(read_checkpoint(file).state); }); });
    report("to read and to restore", metric::seconds, read, rate(read));
    report("state", metric::bytes, one(static_cast<double>(checkpoint.state.size())), "");
    report("file", metric::bytes, one(static_cast<double>(std::filesystem::file_size(file))), "");
}

}  // namespace

void measure_checkpoint(Session& session) {
    measure(session, "template", peer_template(session.size().template_cells, Scheme::adaptive), peer::mechanics_step);
    auto const file = scenario_file("wound_healing.yaml");
    if (session.size().patience > 0 && !file.empty()) measure(session, "wound_healing", load_scenario(file, {}), 6 * 3600);
}

}  // namespace crine::bench
