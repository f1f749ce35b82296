#pragma once

#include "crine/portable.h"
#include "crine/vec.h"

#include <string>
#include <vector>

/// Synapses as plain data: a cleft between a presynaptic bouton, which sets transmitter free in quanta, and a postsynaptic membrane with
/// ligand-gated channels. The formulas are in model/synapse.h.

namespace crine {

/// The gap between two membranes, resolved along one coordinate from its middle to an exit that absorbs.
struct Cleft {
    enum class Shape : std::uint8_t {
        slit,  ///< between x = -half_length and half_length, open at both ends
        disc,  ///< half_length is its radius, open all around
    };
    static constexpr int kMostNodes = 32;

    Shape shape = Shape::slit;
    double width = 0.05;       ///< between the membranes [µm]
    double half_length = 1;    ///< from the middle to the exit [µm]
    double breadth = 2;        ///< of a slit, across width and length [µm]
    double diffusivity = 400;  ///< in the cleft [µm²/s]
    int nodes = 24;            ///< finite volumes from the middle to the exit
};

/// The releasable pool of a bouton. A spike releases every vesicle with the probability released / pool, and empty sites refill at a
/// first-order rate: Liley & North (1953) J. Neurophysiol. 16:509.
struct VesiclePool {
    double content = 1e4;     ///< of one vesicle [molecules]
    double size = 1;          ///< of the full pool [vesicles]
    double refill = 0;        ///< of an empty site [1/s]
    double released = 1;      ///< by one spike from the full pool [vesicles]
    bool stochastic = false;  ///< whole vesicles, each by chance; else their mean
};

/// Spikes at `from` and then every 1/rate, before `to`; instead of those of the cell's behaviour `firing`.
struct SpikeTrain {
    bool given = false;
    double from = 0, to = 0;  ///< [s]
    double rate = 0;          ///< [1/s]
};

/// What breaks transmitter down, spread evenly along the cleft: at first order, or k_cat E c / (K_m + c).
struct CleftEnzyme {
    double rate = 0;    ///< [1/s]
    double k_cat = 0;   ///< [1/s]
    double K_m = 1;     ///< [molecules/µm³]
    double amount = 0;  ///< in the cleft [molecules]
};

/// Ligand-gated channels, spread evenly over the postsynaptic membrane, each with one binding site:
///
///     R + L <-> C (k_on, k_off),  C <-> O (open, close),  C -> D (desensitisation),  D -> R + L (recovery)
///
/// O conducts. Katz & Thesleff (1957) J. Physiol. 138:63; del Castillo & Katz (1957) Proc. R. Soc. B 146:369.
struct Channels {
    double number = 0;           ///< 0: none
    double k_on = 0;             ///< [µm³/s per molecule]
    double k_off = 0;            ///< [1/s]
    double open = 0;             ///< [1/s]
    double close = 0;            ///< [1/s]
    double desensitisation = 0;  ///< [1/s]
    double recovery = 0;         ///< [1/s]
};

/// All that happens in a synapse of one kind.
struct SynapseKinetics {
    Cleft cleft;
    VesiclePool vesicles;
    SpikeTrain train;
    CleftEnzyme enzyme;
    Channels channels;
};

struct SynapseType {
    std::string name;
    std::string transmitter;
    int ligand = -1;       ///< the field that takes up what escapes; -1: none, it is gone
    int from = 0, to = 0;  ///< cell types: presynaptic, postsynaptic
    SynapseKinetics kinetics;
    bool traced = false;  ///< what it carries is listed among the routes
};

/// One synapse: a pair of cells. It ends when one of them dies, is gone or becomes another type.
struct SynapsePair {
    int type = 0;                    ///< index into Model::synapses
    std::uint32_t from = 0, to = 0;  ///< permanent ids
};

/// What has become of the transmitter since the start [molecules]: released = hydrolysed + escaped + bound + free, to round-off.
struct SynapseLedger {
    double released = 0;
    double hydrolysed = 0;  ///< by the enzyme
    double escaped = 0;     ///< through the exit, or when the synapse ended
    double bound = 0;       ///< to channels now
    double free = 0;        ///< in the cleft now
    double captured = 0;    ///< by channels, every binding counted
};

/// One synapse, or all of a type.
struct SynapseRecord {
    int type = 0;
    std::uint32_t from = 0, to = 0;  ///< ids; 0: all of the type
    std::uint64_t active = 0;        ///< synapses that have not ended
    double spikes = 0;               ///< since the start
    double vesicles = 0;             ///< in the pool now
    SynapseLedger ledger;
    double open = 0;  ///< mean fraction of open channels over the last transport step
    double peak = 0;  ///< largest fraction of open channels in it
};

}  // namespace crine
