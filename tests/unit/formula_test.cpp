#include "host/formulas/formula.h"

#include "crine/model/network.h"
#include "support/engines.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>

/// Formulas of networks: how they are read, differentiated, bounded and written as programs.

namespace crine::test {
namespace {

using Values = std::vector<double>;

/// What formulas here may name: x0 … x3, `two words`, and one function, `twice`.
constexpr int kVariables = 4, kTwoWords = 3;
FormulaNames names(Algebra& algebra) {
    return {[&](std::string const& name) {
                if (name == "two words") return algebra.variable(kTwoWords);
                for (int n = 0; n < kVariables; ++n)
                    if (name == "x" + std::to_string(n)) return algebra.variable(n);
                throw InputError("\"" + name + "\" is unknown");
            },
            [&](std::string const& name, std::vector<Algebra::Term> const& x) {
                if (name != "twice" || x.size() != 1) throw InputError("\"" + name + "\" is no such function");
                return algebra.multiply(algebra.number(2), x[0]);
            }};
}
Algebra::Term parse(std::string const& text, Algebra& algebra) { return parse_formula(text, algebra, names(algebra)); }

/// Terms written as one program, behind the variables and the results.
struct Program {
    Instructions instructions;
    Values constants;
    int scratch = 0;  ///< registers for what is between
    std::size_t results;

