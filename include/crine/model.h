#pragma once

#include "crine/grid.h"
#include "crine/model/hindrance.h"
#include "crine/model/receptor.h"
#include "crine/vocabulary.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

/// A scenario after validation, in base units (µm, s, molecules): everything an engine needs to know. Built by
/// `host/scenario`, by tests by hand; nothing in it changes during a run.

namespace crine {

enum class Scheme : std::uint8_t {
    implicit_euler,  ///< order 1, unconditionally stable, positive at any step
    tr_bdf2,         ///< order 2, unconditionally stable (L-stable), positive only for resolved steps. Bank et al. (1985) IEEE TCAD 4:436
    quasi_steady,    ///< the field is in equilibrium with its sources at every step
    adi,             ///< order 2, unconditionally stable, along one axis after the other: cheap, for resolved steps. model/factored.h
    adaptive,        ///< as many steps of that kind as `tolerance` needs, order 2, L-stable
};
/// Solved along lines instead of by multigrid.
CRINE_HD inline bool by_lines(Scheme s) { return s == Scheme::adi || s == Scheme::adaptive; }

enum class FaceKind : std::uint8_t { zero_flux, value, flux };

/// Condition on one face of the domain for one ligand.
struct Face {
    FaceKind kind = FaceKind::zero_flux;
    Real amount = 0;  ///< value [molecules/µm³], or flux into the domain [molecules/µm²/s]
};

enum Side : int { x_low, x_high, y_low, y_high, z_low, z_high };

struct Ligand {
    std::string name;
    std::string display_unit = "nM";     ///< for output arrays, `NAME [nM]`
    double display_scale = 0.602214076;  ///< molecules/µm³ in one display unit
    Scheme scheme = Scheme::implicit_euler;
    std::array<Face, 6> faces{};  ///< by Side; ignored on periodic axes
    /// Enzymes that break it down: d c/dt = - rate · c_enzyme · c
    struct Cleavage {
        int enzyme = 0;  ///< index of the enzyme's field
        Real rate = 0;   ///< [µm³/s per molecule]
    };
    std::vector<Cleavage> cleaved_by;
    std::vector<Hindrance> hindered_by;  ///< what slows it down; factors multiply
};

/// a + b ⇌ complex
struct Binding {
    int a = 0, b = 0, complex = 0;  ///< ligands, three different ones
    Real k_on = 0;                  ///< [µm³/s per molecule], > 0
    Real k_off = 0;                 ///< [1/s]
};

inline constexpr int kMostProducts = 2;  ///< of a conversion

/// A ligand becomes others, one molecule of each, or is broken down; maybe by an enzyme, which is not used up.
struct Conversion {
    int from = 0;
    std::vector<int> to;  ///< empty: broken down
    int enzyme = -1;      ///< index of its field; -1: none
    Real rate = 0;        ///< see ConversionRate
    Real half = 0;        ///< K_m [molecules/µm³]; 0: not saturable
};

/// What one material (a combination of regions) does to one ligand.
struct MaterialLigand {
    Real diffusivity = 0;  ///< D [µm²/s]; 0: it does not move (matrix)
    Real decay = 0;        ///< k [1/s]
    Real source = 0;       ///< [molecules/µm³/s]
    bool fixed = false;    ///< the concentration is held at `value`
    Real value = 0;        ///< [molecules/µm³]
};

/// A kind of receptor: what it binds, and what becomes of it. model/receptor.h
struct Receptor {
    std::string name;
    ReceptorRates rates;  ///< the synthesis is the cells' (behaviour::synthesis)
    struct Binding {
        int ligand = 0;
        double k_on = 0;  ///< [µm³/s per molecule]
        ComplexRates rates;
        double efficacy = 1;  ///< signal of an active complex; 0: the ligand is an antagonist
    };
    std::vector<Binding> bindings;
};

struct CellType {
    std::string name;
    Real radius = 8.4127;                                           ///< at rest [µm]
    Real adhesion_reach = 1.25;                                     ///< contact law acts up to reach · (r_i + r_j) [1]
    bool moves = true;                                              ///< false: stays where it was put
    bool mechanics = true;                                          ///< false: neither pushes nor is pushed
    Vec3 velocity{};                                                ///< prescribed, added to all other motion [µm/s]
    Real chemotaxis_speed = std::numeric_limits<Real>::infinity();  ///< saturation of the chemotactic drift [µm/s]
    Real cycle_duration = 0;                                        ///< from entry to division, during which volume doubles [s]
    Real apoptosis_duration = 0;                                    ///< from death to removal [s]
    Real necrosis_duration = 0;                                     ///< [s]
    std::uint64_t habitat = ~std::uint64_t{0};                      ///< bit m set: may be in voxels of material m
    std::vector<Real> base;                                         ///< base value of every behaviour, by Vocabulary index
    std::vector<Real> saturation;   ///< by ligand: secretion stops at this surrounding concentration [molecules/µm³]; infinite: never
    std::vector<double> receptors;  ///< by kind: free ones on the surface of a new cell [molecules]; 0: it has none
};

/// One line of the cell behaviour hypothesis grammar: SIGNAL increases|decreases BEHAVIOUR of TYPE.
/// Johnson et al. (2025) Cell, "Human interpretable grammar encodes multicellular systems biology models".
struct Rule {
    int type = 0;
    int signal = 0;     ///< Vocabulary index
    int behaviour = 0;  ///< Vocabulary index
    bool increases = true;
    Real saturation = 0;  ///< the behaviour's value at infinite signal, in its unit
    Real half = 1;        ///< signal at half effect
    Real hill = 1;
    bool applies_to_dead = false;
};

struct Model {
    Grid grid;
    std::uint64_t seed = 0;
    double solver_tolerance = 1e-5;  ///< transport: estimated error of an implicit solve, relative to the largest concentration
    std::vector<Ligand> ligands;
    std::vector<Receptor> receptors;
    std::vector<Binding> bindings;
    std::vector<Conversion> conversions;
    std::vector<CellType> types;
    std::vector<Rule> rules;
    std::vector<std::string> material_names;
    std::vector<MaterialLigand> materials;  ///< [material * ligands.size() + ligand]
    std::vector<std::uint8_t> material;     ///< by interior voxel

    Vocabulary vocabulary() const {
        return {static_cast<int>(ligands.size()), static_cast<int>(types.size()), static_cast<int>(receptors.size())};
    }
    /// Whether cells of a type have receptors of a kind at all: some at birth, or a synthesis of them.
    bool expresses(int type, int receptor) const;
    MaterialLigand const& property(int m, int ligand) const { return materials[static_cast<std::size_t>(m) * ligands.size() + ligand]; }
};

inline bool Model::expresses(int type, int receptor) const {
    int const synthesis = vocabulary().of(behaviour::synthesis, receptor);
    bool made = types[type].base[synthesis] > 0;
    for (Rule const& rule : rules) made = made || (rule.type == type && rule.behaviour == synthesis);
    return made || (!types[type].receptors.empty() && types[type].receptors[receptor] > 0);
}

}  // namespace crine
