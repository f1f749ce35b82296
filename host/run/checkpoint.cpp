// Writes and reads checkpoints as HDF5, and says what has changed since one was written.
#include "host/run/checkpoint.h"

#include "crine/contracts.h"
#include "host/run/build_info.h"
#include "host/scenario/changes.h"
#include "host/text/format.h"
#include "host/writers/atomic_file.h"
#include "host/writers/writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include <blosc.h>
#include <hdf5.h>

namespace crine {
namespace {

using Json = nlohmann::json;

constexpr char const *kAbout = "about", *kState = "state";  ///< the two data sets of a file: JSON, and Backend::save in words
constexpr int kFormat = 1;
constexpr hsize_t kChunk = 1 << 20;  ///< [bytes]

/// Compression by Blosc, as the filter of HDF5 that is registered under this number, so that h5py (with hdf5plugin) and others read it:
/// its parameters are two versions, the bytes of an element and of a chunk, level, shuffle and codec. Floats shuffled by byte become half
/// as large by LZ4 in a tenth of the time that zlib needs to make them 0.4 times as large.
constexpr H5Z_filter_t kBlosc = 32001;
constexpr std::array<unsigned, 7> kBloscOptions{2, BLOSC_VERSION_FORMAT, sizeof(std::uint32_t), kChunk, 1, BLOSC_SHUFFLE, BLOSC_LZ4};

/// In the words of H5Z_func_t: how many bytes there are now in *buffer, of *size; 0 if it failed.
std::size_t blosc(unsigned flags, std::size_t /*count*/, unsigned const* /*options*/, std::size_t bytes, std::size_t* size, void** buffer) {
    bool const back = (flags & H5Z_FLAG_REVERSE) != 0;
    std::size_t room = bytes + BLOSC_MAX_OVERHEAD;
    if (back && (blosc_cbuffer_validate(*buffer, bytes, &room) < 0 || room > kChunk)) return 0;
    void* const to = H5allocate_memory(std::max<std::size_t>(room, 1), false);
    if (to == nullptr) return 0;
    int const made = back ? blosc_decompress_ctx(*buffer, to, room, 1)
                          : blosc_compress_ctx(static_cast<int>(kBloscOptions[4]), static_cast<int>(kBloscOptions[5]), kBloscOptions[2],
                                               bytes, *buffer, to, room, BLOSC_LZ4_COMPNAME, 0, 1);
    if (made <= 0) {
        H5free_memory(to);
        return 0;
    }
    H5free_memory(*buffer);
    *buffer = to, *size = room;
    return static_cast<std::size_t>(made);
}

/// Debian's HDF5 does not lock; and it would print its errors.
std::mutex g_hdf5;
void prepare() {
    H5Z_class2_t const filter{H5Z_CLASS_T_VERS, kBlosc, 1, 1, "blosc", nullptr, nullptr, blosc};
    if (H5Zfilter_avail(kBlosc) <= 0) H5Zregister(&filter);
    H5dont_atexit();                              // would try again what has failed, on a full disk for ever
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // of this thread
}

std::string why() {
    std::string text;
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_UPWARD,
        [](unsigned n, H5E_error2_t const* error, void* to) -> herr_t {
            if (n == 0 && error->desc != nullptr) *static_cast<std::string*>(to) = error->desc;
            return 0;
        },
        &text);
    H5Eclear2(H5E_DEFAULT);
    std::string const says = "error message = '";  // what the system said, of all that HDF5 tells of a write
    if (auto const at = text.find(says); at != std::string::npos)
        text = text.substr(at + says.size(), text.find('\'', at + says.size()) - at - says.size());
    return text.empty() ? "" : " (" + text + ")";
}

/// Owns something of HDF5; throws RunError where it could not be made.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t), std::string const& problem) : id_(id), close_(close) {
        if (id < 0) throw RunError(problem + why());
    }
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;
    operator hid_t() const { return id_; }
    /// Where it matters whether that goes well.
    bool close() { return close_(std::exchange(id_, -1)) >= 0; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// `bytes`: whole words.
void write_words(hid_t file, char const* name, void const* from, std::size_t bytes, std::string const& problem) {
    auto const require = [&](herr_t status) {
        if (status < 0) throw RunError(problem + why());
    };
    hsize_t const size = bytes / sizeof(std::uint32_t), chunk = std::clamp<hsize_t>(size, 1, kChunk / sizeof(std::uint32_t));
    Handle const space(H5Screate_simple(1, &size, nullptr), H5Sclose, problem);
    Handle const plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, problem);
    require(H5Pset_chunk(plan, 1, &chunk));
    require(H5Pset_filter(plan, kBlosc, H5Z_FLAG_MANDATORY, kBloscOptions.size(), kBloscOptions.data()));
    require(H5Pset_fletcher32(plan));
    Handle data(H5Dcreate2(file, name, H5T_STD_U32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT), H5Dclose, problem);
    require(H5Dwrite(data, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, from));
    if (!data.close()) throw RunError(problem + why());  // the last chunks are written only now
}

