#include "crine/model/exchange.h"

#include "crine/model/green.h"
#include "support/engines.h"
#include "support/models.h"

#include <cmath>
#include <random>

namespace crine::test {
namespace {

class Exchange : public OnEveryEngine {};

TEST(LatticeGreen, KnownValues) {
    auto const g = lattice_green(4);
    auto const at = [&](int i, int j, int k) { return g[(k * 4 + j) * 4 + i]; };
    EXPECT_TRUE(close(at(0, 0, 0), 0.25273100985866, 1e-9));  // Watson (1939), a sixth of his integral
    EXPECT_TRUE(close(at(0, 0, 0) - at(1, 0, 0), 1 / 6.0, 1e-10));
    EXPECT_TRUE(close(at(3, 2, 1), at(1, 3, 2), 1e-14));
    // the lattice's Laplacian of it is 0 away from the source
    EXPECT_NEAR(3 * at(2, 1, 1) + 3 * at(0, 1, 1) - 6 * at(1, 1, 1), 0, 1e-10);
    // validation A4: far away it is 1/(4πr), 3.84 % more at 3 h along an axis
    EXPECT_TRUE(close(at(3, 0, 0) * 12 * 3.14159265358979, 1.0384, 1e-4));
}

TEST(Tent, WeightsSumToOneAndCentreOnTheCell) {
    for (int m = 1; m <= kMaxSpread; ++m)
        for (Real x : {Real(3), Real(50), Real(51.3), Real(55), Real(59.9)}) {
            Tent const tent(x, 10, m);
            double sum = 0, centre = 0;
            for (int i = 0; i < tent.count; ++i) sum += tent.weight(i), centre += tent.weight(i) * (tent.first + i + 0.5) * 10;
            EXPECT_TRUE(close(sum, 1, 1e-6));
            EXPECT_TRUE(close(centre, x, 2e-6));
        }
}

/// Two ligands, three types, cells at random in a box, periodic along y; some close to every wall.
struct Crowd {
    Model model;
    InitialState state;
};
Crowd crowd(int cells) {
    Crowd c;
    Model& m = c.model = box(14, 11, 9, 10);
    m.grid.periodic[1] = true;
    add_ligand(m, 10, Real(1e-3), Scheme::implicit_euler);
    add_ligand(m, 50, 0, Scheme::tr_bdf2);
    for (Real radius : {4, 6, 9}) add_type(m, radius, 3);
    Vocabulary const words = m.vocabulary();
    m.types[0].base[words.of(behaviour::secretion, 0)] = 2;
    m.types[0].base[words.of(behaviour::uptake, 1)] = std::numeric_limits<Real>::infinity();
    m.types[1].base[words.of(behaviour::uptake, 0)] = 200;
    m.types[1].base[words.of(behaviour::secretion, 1)] = 5;
    m.types[1].base[words.of(behaviour::uptake, 1)] = 1000;
    m.types[1].saturation[1] = Real(0.05);
    m.types[2].base[words.of(behaviour::uptake, 0)] = 3000;
    m.types[2].base[words.of(behaviour::secretion, 0)] = 1;
    c.state = empty_state(m, [](int l, Vec3) { return l == 0 ? 0.01 : 0; });
    std::mt19937 bits(5);
    auto const uniform = [&](double size) { return static_cast<Real>(bits() / 4294967296.0 * size); };
    for (int i = 0; i < cells; ++i) {
        auto const type = static_cast<std::uint8_t>(i % 3);
        c.state.cells.add(type, {uniform(140), uniform(110), uniform(90)}, m.types[type].radius);
    }
    return c;
}

void step(Backend& on, double dt, int steps) {
    for (int s = 0; s < steps; ++s) {
        Moment const now{s * dt, dt, static_cast<std::uint64_t>(s)};
        on.sort();
        on.exchange(now);
        on.transport(now);
        on.check(now);
    }
}

// Everything that is secreted ends in the ledger, whatever walls, saturation, own capture and rounding do.
TEST_P(Exchange, LedgerCloses) {
    Crowd const c = crowd(300);
    auto const engine = make_backend(GetParam());
    engine->start(c.model, c.state);
    step(*engine, 20, 50);
    auto const ledgers = engine->totals().ligands;
    EXPECT_TRUE(close(ledgers[0].secreted, (100 * 2 + 100 * 1) * 1000.0, 1e-5));
    EXPECT_LT(ledgers[1].secreted, 100 * 5 * 1000.0);  // held back
    EXPECT_GT(ledgers[1].secreted, 0);
    for (auto const& ledger : ledgers) {
        EXPECT_LT(std::fabs(ledger.imbalance()), sizeof(Real) == 8 ? 1e-13 : 1e-6);
        EXPECT_GT(ledger.own, 0);
        EXPECT_LT(ledger.own, ledger.taken_up);
    }
    for (int l : {0, 1})
        for (Real v : field(*engine, l, 2)) EXPECT_GE(v, 0);
}

// Where nothing diffuses, the field shows what was deposited where: against a plain loop.
TEST_P(Exchange, DepositsLikeASerialLoop) {
    Crowd c = crowd(200);
    Model& m = c.model;
    for (auto& material : m.materials) material.diffusivity = 0, material.decay = 0;
    m.ligands[0].scheme = Scheme::implicit_euler;
    auto const engine = make_backend(GetParam());
    engine->start(m, c.state);
    double const dt = 3;
    step(*engine, dt, 1);
    Grid const& g = m.grid;
    std::vector<double> source(g.voxels()), sink(g.voxels());
    Vocabulary const words = m.vocabulary();
    auto const fold = [](int i, int n, bool periodic) { return periodic ? (i + n) % n : (i < 0 ? -1 - i : (i >= n ? 2 * n - 1 - i : i)); };
    for (std::size_t i = 0; i < c.state.cells.size(); ++i) {
        Vec3 const p = position(c.state.cells, i);
        CellType const& type = m.types[c.state.cells.type[i]];
        // without diffusion there is no correction to need a wider deposit: half-width of one voxel
        Tent const x(p.x, g.spacing, 1), y(p.y, g.spacing, 1), z(p.z, g.spacing, 1);
        for (int k = 0; k < 2; ++k)
            for (int j = 0; j < 2; ++j)
                for (int a = 0; a < 2; ++a) {
                    std::size_t const v =
                        g.voxel(fold(x.first + a, g.nx, false), fold(y.first + j, g.ny, true), fold(z.first + k, g.nz, false));
                    double const w = static_cast<double>(x.weight(a)) * y.weight(j) * z.weight(k) / g.volume();
                    source[v] += w * type.base[words.of(behaviour::secretion, 0)];
                    sink[v] += w * type.base[words.of(behaviour::uptake, 0)];
                }
    }
    auto const got = field(*engine, 0, 2);
    for (std::size_t v = 0; v < got.size(); ++v) EXPECT_TRUE(close(got[v], (Real(0.01) + dt * source[v]) / (1 + dt * sink[v]), 2e-5)) << v;
}

// The place of a cell changes where its ligand goes, but not how much.
TEST_P(Exchange, KeepsTheAmountAtWallsAndCorners) {
    for (Vec3 const at : {Vec3{0, 0, 0}, {Real(0.1), 55, 89}, {140, 110, 90}, {70, 0, 45}}) {
        Crowd c = crowd(0);
        c.state.cells.add(0, at, 4);
        auto const engine = make_backend(GetParam());
        c.state.fields[0].assign(c.state.fields[0].size(), 0);
        engine->start(c.model, c.state);
        step(*engine, 1, 1);
        auto const ledger = engine->totals().ligands[0];
        EXPECT_TRUE(close(ledger.free + ledger.decayed, 2, 2e-6));
    }
}

TEST(ExchangeThreads, SameBitsOnAnyNumber) {
    Crowd const c = crowd(2000);
    std::uint64_t hash[3];
    double own[3];
    int const threads[] = {1, 2, 4};
    for (int t = 0; t < 3; ++t) {
        Device device;
        device.kind = Device::Kind::cpu;
        device.threads = threads[t];
        auto const engine = make_backend(device);
        engine->start(c.model, c.state);
        step(*engine, 30, 3);
        hash[t] = engine->state_hash();
        own[t] = engine->totals().ligands[0].own;
    }
    EXPECT_EQ(hash[0], hash[1]);
    EXPECT_EQ(hash[0], hash[2]);
    EXPECT_EQ(own[0], own[1]);
    EXPECT_EQ(own[0], own[2]);
}

CRINE_ON_EVERY_ENGINE(Exchange);

}  // namespace
}  // namespace crine::test
