#include "fuzz/fuzzer.h"

#include "host/build/vti.h"

/// An image of an initial field or of labels, of 4 × 3 × 2 voxels.

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static test::TemporaryFolder const folder;
    std::ofstream(folder / "image.vti", std::ios::binary) << test::text_of(data, size);
    Grid grid;
    grid.nx = 4, grid.ny = 3, grid.nz = 2, grid.spacing = 10;
    test::read_or_refuse([&] { read_vti(folder / "image.vti", "m", grid); });
    return 0;
}
