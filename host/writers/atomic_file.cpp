// Writes a file under a temporary name and renames it, and adds whole lines to tables.
#include "host/writers/atomic_file.h"

#include "crine/contracts.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crine {
namespace {

[[noreturn]] void fail(std::filesystem::path const& file, std::string const& why) {
    throw RunError("cannot write " + file.string() + " (" + why + ")");
}

void flush_to_disk(std::filesystem::path const& file) {
    int const descriptor = ::open(file.c_str(), O_RDONLY);
    if (descriptor < 0) fail(file, std::strerror(errno));
    int const error = ::fsync(descriptor) != 0 ? errno : 0;
    ::close(descriptor);
    if (error != 0 && error != EINVAL) fail(file, std::strerror(error));  // EINVAL: a file system that cannot, such as a pipe
}

}  // namespace

void write_atomically(std::filesystem::path const& file, std::function<void(std::filesystem::path const&)> const& fill, Durable durable) {
    auto const temporary = temporary_name(file);
    std::error_code error, ignored;
    std::filesystem::remove(temporary, ignored);
    try {
        fill(temporary);
        if (durable == Durable::at_once) flush_to_disk(temporary);
        std::filesystem::rename(temporary, file, error);
        if (error) fail(file, error.message());
    } catch (...) {
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

void write_atomically(std::filesystem::path const& file, std::string_view text, Durable durable) {
    write_atomically(
        file, [&](std::filesystem::path const& temporary) { LineFile(temporary, std::string(text)).begin(); }, durable);
}

void remove_from(std::function<std::filesystem::path(std::int64_t)> const& name, std::int64_t number) {
    for (std::error_code error; std::filesystem::remove(name(number), error); ++number) {
    }
}

std::filesystem::path temporary_name(std::filesystem::path const& file) { return std::filesystem::path(file).concat(".part"); }

LineFile::~LineFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void LineFile::begin() {
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail(file_, std::strerror(errno));
    write(first_line_);
}

void LineFile::add(std::string_view line) {
    if (descriptor_ < 0) begin();
    write(line);
}

void LineFile::list(Positions& at) {
    at.number(file_.filename().string(), size_);
    if (!at.going_on()) return;
    if (size_ == 0) {  // it had not begun
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
        return;
    }
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor_ < 0) throw RunError("cannot go on with " + file_.string() + " (" + std::strerror(errno) + ")");
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || status.st_size < size_)
        throw RunError("cannot go on with " + file_.string() + ": it is shorter than it was at the checkpoint");
    std::string begin(first_line_.size() + 1, '\0');
    int const reader = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    bool const same =
        reader >= 0 && ::pread(reader, begin.data(), begin.size(), 0) == static_cast<ssize_t>(begin.size()) && begin == first_line_ + '\n';
    if (reader >= 0) ::close(reader);
    if (!same) throw RunError("cannot go on with " + file_.string() + ": it has other columns now than before the checkpoint");
    if (::ftruncate(descriptor_, size_) != 0) fail(file_, std::strerror(errno));
}

void LineFile::write(std::string_view line) {
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && status.st_nlink == 0) fail(file_, "somebody has removed it while the run was writing to it");
    std::string const whole = std::string(line) + '\n';
    for (std::string_view rest = whole; !rest.empty();) {  // one call writes it all, unless the disk is full or a signal comes
        ssize_t const n = ::write(descriptor_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            std::string const why = std::strerror(errno);
            [[maybe_unused]] int const unchecked = ::ftruncate(descriptor_, size_);  // back to whole lines, as well as can be
            fail(file_, why);
        }
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    size_ += static_cast<std::int64_t>(whole.size());
}

}  // namespace crine
