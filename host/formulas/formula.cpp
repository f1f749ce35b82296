// The tokens and the recursive-descent parser of formulas, with the functions that are built in.
#include "host/formulas/formula.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <numbers>
#include <optional>

namespace crine {
namespace {

using Term = Algebra::Term;

/// One token, and where it begins.
struct Token {
    enum class Kind { number, name, sign, end };
    Kind kind = Kind::end;
    std::string text;
    double value = 0;
    std::size_t at = 0;
};

class Tokens {
public:
    explicit Tokens(std::string const& text) : text_(text) { next(); }
    Token const& now() const { return now_; }
    bool is(std::string_view sign) const { return now_.kind == Token::Kind::sign && now_.text == sign; }
    bool take(std::string_view sign) {
        if (!is(sign)) return false;
        next();
        return true;
    }
    void expect(std::string_view sign) {
        if (!take(sign)) wrong("expected \"" + std::string(sign) + "\"");
    }
    [[noreturn]] void wrong(std::string const& problem) const {
        throw FormulaError(now_.at, (now_.kind == Token::Kind::end ? "the formula ends" : "found \"" + now_.text + "\"") + ", " + problem);
    }

    void next() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
        now_ = {Token::Kind::end, "", 0, at_};
        if (at_ == text_.size()) return;
        char const first = text_[at_];
        if (std::isdigit(static_cast<unsigned char>(first)) || first == '.') return read_number();
        if (std::isalpha(static_cast<unsigned char>(first)) || first == '_') return read_name();
        if (first == '\'' || first == '"') return read_quoted(first);
        static constexpr std::string_view pairs[] = {"<=", ">=", "==", "!=", "&&", "||"};
        std::size_t length = 1;
        for (auto pair : pairs)
            if (text_.compare(at_, 2, pair) == 0) length = 2;
        now_ = {Token::Kind::sign, text_.substr(at_, length), 0, at_};
        at_ += length;
    }

private:
    void read_number() {
        double value = 0;
        auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        std::size_t const length = static_cast<std::size_t>(end - text_.data()) - at_;
        if (error == std::errc::result_out_of_range)
            throw FormulaError(at_, "\"" + text_.substr(at_, length) + "\" is not a finite number that can be stored");
        if (error != std::errc{} || length == 0) throw FormulaError(at_, "\"" + text_.substr(at_, 1) + "\" is not a number");
        now_ = {Token::Kind::number, text_.substr(at_, length), value, at_};
        at_ += length;
    }
    void read_name() {
        std::size_t end = at_;
        while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) ++end;
        now_ = {Token::Kind::name, text_.substr(at_, end - at_), 0, at_};
        at_ = end;
    }
    void read_quoted(char quote) {
        std::size_t const end = text_.find(quote, at_ + 1);
        if (end == std::string::npos) throw FormulaError(at_, "a quote is not closed");
        now_ = {Token::Kind::name, text_.substr(at_ + 1, end - at_ - 1), 0, at_};
        at_ = end + 1;
    }

    std::string const& text_;
    std::size_t at_ = 0;
    Token now_;
};

/// Recursive descent, one function for each level of precedence, the loosest first.
class Parser {
public:
    Parser(std::string const& text, Algebra& algebra, FormulaNames const& names) : tokens_(text), algebra_(algebra), names_(names) {}

    Term whole() {
        Term const t = choice();
        if (tokens_.is(",")) tokens_.wrong("expected an operator or the end (numbers have a decimal point, not a comma)");
        if (tokens_.now().kind != Token::Kind::end) tokens_.wrong("expected an operator or the end");
        return t;
    }

private:
    /// Formulas written by people are far less deep; the stack is not endless.
    static constexpr int kDeepest = 200;
    struct Deeper {
        int& depth;
        explicit Deeper(Parser& p) : depth(p.depth_) {
            if (++depth > kDeepest) p.tokens_.wrong("this is nested too deeply");
        }
        ~Deeper() { --depth; }
    };

