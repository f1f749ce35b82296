#pragma once

#include "crine/portable.h"

namespace crine {

/// What a cell does: quantities that every type has a base value of and that rules can modulate. A behaviour is
/// one of the fixed ones, or belongs to a ligand, a cell type, a kind of receptor or an activity; `Vocabulary` numbers them all in one
/// sequence.
namespace behaviour {
enum Fixed : int {
    cycle_entry,             ///< rate of leaving rest into the division cycle [1/s]; infinite: at once
    apoptosis,               ///< rate [1/s]
    necrosis,                ///< rate [1/s]
    speed,                   ///< of the persistent random walk [µm/s]
    persistence,             ///< mean time between new directions [s]
    repulsion,               ///< c_r of the contact law [µm/s]
    adhesion,                ///< c_a of the contact law [µm/s]
    phagocytosis,            ///< rate at which a touching dead cell is engulfed [1/s]
    firing,                  ///< spikes of a presynaptic cell [1/s]
    apoptotic_phagocytosis,  ///< the same, added to it for an apoptotic cell [1/s]
    necrotic_phagocytosis,   ///< and for a necrotic one [1/s]
    attack_damage,           ///< that a cell does to what it attacks, per time [1/s]
    attack_duration,         ///< of one attack [s]
    damage,                  ///< that comes to the cell anyway, per time [1/s]
    repair,                  ///< part of its damage that it repairs per time [1/s]
    bias,                    ///< share of the gradients in a new direction of the walk; the rest is chance [1]
    fixed_count
};
enum OfLigand : int {
    secretion,   ///< [molecules/s]
    uptake,      ///< k_R, clearance by receptors at the cell surface [µm³/s]; infinite: a perfect sink
    chemotaxis,  ///< χ, drift per gradient [µm/s per molecules/µm⁴]; negative: away
    release,     ///< part of a store that is let out per time [1/s]
    attraction,  ///< weight of its gradient in the bias; negative: away [1]
    of_ligand_count
};
enum OfType : int {
    differentiation,  ///< rate of becoming that type [1/s]
    recruitment,      ///< rate of letting a cell of that type in through this cell's (vessel) wall [1/s]
    attack,           ///< rate of beginning to attack a touching live cell of that type [1/s]
    immunogenicity,   ///< factor on the rate at which cells of that type attack this one [1]
    engulfing,        ///< rate at which a touching live cell of that type is engulfed [1/s]
    offspring,        ///< probability that one daughter of a division is of that type [1]
    fusion,           ///< rate of fusing with a touching live cell of that type, which is absorbed [1/s]
    affinity,         ///< factor on adhesion to cells of that type: of two cells the geometric mean of theirs [1]
    of_type_count
};
enum OfReceptor : int {
    synthesis,  ///< of new receptors [molecules/s]
    of_receptor_count
};
enum OfMembraneLigand : int {
    presentation,  ///< of new molecules on the surface [molecules/s]
    of_membrane_ligand_count
};
enum OfActivity : int {
    activity,  ///< the value of this internal quantity [1]
    of_activity_count
};
}  // namespace behaviour

/// What a cell senses: the inputs of rules.
namespace signal {
enum Fixed : int {
    pressure,       ///< sum of relative overlaps with neighbours [1], see model/contact.h
    age,            ///< time since birth or placement [s]
    time_in_state,  ///< [s]
    time,           ///< simulated time [s]
    volume,         ///< [µm³]
    engulfed,       ///< dead cells engulfed so far [1]
    dead_contacts,  ///< touching dead cells [1]
    open_channels,  ///< of all channels in its synapses the fraction that was open, mean over the last transport step [1]
    live_contacts,  ///< touching live cells of any type [1]
    apoptotic_contacts,
    necrotic_contacts,
    compression,  ///< sum of squared relative overlaps with neighbours, as a part of that in a dense packing [1], see model/contact.h
    damage,       ///< that attacks have done, less what was repaired [1]
    attacked,     ///< time for which others have attacked the cell so far, that of each added up [s]
    attacking,    ///< 1 while the cell attacks another, else 0
    dead,         ///< 1 in a dead cell, else 0
    apoptotic,    ///< 1 in an apoptotic cell, else 0
    necrotic,     ///< 1 in a necrotic cell, else 0
    fixed_count
};
enum OfLigand : int {
    concentration,  ///< interpolated at the cell [molecules/µm³]
    gradient,       ///< its magnitude [molecules/µm⁴]
    stored,         ///< in the cell's store, as a fraction of a full one [1]
    of_ligand_count
};
enum OfType : int {
    contacts,  ///< touching live cells of that type [1]
    of_type_count
};
enum OfReceptor : int {
    occupancy,  ///< active complexes, each by its ligand's efficacy, as a fraction of all receptors of that kind on the surface [1]
    complexes,  ///< their number [molecules]
    of_receptor_count
};
enum OfActivity : int {
    own,            ///< the cell's own value [1]
    on_neighbours,  ///< mean over touching live cells, 0 if there is none [1]
    of_activity_count
};
enum OfPool : int {
    circulating,  ///< free concentration in a compartment [molecules/µm³]
    of_pool_count
};
enum OfVariable : int {
    inside,       ///< value of a pathway's variable in the cell itself, in the pathway's unit
    in_touching,  ///< mean over touching live cells, 0 if there is none
    of_variable_count
};
}  // namespace signal

/// Numbers behaviours and signals for a given number of ligands, cell types, kinds of receptors, membrane ligands, activities, pools
/// (ligands in compartments) and variables of pathways.
struct Vocabulary {
    int ligands = 0;
    int types = 0;
    int receptors = 0;
    int membrane_ligands = 0;
    int activities = 0;
    int pools = 0;
    int variables = 0;

