// Transport of one ligand by factors along the axes: how many steps an interval takes, and what is booked of them.
#include "kernels/fields/ligand_step.h"

#include "crine/interrupt.h"

#include <algorithm>
#include <cmath>

namespace crine {
inline namespace CRINE_NS {

namespace {

struct ClearBody {
    Grid grid;
    Real* field;
    CRINE_HD void operator()(int i, int j, int k) const { field[grid.at(i, j, k)] = 0; }
};

/// Σ of a field, and Σ of its size where it is not held.
struct ContentTerm {
    Medium medium;
    Real const* field;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[2]) const {
        std::size_t const p = medium.grid.at(i, j, k);
        double const value = field[p];
        into[0] += value;
        if (!medium.held || !medium.at(p).fixed) into[1] += std::fabs(value);
    }
};

/// Σ of a field where it is below 0, and of its size.
struct BelowTerm {
    Grid grid;
    Real const* field;
    CRINE_HD void operator()(int i, int j, int k, double (&into)[2]) const {
        double const value = field[grid.at(i, j, k)];
        into[0] += value < 0 ? -value : 0;
        into[1] += std::fabs(value);
    }
};

struct ScaleBody {
    Medium medium;
    Real* c;
    Real by;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = medium.grid.at(i, j, k);
        if (!medium.at(p).fixed) c[p] += by * std::fabs(c[p]);
    }
};

/// Steps of one ligand along the axes: one of the length that was asked for, or as many as the tolerance needs.
class LineSteps : LigandStep {
public:
    LineSteps(Fields& fields, Model const& model, int ligand, LigandField* part)
        : LigandStep(fields, model, ligand, part), repeats_(part != nullptr) {
        for (std::size_t m = 0; m < model.material_names.size(); ++m)
            mixing_ = std::max<double>(mixing_, model.property(static_cast<int>(m), ligand).diffusivity);
    }

    bool take(double dt) {
        dt_ = dt;
        describe();
        if (mean() != nullptr) for_each_voxel(grid(), ClearBody{grid(), mean()});
        bool const taken = model_.scheme == Scheme::adi ? one_step(dt) : (repeats_ ? repeat_steps(dt) : adaptive_steps(dt));
        enter(dt);
        settle_exchange(content_);
        close();
        field_.stale_halo = true;
        return taken;
    }

private:
    static constexpr double kSafety = 0.8, kMostGrowth = 4, kLeastGrowth = 0.2;
    static constexpr double kShortest = 1e-9;  ///< a step below this share of the interval means that nothing converges

    /// What the solver has to know of the medium. Where only cells make a difference between voxels (`plain_`), their arrays will do.
    void describe() {
        wants_mean_ = field_.mean_wanted();
        MaterialLigand const first = field_.everywhere;
        plain_ = field_.plain && medium_.held_back == nullptr && medium_.cleavage == nullptr && medium_.conversion == nullptr &&
                 medium_.made == nullptr && !whole_.infusing;
        equations_.grid = grid();
        if (medium_.varying != nullptr) {
            equations_.diffusivity = medium_.varying;
        } else if (field_.uniform_diffusivity) {
            equations_.link = face_conductance(first.diffusivity, first.diffusivity, grid().spacing);
        } else {
            equations_.links = whole_.links.data(), equations_.material = medium_.material.data;
            equations_.materials = static_cast<int>(fields_.materials());
        }
        if (plain_) {
            equations_.loss = first.decay, equations_.inflow = first.source;
            equations_.loss_at = medium_.loss, equations_.inflow_at = medium_.source;
            if (medium_.source != nullptr && field_.summed.version != field_.exchange_version)
                field_.summed = {field_.exchange_version, content(medium_.source)[0], most(medium_.loss)};
            equations_.most_loss_at = static_cast<Real>(field_.summed.most_loss);
        } else {
            for (auto* array : {&fields_.loss, &fields_.inflow}) array->resize(grid().storage());
            gather(fields_.inflow.data(), fields_.loss.data(), 0, 1);
            equations_.loss_at = fields_.loss.data(), equations_.inflow_at = fields_.inflow.data();
            equations_.most_loss_at = static_cast<Real>(most(fields_.loss.data()));
            wants_mean_ = true;
        }
        if (wants_mean_) fields_.mean.resize(grid().storage());
    }

    bool one_step(double dt) {
        book_step(fields_.lines.step(equations_, field_.concentration, dt, mean(), 1), factored::douglas_gunn::kGamma, dt);
        return repeats_ || !overshoots(dt);
    }

    /// Where a step loses more than there is, it goes below 0, and where that is not the same everywhere, further with every step.
    bool overshoots(double dt) {
        constexpr double kMost = 0.01;  ///< of a field, that may be below 0
        double const most_loss = static_cast<double>(equations_.loss) + equations_.most_loss_at;
        if (!(dt * most_loss > 1)) return false;
        auto const [below, size] = sum_rows<2>(grid(), fields_.partial, BelowTerm{grid(), concentration()});
        return below > kMost * size;
    }

