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
#include <functional>
#include <mutex>

#include <hdf5.h>

namespace crine {
namespace {

using Json = nlohmann::json;

constexpr char const *kAbout = "about", *kState = "state";  ///< the two data sets of a file: JSON, and Backend::save in words
constexpr int kFormat = 1;
constexpr hsize_t kChunk = 1 << 20;   ///< [bytes]
constexpr unsigned kCompression = 1;  ///< of zlib: floats shuffled by byte hardly become smaller with more

/// Debian's HDF5 does not lock, and would print its errors.
std::mutex g_hdf5;
void prepare() {
    static bool const once = [] {
        H5dont_atexit();  // would try again what has failed, on a full disk for ever
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
        return true;
    }();
    (void)once;
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

void write_words(hid_t file, char const* name, std::vector<std::uint32_t> const& words, std::string const& problem) {
    auto const require = [&](herr_t status) {
        if (status < 0) throw RunError(problem + why());
    };
    hsize_t const size = words.size(), chunk = std::clamp<hsize_t>(size, 1, kChunk / sizeof(std::uint32_t));
    Handle const space(H5Screate_simple(1, &size, nullptr), H5Sclose, problem);
    Handle const plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, problem);
    require(H5Pset_chunk(plan, 1, &chunk));
    require(H5Pset_shuffle(plan));
    require(H5Pset_deflate(plan, kCompression));
    require(H5Pset_fletcher32(plan));
    Handle const data(H5Dcreate2(file, name, H5T_STD_U32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT), H5Dclose, problem);
    require(H5Dwrite(data, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, words.data()));
}

std::vector<std::uint32_t> read_words(hid_t file, char const* name, std::string const& problem) {
    Handle const data(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, problem);
    Handle const space(H5Dget_space(data), H5Sclose, problem);
    hssize_t const size = H5Sget_simple_extent_npoints(space);
    hsize_t const stored = H5Dget_storage_size(data);
    // zlib makes nothing a thousand times smaller; a size that is not true must not take all memory
    if (size < 0 || static_cast<hsize_t>(size) * sizeof(std::uint32_t) > 1100 * (stored + kChunk)) throw RunError(problem);
    std::vector<std::uint32_t> words(static_cast<std::size_t>(size));
    if (H5Dread(data, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, words.data()) < 0) throw RunError(problem + why());
    return words;
}

template <class Bytes>
std::vector<std::uint32_t> words_of(Bytes const& bytes) {
    std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
    if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
}

std::uint64_t number_of(std::filesystem::path const& file) {
    std::string const name = file.filename().string();
    return std::stoull(name.substr(name.find('_') + 1));
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
            .record = {},
            .positions = {}};
}

void write_checkpoint(Checkpoint const& checkpoint, std::filesystem::path const& file) {
    std::lock_guard const lock(g_hdf5);
    prepare();
    Checkpoint const& c = checkpoint;
    Json const about{{"format", kFormat},
                     {"version", c.version},
                     {"commit", c.commit},
                     {"storage", c.storage},
                     {"engine", c.engine},
                     {"written", c.written},
                     {"scenario", c.scenario_file},
                     {"resolved", c.resolved},
                     {"start hash", c.start_hash},
                     {"state hash", c.state_hash},
                     {"steps", c.steps},
                     {"cells", c.cells},
                     {"time", c.time},
                     {"record", c.record},
                     {"positions", c.positions},
                     {"bytes", c.state.size()}};
    std::string text = about.dump(2, ' ', false, Json::error_handler_t::replace);
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::string const problem = "cannot write " + file.string();
    write_atomically(file, [&](std::filesystem::path const& temporary) {
        Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, problem);
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);  // whose own structures have checksums too
        Handle to(H5Fcreate(temporary.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, access), H5Fclose, problem);
        write_words(to, kAbout, words_of(text), problem);
        write_words(to, kState, words_of(c.state), problem);
        if (!to.close()) throw RunError(problem + why());
    });
}

