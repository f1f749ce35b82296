#include "crine/model/circles.h"

#include "support/cells.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>

namespace crine::test {
namespace {

class CirclesModel : public OnEveryEngine {};

/// One step of every agent by a loop over all pairs in double.
TEST_P(CirclesModel, StepsAsAllPairsDo) {
    Model m = box(6, 5, 4, 2);
    add_type(m, 1);
    m.types[0].adhesion_reach = 1;
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 1000, 0, 1, 5);
    HostCells const& c = s.cells;
    auto const engine = make_backend(GetParam());
    engine->start(m, s);
    engine->circles(Circles{});
    HostCells const got = cells_of(*engine);
    for (std::size_t i = 0; i < c.size(); ++i) {
        double sum[3] = {0, 0, 0};
        int neighbours = 0;
        for (std::size_t j = 0; j < c.size(); ++j) {
            double const way[3] = {double(c.x[i]) - c.x[j], double(c.y[i]) - c.y[j], double(c.z[i]) - c.z[j]};
            double const d = std::sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
            if (j == i || d >= 2 || d == 0) continue;
            for (int a = 0; a < 3; ++a) sum[a] += 0.05 * std::sin(6.282 * d / 2) * way[a] / d;
            ++neighbours;
        }
        std::size_t const me = find(got, c.id[i]);
        double const there[3] = {got.x[me], got.y[me], got.z[me]}, here[3] = {c.x[i], c.y[i], c.z[i]};
        for (int a = 0; a < 3; ++a) EXPECT_NEAR(there[a] - here[a], neighbours > 0 ? sum[a] / neighbours : 0, 2e-6) << "cell " << c.id[i];
    }
}

TEST_P(CirclesModel, CopyHasABandwidth) {
    Model const m = box(1, 1, 1, 1);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    EXPECT_GT(engine->copy_bandwidth(1 << 20), 0);
    engine->synchronize();
}

CRINE_ON_EVERY_ENGINE(CirclesModel);

}  // namespace
}  // namespace crine::test
