// Memory and copies: stream-ordered pools and pinned pieces on CUDA, plain memory on a CPU; and what the device is.
#include "kernels/device/device.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>

#ifndef __CUDACC__
#include <fstream>
#include <unistd.h>
#endif

namespace crine {
inline namespace CRINE_NS {

namespace {
std::atomic<std::size_t> g_allocated{0};  // a constant initializer: nothing here may run before main (tools/check-dispatch)

std::string mebibytes(std::size_t bytes) { return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB"; }
}  // namespace

std::size_t bytes_allocated() { return g_allocated; }

#ifdef __CUDACC__

void cuda_check(cudaError_t code, char const* call, char const* file, int line) {
    if (code != cudaSuccess)
        throw RunError(std::string("CUDA: ") + cudaGetErrorString(code) + " (in " + call + ", " + file + ":" + std::to_string(line) + ")");
}

namespace {

/// What all engines on one card share.
struct Card {
    static constexpr std::size_t kPiece = 1u << 20;
    static constexpr int kPieces = 16;

    int index;
    cudaStream_t stream = nullptr;
    char* pinned = nullptr;          ///< kPieces · kPiece bytes that the card copies to and from without help from the host
    cudaEvent_t done[kPieces] = {};  ///< a piece may be used again
    int next = 0;

    explicit Card(int index) : index(index) {
        CUDA_CHECK(cudaSetDevice(index));
        CUDA_CHECK(cudaStreamCreate(&stream));
        CUDA_CHECK(cudaMallocHost(&pinned, kPieces * kPiece));
        for (cudaEvent_t& event : done) CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
        cudaMemPool_t pool = nullptr;  // keeps what is freed, for whoever asks next
        CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, index));
        std::uint64_t keep = ~std::uint64_t{0};
        CUDA_CHECK(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep));
    }
    /// A piece of pinned memory that nothing uses any more.
    int take() {
        int const piece = next;
        next = (next + 1) % kPieces;
        CUDA_CHECK(cudaEventSynchronize(done[piece]));
        return piece;
    }
    char* at(int piece) const { return pinned + static_cast<std::size_t>(piece) * kPiece; }
};
Card* g_card = nullptr;

void use_card(int index) {
    static std::map<int, Card*> cards;  // never freed: the driver may be gone before statics are
    if (cards[index] == nullptr) cards[index] = new Card(index);
    CUDA_CHECK(cudaSetDevice(index));
    g_card = cards[index];
}

/// In the order of the stream; null if there is not enough.
void* try_allocate(std::size_t bytes) {
    void* p = nullptr;
    cudaError_t const code = cudaMallocAsync(&p, bytes, g_card->stream);
    if (code == cudaSuccess) return p;
    cudaGetLastError();
    if (code != cudaErrorMemoryAllocation) CUDA_CHECK(code);
    return nullptr;
}

void* allocate_or_throw(std::size_t bytes) {
    void* p = try_allocate(bytes);
    if (p == nullptr) {  // the pool may hold enough, in pieces
        cudaMemPool_t pool = nullptr;
        CUDA_CHECK(cudaStreamSynchronize(g_card->stream));
        CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, g_card->index));
        CUDA_CHECK(cudaMemPoolTrimTo(pool, 0));
        p = try_allocate(bytes);
    }
    if (p == nullptr)
        throw RunError("not enough memory on the GPU (" + mebibytes(bytes) + " wanted, " + mebibytes(g_allocated) + " in use by this run)");
    return p;
}

}  // namespace

WorkSpace g_work_space;
char* WorkSpace::allocate(std::ptrdiff_t bytes) { return static_cast<char*>(allocate_or_throw(static_cast<std::size_t>(bytes))); }
void WorkSpace::deallocate(char* p, std::size_t) { cudaFreeAsync(p, g_card->stream); }

cudaStream_t stream() { return g_card->stream; }

void use_device(Device const& device) { use_card(device.index); }

DeviceInfo describe(Device const& device) {
    cudaDeviceProp prop{};
    CUDA_CHECK(cudaGetDeviceProperties(&prop, device.index));
    return {"cuda", prop.name, prop.multiProcessorCount, prop.totalGlobalMem, ""};
}

