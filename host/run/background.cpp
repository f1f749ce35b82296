// The queue of frames between the run and the thread that writes them.
#include "host/run/background.h"

namespace crine {

BackgroundWriter::BackgroundWriter(std::vector<std::unique_ptr<Writer>> writers)
    : writers_(std::move(writers)), thread_([this] { work(); }) {}

BackgroundWriter::~BackgroundWriter() {
    {
        std::lock_guard const lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void BackgroundWriter::submit(Frame frame) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || queue_.size() <= kQueue; });
    rethrow();
    queue_.push_back(std::move(frame));
    changed_.notify_all();
}

void BackgroundWriter::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || queue_.empty(); });
    rethrow();
}

void BackgroundWriter::rethrow() {
    if (error_) std::rethrow_exception(error_);
}

void BackgroundWriter::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
        if (queue_.empty() || error_) return;
        Frame const& frame = queue_.front();  // a deque's first stays where it is while others are added
        lock.unlock();
        std::exception_ptr error;
        try {
            for (auto const& writer : writers_) writer->write(frame);
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        queue_.pop_front();
        error_ = error;
        changed_.notify_all();
    }
}

}  // namespace crine
