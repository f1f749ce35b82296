// A device as kernels see it: memory, loops over indices and voxels, ordered reductions, and error reports.
#pragma once

/// Every .cu of kernels/ is compiled for the CPU, once for each instruction set, and, where there is nvcc, for CUDA; `CRINE_NS` tells them
/// apart.

#include "crine/backend.h"
#include "crine/contracts.h"
#include "crine/span.h"
#include "crine/threads.h"

#include <thrust/version.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#ifdef __CUDACC__
#include <cuda_runtime.h>
#include <thrust/system/cuda/execution_policy.h>
#else
#include <thrust/system/cpp/execution_policy.h>
#endif

#ifdef __CUDACC__
#define CUDA_CHECK(call) ::crine::cuda_check((call), #call, __FILE__, __LINE__)
#endif

namespace crine {
inline namespace CRINE_NS {

#ifdef __CUDACC__
void cuda_check(cudaError_t code, char const* call, char const* file, int line);
cudaStream_t stream();  ///< of the device of the last engine made
#endif

// --- memory -----------------------------------------------------------------------------------

// On CUDA all of this happens in one stream, in the order of the calls, which return at once. Only copy_to_host waits, hence also
// reductions, and algorithms of Thrust that return a value.

void* allocate_bytes(std::size_t bytes);  ///< on the device, zeroed; throws RunError with the size when there is not enough
void free_bytes(void* p, std::size_t bytes) noexcept;
void copy_to_device(void* to, void const* from, std::size_t bytes);  ///< `from` may be changed when it returns
void copy_to_host(void* to, void const* from, std::size_t bytes);
void copy_on_device(void* to, void const* from, std::size_t bytes);
void zero_on_device(void* p, std::size_t bytes);
std::size_t bytes_allocated();  ///< by this engine now
void wait_for_device();         ///< until everything launched is done

void use_device(Device const& device);  ///< for all of this from now on
DeviceInfo describe(Device const& device);

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
    std::size_t bytes() const { return capacity_ * sizeof(T); }  ///< of memory that it takes
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

/// kSideBySide: items side by side in one body; its threads are a GPU's lanes, a CPU has vectors. many_at_once(): indices that keep all
/// busy and share the work among them evenly.
#ifdef __CUDACC__
inline constexpr int kSideBySide = 1;
inline std::size_t many_at_once() { return 65536; }
#else
inline constexpr int kSideBySide = 8;
inline std::size_t many_at_once() { return 8 * static_cast<std::size_t>(threads()); }
#endif

// --- launcher ---------------------------------------------------------------------------------

/// Execution policy for Thrust algorithms on this engine, on one thread of a CPU; Thrust types never leave kernels/.
#ifdef __CUDACC__
/// Work space of Thrust, in the order of the stream: cudaMalloc would wait for the device.
struct WorkSpace {
    using value_type = char;
    char* allocate(std::ptrdiff_t bytes);
    void deallocate(char* p, std::size_t bytes);
};
extern WorkSpace g_work_space;
inline auto policy() { return THRUST_NS_QUALIFIER::cuda::par_nosync(g_work_space).on(stream()); }
#else
inline auto policy() { return THRUST_NS_QUALIFIER::cpp::par; }
#endif

/// The work of a cell in most loops, in voxels of a simple loop; and where a body is over sooner than threads are woken for a few.
inline constexpr std::size_t kCellWork = 128, kLight = 1;

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

/// Calls body(i) for 0 ≤ i < n, in no order. `work` is that of one index, in voxels of a simple loop.
template <class Body>
void for_each_index(std::size_t n, Body const& body, std::size_t = kCellWork) {
    if (n == 0) return;
    run_indices<<<static_cast<unsigned>((n + 255) / 256), 256, 0, stream()>>>(n, body);
    CUDA_CHECK(cudaGetLastError());
}
/// Calls body(i, j, k) for every interior voxel of an nx × ny × nz box, in no order; x runs over SIMD lanes or neighbouring threads.
template <class Body>
void for_each_voxel(int nx, int ny, int nz, Body const& body) {
    if (nx <= 0 || ny <= 0 || nz <= 0) return;
    dim3 const block(32, 8, 1);
    dim3 const blocks((nx + 31) / 32, (ny + 7) / 8, nz < 65535 ? nz : 65535);
    run_voxels<<<blocks, block, 0, stream()>>>(nx, ny, nz, body);
    CUDA_CHECK(cudaGetLastError());
}

#else

/// Calls range(begin, end) for pieces of 0 … n - 1 that threads take in turn: what costs most, such as cells with receptors, is often all
/// in one part of the tissue. `work` is that of one index.
template <class Range>
void share_range(std::size_t n, std::size_t work, Range const& range) {
    if (n * work < 2 * kShare) return range(std::size_t{0}, n);
    std::size_t const most = std::max<std::size_t>(8 * kShare / work, 1), piece = std::clamp<std::size_t>(n / many_at_once(), 1, most);
    share_out((n + piece - 1) / piece, n * work, [&](std::size_t p) { range(p * piece, std::min(n, (p + 1) * piece)); });
}

template <class Body>
void for_each_index(std::size_t n, Body const& body, std::size_t work = kCellWork) {
    share_range(n, work, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) body(i);
    });
}
template <class Body>
void for_each_voxel(int nx, int ny, int nz, Body const& body) {
    if (nx <= 0 || ny <= 0 || nz <= 0) return;
    std::size_t const rows = static_cast<std::size_t>(ny) * static_cast<std::size_t>(nz);
    share_range(rows, static_cast<std::size_t>(nx), [&](std::size_t begin, std::size_t end) {
        int j = static_cast<int>(begin % static_cast<std::size_t>(ny)), k = static_cast<int>(begin / static_cast<std::size_t>(ny));
        for (std::size_t row = begin; row < end; ++row) {
#pragma omp simd
            for (int i = 0; i < nx; ++i) body(i, j, k);
            if (++j == ny) j = 0, ++k;
        }
    });
}