    Program(Algebra const& algebra, std::vector<Algebra::Term> const& terms) : results(terms.size()) {
        std::vector<int> to;
        for (std::size_t n = 0; n < terms.size(); ++n) to.push_back(kVariables + static_cast<int>(n));
        int const first = kVariables + static_cast<int>(terms.size());
        int end = first;
        auto const constant = [&](double value) {
            constants.push_back(value);
            return kFirstConstant + static_cast<int>(constants.size()) - 1;
        };
        instructions = algebra.program(terms, to, constant, first, end);
        scratch = end - first;
    }
    Values operator()(Values const& variables) const {
        Values registers(kFirstConstant + constants.size(), std::numeric_limits<double>::quiet_NaN());
        std::copy(variables.begin(), variables.end(), registers.begin());
        std::copy(constants.begin(), constants.end(), registers.begin() + kFirstConstant);
        run<1>({instructions.data(), instructions.size()}, Registers<1>{registers.data(), 1});
        return {registers.begin() + kVariables, registers.begin() + kVariables + static_cast<std::ptrdiff_t>(results)};
    }
    std::size_t count(Op op) const {
        return static_cast<std::size_t>(
            std::count_if(instructions.begin(), instructions.end(), [&](Instruction const& i) { return i.op == op; }));
    }

private:
    static constexpr int kFirstConstant = 20000;
};

double value_of(Algebra const& algebra, Algebra::Term t, Values const& at) { return Program(algebra, {t})(at)[0]; }
double value_of(std::string const& text, Values const& at = {1, 2, 3, 4}) {
    Algebra algebra;
    return value_of(algebra, parse(text, algebra), at);
}

// --- reading -------------------------------------------------------------------------------------

TEST(Formula, BindsAsPeopleExpect) {
    struct {
        char const* text;
        double value;
    } const rows[] = {
        {"-2^2", -4},
        {"2^3^2", 512},
        {"2^-1", 0.5},
        {"-x1^2", -4},
        {"x1^-2", 0.25},
        {"2 - 3 - 4", -5},
        {"24 / 4 / 3", 2},
        {"2 + 3 * 4", 14},
        {"2 * -3", -6},
        {"- - 3", 3},
        {"+3", 3},
        {"(2 + 3) * 4", 20},
        {"1 < 2 ? 3 : 4", 3},
        {"x0 > x1 ? 3 : 4", 4},
        {"0 ? 1 : 1 ? 2 : 3", 2},
        {"1 ? 0 ? 5 : 6 : 7", 6},
        {"1 || 0 && 0", 1},
        {"(1 || 0) && 0", 0},
        {"1 + 1 == 2 && 3 > 2", 1},
        {"x0 == 1 || x1 == 1", 1},
        {"x0 != 1", 0},
        {"x0 <= 1", 1},
        {"x0 >= 1.5", 0},
        {"x0 < 1", 0},
        {"1.5e1 + .5", 15.5},
    };
    for (auto const& row : rows) EXPECT_DOUBLE_EQ(value_of(row.text), row.value) << row.text;
}

TEST(Formula, KnowsTheUsualFunctions) {
    struct {
        char const* text;
        double value;
    } const rows[] = {
        {"exp(x0)", std::exp(1.0)},
        {"log(x1) + ln(x1)", 2 * std::log(2.0)},
        {"log10(x2)", std::log10(3.0)},
        {"log2(x3)", 2},
        {"sqrt(x3)", 2},
        {"sin(x0) + cos(x0) + tan(x0) + tanh(x0)", std::sin(1.0) + std::cos(1.0) + std::tan(1.0) + std::tanh(1.0)},
        {"abs(x0 - x2)", 2},
        {"floor(x0 / x1) + ceil(x0 / x1)", 1},
        {"pow(x1, x2)", 8},
        {"min(x2, x0, x1)", 1},
        {"max(x2, x0, x3)", 4},
        {"sin(pi / 2)", 1},
        {"twice(x2 + 1)", 8},
    };
    for (auto const& row : rows) EXPECT_TRUE(close(value_of(row.text), row.value, 1e-14)) << row.text;
}

TEST(Formula, TakesNamesInQuotes) {
    EXPECT_EQ(value_of("'two words' * 2"), 8);
    EXPECT_EQ(value_of("1 + \"two words\""), 5);
}

TEST(Formula, SaysWhatIsWrongAndAtWhichCharacter) {
    struct {
        char const* text;
        std::size_t offset;
        char const* problem;
    } const rows[] = {
        {"x0 + y", 5, "\"y\" is unknown"},
        {"x0 + 'three words'", 5, "\"three words\" is unknown"},
        {"2 * sine(x0)", 4, "\"sine\" is no such function"},
        {"exp(x0, x1)", 0, "\"exp\" has 2 arguments, expected 1"},
        {"1 + pow(x0)", 4, "\"pow\" has 1 arguments, expected 2"},
        {"min()", 0, "\"min\" has 0 arguments, expected 1"},
        {"(x0 + 1", 7, "the formula ends, expected \")\""},
        {"(x0 + 1 x1", 8, "found \"x1\", expected \")\""},
        {"x0 + 1)", 6, "found \")\", expected an operator or the end"},
        {"x0 = 3", 3, "to compare write =="},
        {"2 ** 3", 3, "found \"*\", expected a number, a name or \"(\""},
        {"", 0, "the formula ends, expected a number"},
        {"x0 +", 4, "the formula ends, expected a number"},
        {"1 ? 2", 5, "the formula ends, expected \":\""},
        {"2 x0", 2, "found \"x0\", expected an operator or the end"},
        {"1.2.3", 3, "found \".3\", expected an operator or the end"},
        {"1 + 'x0", 4, "a quote is not closed"},
        {"1 + .", 4, "\".\" is not a number"},
        {"1e999", 0, "\"1e999\" is not a finite number that can be stored"},
        {"x0 # 2", 3, "found \"#\", expected an operator or the end"},
    };
    for (auto const& row : rows) {
        Algebra algebra;
        try {
            parse(row.text, algebra);
            ADD_FAILURE() << row.text << " was read";
        } catch (FormulaError const& error) {
            EXPECT_EQ(error.offset, row.offset) << row.text;
            EXPECT_NE(std::string(error.what()).find(row.problem), std::string::npos) << row.text << ": " << error.what();
        }
    }
}

TEST(Formula, SuggestsAFunctionWhereThereAreNoOthers) {
    Algebra algebra;
    FormulaNames only_values = names(algebra);
    only_values.function = {};
    try {
        parse_formula("sqr(x0)", algebra, only_values);
        FAIL();
    } catch (FormulaError const& error) {
        EXPECT_STREQ(error.what(), "\"sqr\" is not a function; did you mean \"sqrt\"?");
    }
}

TEST(Formula, IsNotReadBeyondADepth) {
    auto const nested = [](int n) {
        return std::string(static_cast<std::size_t>(n), '(') + "x0" + std::string(static_cast<std::size_t>(n), ')');
    };
    EXPECT_EQ(value_of(nested(80)), 1);
    EXPECT_THROW(value_of(nested(100000)), FormulaError);
    EXPECT_THROW(value_of(std::string(100000, '-') + "1"), FormulaError);
}

// --- random formulas -----------------------------------------------------------------------------

/// A formula as text, and what it is worth.
struct Random {
    std::string text;
    std::function<double(Values const&)> value;
};

/// Formulas with every operation, finite everywhere.
class Writer {
public:
    explicit Writer(unsigned seed) : random_(seed) {}

