#pragma once

/// What makes one source compile for both engines.

#include <cstddef>
#include <cstdint>

#ifdef __CUDACC__
#define CRINE_HD __host__ __device__
#define CRINE_RESTRICT __restrict__
/// Before a CRINE_HD template that is also used with arguments which only the host can call.
#define CRINE_HOST_OR_DEVICE _Pragma("nv_exec_check_disable")
#else
#define CRINE_HD
#define CRINE_RESTRICT __restrict__
#define CRINE_HOST_OR_DEVICE
#endif

/// The namespace of everything with a body that is compiled once for each engine: `cpu`, `cuda`,
/// or `host` in code that no engine runs. Without it the linker would keep one of two inline functions.
#ifndef CRINE_NS
#define CRINE_NS host
#endif

namespace crine {

/// Storage precision of fields and cells. Sums and ledgers are always double.
#ifdef CRINE_REAL_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace crine
