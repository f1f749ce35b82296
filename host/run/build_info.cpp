// Fills in what the build system knows: version, commit, compiler and libraries.
#include "host/run/build_info.h"

#include "build_commit.h"    // made by host/run/commit.cmake at every build
#include "build_versions.h"  // made by CMake when it configures
#include "crine/portable.h"

namespace crine {

BuildInfo const& build_info() {
    static BuildInfo const info{CRINE_VERSION, CRINE_COMMIT, CRINE_COMPILER, sizeof(Real) == sizeof(float) ? "float" : "double",
                                CRINE_LIBRARIES};
    return info;
}

}  // namespace crine
