#include "crine/model/deposit.h"

#include "crine/model/green.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/population.h"
#include "support/threads.h"

#include <array>
#include <cmath>
#include <map>
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
    for (Real x : {Real(3), Real(50), Real(51.3), Real(55), Real(59.9)}) {
        Tent const tent(x, 10);
        double sum = 0, centre = 0;
        for (int i = 0; i < 2; ++i) sum += tent.weight(i), centre += tent.weight(i) * (tent.first + i + 0.5) * 10;
        EXPECT_TRUE(close(sum, 1, 1e-6));
        EXPECT_TRUE(close(centre, x, 2e-6));
    }
}

/// Voxel and weight, not yet normalised.
using Weights = std::map<std::array<int, 3>, double>;

Weights by_rows(Shell const& shell) {
    Weights all;
    shell.for_each_row([&](int j, int k) {
        shell.for_each_in_row(j, k, [&](int i, Real w) {
            EXPECT_GE(w, 0);
            EXPECT_TRUE(all.insert({{i, j, k}, w}).second) << "twice";
        });
    });
    return all;
}

/// Sizes from the smallest that has a shell to 16 voxels, at places anywhere in a voxel and at its centre, faces and corners.
template <class Visit>
void for_each_size_and_place(double largest, Visit&& visit) {
    std::mt19937 bits(3);
    auto const anywhere = [&] { return bits() / 4294967296.0; };
    for (double a = kTentRadius; a <= largest; a *= 1.17)
        for (int n = 0; n < 8; ++n)
            visit(a, n < 4 ? std::array{n > 0 ? 0. : 0.5, n > 1 ? 0. : 0.5, n > 2 ? 0. : 0.5}
                           : std::array{anywhere(), anywhere(), anywhere()});
}

TEST(Shell, IsAFuzzySphere) {
    for_each_size_and_place(16, [](double a, std::array<double, 3> const& at) {
        Real const h = 3;
        Shell const shell(static_cast<Real>(at[0] * h), static_cast<Real>(at[1] * h), static_cast<Real>(at[2] * h),
                          static_cast<Real>(a * h), h);
        Weights const got = by_rows(shell);
        int const edge = static_cast<int>(a) + 4;
        double const radius = a + a / 2 / (1 + a);
        for (int k = -edge; k <= edge; ++k)
            for (int j = -edge; j <= edge; ++j)
                for (int i = -edge; i <= edge; ++i) {
                    double const w = 1 - std::fabs(std::hypot(i + 0.5 - at[0], j + 0.5 - at[1], k + 0.5 - at[2]) - radius);
                    auto const found = got.find({i, j, k});
                    ASSERT_NEAR(found == got.end() ? 0 : found->second, w > 0 ? w : 0, 1e-5)
                        << "radius " << a << ": " << i << " " << j << " " << k;
                }
    });
}

/// wᵀGw by definition
double self_by_definition(Weights const& weights, std::vector<double> const& green, int lags) {
    double all = 0, sum = 0;
    for (auto const& [a, w] : weights) {
        all += w;
        for (auto const& [b, v] : weights)
            sum += w * v *
                   green[(static_cast<std::size_t>(std::abs(a[2] - b[2])) * lags + std::abs(a[1] - b[1])) * lags + std::abs(a[0] - b[0])];
    }
    return sum / all / all;
}

// A tent does for a larger cell if that changes what is taken by less than a five-hundredth, and never for one of more than a voxel.
TEST(Deposit, IsATentWhereNobodyCanTell) {
    EXPECT_TRUE(close(tent_up_to(INFINITY), kTentRadius));
    EXPECT_EQ(tent_up_to(0), 1);
    for (double clearance : {0.012, 0.02, 0.1, 1., 100.}) {  // of a cell, by D h
        double const a = tent_up_to(clearance);
        EXPECT_LT(a, 1);
        EXPECT_TRUE(close(clearance / (4 * 3.14159265358979) * (1 / kTentRadius - 1 / a), 0.002, 1e-6));
    }
}

