#pragma once

#include <filesystem>

namespace crine {

enum class Existing { refuse, replace };

/// Makes the folder of a run. If it holds files of another run: refuses (InputError), or removes those and nothing else.
void prepare_output_folder(std::filesystem::path const& folder, Existing existing);

}  // namespace crine
