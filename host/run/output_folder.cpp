// Locks the folder of a run, tells files of earlier runs from all others, and removes only those.
#include "host/run/output_folder.h"

#include "crine/contracts.h"
#include "host/writers/atomic_file.h"
#include "host/writers/writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crine {
namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool listed(std::vector<std::string> const& names, std::string const& file) {
    return std::any_of(names.begin(), names.end(), [&](std::string const& name) { return is_named(file, name); });
}

bool same_file(struct stat const& a, struct stat const& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

/// The process that a lock file names. A computer that was started anew, or a container on the same one, is told by the number that the
/// kernel has made up for itself.
struct Owner {
    long process = 0;
    std::string kernel, host;

    static Owner this_one() {
        Owner owner{::getpid(), text_of("/proc/sys/kernel/random/boot_id"), std::string(256, '\0')};
        owner.kernel.erase(std::min(owner.kernel.find('\n'), owner.kernel.size()));
        if (owner.kernel.empty()) owner.kernel = "-";
        ::gethostname(owner.host.data(), owner.host.size() - 1);
        owner.host.resize(std::strlen(owner.host.c_str()));
        return owner;
    }
    std::string text() const { return "crine " + std::to_string(process) + ' ' + kernel + ' ' + host + '\n'; }
};

constexpr off_t kOwnerSize = 512;    ///< of the part of a lock file that says so [bytes]
constexpr off_t kRoom = 256 * 1024;  ///< of the disk, kept for the record of a run that has filled it [bytes]

/// What a lock file says: nothing, if whoever made it has not come to that.
bool read_owner(fs::path const& file, Owner& owner) {
    std::istringstream in(text_of(file));
    std::string program;
    return in >> program >> owner.process >> owner.kernel >> owner.host && program == "crine";
}
bool is_lock(fs::path const& file) {
    Owner owner;
    return fs::is_regular_file(fs::symlink_status(file)) && (fs::file_size(file) == 0 || read_owner(file, owner));
}

[[noreturn]] void refuse_alive(fs::path const& folder, Owner const& owner) {
    throw InputError("a run is writing to " + folder.string() + " now (process " + std::to_string(owner.process) + " on " + owner.host +
                     ") — choose another folder with -o, or end that run first?");
}

enum class Lock { taken, held_by_another, unknown_here };
Lock take_lock(int file) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return Lock::taken;
    return errno == EWOULDBLOCK ? Lock::held_by_another : Lock::unknown_here;
}

/// Refuses where the run that has left a lock file may live. A lock ends with its process, however that ends; but some network file systems
/// have none, or one for each computer, which then cannot know of the runs on others.
void refuse_if_alive(fs::path const& folder, Lock lock) {
    Owner owner, self = Owner::this_one();
    bool const known = read_owner(folder / output_name::lock, owner);
    if (lock == Lock::held_by_another) refuse_alive(folder, owner);
    if (!known) return;
    bool const here = owner.kernel == self.kernel;
    if (here && lock == Lock::unknown_here && ::kill(static_cast<pid_t>(owner.process), 0) == 0) refuse_alive(folder, owner);
    if (!here && owner.host != self.host)
        throw InputError("a run on another computer may be writing to " + folder.string() + " (process " + std::to_string(owner.process) +
                         " on " + owner.host + ") — if it has ended, remove " + (folder / output_name::lock).string() + "?");
}

/// The files of the run that has left this record, and how it went; none if it is not one of ours.
std::vector<std::string> read_record(fs::path const& file, std::string& status) {
    if (!fs::is_regular_file(fs::symlink_status(file))) return {};
    auto const json = nlohmann::json::parse(text_of(file), nullptr, false);
    if (!json.is_object() || !json.contains("crine") || !json.contains("status") || !json["status"].is_string()) return {};
    status = json["status"];
    if (status == "running") status = "killed";  // else its lock would have been held
    std::vector<std::string> files;
    if (json.contains("files") && json["files"].is_array()) {
        for (auto const& name : json["files"])
            if (name.is_string()) files.push_back(name);
    } else {  // of a program that did not say
        for (OutputFile const& one : output_files()) files.emplace_back(one.name);
    }
    return files;
}

}  // namespace

struct OutputFolder::Found {
    std::vector<fs::path> old;  ///< files of another run; its record is the last
    std::string status;         ///< of that
};

OutputFolder::OutputFolder(fs::path folder, Existing existing, std::vector<std::string> files)
    : path_(std::move(folder)), existing_(existing), files_(std::move(files)) {
    found_ = look().status;
}

