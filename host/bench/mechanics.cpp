// Benchmark `mechanics`: contact forces and motion of packed cells, sorted or scattered in memory, and how the cost grows.
#include "host/bench/models.h"
#include "host/bench/session.h"

namespace crine::bench {
namespace {

/// What the step must move for each cell: read position, radius, type, id and the last velocity; write position and both velocities.
constexpr double kBytes = 4 * sizeof(Real) + 1 + 4 + 3 * sizeof(Real) + 9 * sizeof(Real);

Samples measure(Session& session, std::size_t n, Order order) {
    Tissue const tissue = bench::tissue(n, 0, order);
    auto engine = session.engine(tissue.model, tissue.state);
    std::uint64_t step = 0;
    auto const advance = [&](int steps) {
        return timed(*engine, [&] {
            for (int s = 0; s < steps; ++s, ++step) {
                engine->sort();
                engine->move({static_cast<double>(step) * peer::mechanics_step, peer::mechanics_step, step});
            }
        });
    };
    int const steps = session.steps_for(advance(1));
    Samples const ns = session.repeat([&] { return advance(steps) / steps / static_cast<double>(n) * 1e9; });
    char const* const setting = order == Order::lattice ? "sorted start" : "scattered start";
    session.report(
        {.name = "mechanics", .setting = setting, .size = n, .metric = metric::ns_per_cell.name, .value = ns, .note = "sort, move"},
        kBytes / ns.median * 1e9);
    if (order == Order::lattice)
        session.report({.name = "mechanics",
                        .setting = setting,
                        .size = n,
                        .metric = metric::bytes_per_cell.name,
                        .value = one(session.bytes_per_cell(std::move(engine), tissue.model))});
    return ns;
}

}  // namespace

void measure_mechanics(Session& session) {
    std::size_t const most = session.size().cells, few = most / 10, more = 8 * few;
    Samples const ns = measure(session, few, Order::lattice);
    measure(session, few, Order::scattered);
    double const growth = 8 * measure(session, more, Order::lattice).median / ns.median;
    session.report(
        {.name = "mechanics", .setting = "8 x the cells", .size = more, .metric = metric::cost_growth.name, .value = one(growth)});
    measure(session, most, Order::lattice);
    measure(session, most, Order::scattered);
}

}  // namespace crine::bench
