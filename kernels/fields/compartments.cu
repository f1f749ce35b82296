// Integrates the pools of a ligand by extrapolated implicit Euler steps, and finds what crosses vessel walls in an interval.
#include "kernels/fields/compartments.h"

#include "crine/contracts.h"
#include "crine/interrupt.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crine {
inline namespace CRINE_NS {

namespace {

// Linearly implicit Euler steps, 1 … kColumns to an interval, extrapolated: of that order, stable at any step. The step is cut until the
// two best values agree. Deuflhard (1985) SIAM Rev 27:505, "Recent progress in extrapolation methods for ordinary differential equations"
// (SEULEX).
constexpr int kColumns = 8;
constexpr double kTolerance = 1e-11;  ///< relative, of every amount
constexpr double kFloor = 1e-14;      ///< and of all that there was and came
constexpr int kMostCuts = 2000;       ///< steps in an interval, taken back or not
constexpr double kNone = 1e-100;      ///< less [molecules] is nothing: what is left of it soon has no digits that could be compared

/// Solves m x = b, destroying both; row by row, m[i * n + j]. The columns of m are diagonally dominant: no pivots are needed.
void solve(std::vector<double>& m, std::vector<double>& b, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t r = i + 1; r < n; ++r) {
            double const by = m[r * n + i] / m[i * n + i];
            for (std::size_t c = i; c < n; ++c) m[r * n + c] -= by * m[i * n + c];
            b[r] -= by * b[i];
        }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t c = i + 1; c < n; ++c) b[i] -= m[i * n + c] * b[c];
        b[i] /= m[i * n + i];
    }
}

}  // namespace

Circulation::Circulation(Model const& model, int ligand, double walls, double tissue) : walls_(walls) {
    std::vector<int> place(model.pools.size(), -1);
    for (std::size_t p = 0; p < model.pools.size(); ++p) {
        Pool const& pool = model.pools[p];
        if (pool.ligand != ligand) continue;
        place[p] = static_cast<int>(members_.size());
        Member m;
        m.pool = static_cast<int>(p);
        m.volume = model.compartments[pool.compartment].volume;
        m.clearance = pool.clearance;
        m.carrier = {pool.carrier, pool.carrier_kd};
        m.amount = m.state.initial = pool.initial * m.volume;
        members_.push_back(m);
        linear_ = linear_ && pool.carrier <= 0;
    }
    for (Transfer const& t : model.transfers)
        if (model.pools[t.from].ligand == ligand) links_.push_back({place[t.from], place[t.to], t.rate});
    if (model.ligands[ligand].circulates < 0) walls_ = 0;
    if (walls_ > 0) meeting_ = place[model.ligands[ligand].circulates], level_ = tissue;
}

double Circulation::free(int member) const {
    Member const& m = members_[member];
    return m.carrier.free(m.amount / m.volume);
}

void Circulation::give(int pool, double amount) {
    for (Member& m : members_)
        if (m.pool == pool) m.amount += amount, m.state.dosed += amount;
    base_duration_ = duration_ = 0;
}

void Circulation::infuse(std::vector<double> const& by_pool) {
    for (Member& m : members_) {
        if (m.infusion != by_pool[m.pool]) base_duration_ = duration_ = 0;
        m.infusion = by_pool[m.pool];
    }
}

void Circulation::slopes(State const& at, double y, State& out) const {
    std::size_t const n = members_.size();
    for (std::size_t i = 0; i < n; ++i) {
        Member const& m = members_[i];
        double const f = m.carrier.free(at[i] / m.volume);
        out[n + i] = f;
        out[i] = m.infusion - m.clearance * m.volume * f;
        if (static_cast<int>(i) == meeting_) out[i] -= walls_ * (f - y);
    }
    for (Link const& link : links_) {
        double const flow = link.rate * members_[link.from].volume * out[n + link.from];
        out[link.from] -= flow, out[link.to] += flow;
    }
}

