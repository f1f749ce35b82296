// YAML documents as trees whose nodes know where they were written, and error messages that say so.
#pragma once

#include "crine/contracts.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crine {

/// Where something was written, for messages.
struct Place {
    std::string source;        ///< a file, or `--set key=value`
    int line = 0, column = 0;  ///< from 1; 0 outside a file
    std::string path;          ///< of keys: `ligands.CXCL8.decay`

    std::string text() const;
    bool in_file() const { return line > 0; }
};

/// What is wrong in the input, with the place of it.
struct PlacedError : InputError {
    using InputError::InputError;
};

/// The input is wrong at a place: throws PlacedError `FILE:LINE:COLUMN: key.path: problem`.
[[noreturn]] void fail(Place const& at, std::string const& problem);

/// Calls a function that may throw InputError without a place, and adds the place.
template <class Function>
auto at_place(Place const& at, Function&& function) {
    try {
        return function();
    } catch (PlacedError const&) {  // it has one already, nearer to what is wrong
        throw;
    } catch (InputError const& problem) {
        fail(at, problem.what());
    }
}

/// The known word nearest to `found`, if it is near.
std::optional<std::string> likely_meant(std::string_view found, std::vector<std::string> const& known);

/// `; did you mean "x"?` for the known word nearest to `found`, else the list of known words.
std::string suggestion(std::string_view found, std::vector<std::string> const& known);

/// A YAML document as a tree of plain values. Every node remembers where it was written, so that a message can say so
/// after files have been merged.
struct Node {
    enum class Kind { empty, scalar, list, map };
    struct Member;

    Kind kind = Kind::empty;
    std::string text;  ///< of a scalar
    Place at;
    std::vector<Member> members;  ///< of a list (no keys) or of a map, in the order of the file
    bool quoted = false;          ///< a scalar in quotes

    Node* find(std::string_view key);
    Node const* find(std::string_view key) const;
    Node& add(std::string const& key, Place const& key_at, Node value);
    void remove(std::string_view key);
    std::vector<std::string> keys() const;
    /// "a list", "nothing", …: for messages.
    std::string what() const;
};

struct Node::Member {
    std::string key;
    Place key_at;
    Node value;
};

Node read_yaml(std::filesystem::path const& file);
/// Parses a value that was not written in a file; all of it is at `at`.
Node parse_yaml(std::string const& text, Place const& at);
std::string write_yaml(Node const& root);

/// From which relative paths count that are written there: of the file, or the current one for `--set` and pipes.
std::filesystem::path folder_of(Place const& at);

/// The place of a key or list element below another.
std::string path_below(std::string const& path, std::string const& key);
std::string path_below(std::string const& path, std::size_t index);

}  // namespace crine
