// Output files that are never left half written.
#pragma once

#include "host/writers/positions.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace crine {

/// When what has been written is safe from a failure of the power too: at once, or later, with all else (OutputFolder::sync). To wait for
/// the disk takes as long for a small file as for a large one. A program that is killed loses nothing either way.
enum class Durable { at_once, later };

/// Writes `file` so that its name only ever holds a whole one: `fill` writes under a temporary name beside it, which is then renamed.
/// Throws RunError with the reason if it cannot be done.
void write_atomically(std::filesystem::path const& file, std::function<void(std::filesystem::path const& temporary)> const& fill,
                      Durable durable = Durable::at_once);
void write_atomically(std::filesystem::path const& file, std::string_view text, Durable durable = Durable::at_once);

/// Removes the files of a series from that number on.
void remove_from(std::function<std::filesystem::path(std::int64_t)> const& name, std::int64_t number);

/// The name that write_atomically uses while it works.
std::filesystem::path temporary_name(std::filesystem::path const& file);

/// A text file that grows line by line; a program killed at any moment leaves only whole lines. It is always a new
/// file: nobody's is written over, nor what a link points to.
class LineFile {
public:
    LineFile(std::filesystem::path file, std::string first_line) : file_(std::move(file)), first_line_(std::move(first_line)) {}
    ~LineFile();
    LineFile(LineFile const&) = delete;
    LineFile& operator=(LineFile const&) = delete;

    /// Makes the file with its first line; else the first `add` does.
    void begin();
    /// Throws RunError if the disk is full, or if somebody has removed the file.
    void add(std::string_view line);
    /// The size so far; or cuts the file of an earlier run there, and goes on. Throws RunError if it is not as that run has left it.
    void list(Positions& at);

private:
    void write(std::string_view line);

    std::filesystem::path file_;
    std::string first_line_;
    int descriptor_ = -1;
    std::int64_t size_ = 0;  ///< of the whole lines so far [bytes]
};

}  // namespace crine
