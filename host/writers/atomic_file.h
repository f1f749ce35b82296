#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace crine {

/// Writes `file` so that its name only ever holds a whole one: `fill` writes under a temporary name beside it, which is
/// then flushed to the disk and renamed. Throws RunError with the reason if it cannot be done.
void write_atomically(std::filesystem::path const& file, std::function<void(std::filesystem::path const& temporary)> const& fill);
void write_atomically(std::filesystem::path const& file, std::string_view text);

/// Whether a file name is one that write_atomically uses while it works.
bool is_temporary(std::filesystem::path const& file);

/// A text file that grows line by line; a program killed at any moment leaves only whole lines.
class LineFile {
public:
    LineFile(std::filesystem::path file, std::string_view first_line);
    ~LineFile();
    LineFile(LineFile const&) = delete;
    LineFile& operator=(LineFile const&) = delete;

    void add(std::string_view line);

private:
    explicit LineFile(std::filesystem::path file);

    std::filesystem::path file_;
    int descriptor_ = -1;
    long size_ = 0;  ///< of the whole lines so far [bytes]
};

}  // namespace crine
