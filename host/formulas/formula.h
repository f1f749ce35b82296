// Parsing formulas, as people write them, into terms of the algebra.
#pragma once

#include "crine/contracts.h"
#include "host/formulas/algebra.h"
#include "host/text/input_values.h"

#include <functional>
#include <string>
#include <vector>

namespace crine {

/// What is wrong in a formula, and at which character of it.
struct FormulaError : InputError {
    std::size_t offset;
    FormulaError(std::size_t at, std::string const& problem) : InputError(problem), offset(at) {}
};

/// What the names in a formula mean. Both return Algebra terms and throw InputError for what they do not know.
struct FormulaNames {
    std::function<Algebra::Term(std::string const& name)> value;
    /// May be empty; asked only for functions that are not built in.
    std::function<Algebra::Term(std::string const& name, std::vector<Algebra::Term> const& arguments)> function;
};

/// Parses a formula: + - * / ^, comparisons, && ||, `a ? b : c`, the usual functions, `pi`; names of letters, digits and _, any others in
/// quotes. Throws FormulaError.
Algebra::Term parse_formula(std::string const& text, Algebra& algebra, FormulaNames const& names);

/// The names in it, functions too, as far as it can be read.
std::vector<std::string> names_in(std::string const& text);

/// Where inside a formula; only a plain one-line text shows its characters where they stand.
Place inside(Text const& text, std::size_t offset);

/// Names that mean something in every formula.
std::vector<std::string> const& formula_words();

}  // namespace crine