    /// The step that suits the start of an interval, when cells have just changed what they secrete, is where the next one starts.
    bool adaptive_steps(double dt) {
        double step = field_.first_step > 0 ? field_.first_step : dt, done = 0;
        bool first = true;
        whole_.steps.clear();
        while (done < dt) {
            end_if_out_of_time();
            double const left = dt - done, tau = left / std::ceil(left / std::min(step, left) - 1e-6);
            LineSolver::Sums const sums = fields_.lines.try_step(equations_, field_.concentration, tau);
            double const error = sums.largest > kNothing ? sums.error / sums.largest : 0;
            double const growth = error > 0 ? kSafety * std::sqrt(tolerance_ / error) : kMostGrowth;
            step = tau * std::clamp(std::isfinite(growth) ? growth : kLeastGrowth, kLeastGrowth, kMostGrowth);
            ++field_.solve.cycles;
            if (!(error <= tolerance_)) {
                if (step < kShortest * dt || field_.solve.cycles >= kMostSteps) return false;
                continue;
            }
            field_.solve.error = std::max(field_.solve.error, error);
            fields_.lines.accept(field_.concentration, tau, mean(), tau / dt);
            book_step(sums, factored::ros2::kGamma, tau);
            if (whole_.traced) whole_.steps.push_back(tau);
            if (first) field_.first_step = step;
            first = false;
            done = left - tau < 1e-9 * dt ? dt : done + tau;
            if (done < dt && field_.solve.cycles >= kMostSteps) return false;
        }
        return true;
    }

    /// The steps that the whole has taken, so that its parts add up to it.
    bool repeat_steps(double dt) {
        for (double const tau : whole_.steps) {
            end_if_out_of_time();
            LineSolver::Sums const sums = fields_.lines.try_step(equations_, field_.concentration, tau);
            fields_.lines.accept(field_.concentration, tau, mean(), tau / dt);
            book_step(sums, factored::ros2::kGamma, tau);
        }
        return true;
    }

    Real* mean() { return wants_mean_ ? fields_.mean.data() : nullptr; }

    /// Adds up what is lost in a step, by the concentration c̄ = (1 - γ) c + γ c_end + τ (1/2 - γ) first.
    void book_step(LineSolver::Sums const& sums, double gamma, double tau) {
        double const mean = (1 - gamma) * content_ + gamma * sums.content + tau * (0.5 - gamma) * sums.first;
        mean_ += mean * tau, lost_ += sums.lost * tau;
        content_ = sums.content;
    }

    /// Enters the interval into the ledger.
    void enter(double dt) {
        if (!plain_) return book(rates(mean()), dt);
        double const produced = static_cast<double>(equations_.inflow) * static_cast<double>(grid().voxels());
        book({0, field_.summed.secreted, produced, 0, lost_ / dt, equations_.loss * mean_ / dt, 0, 0}, dt);
    }

    /// Rounding leaves the ledger open by a little; what `Real` can still express of it is put into the field, so that it never adds up.
    void close() {
        constexpr double kLeast = 2 * std::numeric_limits<Real>::epsilon();
        double const volume = grid().volume(), missing = significant(expected_content() - content_ * volume) / volume;
        double corrected = 0;
        if (std::fabs(missing) > kLeast * std::fabs(content_)) {
            double const size = content(concentration())[1];
            if (std::fabs(missing) > kLeast * size) {
                for_each_voxel(grid(), ScaleBody{medium_, concentration(), static_cast<Real>(size > 0 ? limited(missing / size) : 0)});
                double const before = content_;
                content_ = content(concentration())[0];
                corrected = content_ - before;
            }
        }
        field_.ledger.free = content_ * volume;
        note_correction(corrected * volume, rounded() * volume);
    }

    /// All that has been rounded: the content in every step, what was lost, and what voxels exchanged, whose errors cancel as those of
    /// independent ones do.
    double rounded() const {
        double const exchanged = 6 * mixing_ / (grid().spacing * grid().spacing) * dt_ / std::sqrt(static_cast<double>(grid().voxels()));
        return std::fabs(content_) * (std::max(field_.solve.cycles, 1) + exchanged) + std::fabs(lost_) + equations_.loss * std::fabs(mean_);
    }

    double most(Real const* field) { return max_rows(grid(), fields_.partial, Magnitude{field}); }
    std::array<double, 2> content(Real const* field) { return sum_rows<2>(grid(), fields_.partial, ContentTerm{medium_, field}); }

    Dynamics equations_;
    bool repeats_, plain_ = false, wants_mean_ = false;
    double content_ = field_.ledger.free / grid().volume();  ///< Σ c
    double mixing_ = 0, dt_ = 0;                             ///< largest D [µm²/s], length of the interval [s]
    double mean_ = 0, lost_ = 0;                             ///< ∫ Σ c̄ dt, ∫ Σ loss_at c̄ dt
};

}  // namespace

bool take_line_steps(Fields& fields, Model const& model, int ligand, double dt, LigandField* part) {
    return LineSteps(fields, model, ligand, part).take(dt);
}

}  // namespace CRINE_NS
}  // namespace crine
