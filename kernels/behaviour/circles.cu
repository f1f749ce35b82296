// FLAME GPU 2's Circles model, a benchmark of the neighbour search: agents push their neighbours away.
#include "crine/model/circles.h"

#include "kernels/behaviour/behaviour.h"
#include "kernels/cells/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

// Agents of a run are met so many at a time: on the CPU in the lanes of a vector, in one order whatever the vector's real width.
#ifdef __CUDACC__
constexpr int kLanes = 1;
#else
constexpr int kLanes = 16;
#endif

/// Where all agents were before the step; a few more, which do not count, so that whole lanes can be read.
struct Spots {
    Span<Real> x, y, z;
};

struct SpotBody {
    CellView cells;
    Spots spots;
    CRINE_HD void operator()(std::size_t i) const { spots.x[i] = cells.x[i], spots.y[i] = cells.y[i], spots.z[i] = cells.z[i]; }
};

struct CirclesBody {
    CellView cells;
    Spots spots;
    Bins bins;
    CirclesPush push;

    CRINE_HD void operator()(std::size_t i) const {
        Vec3 const here{spots.x[i], spots.y[i], spots.z[i]};
        Real const scale = 1 / (push.model.radius * push.model.radius);
        Real x[kLanes] = {}, y[kLanes] = {}, z[kLanes] = {}, neighbours[kLanes] = {};
        for_each_run_near(bins, here, [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; j += kLanes) {
                Real const *xs = spots.x.data + j, *ys = spots.y.data + j, *zs = spots.z.data + j;
                int const count = last - j < kLanes ? static_cast<int>(last - j) : kLanes;
                for (int lane = 0; lane < kLanes; ++lane) {
                    Real const dx = here.x - xs[lane], dy = here.y - ys[lane], dz = here.z - zs[lane];
                    Real const u2 = (dx * dx + dy * dy + dz * dz) * scale;
                    bool const counts = u2 < 1 && u2 > 0 && lane < count;
                    Real const f = counts ? push(u2) : Real(0);
                    x[lane] += f * dx, y[lane] += f * dy, z[lane] += f * dz, neighbours[lane] += counts ? Real(1) : Real(0);
                }
            }
        });
        for (int lane = 1; lane < kLanes; ++lane) x[0] += x[lane], y[0] += y[lane], z[0] += z[lane], neighbours[0] += neighbours[lane];
        Vec3 const there = here + 1 / (neighbours[0] > 0 ? neighbours[0] : Real(1)) * Vec3{x[0], y[0], z[0]};
        cells.x[i] = there.x, cells.y[i] = there.y, cells.z[i] = there.z;
    }
};

}  // namespace

void Behaviour::circles(Population& cells, Circles const& model) {
    CRINE_EXPECTS(cells.sorted());
    std::size_t const n = cells.size();
    auto& s = spheres_;
    for (auto* array : {&s.x, &s.y, &s.z}) array->resize(n + kLanes);
    Spots const spots{s.x.span(), s.y.span(), s.z.span()};
    for_each_index(n, SpotBody{cells.view(), spots});
    for_each_index(n, CirclesBody{cells.view(), spots, cells.bins, CirclesPush{model}});
    cells.order_is = Population::Order::unknown;
    ++cells.changes;
}

}  // namespace CRINE_NS
}  // namespace crine
