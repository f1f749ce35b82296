// Numbers, times, counts and sizes as text for people, and fields of CSV tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crine {

/// The shortest text that reads back as the same number.
std::string number(double value);

/// For people: `digits` significant digits, no trailing zeros.
std::string rounded(double value, int digits = 3);

/// Simulated time [s] in the unit that suits it: "14 d", "12 h", "6 min", "0.5 s".
std::string duration(double seconds);

/// Wall time [s]: "2 h 05 min", "3 min 20 s", "4.2 s".
std::string wall_time(double seconds);

/// "17000000": without gaps, as it would be written in a scenario.
std::string count(std::uint64_t n);

/// "1 cell", "17000 cells".
std::string counted(std::uint64_t n, std::string const& noun);

/// "512 B", "3.2 MiB", "61 GiB".
std::string bytes(double n);

/// A hash: 16 digits.
std::string hexadecimal(std::uint64_t value);

/// One field of a comma-separated line, quoted where it has to be.
std::string csv_field(std::string_view text);

}  // namespace crine
