// Chooses a size for the device, runs the benchmarks, and prints and saves what they measure.
#include "host/commands/bench.h"

#include "host/bench/session.h"
#include "host/run/build_info.h"
#include "host/run/run_record.h"
#include "host/text/format.h"
#include "host/writers/atomic_file.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include <sys/resource.h>

namespace crine {
namespace {

bench::Size size_of(std::string const& text, bool gpu) {
    if (text.empty()) return gpu ? bench::large() : bench::medium();
    if (text == "small") return bench::small();
    if (text == "medium") return bench::medium();
    if (text == "large") return bench::large();
    bool const is_number = text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
    CRINE_VALIDATE(is_number && std::stoull(text) >= 16, "--size " + text + " (there is small, medium, large, or a number from 16 on)");
    return bench::number(std::stoull(text));
}

double peak_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts KiB
}

std::vector<bench::Measurement> read(std::filesystem::path const& file) {
    std::ifstream in(file);
    CRINE_VALIDATE(in, "cannot read " + file.string());
    return bench::from_json({std::istreambuf_iterator<char>(in), {}});
}

}  // namespace

std::vector<std::pair<std::string, std::string>> bench_cases() {
    std::vector<std::pair<std::string, std::string>> names;
    for (auto const& one : bench::cases()) names.emplace_back(one.name, one.about);
    return names;
}

void benchmark(BenchOptions const& options) {
    auto const before = options.compare.empty() ? std::vector<bench::Measurement>{} : read(options.compare);
    DeviceInfo const device = make_backend(options.device)->info();
    bool const gpu = device.engine != "cpu";
    bench::Size const size = size_of(options.size, gpu);
    bench::Circumstances const circumstances{timestamp(), device.name, build_info().commit, device.threads};
    std::cout << "crine " << build_info().version << " (" << circumstances.commit << "), " << device.name << ", " << device.threads
              << (gpu ? " multiprocessors" : " threads") << ", " << build_info().storage << " storage, " << circumstances.date << "\n";

    bench::Session session(options.device, size, std::cout);
    for (auto const& one : bench::cases()) {
        bool const asked = options.cases.empty() || std::find(options.cases.begin(), options.cases.end(), one.name) != options.cases.end();
        if (!asked) continue;
        one.run(session);
        double const peak = peak_bytes();
        session.report({.name = one.name,
                        .setting = "peak of the process so far",
                        .metric = bench::metric::peak_bytes.name,
                        .value = bench::one(peak)});
        if (!options.json.empty()) write_atomically(options.json, to_json(session.results(), circumstances));  // what there is so far
    }
    if (!before.empty()) std::cout << "\n" << compare(before, session.results());
}

}  // namespace crine
