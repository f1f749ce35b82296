#include "fuzz/fuzzer.h"

#include "support/scenario_text.h"

/// Rules as PhysiCell writes them, for a scenario that has some of everything that they can name.

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static test::TemporaryFolder const folder;
    std::ofstream(folder / "rules.csv", std::ios::binary) << test::text_of(data, size);
    test::read_or_refuse([&] {
        test::load_text(R"(
time: {end: 1 h}
domain: {size: [40 um, 40 um, 40 um], spacing: 10 um}
ligands: {oxygen: {diffusivity: 2000 um^2/s, initial: 40 uM}, IL-6: {diffusivity: 50 um^2/s, decay: 1 /h}}
receptors: {IL-6R: {ligands: {IL-6: {k_on: 1e6 /M/s, K_d: 1 nM}}}}
cells:
  macrophage: {radius: 8 um, secretion: {IL-6: {rate: 1 molecule/s, saturation: 1 nM}}, receptors: {IL-6R: 1000}, activities: {rage: 0}}
  tumour: {radius: 6 um, cycle: {entry: 0.1 /h, duration: 12 h}, attacks: {macrophage: 0 /h}, becomes: {macrophage: 0 /h}}
rules: rules.csv
)",
                        folder, true);
    });
    return 0;
}
