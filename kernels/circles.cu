#include "crine/model/circles.h"

#include "kernels/engine.h"
#include "kernels/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// The places all agents see: a third of what a search for neighbours would otherwise read.
struct SpotBody {
    CellView cells;
    Span<Vec3> spots;
    CRINE_HD void operator()(std::size_t i) const { spots[i] = position(cells, i); }
};

struct CirclesBody {
    CellView cells;
    Span<Vec3 const> spots;
    Bins bins;
    CirclesStep step;

    CRINE_HD void operator()(std::size_t i) const {
        Vec3 const here = spots[i];
        Real const reach = step.model.radius * step.model.radius;
        Vec3 sum{};
        int neighbours = 0;
        for_each_run_near(bins, here, [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; ++j) {
                Vec3 const away = here - spots[j];
                Real const square = dot(away, away);
                if (!(square < reach && square > 0)) continue;
                sum = sum + step(away, std::sqrt(square));
                ++neighbours;
            }
        });
        Vec3 const there = here + Real(1) / static_cast<Real>(neighbours > 0 ? neighbours : 1) * sum;
        cells.x[i] = there.x, cells.y[i] = there.y, cells.z[i] = there.z;
    }
};

}  // namespace

void Engine::circles(Circles const& model) {
    CRINE_EXPECTS(cells_.sorted);
    std::size_t const n = cells_.size();
    cells_.spots.resize(n);
    for_each_index(n, SpotBody{cells_.view(), cells_.spots.span()});
    for_each_index(n, CirclesBody{cells_.view(), std::as_const(cells_.spots).span(), cells_.bins, CirclesStep{model}});
    cells_.sorted = false;
    ++cells_.changes;
}

}  // namespace CRINE_NS
}  // namespace crine
