#include "crine/model/diffusion.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <cmath>
#include <numeric>
#include <random>

/// Implicit steps and equilibria on grids of any size with any walls and jumps of D, against elimination voxel by voxel.

namespace crine::test {
namespace {

class Multigrid : public OnEveryEngine {};

constexpr double kRoundOff = sizeof(Real) == 8 ? 1e-12 : 2e-6;

/// One ligand's equations as a network: voxels joined by conductances, each with a loss to the ground and an inflow.
class Network {
public:
    Network(Model const& m, std::vector<Real> const& start, double dt) : n_(m.grid.voxels()), k_(n_ * n_), loss_(n_), inflow_(n_) {
        Grid const& g = m.grid;
        double const h = g.spacing, shift = m.ligands[0].scheme == Scheme::quasi_steady ? 0 : 1 / dt;
        for (int z = 0; z < g.nz; ++z)
            for (int y = 0; y < g.ny; ++y)
                for (int x = 0; x < g.nx; ++x) {
                    std::size_t const v = g.voxel(x, y, z);
                    MaterialLigand const here = m.property(m.material[v], 0);
                    loss_[v] += shift + here.decay, inflow_[v] += shift * start[v] + here.source;
                    for (int side = 0; side < 6; ++side) {
                        int at[3] = {x, y, z};
                        int const axis = side / 2, count = g.voxels_on(axis);
                        at[axis] += side % 2 == 0 ? -1 : 1;
                        if (g.periodic[axis]) at[axis] = (at[axis] + count) % count;
                        Face const& face = m.ligands[0].faces[static_cast<std::size_t>(side)];
                        if (at[axis] < 0 || at[axis] >= count) {
                            double const wall = 2 * here.diffusivity / (h * h);
                            if (face.kind == FaceKind::flux) inflow_[v] += face.amount / h;
                            if (face.kind == FaceKind::value) loss_[v] += wall, inflow_[v] += wall * face.amount;
                            continue;
                        }
                        std::size_t const w = g.voxel(at[0], at[1], at[2]);
                        double const a = here.diffusivity, b = m.property(m.material[w], 0).diffusivity;
                        if (w != v && side % 2 == 1 && a > 0 && b > 0) join(v, w, 2 * a / (a + b) * b / (h * h));
                    }
                }
    }

    /// Without a subtraction, so that every digit counts: star to mesh, voxel by voxel.
    std::vector<double> solve() const {
        std::vector<double> k = k_, loss = loss_, inflow = inflow_, diagonal(n_), x(n_);
        std::vector<std::vector<std::size_t>> beyond(n_);
        for (std::size_t p = 0; p < n_; ++p) {
            diagonal[p] = loss[p];
            for (std::size_t q = p + 1; q < n_; ++q)
                if (k[p * n_ + q] > 0) beyond[p].push_back(q), diagonal[p] += k[p * n_ + q];
            if (diagonal[p] == 0) continue;
            for (std::size_t const q : beyond[p]) {
                double const share = k[p * n_ + q] / diagonal[p];
                loss[q] += share * loss[p], inflow[q] += share * inflow[p];
                for (std::size_t const r : beyond[p])
                    if (r > q) k[q * n_ + r] += share * k[p * n_ + r];
            }
        }
        for (std::size_t p = n_; p-- > 0;) {
            double in = inflow[p];
            for (std::size_t const q : beyond[p]) in += k[p * n_ + q] * x[q];
            x[p] = diagonal[p] > 0 ? in / diagonal[p] : 0;
        }
        return x;
    }