    CRINE_HD int behaviours() const { return of(behaviour::activity, activities * behaviour::of_activity_count); }
    CRINE_HD int of(behaviour::Fixed b) const { return b; }
    CRINE_HD int of(behaviour::OfLigand b, int ligand) const { return behaviour::fixed_count + b * ligands + ligand; }
    CRINE_HD int of(behaviour::OfType b, int type) const {
        return behaviour::fixed_count + behaviour::of_ligand_count * ligands + b * types + type;
    }
    CRINE_HD int of(behaviour::OfReceptor b, int receptor) const {
        return behaviour::fixed_count + behaviour::of_ligand_count * ligands + behaviour::of_type_count * types + b * receptors + receptor;
    }
    CRINE_HD int of(behaviour::OfMembraneLigand b, int ligand) const {
        return of(behaviour::synthesis, receptors * behaviour::of_receptor_count) + b * membrane_ligands + ligand;
    }
    CRINE_HD int of(behaviour::OfActivity b, int activity) const {
        return of(behaviour::presentation, membrane_ligands * behaviour::of_membrane_ligand_count) + b * activities + activity;
    }

    CRINE_HD int signals() const { return of(signal::inside, variables * signal::of_variable_count); }
    CRINE_HD int of(signal::Fixed s) const { return s; }
    CRINE_HD int of(signal::OfLigand s, int ligand) const { return signal::fixed_count + s * ligands + ligand; }
    CRINE_HD int of(signal::OfType s, int type) const { return signal::fixed_count + signal::of_ligand_count * ligands + s * types + type; }
    CRINE_HD int of(signal::OfReceptor s, int receptor) const {
        return signal::fixed_count + signal::of_ligand_count * ligands + signal::of_type_count * types + s * receptors + receptor;
    }
    CRINE_HD int of(signal::OfActivity s, int activity) const {
        return of(signal::occupancy, receptors * signal::of_receptor_count) + s * activities + activity;
    }
    CRINE_HD int of(signal::OfPool s, int pool) const { return of(signal::own, activities * signal::of_activity_count) + s * pools + pool; }
    CRINE_HD int of(signal::OfVariable s, int variable) const {
        return of(signal::circulating, pools * signal::of_pool_count) + s * variables + variable;
    }
};

}  // namespace crine
