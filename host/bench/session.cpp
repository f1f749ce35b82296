// Sizes of benchmarks, the list of all of them, and how a measurement is repeated and reported.
#include "host/bench/session.h"

#include "host/bench/models.h"
#include "host/text/shipped.h"

#include <algorithm>
#include <ostream>

namespace crine::bench {

Size small() { return {16, 1000, 1000, 1000, 0, 3, std::size_t{1} << 20}; }
Size medium() { return {128, 1'000'000, 100'000, 100'000, 1, 5, std::size_t{256} << 20}; }
Size large() { return {256, 1'000'000, 1'000'000, 100'000, 1, 5, std::size_t{1} << 30}; }
Size number(std::size_t n) {
    Size size = medium();
    size.edge = static_cast<int>(n < 1024 ? n : 1024);
    size.cells = size.agents = size.template_cells = n;
    return size;
}

Session::Session(Device const& device, Size const& size, std::ostream& out) : device_(device), size_(size), out_(out) {
    auto const engine = make_backend(device);
    info_ = engine->info();
    engine->copy_bandwidth(size.copy);  // cold memory and clocks
    copy_ = engine->copy_bandwidth(size.copy);
    out_ << heading() << std::flush;
}

std::unique_ptr<Backend> Session::engine(Model const& model, InitialState const& state) const {
    auto engine = make_engine();
    engine->start(model, state);
    return engine;
}

int Session::steps_for(double seconds) const {
    constexpr double kMost = 20;  // steps; more make the mean no steadier
    return static_cast<int>(std::clamp(size_.patience / seconds, 1.0, kMost));
}

double Session::bytes_per_cell(std::unique_ptr<Backend> engine, Model const& model) const {
    double const with = static_cast<double>(engine->memory_used()), cells = static_cast<double>(engine->cell_count());
    engine.reset();
    return (with - static_cast<double>(this->engine(model, empty_state(model))->memory_used())) / cells;
}

Samples Session::repeat(std::function<double()> const& seconds) const {
    seconds();
    std::vector<double> values;
    for (int i = 0; i < size_.repeats; ++i) values.push_back(seconds());
    return summarise(values);
}

void Session::report(Measurement measurement, double bytes_per_s) {
    measurement.device = info_.engine;
    if (bytes_per_s > 0) measurement.fraction_of_copy = bytes_per_s / copy_;
    out_ << row(measurement, copy_) << std::flush;
    results_.push_back(std::move(measurement));
}

void Session::say(std::string const& line) { out_ << line << std::endl; }

std::filesystem::path scenario_file(std::string const& name) {
    auto const here = std::filesystem::path("scenarios") / name;
    std::error_code ignored;
    return std::filesystem::exists(here, ignored) ? here : shipped(here);
}

std::vector<Case> const& cases() {
    static std::vector<Case> const table{
        {"copy", "bandwidth of a plain copy, by which all others are measured", measure_copy},
        {"transport", "diffusion and decay: raw rate, and time to a given error", measure_transport},
        {"exchange", "secretion and uptake below the grid", measure_exchange},
        {"mechanics", "packed cells that push and pull, about 12 neighbours each", measure_mechanics},
        {"circles", "FLAME GPU 2's circles model, about 200 messages each", measure_circles},
        {"phenotype", "sense, behave and apply, without rules and with six", measure_phenotype},
        {"pathways", "the reaction network of NF-kB in every cell, and whether it comes out as published", measure_pathways},
        {"whole", "a whole simulation, and a wound", measure_whole},
        {"busy", "the same two beside other processes that keep every processor busy, by what they take alone", measure_busy},
        {"checkpoint", "what a checkpoint holds a run up, and takes to write and to read", measure_checkpoint},
    };
    return table;
}

}  // namespace crine::bench