    /// In every room what comes in is what is lost.
    void expect_balance(std::vector<Real> const& x) const {
        std::vector<std::size_t> room(n_);
        std::iota(room.begin(), room.end(), std::size_t{0});
        auto const root = [&](std::size_t v) {
            while (room[v] != v) v = room[v];
            return v;
        };
        for (std::size_t p = 0; p < n_; ++p)
            for (std::size_t q = p + 1; q < n_; ++q)
                if (k_[p * n_ + q] > 0) {
                    std::size_t const a = root(p), b = root(q);
                    room[std::max(a, b)] = std::min(a, b);
                }
        std::vector<double> in(n_), out(n_);
        for (std::size_t v = 0; v < n_; ++v) in[root(v)] += inflow_[v], out[root(v)] += loss_[v] * x[v];
        for (std::size_t r = 0; r < n_; ++r) EXPECT_TRUE(close(out[r], in[r], kRoundOff, 1e-9)) << "room of voxel " << r;
    }

private:
    void join(std::size_t v, std::size_t w, double conductance) { k_[std::min(v, w) * n_ + std::max(v, w)] += conductance; }

    std::size_t n_;
    std::vector<double> k_, loss_, inflow_;
};

/// Draws of a case, the same on every machine.
class Draws {
public:
    explicit Draws(unsigned seed) : bits_(seed) {}
    double uniform() { return bits_() / 4294967296.0; }
    double between(double a, double b) { return a + (b - a) * uniform(); }
    int below(int n) { return static_cast<int>(uniform() * n); }
    bool chance(double p) { return uniform() < p; }

private:
    std::mt19937 bits_;
};

struct Case {
    Model model;
    std::vector<Real> start;
    double dt = 0;
    std::string what;
};

Case draw(unsigned seed, std::size_t most_voxels) {
    Draws d(seed);
    int n[3];
    do {
        for (int& one : n) one = d.chance(0.2) ? 1 : 1 + static_cast<int>(std::pow(130.0, d.uniform()));
        for (int& one : n) one = std::min(one, 130);
    } while (static_cast<std::size_t>(n[0]) * n[1] * n[2] > most_voxels);
    Case c{box(n[0], n[1], n[2], 5), {}, 0, {}};
    Model& m = c.model;
    Grid& g = m.grid;
    for (bool& periodic : g.periodic) periodic = d.chance(0.3);
    int const layout = d.below(8);
    m.material_names = {"tissue", "other", "a", "b", "c", "d"};
    int const at[3] = {d.below(n[0]), d.below(n[1]), d.below(n[2])}, axis = d.below(3), step = 2 + d.below(4);
    double const share = d.uniform(), r2 = std::pow(d.between(0.5, 8), 2);
    for (int z = 0; z < g.nz; ++z)
        for (int y = 0; y < g.ny; ++y)
            for (int x = 0; x < g.nx; ++x) {
                int const here[3] = {x, y, z};
                bool other = false;
                std::uint8_t& material = m.material[g.voxel(x, y, z)];
                switch (layout) {
                    case 0:
                        break;
                    case 1:
                        other = here[axis] == at[axis];
                        break;
                    case 2:
                        other = here[axis] % step == 0;
                        break;
                    case 3:
                        other = (x + y + z) % step == 0;
                        break;
                    case 4:
                        other = (x - at[0]) * (x - at[0]) + (y - at[1]) * (y - at[1]) + (z - at[2]) * (z - at[2]) < r2;
                        break;
                    case 5:
                        other = (x + y + z) % 2 == 0;
                        break;
                    case 6:
                        other = d.chance(share);
                        break;
                    case 7:
                        break;
                }
                material = layout == 7 ? static_cast<std::uint8_t>(d.below(6)) : other;
            }
    bool const steady = d.chance(0.3);
    add_ligand(m, 10, steady || d.chance(0.5) ? static_cast<Real>(std::pow(10, d.between(-6, 1))) : 0,
               steady ? Scheme::quasi_steady : Scheme::implicit_euler);
    bool const walls = d.chance(0.5);
    for (std::size_t other = 1; other < 6; ++other)
        m.materials[other].diffusivity = walls ? Real(0) : static_cast<Real>(10 * std::pow(10, d.between(-6, 6)));
    m.materials[0].source = steady || d.chance(0.5) ? Real(0.01) : Real(0);
    if (!steady && d.chance(0.2)) m.materials[1].source = Real(0.1);
    if (d.chance(0.3)) m.ligands[0].faces[static_cast<std::size_t>(d.below(6))] = {FaceKind::value, 2};
    if (d.chance(0.3)) m.ligands[0].faces[static_cast<std::size_t>(d.below(6))] = {FaceKind::flux, Real(0.1)};
    double const length = 5.0 * std::max({n[0], n[1], n[2]});
    c.dt = length * length / 10 * std::pow(10, d.between(-5, 6));
    m.solver_tolerance = d.chance(0.5) ? 1e-3 : 1e-5;
    c.start.resize(g.voxels());
    bool const empty = d.chance(0.2);
    for (Real& v : c.start) v = empty ? Real(0) : static_cast<Real>(d.uniform());
    c.what = "seed " + std::to_string(seed) + ": " + std::to_string(n[0]) + "x" + std::to_string(n[1]) + "x" + std::to_string(n[2]) +
             ", periodic " + std::to_string(g.periodic[0]) + std::to_string(g.periodic[1]) + std::to_string(g.periodic[2]) + ", layout " +
             std::to_string(layout) + (walls ? " walls" : "") + (steady ? ", steady" : "") + ", dt " + std::to_string(c.dt) + ", D/10 " +
             std::to_string(m.materials[1].diffusivity / 10) + ", tolerance " + std::to_string(m.solver_tolerance);
    return c;
}

std::vector<Real> step(Backend& on, Case const& c) {
    InitialState state = empty_state(c.model);
    state.fields[0] = c.start;
    on.start(c.model, state);
    on.transport({0, c.dt, 0});
    on.check({0, c.dt, 0});
    return field(on, 0, 1);
}

TEST_P(Multigrid, ReachesItsToleranceInAnyMedium) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(draw(seed, 350).what);
        Case const c = draw(seed, 350);
        Network const network(c.model, c.start, c.dt);
        auto const expected = network.solve();
        auto const engine = make_backend(GetParam());
        std::vector<Real> got;
        ASSERT_NO_THROW(got = step(*engine, c));
        double const largest = *std::max_element(expected.begin(), expected.end());
        double const allowed = largest > 0 ? c.model.solver_tolerance * largest : 1e-6;  // what is left of the start, of about 1
        for (std::size_t v = 0; v < got.size(); ++v) {
            ASSERT_TRUE(close(got[v], expected[v], 0, allowed)) << "voxel " << v;
            ASSERT_GE(got[v], 0) << "voxel " << v;
        }
        network.expect_balance(got);
    }
}

