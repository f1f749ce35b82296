// Benchmark `pathways`: the NF-kB reaction network in every cell, its cost and its agreement with published maxima.
#include "host/bench/models.h"
#include "host/bench/session.h"
#include "host/build/load.h"

#include <algorithm>
#include <cmath>

namespace crine::bench {
namespace {

constexpr double kMinute = 60;  // [s]
constexpr int kRest = 2000;     // until the stimulus [min], as in validation/C7.yaml
constexpr int kHours = 6;       // that are measured
constexpr char kVariable[] = "NFkB_nuc";

/// Maxima of free NF-kB in the nucleus, after Hoffmann et al. (2002) Science 298:1241, BIOMD0000000140.
struct Maximum {
    int minute;    // after the stimulus
    double value;  // [uM]
};
constexpr Maximum kPublished[] = {{30, 0.06432}, {138, 0.03239}, {238, 0.02396}};

/// Cells of the packing with the pathway that the scenario gives its one cell.
Tissue tissue_with_pathway(std::size_t n, Model const& scenario) {
    Tissue tissue = bench::tissue(n, 0);
    tissue.model.pathways = scenario.pathways;
    tissue.type().pathways = scenario.types[0].pathways;
    return tissue;
}

struct Course {
    std::vector<double> seconds;            ///< of each hour
    std::vector<std::vector<Real>> maxima;  ///< by published maximum, by cell [uM]
    std::unique_ptr<Backend> engine;
};

std::vector<Real> nuclear(Backend& on, Network const& network) {
    Snapshot snapshot;
    on.snapshot(snapshot, {}, true);
    auto const found = std::find(network.variables.begin(), network.variables.end(), kVariable);
    return snapshot.variables[static_cast<std::size_t>(found - network.variables.begin())];
}

/// Rest in one step, however long; then the stimulus and hours of it, in steps of a minute.
Course run(Session const& session, Tissue const& tissue) {
    Course course;
    course.engine = session.engine(tissue.model, tissue.state);
    Backend& engine = *course.engine;
    engine.transduce({0, kRest * kMinute, 0});
    for (int hour = 0; hour < kHours; ++hour) {
        Stopwatch watch(engine);
        for (int minute = hour * 60; minute < (hour + 1) * 60; ++minute) {
            Moment const now{(kRest + minute) * kMinute, kMinute, static_cast<std::uint64_t>(minute) + 1};
            watch.start();
            engine.sense(now);
            engine.transduce(now);
            watch.stop();
            for (Maximum const& m : kPublished)
                if (m.minute == minute + 1) course.maxima.push_back(nuclear(engine, tissue.model.pathways[0]));
        }
        course.seconds.push_back(watch.seconds());
    }
    return course;
}

/// Largest difference of any cell from the one that is alone.
double difference(Course const& all, Course const& one) {
    double largest = 0;
    for (std::size_t m = 0; m < one.maxima.size(); ++m)
        for (Real const value : all.maxima[m]) largest = std::max(largest, std::fabs(static_cast<double>(value / one.maxima[m][0] - 1)));
    return largest;
}

double error(Course const& one) {
    double largest = 0;
    for (std::size_t m = 0; m < one.maxima.size(); ++m)
        largest = std::max(largest, std::fabs(static_cast<double>(one.maxima[m][0]) / kPublished[m].value - 1));
    return largest;
}

}  // namespace

void measure_pathways(Session& session) {
    auto const file = scenario_file("validation/C7.yaml");
    if (file.empty()) return session.say("pathways: no scenarios/validation/C7.yaml here or beside the program: left out");
    Model const scenario = load_scenario(file, {}).model;
    std::size_t const n = session.size().template_cells;
    Tissue const tissue = tissue_with_pathway(n, scenario);
    Course all = run(session, tissue);
    Course const one = run(session, tissue_with_pathway(1, scenario));

    auto const report = [&](Metric const& metric, Samples const& value, std::string const& setting, std::string const& note) {
        session.report({.name = "pathways", .setting = setting, .size = n, .metric = metric.name, .value = value, .note = note});
    };
    report(metric::ns_per_cell, summarise(all.seconds).as([&](double s) { return s / static_cast<double>(n) * 1e9; }), "NF-kB",
           "an hour of NF-kB, 60 steps; each of six hours after the stimulus");
    report(metric::bytes_per_cell, bench::one(session.bytes_per_cell(std::move(all.engine), tissue.model)), "NF-kB", "");
    report(metric::relative_error, bench::one(difference(all, one)), "NF-kB, all cells", "of any cell, from one that is alone");
    report(metric::relative_error, bench::one(error(one)), "NF-kB, three maxima", "from those published; tolerance of a step 1e-4");
}

}  // namespace crine::bench
