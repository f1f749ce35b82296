// The check that molecules and circulating cells are all accounted for; a run in which they are not fails.
#pragma once

#include "crine/backend.h"

namespace crine {

/// Throws RunError, with the ligand, the numbers and the time, if the molecules of a ligand do not add up: if more of them are missing or
/// surplus than round-off can be to blame for, or if the engine had to change the field by more than rounding and the tolerance of its
/// solver explain to make them add up.
void check_balance(Model const& model, Totals const& totals, double time);

/// What may be missing, relative to the turnover: round-off of this build's storage.
double allowed_imbalance();

}  // namespace crine
