// One run of `crine bench`: size, device and results so far, how time is taken, and the benchmarks there are.
#pragma once

#include "crine/backend.h"
#include "host/bench/measurement.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <vector>

namespace crine::bench {

/// How much work a case is given.
struct Size {
    int edge = 0;                    ///< voxels on an edge of the largest cube of transport
    std::size_t cells = 0;           ///< of the largest tissue
    std::size_t agents = 0;          ///< of circles
    std::size_t template_cells = 0;  ///< of the whole template
    double patience = 1;             ///< a repeat is not made longer than this for a steadier mean [s]
    int repeats = 5;                 ///< after one that does not count
    std::size_t copy = 0;            ///< bytes in an array of the copy
};
Size small();                ///< seconds; to see that everything works
Size medium();               ///< minutes on a desktop's processor
Size large();                ///< for a GPU
Size number(std::size_t n);  ///< n cells, or n voxels on an edge

/// One run of `crine bench`: the device, the size, and what has been measured so far.
class Session {
public:
    Session(Device const& device, Size const& size, std::ostream& out);

    Size const& size() const { return size_; }
    bool on_gpu() const { return info_.engine != "cpu"; }
    double copy_bandwidth() const { return copy_; }  ///< [bytes/s]
    Device const& device() const { return device_; }
    std::unique_ptr<Backend> make_engine() const { return make_backend(device_); }
    /// One that has been given a model.
    std::unique_ptr<Backend> engine(Model const& model, InitialState const& state) const;
    /// How many steps that last about this long make a repeat.
    int steps_for(double seconds) const;
    /// Calls `seconds` once for warmth, then as often as the size asks for.
    Samples repeat(std::function<double()> const& seconds) const;

    /// Bytes on the device for each cell: what is in use now, less what the same model needs without cells. Ends the engine.
    double bytes_per_cell(std::unique_ptr<Backend> engine, Model const& model) const;

    /// Keeps a measurement and prints it. `bytes_per_s` is what had to move by the time it took; 0: not told.
    void report(Measurement measurement, double bytes_per_s = 0);
    void say(std::string const& line);
    std::vector<Measurement> const& results() const { return results_; }

private:
    Device device_;
    Size size_;
    std::ostream& out_;
    DeviceInfo info_;
    double copy_ = 0;
    std::vector<Measurement> results_;
};

/// Wall time of what is done between `start` and `stop`, on the device too.
class Stopwatch {
public:
    explicit Stopwatch(Backend& on) : on_(on) {}
    void start() {
        on_.synchronize();
        start_ = Clock::now();
    }
    void stop() {
        on_.synchronize();
        seconds_ += std::chrono::duration<double>(Clock::now() - start_).count();
    }
    double seconds() const { return seconds_; }

private:
    using Clock = std::chrono::steady_clock;
    Backend& on_;
    Clock::time_point start_;
    double seconds_ = 0;
};

/// Seconds that `work` takes.
template <class Work>
double timed(Backend& on, Work const& work) {
    Stopwatch watch(on);
    watch.start();
    work();
    watch.stop();
    return watch.seconds();
}

/// A scenario of the folder scenarios here, or of those that come with crine; empty if there is none of that name.
std::filesystem::path scenario_file(std::string const& name);

/// The cases by name, in the order in which all of them run.
struct Case {
    char const* name;
    char const* about;
    void (*run)(Session&);
};
std::vector<Case> const& cases();

void measure_copy(Session& session);
void measure_transport(Session& session);
void measure_time_to_error(Session& session);  ///< part of transport
void measure_exchange(Session& session);
void measure_mechanics(Session& session);
void measure_phenotype(Session& session);
void measure_pathways(Session& session);
void measure_whole(Session& session);
void measure_circles(Session& session);
void measure_busy(Session& session);
void measure_checkpoint(Session& session);

}  // namespace crine::bench
