// Compartments of one ligand, such as blood: clearance, transfers, carriers, infusions, and exchange through vessel walls.
#pragma once

#include "crine/backend.h"
#include "crine/model/carrier.h"

#include <vector>

namespace crine {
inline namespace CRINE_NS {

/// The pools of one ligand and what joins them, on the host. With amounts A, volumes V and free concentrations f(A/V):
///
///     dA/dt = infusion - k V f - Σ to others + Σ from others - P (f - y)
///
/// the last in the pool that meets the tissue through vessel walls: P, permeability · surface of all walls [µm³/s], and y, the
/// concentration in the tissue beyond them, its mean over the walls and over the interval. Linear, unless a carrier binds.
class Circulation {
public:
    /// What an interval does, for a given y.
    struct Course {
        std::vector<double> exposure;  ///< ∫ f dt by pool [molecules/µm³ s]
        double mean = 0;               ///< of f in the pool that meets the tissue
        double tissue = 0;             ///< y
    };

    Circulation() = default;
    /// `walls`: P. `tissue`: y now.
    Circulation(Model const& model, int ligand, double walls, double tissue);

    bool empty() const { return members_.empty(); }
    bool meets_tissue() const { return walls_ > 0; }
    bool stalled() const { return stalled_; }  ///< some interval could not be followed in steps of any length

    void give(int pool, double amount);               ///< a bolus
    void infuse(std::vector<double> const& by_pool);  ///< from now on [molecules/s]

    /// For the tissue: what f will be in the mean over the next interval, as well as can be known.
    double predict(double duration);
    /// The course in which `into_tissue` molecules cross the walls.
    Course course(double duration, double into_tissue);
    /// The mean f for which pool and tissue agree better, after tissue that met `level` took `into_tissue`, which makes that `course`.
    double improve(double duration, double level, double into_tissue, Course const& course);
    void accept(double duration, double level, double into_tissue, Course const& course);

    void report(std::vector<PoolState>& by_pool) const;
    template <class Visit>
    void list(Visit&& visit) {
        for (Member& member : members_) visit.value(member.amount), visit.value(member.infusion), visit.value(member.state);
        for (double* number : {&level_, &flow_, &level_change_, &flow_change_, &duration_, &answer_}) visit.value(*number);
    }

private:
    struct Member {
        int pool = 0;
        double volume = 0, clearance = 0;
        Carrier carrier;
        double amount = 0, infusion = 0;
        PoolState state;
    };
    double free(int member) const;

    struct Link {
        int from = 0, to = 0;
        double rate = 0;
    };
    /// Amounts and exposures, one after the other.
    using State = std::vector<double>;
    void slopes(State const& at, double y, State& out) const;
    State extrapolate(State const& from, double y, double h, double whole, double& error) const;
    std::vector<double> exposures(State at, double duration, double y);
    Course course_beside(double duration, double y);
    void compare(double level, double flow);
    /// y for which f(y) and y meet a condition that falls with y: condition(course) = 0.
    template <class Condition>
    Course find(double duration, double y, Condition const& condition);

    std::vector<Member> members_;
    std::vector<Link> links_;
    int meeting_ = -1;  ///< member that meets the tissue
    double walls_ = 0;
    bool linear_ = true, stalled_ = false;
    double base_duration_ = 0, rise_duration_ = 0;  ///< where all is linear, exposures are base + y · rise in an interval of that length
    std::vector<double> base_, rise_;

    // what the tissue did last, to foresee what it will do
    double level_ = 0, flow_ = 0;                ///< it met f, and took that much [molecules/s]
    double level_change_ = 0, flow_change_ = 0;  ///< from the interval before, if that was as long and no dose came between
    double duration_ = 0;                        ///< of the last interval; 0: a dose came after it
    double answer_ = 1;                          ///< and would take so much more, as a share of P · the rise in f: 1 if y did not follow f
    double tried_level_ = 0, tried_flow_ = 0;
    bool tried_ = false;
    double low_ = 0, low_mismatch_ = 0, high_ = 0, high_mismatch_ = 0;  ///< tries that met too little and too much; mismatch 0: none
};

}  // namespace CRINE_NS
}  // namespace crine
