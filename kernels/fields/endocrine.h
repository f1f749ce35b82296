// Ligands that circulate or are given as doses: their transport in the tissue, joined with that in compartments.
#pragma once

#include "kernels/fields/compartments.h"
#include "kernels/fields/fields.h"

namespace crine {
inline namespace CRINE_NS {

/// The endocrine route: the compartments, what is given when, and how the tissue's transport and the compartments' courses are joined.
///
/// In an interval the tissue meets the mean concentration beyond vessel walls, and the compartments the mean concentration before them.
/// What crosses is what transport books, and the means must agree with it: where the first guess does not, the interval is
/// repeated. So nothing is lost whatever the interval, both ends settle in the same equilibrium, and the order is 2.
class Endocrine {
public:
    void start(Model const& model, InitialState const& state);
    /// Some compartment holds the ligand, or some dose gives it.
    bool concerns(int ligand) const { return !routes_.empty() && routes_[ligand].used; }
    /// The interval in pieces, from dose to dose. `nonlinear`: as of transport's take_step.
    ErrorCode take_step(Fields& fields, Model const& model, int ligand, Moment now, double& nonlinear);

    /// What some ligands have in compartments, and what has been given of them: for intervals that are taken on trial.
    struct Memory {
        std::vector<Circulation> circulations;
        std::vector<std::uint64_t> given;
    };
    Memory remember(std::vector<int> const& ligands) const;
    void go_back(Fields& fields, std::vector<int> const& ligands, Memory const& memory);

    std::vector<PoolState> pools() const;
    /// Free concentration by pool [molecules/µm³].
    std::vector<Real> levels() const;

    template <class Visit>
    void list(Visit&& visit) {
        for (Route& route : routes_)
            if (!route.circulation.empty()) route.circulation.list(visit);
        visit.progress(given_, doses_);
        for (Syringe& syringe : syringes_) visit.table(syringe.voxels);
    }
    /// After a restore: who is infused is found out anew.
    void restored() {
        for (Syringe& syringe : syringes_) syringe.running = false;
    }

private:
    struct Route {
        bool used = false;
        Circulation circulation;
        std::vector<int> doses;
    };
    struct Syringe {
        Buffer<std::uint32_t> voxels;
        bool running = false;  ///< an infusion
    };
    /// Those that are due at t, give or take the least difference of times.
    void give_boluses(Fields& fields, Model const& model, int ligand, double t, double least);
    void set_infusions(Fields& fields, Model const& model, int ligand, double at);
    ErrorCode advance(Fields& fields, Model const& model, int ligand, double duration, double& nonlinear);

    std::vector<Route> routes_;         ///< by ligand; empty: nothing to do
    std::vector<Syringe> syringes_;     ///< by dose of the model
    std::vector<std::uint64_t> given_;  ///< boluses of each dose so far; kUnknown where a run has gone on with other doses
    std::uint64_t doses_ = 0;           ///< a hash of them
    std::size_t pools_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
