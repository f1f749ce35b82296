// Symbolic algebra: expressions that can be simplified, differentiated, bounded and compiled.
#pragma once

#include "crine/network.h"

#include <array>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace crine {

/// Formulas as a graph in which every different subexpression is there once, in its simplest form: what formulas share is computed once,
/// and derivatives, elimination and signs are a walk over it.
class Algebra {
public:
    using Term = int;

    /// Makes no more than half a million terms: throws InputError without a place.
    Term number(double value);
    Term variable(int index);  ///< later: a register
    Term apply(Op op, Term a, Term b = kNone, Term c = kNone);
    Term add(Term a, Term b) { return apply(Op::add, a, b); }
    Term subtract(Term a, Term b) { return apply(Op::subtract, a, b); }
    Term multiply(Term a, Term b) { return apply(Op::multiply, a, b); }
    Term divide(Term a, Term b) { return apply(Op::divide, a, b); }
    Term power(Term a, Term b) { return apply(Op::power, a, b); }

    bool is_number(Term t, double value) const { return node(t).kind == Kind::number && node(t).value == value; }
    bool is_number(Term t) const { return node(t).kind == Kind::number; }
    double value(Term t) const { return node(t).value; }

    /// The variables that a term is made of, in their order.
    std::vector<int> variables(Term t) const;

    /// ∂t/∂variable; of conditions, where they do not jump.
    Term derivative(Term t, int variable);

    /// What a term can be while the variables are in their ranges: an enclosure, not always the tightest.
    struct Range {
        double low, high;
    };
    Range range(Term t, std::function<Range(int)> const& of_variable) const;

    /// Every comparison of an a with a b that these terms depend on.
    struct Comparison {
        Op op;
        Term difference;  ///< b - a
    };
    std::vector<Comparison> comparisons(std::vector<Term> const& in);

    /// Programs compute `to[n]`, a register, for each of the terms; variables are registers, numbers are found by `constant`. Scratch
    /// registers are taken from `scratch` on; the number of the first that was not needed is left there if it is larger.
    Instructions program(std::vector<Term> const& terms, std::vector<int> const& to, std::function<int(double)> const& constant,
                         int scratch, int& end_of_scratch) const;

private:
    static constexpr Term kNone = -1;
    enum class Kind { number, variable, operation };
    struct Node {
        Kind kind = Kind::number;
        Op op = Op::copy;
        double value = 0;
        int index = 0;
        std::array<Term, 3> operands = {kNone, kNone, kNone};
        bool operator==(Node const& other) const;
    };
    class Emitter;

    Node const& node(Term t) const { return nodes_[static_cast<std::size_t>(t)]; }
    Term keep(Node const& node);
    Term simplified(Op op, Term a, Term b, Term c);  ///< kNone: there is nothing simpler
    Term derivative_of_operation(Node const& n, Term t, int variable);
    /// Of what a term is made, as far as `known` does not hold for it, operands first. Terms may be too deep for recursion.
    template <class Known>
    std::vector<Term> made_of(Term t, Known const& known) const;

    struct Hash {
        std::size_t operator()(Node const& n) const;
        std::size_t operator()(std::pair<Term, int> const& of) const;
    };

    std::vector<Node> nodes_;  ///< operands before what is made of them
    std::unordered_map<Node, Term, Hash> places_;
    std::unordered_map<std::pair<Term, int>, Term, Hash> derivatives_;
};

}  // namespace crine