Checkpoint read_checkpoint(std::filesystem::path const& file, Read what) {
    std::lock_guard const lock(g_hdf5);
    prepare();
    std::string const problem = file.string() + " is damaged, or not a checkpoint";
    Handle const from(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, problem);
    auto const words = read_words(from, kAbout, problem);
    Checkpoint c;
    try {
        Json const about = Json::parse(std::string(reinterpret_cast<char const*>(words.data()), words.size() * sizeof words[0]));
        if (about.at("format") != kFormat) throw InputError(file.string() + " is a checkpoint of another version of crine");
        about.at("version").get_to(c.version), about.at("commit").get_to(c.commit), about.at("storage").get_to(c.storage);
        about.at("engine").get_to(c.engine), about.at("written").get_to(c.written);
        about.at("scenario").get_to(c.scenario_file), about.at("resolved").get_to(c.resolved);
        about.at("start hash").get_to(c.start_hash), about.at("state hash").get_to(c.state_hash);
        about.at("steps").get_to(c.steps), about.at("cells").get_to(c.cells), about.at("time").get_to(c.time);
        about.at("record").get_to(c.record), about.at("positions").get_to(c.positions);
        auto const bytes = about.at("bytes").get<std::size_t>();
        if (what == Read::about) return c;
        auto const state = read_words(from, kState, problem);
        if (state.size() != (bytes + 3) / 4) throw RunError(problem);
        c.state.resize(bytes);
        if (bytes != 0) std::memcpy(c.state.data(), state.data(), bytes);
    } catch (Json::exception const&) {
        throw RunError(problem);
    }
    return c;
}

std::vector<std::filesystem::path> checkpoints_in(std::filesystem::path const& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    for (auto const& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.is_regular_file(ignored) && is_named(entry.path().filename().string(), output_name::checkpoints))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end(), [](auto const& a, auto const& b) { return number_of(a) > number_of(b); });
    return files;
}

void require_same(Checkpoint const& checkpoint, Scenario const& scenario, std::vector<std::string> const& accepted) {
    constexpr std::size_t kMostShown = 12;
    BuildInfo const& build = build_info();
    CRINE_VALIDATE(checkpoint.storage == build.storage,
                   "the checkpoint holds " + checkpoint.storage + ", this crine stores " + build.storage + " — the other build?");
    CRINE_VALIDATE((checkpoint.version == build.version && checkpoint.commit == build.commit) || is_among("program", accepted),
                   "the checkpoint is of crine " + checkpoint.version + " (commit " + checkpoint.commit + "), this is " + build.version +
                       " (commit " + build.commit + "), which may go on with other bits — that one, or --accept-changes program?");
    std::string changed, paths;
    std::size_t count = 0;
    for (Change const& change : changes_between(checkpoint.resolved, scenario.resolved)) {
        if (is_among(change.path, accepted)) continue;
        if (++count > kMostShown) continue;
        auto const shown = [](std::string const& value) { return value.empty() ? "nothing" : value.substr(0, 60); };
        changed += "\n  " + change.path + ": " + shown(change.before) + " → " + shown(change.now);
        paths += (paths.empty() ? "" : ",") + change.path;
    }
    if (count > kMostShown) changed += "\n  and " + std::to_string(count - kMostShown) + " more", paths = "all";
    CRINE_VALIDATE(count == 0,
                   "the scenario has changed since the checkpoint was written — as it was, or --accept-changes " + paths + "?" + changed);
}

std::string describe(Checkpoint const& c, std::filesystem::path const& file) {
    std::error_code ignored;
    return file.string() + ": checkpoint of " + c.scenario_file + " after " + duration(c.time) + " (" + std::to_string(c.steps) +
           " steps), " + counted(c.cells, "cell") + "\n  written " + c.written + " by crine " + c.version + " (commit " + c.commit + ", " +
           c.storage + " storage, " + c.engine + " engine), " + bytes(static_cast<double>(std::filesystem::file_size(file, ignored))) +
           "\n  state_hash " + hexadecimal(c.state_hash) + "\n";
}

}  // namespace crine
