#pragma once

#include "crine/vec.h"

#include <memory>
#include <string>

namespace crine {

/// A formula of x, y, z [µm], such as `10*exp(-x/100)`: operators, comparisons, `a ? b : c`, the usual functions and `pi`.
class Expression {
public:
    /// Throws InputError without a place: what is wrong and where in the text.
    explicit Expression(std::string const& text);
    ~Expression();
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;

    double operator()(Vec3 p) const;

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace crine
