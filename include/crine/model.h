#pragma once

#include "crine/grid.h"
#include "crine/model/hindrance.h"
#include "crine/model/receptor.h"
#include "crine/network.h"
#include "crine/synapse.h"
#include "crine/vocabulary.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

/// A scenario after validation, in base units (µm, s, molecules): everything an engine needs to know. Built by
/// `host/scenario`, by tests by hand; nothing in it changes during a run.

namespace crine {

enum class Scheme : std::uint8_t {
    implicit_euler,  ///< order 1, unconditionally stable, positive at any step
    tr_bdf2,  ///< order 2, L-stable; where a step would fall below 0, one of implicit_euler instead. Bank et al. (1985) IEEE TCAD 4:436
    quasi_steady,  ///< the field is in equilibrium with its sources at every step
    adi,           ///< order 2, unconditionally stable, along one axis after the other: cheap, for resolved steps. model/factored.h
    adaptive,      ///< as many steps of that kind as `tolerance` needs, order 2, L-stable
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
    int circulates = -1;                 ///< pool that it crosses into through vessel walls; -1: none
    std::vector<Hindrance> hindered_by;  ///< what slows it down; factors multiply
    bool traced = false;                 ///< the run counts who receives it from whom
};

/// a + b ⇌ complex
struct Binding {
    int a = 0, b = 0, complex = 0;  ///< ligands, three different ones
    Real k_on = 0;                  ///< [µm³/s per molecule], > 0
    Real k_off = 0;                 ///< [1/s]
};

/// Reactions by formulas among ligands, in every voxel. Its inputs say by 0 or 1 which of its species change: none does where it is held.
struct LocalReactions {
    Network network;
    std::vector<int> ligands;  ///< of its species
    double scale = 1;          ///< molecules/µm³ in one unit of the network's concentrations
};

inline constexpr int kMostReacting = 32;  ///< ligands in one set of local reactions
inline constexpr int kMostProducts = 2;   ///< of a conversion

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
    Real exchange = 0;     ///< permeability · surface of vessel walls per volume of tissue, to the pool it circulates in [1/s]
};

/// A ligand that stays on the membrane of the cells that present it, and binds receptors of cells that touch them.
struct MembraneLigand {
    std::string name;
    double turnover = 0;  ///< rate of loss from the surface [1/s]
    bool traced = false;  ///< the run counts who receives it from whom
};

/// A kind of receptor: what it binds, and what becomes of it. model/receptor.h
struct Receptor {
    std::string name;
    ReceptorRates rates;  ///< the synthesis is the cells' (behaviour::synthesis)
    struct Binding {
        int ligand = 0;   ///< index of a ligand or, if `on_membrane`, of a membrane ligand
        double k_on = 0;  ///< [µm³/s per molecule]; on a membrane: of one receptor for each molecule on the cells that touch [1/s]
        ComplexRates rates;
        double efficacy = 1;  ///< signal of an active complex; 0: the ligand is an antagonist
        bool on_membrane = false;
    };
    std::vector<Binding> bindings;
};

/// A behaviour that takes time to become what rules ask for: model/response_time.h.
struct ResponseTime {
    int behaviour = 0;  ///< Vocabulary index
    Real time = 0;      ///< mean time of the response [s]
    int stages = 1;     ///< 1: exponential approach; more: a delay, the sharper the more there are
    Real initial = 0;   ///< value with which a cell of this type begins
    Real spread = 0;    ///< half the width of its uniform distribution over cells, relative to it
};

/// What a cell keeps ready of a ligand, to let it out at once: model/store.h. A new cell's is full.
struct Store {
    int ligand = 0;
    double amount = 0;  ///< of a full one [molecules]
    double refill = 0;  ///< rate constant of filling up to it [1/s]
};

/// Base values of a type of which nothing is said: it does nothing, and factors are 1.
inline std::vector<Real> idle(Vocabulary const& words) {
    std::vector<Real> base(static_cast<std::size_t>(words.behaviours()), 0);
    for (behaviour::OfType const factor : {behaviour::immunogenicity, behaviour::affinity})
        for (int t = 0; t < words.types; ++t) base[static_cast<std::size_t>(words.of(factor, t))] = 1;
    return base;
}

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
    std::vector<ResponseTime> response_times;                       ///< behaviours that take time; at most one each
    std::vector<Real> saturation;      ///< by ligand: secretion stops at this surrounding concentration [molecules/µm³]; infinite: never
    std::vector<double> receptors;     ///< by kind: free ones on the surface of a new cell [molecules]; 0: it has none
    std::vector<double> presented;     ///< by membrane ligand: on the surface of a new cell [molecules]
    std::vector<Store> stores;         ///< at most one for each ligand
    std::vector<NetworkUse> pathways;  ///< at most one of each

    bool takes_time(int behaviour) const {
        return std::any_of(response_times.begin(), response_times.end(),
                           [&](ResponseTime const& response_time) { return response_time.behaviour == behaviour; });
    }
    bool keeps(int ligand) const {
        return std::any_of(stores.begin(), stores.end(), [&](Store const& store) { return store.ligand == ligand; });
    }
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

/// A well-mixed space outside the simulated tissue: blood, a lymph node, the rest of the body.
struct Compartment {
    std::string name;
    double volume = 0;  ///< [µm³]
};