Circulation::State Circulation::extrapolate(State const& from, double y, double h, double whole, double& error) const {
    std::size_t const n = members_.size();
    std::vector<double> jacobian(n * n), slope(n), matrix(n * n), change(n);
    for (std::size_t i = 0; i < n; ++i) {
        Member const& m = members_[i];
        slope[i] = m.carrier.slope(from[i] / m.volume) / m.volume;
        jacobian[i * n + i] -= (m.clearance * m.volume + (static_cast<int>(i) == meeting_ ? walls_ : 0)) * slope[i];
    }
    for (Link const& link : links_) {
        double const rate = link.rate * members_[link.from].volume * slope[link.from];
        jacobian[link.from * n + link.from] -= rate, jacobian[link.to * n + link.from] += rate;
    }
    std::vector<State> column;
    State rates(2 * n);
    for (int steps = 1; steps <= kColumns; ++steps) {
        double const part = h / steps;
        State at = from;
        for (int s = 0; s < steps; ++s) {
            slopes(at, y, rates);
            for (std::size_t i = 0; i < n * n; ++i) matrix[i] = (i % (n + 1) == 0 ? 1.0 : 0.0) - part * jacobian[i];
            for (std::size_t i = 0; i < n; ++i) change[i] = part * rates[i];
            solve(matrix, change, n);
            for (std::size_t i = 0; i < n; ++i) at[i] += change[i], at[n + i] += part * (rates[n + i] + slope[i] * change[i]);
        }
        column.push_back(at);
        for (int k = steps - 2; k >= 0; --k) {  // Aitken–Neville: column[k] becomes the value from steps k + 1 … steps
            double const ratio = static_cast<double>(steps) / (k + 1);
            for (std::size_t i = 0; i < 2 * n; ++i) column[k][i] = column[k + 1][i] + (column[k + 1][i] - column[k][i]) / (ratio - 1);
        }
    }
    error = 0;
    for (std::size_t i = 0; i < 2 * n; ++i) {
        double const size = i < n ? whole : whole / members_[i - n].volume * h;
        double const scale = kTolerance * std::max(std::fabs(column[0][i]), std::fabs(from[i])) + kFloor * size;
        if (scale > 0) error = std::max(error, std::fabs(column[0][i] - column[1][i]) / scale);
    }
    return column[0];
}

std::vector<double> Circulation::exposures(State at, double duration, double y) {
    std::size_t const n = members_.size();
    at.resize(2 * n);
    double done = 0, h = duration, whole = 0;
    for (std::size_t i = 0; i < n; ++i) whole += std::fabs(at[i]) + members_[i].infusion * duration;
    if (meeting_ >= 0) whole += walls_ * duration / (1 + walls_ * duration / members_[meeting_].volume) * std::fabs(y);
    for (int cut = 0; whole > kNone && done < duration; ++cut) {
        end_if_out_of_time();
        if (cut == kMostCuts) {
            stalled_ = true;
            break;
        }
        h = duration - done <= h * (1 + 1e-9) ? duration - done : h;
        double error = 0;
        State const next = extrapolate(at, y, h, whole, error);
        double const growth = 0.8 * std::pow(std::max(error, 1e-12), -1.0 / kColumns);
        if (error <= 1) {
            at = next;
            done = h >= duration - done ? duration : done + h;
        }
        h *= std::isfinite(growth) ? std::clamp(growth, 0.1, 4.0) : 0.1;
    }
    return {at.begin() + static_cast<std::ptrdiff_t>(n), at.end()};
}

Circulation::Course Circulation::course_beside(double duration, double y) {
    State amounts;
    for (Member const& m : members_) amounts.push_back(m.amount);
    Course course{{}, 0, y};
    if (linear_ && meeting_ >= 0) {
        if (base_duration_ != duration) base_ = exposures(amounts, duration, 0), base_duration_ = duration;
        if (rise_duration_ != duration) {  // of empty pools, for y = 1
            std::vector<Member> const members = members_;
            for (Member& m : members_) m.infusion = 0;
            rise_ = exposures(State(members_.size(), 0), duration, 1), rise_duration_ = duration;
            members_ = members;
        }
        course.exposure = base_;
        for (std::size_t i = 0; i < members_.size(); ++i) course.exposure[i] += y * rise_[i];
    } else {
        course.exposure = exposures(amounts, duration, y);
    }
    if (meeting_ >= 0) course.mean = course.exposure[meeting_] / duration;
    return course;
}

template <class Condition>
Circulation::Course Circulation::find(double duration, double y, Condition const& condition) {
    constexpr int kMost = 12;
    Course a = course_beside(duration, y);
    auto [at_a, scale] = condition(a);
    double step = at_a / (walls_ * duration);  // as if f did not follow y
    for (int i = 0; i < kMost && std::fabs(at_a) > 1e-12 * scale && step != 0; ++i) {
        Course const b = course_beside(duration, a.tissue + step);
        auto const [at_b, scale_b] = condition(b);
        double const fall = (at_a - at_b) / step;
        bool const better = !(std::fabs(at_b) > std::fabs(at_a));
        if (better) a = b, at_a = at_b, scale = scale_b;
        double const next = fall > 0 ? at_a / fall : 0;
        if (!better && std::fabs(next) >= std::fabs(step)) break;
        step = next;
    }
    return a;
}

