// Writing output on a thread of its own, while the run goes on.
#pragma once

#include "host/writers/writer.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace crine {

/// Passes frames through the writers on one thread of its own, in order, while the run goes on. What a writer throws
/// comes out of the next call; after that nothing more is written.
class BackgroundWriter {
public:
    explicit BackgroundWriter(std::vector<std::unique_ptr<Writer>> writers);
    ~BackgroundWriter();  ///< after what has been submitted is written
    BackgroundWriter(BackgroundWriter const&) = delete;
    BackgroundWriter& operator=(BackgroundWriter const&) = delete;

    /// Waits while `kQueue` frames are waiting: memory stays bounded when the disk is slower than the run.
    void submit(Frame frame);
    /// Waits until everything submitted is written.
    void finish();

    static constexpr std::size_t kQueue = 2;

private:
    void work();
    void rethrow();

    std::vector<std::unique_ptr<Writer>> writers_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Frame> queue_;  ///< the first is being written
    std::exception_ptr error_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace crine
