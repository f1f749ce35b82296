#include "crine/model/exchange.h"

#include "crine/model/green.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/population.h"
#include "support/threads.h"

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

/// What cells give to and take from every voxel, by a plain loop, in double: rate and clearance of one cell are functions of its index.
struct Deposits {
    std::vector<double> source, sink;

    template <class Rate, class Clearance>
    Deposits(Grid const& g, HostCells const& cells, int spread, Rate rate, Clearance clearance) : source(g.voxels()), sink(g.voxels()) {
        for (std::size_t n = 0; n < cells.size(); ++n) {
            Tent const x(cells.x[n], g.spacing, spread), y(cells.y[n], g.spacing, spread), z(cells.z[n], g.spacing, spread);
            for (int k = 0; k < z.count; ++k)
                for (int j = 0; j < y.count; ++j)
                    for (int i = 0; i < x.count; ++i) {
                        std::size_t const v = g.voxel(fold(x.first + i, g.nx, g.periodic[0]), fold(y.first + j, g.ny, g.periodic[1]),
                                                      fold(z.first + k, g.nz, g.periodic[2]));
                        double const w = static_cast<double>(x.weight(i)) * y.weight(j) * z.weight(k) / g.volume();
                        source[v] += w * rate(n), sink[v] += w * clearance(n);
                    }
        }
    }
    static int fold(int i, int n, bool periodic) { return periodic ? (i + n) % n : (i < 0 ? -1 - i : (i >= n ? 2 * n - 1 - i : i)); }

    /// One implicit step of a field that does not diffuse.
    template <class Field>
    std::vector<double> after(Field const& before, double dt) const {
        std::vector<double> c(before.begin(), before.end());
        for (std::size_t v = 0; v < c.size(); ++v) c[v] = (c[v] + dt * source[v]) / (1 + dt * sink[v]);
        return c;
    }
};

template <class Expected>
void expect_close(std::vector<Real> const& got, Expected const& expected, double tolerance = 2e-5) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t v = 0; v < got.size(); ++v) ASSERT_TRUE(close(got[v], expected[v], tolerance)) << "voxel " << v;
}

// Where nothing diffuses, the field shows what was deposited where: against a plain loop.
TEST_P(Exchange, DepositsLikeASerialLoop) {
    Crowd c = crowd(200);
    Model& m = c.model;
    for (auto& material : m.materials) material.diffusivity = 0, material.decay = 0;
    auto const engine = make_backend(GetParam());
    engine->start(m, c.state);
    double const dt = 3;
    step(*engine, dt, 1);
    Vocabulary const words = m.vocabulary();
    auto const base = [&](int b) { return [&m, &c, b](std::size_t i) { return m.types[c.state.cells.type[i]].base[b]; }; };
    // without diffusion there is no correction to need a wider deposit: half-width of one voxel
    Deposits const by_hand(m.grid, c.state.cells, 1, base(words.of(behaviour::secretion, 0)), base(words.of(behaviour::uptake, 0)));
    expect_close(field(*engine, 0, 2), by_hand.after(c.state.fields[0], dt));
}