OutputFolder::~OutputFolder() {
    if (lock_ >= 0) {
        struct stat ours {
        }, there{};
        bool const same = ::fstat(lock_, &ours) == 0 && ::fstatat(folder_, output_name::lock, &there, AT_SYMLINK_NOFOLLOW) == 0;
        if (same && same_file(ours, there)) ::unlinkat(folder_, output_name::lock, 0);
        ::close(lock_);
    }
    if (folder_ >= 0) ::close(folder_);
}

OutputFolder::Found OutputFolder::look() const {
    Found found;
    std::error_code error;
    if (!fs::exists(path_, error) && !error) return found;
    if (error || !fs::is_directory(path_))
        throw RunError(path_.string() + " is not a folder" + (error ? " (" + error.message() + ")" : ""));

    if (lock_ < 0) {
        int const lock = ::open((path_ / output_name::lock).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (lock >= 0 && is_lock(path_ / output_name::lock)) {
            Lock const taken = take_lock(lock);
            ::close(lock);
            refuse_if_alive(path_, taken);
        } else if (lock >= 0) {
            ::close(lock);
        }
    }

    std::vector<std::string> const theirs = read_record(path_ / output_name::record, found.status);
    CRINE_VALIDATE(theirs.empty() || existing_ != Existing::refuse,
                   path_.string() + " already holds a run (" + found.status +
                       ") — choose another folder with -o, go on with that run by --resume, or replace it by --overwrite?");
    for (auto const& entry : fs::directory_iterator(path_, error)) {
        fs::path const& file = entry.path();
        std::string const name = file.filename().string();
        if (name == output_name::lock && is_lock(file)) continue;
        bool const temporary = temporary_name(file.stem()) == name;
        std::string const final_name = temporary ? file.stem().string() : name;
        bool const plain = fs::is_regular_file(entry.symlink_status());
        // a run that was killed before it had a record has left at most the beginning of one
        bool const of_old_run = plain && (listed(theirs, final_name) || (temporary && final_name == output_name::record));
        if (of_old_run)
            found.old.push_back(file);
        else if (listed(files_, final_name))
            throw InputError(path_.string() + " holds " + name +
                             ", which is not of a run, and would be written over — choose another folder with -o?");
    }
    if (error) throw RunError("cannot read the folder " + path_.string() + " (" + error.message() + ")");
    std::sort(found.old.begin(), found.old.end());
    std::stable_partition(found.old.begin(), found.old.end(), [](fs::path const& file) { return file.filename() != output_name::record; });
    return found;
}

void OutputFolder::open() {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error || !fs::is_directory(path_)) throw RunError("cannot make the folder " + path_.string() + " (" + error.message() + ")");
    folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) throw RunError("cannot read the folder " + path_.string() + " (" + std::strerror(errno) + ")");

    fs::path const file = path_ / output_name::lock;
    CRINE_VALIDATE(!fs::exists(fs::symlink_status(file)) || is_lock(file),
                   path_.string() + " holds " + output_name::lock + ", which is not of a run — choose another folder with -o?");
    for (struct stat ours{}, there{};;) {
        int const lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (lock < 0) throw RunError("cannot write " + file.string() + " (" + std::strerror(errno) + ")");
        Lock const taken = take_lock(lock);
        bool const same = ::fstat(lock, &ours) == 0 && ::lstat(file.c_str(), &there) == 0 && same_file(ours, there);
        try {
            if (same) refuse_if_alive(path_, taken);
        } catch (...) {
            ::close(lock);
            throw;
        }
        if (!same) {  // whoever had it has just ended
            ::close(lock);
            continue;
        }
        lock_ = lock;
        std::string owner = Owner::this_one().text();
        owner.resize(std::max<std::size_t>(owner.size(), kOwnerSize), '\n');
        if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size()))
            throw RunError("cannot write " + file.string() + " (" + std::strerror(errno) + ")");
        ::posix_fallocate(lock, kOwnerSize, kRoom);  // where the file system can
        break;
    }
    for (auto const& old : look().old) {
        bool const half_written = old == temporary_name(old.parent_path() / old.stem());
        if ((existing_ == Existing::replace || half_written) && !fs::remove(old, error) && error)
            throw RunError("cannot remove " + old.string() + " (" + error.message() + ")");
    }
}

void OutputFolder::check() const {
    struct stat ours {
    }, there{};
    bool const same = ::fstat(folder_, &ours) == 0 && ::stat(path_.c_str(), &there) == 0 && same_file(ours, there);
    if (!same) throw RunError("the folder " + path_.string() + " was removed, moved or replaced while the run was writing to it");
}

void OutputFolder::make_room() const { [[maybe_unused]] int const unchecked = ::ftruncate(lock_, kOwnerSize); }

void OutputFolder::sync() const {
    if (::syncfs(folder_) != 0 && errno != ENOSYS)
        throw RunError("what was written to " + path_.string() + " is not safely on the disk (" + std::strerror(errno) + ")");
}

}  // namespace crine
