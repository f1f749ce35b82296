// Looks around the program, and where it was built from.
#include "host/text/shipped.h"

namespace crine {

std::filesystem::path shipped(std::filesystem::path const& name) {
    std::error_code ignored;
    auto const program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path(), above = program.parent_path();
    for (auto const& folder : {above, above / "share/crine", program, std::filesystem::path(CRINE_BUILT_FROM)})
        if (auto const file = folder / name; std::filesystem::exists(file, ignored)) return file;
    return {};
}

}  // namespace crine
