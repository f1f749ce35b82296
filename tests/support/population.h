#pragma once

#include "crine/backend.h"
#include "support/cells.h"
#include "support/models.h"

/// Steps of the cells alone, for tests in which no field matters.

namespace crine::test {

enum class Motion { off, on };

/// `steps` steps of dt from time 0 or after `done` steps, in the order of a step.
inline void live(Backend& on, std::uint64_t steps, double dt, Motion motion = Motion::off, std::uint64_t done = 0) {
    for (std::uint64_t n = done; n < done + steps; ++n) {
        Moment const now{static_cast<double>(n) * dt, dt, n};
        on.sort();
        on.sense(now);
        on.transduce(now);
        on.behave(now);
        if (motion == Motion::on) on.move(now);
        on.apply(now);
        on.check(now);
    }
}

/// n cells of one type on a cubic lattice, far enough apart not to touch.
inline void spread_out(HostCells& cells, std::size_t n, std::uint8_t type, Real radius, Real distance, int per_row) {
    for (std::size_t i = 0; i < n; ++i) {
        int const x = static_cast<int>(i) % per_row, y = static_cast<int>(i) / per_row % per_row,
                  z = static_cast<int>(i) / per_row / per_row;
        cells.add(type, {(Real(x) + Real(0.5)) * distance, (Real(y) + Real(0.5)) * distance, (Real(z) + Real(0.5)) * distance}, radius);
    }
}

inline std::uint64_t living(Backend& on, int type = 0) { return on.totals().live[static_cast<std::size_t>(type)]; }

}  // namespace crine::test
