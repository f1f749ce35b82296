#pragma once

#include "crine/backend.h"

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
        point,     ///< ligand at `points[0]`
        line,      ///< ligand at each of `points`, one column each
        mean,      ///< mean of the ligand over the region
        count,     ///< live cells of the type in the region
        coverage,  ///< fraction of the region's voxels that hold a live cell of the type
        activity,  ///< its mean over live cells of the type in the region; NAN without any
    };
    Kind kind = Kind::point;
    std::string name;  ///< column name, or its beginning for a line
    int ligand = -1;
    int type = -1;
    int activity = -1;
    int region = -1;           ///< index into Scenario::regions; -1: the whole domain
    std::vector<Vec3> points;  ///< [µm]
};

struct OutputPlan {
    double volumes = 0;        ///< interval of fields_*.vti and cells_*.vtp [s]; 0: none
    double summary = 3600;     ///< interval of summary.csv and probes.csv [s]
    std::vector<bool> fields;  ///< by ligand: written to fields_*.vti
    bool cells = true;         ///< cells_*.vtp
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
    std::string resolved;  ///< the whole scenario as one YAML text: includes merged, --set applied, defaults filled in
};

/// `key.path=value` of the command line's --set; wins over the file.
struct Override {
    std::string path, value;
};

/// Reads and checks a scenario. Throws InputError whose message begins `FILE:LINE:COLUMN: ` and says what was found,
/// what was expected, and a suggestion where there is a likely one.
/// `size_only` checks everything but makes no arrays (for sizing a scenario that does not fit this machine): fields and
/// cells of `initial` stay empty, and `expected_cells` says how many cells there would be.
Scenario load_scenario(std::filesystem::path const& file, std::vector<Override> const& overrides, bool size_only = false,
                       std::size_t* expected_cells = nullptr);

/// The JSON Schema (draft 2020-12) of the scenario file, made from the same table of keys that the reader checks against.
std::string scenario_schema();

}  // namespace crine
