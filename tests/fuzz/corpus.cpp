#include "fuzz/fuzzer.h"

#include <cstdio>

/// In place of libFuzzer: reads each file of some folders once. A fault ends the program behind the name of the file.

int main(int argc, char** argv) {
    int files = 0;
    for (int folder = 1; folder < argc; ++folder)
        for (auto const& name : crine::test::names_in(argv[folder])) {
            std::string const input = crine::test::contents(std::filesystem::path(argv[folder]) / name);
            std::printf("%s\n", name.c_str());
            std::fflush(stdout);
            LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
            ++files;
        }
    return files == 0;
}
