#pragma once

/// A device as kernels see it: memory, launcher, ordered sums. Every kernels/*.cu is compiled once for the CPU
/// (OpenMP) and, where there is nvcc, once for CUDA; `CRINE_NS` tells the two apart.

#include "crine/contracts.h"
#include "crine/span.h"

#include <thrust/version.h>

#include <string>
#include <utility>
#include <vector>

#ifdef __CUDACC__
#include <cuda_runtime.h>
#include <thrust/system/cuda/execution_policy.h>
#else
#include <thrust/system/omp/execution_policy.h>
#endif

#ifdef __CUDACC__
#define CUDA_CHECK(call) ::crine::cuda_check((call), #call, __FILE__, __LINE__)
#endif

namespace crine {
inline namespace CRINE_NS {

#ifdef __CUDACC__
void cuda_check(cudaError_t code, char const* call, char const* file, int line);
#endif

// --- memory -----------------------------------------------------------------------------------

void* allocate_bytes(std::size_t bytes);  ///< on the device, zeroed; throws RunError with the size when there is not enough
void free_bytes(void* p, std::size_t bytes) noexcept;
void copy_to_device(void* to, void const* from, std::size_t bytes);
void copy_to_host(void* to, void const* from, std::size_t bytes);
void copy_on_device(void* to, void const* from, std::size_t bytes);
void zero_on_device(void* p, std::size_t bytes);
std::size_t bytes_allocated();  ///< by this engine now
void wait_for_device();         ///< until everything launched is done

/// Owns an array in device memory. Move-only.
template <class T>
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::size_t n) { resize(n); }
    explicit Buffer(std::vector<T> const& host) { upload(host); }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }
    Buffer(Buffer const&) = delete;
    Buffer& operator=(Buffer const&) = delete;
    ~Buffer() { free_bytes(data_, capacity_ * sizeof(T)); }

    void swap(Buffer& other) noexcept {
        std::swap(data_, other.data_), std::swap(size_, other.size_), std::swap(capacity_, other.capacity_);
    }
    std::size_t size() const { return size_; }
    T* data() { return data_; }
    T const* data() const { return data_; }
    Span<T> span() { return {data_, size_}; }
    Span<T const> span() const { return {data_, size_}; }

    /// New elements are zero only if the array had to grow; old elements are kept.
    void resize(std::size_t n) {
        if (n > capacity_) {
            std::size_t const capacity = n > capacity_ + capacity_ / 2 ? n : capacity_ + capacity_ / 2;
            T* const fresh = static_cast<T*>(allocate_bytes(capacity * sizeof(T)));
            if (size_ != 0) copy_on_device(fresh, data_, size_ * sizeof(T));
            free_bytes(data_, capacity_ * sizeof(T));
            data_ = fresh, capacity_ = capacity;
        }
        size_ = n;
    }
    void zero() {
        if (size_ != 0) zero_on_device(data_, size_ * sizeof(T));
    }
    void upload(std::vector<T> const& host) {
        resize(host.size());
        if (!host.empty()) copy_to_device(data_, host.data(), host.size() * sizeof(T));
    }
    void download(std::vector<T>& host) const {
        host.resize(size_);
        if (size_ != 0) copy_to_host(host.data(), data_, size_ * sizeof(T));
    }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0, capacity_ = 0;
};

// --- launcher ---------------------------------------------------------------------------------

/// Execution policy for Thrust algorithms on this engine; Thrust types never leave kernels/.
#ifdef __CUDACC__
inline auto policy() { return THRUST_NS_QUALIFIER::cuda::par_nosync; }
#else
inline auto policy() { return THRUST_NS_QUALIFIER::omp::par; }
#endif

#ifdef __CUDACC__

