// Compiles a formula of x, y and z into a register program, and runs it at a point.
#include "host/formulas/expression.h"

#include "crine/model/network.h"
#include "host/formulas/formula.h"

#include <array>

namespace crine {
namespace {

constexpr int kFirstConstant = 40000;  ///< until it is known how many registers there are

}  // namespace

Expression::Expression(Text const& text) {
    std::vector<std::string> const variables{"x", "y", "z"};
    int const value = static_cast<int>(variables.size());
    Algebra algebra;
    FormulaNames const names{[&](std::string const& name) {
                                 for (std::size_t v = 0; v < variables.size(); ++v)
                                     if (variables[v] == name) return algebra.variable(static_cast<int>(v));
                                 throw InputError("\"" + name + "\" is none of x, y, z, the position in um");
                             },
                             {}};
    std::vector<double> constants;
    auto const constant = [&](double number) {
        constants.push_back(number);
        return kFirstConstant + static_cast<int>(constants.size()) - 1;
    };
    int end = value + 1;
    try {
        Algebra::Term const term = parse_formula(text.value, algebra, names);
        program_ = algebra.program({term}, {value}, constant, end, end);
    } catch (FormulaError const& error) {
        fail(inside(text, error.offset), error.what());
    } catch (InputError const& error) {
        fail(text.at, error.what());
    }
    if (end > kFirstConstant) fail(text.at, "the formula is too large");
    registers_.assign(static_cast<std::size_t>(end), 0);
    registers_.insert(registers_.end(), constants.begin(), constants.end());
    for (Instruction& i : program_)
        for (std::uint16_t* r : {&i.a, &i.b, &i.c})
            if (*r >= kFirstConstant) *r = static_cast<std::uint16_t>(*r - kFirstConstant + end);
}

double Expression::operator()(Vec3 p) {
    registers_[0] = p.x, registers_[1] = p.y, registers_[2] = p.z;
    run<1>({program_.data(), program_.size()}, Registers<1>{registers_.data(), 1});
    return registers_[3];
}

}  // namespace crine