TEST_P(Multigrid, SameBitsOnAnyNumberOfThreads) {
    for (unsigned seed = 101; seed <= 108; ++seed) {
        Case const c = draw(seed, 8000);
        SCOPED_TRACE(c.what);
        same_on_any_number_of_threads(GetParam(), [&](Device const& device) { return step(*make_backend(device), c); });
    }
    // an odd number of voxels around a periodic axis, on the finest or on the next grid
    for (auto const& [nx, ny, nz] : {std::array{25, 23, 27}, {50, 5, 101}, {60, 50, 10}}) {
        Case c{box(nx, ny, nz, 5), {}, 600, {}};
        for (bool& periodic : c.model.grid.periodic) periodic = true;
        add_ligand(c.model, 10, Real(1e-3), Scheme::implicit_euler);
        Draws d(5);
        for (std::size_t v = 0; v < c.model.grid.voxels(); ++v) c.start.push_back(static_cast<Real>(d.uniform()));
        same_on_any_number_of_threads(GetParam(), [&](Device const& device) { return step(*make_backend(device), c); });
    }
}

/// Rooms of 7 and 8 voxels along x, and a wall between them.
Case two_rooms(Scheme scheme, Real decay) {
    Case c{box(16, 5, 4, 20), std::vector<Real>(320, 0), 600, {}};
    c.model.material_names = {"left", "wall", "right"};
    for (int z = 0; z < 4; ++z)
        for (int y = 0; y < 5; ++y)
            for (int x = 0; x < 16; ++x) {
                std::size_t const v = c.model.grid.voxel(x, y, z);
                c.model.material[v] = x < 7 ? 0 : (x == 7 ? 1 : 2);
                c.start[v] = x < 7 ? static_cast<Real>(x) : Real(0);
            }
    add_ligand(c.model, 48, decay, scheme);
    c.model.materials[1].diffusivity = 0;
    c.model.solver_tolerance = 1e-3;
    return c;
}
double content_of(Case const& c, std::vector<Real> const& field, int material) {
    double sum = 0;
    for (std::size_t v = 0; v < field.size(); ++v) sum += c.model.material[v] == material ? field[v] : Real(0);
    return sum;
}