/// To to(bytes), where there is room for as many.
template <class To>
void read_words(hid_t file, char const* name, std::string const& problem, To const& to) {
    Handle const data(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, problem);
    Handle const space(H5Dget_space(data), H5Sclose, problem);
    hssize_t const size = H5Sget_simple_extent_npoints(space);
    hsize_t const stored = H5Dget_storage_size(data);
    // nothing becomes 1100 times smaller; a size that is not true must not take all memory
    if (size < 0 || static_cast<hsize_t>(size) > 1100 / sizeof(std::uint32_t) * stored) throw RunError(problem);
    void* const place = to(static_cast<std::size_t>(size) * sizeof(std::uint32_t));
    if (H5Dread(data, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, place) < 0) throw RunError(problem + why());
}

/// Reads it all: a file that is not as it should be must not take the place of one that is.
void check_whole(std::filesystem::path const& file, std::string const& problem) {
    Handle const from(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, problem);
    for (char const* const name : {kAbout, kState}) {
        Handle const data(H5Dopen2(from, name, H5P_DEFAULT), H5Dclose, problem);
        Handle const space(H5Dget_space(data), H5Sclose, problem);
        auto const size = static_cast<hsize_t>(H5Sget_simple_extent_npoints(space));
        std::vector<std::uint32_t> part(kChunk / sizeof(std::uint32_t));
        for (hsize_t begin = 0; begin < size; begin += part.size()) {
            hsize_t const count = std::min<hsize_t>(part.size(), size - begin);
            Handle const room(H5Screate_simple(1, &count, nullptr), H5Sclose, problem);
            H5Sselect_hyperslab(space, H5S_SELECT_SET, &begin, nullptr, &count, nullptr);
            if (H5Dread(data, H5T_NATIVE_UINT32, room, space, H5P_DEFAULT, part.data()) < 0) throw RunError(problem + why());
        }
    }
}

/// What the arrays of a state are of, in their order.
std::vector<std::string> shape_of(Model const& model) {
    Grid const& g = model.grid;
    std::string voxels = "voxels: " + std::to_string(g.nx) + " x " + std::to_string(g.ny) + " x " + std::to_string(g.nz) + " of " +
                         number(g.spacing) + " um";
    for (int axis = 0; axis < 3; ++axis)
        if (g.periodic[axis]) voxels += std::string(", periodic along ") + "xyz"[axis];
    std::vector<std::string> shape{voxels};
    auto const add = [&](char const* kind, auto const& list, auto const& name) {
        std::string names = std::string(kind) + ": ";
        for (auto const& one : list) names += (names.ends_with(": ") ? "" : ", ") + name(one);
        shape.push_back(names);
    };
    auto const its_name = [](auto const& one) { return one.name; };
    add("ligands", model.ligands, its_name), add("membrane ligands", model.membrane_ligands, its_name);
    add("receptors", model.receptors, its_name), add("cell types", model.types, its_name),
        add("compartments", model.compartments, its_name);
    add("synapses", model.synapses, its_name);
    auto const pool = [&](Pool const& one) {
        return model.ligands[static_cast<std::size_t>(one.ligand)].name + " in " +
               model.compartments[static_cast<std::size_t>(one.compartment)].name;
    };
    add("in compartments", model.pools, pool);
    add("cells in compartments", model.cell_pools, [&](CellPool const& one) { return name_of(model, one); });
    return shape;
}

}  // namespace

