#include "host/expression.h"

#include "crine/contracts.h"
#include "support/engines.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

TEST(Expression, ComputesFormulasOfPosition) {
    EXPECT_TRUE(close(Expression("10*exp(-x/100)")({50, 0, 0}), 10 * std::exp(-0.5), 1e-12));
    EXPECT_TRUE(close(Expression("x + 2*y + 3*z")({1, 10, 100}), 321, 1e-12));
    EXPECT_TRUE(close(Expression("sin(pi/2)")({0, 0, 0}), 1, 1e-12));
    EXPECT_TRUE(close(Expression("sqrt(x^2 + y^2)")({3, 4, 0}), 5, 1e-12));
    EXPECT_EQ(Expression("z > 5 ? 2 : 1")({0, 0, 6}), 2);
    EXPECT_EQ(Expression("x*x + y*y < 100*100 && z >= 0")({60, 60, 1}), 1);
    EXPECT_EQ(Expression("x*x + y*y < 100*100 && z >= 0")({90, 60, 1}), 0);
}

TEST(Expression, KeepsItsVariablesWhenMoved) {
    Expression first("x - y");
    Expression const second = std::move(first);
    EXPECT_EQ(second({3, 1, 0}), 2);
}

TEST(Expression, RefusesWhatItCannotCompute) {
    for (char const* text : {"", "x +", "w", "sin(", "x = 3", "exp(x, y)", "2 ** 3"}) EXPECT_THROW(Expression{text}, InputError) << text;
}

}  // namespace
}  // namespace crine::test
