// Transport of one ligand by multigrid: implicit Euler, TR-BDF2 or quasi-steady, and what is booked of the step.
#include "kernels/fields/ligand_step.h"

#include <algorithm>

namespace crine {
inline namespace CRINE_NS {

namespace {

/// Conductances of the faces between voxels, relative to a diffusivity. A held voxel has none: it has its value up to its faces, so that
/// these belong to what its neighbours gain and lose, as walls do.
struct FacesBody {
    Medium medium;
    Equations e;
    Real reference;

    CRINE_HD Real diffusivity(std::size_t p) const { return medium.at(p).fixed ? Real(0) : medium.diffusivity(p) / reference; }
    CRINE_HD Real conductance(int side, int index, std::size_t p) const {
        Medium::Beyond const there = medium.beyond(side, index, p);
        if (there.wall || there.itself) return 0;
        return face_conductance(diffusivity(p), diffusivity(there.q), medium.grid.spacing);
    }
    CRINE_HD void operator()(int i, int j, int k) const {
        Grid const& g = medium.grid;
        std::size_t const p = g.at(i, j, k);
        e.kx[p] = conductance(x_low, i, p);
        e.ky[p] = conductance(y_low, j, p);
        e.kz[p] = conductance(z_low, k, p);
        if (i == g.nx - 1) e.kx[p + 1] = conductance(x_high, i, p);
        if (j == g.ny - 1) e.ky[p + g.stride_y()] = conductance(y_high, j, p);
        if (k == g.nz - 1) e.kz[p + g.stride_z()] = conductance(z_high, k, p);
    }
};

/// The largest and the smallest conductance, and whether there is a face that conducts nothing between voxels that are not held.
struct FacesTerm {
    Medium medium;
    Equations e;
    enum { largest, least_inverse, closed, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        Grid const& g = medium.grid;
        std::size_t const p = g.at(i, j, k);
        auto const look = [&](int side, int index, Real conductance) {
            Medium::Beyond const there = medium.beyond(side, index, p);
            if (there.wall || there.itself) return;
            into[largest] = Maximum::join(into[largest], conductance);
            if (conductance > 0)
                into[least_inverse] = Maximum::join(into[least_inverse], 1 / static_cast<double>(conductance));
            else if (!medium.at(p).fixed && !medium.at(there.q).fixed)
                into[closed] = 1;
        };
        look(x_low, i, e.kx.data[p]), look(y_low, j, e.ky.data[p]), look(z_low, k, e.kz.data[p]);
    }
};

/// rhs = inflow + shift (w_a a + w_b b), and where the solution starts from.
struct HistoryBody {
    Equations e;
    Real const *inflow, *a, *b;
    Real a_weight, b_weight, shift;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        Real const history = shift * (a_weight * a[p] + b_weight * b[p]);
        e.rhs[p] = inflow[p] + (e.loss[p] > 0 ? history : Real(0));
    }
};

/// First stage of TR-BDF2: rhs = inflow + shift c + (the rate of c), where the residual of c with rhs = inflow is its rate less shift c.
struct TrapezoidBody {
    Equations e;
    Real const *inflow, *c, *residual;
    Real shift;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        e.rhs[p] = inflow[p] + (e.loss[p] > 0 ? 2 * shift * c[p] : Real(0)) + residual[p];
    }
};

/// Net rate of change by the equations just solved, content, how both answer to c → c + δ |c|, and how the rate can to c → c ± 1.
struct ClosureTerm {
    Medium medium;
    Equations e;
    Real const *inflow, *c;
    Real shift;
    enum { net, content, net_answer, content_answer, losses, count };
    CRINE_HD void operator()(int i, int j, int k, double (&into)[count]) const {
        std::size_t const p = e.grid.at(i, j, k);
        double const value = c[p], size = std::fabs(value);
        into[content] += value;
        if (medium.held && medium.at(p).fixed) return;
        double const loss = static_cast<double>(e.loss[p]) - shift;
        into[net] += inflow[p] - loss * value;
        into[net_answer] -= loss * size;
        into[content_answer] += size;
        into[losses] += std::fabs(loss);
    }
};

struct SettleBody {
    Medium medium;
    Real const* x;
    Real* concentration;
    Real delta;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = medium.grid.at(i, j, k);
        MaterialLigand const& here = medium.at(p);
        Real const size = std::fabs(x[p]), c = size < kNothing ? Real(0) : x[p] + delta * size;
        concentration[p] = here.fixed ? here.value : c;
    }
};

