#include "support/networks.h"

#include <gtest/gtest.h>

/// Networks that are long, deep or without measure: compiled without recursion, or refused.

namespace crine::test {
namespace {

std::string repeated(std::size_t n, std::string const& part) {
    std::string text;
    while (n-- > 0) text += part;
    return text;
}
std::string message_of_network(std::string const& text) {
    try {
        network(text);
    } catch (InputError const& error) {
        return error.what();
    }
    return "no error";
}

TEST(NetworkSize, ChainsOfFormulasAreAsLongAsTheyAre) {
    constexpr int links = 3000;
    std::string text = "species: {X: 1}\nrates: {X: -X}\nassignments:\n";
    for (int n = links; n > 0; --n)  // each before the one that it needs
        text += "  a" + std::to_string(n) + ": a" + std::to_string(n - 1) + " + X\n";
    Network const n = network(text + "  a0: X\n");
    EXPECT_EQ(initial_columns(n, n.parameter_default)[static_cast<std::size_t>(n.layout.column(1))], links + 1);
    std::string initial = "species:\n";
    for (int s = 400; s > 0; --s) initial += "  s" + std::to_string(s) + ": s" + std::to_string(s - 1) + " + 1\n";
    Network const started = network(initial + "  s0: 1\n");
    EXPECT_EQ(initial_columns(started, started.parameter_default)[0], 401);
}

TEST(NetworkSize, SumsAndConditionsAreAsLongAsTheyAre) {
    std::string const sum = "X" + repeated(20000, "+X"), conditions = "X>0" + repeated(10000, "&&X>1");
    EXPECT_EQ(message_of_network("species: {X: 1}\nrates: {X: 1 - (" + sum + ")}\n"), "no error");
    EXPECT_EQ(message_of_network("species: {X: 1}\nrates: {X: '" + conditions + "'}\n"), "no error");
}

TEST(NetworkSize, FormulasInACircleAreFound) {
    std::string const circle =
        message_of_network("species: {X: 1}\nassignments: {a: b + 1, b: f(1), c: 2}\nfunctions: {f: {of: [x], is: x * a}}\n");
    EXPECT_NE(circle.find("depends on itself"), std::string::npos) << circle;
    EXPECT_EQ(message_of_network("species: {X: 1}\nassignments: {a: f(X)}\nfunctions: {f: {of: [a], is: 2 * a}}\n"), "no error");
}

TEST(NetworkSize, FunctionsThatMultiplyAreStopped) {
    auto const bomb = [](int depth, std::string const& body) {
        std::string text = "species: {X: 1}\nrates: {X: f" + std::to_string(depth) + "(X)}\nfunctions:\n  f0: {of: [x], is: x}\n";
        for (int n = 1; n <= depth; ++n) {
            std::string is = body;
            for (auto at = is.find('f'); at != std::string::npos; at = is.find('f', at + 1)) is.insert(at + 1, std::to_string(n - 1));
            text += "  f" + std::to_string(n) + ": {of: [x], is: " + is + "}\n";
        }
        return message_of_network(text);
    };
    EXPECT_EQ(bomb(30, "f(x) + f(x)"), "no error");  // the same twice
    EXPECT_NE(bomb(30, "f(x * x) + f(x + 1) * f(2 - x)").find("more than half a million operations"), std::string::npos);
    EXPECT_NE(bomb(40, "f(x)").find("functions call each other more than 32 deep"), std::string::npos);
}

/// Growth without bounds ends as what it is, and not in a file as infinite.
TEST(NetworkSize, NumbersThatNoFileHoldsAreRefused) {
    Integration<1> y(network("species: {X: 1}\nrates: {X: X}\n"));
    y.advance(80);
    EXPECT_FALSE(y.failed);
    EXPECT_NEAR(std::log(y.value("X")), 80, 0.1);
    y.advance(100);
    EXPECT_TRUE(y.failed);
    EXPECT_TRUE(std::isfinite(y.value("X")));
}

}  // namespace
}  // namespace crine::test
