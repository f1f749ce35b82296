// The interface of all writers, the frame that they are given, and the list of files that a run may write.
#pragma once

#include "host/scenario/scenario.h"
#include "host/writers/positions.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace crine {

struct Checkpoint;

/// What is written at one output time: copies in host memory, so that it can be written while the run goes on.
struct Frame {
    Snapshot snapshot;  ///< with the fields and cells that the writers need
    Totals totals;
    std::vector<double> probes;              ///< by column of probes.csv, in the unit of the column
    bool volumes = false;                    ///< fields_*.vti and cells_*.vtp are due
    bool tables = false;                     ///< a line of summary.csv and probes.csv is due
    std::shared_ptr<Checkpoint> checkpoint;  ///< is due, after all else: host/run/checkpoint.h; null: none
};

/// One kind of output file. Sees the scenario, which does not change during a run, and frames.
class Writer {
public:
    virtual ~Writer() = default;
    virtual void write(Frame const& frame) = 0;
    /// Where it is in its files; or goes on from there, before the first frame, and takes away what it has written since.
    virtual void list(Positions& at) = 0;
};

std::unique_ptr<Writer> make_fields_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_cells_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_collection_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_summary_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_compartments_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_probes_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_synapses_writer(Scenario const& scenario, std::filesystem::path const& folder);
std::unique_ptr<Writer> make_routes_writer(Scenario const& scenario, std::filesystem::path const& folder);

/// What the output plan asks for.
bool writes_fields(OutputPlan const& plan);
bool writes_cells(OutputPlan const& plan);

/// The senders of some ligand or synapse are traced.
bool traces_senders(Model const& model);

/// A file that a run may write.
struct OutputFile {
    char const* name;   ///< * stands for the number of a frame, of six digits or more
    char const* holds;  ///< for people
    bool (*asked_for)(Scenario const& scenario);
    std::unique_ptr<Writer> (*make)(Scenario const& scenario, std::filesystem::path const& folder);  ///< null: the run itself writes it
};

/// All of them, in the order in which a frame goes through their writers. There is no other list: by this one writers are made, and it is
/// known which files of a folder are of a run.
std::vector<OutputFile> const& output_files();

/// Whether a file has this name of the list.
bool is_named(std::string const& file, std::string const& name);

/// Names of the files that the run of a scenario writes.
std::vector<std::string> files_of(Scenario const& scenario);
std::vector<std::unique_ptr<Writer>> make_writers(Scenario const& scenario, std::filesystem::path const& folder);

namespace output_name {
std::string fields(std::int64_t number);  ///< fields_000012.vti
std::string cells(std::int64_t number);   ///< cells_000012.vtp
inline constexpr char const* collection = "run.pvd";
inline constexpr char const* summary = "summary.csv";
inline constexpr char const* probes = "probes.csv";
inline constexpr char const* synapses = "synapses.csv";
inline constexpr char const* routes = "routes.csv";
inline constexpr char const* compartments = "compartments.csv";
inline constexpr char const* record = "run.json";
inline constexpr char const* checkpoints = "checkpoint_*.h5";
std::string checkpoint(std::uint64_t steps);     ///< checkpoint_000012.h5
inline constexpr char const* lock = "run.lock";  ///< while a run goes on: which process
}  // namespace output_name

/// `TYPE in COMPARTMENT`.
std::string name_of(Model const& model, CellPool const& pool);

/// `NAME [UNIT]` of a ligand's arrays and columns.
std::string array_name(Ligand const& ligand);

}  // namespace crine
