// The thread pool of a CPU: who takes the pieces of a loop, and how threads wait for the next one.
#include "crine/threads.h"

#include "crine/contracts.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace crine {
namespace {

using Word = std::atomic<std::uint32_t>;

/// Who waits stays awake for as long as it takes to fall asleep and be woken: so no wait costs more than twice what it had to.
constexpr std::chrono::microseconds kAwake{50};
/// Work for which sleepers are woken; less than that is done sooner without them. It may come in several loops.
constexpr std::size_t kWorthWaking = 16 * kShare;

/// Tells the processor that this is a loop that waits.
inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
}

#ifdef __linux__
// Not Word::wait, which first gives its processor away several times: where others are busy each takes a whole slice of it.
void sleep_while(Word& word, std::uint32_t value) { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0); }
void wake_all(Word& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0); }
int processor_now() { return sched_getcpu(); }
#else
void sleep_while(Word& word, std::uint32_t value) { word.wait(value); }
void wake_all(Word& word) { word.notify_all(); }
int processor_now() { return -1; }
#endif

/// Whether done(word) within the time that one stays awake.
template <class Done>
bool soon(Word const& word, Done const& done) {
    auto const begin = std::chrono::steady_clock::now();
    do
        for (int i = 0; i < 16; ++i) {
            if (done(word.load(std::memory_order_acquire))) return true;
            relax();
        }
    while (std::chrono::steady_clock::now() - begin < kAwake);
    return false;
}
template <class Done>
void sleep_until(Word& word, Done const& done) {
    for (;;) {
        std::uint32_t const value = word.load();
        if (done(value)) return;
        sleep_while(word, value);
    }
}

/// A caller and its helpers. The caller opens a loop, works, closes it, and waits until the last helper has left; who comes late finds it
/// closed.
class Team {
public:
    explicit Team(int size) : awake_(size <= processors()), ranges_(static_cast<std::size_t>(size)) {
        try {
            for (int self = 1; self < size; ++self) helpers_.emplace_back([this, self] { help(self); });
        } catch (std::system_error const&) {
            dismiss();
            throw RunError("this machine cannot start " + std::to_string(size) + " threads");
        }
    }
    Team(Team const&) = delete;
    Team& operator=(Team const&) = delete;
    ~Team() { dismiss(); }

    int size() const { return static_cast<int>(ranges_.size()); }

    /// False, without doing anything, if it is at work for somebody.
    bool run(std::size_t pieces, std::size_t work, int size, void (*piece)(void const*, std::size_t), void const* context) {
        if (taken_.test_and_set(std::memory_order_acquire)) return false;
        piece_ = piece, context_ = context, members_ = size;
        std::size_t end = 0;
        for (int t = 0; t < size; ++t) {
            Range& range = ranges_[static_cast<std::size_t>(t)];
            range.next.store(end, std::memory_order_relaxed);
            range.end = end = pieces * static_cast<std::size_t>(t + 1) / static_cast<std::size_t>(size);
        }
        processor_.store(processor_now(), std::memory_order_relaxed);
        inside_.store(0, std::memory_order_release);
        call(static_cast<std::uint32_t>(size));
        if (asleep_.load() > 0 && (unshared_ += work) >= kWorthWaking) unshared_ = 0, wake_all(call_);
        this->work(0);
        auto const left = [](std::uint32_t inside) { return inside == kClosed; };
        if (inside_.fetch_or(kClosed) != 0 && !(awake_ && soon(inside_, left))) sleep_until(inside_, left);
        std::exception_ptr const problem = std::exchange(problem_, nullptr);
        failed_.store(false, std::memory_order_relaxed);
        taken_.clear(std::memory_order_release);
        if (problem) std::rethrow_exception(problem);
        return true;
    }

private:
    static constexpr std::uint32_t kClosed = 1u << 31, kMembers = 1u << 13;  ///< more members than that there cannot be

    struct alignas(64) Range {
        std::atomic<std::size_t> next{0};
        std::size_t end = 0;
    };

    void dismiss() {
        call(0);
        wake_all(call_);
        for (std::thread& helper : helpers_) helper.join();
    }

    /// Changes the word that helpers wait for; it holds how many members are wanted, 0: none ever again.
    void call(std::uint32_t members) { call_.store((call_.load(std::memory_order_relaxed) / kMembers + 1) * kMembers + members); }

    void work(int self) {
        try {
            for (int n = 0; n < members_; ++n) {
                Range& range = ranges_[static_cast<std::size_t>((self + n) % members_)];
                while (range.next.load(std::memory_order_relaxed) < range.end) {
                    std::size_t const i = range.next.fetch_add(1, std::memory_order_relaxed);
                    if (i < range.end) piece_(context_, i);
                }
            }
        } catch (...) {
            if (!failed_.exchange(true)) problem_ = std::current_exception();
            for (Range& range : ranges_) range.next.store(range.end, std::memory_order_relaxed);
        }
    }

    void help(int self) {
        std::uint32_t seen = 0;
        for (;;) {
            auto const called = [&](std::uint32_t call) { return call != seen; };
            // Awake on the caller's own processor, it would wait for itself.
            bool const in_its_way = processor_.load(std::memory_order_relaxed) == processor_now();
            if (in_its_way || !awake_ || !soon(call_, called)) {
                ++asleep_;
                sleep_until(call_, called);
                --asleep_;
            }
            seen = call_.load();
            int const members = static_cast<int>(seen % kMembers);
            if (members == 0) return;
            if (self >= members) continue;
            std::uint32_t inside = inside_.load(std::memory_order_relaxed);
            while ((inside & kClosed) == 0 && !inside_.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire)) {
            }
            if ((inside & kClosed) != 0) continue;
            work(self);
            if (inside_.fetch_sub(1) == (kClosed | 1)) wake_all(inside_);
        }
    }

    bool const awake_;                  ///< whether who waits may stay awake at all
    alignas(64) Word call_{0};          ///< a number that is another for every loop, and how many members it is for
    alignas(64) Word inside_{kClosed};  ///< helpers at work, and whether no more may come
    alignas(64) std::atomic<int> asleep_{0};
    std::atomic<int> processor_{-1};  ///< of the caller when it called
    std::size_t unshared_ = 0;        ///< work done since sleepers were woken
    std::atomic_flag taken_;
    int members_ = 0;  ///< of the loop that is open
    void (*piece_)(void const*, std::size_t) = nullptr;
    void const* context_ = nullptr;
    std::atomic<bool> failed_{false};
    std::exception_ptr problem_;
    std::vector<Range> ranges_;  ///< of pieces, by member
    std::vector<std::thread> helpers_;
};

/// The team there is. It does not end with the program: helpers that sleep hold nothing up. After a fork the child has only the thread that
/// forked, hence another team.
Team*& team() {
    static Team* now = (pthread_atfork(nullptr, nullptr, [] { team() = new Team(1); }), new Team(1));
    return now;
}

}  // namespace

int threads() { return team()->size(); }

void set_threads(int n) {
    if (n == threads()) return;
    Team* const fresh = new Team(n);
    delete std::exchange(team(), fresh);
}

void share_out(std::size_t pieces, std::size_t work, void (*piece)(void const* context, std::size_t i), void const* context) {
    auto const members = static_cast<int>(std::min(work / kShare, static_cast<std::size_t>(threads())));
    if (members > 1 && pieces > 1 && team()->run(pieces, work, members, piece, context)) return;
    for (std::size_t i = 0; i < pieces; ++i) piece(context, i);
}

}  // namespace crine
