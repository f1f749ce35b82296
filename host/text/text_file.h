// Reading text: whole files, and tables line by line.
#pragma once

#include "host/text/input_values.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace crine {

/// The whole of a file or a pipe; `-` is the standard input. What has been read from a pipe is kept, so that it can be read again. Throws
/// InputError without a place for folders, devices, silent pipes, and more than `most` bytes.
std::string read_text(std::filesystem::path const& file, std::size_t most);

/// The first byte that is not text in UTF-8 without control characters.
struct BadCharacter {
    std::size_t at;
    std::string problem;
};
std::optional<BadCharacter> find_bad_character(std::string_view text);
/// Fails at it. Outside a file the whole is at `begin`.
void check_text(std::string_view text, Place begin);

/// For messages: what is not text in UTF-8 as `\xFF`.
std::string printable(std::string_view text);

/// The lines of a table, which may be larger than memory.
class Lines {
public:
    /// Fails at the place that names the file if it cannot be read.
    Lines(std::filesystem::path const& file, Place const& named);
    /// The next line, without its end and without the byte order mark of spreadsheets.
    bool next();
    std::string const& text() const { return line_; }
    Place const& at() const { return at_; }
    /// The values between commas, without blanks around them, each with its place.
    std::vector<Text> values() const;

private:
    std::ifstream in_;
    std::string line_;
    Place at_;
};

}  // namespace crine
