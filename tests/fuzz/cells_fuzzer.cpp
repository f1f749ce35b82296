#include "fuzz/fuzzer.h"

#include "support/scenario_text.h"

/// Cells placed by a table.

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static test::TemporaryFolder const folder;
    std::ofstream(folder / "cells.csv", std::ios::binary) << test::text_of(data, size);
    test::read_or_refuse([&] {
        test::load_text(R"(
time: {end: 1 h}
domain: {size: [100 um, 100 um, 50 um], spacing: 10 um}
regions: {low: {layer: {axis: z, from: 0 um, to: 20 um}}}
cells: {macrophage: {radius: 8 um}, sink: {radius: 4 um, habitat: [low]}}
placement: [{file: cells.csv, length_unit: um}]
)",
                        folder);
    });
    return 0;
}
