#include "fuzz/fuzzer.h"

#include "host/formulas/expression.h"
#include "host/formulas/formula.h"

/// A formula: evaluated at points; differentiated, bounded and compiled.

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace crine;
    std::string const text(test::text_of(data, size));
    test::read_or_refuse([&] {
        Expression formula(Text{text, {"scenario.yaml", 3, 14, "regions.r.expression"}});
        for (Vec3 const p : {Vec3{0, 0, 0}, Vec3{1, 2, 3}, Vec3{1e6f, 1e-6f, 500}}) formula(p);
    });
    test::read_or_refuse([&] {
        Algebra algebra;
        std::vector<std::string> names;
        FormulaNames const any{[&](std::string const& name) {
                                   auto const known = std::find(names.begin(), names.end(), name);
                                   auto const n = static_cast<int>(known - names.begin());
                                   if (known == names.end()) names.push_back(name);
                                   return algebra.variable(n);
                               },
                               [&](std::string const&, std::vector<Algebra::Term> const& arguments) {
                                   return arguments.empty() ? algebra.number(1) : arguments.front();
                               }};
        Algebra::Term const term = parse_formula(text, algebra, any), slope = algebra.derivative(term, 0);
        algebra.range(slope, [](int) { return Algebra::Range{0, 1}; });
        algebra.comparisons({term});
        int const first = static_cast<int>(names.size());
        int end = first + 2;
        algebra.program(
            {term, slope}, {first, first + 1}, [](double) { return 0; }, end, end);
    });
    return 0;
}
