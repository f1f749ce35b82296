// A checked scenario as plain data: model, initial state, clocks, regions, probes, outputs and expected numbers.
#pragma once

#include "crine/backend.h"
#include "host/scenario/finding.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace crine {

/// The three clocks of a run [s]. Sorted by length, each is a whole multiple of the next shorter one; the shortest is
/// the base tick. A process acts at tick 0 and then whenever its step has passed.
struct Schedule {
    double end = 0;
    double transport = 60;
    double mechanics = 60;
    double behaviour = 360;
};

/// A named part of the domain, as the voxels it holds (by voxel centre).
struct Region {
    std::string name;
    std::vector<std::uint8_t> inside;  ///< by interior voxel
    std::size_t voxels = 0;            ///< how many are inside
};

/// A quantity written to probes.csv at every summary time.
struct Probe {
    enum class Kind {
        point,         ///< ligand at `points[0]`
        line,          ///< ligand at each of `points`, one column each
        mean,          ///< mean of the ligand over the region
        count,         ///< live cells of the type in the region
        coverage,      ///< fraction of the region's voxels that hold a live cell of the type
        activity,      ///< of live cells of the type in the region, told by `statistic`
        variable,      ///< of a pathway of live cells of the type in the region, told by `statistic`
        receptors,     ///< of live cells of the type in the region, those in `state`: their numbers, told by `statistic`
        position,      ///< mean of the positions along `axis`, of the ligand or of the live cells of the type
        variance,      ///< of the same
        displacement,  ///< mean square of how far live cells of the type are from where they were at time 0
    };
    enum class Statistic { mean, minimum, maximum, fraction };  ///< over cells; NAN without any. Fraction: between `above` and `below`
    enum class State {
        free,
        bound,         ///< to any ligand, active or desensitised
        active,        ///< complexes each by the efficacy of its ligand, as the signal `complexes of`
        desensitised,  ///< complexes
        surface,       ///< free and bound
        inside,
    };

    Kind kind = Kind::point;
    std::string name;  ///< column name, or its beginning for a line
    int ligand = -1;
    int type = -1;
    int axis = 0;
    int activity = -1;
    int variable = -1;  ///< of a pathway, in the order of the vocabulary
    int receptor = -1;
    State state = State::free;
    Statistic statistic = Statistic::mean;
    double above = -HUGE_VAL, below = HUGE_VAL;
    int region = -1;           ///< index into Scenario::regions; -1: the whole domain
    std::vector<Vec3> points;  ///< [µm]
};

/// Which cells of a type of synapse are paired.
struct Pairing {
    enum class Kind {
        nearest,  ///< every postsynaptic cell with the nearest presynaptic one
        reach,    ///< all that are no further apart than `reach`
        list,     ///< as the file says
    };
    Kind kind = Kind::nearest;
    double reach = 0;  ///< [µm]
};

struct OutputPlan {
    double volumes = 0;        ///< interval of fields_*.vti and cells_*.vtp [s]; 0: none
    double summary = 3600;     ///< interval of summary.csv and probes.csv [s]
    std::vector<bool> fields;  ///< by ligand: written to fields_*.vti
    bool cells = true;         ///< cells_*.vtp
    double checkpoint = 0;     ///< interval of checkpoint_*.h5 [s]; 0: by wall time alone
};

/// `key.path=value` of the command line's --set; wins over the file.
struct Override {
    std::string path, value;
};

/// A variant of the experiment: with a dose, without a receptor, on a finer grid.
struct Arm {
    std::string name;
    std::vector<Override> overrides;
};

/// What is known to come out of a scenario: read by `crine validate`, not by a run.
struct Validation {
    struct Expectation {
        std::string id, what, unit, mark;
        std::string arm;              ///< that columns without an arm are of
        double time = -1;             ///< [s]; negative: the end
        std::string of;               ///< formula of columns
        std::optional<double> value;  ///< in `unit`; none: only the bounds are known
        double allowed = 0;           ///< error, relative to the value or in `unit`
        bool relative = false;
        double least, most;  ///< infinite: no bound
        std::string place;   ///< in the file, for messages
    };
    std::string source;
    bool quick = false;
    std::vector<Expectation> expectations;
};

/// A scenario file, read, checked and converted: everything the program needs to run it.
struct Scenario {
    std::filesystem::path file;
    std::string title;
    Model model;
    InitialState initial;
    Schedule schedule;
    OutputPlan output;
    std::vector<Region> regions;
    std::vector<Probe> probes;
    std::vector<Arm> arms;  ///< by the file; the scenario itself is not one
    Validation validation;
    Findings findings;              ///< what to warn of
    std::vector<Pairing> pairings;  ///< by Model::synapses
    std::string resolved;           ///< the whole scenario as one YAML text: includes merged, --set applied, defaults filled in
};

}  // namespace crine
