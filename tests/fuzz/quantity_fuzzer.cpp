#include "fuzz/fuzzer.h"

#include "host/text/units.h"

/// A number with a unit, and a unit alone, of every dimension.

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    std::string_view const text = test::text_of(data, size);
    for (int d = 0; d <= static_cast<int>(Dimension::cell_rate); ++d) {
        auto const dimension = static_cast<Dimension>(d);
        test::read_or_refuse([&] {
            if (!can_be_stored(quantity(text, dimension))) std::abort();
        });
        test::read_or_refuse([&] { unit_scale(text, dimension); });
        test::read_or_refuse([&] { measures(text, dimension); });
    }
    return 0;
}
