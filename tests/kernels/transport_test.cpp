#include "support/engines.h"
#include "support/models.h"

#include <cmath>
#include <random>

/// The implicit step against a plain serial solution of the same equations, and how fast the multigrid gets there.

namespace crine::test {
namespace {

class Transport : public OnEveryEngine {};

/// Uniform in [0, 1), the same on every machine.
std::vector<double> noise(std::size_t n, unsigned seed) {
    std::mt19937 bits(seed);
    std::vector<double> values(n);
    for (double& v : values) v = bits() / 4294967296.0;
    return values;
}

/// One implicit Euler step by Gauss-Seidel in double, until nothing changes any more.
std::vector<double> serial_step(Model const& m, int ligand, std::vector<Real> const& start, double dt) {
    Grid const& g = m.grid;
    double const h = g.spacing;
    std::vector<double> c(start.begin(), start.end());
    auto const property = [&](std::size_t v) { return m.property(m.material[v], ligand); };
    for (std::size_t v = 0; v < c.size(); ++v)
        if (property(v).fixed) c[v] = property(v).value;
    int const n[3] = {g.nx, g.ny, g.nz};
    for (int round = 0; round < 200000; ++round) {
        double largest = 0;
        for (int k = 0; k < g.nz; ++k)
            for (int j = 0; j < g.ny; ++j)
                for (int i = 0; i < g.nx; ++i) {
                    std::size_t const v = g.voxel(i, j, k);
                    MaterialLigand const here = property(v);
                    if (here.fixed) continue;
                    double in = start[v] / dt + here.source, out = 1 / dt + here.decay;
                    for (int side = 0; side < 6; ++side) {
                        int at[3] = {i, j, k};
                        int const axis = side / 2;
                        at[axis] += side % 2 == 0 ? -1 : 1;
                        if (g.periodic[axis]) at[axis] = (at[axis] + n[axis]) % n[axis];
                        Face const& face = m.ligands[ligand].faces[side];
                        if (at[axis] < 0 || at[axis] >= n[axis]) {
                            if (face.kind == FaceKind::flux) in += face.amount / h;
                            if (face.kind == FaceKind::value)
                                in += 2 * here.diffusivity / (h * h) * face.amount, out += 2 * here.diffusivity / (h * h);
                            continue;
                        }
                        std::size_t const w = g.voxel(at[0], at[1], at[2]);
                        double const a = here.diffusivity, b = property(w).diffusivity;
                        double const link = property(w).fixed ? 2 * a / (h * h) : (a + b > 0 ? 2 * a * b / (a + b) / (h * h) : 0);
                        in += link * c[w], out += link;
                    }
                    double const next = in / out;
                    largest = std::max(largest, std::fabs(next - c[v]) / (std::fabs(next) + 1e-300));
                    c[v] = next;
                }
        if (largest < 1e-13) break;
    }
    return c;
}

/// A model with three materials (one held), all kinds of walls, and random initial values.
Model tangled(int nx, int ny, int nz, double contrast) {
    Model m = box(nx, ny, nz, 5);
    m.material_names = {"loose", "dense", "held"};
    auto const where = noise(m.grid.voxels(), 7);
    for (std::size_t v = 0; v < where.size(); ++v) m.material[v] = where[v] < 0.6 ? 0 : (where[v] < 0.99 ? 1 : 2);
    int const l = add_ligand(m, 10, Real(1e-3), Scheme::implicit_euler);
    m.materials[1].diffusivity = static_cast<Real>(10 / contrast);
    m.materials[1].source = Real(0.01);
    m.materials[2].fixed = true, m.materials[2].value = 2;
    m.ligands[l].faces[x_low] = {FaceKind::value, 3};
    m.ligands[l].faces[y_high] = {FaceKind::flux, Real(0.5)};
    m.solver_tolerance = sizeof(Real) == 8 ? 1e-12 : 1e-6;
    return m;
}

TEST_P(Transport, SolvesTheEquationsOfAnImplicitStep) {
    for (auto const& [size, periodic] : {std::pair{Vec3{7, 6, 5}, -1},
                                         {Vec3{13, 1, 1}, -1},
                                         {Vec3{1, 1, 9}, -1},
                                         {Vec3{5, 8, 1}, 0},
                                         {Vec3{7, 5, 6}, 2},
                                         {Vec3{1, 5, 2}, 0},
                                         {Vec3{1, 1, 1}, -1}})
        for (double dt : {1.0, 100.0}) {
            Model m = tangled(static_cast<int>(size.x), static_cast<int>(size.y), static_cast<int>(size.z), 10);
            if (periodic >= 0) m.grid.periodic[periodic] = true;
            auto const values = noise(m.grid.voxels(), 3);
            auto state = empty_state(m);
            for (std::size_t v = 0; v < values.size(); ++v) state.fields[0][v] = static_cast<Real>(values[v]);
            auto const expected = serial_step(m, 0, state.fields[0], dt);
            auto const engine = make_backend(GetParam());
            engine->start(m, state);
            engine->transport({0, dt, 0});
            ASSERT_NO_THROW(engine->check({0, dt, 0}))
                << size.x << "x" << size.y << "x" << size.z << ", dt " << dt << " error " << engine->totals().solves[0].error;
            auto const got = field(*engine, 0, 1);
            // the tolerance is relative to the largest value, and an estimate; the serial loop is good to 1e-11
            double const allowed = (2 * m.solver_tolerance + 1e-11) * *std::max_element(expected.begin(), expected.end());
            for (std::size_t v = 0; v < got.size(); ++v)
                ASSERT_TRUE(close(got[v], expected[v], 0, allowed))
                    << "voxel " << v << " of " << size.x << "x" << size.y << "x" << size.z << ", dt " << dt;
        }
}

/// Mean factor by which a cycle reduces the error, over the cycles to a tight tolerance.
double cycles_for(Device const& device, Model m, double dt, double tolerance) {
    m.solver_tolerance = tolerance;
    auto const values = noise(m.grid.voxels(), 11);
    auto state = empty_state(m);
    for (std::size_t v = 0; v < values.size(); ++v) state.fields[0][v] = static_cast<Real>(values[v]);
    auto const engine = make_backend(device);
    engine->start(m, state);
    engine->transport({0, dt, 0});
    engine->check({0, dt, 0});
    return engine->totals().solves[0].cycles;
}

TEST_P(Transport, ConvergesFastOnAnyShape) {
    for (auto [nx, ny, nz] : {std::array{32, 32, 32},
                              {37, 50, 21},
                              {1, 1, 200},
                              {100, 1, 1},
                              {64, 64, 1},
                              {65, 33, 17},
                              {3, 90, 5},
                              {33, 33, 33},
                              {129, 1, 1},
                              {65, 129, 1}}) {
        for (double dt : {1.0, 100.0, 1e5}) {
            Model m = box(nx, ny, nz, 5);
            add_ligand(m, 60, 0, Scheme::implicit_euler);
            int const cycles = static_cast<int>(cycles_for(GetParam(), m, dt, 1e-5));
            EXPECT_LE(cycles, 10) << nx << "x" << ny << "x" << nz << ", dt " << dt;
        }
    }
}

TEST_P(Transport, WhatCannotChangeIsNotSolved) {
    for (Scheme scheme : {Scheme::implicit_euler, Scheme::tr_bdf2, Scheme::adi, Scheme::adaptive}) {
        Model m = box(6, 5, 4, 5);
        for (Real decay : {Real(0), Real(1e-3)}) {
            add_ligand(m, 0, decay, scheme);
            m.solver_tolerance = 1e-3;
        }
        auto const engine = make_backend(GetParam());
        auto const state = empty_state(m, [](int, Vec3 p) { return 1 + std::sin(p.x); });
        engine->start(m, state);
        engine->transport({0, 600, 0});
        engine->check({0, 600, 0});
        EXPECT_EQ(engine->totals().solves[0].cycles, 0);
        EXPECT_EQ(field(*engine, 0, 2), state.fields[0]);
        EXPECT_LT(engine->totals().ligands[1].free, 0.8 * engine->totals().ligands[0].free);
    }
}

TEST_P(Transport, ConvergesWithJumpsOfDiffusivity) {
    for (double contrast : {10.0, 100.0, 1000.0}) {
        for (int kind = 0; kind < 3; ++kind) {
            Model m = box(40, 33, 27, 5);
            m.material_names = {"loose", "dense"};
            for (int k = 0; k < m.grid.nz; ++k)
                for (int j = 0; j < m.grid.ny; ++j)
                    for (int i = 0; i < m.grid.nx; ++i) {
                        bool const dense = kind == 0 ? i >= 13
                                                     : (kind == 1 ? (i - 15) * (i - 15) + (j - 15) * (j - 15) + (k - 13) * (k - 13) < 81
                                                                  : k < 9 || (i / 3 + j / 5 + k / 4) % 2 == 0);
                        m.material[m.grid.voxel(i, j, k)] = dense;
                    }
            add_ligand(m, 60, 0, Scheme::implicit_euler);
            m.materials[1].diffusivity = static_cast<Real>(60 / contrast);
            int const cycles = static_cast<int>(cycles_for(GetParam(), m, 120, 1e-5));
            EXPECT_LE(cycles, 20) << "contrast " << contrast << ", layout " << kind;
        }
    }
}

CRINE_ON_EVERY_ENGINE(Transport);

}  // namespace
}  // namespace crine::test
