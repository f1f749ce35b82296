// The JSON Schema of scenario files, for editors.
#pragma once

#include <string>

namespace crine {

/// The JSON Schema (draft 2020-12) of the scenario file, made from the same table of keys that the reader checks against.
std::string scenario_schema();

}  // namespace crine