double Circulation::predict(double duration) {
    bool const alike = duration == duration_;
    double const full = walls_ * duration, level = level_ + (alike ? level_change_ : 0), flow = flow_ + (alike ? flow_change_ : 0);
    auto const differs = [&](Course const& course) {
        double const crossed = full * (course.mean - course.tissue), taken = flow * duration + answer_ * full * (course.mean - level);
        return std::pair(crossed - taken, full * (std::fabs(course.mean) + std::fabs(course.tissue)) + std::fabs(taken));
    };
    return find(duration, level - flow / walls_, differs).mean;
}

Circulation::Course Circulation::course(double duration, double into_tissue) {
    if (meeting_ < 0) return course_beside(duration, 0);
    double const full = walls_ * duration;
    return find(duration, level_ - into_tissue / full, [&](Course const& course) {
        return std::pair(full * (course.mean - course.tissue) - into_tissue,
                         full * (std::fabs(course.mean) + std::fabs(course.tissue)) + std::fabs(into_tissue));
    });
}

/// Two tries at the same interval tell how the tissue answers.
void Circulation::compare(double level, double flow) {
    constexpr double kVisible = 1000 * std::numeric_limits<Real>::epsilon();
    if (tried_ && std::fabs(level - tried_level_) > kVisible * std::fabs(level))
        answer_ = std::clamp((flow - tried_flow_) / (walls_ * (level - tried_level_)), 0.0, 1.0);
}

double Circulation::improve(double duration, double level, double into_tissue, Course const& course) {
    double const full = walls_ * duration, mismatch = course.mean - level;
    double const flow = into_tissue / duration;
    compare(level, flow);
    tried_ = true, tried_level_ = level, tried_flow_ = flow;
    (mismatch > 0 ? low_ : high_) = level, (mismatch > 0 ? low_mismatch_ : high_mismatch_) = mismatch;
    // how the mean f falls with what the tissue takes, from a second course
    double const more = 1e-3 * std::max(std::fabs(level), std::fabs(course.mean)) * members_[meeting_].volume;
    double const fall = more > 0 ? (this->course(duration, into_tissue + more).mean - course.mean) / more : 0;
    double const next = level + mismatch / (1 - fall * answer_ * full);
    bool const between = low_mismatch_ != 0 && high_mismatch_ != 0;
    if (between && !(next > std::min(low_, high_) && next < std::max(low_, high_)))  // the mismatch falls with the level
        return low_ + (high_ - low_) * low_mismatch_ / (low_mismatch_ - high_mismatch_);
    return std::isfinite(next) ? next : course.mean;
}

void Circulation::accept(double duration, double level, double into_tissue, Course const& course) {
    compare(level, into_tissue / duration);
    tried_ = false, base_duration_ = 0;
    low_mismatch_ = high_mismatch_ = 0;
    bool const alike = duration == duration_;
    double const flow = into_tissue / duration;
    level_change_ = alike ? level - level_ : 0, flow_change_ = alike ? flow - flow_ : 0;
    level_ = level, flow_ = flow, duration_ = duration;
    std::vector<double> gained(members_.size());
    for (std::size_t i = 0; i < members_.size(); ++i) {
        Member& m = members_[i];
        double const cleared = m.clearance * m.volume * course.exposure[i], infused = m.infusion * duration;
        m.state.cleared += cleared, m.state.dosed += infused, m.state.exposure += course.exposure[i];
        gained[i] += infused - cleared;
    }
    for (Link const& link : links_) {
        double const moved = link.rate * members_[link.from].volume * course.exposure[link.from];
        gained[link.from] -= moved, gained[link.to] += moved;
        members_[link.from].state.transferred -= moved, members_[link.to].state.transferred += moved;
    }
    if (meeting_ >= 0) gained[meeting_] -= into_tissue, members_[meeting_].state.from_tissue -= into_tissue;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        Member& m = members_[i];
        m.amount += gained[i];
        if (std::fabs(m.amount) < kNone) m.state.cleared += m.amount, m.amount = 0;
    }
}

void Circulation::report(std::vector<PoolState>& by_pool) const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        Member const& m = members_[i];
        PoolState& state = by_pool[m.pool] = m.state;
        state.present = m.amount, state.free = free(static_cast<int>(i));
    }
}

}  // namespace CRINE_NS
}  // namespace crine
