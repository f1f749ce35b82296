// All ligand fields on a device, with materials and ledgers, and the work space that their solvers share.
#pragma once

#include "crine/backend.h"
#include "crine/model.h"
#include "kernels/device/part.h"
#include "kernels/fields/layers.h"
#include "kernels/fields/line_solver.h"
#include "kernels/fields/multigrid.h"
#include "kernels/fields/react.h"

#include <functional>

namespace crine {
inline namespace CRINE_NS {

/// One ligand on this engine. Stored arrays have a halo (`Grid::at`).
struct LigandField {
    Buffer<Real> concentration;  ///< [molecules/µm³]; once `sensed`, the halo meets the boundary conditions
    Buffer<Real> source;         ///< from cells, set by exchange [molecules/µm³/s]; empty where no type exchanges it
    Buffer<Real> loss;           ///< to cells, set by exchange: first-order rate [1/s]; likewise
    Buffer<Real> held_back;      ///< secretion stopped by saturation, per concentration [1/s]; empty where no type saturates
    Buffer<Real> links;          ///< [material * materials + neighbour's material]: conductance of a face [1/s]

    Buffer<Real> diffusivity;  ///< by voxel, with halo [µm²/s]; empty where no matrix hinders it. 0 where the concentration is held
    Buffer<Real> made;         ///< by conversions in this step [molecules/µm³/s]; empty where none makes it

    double made_sum = 0;        ///< Σ made
    double own_rate = 0;        ///< what cells catch from themselves before it reaches the field, set by exchange [molecules/s]
    double recapture_rate = 0;  ///< likewise: what they catch before it has got away, model/autocrine.h [molecules/s]
    std::array<Face, 6> faces;
    bool stale_halo = false;
    bool diffuses = false;        ///< somewhere
    bool held = false;            ///< somewhere at a fixed value
    bool bound = false;           ///< by receptors of some cells
    bool becomes = false;         ///< other ligands, by conversions
    bool present = false;         ///< there has been some, or a source of it
    bool idle = false;            ///< nothing changes it but cells, reactions and doses: it neither diffuses nor decays
    bool no_equilibrium = false;  ///< of its last solve
    bool uniform_diffusivity = false;
    Real reference = 1;  ///< the highest diffusivity of any material [µm²/s]; 1 if there is none
    int shape = -1;      ///< of its diffusivity in space, relative to the reference: the first ligand that has the same; -1: it varies
    bool plain = false;  ///< without cells all voxels are alike, and no face lets anything in or out
    MaterialLigand everywhere;  ///< what holds in every voxel where they are alike
    double first_step = 0;      ///< of the next interval, if steps are adaptive [s]; 0: not known yet

    double circulating = 0;  ///< concentration beyond vessel walls in this step [molecules/µm³]
    Buffer<Real> infusion;   ///< into the tissue [molecules/µm³/s]; empty where no dose is
    bool infusing = false;   ///< there is some now
    bool vessels = false;    ///< somewhere

    bool joins = false;         ///< geometric cycles have not converged for it: from then on it is solved by joining unknowns
    bool damped = false;        ///< its last step was one of order 1 in place of order 2, so as not to fall below 0
    bool traced = false;        ///< it is stepped by sender as well: kernels/signals/traces.h
    std::vector<double> steps;  ///< of the last interval, if steps are adaptive and it is traced [s]

    /// What steps along lines need to know of source and loss, and of which exchange.
    struct {
        std::uint64_t version = ~std::uint64_t{0};
        double secreted = 0;  ///< Σ source
        double most_loss = 0;
    } summed;
    /// Somebody wants to know its mean concentration over a step.
    bool mean_wanted() const { return bound || becomes || traced; }

    Ledger ledger;
    Solve solve;
    std::uint64_t exchange_version = 0;  ///< changes whenever exchange sets source, loss and held_back anew

    template <class Visit>
    void list(Visit&& visit) {
        visit.voxels(concentration);
        visit.value(present), visit.value(joins), visit.value(first_step), visit.value(ledger);
        for (auto* array : {&source, &loss, &held_back, &diffusivity, &made, &infusion}) visit.work(*array);
        visit.table(links);
    }
};

class Endocrine;

/// All ligand fields of this engine, and what the materials do to them.
struct Fields {
    Grid grid;
    std::vector<LigandField> ligands;
    Buffer<std::uint8_t> material;      ///< stored with halo
    Buffer<MaterialLigand> properties;  ///< [material * ligands + ligand]

    // work space of transport, shared by all ligands
    Multigrid solver;
    int solver_shape = -1;  ///< LigandField::shape of the faces that it has now
    LineSolver lines;
    Buffer<Real> inflow;           ///< all that does not depend on the concentration [molecules/µm³/s]
    Buffer<Real> loss;             ///< all that does [1/s]
    Buffer<Real> mean;             ///< of the concentration of the ligand that has just been stepped
    Buffer<Real> cleavage;         ///< loss to enzymes and other reactions that only break down [1/s]
    Buffer<Real> conversion;       ///< loss to reactions that make other ligands [1/s]
    Buffer<Real> before, middle;   ///< concentration before and in the middle of a step, for saturable conversions
    Buffer<Real> mean_before;      ///< mean over what is done of an interval in pieces
    Buffer<Real> at_start;         ///< where an interval starts that may have to be repeated
    Buffer<Layers> layers;         ///< by ligand
    Buffer<Real const*> hindered;  ///< by ligand: its diffusivity by voxel, or null; empty where nothing hinders any
    Reactions reactions;
    Buffer<double> partial;  ///< of sums

    /// Called after every interval that a traced ligand has been stepped through, while its mean is known: Traces::follow.
    std::function<ErrorCode(int ligand, double duration)> follow;
    Buffer<MaterialLigand> homogeneous;  ///< like properties, without sources and with held values 0; empty where nothing is traced

    std::size_t materials() const { return ligands.empty() ? 0 : properties.size() / ligands.size(); }

    void start(Model const& model, InitialState const& state);
    /// One interval of all ligands; `read_mean` gets the mean concentration of each over it, null where there is none. What went wrong.
    ErrorReport transport(Model const& model, Endocrine& endocrine, Moment now, std::function<void(int, Real const*)> const& read_mean);
    /// One ligand at points of the domain [molecules/µm³].
    std::vector<Real> sample(int ligand, std::vector<Vec3> const& points);
    /// For an error: ", in 3 voxels, the first at (5, 15, 5) um"; empty: nowhere.
    std::string where_not_finite(int ligand);
    void report(Totals& totals);
    void show(Snapshot& to, std::vector<bool> const& which);

    template <class Visit>
    void list(Visit&& visit) {
        for (LigandField& field : ligands) field.list(visit);
        reactions.list(visit);
        visit.table(material), visit.table(properties), visit.table(homogeneous), visit.table(layers), visit.table(hindered);
        solver.list(visit), lines.list(visit);
        for (auto* array : {&inflow, &loss, &mean, &cleavage, &conversion, &before, &middle, &mean_before, &at_start}) visit.work(*array);
        visit.work(partial);
    }
};

/// Sets the diffusivity of the ligands that a matrix hinders, by what there is of it now.
void hinder(Fields& fields, Model const& model);

/// A ligand's concentration, with a halo that makes interpolation meet its boundary conditions.
Real const* sensed(Fields& fields, int ligand);
/// The same of all ligands, for bodies that read several.
std::vector<Real const*> concentrations(Fields& fields);

}  // namespace CRINE_NS
}  // namespace crine