TEST_P(Multigrid, WallsKeepRoomsApart) {
    for (Scheme scheme : {Scheme::implicit_euler, Scheme::tr_bdf2})
        for (double dt : {1.0, 600.0, 1e6}) {
            Case c = two_rooms(scheme, 0);
            c.dt = dt;
            auto const engine = make_backend(GetParam());
            auto const got = step(*engine, c);
            EXPECT_TRUE(close(content_of(c, got, 0), content_of(c, c.start, 0), kRoundOff)) << dt;
            EXPECT_EQ(content_of(c, got, 1), 0) << dt;
            EXPECT_EQ(content_of(c, got, 2), 0) << dt;
        }
    // a source in one of them, and an equilibrium: source / decay there
    Case c = two_rooms(Scheme::quasi_steady, Real(2e-4));
    c.model.materials[0].source = Real(0.01);
    auto const got = step(*make_backend(GetParam()), c);
    for (std::size_t v = 0; v < got.size(); ++v) EXPECT_TRUE(close(got[v], c.model.material[v] == 0 ? 50 : 0, 1e-5)) << v;
}

TEST_P(Multigrid, AnEquilibriumWithoutLossKeepsWhatARoomHolds) {
    Case c = two_rooms(Scheme::quasi_steady, 0);
    for (Real v : {Real(0), Real(3)}) {
        for (std::size_t at = 0; at < c.start.size(); ++at)
            if (c.model.material[at] == 2) c.start[at] = v;
        auto const got = step(*make_backend(GetParam()), c);
        for (std::size_t at = 0; at < got.size(); ++at)
            EXPECT_TRUE(close(got[at], c.model.material[at] == 0 ? 3 : (c.model.material[at] == 1 ? 0 : v), 1e-3, 1e-6)) << at;
    }
    // what comes in on one side goes out on the other: a slope, and the mean of before
    Case flow{box(10, 3, 3, 5), std::vector<Real>(90, 7), 60, {}};
    add_ligand(flow.model, 10, 0, Scheme::quasi_steady);
    flow.model.ligands[0].faces[x_low] = {FaceKind::flux, Real(0.5)}, flow.model.ligands[0].faces[x_high] = {FaceKind::flux, Real(-0.5)};
    auto const sloping = step(*make_backend(GetParam()), flow);
    for (int x = 0; x < 10; ++x) EXPECT_TRUE(close(sloping[flow.model.grid.voxel(x, 1, 1)], 7 + 0.25 * (4.5 - x), 1e-3)) << x;
}

TEST_P(Multigrid, WhatHasNoEquilibriumIsRefused) {
    for (int kind = 0; kind < 3; ++kind) {
        Case c = two_rooms(Scheme::quasi_steady, 0);
        c.model.materials[static_cast<std::size_t>(kind)].source = Real(0.01);
        if (kind == 2) c.model.materials[0].decay = Real(0.01);
        try {
            step(*make_backend(GetParam()), c);
            FAIL() << kind;
        } catch (RunError const& error) {
            EXPECT_NE(std::string(error.what()).find("has no equilibrium"), std::string::npos) << error.what();
        }
    }
}

CRINE_ON_EVERY_ENGINE(Multigrid);

}  // namespace
}  // namespace crine::test
