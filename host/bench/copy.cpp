// Benchmark `copy`: memory bandwidth of a plain copy, with which all other benchmarks are compared.
#include "host/bench/models.h"
#include "host/bench/session.h"

#include <cmath>

namespace crine::bench {

void measure_copy(Session& session) {
    Model const nothing = box(1, 1, 1, 1);
    auto const engine = session.engine(nothing, empty_state(nothing));
    std::size_t const bytes = session.size().copy;
    double const measured = session.copy_bandwidth();
    Samples const bandwidth = session.repeat([&] { return engine->copy_bandwidth(bytes); });
    session.report({.name = "copy",
                    .setting = "two arrays",
                    .size = bytes,
                    .metric = metric::copy_bytes_per_s.name,
                    .value = bandwidth,
                    .note = "size in bytes; others are compared with " + std::to_string(std::lround(measured * 1e-9)) + " GB/s"},
                   bandwidth.median);
}

}  // namespace crine::bench
