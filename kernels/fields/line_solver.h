// Solver of implicit diffusion by factors along the axes (ADI): tridiagonal lines along x, y and z, Douglas-Gunn or ROS2.
#pragma once

#include "crine/grid.h"
#include "crine/model/diffusion.h"
#include "crine/model/factored.h"
#include "kernels/device/device.h"

namespace crine {
inline namespace CRINE_NS {

/// dc/dt = F(c) = inflow - loss c + Σ_faces k (c_neighbour - c), one ligand's equations. A wall is a face without conductance: what it
/// holds or lets in is part of loss and inflow.
struct Dynamics {
    Grid grid;
    Real loss = 0, inflow = 0;        ///< what is the same everywhere [1/s], [molecules/µm³/s]
    Real const* loss_at = nullptr;    ///< more of it by voxel, stored with a halo; null: none
    Real const* inflow_at = nullptr;  ///< likewise
    Real link = 0;                    ///< conductance k of every face [1/s], where `links` and `diffusivity` are null
    Real const* links = nullptr;      ///< [material * materials + neighbour's material]
    std::uint8_t const* material = nullptr;
    int materials = 0;
    Real const* diffusivity = nullptr;  ///< by voxel, in place of links [µm²/s]; null: the same everywhere, or by material

    CRINE_HD Real face(std::size_t p, std::size_t q) const {
        if (diffusivity != nullptr) return face_conductance(diffusivity[p], diffusivity[q], grid.spacing);
        return links == nullptr ? link : links[static_cast<std::size_t>(material[p]) * materials + material[q]];
    }
    CRINE_HD Real loss_of(std::size_t p) const { return loss_at == nullptr ? loss : loss + loss_at[p]; }
    CRINE_HD bool alike() const { return links == nullptr && diffusivity == nullptr; }  ///< all faces
    Real most_loss_at = 0;                                                              ///< no voxel has more

    /// Loss is a factor of its own in a solve with this γτ.
    CRINE_HD bool apart(Real weight) const { return alike() && loss_at != nullptr && weight * (loss + most_loss_at) <= factored::kLittle; }
    /// Every line of an axis has the same equations.
    CRINE_HD bool uniform(Real weight) const { return alike() && (loss_at == nullptr || apart(weight)); }
};

/// One solve of a step by factors (model/factored.h), (1 - weight A) d = f, and what becomes of its solution d.
struct Stage {
    Real weight = 0;  ///< γτ
    Real gamma = 0;
    /// f = rate · F(from) + value · from; without inflow where `homogeneous`
    Real* from = nullptr;
    Real rate = 1, value = 0;
    bool homogeneous = false;

    Real* into = nullptr;         ///< work space of the solve
    Real* c = nullptr;            ///< null: `into` keeps d. Else next = c + of_first · first + of_d · d
    Real* next = nullptr;         ///< `c` or `into`
    Real const* first = nullptr;  ///< the first stage's d; null: there is none
    Real of_first = 0, of_d = 0;
    Real mean_of_first = 0;                   ///< c̄ = (1 - γ) c + γ next + mean_of_first · first
    Real error_of_first = 0, error_of_d = 0;  ///< estimated error
    Real* error = nullptr;                    ///< where a GPU keeps it
    Real* mean = nullptr;                     ///< gets share · c̄ added; null: not wanted
    Real share = 0;
};

/// Takes steps by factors along the axes: model/factored.h. Where the medium is uniform a Douglas–Gunn step moves 20 bytes a voxel (in
/// single precision), however long it is.
///
/// On the CPU a plane is solved along x and y while it is in the cache, then slabs along z; SIMD lanes run over lines. Where all lines are
/// alike, those along z are eliminated from both ends to the middle, so that two threads share no more than one plane. On a GPU one thread
/// solves one line.
class LineSolver {
public:
    void allocate(Grid const& grid);

    /// What a step did, summed over the voxels.
    struct Sums {
        double content = 0;  ///< Σ c at the end
        double first = 0;    ///< Σ of the first stage's solution
        double lost = 0;     ///< Σ loss_at c̄, where c̄ is the concentration by which the step counts losses
        double error = 0;    ///< largest estimated error
        double largest = 0;  ///< largest |c| at the end
    };

    /// Douglas–Gunn: changes c. `mean`, if not null, gets share · c̄ added.
    Sums step(Dynamics const& dynamics, Buffer<Real>& c, double tau, Real* mean, double share);

    /// ROS2 on trial: c changes only when the step is accepted.
    Sums try_step(Dynamics const& dynamics, Buffer<Real>& c, double tau);
    void accept(Buffer<Real>& c, double tau, Real* mean, double share);

    template <class Visit>
    void list(Visit&& visit) {
        for (auto* array : {&work_, &first_, &carry_, &wrap_, &meeting_, &resistance_}) visit.work(*array);
        visit.work(partial_);
    }

private:
    void prepare(Dynamics const& dynamics);
    Sums solve(Dynamics const& dynamics, Stage stage);

    Grid grid_;
    Buffer<Real> work_, first_;
    Buffer<Real> carry_, wrap_;  ///< of the eliminations, on a GPU
    Buffer<double> partial_;
    // on the CPU
    Buffer<Real> meeting_;                 ///< two planes, where halves of lines meet
    Buffer<Real> resistance_;              ///< by voxel, where faces differ
    Real const* resistance_of_ = nullptr;  ///< the links that it comes from
};

}  // namespace CRINE_NS
}  // namespace crine