#endif

// --- reductions -------------------------------------------------------------------------------

/// How a reduction joins two values; both begin at 0.
struct Sum {
    CRINE_HD static double join(double a, double b) { return a + b; }
};
struct Maximum {
    CRINE_HD static double join(double a, double b) { return a > b ? a : b; }
};

/// Joins N quantities over n items in double, with the same bits on any number of threads: the items are cut into rows of a fixed length,
/// each row into fixed lanes, and the rows are joined in one order. term(row, i, into) works on item i of a row and joins what it
/// has to `into`; items of a row may be done at the same time. `partial` is work space. On CUDA only N numbers come to the host,
/// and it waits for them.
#ifdef __CUDACC__

inline constexpr int kWarp = 32, kRowsOfBlock = 8, kJoiners = 1024;

template <int N, class Join>
__device__ void join_warp(double (&values)[N]) {
    for (int reach = kWarp / 2; reach > 0; reach /= 2)
        for (int m = 0; m < N; ++m) values[m] = Join::join(values[m], __shfl_down_sync(~0u, values[m], reach));
}

/// A warp for each row.
template <int N, class Join, class Term>
__global__ void __launch_bounds__(kWarp* kRowsOfBlock, 1) join_items(std::size_t n, std::size_t length, Term term, double* partial) {
    std::size_t const row = static_cast<std::size_t>(blockIdx.x) * kRowsOfBlock + threadIdx.y, begin = row * length;
    if (begin >= n) return;
    int const count = static_cast<int>(begin + length < n ? length : n - begin);
    double values[N] = {};
    for (int i = threadIdx.x; i < count; i += kWarp) term(row, i, values);
    join_warp<N, Join>(values);
    if (threadIdx.x == 0)
        for (int m = 0; m < N; ++m) partial[row * N + m] = values[m];
}

/// One block for all rows.
template <int N, class Join>
__global__ void __launch_bounds__(kJoiners, 1) join_rows(std::size_t rows, double const* partial, double* joined) {
    __shared__ double of_warp[kJoiners / kWarp][N];
    double values[N] = {};
    for (std::size_t row = threadIdx.x; row < rows; row += kJoiners)
        for (int m = 0; m < N; ++m) values[m] = Join::join(values[m], partial[row * N + m]);
    join_warp<N, Join>(values);
    if (threadIdx.x % kWarp == 0)
        for (int m = 0; m < N; ++m) of_warp[threadIdx.x / kWarp][m] = values[m];
    __syncthreads();
    if (threadIdx.x >= kWarp) return;
    for (int m = 0; m < N; ++m) values[m] = of_warp[threadIdx.x][m];  // as many warps as lanes
    join_warp<N, Join>(values);
    if (threadIdx.x == 0)
        for (int m = 0; m < N; ++m) joined[m] = values[m];
}

