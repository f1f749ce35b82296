// The reference of the scenario file, for people.
#pragma once

#include <string>

namespace crine {

/// The reference of the scenario file as a page for people, docs/reference.md: every key, made from the same table that the reader checks
/// against, and every signal and behaviour that rules may name.
std::string scenario_reference();

}  // namespace crine