    Random formula(int depth) {
        if (depth == 0) return leaf();
        int const kind = pick(static_cast<int>(kUnary.size() + kBinary.size()) + 2);
        Random const a = formula(depth - 1);
        if (kind < static_cast<int>(kUnary.size())) return of(kUnary[static_cast<std::size_t>(kind)], a);
        Random const b = formula(depth - 1);
        std::size_t const binary = static_cast<std::size_t>(kind) - kUnary.size();
        if (binary < kBinary.size()) return of(kBinary[binary], a, b);
        Random const c = formula(depth - 1);
        if (binary == kBinary.size())  // which a program fuses
            return {"(" + a.text + " - " + b.text + " * " + c.text + ")",
                    [=](Values const& x) { return a.value(x) - b.value(x) * c.value(x); }};
        return {"(" + a.text + " > 0 ? " + b.text + " : " + c.text + ")",
                [=](Values const& x) { return a.value(x) > 0 ? b.value(x) : c.value(x); }};
    }

private:
    struct Unary {
        char const* text;  ///< with % for the operand
        double (*value)(double);
    };
    struct Binary {
        char const* text;  ///< with % and $
        double (*value)(double, double);
    };
    static std::vector<Unary> const kUnary;
    static std::vector<Binary> const kBinary;

    static std::string filled(std::string text, char mark, std::string const& with) {
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) text.replace(at, 1, with);
        return text;
    }
    static Random of(Unary const& op, Random const& a) {
        return {filled(op.text, '%', a.text), [=](Values const& x) { return op.value(a.value(x)); }};
    }
    static Random of(Binary const& op, Random const& a, Random const& b) {
        return {filled(filled(op.text, '%', a.text), '$', b.text), [=](Values const& x) { return op.value(a.value(x), b.value(x)); }};
    }
    int pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    Random leaf() {
        if (pick(4) == 0) {
            double const number = 0.25 * pick(12);
            return {std::to_string(number), [=](Values const&) { return number; }};
        }
        auto const n = static_cast<std::size_t>(pick(kVariables - 1));
        return {"x" + std::to_string(n), [=](Values const& x) { return x[n]; }};
    }