/// mean = kept · mean + weight · c
struct MeanBody {
    Grid grid;
    Real const* c;
    Real weight, kept;
    Real* mean;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = grid.at(i, j, k);
        mean[p] = weight * c[p] + (kept > 0 ? kept * mean[p] : Real(0));
    }
};

/// How far below 0 a concentration is.
struct Below {
    Real const* c;
    CRINE_HD Real operator()(std::size_t p) const { return -c[p]; }
};

/// One implicit step of one ligand.
class MultigridStep : LigandStep {
public:
    MultigridStep(Fields& fields, Model const& model, int ligand, LigandField* part)
        : LigandStep(fields, model, ligand, part), repeats_(part != nullptr) {}

    /// True if every solve converged.
    bool take(double dt) {
        switch (model_.scheme) {
            case Scheme::implicit_euler:
                implicit_euler(dt);
                break;
            case Scheme::tr_bdf2:
                tr_bdf2_step(dt);
                break;
            default:
                quasi_steady(dt);
        }
        field_.stale_halo = true;
        return converged_;
    }

private:
    void implicit_euler(double dt, int parts = 1) {
        assemble(parts / dt);
        for (int part = 0; part < parts; ++part) {
            set_history(concentration(), 1, concentration(), 0);
            copy(concentration(), x());
            solve();
            settle(dt, 1.0 / parts);
        }
    }

    /// Both stages are of order 2 and fall below 0 where a step loses most of what there is; what they have lost there in the mean is then
    /// of no meaning either. Then implicit Euler takes as many solves instead.
    void tr_bdf2_step(double dt) {
        if (!repeats_) whole_.damped = false;
        if (!whole_.damped && tr_bdf2_stages(dt)) return;
        whole_.damped = true;
        observed_ = left_ = 0, converged_ = true;
        implicit_euler(dt, 2);
    }

    bool tr_bdf2_stages(double dt) {
        assemble(1 / (tr_bdf2::kImplicit * dt));
        Rates const start = rates(concentration());
        observe(concentration(), tr_bdf2::kStages);
        copy(concentration(), x());
        copy(fields_.inflow.data(), fields_.solver.equations().rhs.data);
        Real const* const residual = fields_.solver.residual(field_.diffuses).data;
        for_each_voxel(grid(), TrapezoidBody{fields_.solver.equations(), fields_.inflow.data(), concentration(), residual, shift_});
        solve();
        if (falls_below_zero()) return false;
        Rates const middle = rates(x());
        observe(x(), tr_bdf2::kStages);
        set_history(x(), tr_bdf2::kMiddle, concentration(), 1 - tr_bdf2::kMiddle);
        solve();
        if (falls_below_zero()) return false;
        book(start, tr_bdf2::kStages * dt);
        book(middle, tr_bdf2::kStages * dt);
        settle(dt, tr_bdf2::kImplicit);
        return true;
    }
    /// Whether the solution does: further than the field at the beginning of the step, by more than the solver leaves.
    bool falls_below_zero() {
        constexpr double kVisible = 1e-3;  ///< of the largest concentration
        if (repeats_) return false;
        auto const most = [&](auto const& of) { return static_cast<double>(max_rows(grid(), fields_.partial, of)); };
        double const below = most(Below{x()});
        return below > 0 && below > std::max(most(Below{concentration()}), 0.0) +
                                        kVisible * std::max(most(Magnitude{x()}), most(Magnitude{concentration()}));
    }

    void quasi_steady(double dt) {
        assemble(0);
        set_history(concentration(), 0, concentration(), 0);
        copy(concentration(), x());
        solve();
        settle(dt, 1);
    }

    /// Adds what the ledger takes as the concentration during a part of the step to the mean that cells meet and by which conversions are
    /// counted.
    void observe(Real const* c, double weight) {
        if (!field_.mean_wanted()) return;
        fields_.mean.resize(grid().storage());
        for_each_voxel(grid(), MeanBody{grid(), c, static_cast<Real>(weight), static_cast<Real>(observed_ > 0), fields_.mean.data()});
        observed_ += weight;
    }

    Real* x() { return fields_.solver.x().data; }
    void copy(Real const* from, Real* to) { for_each_voxel(grid(), CopyBody{grid(), from, to}); }

    /// The equations, divided by a diffusivity: ligands of the same shape then have the same faces, which the solver keeps.
    void assemble(double shift) {
        Equations const equations = fields_.solver.equations();
        shift_ = static_cast<Real>(shift / whole_.reference);
        gather(fields_.inflow.data(), equations.loss.data, shift_, whole_.reference);
        if (!field_.diffuses) return;
        if (whole_.shape < 0 || whole_.shape != fields_.solver_shape) {
            for_each_voxel(grid(), FacesBody{medium_, equations, whole_.reference});
            fields_.solver.coarsen_faces(faces());
            fields_.solver_shape = whole_.shape;
        }
        fields_.solver.coarsen_losses(whole_.joins);
    }

