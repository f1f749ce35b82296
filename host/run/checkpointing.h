// When a checkpoint is due, when a run has to leave for the time limit of its job, and writing checkpoints behind the run.
#pragma once

#include "host/run/checkpoint.h"
#include "host/run/observer.h"
#include "host/run/output_folder.h"
#include "host/run/run.h"

#include <atomic>
#include <chrono>

namespace crine {

/// Decides after every step. A checkpoint is due by simulated time (`output.checkpoint`), by wall time, and when somebody has made a
/// file `checkpoint_now` in the output folder, which then goes.
class CheckpointPlan {
public:
    CheckpointPlan(Scenario const& scenario, RunOptions const& options, std::size_t bytes);

    /// Someone has asked for checkpoints, which then are kept when the run is complete.
    bool asked_for() const { return asked_for_; }
    /// The simulation goes on from a later time.
    void go_on(double time, double tick) { alarm_.go_on(time, tick); }
    bool due(double time, double tick);
    /// Whether another step, and a checkpoint that takes twice as long as the slowest so far, may not fit into the time limit.
    bool time_is_up() const;

    /// By the run.
    void step_took(double seconds) { longest_step_ = std::max(longest_step_, seconds); }
    /// By the thread that writes.
    void checkpoint_took(double seconds);

private:
    using Clock = std::chrono::steady_clock;

    bool asked_for_;
    Alarm alarm_;
    double every_, walltime_;    ///< [s]
    Clock::time_point started_;  ///< the program
    std::filesystem::path request_;
    Clock::time_point last_ = Clock::now(), looked_ = last_;
    double longest_step_ = 0;
    std::atomic<double> slowest_;  ///< or what the first is taken to need
    bool measured_ = false;
};

/// The last of a frame's writers: writes the checkpoint, with where the others are, and removes all but the newest two.
class CheckpointWriter final : public Writer {
public:
    CheckpointWriter(OutputFolder const& folder, std::vector<Writer*> others, CheckpointPlan& plan)
        : folder_(folder), others_(std::move(others)), plan_(plan) {}
    void write(Frame const& frame) override;
    void list(Positions&) override {}

private:
    OutputFolder const& folder_;
    std::vector<Writer*> others_;
    CheckpointPlan& plan_;
};

}  // namespace crine
