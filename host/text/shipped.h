// Finds what comes with the program: its scenarios, and the database of units in a bundle.
#pragma once

#include <filesystem>

namespace crine {

/// A file or folder that comes with the program, such as `scenarios/library`: beside it, where it was installed, or in the tree that it was
/// built from. Empty if it is in none of them.
std::filesystem::path shipped(std::filesystem::path const& name);

}  // namespace crine
