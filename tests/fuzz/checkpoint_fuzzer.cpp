#include "fuzz/fuzzer.h"

#include "host/run/checkpoint.h"
#include "host/run/run_record.h"
#include "host/writers/writer.h"
#include "support/scenario_text.h"

#include <cstring>

#include <hdf5.h>

/// A checkpoint: the bytes of a file, or what it is to hold, with checksums that are right. All but its state is used as by `--resume`.

namespace crine::test {
namespace {

constexpr char const* kSmall = R"(
time: {end: 1 h}
domain: {size: [20 um, 20 um, 20 um], spacing: 10 um}
ligands: {A: {diffusivity: 1 um^2/s, trace_senders: true}}
cells: {a: {radius: 5 um, secretion: {A: 1 molecule/s}, uptake: {A: 1 um^3/s}}}
placement: [{type: a, count: 1}]
output: {volumes: 10 min}
)";

void write(hid_t file, char const* name, std::string_view bytes) {
    std::vector<std::uint32_t> words((bytes.size() + 3) / 4, 0x20202020);
    if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    hsize_t const size = words.size(), chunk = 256;
    hid_t const space = H5Screate_simple(1, &size, nullptr), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, 1, &chunk), H5Pset_fletcher32(plan);
    hid_t const data = H5Dcreate2(file, name, H5T_STD_U32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    H5Dwrite(data, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, words.data());
    H5Dclose(data), H5Pclose(plan), H5Sclose(space);
}

/// What comes before a zero is about the state, the rest is the state.
void write_checkpoint_of(std::string_view input, std::filesystem::path const& file) {
    hid_t const access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    hid_t const to = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    std::size_t const end = std::min(input.find('\0'), input.size());
    write(to, "about", input.substr(0, end)), write(to, "state", input.substr(end));
    H5Fclose(to), H5Pclose(access);
}

}  // namespace
}  // namespace crine::test

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    static test::TemporaryFolder const folder;
    static Scenario const scenario = test::load_text(test::kSmall);
    std::filesystem::path const file = folder / "checkpoint_000001.h5";
    std::string_view const input = test::text_of(data, size);
    if (input.starts_with("\x89HDF"))
        std::ofstream(file, std::ios::binary) << input;
    else
        test::write_checkpoint_of(input, file);
    test::read_or_refuse([&] {
        Checkpoint const checkpoint = read_checkpoint(file);
        describe(checkpoint, file);
        test::read_or_refuse([&] { require_same(checkpoint, scenario, {}); });
        test::read_or_refuse([&] {
            RunRecord record;
            carry_on(record, checkpoint.record, file);
        });
        Positions at(checkpoint.positions);
        for (auto const& writer : make_writers(scenario, folder.path())) writer->list(at);
    });
    return 0;
}
