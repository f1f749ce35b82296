// Formulas of position, such as an initial concentration or the shape of a region.
#pragma once

#include "crine/network.h"
#include "crine/vec.h"
#include "host/text/input_values.h"

#include <vector>

namespace crine {

/// A formula of x, y, z [µm], such as `10*exp(-x/100)`, as a program.
class Expression {
public:
    /// Fails at the character that is wrong.
    explicit Expression(Text const& text);

    double operator()(Vec3 p);

private:
    Instructions program_;
    std::vector<double> registers_;  ///< x, y, z, the value, and what is needed on the way
};

}  // namespace crine
