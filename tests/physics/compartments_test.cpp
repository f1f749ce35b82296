#include "crine/model/carrier.h"
#include "crine/units.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/threads.h"

#include <cmath>
#include <numeric>

/// Compartments outside the tissue against closed forms: alone, with a carrier, and joined to the tissue through vessel walls.

namespace crine::test {
namespace {

class Compartments : public OnEveryEngine {};

constexpr bool kDouble = sizeof(Real) == 8;
constexpr double kLitre = 1e15;  ///< [µm³]

double advance(Backend& on, double dt, int steps, double from = 0) {
    for (int s = 0; s < steps; ++s) {
        Moment const now{from + s * dt, dt, static_cast<std::uint64_t>(s)};
        on.exchange(now);
        on.transport(now);
        on.check(now);
    }
    return from + steps * dt;
}

int add_compartment(Model& m, char const* name, double volume) {
    m.compartments.push_back({name, volume});
    return static_cast<int>(m.compartments.size()) - 1;
}

int add_pool(Model& m, int ligand, int compartment, double clearance = 0, double initial = 0) {
    Pool pool;
    pool.ligand = ligand, pool.compartment = compartment, pool.clearance = clearance, pool.initial = initial;
    m.pools.push_back(pool);
    return static_cast<int>(m.pools.size()) - 1;
}

Dose bolus(int pool, double amount, double at = 0, double every = 0, std::uint64_t times = 1) {
    Dose dose;
    dose.pool = pool, dose.bolus = amount, dose.from = at, dose.every = every, dose.times = times;
    return dose;
}

// --- E8: two compartments, no tissue ----------------------------------------------------------

constexpr double kDoseAmount = 100;  ///< [mg]; a plain unit of amount will do
constexpr double kElimination = 0.2 / kHour, kOut = 0.5 / kHour, kBack = 0.3 / kHour;

/// What 1 mg is in molecules of 10 kg/mol.
constexpr double kMilligram = 1e-6 / 10 * kAvogadro;
constexpr double kMilligramPerLitre = kMilligram / kLitre;

Model two_compartments() {
    Model m = box(1, 1, 1, 10);
    int const drug = add_ligand(m, 0, 0);
    int const blood = add_pool(m, drug, add_compartment(m, "blood", 3 * kLitre), kElimination);
    int const periphery = add_pool(m, drug, add_compartment(m, "periphery", 4.5 * kLitre));
    m.transfers = {{blood, periphery, kOut}, {periphery, blood, kBack}};
    return m;
}

double e8(double hours) { return 24.313858 * std::exp(-.935889894 * hours) + 9.0194755 * std::exp(-.064110106 * hours); }

// E8
TEST_P(Compartments, BolusFallsInTwoPhases) {
    Model m = two_compartments();
    m.doses = {bolus(0, kDoseAmount * kMilligram)};
    constexpr std::array<std::array<double, 2>, 6> kExpected{
        {{.5, 23.96242}, {1, 17.99617}, {2, 11.67475}, {5, 6.771612}, {10, 4.752763}, {24, 1.936232}}};
    for (double const dt : {60.0, 1800.0}) {
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        double t = 0;
        for (auto const& [hours, expected] : kExpected) {
            t = advance(*engine, dt, static_cast<int>(std::lround((hours * kHour - t) / dt)), t);
            auto const pools = engine->totals().pools;
            EXPECT_TRUE(close(pools[0].free / kMilligramPerLitre, expected, 1e-6)) << hours << " h";
            EXPECT_TRUE(close(pools[0].present / kMilligram, 3 * pools[0].free / kMilligramPerLitre, 1e-12));
            EXPECT_LT(std::fabs(pools[0].imbalance()), 1e-13);
            EXPECT_LT(std::fabs(pools[1].imbalance()), 1e-13);
            EXPECT_TRUE(close(pools[0].transferred, -pools[1].transferred, 1e-12));
        }
    }
}

// E8: all of it is cleared in the end, AUC = dose / (k10 V1); and the slow phase halves in 10.8118 h
TEST_P(Compartments, AreaUnderTheCurve) {
    Model m = two_compartments();
    m.doses = {bolus(0, kDoseAmount * kMilligram)};
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    double t = advance(*engine, 5 * kHour, 10);
    double const before = engine->totals().pools[0].free;
    t = advance(*engine, 10.8118 * kHour, 1, t);
    EXPECT_TRUE(close(engine->totals().pools[0].free / before, 0.5, 2e-6));
    advance(*engine, 10 * kHour, 50, t);
    auto const pools = engine->totals().pools;
    EXPECT_TRUE(close(pools[0].exposure / kMilligramPerLitre / kHour, 166.6667, 1e-6));
    EXPECT_TRUE(close(pools[0].cleared, kDoseAmount * kMilligram, 1e-12));
}

// a step may be any; a dose comes at its own time, and again
TEST_P(Compartments, BolusesComeAtTheirTimes) {
    Model m = two_compartments();
    m.doses = {bolus(0, kDoseAmount * kMilligram, 0.73 * kHour, 1.9 * kHour, 3)};
    for (double const dt : {kHour / 7, 2.5 * kHour}) {
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        double const end = 10 * kHour;
        advance(*engine, dt, static_cast<int>(std::lround(end / dt)));
        double const expected = e8(10 - .73) + e8(10 - .73 - 1.9) + e8(10 - .73 - 3.8);
        auto const pools = engine->totals().pools;
        EXPECT_TRUE(close(pools[0].free / kMilligramPerLitre, expected, 1e-6)) << dt;
        EXPECT_TRUE(close(pools[0].dosed, 3 * kDoseAmount * kMilligram, 1e-14));
    }
}

// c = rate / (k V) (1 - e^{-k t}), then it falls; twice
TEST_P(Compartments, InfusionRisesToItsPlateau) {
    double const k = 0.7 / kHour, rate = 1e12, from = 0.35 * kHour, length = 2.2 * kHour, every = 5 * kHour;
    Model m = box(1, 1, 1, 10);
    int const drug = add_ligand(m, 0, 0);
    add_pool(m, drug, add_compartment(m, "blood", 3 * kLitre), k);
    Dose dose;
    dose.pool = 0, dose.rate = rate, dose.from = from, dose.to = from + length, dose.every = every, dose.times = 2;
    m.doses = {dose};
    auto const since = [&](double t, double start) {
        if (t < start) return 0.0;
        double const infused = std::min(t - start, length);
        return rate / (k * 3 * kLitre) * -std::expm1(-k * infused) * std::exp(-k * (t - start - infused));
    };
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    for (int n = 0; n < 20; ++n) {
        double const t = advance(*engine, 0.6 * kHour, 1, n * 0.6 * kHour);
        EXPECT_TRUE(close(engine->totals().pools[0].free, since(t, from) + since(t, from + every), 1e-9, 1e-30)) << t / kHour;
    }
    EXPECT_TRUE(close(engine->totals().pools[0].dosed, 2 * rate * length, 1e-12));
}

// --- R4: carrier protein ----------------------------------------------------------------------

TEST(Carrier, LeavesFreeWhatTheLawOfMassActionSays) {
    for (double const sites : {0.0, 1e-6, 0.3, 1.0, 500.0})
        for (double const kd : {1e-6, 1.0, 40.0})
            for (double const f : {1e-12, 1e-3, 1.0, 300.0}) {
                double const a = f + sites * f / (kd + f);
                Carrier const carrier{sites, kd};
                EXPECT_TRUE(close(carrier.free(a), f, 1e-9)) << sites << " " << kd << " " << f;
                double const h = 1e-6 * a, slope = (carrier.free(a + h) - carrier.free(a - h)) / (2 * h);
                EXPECT_TRUE(close(carrier.slope(a), slope, 1e-3)) << sites << " " << kd << " " << f;
            }
    EXPECT_EQ((Carrier{500, 10}.free(0)), 0);
}

/// Free and total under elimination of the free part, by fourth-order Runge–Kutta with small steps.
double total_by_small_steps(Carrier const& carrier, double total, double k, double time) {
    int const steps = 200000;
    double const h = time / steps;
    for (int s = 0; s < steps; ++s) {
        double const a = -k * carrier.free(total), b = -k * carrier.free(total + h / 2 * a), c = -k * carrier.free(total + h / 2 * b),
                     d = -k * carrier.free(total + h * c);
        total += h / 6 * (a + 2 * b + 2 * c + d);
    }
    return total;
}

TEST_P(Compartments, CarrierProlongsTheLife) {
    double const k = std::log(2) / kHour;
    Carrier const carrier{500 * kNanomolar, 10 * kNanomolar};
    for (double const total : {1000 * kNanomolar, 30 * kNanomolar, 1e-3 * kNanomolar}) {
        Model m = box(1, 1, 1, 10);
        int const hormone = add_ligand(m, 0, 0);
        int const pool = add_pool(m, hormone, add_compartment(m, "blood", 3 * kLitre), k, total);
        m.pools[pool].carrier = carrier.sites, m.pools[pool].carrier_kd = carrier.kd;
        for (double const dt : {60.0, 4 * kHour}) {
            auto const engine = make_backend(GetParam());
            engine->start(m, empty_state(m));
            EXPECT_TRUE(close(engine->totals().pools[0].free, carrier.free(total), 1e-12));
            advance(*engine, dt, static_cast<int>(std::lround(12 * kHour / dt)));
            double const expected = total_by_small_steps(carrier, total, k, 12 * kHour);
            auto const state = engine->totals().pools[0];
            EXPECT_TRUE(close(state.present / (3 * kLitre), expected, 1e-8)) << total << " " << dt;
            EXPECT_TRUE(close(state.free, carrier.free(expected), 1e-7));
            EXPECT_LT(std::fabs(state.imbalance()), 1e-13);
        }
    }
    // little of it: bound 51-fold, so it lives 51 times as long
    EXPECT_TRUE(close(total_by_small_steps(carrier, 1e-6 * kNanomolar, k, 51 * kHour) / (1e-6 * kNanomolar), 0.5, 1e-6));
}

// --- E8: tissue and blood ---------------------------------------------------------------------

/// A block of tissue with a vessel along its middle: the material `vessel` exchanges at `permeability`.
Model tissue_with_vessel(Scheme scheme, Real permeability, double blood_volume, double initial = 0, double clearance = 0) {
    Model m = box(12, 10, 8, 10);
    m.material_names = {"tissue", "vessel"};
    for (int k = 0; k < 8; ++k)
        for (int j = 4; j < 6; ++j)
            for (int i = 0; i < 12; ++i) m.material[m.grid.voxel(i, j, k)] = 1;
    int const l = add_ligand(m, 50, 0, scheme);
    m.materials[1].exchange = permeability;
    m.ligands[0].circulates = add_pool(m, l, add_compartment(m, "blood", blood_volume), clearance, initial);
    m.solver_tolerance = kDouble && scheme != Scheme::adaptive ? 1e-12 : 1e-6;  // an error of steps cannot be that small
    return m;
}

double tissue_volume(Model const& m) { return static_cast<double>(m.grid.voxels()) * m.grid.volume(); }

constexpr Scheme kConserving[] = {Scheme::adaptive, Scheme::adi, Scheme::implicit_euler, Scheme::tr_bdf2};

// nothing is lost, whatever the step; from blood to tissue and back, blood larger and smaller than the tissue
TEST_P(Compartments, TissueAndBloodKeepTheirTotal) {
    for (Scheme const scheme : kConserving)
        for (double const ratio : {0.05, 1.0, 1000.0})
            for (auto const& [dt, steps] : {std::pair{3600.0, 2}, std::pair{60.0, 60}}) {
                if (scheme == Scheme::adi && dt > 60) continue;  // more would cross than there is
                Model const m = tissue_with_vessel(scheme, Real(2e-3), ratio * 12 * 10 * 8 * 1000.0, 2);
                auto const engine = make_backend(GetParam());
                engine->start(m, empty_state(m, [](int, Vec3 p) { return p.x < 40 ? 5 : 0; }));
                auto const before = engine->totals();
                double const total = before.pools[0].present + before.ligands[0].free;
                advance(*engine, dt, steps);
                auto const after = engine->totals();
                std::string const what = std::to_string(static_cast<int>(scheme)) + " " + std::to_string(ratio) + " " + std::to_string(dt);
                EXPECT_TRUE(close(after.pools[0].present + after.ligands[0].free, total, kDouble ? 1e-12 : 1e-6)) << what;
                EXPECT_TRUE(close(after.pools[0].from_tissue, -after.ligands[0].exchanged, 1e-9, 1e-12 * total)) << what;
                EXPECT_LT(std::fabs(after.ligands[0].imbalance()), kDouble ? 1e-12 : 1e-6) << what;
                EXPECT_LT(std::fabs(after.pools[0].imbalance()), 1e-12) << what;
                EXPECT_GT(after.pools[0].free, 0) << what;
            }
}

// E8: with clearance 0 the two ends reach equal free concentration; where vessels could empty the blood in a moment, in one step
TEST_P(Compartments, TissueAndBloodReachEqualConcentrations) {
    for (Scheme const scheme : {Scheme::adaptive, Scheme::implicit_euler, Scheme::tr_bdf2})
        for (bool const carried : {false, true})
            for (auto const& [dt, steps] : {std::pair{3600.0 * 24, 12}, std::pair{600.0, 1200}}) {
                Model m = tissue_with_vessel(scheme, Real(0.05), 2e5, 20);
                if (scheme == Scheme::adaptive) m.solver_tolerance = 1e-4;  // what is left of a field's own errors, too
                // the mean concentration beyond the walls is known to 12 digits (Circulation), and counts as often as the walls could empty
                // the blood in a step: in a day 4147 times
                double const emptied = 0.05 * 12 * 2 * 8 * 1000 * dt / 2e5;
                double const allowed = scheme == Scheme::adaptive ? 1e-4 : kDouble ? 2e-12 * emptied : 3e-6;
                if (carried) m.pools[0].carrier = 10, m.pools[0].carrier_kd = 0.1;
                auto const engine = make_backend(GetParam());
                engine->start(m, empty_state(m));
                double const total = engine->totals().pools[0].present;
                advance(*engine, dt, steps);
                auto const state = engine->totals();
                // free f in both: f (V_tissue + V_blood) + bound = total
                double f = total / (tissue_volume(m) + 2e5);
                if (carried) {
                    double const w = tissue_volume(m), v = 2e5;  // (w + v) f² + ((w + v) kd + v sites - total) f - total kd = 0
                    double const a = w + v, b = a * 0.1 + v * 10 - total, c = -total * 0.1;
                    f = (-b + std::sqrt(b * b - 4 * a * c)) / (2 * a);
                }
                std::string const what = std::to_string(static_cast<int>(scheme)) + (carried ? " carried " : " ") + std::to_string(dt);
                EXPECT_TRUE(close(state.pools[0].free, f, allowed)) << what;
                EXPECT_TRUE(close(state.ligands[0].free / tissue_volume(m), f, allowed)) << what;
                double furthest = 0;
                for (Real const c : field(*engine, 0, 1)) furthest = std::max(furthest, std::fabs(c - f));
                EXPECT_LT(furthest / f, 3 * allowed) << what;
            }
}

// a uniform tissue and blood that share one exponential: c_blood - c = e^{-PS (1 + W/V) t}
TEST_P(Compartments, OneStepOfADaySettlesWhatSecondsWould) {
    Model m = box(4, 4, 4, 10);
    add_ligand(m, 10, 0, Scheme::implicit_euler);
    double const w = tissue_volume(m), v = 1e-3 * w;
    m.materials[0].exchange = Real(0.1);
    m.ligands[0].circulates = add_pool(m, 0, add_compartment(m, "blood", v), 0, 1000);
    auto const engine = make_backend(GetParam());
    engine->start(m, empty_state(m));
    advance(*engine, 86400, 1);
    auto const state = engine->totals();
    EXPECT_TRUE(close(state.pools[0].free, 1000 * v / (v + w), 1e-3));  // order 1 has 1/(1 + 1e4) of the way to go
    EXPECT_GT(state.pools[0].free, 0);
    EXPECT_TRUE(close(state.pools[0].present + state.ligands[0].free, 1000 * v, 1e-6));
}

/// Errors of tissue and blood after 600 s, relative to the exponential.
std::array<double, 2> relaxation_error(Device const& device, double dt) {
    Model m = box(6, 5, 4, 10);
    add_ligand(m, 10, Real(2e-4), Scheme::tr_bdf2);
    double const w = tissue_volume(m), v = 0.7 * w, ps = 2e-3, k = 2e-4;
    m.materials[0].exchange = Real(ps);
    m.solver_tolerance = kDouble ? 1e-13 : 1e-6;
    m.ligands[0].circulates = add_pool(m, 0, add_compartment(m, "blood", v), k, 10);  // both ends decay at k: a common factor
    auto const engine = make_backend(device);
    engine->start(m, empty_state(m, [](int, Vec3) { return 2; }));
    advance(*engine, dt, static_cast<int>(std::lround(600 / dt)));
    double const mean = (10 * v + 2 * w) / (v + w), gap = 8 * std::exp(-ps * (1 + w / v) * 600), all = std::exp(-k * 600);
    double const blood = (mean + gap * w / (v + w)) * all, tissue = (mean - gap * v / (v + w)) * all;
    return {engine->totals().ligands[0].free / w / tissue - 1, engine->totals().pools[0].free / blood - 1};
}

TEST_P(Compartments, ExchangeIsOfOrderTwo) {
    auto const coarse = relaxation_error(GetParam(), 200), fine = relaxation_error(GetParam(), 100);
    for (int end = 0; end < 2; ++end) {
        EXPECT_LT(std::fabs(fine[end]), 2e-3);
        EXPECT_NEAR(coarse[end] / fine[end], 4, 0.6) << coarse[end] << " " << fine[end];
    }
}

// A tissue that makes ligand at s, and blood that clears it at k: what is made is what is cleared, R pieces share the blood
TEST_P(Compartments, ManyPiecesShareTheBlood) {
    double const v = 1e9, k = 1e-3, s = 1e-3, pieces = 1e4;
    for (double const dt : {600.0, 7200.0}) {
        Model m = tissue_with_vessel(Scheme::adaptive, Real(1e-2), v, 0, k);  // settles in (1 + 9.6) / k, since pieces hold 9.6 v
        m.solver_tolerance = 1e-4;
        m.represents = pieces;
        for (int material = 0; material < 2; ++material) m.materials[material].source = Real(s);
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        advance(*engine, dt, static_cast<int>(std::lround(3 * 86400 / dt)));
        auto const state = engine->totals();
        double const made = s * tissue_volume(m) * pieces, level = made / (k * v);
        EXPECT_TRUE(close(state.pools[0].free, level, 1e-4)) << dt;
        // made in 960 voxels, it crosses in 192: c = level + s / (0.2 PS) before the walls, in the mean
        EXPECT_TRUE(close(state.pools[0].from_tissue, -state.ligands[0].exchanged * pieces, 1e-12));
        EXPECT_LT(std::fabs(state.pools[0].imbalance()), 1e-12);
        auto const c = field(*engine, 0, 1);
        double walls = 0;
        for (std::size_t at = 0; at < c.size(); ++at) walls += m.material[at] == 1 ? c[at] / 192 : 0;
        EXPECT_TRUE(close(walls - level, s / (0.2 * 1e-2), 2e-3)) << dt;
    }
}

// --- doses into the tissue --------------------------------------------------------------------

// half a bolus, decay, and an infusion that begins and ends within steps
TEST_P(Compartments, DosesGoIntoTheTissue) {
    double const k = 1e-3;
    for (Scheme const scheme : {Scheme::adaptive, Scheme::tr_bdf2})
        for (double const dt : {10.0, 100.0}) {
            Model m = box(6, 5, 4, 10);
            add_ligand(m, 10, Real(k), scheme);
            m.solver_tolerance = 1e-6;
            std::vector<std::uint32_t> all(m.grid.voxels());
            std::iota(all.begin(), all.end(), 0u);
            Dose injection = bolus(-1, 1e6, 130), drip;
            injection.voxels = {3, 7, 50};
            drip.voxels = all, drip.rate = 2e3, drip.from = 250, drip.to = 470;
            m.doses = {injection, drip};
            auto const engine = make_backend(GetParam());
            engine->start(m, empty_state(m));
            advance(*engine, dt, static_cast<int>(std::lround(600 / dt)));
            auto const ledger = engine->totals().ligands[0];
            double const expected = 1e6 * std::exp(-k * 470) + 2e3 / k * -std::expm1(-k * 220) * std::exp(-k * 130);
            EXPECT_TRUE(close(ledger.free, expected, dt == 10 ? 3e-5 : 1e-3)) << static_cast<int>(scheme) << " " << dt;
            EXPECT_TRUE(close(ledger.injected, 1e6 + 2e3 * 220, 1e-7));
            EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 1e-6);
        }
}

// receptors meet the mean of an interval, also where doses cut it into pieces: what they bind is what the field has lost
TEST_P(Compartments, ReceptorsSeeAllOfAnInterval) {
    for (Scheme const scheme : {Scheme::adaptive, Scheme::implicit_euler}) {
        Model m = tissue_with_vessel(scheme, Real(2e-3), 1e6);
        add_type(m, 4);
        m.receptors.push_back({"receptor", {}, {{0, 1e-3, {1e-4}}}});
        m.types[0].receptors.push_back(5000), m.types[0].base.push_back(0);
        m.doses = {bolus(0, 3e6, 100, 130, 3)};
        InitialState state = empty_state(m);
        for (int n = 0; n < 20; ++n) state.cells.add(0, {Real(5 + 5 * n), Real(20 + 3 * n), 40}, 4);
        auto const engine = make_backend(GetParam());
        engine->start(m, state);
        for (int s = 0; s < 5; ++s) {
            Moment const now{s * 120.0, 120, static_cast<std::uint64_t>(s)};
            engine->sort(), engine->exchange(now), engine->transport(now), engine->bind(now), engine->check(now);
        }
        Totals const totals = engine->totals();
        Ledger const& ledger = totals.ligands[0];
        EXPECT_GT(ledger.on_receptors, 1000);
        EXPECT_LT(std::fabs(ledger.taken_up - ledger.secreted), 1e-5 * ledger.bound) << static_cast<int>(scheme);
        EXPECT_LT(std::fabs(ledger.imbalance()), kDouble ? 1e-12 : 2e-6);
        EXPECT_TRUE(close(totals.pools[0].present + ledger.free + ledger.on_receptors, 9e6, 1e-5));
    }
}

// a rule may sense what is free in a compartment: at its half-effect value secretion is half
TEST_P(Compartments, CellsSenseWhatIsFree) {
    Model m = box(4, 4, 4, 10);
    int const made = add_ligand(m, 10, 0), hormone = add_ligand(m, 0, 0);
    int const pool = add_pool(m, hormone, add_compartment(m, "blood", kLitre), 0, 3 + 10 * 3.0 / (3 + 2));
    m.pools[pool].carrier = 10, m.pools[pool].carrier_kd = 2;
    int const type = add_type(m, 3);
    Vocabulary const words = m.vocabulary();
    int const secretion = words.of(behaviour::secretion, made);
    m.types[type].base[secretion] = 8;
    m.rules = {{type, words.of(signal::circulating, pool), secretion, false, 0, 3, 1, false}};
    InitialState state = empty_state(m);
    state.cells.add(0, {20, 20, 20}, 3);
    auto const engine = make_backend(GetParam());
    engine->start(m, state);
    double before = 0;
    for (int s = 0; s < 3; ++s) {
        Moment const now{s * 60.0, 60, static_cast<std::uint64_t>(s)};
        engine->sort(), engine->sense(now), engine->exchange(now);
        before = engine->totals().ligands[made].secreted;
        engine->transport(now);
    }
    EXPECT_TRUE(close(engine->totals().ligands[made].secreted - before, 4 * 60, 1e-5));
}

TEST_P(Compartments, SameBitsOnAnyNumberOfThreads) {
    Model m = tissue_with_vessel(Scheme::adaptive, Real(2e-3), 3e5, 2, 1e-4);
    m.doses = {bolus(0, 1e6, 100, 333, 5)};
    same_on_any_number_of_threads(GetParam(), [&](Device const& device) {
        auto const engine = make_backend(device);
        engine->start(m, empty_state(m, [](int, Vec3 p) { return p.x < 40 ? 5 : 0; }));
        advance(*engine, 60, 40);
        return std::pair(engine->state_hash(), engine->totals().pools[0].present);
    });
}

// what the compartments hold, and how often doses were given, is part of the state
TEST_P(Compartments, HashSeesPools) {
    auto const hash = [&](double amount) {
        Model m = two_compartments();
        m.doses = {bolus(0, amount)};
        auto const engine = make_backend(GetParam());
        engine->start(m, empty_state(m));
        advance(*engine, 60, 1);
        return engine->state_hash();
    };
    EXPECT_EQ(hash(1e10), hash(1e10));
    EXPECT_NE(hash(1e10), hash(1.0001e10));
}

CRINE_ON_EVERY_ENGINE(Compartments);

}  // namespace
}  // namespace crine::test