// The same for deposits of every width, many ligands, some of which saturate, and a domain of several tiles. A material that is nowhere,
// but in which ligands diffuse slowly, makes the deposits as wide as the cells.
TEST_P(Exchange, DepositsOfEveryWidthLikeASerialLoop) {
    constexpr int kLigands = 5;
    auto const exact = lattice_green(kGreenLags);
    std::vector<Real> const green(exact.begin(), exact.end());
    for (int spread = 1; spread <= kMaxSpread; ++spread) {
        Model m = box(35, 18, 11, 10);
        m.grid.periodic[0] = m.grid.periodic[2] = true;
        m.material_names.push_back("nowhere");
        for (int l = 0; l < kLigands; ++l) add_ligand(m, 1, 0, Scheme::implicit_euler);
        for (int l = 0; l < kLigands; ++l) m.materials[l].diffusivity = 0;
        // as large as the narrowest such deposit stands for, once the cell has doubled its volume; see Peaceman in model/exchange.h
        Tent const centred(Real(0.5), 1, spread);
        double const widest_cell = 10 / (4 * M_PI * self_concentration(centred, centred, centred, green.data())) / std::cbrt(2.0);
        add_type(m, static_cast<Real>(0.99 * widest_cell));
        Vocabulary const words = m.vocabulary();
        std::vector<Real> const saturation{INFINITY, 2, 3, INFINITY, 4};
        for (int l = 0; l < kLigands; ++l) {
            m.types[0].base[words.of(behaviour::secretion, l)] = static_cast<Real>(l + 1);
            m.types[0].base[words.of(behaviour::uptake, l)] = static_cast<Real>(100 * (l + 1));
            m.types[0].saturation[l] = saturation[l];
        }
        InitialState s = empty_state(m, [](int l, Vec3 p) { return 0.01 * (l + 1 + p.x / 350); });
        scatter(s.cells, m.grid, 700, 0, m.types[0].radius, 7);
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        double const dt = 3;
        step(*engine, dt, 1);
        for (int l = 0; l < kLigands; ++l) {
            double const q = l + 1, k = 100 * q;
            Deposits const by_hand(
                m.grid, s.cells, spread, [&](std::size_t) { return q; }, [&](std::size_t) { return k + q / saturation[l]; });
            SCOPED_TRACE("half-width " + std::to_string(spread) + ", ligand " + std::to_string(l));
            expect_close(field(*engine, l, kLigands), by_hand.after(s.fields[l], dt));
        }
    }
}

// Sources and sinks stay as they are as long as nothing changes that they depend on, and no longer: by moving, sensing, changing type.
TEST_P(Exchange, FollowsWhatChangesInCells) {
    Model m = box(12, 12, 12, 10);
    add_ligand(m, 0, 0, Scheme::implicit_euler);
    for (Real radius : {4, 5}) add_type(m, radius, 2);
    Vocabulary const words = m.vocabulary();
    int const secretion = words.of(behaviour::secretion, 0), differentiation = words.of(behaviour::differentiation, 1);
    m.types[0].base[secretion] = 1, m.types[1].base[secretion] = 7;
    m.types[0].base[words.of(behaviour::uptake, 0)] = 200;
    m.types[0].velocity = {Real(0.1), 0, Real(-0.05)};
    for (CellType& type : m.types) type.mechanics = false;
    m.types[0].base[differentiation] = Real(2e-3);
    m.rules = {{0, signal::time, secretion, true, 11, 50, 1, false}};
    InitialState s = empty_state(m);
    scatter(s.cells, m.grid, 300, 0, 4, 3);
    auto const engine = make_backend(GetParam());
    engine->start(m, s);

    double const dt = 10;
    double sensed = 0;  // when
    std::vector<Real> before = s.fields[0];
    for (std::uint64_t n = 0; n < 24; ++n) {
        Moment const now{static_cast<double>(n) * dt, dt, n};
        engine->sort();
        engine->exchange(now);
        HostCells const cells = cells_of(*engine);
        engine->transport(now);
        Deposits const by_hand(
            m.grid, cells, 1, [&](std::size_t i) { return cells.type[i] == 1 ? 7 : 1 + 10 * sensed / (50 + sensed); },
            [&](std::size_t i) { return cells.type[i] == 1 ? 0 : 200; });
        std::vector<Real> const after = field(*engine, 0, 1);
        SCOPED_TRACE("step " + std::to_string(n));
        expect_close(after, by_hand.after(before, dt));
        before = after;
        if (n % 6 == 1) engine->move(now);
        if (n % 6 == 3) engine->sense(now), sensed = now.time;
        if (n % 6 == 5) engine->behave(now), engine->apply(now);
    }
    EXPECT_GT(engine->totals().differentiations, 10u);
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

TEST_P(Exchange, SameBitsOnAnyNumberOfThreads) {
    Crowd const c = crowd(2000);
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(c.model, c.state);
        step(*engine, 30, 3);
        return std::pair(engine->state_hash(), engine->totals().ligands[0].own);
    });
}

CRINE_ON_EVERY_ENGINE(Exchange);

}  // namespace
}  // namespace crine::test
