// Chooses the digits and units with which numbers, times and sizes are written.
#include "host/text/format.h"

#include "crine/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace crine {
namespace {

std::string two_digits(int n) { return std::string(n < 10 ? 1 : 0, '0') + std::to_string(n); }

}  // namespace

std::string number(double value) {
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string rounded(double value, int digits) {
    std::array<char, 32> text{};
    double const magnitude = std::fabs(value);
    bool const large = magnitude >= std::pow(10, digits) && magnitude < 1e7;  // %g would write 2000 as 2e+03
    std::snprintf(text.data(), text.size(), large ? "%.*f" : "%.*g", large ? 0 : digits, value);
    return text.data();
}

std::string duration(double seconds) {
    struct Unit {
        double length;
        char const* name;
    };
    constexpr Unit kUnits[] = {{kDay, "d"}, {kHour, "h"}, {kMinute, "min"}, {1, "s"}};
    double const magnitude = std::fabs(seconds);
    if (magnitude == 0) return "0 s";
    for (auto const& unit : kUnits)
        if (magnitude >= unit.length * (1 - 1e-5)) return rounded(seconds / unit.length, 4) + " " + unit.name;
    return rounded(seconds * 1e3, 4) + " ms";
}

std::string wall_time(double seconds) {
    if (seconds < 10) return rounded(seconds, 2) + " s";
    auto const whole = static_cast<long long>(std::llround(seconds));
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + " min " + two_digits(static_cast<int>(whole % 60)) + " s";
    if (whole < 86400) return std::to_string(whole / 3600) + " h " + two_digits(static_cast<int>(whole % 3600 / 60)) + " min";
    return std::to_string(whole / 86400) + " d " + two_digits(static_cast<int>(whole % 86400 / 3600)) + " h";
}

std::string count(std::uint64_t n) { return std::to_string(n); }

std::string counted(std::uint64_t n, std::string const& noun) { return count(n) + " " + noun + (n == 1 ? "" : "s"); }

std::string bytes(double n) {
    constexpr char const* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    for (; n >= 1000 && unit < 4; ++unit) n /= 1024;
    return rounded(n, 3) + " " + kUnits[unit];
}

std::string hexadecimal(std::uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace crine