/// One ligand in one compartment. What is not bound to its carrier is free: only that is cleared, transferred, or crosses vessel walls.
struct Pool {
    int ligand = 0, compartment = 0;
    double initial = 0;                  ///< free and bound [molecules/µm³]
    double clearance = 0;                ///< of the free part, first order [1/s]
    double carrier = 0;                  ///< binding sites; 0: no carrier [molecules/µm³]
    double carrier_kd = 1;               ///< dissociation constant [molecules/µm³]
    std::string display_unit = "nM";     ///< of outputs
    double display_scale = 0.602214076;  ///< molecules/µm³ in one display unit
};

/// From pool to pool of the same ligand, first order in the free part.
struct Transfer {
    int from = 0, to = 0;
    double rate = 0;  ///< of what is free in `from` [1/s]
};

/// Cells of one type that circulate in a compartment, from where walls recruit them: model/cell_pool.h
struct CellPool {
    int type = 0, compartment = 0;
    double initial = 0;        ///< N_0 at time 0, the number at which walls recruit at their rates [cells]
    double loss = 0;           ///< of those that leave for elsewhere, first order [1/s]
    double production = 0;     ///< where no rule changes it [cells/s]
    std::vector<Rule> rules;   ///< of production; signals are those of `signal::OfPool`, and `signal::time`
    double response_time = 0;  ///< mean time in which production follows them [s]
    int stages = 0;            ///< as of ResponseTime; 0: at once
};

/// What is given into a pool, or evenly into voxels: `bolus` at once at `from`, or at `rate` until `to`.
struct Dose {
    int ligand = 0;
    int pool = -1;                      ///< -1: the voxels
    std::vector<std::uint32_t> voxels;  ///< interior voxels (`Grid::voxel`)
    double bolus = 0;                   ///< [molecules]
    double rate = 0;                    ///< [molecules/s]
    double from = 0, to = 0;            ///< [s]
    double every = 0;                   ///< from one to the next [s]; of no meaning for a single one
    std::uint64_t times = 1;            ///< how often
};

struct Model {
    Grid grid;
    std::uint64_t seed = 0;
    double solver_tolerance = 1e-5;  ///< transport: estimated error of an implicit solve, relative to the largest concentration
    std::vector<Ligand> ligands;
    std::vector<MembraneLigand> membrane_ligands;
    std::vector<Receptor> receptors;
    std::vector<Binding> bindings;
    std::vector<Conversion> conversions;
    std::vector<LocalReactions> local_reactions;
    std::vector<CellType> types;
    std::vector<std::string> activities;  ///< names of the cells' internal quantities
    std::vector<Network> pathways;
    std::vector<Rule> rules;
    std::vector<SynapseType> synapses;
    std::vector<std::string> material_names;
    std::vector<MaterialLigand> materials;  ///< [material * ligands.size() + ligand]
    std::vector<std::uint8_t> material;     ///< by interior voxel
    double represents = 1;                  ///< such pieces of tissue that share the compartments
    std::vector<Compartment> compartments;
    std::vector<Pool> pools;
    std::vector<Transfer> transfers;
    std::vector<Dose> doses;
    std::vector<CellPool> cell_pools;  ///< at most one for each type

    Vocabulary vocabulary() const {
        int variables = 0;
        for (Network const& network : pathways) variables += static_cast<int>(network.variables.size());
        return {static_cast<int>(ligands.size()),
                static_cast<int>(types.size()),
                static_cast<int>(receptors.size()),
                static_cast<int>(membrane_ligands.size()),
                static_cast<int>(activities.size()),
                static_cast<int>(pools.size()),
                variables};
    }
    std::string const& bound_by(Receptor::Binding const& b) const {
        return b.on_membrane ? membrane_ligands[static_cast<std::size_t>(b.ligand)].name : ligands[static_cast<std::size_t>(b.ligand)].name;
    }
    /// Whether cells of a type have receptors of a kind at all: some at birth, or a synthesis of them.
    bool expresses(int type, int receptor) const {
        return makes(type, vocabulary().of(behaviour::synthesis, receptor), types[type].receptors, receptor);
    }
    /// Likewise for a membrane ligand.
    bool presents(int type, int ligand) const {
        return makes(type, vocabulary().of(behaviour::presentation, ligand), types[type].presented, ligand);
    }
    /// Whether some type has a store of a ligand.
    bool anybody_keeps(int ligand) const {
        return std::any_of(types.begin(), types.end(), [&](CellType const& type) { return type.keeps(ligand); });
    }
    /// Whether some type shows a behaviour, by itself or by its rules.
    bool anybody_shows(int behaviour) const {
        return std::any_of(types.begin(), types.end(), [&](CellType const& type) { return type.base[behaviour] > 0; }) ||
               std::any_of(rules.begin(), rules.end(), [&](Rule const& rule) { return rule.behaviour == behaviour; });
    }
    bool anybody_is_damaged() const {
        bool is = anybody_shows(behaviour::damage);
        for (int t = 0; t < vocabulary().types; ++t) is = is || anybody_shows(vocabulary().of(behaviour::attack, t));
        return is;
    }
    /// Whether cells of a type have some of entry n at birth, or a behaviour that makes it.
    bool makes(int type, int behaviour, std::vector<double> const& at_birth, int n) const;
    MaterialLigand const& property(int m, int ligand) const { return materials[static_cast<std::size_t>(m) * ligands.size() + ligand]; }
};

inline bool Model::makes(int type, int behaviour, std::vector<double> const& at_birth, int n) const {
    bool made = types[type].base[behaviour] > 0;
    for (Rule const& rule : rules) made = made || (rule.type == type && rule.behaviour == behaviour);
    return made || (!at_birth.empty() && at_birth[n] > 0);
}

}  // namespace crine