Checkpoint Checkpoint::of(Scenario const& scenario) {
    BuildInfo const& build = build_info();
    return {.version = build.version,
            .commit = build.commit,
            .storage = build.storage,
            .engine = {},
            .written = {},
            .scenario_file = scenario.file.string(),
            .resolved = scenario.resolved,
            .shape = shape_of(scenario.model),
            .record = {},
            .positions = {}};
}

void write_checkpoint(Checkpoint const& checkpoint, std::filesystem::path const& file) {
    std::lock_guard const lock(g_hdf5);
    prepare();
    Checkpoint const& c = checkpoint;
    std::size_t const whole = c.state.size() / sizeof(std::uint32_t) * sizeof(std::uint32_t);
    std::vector<unsigned char> last;  // those behind the last whole word
    for (std::size_t i = whole; i < c.state.size(); ++i) last.push_back(static_cast<unsigned char>(c.state[i]));
    Json const about{{"format", kFormat},
                     {"version", c.version},
                     {"commit", c.commit},
                     {"storage", c.storage},
                     {"engine", c.engine},
                     {"written", c.written},
                     {"scenario", c.scenario_file},
                     {"resolved", c.resolved},
                     {"shape", c.shape},
                     {"start hash", c.start_hash},
                     {"state hash", c.state_hash},
                     {"steps", c.steps},
                     {"cells", c.cells},
                     {"time", c.time},
                     {"record", c.record},
                     {"positions", c.positions},
                     {"last bytes", std::vector<int>(last.begin(), last.end())}};
    std::string text = about.dump(2, ' ', false, Json::error_handler_t::replace);
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::string const problem = "cannot write " + file.string();
    write_atomically(file, [&](std::filesystem::path const& temporary) {
        Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, problem);
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);  // whose own structures have checksums too
        Handle to(H5Fcreate(temporary.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access), H5Fclose, problem);
        write_words(to, kAbout, text.data(), text.size(), problem);
        write_words(to, kState, c.state.data(), whole, problem);
        if (H5Fflush(to, H5F_SCOPE_GLOBAL) < 0 || !to.close()) throw RunError(problem + why());
        check_whole(temporary, problem);
    });
}

Checkpoint read_checkpoint(std::filesystem::path const& file, Read what) {
    std::lock_guard const lock(g_hdf5);
    prepare();
    std::string const problem = file.string() + " is damaged, or not a checkpoint";
    Handle const from(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, problem);
    std::string text;
    read_words(from, kAbout, problem, [&](std::size_t bytes) {
        text.resize(bytes);
        return text.data();
    });
    Checkpoint c;
    try {
        Json const about = Json::parse(text);
        if (about.at("format") != kFormat) throw InputError(file.string() + " is a checkpoint of another version of crine");
        about.at("version").get_to(c.version), about.at("commit").get_to(c.commit), about.at("storage").get_to(c.storage);
        about.at("engine").get_to(c.engine), about.at("written").get_to(c.written);
        about.at("scenario").get_to(c.scenario_file), about.at("resolved").get_to(c.resolved);
        about.at("shape").get_to(c.shape);
        about.at("start hash").get_to(c.start_hash), about.at("state hash").get_to(c.state_hash);
        about.at("steps").get_to(c.steps), about.at("cells").get_to(c.cells), about.at("time").get_to(c.time);
        about.at("record").get_to(c.record), about.at("positions").get_to(c.positions);
        if (what == Read::about) return c;
        read_words(from, kState, problem, [&](std::size_t bytes) {
            c.state.resize(bytes);
            return c.state.data();
        });
        for (int const byte : about.at("last bytes").get<std::vector<int>>()) c.state.push_back(static_cast<std::byte>(byte));
    } catch (Json::exception const&) {
        throw RunError(problem);
    }
    return c;
}

std::vector<std::filesystem::path> checkpoints_in(std::filesystem::path const& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.is_regular_file() && is_named(entry.path().filename().string(), output_name::checkpoints)) files.push_back(entry.path());
    if (error && error != std::errc::no_such_file_or_directory)
        throw RunError("cannot read the folder " + folder.string() + " (" + error.message() + ")");
    std::sort(files.begin(), files.end(), [](auto const& a, auto const& b) {  // by their numbers, which have no zeros but to six digits
        std::string const one = a.filename().string(), other = b.filename().string();
        return one.size() != other.size() ? one.size() > other.size() : one > other;
    });
    return files;
}

