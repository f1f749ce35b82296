// The kinds of values of a scenario file: quantities, texts, choices, lists and maps, each with the place where it was written.
#pragma once

#include "host/text/units.h"
#include "host/text/yaml.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// host/scenario/read.cpp reads them, host/scenario/schema.cpp describes them.

namespace crine {

enum class Range { any, non_negative, positive };

/// A value with a unit, in base units. What it may be is part of its type.
template <Dimension D, Range R = Range::non_negative>
struct Quantity {
    double value = 0;
    Place at;
    operator double() const { return value; }
};
template <Dimension D>
using Signed = Quantity<D, Range::any>;
template <Dimension D>
using Positive = Quantity<D, Range::positive>;

/// Of a ligand, in molecules or by mass: a number only when the ligand is known (host/build/by_mass.cpp).
struct LigandQuantity {
    double value = 0;
    std::optional<Dimension> mass;  ///< what it measures, if it is given by mass
    std::string text;
    Place at;
};
template <Dimension D, Range R = Range::non_negative>
struct OfLigand : LigandQuantity {};

using Coordinate = Signed<Dimension::length>;
using Time = Quantity<Dimension::time>;
using Rate = Quantity<Dimension::rate>;
using Speed = Quantity<Dimension::speed>;
using Point = std::array<Coordinate, 3>;

/// A quantity that may also be infinite, which has a word of its own.
template <Dimension D, class Infinite>
struct OrInfinite : Quantity<D> {};
struct AtOnce {
    static constexpr char const* word = "at once";
};
struct Perfect {
    static constexpr char const* word = "perfect";
};

struct Text {
    std::string value;
    Place at;
    bool quoted = false;  ///< begins one column after `at`
};

/// A number or a formula of names that are known where it stands.
struct Formula : Text {};

struct Whole {
    std::uint64_t value = 0;
    Place at;
};

struct Flag {
    bool value = false;
    Place at;
};

/// Relative to the file it is written in or to the scenarios that come with crine; absolute once it is read.
struct InputFile {
    std::filesystem::path path;
    Place at;
};

/// One of a few words; `Words<E>` lists them.
template <class E>
struct Choice {
    E value{};
    Place at;
};
template <class E>
struct Words;

/// What cannot be read before it is known what it belongs to, like the half-effect value of a rule.
struct Later {
    Node node;
};

/// Entries by name, in the order of the file.
template <class T>
struct Entry {
    Text name;
    T value;
};
template <class T>
using Named = std::vector<Entry<T>>;

/// One value, or a list of them.
template <class T>
struct OneOrMore {
    std::vector<T> values;
};

/// Whether a key has to be there.
struct Presence {
    bool required = false;
    bool here = false;                ///< required, and in this file: nothing is merged into lists and single values
    char const* otherwise = nullptr;  ///< the default, as it would be written in the file
};
inline constexpr Presence required{true, false, nullptr};
inline constexpr Presence required_here{true, true, nullptr};
inline constexpr Presence optional{};
constexpr Presence otherwise(char const* text) { return {false, false, text}; }

/// Fails at a node that is something else than expected.
[[noreturn]] void expected(Node const& node, std::string const& what);
/// The text of a node that has to be a single value, such as `what`.
std::string const& scalar(Node const& node, std::string const& what);
/// Reads one value of what turned out to be the dimension.
double read_quantity(Node const& node, Dimension dimension, Range range);
/// The same of a ligand, maybe by mass.
LigandQuantity read_ligand_quantity(Node const& node, Dimension dimension, Range range);

}  // namespace crine