    /// With jumps of more than that, the error left by geometric multigrid is not seen in its corrections.
    Multigrid::Faces faces() {
        constexpr double kAlike = 16;
        if (whole_.uniform_diffusivity) return Multigrid::Faces::alike;
        using Term = FacesTerm;
        auto const found = reduce<Term::count, Maximum>(grid().voxels(), grid().nx, fields_.partial,
                                                        VoxelTerm<Term>{Term{medium_, fields_.solver.equations()}, grid().ny});
        bool const alike = found[Term::closed] == 0 && found[Term::largest] * found[Term::least_inverse] <= kAlike;
        return alike ? Multigrid::Faces::alike : Multigrid::Faces::different;
    }

    void set_history(Real const* a, double a_weight, Real const* b, double b_weight) {
        for_each_voxel(grid(), HistoryBody{fields_.solver.equations(), fields_.inflow.data(), a, b, static_cast<Real>(a_weight),
                                           static_cast<Real>(b_weight), shift_});
    }

    void solve() {
        if (!field_.diffuses) return fields_.solver.solve_pointwise();
        Solved const outcome = fields_.solver.solve(tolerance_, concentration(), model_.scheme == Scheme::quasi_steady, whole_.joins);
        field_.solve.cycles += outcome.cycles;
        field_.solve.error = outcome.error > field_.solve.error ? outcome.error : field_.solve.error;
        converged_ = converged_ && outcome.converged;
        field_.no_equilibrium = !outcome.defined;
        left_ += tolerance_ * outcome.largest;
    }

    /// Takes over the solution, corrected by δ |c| for the amount by which the solver's tolerance and rounding would leave the
    /// ledger open. The balance is that of the whole run, so that what a correction below the precision of `Real` cannot
    /// reach now is made up for later, and does not add up.
    void settle(double dt, double weight) {
        bool const steady = model_.scheme == Scheme::quasi_steady;
        auto const s = sum_rows<ClosureTerm::count>(grid(), fields_.partial,
                                                    ClosureTerm{medium_, fields_.solver.equations(), fields_.inflow.data(), x(), shift_});
        double const duration = weight * dt * whole_.reference;
        double const flow = -duration * s[ClosureTerm::net_answer], content = steady ? 0 : s[ClosureTerm::content_answer];
        double const answer = content + flow;
        // A field in equilibrium has no content of its own to make up with: what rounding has left open goes into its flows, and no more.
        double carried = answer > 0 ? open_ / grid().volume() / answer : 0;
        if (steady) carried = std::clamp(carried, -kRounding, kRounding);
        double const volume = grid().volume();
        double const missing =
            (steady ? carried * answer : expected_content() / volume - s[ClosureTerm::content]) + duration * s[ClosureTerm::net];
        double const delta = answer > 0 ? limited(significant(missing * volume) / volume / answer) : 0;
        for_each_voxel(grid(), SettleBody{medium_, x(), concentration(), static_cast<Real>(delta)});

        Rates const end = rates(concentration());
        observe(concentration(), weight);
        book(end, weight * dt);
        if (!steady) settle_exchange(end.content);
        double const before = field_.ledger.free, size = s[ClosureTerm::content_answer] * grid().volume();
        field_.ledger.free = end.content * grid().volume();
        // By as much as solves may have missed, the balance is open by no more than this part of what the field answers with.
        double const misses = left_ * (duration * s[ClosureTerm::losses] + (steady ? 0 : static_cast<double>(grid().voxels())));
        note_correction(delta * size, std::fabs(field_.ledger.free) + flow * grid().volume(),
                        std::min(std::fabs(delta - carried), answer > 0 ? misses / answer : 0) * size);
        if (steady) field_.ledger.produced += field_.ledger.free - before;
    }

    bool repeats_;         ///< what is stepped is a part, which has to be stepped as the whole was
    Real shift_ = 0;       ///< relative to the reference [1/µm²]
    double observed_ = 0;  ///< part of the step that the mean is of
    bool converged_ = true;
    double left_ = 0;  ///< the most by which solves may have missed a concentration [molecules/µm³]
    double const open_ = expected_content() - field_.ledger.free;  ///< of the steps before, which this one makes up for
};

}  // namespace

bool take_multigrid_step(Fields& fields, Model const& model, int ligand, double dt, LigandField* part) {
    return MultigridStep(fields, model, ligand, part).take(dt);
}

}  // namespace CRINE_NS
}  // namespace crine