    Term choice() {
        Deeper const here(*this);
        Term const condition = either();
        if (!tokens_.take("?")) return condition;
        Term const yes = choice();
        tokens_.expect(":");
        return algebra_.apply(Op::select, condition, yes, choice());
    }
    Term either() {
        Term t = both();
        while (tokens_.take("||")) t = algebra_.apply(Op::either, t, both());
        return t;
    }
    Term both() {
        Term t = comparison();
        while (tokens_.take("&&")) t = algebra_.apply(Op::both, t, comparison());
        return t;
    }
    /// One: 10 < x < 50 would compare the 0 or 1 of the first with 50.
    Term comparison() {
        Term const t = compared(sum());
        if (tokens_.is("=")) tokens_.wrong("which would assign; to compare write ==");
        for (char const* another : {"<=", ">=", "==", "!=", "<", ">"})
            if (tokens_.is(another)) tokens_.wrong("a second comparison; a < b < c is written a < b && b < c");
        return t;
    }
    Term compared(Term t) {
        if (tokens_.take("<=")) return algebra_.apply(Op::less_or_equal, t, sum());
        if (tokens_.take(">=")) return algebra_.apply(Op::less_or_equal, sum(), t);
        if (tokens_.take("==")) return algebra_.apply(Op::equal, t, sum());
        if (tokens_.take("!=")) return algebra_.subtract(algebra_.number(1), algebra_.apply(Op::equal, t, sum()));
        if (tokens_.take("<")) return algebra_.apply(Op::less, t, sum());
        if (tokens_.take(">")) return algebra_.apply(Op::less, sum(), t);
        return t;
    }
    Term sum() {
        Term t = product();
        for (;;) {
            if (tokens_.take("+"))
                t = algebra_.add(t, product());
            else if (tokens_.take("-"))
                t = algebra_.subtract(t, product());
            else
                return t;
        }
    }
    Term product() {
        Term t = signed_power();
        for (;;) {
            if (tokens_.take("*"))
                t = algebra_.multiply(t, signed_power());
            else if (tokens_.take("/"))
                t = algebra_.divide(t, signed_power());
            else
                return t;
        }
    }
    /// A sign binds less than a power: -2^2 is -4.
    Term signed_power() {
        Deeper const here(*this);
        if (tokens_.take("-")) return algebra_.apply(Op::negate, signed_power());
        if (tokens_.take("+")) return signed_power();
        Term const base = operand();
        return tokens_.take("^") ? algebra_.power(base, signed_power()) : base;
    }
    Term operand() {
        Token const token = tokens_.now();
        if (token.kind == Token::Kind::number) {
            tokens_.next();
            return algebra_.number(token.value);
        }
        if (tokens_.take("(")) {
            Term const t = choice();
            tokens_.expect(")");
            return t;
        }
        if (token.kind != Token::Kind::name) tokens_.wrong("expected a number, a name or \"(\"");
        tokens_.next();
        if (tokens_.take("(")) return call(token);
        if (token.text == "pi") return algebra_.number(std::numbers::pi);
        return placed(token, [&] { return names_.value(token.text); });
    }

    Term call(Token const& name) {
        std::vector<Term> arguments;
        if (!tokens_.take(")")) {
            do arguments.push_back(choice());
            while (tokens_.take(","));
            tokens_.expect(")");
        }
        return placed(name, [&] { return function(name.text, arguments); });
    }
    template <class Find>
    static Term placed(Token const& token, Find const& find) {
        try {
            return find();
        } catch (FormulaError const&) {
            throw;
        } catch (PlacedError const&) {  // in another formula, to which the name led
            throw;
        } catch (InputError const& problem) {
            throw FormulaError(token.at, problem.what());
        }
    }

    Term function(std::string const& name, std::vector<Term> const& x) {
        auto const wants = [&](std::size_t n) { expect_arguments(name, x, n); };
        static std::map<std::string, Op> const of_one = {{"exp", Op::exp}, {"log", Op::log},     {"ln", Op::log},   {"sqrt", Op::sqrt},
                                                         {"sin", Op::sin}, {"cos", Op::cos},     {"tan", Op::tan},  {"tanh", Op::tanh},
                                                         {"abs", Op::abs}, {"floor", Op::floor}, {"ceil", Op::ceil}};
        if (auto const found = of_one.find(name); found != of_one.end()) {
            wants(1);
            return algebra_.apply(found->second, x[0]);
        }
        bool const common = name == "sign" || name == "rint" || name == "sum" || name == "avg";  // networks may have their own of this name
        bool const word = std::find(formula_words().begin(), formula_words().end(), name) != formula_words().end();
        if (word || (common && !names_.function))
            if (auto const composed = composition(name, x)) return *composed;
        if (name == "log10" || name == "log2") {
            wants(1);
            return algebra_.divide(algebra_.apply(Op::log, x[0]), algebra_.number(name == "log2" ? std::numbers::ln2 : std::numbers::ln10));
        }
        if (name == "pow") {
            wants(2);
            return algebra_.power(x[0], x[1]);
        }
        if (name == "min" || name == "max") {
            if (x.empty()) wants(1);
            Term t = x[0];
            for (std::size_t i = 1; i < x.size(); ++i) t = algebra_.apply(name == "min" ? Op::minimum : Op::maximum, t, x[i]);
            return t;
        }
        if (!names_.function) throw InputError("\"" + name + "\" is not a function" + suggestion(name, formula_words()));
        return names_.function(name, x);
    }