void require_same(Checkpoint const& checkpoint, Scenario const& scenario, std::vector<std::string> const& accepted) {
    BuildInfo const& build = build_info();
    CRINE_VALIDATE(checkpoint.storage == build.storage,
                   "the checkpoint holds " + checkpoint.storage + ", this crine stores " + build.storage + " — the other build?");
    CRINE_VALIDATE((checkpoint.version == build.version && checkpoint.commit == build.commit) || is_among("program", accepted),
                   "the checkpoint is of crine " + checkpoint.version + " (commit " + checkpoint.commit + "), this is " + build.version +
                       " (commit " + build.commit + "), which may go on with other bits — that one, or --accept-changes program?");
    std::vector<std::string> const shape = shape_of(scenario.model);
    for (std::size_t n = 0; n < shape.size(); ++n)
        CRINE_VALIDATE(n < checkpoint.shape.size() && shape[n] == checkpoint.shape[n],
                       "the checkpoint has " + (n < checkpoint.shape.size() ? checkpoint.shape[n] : "") + "; the scenario has " + shape[n] +
                           " — its state does not fit");
    require_same_scenario(checkpoint.resolved, scenario, accepted);
    CRINE_VALIDATE(checkpoint.time <= scenario.schedule.end * (1 + 1e-9), "the checkpoint is of " + duration(checkpoint.time) +
                                                                              ", and the run is to end at " +
                                                                              duration(scenario.schedule.end) + " — a later end?");
}

void require_same_scenario(std::string const& resolved, Scenario const& scenario, std::vector<std::string> const& accepted) {
    constexpr std::size_t kMostShown = 12;
    std::string changed, paths;
    std::size_t count = 0;
    for (Change const& change : changes_between(resolved, scenario.resolved)) {
        if (is_among(change.path, accepted) || is_among(change.path, {"title", "arms", "validation"})) continue;
        if (++count > kMostShown) continue;
        auto const shown = [](std::string const& value) { return value.empty() ? "nothing" : value.substr(0, 60); };
        changed += "\n  " + change.path + ": " + shown(change.before) + " → " + shown(change.now);
        paths += (paths.empty() ? "" : ",") + change.path;
    }
    if (count > kMostShown) changed += "\n  and " + std::to_string(count - kMostShown) + " more", paths = "all";
    CRINE_VALIDATE(count == 0, "the scenario has changed since that run — as it was, or --accept-changes " + paths + "?" + changed);
}

std::uint64_t hash_of_start(Scenario const& scenario) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    auto const add = [&](auto const& array) {
        auto const* const bytes = reinterpret_cast<unsigned char const*>(array.data());
        for (std::size_t i = 0; i < array.size() * sizeof(array[0]); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
    };
    for (auto const& field : scenario.initial.fields) add(field);
    HostCells const& cells = scenario.initial.cells;
    add(cells.id), add(cells.type), add(cells.x), add(cells.y), add(cells.z), add(cells.radius);
    for (SynapsePair const& pair : scenario.initial.synapses) add(std::array{static_cast<double>(pair.from), static_cast<double>(pair.to)});
    add(scenario.model.material);
    for (Dose const& dose : scenario.model.doses) add(dose.voxels);
    for (Rule const& rule : scenario.model.rules)
        add(std::array<double, 8>{static_cast<double>(rule.type), static_cast<double>(rule.signal), static_cast<double>(rule.behaviour),
                                  static_cast<double>(rule.increases), rule.saturation, rule.half, rule.hill,
                                  static_cast<double>(rule.applies_to_dead)});
    return hash;
}

std::string describe(Checkpoint const& c, std::filesystem::path const& file) {
    std::error_code ignored;
    return file.string() + ": checkpoint of " + c.scenario_file + " after " + duration(c.time) + " (" + std::to_string(c.steps) +
           " steps), " + counted(c.cells, "cell") + "\n  written " + c.written + " by crine " + c.version + " (commit " + c.commit + ", " +
           c.storage + " storage, " + c.engine + " engine), " + bytes(static_cast<double>(std::filesystem::file_size(file, ignored))) +
           "\n  state_hash " + hexadecimal(c.state_hash) + "\n";
}

}  // namespace crine
