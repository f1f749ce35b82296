#include "host/formulas/expression.h"

#include "crine/contracts.h"
#include "support/engines.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crine::test {
namespace {

double value_of(std::string const& text, Vec3 p) { return Expression({text, {}})(p); }

TEST(Expression, ComputesFormulasOfPosition) {
    EXPECT_TRUE(close(value_of("10*exp(-x/100)", {50, 0, 0}), 10 * std::exp(-0.5), 1e-12));
    EXPECT_TRUE(close(value_of("x + 2*y + 3*z", {1, 10, 100}), 321, 1e-12));
    EXPECT_TRUE(close(value_of("sin(pi/2)", {0, 0, 0}), 1, 1e-12));
    EXPECT_TRUE(close(value_of("sqrt(x^2 + y^2)", {3, 4, 0}), 5, 1e-12));
    EXPECT_EQ(value_of("z > 5 ? 2 : 1", {0, 0, 6}), 2);
    EXPECT_EQ(value_of("x*x + y*y < 100*100 && z >= 0", {60, 60, 1}), 1);
    EXPECT_EQ(value_of("x*x + y*y < 100*100 && z >= 0", {90, 60, 1}), 0);
}

TEST(Expression, HasTheFunctionsThatFormulasHave) {
    double const x = 0.5, y = -0.25;  // which Real has
    Vec3 const p{static_cast<Real>(x), static_cast<Real>(y), 2};
    struct {
        char const* text;
        double value;
    } const rows[] = {{"asin(x)", std::asin(x)},
                      {"acos(x)", std::acos(x)},
                      {"acos(-1)", std::acos(-1.0)},
                      {"atan(y)", std::atan(y)},
                      {"atan(100*x)", std::atan(100 * x)},
                      {"atan(-1e200*x)", std::atan(-1e200 * x)},
                      {"asin(1)", std::asin(1.0)},
                      {"sinh(x)", std::sinh(x)},
                      {"cosh(x)", std::cosh(x)},
                      {"asinh(y)", std::asinh(y)},
                      {"acosh(z)", std::acosh(2.0)},
                      {"atanh(x)", std::atanh(x)},
                      {"atan2(y, x)", std::atan2(y, x)},
                      {"atan2(y, -x)", std::atan2(y, -x)},
                      {"atan2(-y, -x)", std::atan2(-y, -x)},
                      {"atan2(-y, 0)", std::atan2(-y, 0.0)},
                      {"atan2(y, 0)", std::atan2(y, 0.0)},
                      {"sign(y) + 2 * sign(x) + sign(0)", 1},
                      {"rint(z + 0.7)", 3},
                      {"sum(x, y, z)", x + y + 2},
                      {"avg(x, y)", (x + y) / 2}};
    for (auto const& row : rows) EXPECT_NEAR(value_of(row.text, p), row.value, 1e-14) << row.text;
}

TEST(Expression, RefusesWhatItCannotCompute) {
    for (char const* text : {"", "x +", "w", "sin(", "x = 3", "exp(x, y)", "2 ** 3", "1,5*x", "x < 50,5", "(1,5)*x", "10 < x < 50",
                             "x == y == z", "1 < 2 >= 3", "atan2(x)", "sum()", "1e400"})
        EXPECT_THROW(value_of(text, {}), InputError) << text;
    EXPECT_EQ(value_of("(1 < 2) == (y < 50)", {}), 1);
}

/// Neither depth nor length may cost the stack.
TEST(Expression, ComputesLongFormulas) {
    std::string sum = "x", conditions = "x > 0";
    for (int n = 1; n < 10000; ++n) sum += n % 2 == 1 ? "*1.0001+y" : "+z", conditions += n % 2 == 1 ? "&&x<90" : "||y";
    EXPECT_TRUE(std::isfinite(value_of(sum, {1, 2, 3})));
    EXPECT_EQ(value_of(conditions, {1, 2, 3}), 1);
    EXPECT_THROW(value_of(std::string(100000, '('), {}), InputError);
    EXPECT_THROW(value_of(std::string(100000, '-') + "x", {}), InputError);
}

}  // namespace
}  // namespace crine::test