void* allocate_bytes(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* const p = allocate_or_throw(bytes);
    zero_on_device(p, bytes);
    g_allocated += bytes;
    return p;
}
void free_bytes(void* p, std::size_t bytes) noexcept {
    if (p == nullptr) return;
    cudaFreeAsync(p, g_card->stream);
    g_allocated -= bytes;
}
void copy_to_device(void* to, void const* from, std::size_t bytes) {
    for (std::size_t begin = 0; begin < bytes; begin += Card::kPiece) {
        std::size_t const size = std::min(Card::kPiece, bytes - begin);
        int const piece = g_card->take();
        std::memcpy(g_card->at(piece), static_cast<char const*>(from) + begin, size);
        CUDA_CHECK(cudaMemcpyAsync(static_cast<char*>(to) + begin, g_card->at(piece), size, cudaMemcpyHostToDevice, g_card->stream));
        CUDA_CHECK(cudaEventRecord(g_card->done[piece], g_card->stream));
    }
}
/// The card fills pieces ahead of the host, which empties them.
void copy_to_host(void* to, void const* from, std::size_t bytes) {
    std::size_t const pieces = (bytes + Card::kPiece - 1) / Card::kPiece;
    int const first = g_card->next;
    auto const size = [&](std::size_t n) { return std::min(Card::kPiece, bytes - n * Card::kPiece); };
    for (std::size_t asked = 0, taken = 0; taken < pieces; ++taken) {
        for (; asked < pieces && asked < taken + Card::kPieces; ++asked) {
            int const piece = g_card->take();
            CUDA_CHECK(cudaMemcpyAsync(g_card->at(piece), static_cast<char const*>(from) + asked * Card::kPiece, size(asked),
                                       cudaMemcpyDeviceToHost, g_card->stream));
            CUDA_CHECK(cudaEventRecord(g_card->done[piece], g_card->stream));
        }
        int const piece = static_cast<int>((first + taken) % Card::kPieces);
        CUDA_CHECK(cudaEventSynchronize(g_card->done[piece]));
        std::memcpy(static_cast<char*>(to) + taken * Card::kPiece, g_card->at(piece), size(taken));
    }
}
void copy_on_device(void* to, void const* from, std::size_t bytes) {
    CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, g_card->stream));
}
void zero_on_device(void* p, std::size_t bytes) { CUDA_CHECK(cudaMemsetAsync(p, 0, bytes, g_card->stream)); }
void wait_for_device() { CUDA_CHECK(cudaStreamSynchronize(g_card->stream)); }

#else

void use_device(Device const& device) { set_threads(device.threads); }

DeviceInfo describe(Device const& device) {
    std::string name = "unknown processor";
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);)
        if (line.rfind("model name", 0) == 0) {
            name = line.substr(line.find(':') + 2);
            break;
        }
    auto const memory = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
    return {"cpu", name, device.threads, memory, device.instruction_set};
}

void* allocate_bytes(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* const p = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (p == nullptr)
        throw RunError("not enough memory (" + mebibytes(bytes) + " wanted, " + mebibytes(g_allocated) + " in use by this run)");
    zero_on_device(p, bytes);
    g_allocated += bytes;
    return p;
}
void free_bytes(void* p, std::size_t bytes) noexcept {
    if (p == nullptr) return;
    std::free(p);
    g_allocated -= bytes;
}

void copy_to_device(void* to, void const* from, std::size_t bytes) {
    if (bytes != 0) std::memcpy(to, from, bytes);  // it does not allow null pointers, even for 0 bytes
}
void copy_to_host(void* to, void const* from, std::size_t bytes) { copy_to_device(to, from, bytes); }
void copy_on_device(void* to, void const* from, std::size_t bytes) { copy_to_device(to, from, bytes); }

/// In parallel, so that a page is first touched by the thread that will work on it.
void zero_on_device(void* p, std::size_t bytes) {
    constexpr std::size_t kPiece = 1u << 16;
    auto* const start = static_cast<unsigned char*>(p);
    share_out((bytes + kPiece - 1) / kPiece, bytes / sizeof(Real),
              [&](std::size_t piece) { std::memset(start + piece * kPiece, 0, std::min(kPiece, bytes - piece * kPiece)); });
}

void wait_for_device() {}

#endif

}  // namespace CRINE_NS

#ifdef __CUDACC__
std::vector<DeviceInfo> cuda_devices() {
    int n = 0;
    if (cudaGetDeviceCount(&n) != cudaSuccess) return {};
    std::vector<DeviceInfo> found;
    for (int i = 0; i < n; ++i) {
        cudaDeviceProp prop{};
        if (cudaGetDeviceProperties(&prop, i) == cudaSuccess)
            found.push_back({"cuda", prop.name, prop.multiProcessorCount, prop.totalGlobalMem, ""});
    }
    return found;
}
#endif

}  // namespace crine
