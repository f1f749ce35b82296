// Clocks of checkpoints, and the order in which tables, checkpoint and folder become safe.
#include "host/run/checkpointing.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace crine {
namespace {

constexpr double kEvery = 1800;          ///< wall time between checkpoints where nobody says [s]
constexpr double kBetweenLooks = 1;      ///< for the file `checkpoint_now` [s]
constexpr double kBytesPerSecond = 2e7;  ///< that a checkpoint is taken to write until one has been written
constexpr std::size_t kKept = 2;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Wall time since the job began [s]: by what Slurm says, else since this process did.
double job_seconds(std::chrono::steady_clock::time_point started) {
    double const own = seconds_since(started);
    char const* const began = std::getenv("SLURM_JOB_START_TIME");
    char* end = nullptr;
    double const at = began == nullptr ? 0 : std::strtod(began, &end);
    if (!(at > 0) || *end != '\0') return own;
    double const since = static_cast<double>(std::time(nullptr)) - at;
    return std::clamp(since, own, own + 30 * 86400.0);
}

}  // namespace

CheckpointPlan::CheckpointPlan(Scenario const& scenario, RunOptions const& options, std::size_t bytes)
    : asked_for_(scenario.output.checkpoint > 0 || options.checkpoint_every > 0),
      alarm_(scenario.output.checkpoint),
      every_(options.checkpoint_every > 0 ? options.checkpoint_every : kEvery),
      walltime_(options.walltime),
      started_(options.started),
      request_(options.folder / "checkpoint_now"),
      slowest_(1 + static_cast<double>(bytes) / kBytesPerSecond) {}

bool CheckpointPlan::due(double time, double tick) {
    bool due = alarm_.rings(time, tick) && time > 0;  // nothing is lost at time 0
    due = due || seconds_since(last_) >= every_;
    if (seconds_since(looked_) >= kBetweenLooks) {
        looked_ = Clock::now();
        std::error_code ignored;
        due = std::filesystem::remove(request_, ignored) || due;
    }
    if (due) last_ = Clock::now();
    return due;
}

bool CheckpointPlan::time_is_up() const { return walltime_ > 0 && job_seconds(started_) + longest_step_ + 2 * slowest_ >= walltime_; }

void CheckpointPlan::checkpoint_took(double seconds) {
    slowest_ = std::exchange(measured_, true) ? std::max(slowest_.load(), seconds) : seconds;
}

void CheckpointWriter::write(Frame const& frame) {
    if (!frame.checkpoint) return;
    auto const start = std::chrono::steady_clock::now();
    Checkpoint& checkpoint = *frame.checkpoint;
    Positions at;
    for (Writer* const writer : others_) writer->list(at);
    checkpoint.positions = at.entries();
    folder_.sync();  // before there is something that counts on it
    write_checkpoint(checkpoint, folder_.path() / output_name::checkpoint(checkpoint.steps));
    auto const files = checkpoints_in(folder_.path());
    std::error_code ignored;
    for (std::size_t n = kKept; n < files.size(); ++n) std::filesystem::remove(files[n], ignored);
    plan_.checkpoint_took(seconds_since(start));
}

}  // namespace crine