    /// Functions that are composed of other operations.
    std::optional<Term> composition(std::string const& name, std::vector<Term> const& x) {
        Algebra& a = algebra_;
        Term const one = a.number(1), two = a.number(2), half_pi = a.number(std::numbers::pi / 2);
        auto const root = [&](Term square) { return a.apply(Op::sqrt, square); };
        auto const select = [&](Term condition, Term yes, Term no) { return a.apply(Op::select, condition, yes, no); };
        auto const below = [&](Term s, Term t) { return a.apply(Op::less, s, t); };
        Term const zero = a.number(0), pi = a.number(std::numbers::pi);
        // Three times atan u = 2 atan (u / (1 + sqrt(1 + u^2))) of |u| < 1, then the series.
        auto const arctangent = [&](Term t) {
            Term const large = below(one, a.apply(Op::abs, t));
            Term u = select(large, a.divide(one, t), t);
            for (int n = 0; n < 3; ++n) u = a.divide(u, a.add(one, root(a.add(one, a.multiply(u, u)))));
            Term const square = a.multiply(u, u);
            Term series = zero;
            for (int n = 15; n > 0; n -= 2) series = a.add(a.number((n % 4 == 1 ? 1.0 : -1.0) / n), a.multiply(square, series));
            Term const angle = a.multiply(a.number(8), a.multiply(u, series));
            return select(large, a.subtract(select(below(t, zero), a.apply(Op::negate, half_pi), half_pi), angle), angle);
        };
        auto const arcsine = [&](Term s) {
            return a.multiply(two, arctangent(a.divide(s, a.add(one, root(a.subtract(one, a.multiply(s, s)))))));
        };
        using OfOne = std::function<Term(Term)>;
        std::map<std::string, OfOne> const of_one = {
            {"sinh", [&](Term t) { return a.divide(a.subtract(a.apply(Op::exp, t), a.apply(Op::exp, a.apply(Op::negate, t))), two); }},
            {"cosh", [&](Term t) { return a.divide(a.add(a.apply(Op::exp, t), a.apply(Op::exp, a.apply(Op::negate, t))), two); }},
            {"asinh", [&](Term t) { return a.apply(Op::log, a.add(t, root(a.add(a.multiply(t, t), one)))); }},
            {"acosh", [&](Term t) { return a.apply(Op::log, a.add(t, root(a.subtract(a.multiply(t, t), one)))); }},
            {"atanh", [&](Term t) { return a.divide(a.apply(Op::log, a.divide(a.add(one, t), a.subtract(one, t))), two); }},
            {"atan", arctangent},
            {"asin", arcsine},
            {"acos", [&](Term t) { return a.subtract(half_pi, arcsine(t)); }},
            {"sign", [&](Term t) { return a.subtract(a.apply(Op::less, a.number(0), t), a.apply(Op::less, t, a.number(0))); }},
            {"rint", [&](Term t) { return a.apply(Op::floor, a.add(t, a.number(0.5))); }},
        };
        if (auto const found = of_one.find(name); found != of_one.end()) {
            expect_arguments(name, x, 1);
            return found->second(x[0]);
        }
        if (name == "atan2") {  // of y and x: the angle of a point
            expect_arguments(name, x, 2);
            Term const y = x[0], along = x[1], r = root(a.add(a.multiply(along, along), a.multiply(y, y)));
            Term const right = a.divide(y, a.add(r, along)), left = a.divide(a.subtract(r, along), y);  // of half the angle
            Term const backwards = select(a.apply(Op::equal, y, zero), pi, a.multiply(two, arctangent(left)));
            return select(below(along, zero), backwards, select(a.apply(Op::equal, r, zero), zero, a.multiply(two, arctangent(right))));
        }
        if (name == "sum" || name == "avg") {
            if (x.empty()) expect_arguments(name, x, 1);
            Term total = a.number(0);
            for (Term t : x) total = a.add(total, t);
            return name == "sum" ? total : a.divide(total, a.number(static_cast<double>(x.size())));
        }
        return std::nullopt;
    }
    static void expect_arguments(std::string const& name, std::vector<Term> const& x, std::size_t n) {
        if (x.size() != n)
            throw InputError("\"" + name + "\" has " + std::to_string(x.size()) + " arguments, expected " + std::to_string(n));
    }

    Tokens tokens_;
    Algebra& algebra_;
    FormulaNames const& names_;
    int depth_ = 0;
};

}  // namespace

Algebra::Term parse_formula(std::string const& text, Algebra& algebra, FormulaNames const& names) {
    return Parser(text, algebra, names).whole();
}

std::vector<std::string> names_in(std::string const& text) {
    std::vector<std::string> names;
    try {
        for (Tokens tokens(text); tokens.now().kind != Token::Kind::end; tokens.next())
            if (tokens.now().kind == Token::Kind::name) names.push_back(tokens.now().text);
    } catch (FormulaError const&) {  // which is for who parses it
    }
    return names;
}

Place inside(Text const& text, std::size_t offset) {
    Place at = text.at;
    if (at.in_file() && text.value.find('\n') == std::string::npos) at.column += static_cast<int>(offset) + (text.quoted ? 1 : 0);
    return at;
}

std::vector<std::string> const& formula_words() {
    static std::vector<std::string> const words = {"exp",   "log",  "ln",    "log10", "log2", "sqrt", "sin",  "cos",   "tan",
                                                   "asin",  "acos", "atan",  "atan2", "sinh", "cosh", "tanh", "asinh", "acosh",
                                                   "atanh", "abs",  "floor", "ceil",  "pow",  "min",  "max",  "pi"};
    return words;
}

}  // namespace crine
