#include "host/expression.h"

#include "crine/contracts.h"
#include "crine/units.h"

#include <string_view>

#include <muParser.h>

namespace crine {
namespace {

/// muParser would let a formula assign to a variable.
bool assigns(std::string const& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') continue;
        if (i + 1 < text.size() && text[i + 1] == '=')
            ++i;
        else if (i == 0 || std::string_view("<>!").find(text[i - 1]) == std::string_view::npos)
            return true;
    }
    return false;
}

}  // namespace

/// The parser keeps addresses of its variables: both stay where they are.
struct Expression::Parser {
    mu::Parser formula;
    double x = 0, y = 0, z = 0;
};

Expression::Expression(std::string const& text) : parser_(std::make_unique<Parser>()) {
    auto& p = *parser_;
    if (assigns(text)) throw InputError("bad expression \"" + text + "\": it assigns; to compare write ==");
    try {
        p.formula.DefineVar("x", &p.x);
        p.formula.DefineVar("y", &p.y);
        p.formula.DefineVar("z", &p.z);
        p.formula.DefineConst("pi", kPi);
        p.formula.SetExpr(text);
        p.formula.Eval();
    } catch (mu::Parser::exception_type const& error) {
        throw InputError("bad expression \"" + text + "\": " + error.GetMsg() + " (variables are x, y, z in um)");
    }
}

Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

double Expression::operator()(Vec3 p) const {
    parser_->x = p.x, parser_->y = p.y, parser_->z = p.z;
    return parser_->formula.Eval();
}

}  // namespace crine
