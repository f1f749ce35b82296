#pragma once

#include "crine/backend.h"

#include <gtest/gtest.h>

#include <cmath>

/// Whatever cells do, every molecule is somewhere.

namespace crine::test {

/// Of a run in which cells divide, become others and die.
inline Totals expect_ledgers_to_close(Backend& on) {
    constexpr double round_off = sizeof(Real) == 8 ? 1e-12 : 2e-6;
    Totals const totals = on.totals();
    EXPECT_GT(totals.divisions, 0u);
    EXPECT_GT(totals.differentiations, 0u);
    EXPECT_GT(totals.deaths, 0u);
    for (auto const& ledger : totals.ligands) EXPECT_LT(std::fabs(ledger.imbalance()), round_off);
    return totals;
}

}  // namespace crine::test
