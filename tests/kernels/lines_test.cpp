#include "support/engines.h"
#include "support/models.h"

#include "crine/model/factored.h"

#include <cmath>
#include <random>

/// Steps along the axes against a plain serial solution of the same factors, and what they promise: order 2, exact steady states, mass.

namespace crine::test {
namespace {

class Lines : public OnEveryEngine {};

using Values = std::vector<double>;

/// One ligand's equations in double, without any cleverness.
struct Serial {
    Model const& m;
    Grid const& g = m.grid;
    Values loss, inflow;

    explicit Serial(Model const& model) : m(model), loss(g.voxels()), inflow(g.voxels()) {
        each([&](int i, int j, int k, std::size_t v) {
            auto const here = property(v);
            if (here.fixed) return;
            loss[v] = here.decay, inflow[v] = here.source;
            for (int side = 0; side < 6; ++side) {
                double const surface = 2 * here.diffusivity / (g.spacing * g.spacing);
                Face const& face = m.ligands[0].faces[side];
                long const w = beside(i, j, k, side);
                if (w < 0 && face.kind == FaceKind::flux) inflow[v] += face.amount / g.spacing;
                if (w < 0 && face.kind == FaceKind::value) loss[v] += surface, inflow[v] += surface * face.amount;
                if (w >= 0 && property(w).fixed) loss[v] += surface, inflow[v] += surface * property(w).value;
            }
        });
    }
    MaterialLigand property(std::size_t v) const { return m.property(m.material[v], 0); }
    template <class Body>
    void each(Body const& body) const {
        for (int k = 0; k < g.nz; ++k)
            for (int j = 0; j < g.ny; ++j)
                for (int i = 0; i < g.nx; ++i) body(i, j, k, g.voxel(i, j, k));
    }
    /// Neighbour on a side, or -1 beyond a wall.
    long beside(int i, int j, int k, int side) const {
        int at[3] = {i, j, k};
        int const axis = side / 2, n = g.voxels_on(axis);
        at[axis] += side % 2 == 0 ? -1 : 1;
        if (g.periodic[axis]) at[axis] = (at[axis] + n) % n;
        return at[axis] < 0 || at[axis] >= n ? -1 : static_cast<long>(g.voxel(at[0], at[1], at[2]));
    }
    double link(std::size_t v, long w) const {
        if (w < 0 || property(v).fixed || property(w).fixed) return 0;
        double const a = property(v).diffusivity, b = property(w).diffusivity;
        return a + b > 0 ? 2 * a * b / (a + b) / (g.spacing * g.spacing) : 0;
    }
    /// rate · (A c + inflow) + value · c
    Values apply(Values const& c, double rate, double value, bool with_inflow) const {
        Values f(c.size());
        each([&](int i, int j, int k, std::size_t v) {
            double sum = (with_inflow ? inflow[v] : 0) - loss[v] * c[v];
            for (int side = 0; side < 6; ++side)
                if (long const w = beside(i, j, k, side); w >= 0) sum += link(v, w) * (c[w] - c[v]);
            f[v] = rate * sum + value * c[v];
        });
        return f;
    }
    /// (m - weight L_axis) x = f, by Gaussian elimination of each line.
    Values factor(int axis, double weight, Values f) const {
        int const n = g.voxels_on(axis);
        each([&](int i, int j, int k, std::size_t first) {
            if ((axis == 0 ? i : (axis == 1 ? j : k)) != 0) return;
            std::size_t const step = axis == 0 ? 1 : (axis == 1 ? g.nx : g.nx * g.ny);
            std::vector<Values> a(n, Values(n, 0));
            for (int p = 0; p < n; ++p) {
                std::size_t const v = first + p * step;
                a[p][p] += 1 + weight * loss[v];
                for (int side : {2 * axis, 2 * axis + 1}) {
                    long const w = axis == 0 ? beside(p, j, k, side) : (axis == 1 ? beside(i, p, k, side) : beside(i, j, p, side));
                    if (w < 0) continue;
                    a[p][p] += weight * link(v, w), a[p][(w - first) / step] -= weight * link(v, w);
                }
            }
            for (int p = 0; p < n; ++p)
                for (int q = p + 1; q < n; ++q) {
                    double const ratio = a[q][p] / a[p][p];
                    for (int r = p; ratio != 0 && r < n; ++r) a[q][r] -= ratio * a[p][r];
                    f[first + q * step] -= ratio * f[first + p * step];
                }
            for (int p = n - 1; p >= 0; --p) {
                for (int r = p + 1; r < n; ++r) f[first + p * step] -= a[p][r] * f[first + r * step];
                f[first + p * step] /= a[p][p];
            }
        });
        return f;
    }
    /// All links alike, and little loss in a step: it is a factor of its own.
    bool apart(double weight) const {
        double most = 0;
        for (double one : loss) most = std::max(most, one);
        bool alike = true;
        for (auto const& property : m.materials) alike = alike && !property.fixed && property.diffusivity == m.materials[0].diffusivity;
        return alike && weight * most <= factored::kLittle && m.material_names.size() > 1;
    }
    Values solve(double weight, Values f) const {
        if (apart(weight)) {
            Serial lossless = *this;
            std::fill(lossless.loss.begin(), lossless.loss.end(), 0);
            for (int axis = 0; axis < 3; ++axis) f = lossless.factor(axis, weight, f);
            for (std::size_t v = 0; v < f.size(); ++v) f[v] /= 1 + weight * loss[v];
            return f;
        }
        for (int axis = 0; axis < 3; ++axis) {
            f = factor(axis, weight, f);
            for (std::size_t v = 0; axis < 2 && v < f.size(); ++v) f[v] *= 1 + weight * loss[v];
        }
        return f;
    }
    Values douglas_gunn(Values c, double tau) const {
        Values const k = solve(factored::douglas_gunn::kGamma * tau, apply(c, 1, 0, true));
        for (std::size_t v = 0; v < c.size(); ++v) c[v] += tau * k[v];
        return c;
    }
    Values ros2(Values c, double tau) const {
        Values const k = solve(factored::ros2::kGamma * tau, apply(c, 1, 0, true)),
                     d = solve(factored::ros2::kGamma * tau, apply(k, tau, -2, false));
        for (std::size_t v = 0; v < c.size(); ++v) c[v] += tau * (2 * k[v] + d[v] / 2);
        return c;
    }
};

enum class Kind { uniform, two_losses, tangled };

/// One material between closed walls; two that differ in their loss; or three (one held) and all kinds of walls.
Model medium(int nx, int ny, int nz, Kind kind, Scheme scheme) {
    Model m = box(nx, ny, nz, 5);
    m.solver_tolerance = 1e9;  // one step
    if (kind != Kind::tangled) {
        if (kind == Kind::two_losses) m.material_names = {"loose", "hungry"};
        for (std::size_t v = 0; kind == Kind::two_losses && v < m.material.size(); ++v) m.material[v] = v % 3 == 0;
        add_ligand(m, 10, Real(1e-3), scheme);
        m.materials[0].source = Real(0.01), m.materials.back().decay = Real(0.03);
        return m;
    }
    m.material_names = {"loose", "dense", "held"};
    std::mt19937 bits(7);
    for (auto& material : m.material) {
        double const u = bits() / 4294967296.0;
        material = u < 0.6 ? 0 : (u < 0.97 ? 1 : 2);
    }
    add_ligand(m, 10, Real(1e-3), scheme);
    m.materials[1].diffusivity = 1, m.materials[1].decay = Real(0.2), m.materials[1].source = Real(0.01);
    m.materials[2].fixed = true, m.materials[2].value = 2;
    m.ligands[0].faces[x_low] = {FaceKind::value, 3};
    m.ligands[0].faces[y_high] = {FaceKind::flux, Real(0.5)};
    return m;
}

InitialState random_state(Model const& m) {
    std::mt19937 bits(3);
    InitialState state = empty_state(m);
    for (std::size_t v = 0; v < state.fields[0].size(); ++v) {
        auto const property = m.property(m.material[v], 0);
        double const u = bits() / 4294967296.0;
        state.fields[0][v] = property.fixed ? property.value : static_cast<Real>(u);
    }
    return state;
}

TEST_P(Lines, SolveTheFactorsOfAStep) {
    for (auto const& [n, periodic] : {std::pair{std::array{7, 6, 5}, -1},
                                      {std::array{40, 37, 3}, -1},
                                      {std::array{13, 1, 1}, -1},
                                      {std::array{1, 1, 9}, -1},
                                      {std::array{9, 8, 1}, 0},
                                      {std::array{17, 40, 2}, 0},
                                      {std::array{5, 9, 4}, 1},
                                      {std::array{7, 5, 6}, 2},
                                      {std::array{1, 5, 2}, 0},
                                      {std::array{2, 5, 2}, 0},
                                      {std::array{1, 1, 1}, -1}})
        for (Kind kind : {Kind::uniform, Kind::two_losses, Kind::tangled})
            for (Scheme scheme : {Scheme::adi, Scheme::adaptive})
                for (double tau : {0.5, 20.0}) {
                    Model m = medium(n[0], n[1], n[2], kind, scheme);
                    if (periodic >= 0) m.grid.periodic[periodic] = true;
                    InitialState const state = random_state(m);
                    auto const engine = make_backend(GetParam());
                    engine->start(m, state);
                    engine->transport({0, tau, 0});
                    Values const start(state.fields[0].begin(), state.fields[0].end());
                    Serial const serial(m);
                    Values const expected = scheme == Scheme::adi ? serial.douglas_gunn(start, tau) : serial.ros2(start, tau);
                    auto const got = field(*engine, 0, 1);
                    double const allowed = sizeof(Real) == 8 ? 1e-11 : 1e-4;
                    auto const what = testing::Message()
                                      << n[0] << "x" << n[1] << "x" << n[2] << ", periodic " << periodic << ", kind "
                                      << static_cast<int>(kind) << ", scheme " << static_cast<int>(scheme) << ", tau " << tau;
                    for (std::size_t v = 0; v < got.size(); ++v)
                        ASSERT_TRUE(close(got[v], expected[v], allowed, allowed)) << "voxel " << v << " of " << what;
                    EXPECT_LT(std::fabs(engine->totals().ligands[0].imbalance()), sizeof(Real) == 8 ? 1e-14 : 1e-6) << what;
                }
}

/// Up to two threads keep to half of the planes each; more share them otherwise.
TEST(LinesThreads, SameBitsOnAnyNumber) {
    for (auto const& n : {std::array{50, 33, 21}, std::array{33, 70, 9}, std::array{40, 120, 1}})
        for (bool ring : {false, true})
            for (Kind kind : {Kind::uniform, Kind::two_losses, Kind::tangled})
                for (Scheme scheme : {Scheme::adi, Scheme::adaptive}) {
                    Model m = medium(n[0], n[1], n[2], kind, scheme);
                    m.grid.periodic[2] = ring;
                    m.solver_tolerance = 1e-3;
                    auto const run = [&](int threads) {
                        Device device;
                        device.kind = Device::Kind::cpu, device.threads = threads;
                        auto const engine = make_backend(device);
                        engine->start(m, random_state(m));
                        for (std::uint64_t step = 0; step < 2; ++step) engine->transport({0.5 * static_cast<double>(step), 0.5, step});
                        return std::pair(engine->state_hash(), engine->totals().ligands[0].taken_up + engine->totals().ligands[0].decayed);
                    };
                    auto const one = run(1);
                    for (int threads : {2, 3, 5})
                        EXPECT_EQ(run(threads), one) << threads << " threads, " << n[0] << "x" << n[1] << "x" << n[2] << ", kind "
                                                     << static_cast<int>(kind) << ", scheme " << static_cast<int>(scheme);
                }
}

}  // namespace

CRINE_ON_EVERY_ENGINE(Lines);

}  // namespace crine::test