template <int N, class Join, class Term>
std::array<double, N> reduce(std::size_t n, std::size_t length, Buffer<double>& partial, Term const& term) {
    std::array<double, N> joined{};
    if (n == 0) return joined;
    std::size_t const rows = (n + length - 1) / length;
    partial.resize((rows + 1) * N);
    dim3 const block(kWarp, kRowsOfBlock);
    join_items<N, Join>
        <<<static_cast<unsigned>((rows + kRowsOfBlock - 1) / kRowsOfBlock), block, 0, stream()>>>(n, length, term, partial.data());
    CUDA_CHECK(cudaGetLastError());
    join_rows<N, Join><<<1, kJoiners, 0, stream()>>>(rows, partial.data(), partial.data() + rows * N);
    CUDA_CHECK(cudaGetLastError());
    copy_to_host(joined.data(), partial.data() + rows * N, N * sizeof(double));
    return joined;
}

#else

template <int N, class Join, class Term>
struct JoinItems {
    Term term;
    std::size_t n, length;
    Span<double> partial;

    void operator()(std::size_t row) const {
        constexpr int kLanes = 8;  // the width of AVX-512; in fixed lanes on every processor, so that the bits are the same
        std::size_t const begin = row * length;
        int const count = static_cast<int>(begin + length < n ? length : n - begin);
        double lanes[N][kLanes] = {};
        auto const add = [&](int i, int lane) {
            double values[N];
            for (int m = 0; m < N; ++m) values[m] = lanes[m][lane];
            term(row, i, values);
            for (int m = 0; m < N; ++m) lanes[m][lane] = values[m];
        };
        int i = 0;
        for (; i + kLanes <= count; i += kLanes)
#pragma omp simd
            for (int lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
        for (; i < count; ++i) add(i, 0);
        for (int m = 0; m < N; ++m) {
            double joined = lanes[m][0];
            for (int lane = 1; lane < kLanes; ++lane) joined = Join::join(joined, lanes[m][lane]);
            partial[row * N + m] = joined;
        }
    }
};
template <int N, class Join, class Term>
std::array<double, N> reduce(std::size_t n, std::size_t length, Buffer<double>& partial, Term const& term) {
    std::array<double, N> joined{};
    if (n == 0) return joined;
    std::size_t const rows = (n + length - 1) / length;
    partial.resize(rows * N);
    for_each_index(rows, JoinItems<N, Join, Term>{term, n, length, partial.span()}, length);
    for (std::size_t row = 0; row < rows; ++row)
        for (int m = 0; m < N; ++m) joined[m] = Join::join(joined[m], partial.data()[row * N + m]);
    return joined;
}

#endif

inline constexpr std::size_t kSumChunk = 1024;

template <class Term>
struct ChunkTerm {
    Term term;
    CRINE_HD void operator()(std::size_t chunk, int i, double (&into)[1]) const { into[0] += term(chunk * kSumChunk + i); }
};
/// Sums term(i) for 0 ≤ i < n in double, in one order.
template <class Term>
double ordered_sum(std::size_t n, Buffer<double>& partial, Term const& term) {
    return reduce<1, Sum>(n, kSumChunk, partial, ChunkTerm<Term>{term})[0];
}
template <class Term>
double ordered_sum(std::size_t n, Term const& term) {
    Buffer<double> partial;
    return ordered_sum(n, partial, term);
}

/// What a kernel found wrong, and with which cell (its permanent id) or ligand (its index).
struct ErrorReport {
    std::uint32_t code = 0;  ///< ErrorCode; 0: nothing
    std::uint32_t who = 0;
    std::uint32_t what = 0;  ///< of who, where that is more than one thing
};

/// Called by bodies. If several find something in one launch, one of them is kept.
CRINE_HD inline void report(Span<ErrorReport> error, std::uint32_t code, std::uint32_t who, std::uint32_t what = 0) {
    if (error[0].code == 0) error[0] = {code, who, what};
}

}  // namespace CRINE_NS
}  // namespace crine
