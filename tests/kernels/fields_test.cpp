#include "support/engines.h"
#include "support/models.h"

#include <cmath>

namespace crine::test {
namespace {

class Fields : public OnEveryEngine {};

double ramp(Vec3 p) { return 1 + 0.25 * p.x + 0.5 * p.y - 0.125 * p.z; }

TEST_P(Fields, ComeBackAsTheyWereGiven) {
    Model m = box(7, 5, 3, 10);
    add_ligand(m, 10, 0);
    add_ligand(m, 0, 0);
    auto const state = empty_state(m, [](int l, Vec3 p) { return l + ramp(p); });
    auto const engine = make_backend(GetParam());
    engine->start(m, state);
    for (int l : {0, 1}) EXPECT_EQ(field(*engine, l, 2), state.fields[l]);
    Snapshot some;
    engine->snapshot(some, {false, true}, false);
    EXPECT_TRUE(some.fields[0].empty());
    double content = 0;
    for (Real v : state.fields[0]) content += v * 1000.0;
    EXPECT_TRUE(close(engine->totals().ligands[0].initial, content, 1e-12));
    EXPECT_EQ(engine->totals().ligands[0].free, engine->totals().ligands[0].initial);
}

TEST_P(Fields, InterpolateLinearlyAndMeetTheirWalls) {
    Model m = box(6, 6, 6, 10);
    int const l = add_ligand(m, 5, 0);
    m.ligands[l].faces[x_low] = {FaceKind::value, 3};
    m.ligands[l].faces[x_high] = {FaceKind::flux, Real(0.5)};
    m.grid.periodic[1] = true;
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [](int, Vec3 p) { return ramp(p); }));
    auto const at = [&](Real x, Real y, Real z) { return engine->sample(l, {{x, y, z}})[0]; };
    EXPECT_TRUE(close(at(27, 31, 22), ramp({27, 31, 22}), 1e-6));
    EXPECT_TRUE(close(at(5, 5, 5), ramp({5, 5, 5}), 1e-6));
    for (Real y : {Real(0), Real(33), Real(60)})
        for (Real z : {Real(0), Real(12), Real(60)})
            EXPECT_TRUE(close(at(0, y, z), 3, 1e-6)) << y << " " << z;                      // value, edges and corners too
    EXPECT_TRUE(close(at(60, 25, 25) - at(55, 25, 25), 0.5 / 5 * 5, 1e-4));                 // gradient = flux / D
    EXPECT_TRUE(close(at(25, 25, 60), at(25, 25, 55), 1e-6));                               // mirrored
    EXPECT_TRUE(close(at(25, 0, 25), (ramp({25, 5, 25}) + ramp({25, 55, 25})) / 2, 1e-6));  // wrapped
    EXPECT_TRUE(close(at(25, 60, 25), at(25, 0, 25), 1e-6));
}

TEST_P(Fields, HeldRegionsHoldFromTheStart) {
    Model m = box(5, 4, 4, 10);
    m.material_names = {"tissue", "vessel"};
    m.material[m.grid.voxel(2, 2, 2)] = 1;
    add_ligand(m, 10, Real(0.01), Scheme::implicit_euler);
    m.materials[1] = {0, 5, 7, true, Real(0.75)};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    for (int s = 0; s < 3; ++s) {
        auto const c = field(*engine, 0, 1);
        EXPECT_EQ(c[m.grid.voxel(2, 2, 2)], Real(0.75));
        if (s > 0) {
            EXPECT_GT(c[m.grid.voxel(1, 2, 2)], 0);
        }
        engine->transport({s * 10., 10, 0});
        engine->check({s * 10., 10, 0});
    }
    // what it gave is what is there and what has decayed
    auto const ledger = engine->totals().ligands[0];
    EXPECT_GT(ledger.produced, 0);
    EXPECT_LT(std::fabs(ledger.imbalance()), 1e-6);
}

TEST_P(Fields, EnzymesBreakDown) {
    Model m = box(4, 4, 4, 10);
    int const matrix = add_ligand(m, 0, 0, Scheme::implicit_euler), enzyme = add_ligand(m, 10, 0, Scheme::implicit_euler);
    m.ligands[matrix].cleaved_by = {{enzyme, Real(0.02)}};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m, [&](int l, Vec3) { return l == matrix ? 2 : 0.5; }));
    engine->transport({0, 10, 0});
    engine->check({0, 10, 0});
    for (Real v : field(*engine, matrix, 2)) EXPECT_TRUE(close(v, 2 / (1 + 10 * 0.02 * 0.5), 1e-6));
    auto const ledgers = engine->totals().ligands;
    EXPECT_TRUE(close(ledgers[matrix].cleaved, 64000 * 2 * (1 - 1 / 1.1), 1e-5));
    EXPECT_EQ(ledgers[enzyme].cleaved, 0);
    EXPECT_TRUE(close(ledgers[enzyme].free, 32000, 1e-6));
}

TEST_P(Fields, HashSeesEveryVoxelAndLigand) {
    Model m = box(6, 5, 4, 10);
    add_ligand(m, 10, 0);
    add_ligand(m, 10, 0);
    auto const hash = [&](InitialState const& state) {
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        return engine->state_hash();
    };
    auto const start = empty_state(m, [](int l, Vec3 p) { return l + ramp(p); });
    std::uint64_t const original = hash(start);
    EXPECT_EQ(hash(start), original);
    auto changed = start;
    changed.fields[1][57] = std::nextafter(changed.fields[1][57], Real(100));  // the last bit of one value
    EXPECT_NE(hash(changed), original);
    auto exchanged = start;
    std::swap(exchanged.fields[0][3], exchanged.fields[0][4]);
    EXPECT_NE(hash(exchanged), original);
    auto ligands = start;
    std::swap(ligands.fields[0], ligands.fields[1]);
    EXPECT_NE(hash(ligands), original);
}

// What is not finite is noticed, with the name of the ligand, the step and the place.
TEST_P(Fields, ReportsWhatIsNotFinite) {
    Model m = box(4, 4, 4, 10);
    add_ligand(m, 0, 0.001);
    auto state = empty_state(m);
    state.fields[0][5] = std::numeric_limits<Real>::quiet_NaN();
    state.fields[0][6] = 1;
    auto const engine = make_backend(GetParam());
    engine->start(m, state);
    engine->transport({0, 1, 0});
    try {
        engine->check({12, 1, 7});
        FAIL() << "not noticed";
    } catch (RunError const& error) {
        std::string const told = error.what();
        EXPECT_NE(told.find("ligand 0 is not finite at t = 12.000000 s (step 7)"), std::string::npos) << told;
        EXPECT_NE(told.find(" voxel"), std::string::npos) << told;
        EXPECT_NE(told.find("(15, 15, 5) um"), std::string::npos) << told;
    }
}

CRINE_ON_EVERY_ENGINE(Fields);

}  // namespace
}  // namespace crine::test
