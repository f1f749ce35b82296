// What transport of one ligand needs whatever its solver: the medium in every voxel, and the booking of molecules.
#pragma once

#include "crine/model/diffusion.h"
#include "crine/model/factored.h"
#include "kernels/fields/fields.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crine {
inline namespace CRINE_NS {

/// What one ligand meets in every voxel.
struct Medium {
    Grid grid;
    Span<std::uint8_t const> material;
    Span<MaterialLigand const> properties;
    int ligand, ligands;
    Real const *source, *loss;  ///< by cells; null: none exchange it
    Real const* held_back;      ///< null: no type saturates
    Real const* cleavage;       ///< null: nothing breaks it down but decay
    Real const* conversion;     ///< null: it becomes nothing else
    Real const* made;           ///< null: nothing becomes it
    Real const* varying;        ///< diffusivity by voxel; null: that of the material
    Face faces[6];
    bool held;             ///< some material holds a value
    bool bordered;         ///< some voxel has a border through which there is a flow; else no voxel need look beyond its sides
    Real circulating;      ///< concentration beyond vessel walls
    Real const* injected;  ///< infusions into the tissue [molecules/µm³/s]; null: none now

    CRINE_HD MaterialLigand const& at(std::size_t p) const { return properties[static_cast<std::size_t>(material[p]) * ligands + ligand]; }
    CRINE_HD Real diffusivity(std::size_t p) const { return varying == nullptr || at(p).fixed ? at(p).diffusivity : varying[p]; }
    CRINE_HD Real secreted(std::size_t p) const { return source == nullptr ? Real(0) : source[p]; }
    CRINE_HD Real taken_up(std::size_t p) const { return loss == nullptr ? Real(0) : loss[p]; }
    CRINE_HD Real stopped(std::size_t p) const { return held_back == nullptr ? Real(0) : held_back[p]; }
    /// Into the tissue through vessel walls, at a concentration there [molecules/µm³/s].
    CRINE_HD double crossing(std::size_t p, double value) const { return at(p).exchange * (circulating - value); }
    CRINE_HD Real infused(std::size_t p) const { return injected == nullptr ? Real(0) : injected[p]; }
    CRINE_HD Real cleaved(std::size_t p) const { return cleavage == nullptr ? Real(0) : cleavage[p]; }
    CRINE_HD Real converted(std::size_t p) const { return conversion == nullptr ? Real(0) : conversion[p]; }
    CRINE_HD Real made_here(std::size_t p) const { return made == nullptr ? Real(0) : made[p]; }

    /// Sides of a voxel, and what is beyond each.
    struct Beyond {
        bool wall;      ///< the end of the domain
        bool itself;    ///< the only voxel of a periodic axis
        std::size_t q;  ///< the neighbour, in the halo where the axis is periodic
    };
    CRINE_HD Beyond beyond(int side, int index, std::size_t p) const {
        int const axis = side / 2, n = axis == 0 ? grid.nx : (axis == 1 ? grid.ny : grid.nz);
        std::size_t const stride = axis == 0 ? 1 : (axis == 1 ? grid.stride_y() : grid.stride_z());
        bool const low = side % 2 == 0;
        return {!grid.periodic[axis] && index == (low ? 0 : n - 1), grid.periodic[axis] && n == 1, low ? p - stride : p + stride};
    }
    /// A side of a voxel that is a wall or a held neighbour: it lets `given` in, and `surface` (`outside` - the voxel's concentration).
    struct Border {
        bool wall;
        Real given = 0;                 ///< [molecules/µm³/s]
        Real surface = 0, outside = 0;  ///< conductance [1/s], concentration [molecules/µm³]
    };
    template <class Visit>
    CRINE_HD void for_each_border(int i, int j, int k, Visit&& visit) const {
        std::size_t const p = grid.at(i, j, k);
        Real const surface = wall_conductance(diffusivity(p), grid.spacing);
        auto const look = [&](int side, int index) {
            Beyond const there = beyond(side, index, p);
            if (there.wall) {
                Face const& face = faces[side];
                if (face.kind == FaceKind::flux) visit(Border{true, face.amount / grid.spacing});
                if (face.kind == FaceKind::value) visit(Border{true, 0, surface, face.amount});
            } else if (held && at(there.q).fixed) {
                visit(Border{false, 0, surface, at(there.q).value});
            }
        };
        look(x_low, i), look(x_high, i), look(y_low, j), look(y_high, j), look(z_low, k), look(z_high, k);
    }
};

/// What happens to one ligand in one step, whatever the solver: its medium, and the ledger of its molecules.
class LigandStep {
protected:
    /// `part`: the part of the ligand that some cells have sent, in place of all of it; it meets the same, but has no other source than its
    /// own and, through vessel walls, what is circulating of it.
    LigandStep(Fields& fields, Model const& model, int ligand, LigandField* part);

    /// Where molecules come from and go to [molecules/µm³/s], summed over the voxels.
    struct Rates {
        double content, secreted, produced, entered, taken_up, decayed, cleaved, converted = 0, exchanged = 0, injected = 0, both_ways = 0;
    };
    Rates rates(Real const* c);
    /// What a voxel gains whatever its concentration, and the rate at which it loses what it has, borders included, both divided by
    /// `reference`, and `shift` added to the loss. 0 where it is held.
    void gather(Real* gain, Real* loss, Real shift, Real reference);
    /// Enters what happens at these rates during `duration` into the ledger.
    void book(Rates const& rates, double duration);
    /// What crosses vessel walls is the difference of what goes each way, and known to the rounding of these. Within that, the balance
    /// decides: where a step is long and walls leak fast, `content` (Σ c) tells what has crossed much better than they do.
    void settle_exchange(double content);
    /// What the field should hold by the ledger [molecules].
    double expected_content() const;
    /// Enters what was put into the field at the end of a step to make it so, and what it is to be expected from: the sum of all that has
    /// been rounded, and what is explained otherwise [molecules].
    void note_correction(double amount, double rounded, double otherwise = 0);

    /// Molecules that are missing, unless they are no more than the rounding of the ledger's own sums: a field that dies away must not
    /// follow those.
    double significant(double missing) const {
        constexpr double kOfLedger = 64 * std::numeric_limits<double>::epsilon();
        return std::fabs(missing) > kOfLedger * field_.ledger.turnover() ? missing : 0;
    }
    /// A relative correction, so that it never turns a field round.
    static double limited(double correction) { return std::clamp(correction, -0.5, 0.5); }

    static constexpr double kRounding = 4 * std::numeric_limits<Real>::epsilon();  ///< of a step, relative to what is rounded

    Grid const& grid() const { return fields_.grid; }
    Real* concentration() { return field_.concentration.data(); }

    Fields& fields_;
    LigandField& whole_;  ///< with what exchange has set, and the medium
    LigandField& field_;  ///< what is stepped: the whole, or a part of it
    Ligand const& model_;
    Medium medium_;
    double rounding_ = 0;  ///< of what has crossed vessel walls in this step [molecules]
    double tolerance_;
};

/// Enters what cells catch from themselves before it reaches the field, beside what they have `taken` from it [molecules].
void book_own(LigandField& field, double taken, double duration);

/// Of one ligand, or of those that react, in one interval of transport, taken back or not.
inline constexpr int kMostSteps = 1'000'000;

/// One step of one ligand by multigrid, or by factors along the axes. True if it was solved to the tolerance. Where reactions convert the
/// ligand, the mean of its concentration over the step is left in `Fields::mean`.
/// Of a traced ligand, `part` is what is stepped, and as the whole has been: null is the whole.
bool take_multigrid_step(Fields& fields, Model const& model, int ligand, double dt, LigandField* part);
bool take_line_steps(Fields& fields, Model const& model, int ligand, double dt, LigandField* part);
/// The one that the ligand's scheme asks for, if there is any of it. `nonlinear` receives how much better knowledge of the loss to
/// saturable conversions has changed the step, relative to the largest concentration.
ErrorCode take_step(Fields& fields, Model const& model, int ligand, double dt, double& nonlinear);
/// Follows a traced ligand (`Fields::follow`) through what has just been stepped, if that went well.
ErrorCode follow(Fields& fields, int ligand, double duration, ErrorCode code);
class Endocrine;
/// The same, with the compartments where the ligand is in some, and with its doses.
ErrorCode take_step(Fields& fields, Model const& model, Endocrine& endocrine, int ligand, Moment now, double& nonlinear);

}  // namespace CRINE_NS
}  // namespace crine