    std::mt19937 random_;
};

std::vector<Writer::Unary> const Writer::kUnary{
    {"(-%)", [](double a) { return -a; }},
    {"exp(-abs(%))", [](double a) { return std::exp(-std::fabs(a)); }},
    {"log(1.5 + abs(%))", [](double a) { return std::log(1.5 + std::fabs(a)); }},
    {"sqrt(0.5 + abs(%))", [](double a) { return std::sqrt(0.5 + std::fabs(a)); }},
    {"sin(%)", [](double a) { return std::sin(a); }},
    {"cos(%)", [](double a) { return std::cos(a); }},
    {"tan(tanh(%))", [](double a) { return std::tan(std::tanh(a)); }},
    {"tanh(%)^3", [](double a) { return std::pow(std::tanh(a), 3); }},
    {"(2 + sin(%))^-2", [](double a) { return std::pow(2 + std::sin(a), -2); }},
    {"floor(%)", [](double a) { return std::floor(a); }},
    {"ceil(%)", [](double a) { return std::ceil(a); }},
};
std::vector<Writer::Binary> const Writer::kBinary{
    {"(% + $)", [](double a, double b) { return a + b; }},
    {"(% - $)", [](double a, double b) { return a - b; }},
    {"(% * $)", [](double a, double b) { return a * b; }},
    {"(% / (1 + abs($)))", [](double a, double b) { return a / (1 + std::fabs(b)); }},
    {"(0.5 + abs(%))^tanh($)", [](double a, double b) { return std::pow(0.5 + std::fabs(a), std::tanh(b)); }},
    {"min(%, $)", [](double a, double b) { return std::min(a, b); }},
    {"max(%, $)", [](double a, double b) { return std::max(a, b); }},
    {"(% < $)", [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"(% <= $)", [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {"(% == $)", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"(% && $)", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
    {"(% || $)", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
};

Values somewhere(std::mt19937& random) {
    Values at;
    for (int n = 0; n < kVariables; ++n) at.push_back(std::uniform_real_distribution<double>(-1.5, 2.5)(random));
    return at;
}

TEST(RandomFormulas, AreWorthWhatTheyAreWhenComputedDirectly) {
    std::mt19937 random(1);
    Writer writer(2);
    for (int n = 0; n < 400; ++n) {
        Random const f = writer.formula(1 + n % 4);
        Values const at = somewhere(random);
        EXPECT_TRUE(close(value_of(f.text, at), f.value(at), 1e-9, 1e-9)) << f.text;
    }
}

/// Many that share variables and parts, in one program: results in registers of their own, what is between in few.
TEST(RandomFormulas, ShareAProgram) {
    std::mt19937 random(3);
    Writer writer(4);
    std::size_t fused = 0;
    for (int n = 0; n < 40; ++n) {
        Algebra algebra;
        std::vector<Random> formulas;
        std::vector<Algebra::Term> terms;
        for (int f = 0; f < 8; ++f) formulas.push_back(writer.formula(3));
        formulas.push_back(formulas[2]);  // the same again,
        formulas.push_back(
            {formulas[0].text + "+" + formulas[1].text, [=](Values const& x) { return formulas[0].value(x) + formulas[1].value(x); }});
        formulas.push_back({"x1", [](Values const& x) { return x[1]; }});  // a variable,
        formulas.push_back({"2.5", [](Values const&) { return 2.5; }});    // and a number
        for (Random const& f : formulas) terms.push_back(parse(f.text, algebra));
        Program const program(algebra, terms);
        Values const at = somewhere(random), got = program(at);
        for (std::size_t f = 0; f < formulas.size(); ++f) EXPECT_TRUE(close(got[f], formulas[f].value(at), 1e-9, 1e-9)) << formulas[f].text;
        for (std::size_t f = 0; f < formulas.size(); ++f)
            EXPECT_EQ(got[f], value_of(algebra, terms[f], at)) << "with others, " << formulas[f].text;
        EXPECT_LT(program.scratch, 20) << program.instructions.size() << " instructions";
        fused += program.count(Op::subtract_product);
    }
    EXPECT_GT(fused, 10u);
}

TEST(Programs, ComputeWhatIsSharedOnceAndReuseRegisters) {
    Algebra algebra;
    Program const shared(algebra, {parse("exp(x0) + 1", algebra), parse("x1 * exp(x0)", algebra), parse("exp(x0)", algebra)});
    EXPECT_EQ(shared.count(Op::exp), 1u);
    EXPECT_EQ(shared.scratch, 0);
    std::string sum = "sin(x0)";
    for (int n = 1; n < 50; ++n) sum += " + sin(x0 * " + std::to_string(n + 1) + ")";
    Program const lasting(algebra, {parse(sum, algebra)});
    EXPECT_LE(lasting.scratch, 3);
}

TEST(Programs, FuseAProductThatNobodyElseWants) {
    Algebra algebra;
    Program const fused(algebra, {parse("x0 - x1 * x2", algebra)});
    EXPECT_EQ(fused.instructions.size(), 1u);
    EXPECT_EQ(fused({1, 2, 3, 0})[0], -5);
    Program const wanted(algebra, {parse("x0 - x1 * x2", algebra), parse("x1 * x2", algebra)});
    EXPECT_EQ(wanted.count(Op::subtract_product), 0u);
    EXPECT_EQ(wanted({1, 2, 3, 0}), (Values{-5, 6}));
    Program const twice(algebra, {parse("x0 - x1 * x2", algebra), parse("x3 - x1 * x2", algebra)});
    EXPECT_EQ(twice.count(Op::multiply), 1u);
    EXPECT_EQ(twice({1, 2, 3, 4}), (Values{-5, -2}));
}

/// Where the two sides agree: not at a step or a bend.
TEST(RandomFormulas, HaveTheDerivativesOfCentralDifferences) {
    std::mt19937 random(5);
    Writer writer(6);
    int compared = 0;
    for (int n = 0; n < 400; ++n) {
        Random const f = writer.formula(1 + n % 4);
        Algebra algebra;
        auto const term = parse(f.text, algebra);
        Values const at = somewhere(random);
        for (int v = 0; v < kVariables - 1; ++v) {
            auto const along = [&](double by) {
                Values moved = at;
                moved[static_cast<std::size_t>(v)] += by;
                return f.value(moved);
            };
            constexpr double h = 1e-5;
            double const left = (along(0) - along(-h)) / h, right = (along(h) - along(0)) / h, central = (along(h) - along(-h)) / (2 * h);
            if (std::fabs(left - right) > 1e-3 * (1 + std::fabs(central))) continue;
            ++compared;
            EXPECT_TRUE(close(value_of(algebra, algebra.derivative(term, v), at), central, 1e-5, 1e-6)) << "by x" << v << " of " << f.text;
        }
    }
    EXPECT_GT(compared, 1000);
}

TEST(Derivatives, AreFiniteWhereARateBegins) {
    Algebra algebra;
    for (char const* text : {"x0^x1", "x0^2.5", "x0^x1 / (1 + x0^x1)", "abs(x0)", "(x0 / 3)^x1"})
        EXPECT_TRUE(close(value_of(algebra, algebra.derivative(parse(text, algebra), 0), {0, 2, 0, 0}),
                          std::string(text) == "abs(x0)" ? 1 : 0, 1e-12))
            << text;
    EXPECT_EQ(value_of(algebra, algebra.derivative(parse("x0^x1", algebra), 1), {0, 2, 0, 0}), 0);
}

TEST(RandomFormulas, StayInTheirRange) {
    std::mt19937 random(7);
    Writer writer(8);
    for (int n = 0; n < 400; ++n) {
        Random const f = writer.formula(1 + n % 4);
        Algebra algebra;
        auto const range = algebra.range(parse(f.text, algebra), [](int) { return Algebra::Range{-1.5, 2.5}; });
        for (int sample = 0; sample < 50; ++sample) {
            double const value = f.value(somewhere(random)), room = 1e-9 * (1 + std::fabs(value));
            EXPECT_GE(value, range.low - room) << f.text;
            EXPECT_LE(value, range.high + room) << f.text;
        }
    }
}

TEST(Ranges, SayWhatCannotBecomeNegative) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    Algebra algebra;
    auto const lowest = [&](char const* text) {
        return algebra
            .range(parse(text, algebra),
                   [](int v) {
                       return v == kTwoWords ? Algebra::Range{-infinite, infinite} : Algebra::Range{0, infinite};
                   })
            .low;
    };
    for (char const* text : {"x0", "x0 * x1 / (x2 + x0)", "x0^x1 / (1 + x0^x1)", "exp(-x0)", "'two words'^2", "max(0, 'two words')",
                             "x0 > x1 ? x0 : 1", "sqrt(x0) + abs('two words')", "x0 / x1", "1 - tanh('two words')"})
        EXPECT_GE(lowest(text), 0) << text;
    for (char const* text : {"x0 - x1", "-x0", "x0 * 'two words'", "log(x0)", "sin(x0)", "x0 / 'two words'", "min(x0, 'two words')"})
        EXPECT_LT(lowest(text), 0) << text;
}

TEST(AlgebraTerms, AreInTheirSimplestForm) {
    Algebra algebra;
    auto const same = [&](char const* a, char const* b) { EXPECT_EQ(parse(a, algebra), parse(b, algebra)) << a << " and " << b; };
    same("x0 + x1", "x1 + x0");
    same("x0 * 1 + 0", "x0");
    same("0 * x0", "0");
    same("x0 - x0", "0");
    same("-(-x0)", "x0");
    same("x0 + -x1", "x0 - x1");
    same("x0 - -x1", "x0 + x1");
    same("x0^2", "x0 * x0");
    same("x0^1", "x0");
    same("x0^0", "1");
    same("x0^-1", "1 / x0");
    same("x0^0.5", "sqrt(x0)");
    same("2 + 3", "5");
    same("1 ? x0 : x1", "x0");
    same("x0 ? x1 : x1", "x1");
}

}  // namespace
}  // namespace crine::test
