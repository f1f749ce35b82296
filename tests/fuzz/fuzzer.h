#pragma once

#include "crine/contracts.h"
#include "support/folders.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// A fuzzer reads what users give: libFuzzer calls its function with inputs that it makes up (tools/fuzz), a test with those of
/// tests/fuzz/corpus (corpus.cpp).
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace crine::test {

inline std::string_view text_of(std::uint8_t const* data, std::size_t size) { return {reinterpret_cast<char const*>(data), size}; }

/// Whatever it is, it is read, or refused with one of our errors; any other exception ends the program.
template <class Read>
void read_or_refuse(Read const& read) {
    try {
        read();
    } catch (InputError const&) {
    } catch (RunError const&) {
    }
}

}  // namespace crine::test