// What the field of a cell's own deposit is at the cell: by definition, and never above what it is at the cell's surface, so that no
// resistance is negative; and the two meet as the grid is refined.
TEST(Deposit, IsNeverNarrowerThanItsCell) {
    ByPlace const nearest = nearest_green();
    std::vector<ByQuarters> const gaps = shell_gaps();
    int const lags = 13;
    auto const green = lattice_green(lags);
    double rest_of_large = 1;
    for_each_size_and_place(4.2, [&](double a, std::array<double, 3> const& at) {
        double const surface = 1 / (4 * 3.14159265358979 * a);
        auto const x = static_cast<Real>(at[0]), y = static_cast<Real>(at[1]), z = static_cast<Real>(at[2]);
        Shell const shell(x, y, z, static_cast<Real>(a), 1);
        double const self = self_concentration(shell, static_cast<Real>(a), gaps.data());
        EXPECT_LT(self, surface) << a;
        EXPECT_NEAR(self / surface, self_by_definition(by_rows(shell), green, lags) / surface, a < 0.6 ? 0.02 : 0.008) << a;
        rest_of_large = std::min(rest_of_large, 1 - self / surface);

        Tent const tents[3] = {{x, 1}, {y, 1}, {z, 1}};
        Weights weights;
        for (int n = 0; n < 8; ++n)
            weights[{tents[0].first + n % 2, tents[1].first + n / 2 % 2, tents[2].first + n / 4}] =
                static_cast<double>(tents[0].weight(n % 2)) * tents[1].weight(n / 2 % 2) * tents[2].weight(n / 4);
        double const of_tent = self_concentration(tents[0], tents[1], tents[2], nearest);
        EXPECT_TRUE(close(of_tent, self_by_definition(weights, green, lags), 2e-6));
        EXPECT_LT(of_tent, (1 + 1e-6) / (4 * 3.14159265358979 * kTentRadius));
    });
    EXPECT_LT(rest_of_large, 0.16);
    double const a = 1000;  // of a fuzzy plane
    double const self = self_concentration(Shell(0, 0, 0, static_cast<Real>(a), 1), static_cast<Real>(a), gaps.data());
    EXPECT_TRUE(close(1 / (4 * 3.14159265358979 * self) - a, 0.5 + 7.0 / 30, 1e-3));
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
/// Cells of up to `tent_up_to` voxels have tents.
struct Deposits {
    std::vector<double> source, sink;

    template <class Rate, class Clearance>
    Deposits(Grid const& g, HostCells const& cells, double tent_up_to, Rate rate, Clearance clearance)
        : source(g.voxels()), sink(g.voxels()) {
        for (std::size_t n = 0; n < cells.size(); ++n)
            for (auto const& [voxel, w] : weights({cells.x[n], cells.y[n], cells.z[n]}, cells.radius[n], g.spacing, tent_up_to)) {
                std::size_t const v =
                    g.voxel(fold(voxel[0], g.nx, g.periodic[0]), fold(voxel[1], g.ny, g.periodic[1]), fold(voxel[2], g.nz, g.periodic[2]));
                source[v] += w * rate(n) / g.volume(), sink[v] += w * clearance(n) / g.volume();
            }
    }
    static Weights weights(Vec3 at, double radius, double h, double tent_up_to) {
        Weights all;
        if (radius <= tent_up_to * h) {
            auto const axis = [&](Real x) { return Tent(x, static_cast<Real>(h)); };
            Tent const x = axis(at.x), y = axis(at.y), z = axis(at.z);
            for (int n = 0; n < 8; ++n)
                all[{x.first + n % 2, y.first + n / 2 % 2, z.first + n / 4}] =
                    static_cast<double>(x.weight(n % 2)) * y.weight(n / 2 % 2) * z.weight(n / 4);
            return all;
        }
        double const a = radius / h, rho = a + a / 2 / (1 + a), s[3] = {at.x / h - 0.5, at.y / h - 0.5, at.z / h - 0.5};
        int const edge = static_cast<int>(rho + 2);
        double sum = 0;
        int first[3];
        for (int n = 0; n < 3; ++n) first[n] = static_cast<int>(std::floor(s[n])) - edge;
        for (int k = first[2]; k <= first[2] + 2 * edge + 1; ++k)
            for (int j = first[1]; j <= first[1] + 2 * edge + 1; ++j)
                for (int i = first[0]; i <= first[0] + 2 * edge + 1; ++i) {
                    double const w = 1 - std::fabs(std::hypot(i - s[0], j - s[1], k - s[2]) - rho);
                    if (w > 0) all[{i, j, k}] = w, sum += w;
                }
        for (auto& [voxel, w] : all) w /= sum;
        return all;
    }
    static int fold(int i, int n, bool periodic) {
        int const period = periodic ? n : 2 * n, p = (i % period + period) % period;
        return p < n ? p : period - 1 - p;
    }

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
    Deposits const by_hand(m.grid, c.state.cells, 1, base(words.of(behaviour::secretion, 0)), base(words.of(behaviour::uptake, 0)));
    expect_close(field(*engine, 0, 2), by_hand.after(c.state.fields[0], dt));
}

// The same for cells of every size side by side, many ligands, some of which saturate, domains of several tiles, and such as are narrower
// than some cells.
TEST_P(Exchange, DepositsOfEverySizeLikeASerialLoop) {
    constexpr int kLigands = 5;
    for (auto const& [nx, ny, nz] : {std::array{35, 18, 11}, {20, 7, 1}}) {
        Model m = box(nx, ny, nz, 10);
        m.grid.periodic[0] = m.grid.periodic[2] = true;
        m.material_names.push_back("nowhere");  // there ligands would diffuse slowly: only the smallest cells may have tents
        for (int l = 0; l < kLigands; ++l) add_ligand(m, Real(1e-3), 0, Scheme::implicit_euler);
        for (int l = 0; l < kLigands; ++l) m.materials[static_cast<std::size_t>(l)].diffusivity = 0;
        add_type(m, 60);
        m.types[0].mechanics = false;
        Vocabulary const words = m.vocabulary();
        std::vector<Real> const saturation{INFINITY, 2, 3, INFINITY, 4};
        for (int l = 0; l < kLigands; ++l) {
            m.types[0].base[words.of(behaviour::secretion, l)] = static_cast<Real>(l + 1);
            m.types[0].base[words.of(behaviour::uptake, l)] = static_cast<Real>(100 * (l + 1));
            m.types[0].saturation[l] = saturation[l];
        }
        InitialState s = empty_state(m, [](int l, Vec3 p) { return 0.01 * (l + 1 + p.x / 350); });
        scatter(s.cells, m.grid, 300, 0, 3, 7);
        for (std::size_t i = 0; i < s.cells.size(); ++i) s.cells.radius[i] = std::array<Real, 6>{1, 3, 4, 6, 9, 17}[i % 6];
        for (std::size_t i = 0; i < 3; ++i) s.cells.radius[i] = 60;
        auto const engine = make_backend(GetParam());
        engine->start(m, s);
        double const dt = 3;
        step(*engine, dt, 1);
        for (int l = 0; l < kLigands; ++l) {
            double const q = l + 1, k = 100 * q;
            Deposits const by_hand(
                m.grid, s.cells, kTentRadius, [&](std::size_t) { return q; }, [&](std::size_t) { return k + q / saturation[l]; });
            SCOPED_TRACE("ligand " + std::to_string(l) + ", " + std::to_string(nz) + " voxels high");
            expect_close(field(*engine, l, kLigands), by_hand.after(s.fields[l], dt), 5e-5);
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

// The place of a cell and its size change where its ligand goes, but not how much.
TEST_P(Exchange, KeepsTheAmountAtWallsAndCorners) {
    for (Vec3 const at : {Vec3{0, 0, 0}, {Real(0.1), 55, 89}, {140, 110, 90}, {70, 0, 45}})
        for (Real radius : {2, 4, 11, 40}) {
            Crowd c = crowd(0);
            c.state.cells.add(0, at, radius);
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