// At least one block per multiprocessor, said so: without it the compiler spills registers to fit more blocks in.
template <class Body>
__global__ void __launch_bounds__(256, 1) run_indices(std::size_t n, Body body) {
    std::size_t const i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < n) body(i);
}
template <class Body>
__global__ void __launch_bounds__(256, 1) run_voxels(int nx, int ny, int nz, Body body) {
    int const i = blockIdx.x * blockDim.x + threadIdx.x, j = blockIdx.y * blockDim.y + threadIdx.y;
    if (i < nx && j < ny)
        for (int k = blockIdx.z; k < nz; k += gridDim.z) body(i, j, k);
}

/// Loops over less work than this (in voxels) are faster on one CPU thread.
inline constexpr std::size_t kSmallLoop = 4096;

/// Calls body(i) for 0 ≤ i < n, in no order. `work` is that of one index, in voxels.
template <class Body>
void for_each_index(std::size_t n, Body const& body, std::size_t = kSmallLoop) {
    if (n == 0) return;
    run_indices<<<static_cast<unsigned>((n + 255) / 256), 256>>>(n, body);
    CUDA_CHECK(cudaGetLastError());
}
/// Calls body(i, j, k) for every interior voxel of an nx × ny × nz box, in no order; x runs over SIMD lanes or neighbouring threads.
template <class Body>
void for_each_voxel(int nx, int ny, int nz, Body const& body) {
    if (nx <= 0 || ny <= 0 || nz <= 0) return;
    dim3 const block(32, 8, 1);
    dim3 const blocks((nx + 31) / 32, (ny + 7) / 8, nz < 65535 ? nz : 65535);
    run_voxels<<<blocks, block>>>(nx, ny, nz, body);
    CUDA_CHECK(cudaGetLastError());
}

#else

inline constexpr std::size_t kSmallLoop = 4096;

template <class Body>
void for_each_index(std::size_t n, Body const& body, std::size_t work = kSmallLoop) {
#pragma omp parallel for schedule(static) if (n * work > kSmallLoop)
    for (std::size_t i = 0; i < n; ++i) body(i);
}
template <class Body>
void for_each_voxel(int nx, int ny, int nz, Body const& body) {
#pragma omp parallel for collapse(2) schedule(static) if (static_cast <std::size_t>(nx) * ny * nz > kSmallLoop)
    for (int k = 0; k < nz; ++k)
        for (int j = 0; j < ny; ++j)
#pragma omp simd
            for (int i = 0; i < nx; ++i) body(i, j, k);
}

#endif

/// Sums term(i) for 0 ≤ i < n in double, in one order whatever the number of threads: fixed chunks, each serial, then
/// the chunks in order. The last few bits of a sum never depend on the machine's load or size.
inline constexpr std::size_t kSumChunk = 2048;

template <class Term>
struct ChunkSum {
    Term term;
    std::size_t n;
    Span<double> partial;
    CRINE_HD void operator()(std::size_t chunk) const {
        std::size_t const begin = chunk * kSumChunk, end = begin + kSumChunk < n ? begin + kSumChunk : n;
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += term(i);
        partial[chunk] = sum;
    }
};
template <class Term>
double ordered_sum(std::size_t n, Term const& term) {
    Buffer<double> partial((n + kSumChunk - 1) / kSumChunk);
    for_each_index(partial.size(), ChunkSum<Term>{term, n, partial.span()});
    std::vector<double> host;
    partial.download(host);
    double sum = 0;
    for (double p : host) sum += p;
    return sum;
}

/// What a kernel found wrong, and with which cell (its permanent id) or ligand (its index).
struct ErrorReport {
    std::uint32_t code = 0;  ///< ErrorCode; 0: nothing
    std::uint32_t who = 0;
};

/// Called by bodies. If several find something in one launch, one of them is kept.
CRINE_HD inline void report(Span<ErrorReport> error, std::uint32_t code, std::uint32_t who) {
    if (error[0].code == 0) error[0] = {code, who};
}

}  // namespace CRINE_NS
}  // namespace crine
