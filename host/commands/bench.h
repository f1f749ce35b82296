// The command `crine bench` and its options.
#pragma once

#include "crine/backend.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crine {

struct BenchOptions {
    std::vector<std::string> cases;  ///< by name; none: all
    Device device;
    std::string size;               ///< small, medium, large, or a number; empty: medium on a CPU, large on a GPU
    std::filesystem::path json;     ///< written, if named
    std::filesystem::path compare;  ///< an earlier result to compare with, if named
};

/// Names and contents of the cases, for --help.
std::vector<std::pair<std::string, std::string>> bench_cases();

/// Measures, prints a line for each measurement as soon as it has been made, and writes them down where asked to.
/// docs/benchmarks.md says what each number means.
void benchmark(BenchOptions const& options);

}  // namespace crine
