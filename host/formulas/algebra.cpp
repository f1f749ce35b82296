// Simplification, derivatives and interval bounds of expressions, and their translation into register programs.
#include "host/formulas/algebra.h"

#include "crine/contracts.h"
#include "crine/model/network.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

namespace crine {
namespace {

/// The value of an operation on numbers: by the very program that devices run.
double compute(Op op, double a, double b, double c) {
    double registers[4] = {0, a, b, c};
    Instruction const one{op, 0, 1, 2, 3};
    run<1>({&one, 1}, Registers<1>{registers, 1});
    return registers[0];
}

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// The finalizer of MurmurHash3 (Appleby), for tables.
std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
}

}  // namespace

bool Algebra::Node::operator==(Node const& other) const {
    return kind == other.kind && op == other.op && index == other.index && operands == other.operands &&
           std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(other.value);
}

std::size_t Algebra::Hash::operator()(Node const& n) const {
    std::uint64_t hash = std::bit_cast<std::uint64_t>(n.value) ^ (static_cast<std::uint64_t>(n.kind) << 40) ^
                         (static_cast<std::uint64_t>(n.op) << 32) ^ static_cast<std::uint32_t>(n.index);
    for (Term operand : n.operands) hash = mixed(hash ^ static_cast<std::uint32_t>(operand));
    return hash;
}
std::size_t Algebra::Hash::operator()(std::pair<Term, int> const& of) const {
    return mixed((static_cast<std::uint64_t>(of.first) << 32) ^ static_cast<std::uint32_t>(of.second));
}

Algebra::Term Algebra::keep(Node const& n) {
    constexpr std::size_t most = 500'000;
    auto const [found, fresh] = places_.try_emplace(n, static_cast<Term>(nodes_.size()));
    if (fresh) nodes_.push_back(n);
    if (nodes_.size() > most)
        throw InputError("the formulas have more than half a million operations, with derivatives and the solution of an implicit step");
    return found->second;
}

template <class Known>
std::vector<Algebra::Term> Algebra::made_of(Term t, Known const& known) const {
    std::vector<Term> all, left{t};
    std::unordered_set<Term> seen;
    while (!left.empty()) {
        Term const term = left.back();
        left.pop_back();
        if (term == kNone || known(term) || !seen.insert(term).second) continue;
        all.push_back(term);
        for (Term operand : node(term).operands) left.push_back(operand);
    }
    std::sort(all.begin(), all.end());
    return all;
}

Algebra::Term Algebra::number(double value) {
    Node n;
    n.value = value == 0 ? 0 : value;  // there is one zero
    return keep(n);
}

Algebra::Term Algebra::variable(int index) {
    Node n;
    n.kind = Kind::variable, n.index = index;
    return keep(n);
}

Algebra::Term Algebra::apply(Op op, Term a, Term b, Term c) {
    auto const constant = [&](Term t) { return t == kNone || is_number(t); };
    auto const value_of = [&](Term t) { return t == kNone ? 0 : value(t); };
    if (constant(a) && constant(b) && constant(c)) return number(compute(op, value_of(a), value_of(b), value_of(c)));
    if (Term const simpler = simplified(op, a, b, c); simpler != kNone) return simpler;
    if ((op == Op::add || op == Op::multiply) && b < a) std::swap(a, b);
    Node n;
    n.kind = Kind::operation, n.op = op;
    n.operands[0] = a, n.operands[1] = b, n.operands[2] = c;
    return keep(n);
}

Algebra::Term Algebra::simplified(Op op, Term a, Term b, Term c) {
    switch (op) {
        case Op::add:
            if (is_number(a, 0)) return b;
            if (is_number(b, 0)) return a;
            if (node(b).kind == Kind::operation && node(b).op == Op::negate) return subtract(a, node(b).operands[0]);
            if (node(a).kind == Kind::operation && node(a).op == Op::negate) return subtract(b, node(a).operands[0]);
            return kNone;
        case Op::subtract:
            if (is_number(b, 0)) return a;
            if (is_number(a, 0)) return apply(Op::negate, b);
            if (a == b) return number(0);
            if (node(b).kind == Kind::operation && node(b).op == Op::negate) return add(a, node(b).operands[0]);
            return kNone;
        case Op::multiply:
            if (is_number(a, 0) || is_number(b, 0)) return number(0);
            if (is_number(a, 1)) return b;
            if (is_number(b, 1)) return a;
            if (is_number(a, -1)) return apply(Op::negate, b);
            if (is_number(b, -1)) return apply(Op::negate, a);
            if (node(a).kind == Kind::operation && node(a).op == Op::negate) return apply(Op::negate, multiply(node(a).operands[0], b));
            if (node(b).kind == Kind::operation && node(b).op == Op::negate) return apply(Op::negate, multiply(a, node(b).operands[0]));
            return kNone;
        case Op::divide:
            if (is_number(a, 0)) return number(0);
            if (is_number(b, 1)) return a;
            return kNone;
        case Op::negate:
            return node(a).kind == Kind::operation && node(a).op == Op::negate ? node(a).operands[0] : kNone;
        case Op::power: {
            constexpr double most = 4;  // by products they are quicker and exact
            if (!is_number(b)) return kNone;
            double const n = value(b);
            if (n == 0) return number(1);
            if (n == 0.5) return apply(Op::sqrt, a);
            if (n < 0 && n >= -most && n == std::floor(n)) return divide(number(1), power(a, number(-n)));
            if (n != std::floor(n) || n < 0 || n > most) return kNone;
            Term product = a;
            for (int i = 1; i < static_cast<int>(n); ++i) product = multiply(product, a);
            return product;
        }
        case Op::select:
            if (is_number(a)) return value(a) != 0 ? b : c;
            return b == c ? b : kNone;
        default:
            return kNone;
    }
}

std::vector<int> Algebra::variables(Term t) const {
    std::vector<int> found;
    for (Term const term : made_of(t, [](Term) { return false; }))
        if (node(term).kind == Kind::variable) found.push_back(node(term).index);
    std::sort(found.begin(), found.end());
    return found;
}

Algebra::Term Algebra::derivative(Term t, int variable) {
    auto const known = [&](Term term) { return derivatives_.contains({term, variable}); };
    if (!known(t))
        for (Term const term : made_of(t, known)) {
            Node const n = node(term);
            Term const d = n.kind == Kind::operation ? derivative_of_operation(n, term, variable)
                                                     : number(n.kind == Kind::variable && n.index == variable ? 1 : 0);
            derivatives_[{term, variable}] = d;
        }
    return derivatives_.at({t, variable});
}

Algebra::Term Algebra::derivative_of_operation(Node const& n, Term t, int variable) {
    auto const [a, b, c] = n.operands;
    auto const d = [&](Term operand) { return derivatives_.at({operand, variable}); };
    // clang-format off
    switch (n.op) {
        case Op::copy: return d(a);
        case Op::negate: return apply(Op::negate, d(a));
        case Op::add: return add(d(a), d(b));
        case Op::subtract: return subtract(d(a), d(b));
        case Op::multiply: return add(multiply(d(a), b), multiply(a, d(b)));
        case Op::divide: return divide(subtract(d(a), multiply(t, d(b))), b);
        case Op::subtract_product: return subtract(d(a), add(multiply(d(b), c), multiply(b, d(c))));
        case Op::power: {
            Term const base = multiply(multiply(b, power(a, subtract(b, number(1)))), d(a));
            Term const grows = d(b);
            if (is_number(grows, 0)) return base;
            // a^b ln a is 0 where a is
            Term const log = apply(Op::select, apply(Op::less, number(0), a), apply(Op::log, a), number(0));
            return add(base, multiply(multiply(t, log), grows));
        }
        case Op::exp: return multiply(t, d(a));
        case Op::log: return divide(d(a), a);
        case Op::sqrt: return divide(d(a), multiply(number(2), t));
        case Op::sin: return multiply(apply(Op::cos, a), d(a));
        case Op::cos: return apply(Op::negate, multiply(apply(Op::sin, a), d(a)));
        case Op::tan: return multiply(add(number(1), multiply(t, t)), d(a));
        case Op::tanh: return multiply(subtract(number(1), multiply(t, t)), d(a));
        case Op::abs: return apply(Op::select, apply(Op::less, a, number(0)), apply(Op::negate, d(a)), d(a));
        case Op::minimum: return apply(Op::select, apply(Op::less, b, a), d(b), d(a));
        case Op::maximum: return apply(Op::select, apply(Op::less, a, b), d(b), d(a));
        case Op::select: return apply(Op::select, a, d(b), d(c));
        default: return number(0);  // steps
    }
    // clang-format on
}

std::vector<Algebra::Comparison> Algebra::comparisons(std::vector<Term> const& in) {
    std::vector<Term> open = in;
    std::vector<Comparison> found;
    std::vector<bool> seen(nodes_.size());
    while (!open.empty()) {
        Term const t = open.back();
        open.pop_back();
        if (t == kNone || seen[static_cast<std::size_t>(t)]) continue;
        seen[static_cast<std::size_t>(t)] = true;
        Node const n = node(t);
        for (Term operand : n.operands) open.push_back(operand);
        bool const compares = n.kind == Kind::operation && (n.op == Op::less || n.op == Op::less_or_equal || n.op == Op::equal);
        if (compares) found.push_back({n.op, subtract(n.operands[1], n.operands[0])});
    }
    return found;
}

Algebra::Range Algebra::range(Term t, std::function<Range(int)> const& of_variable) const {
    std::unordered_map<Term, Range> known;
    auto const product = [](double x, double y) { return x == 0 || y == 0 ? 0 : x * y; };
    auto const of = [&](Term term) { return term == kNone ? Range{0, 0} : known.at(term); };
    auto const compute_range = [&](Term term) -> Range {
        Node const& n = node(term);
        if (n.kind == Kind::number) return {n.value, n.value};
        if (n.kind == Kind::variable) return of_variable(n.index);
        Range const a = of(n.operands[0]), b = of(n.operands[1]), c = of(n.operands[2]);
        Range r{-kInfinite, kInfinite};
        auto const corners = [&](Range const& x, Range const& y) -> Range {
            double const all[4] = {product(x.low, y.low), product(x.low, y.high), product(x.high, y.low), product(x.high, y.high)};
            return {*std::min_element(all, all + 4), *std::max_element(all, all + 4)};
        };
        // clang-format off
        switch (n.op) {
            case Op::copy: r = a; break;
            case Op::negate: r = {-a.high, -a.low}; break;
            case Op::add: r = {a.low + b.low, a.high + b.high}; break;
            case Op::subtract: r = {a.low - b.high, a.high - b.low}; break;
            case Op::multiply: r = n.operands[0] == n.operands[1] ? Range{0, corners(a, a).high} : corners(a, b); break;
            case Op::divide:
                if (b.low >= 0) r = corners(a, {b.high == kInfinite ? 0 : 1 / b.high, b.low == 0 ? kInfinite : 1 / b.low});
                break;
            case Op::power:
                if (a.low >= 0) r = {0, kInfinite};
                break;
            case Op::exp: r = {std::exp(a.low), std::exp(a.high)}; break;
            case Op::sqrt: r = {0, kInfinite}; break;
            case Op::tanh: r = {std::tanh(a.low), std::tanh(a.high)}; break;
            case Op::sin: case Op::cos: r = {-1, 1}; break;
            case Op::abs: r = {a.low > 0 ? a.low : (a.high < 0 ? -a.high : 0), std::max(std::fabs(a.low), std::fabs(a.high))}; break;
            case Op::minimum: r = {std::min(a.low, b.low), std::min(a.high, b.high)}; break;
            case Op::maximum: r = {std::max(a.low, b.low), std::max(a.high, b.high)}; break;
            case Op::less: case Op::less_or_equal: case Op::equal: case Op::both: case Op::either: r = {0, 1}; break;
            case Op::select: r = {std::min(b.low, c.low), std::max(b.high, c.high)}; break;
            default: break;
        }
        // clang-format on
        if (std::isnan(r.low)) r.low = -kInfinite;
        if (std::isnan(r.high)) r.high = kInfinite;
        return r;
    };
    for (Term const term : made_of(t, [](Term) { return false; })) known[term] = compute_range(term);
    return known.at(t);
}

/// Writes a program depth first, so that few intermediate values are alive at a time, and gives their registers to others once they
/// have been used for the last time.
class Algebra::Emitter {
public:
    Emitter(Algebra const& algebra, std::function<int(double)> const& constant, int scratch)
        : algebra_(algebra), constant_(constant), next_(scratch) {}

    Instructions write(std::vector<Term> const& terms, std::vector<int> const& to) {
        count(terms);
        for (std::size_t n = 0; n < terms.size(); ++n)
            if (algebra_.node(terms[n]).kind == Kind::operation) destined_.try_emplace(terms[n], to[n]);
        for (std::size_t n = 0; n < terms.size(); ++n) {
            int const from = place(terms[n]);
            if (from != to[n]) push({Op::copy, narrow(to[n]), narrow(from), narrow(from), narrow(from)});
        }
        return std::move(program_);
    }
    int end() const { return next_; }

private:
    static std::uint16_t narrow(int r) {
        if (r > std::numeric_limits<std::uint16_t>::max()) throw InputError("the formulas are too large (more than 65535 registers)");
        return static_cast<std::uint16_t>(r);
    }
    void push(Instruction const& i) { program_.push_back(i); }

    /// How often each operation is an operand, as far as the program reaches.
    void count(std::vector<Term> left) {
        while (!left.empty()) {
            Term const t = left.back();
            left.pop_back();
            if (t == kNone) continue;
            Node const& n = algebra_.node(t);
            if (n.kind == Kind::operation && uses_[t]++ == 0) left.insert(left.end(), n.operands.begin(), n.operands.end());
        }
    }
    bool fuses(Node const& n) const {
        if (n.op != Op::subtract) return false;
        Node const& right = algebra_.node(n.operands[1]);
        return right.kind == Kind::operation && right.op == Op::multiply && uses_.at(n.operands[1]) == 1 &&
               !destined_.contains(n.operands[1]) && !places_.contains(n.operands[1]);
    }

    /// An operation whose operands are being placed, one after the other.
    struct Open {
        Term term;
        Op op;
        std::array<Term, 3> from;
        int at[3] = {0, 0, 0};
        std::size_t next = 0;
    };
    Open open(Term t) const {
        Node const& n = algebra_.node(t);
        if (!fuses(n)) return {t, n.op, n.operands};
        Node const& product = algebra_.node(n.operands[1]);
        return {t, Op::subtract_product, {n.operands[0], product.operands[0], product.operands[1]}};
    }
    /// Where a term is, if it needs no operation or has been computed.
    std::optional<int> placed(Term t) const {
        Node const& n = algebra_.node(t);
        if (n.kind == Kind::variable) return n.index;
        if (n.kind == Kind::number) return constant_(n.value);
        auto const found = places_.find(t);
        return found == places_.end() ? std::nullopt : std::optional(found->second);
    }

    int place(Term whole) {
        std::vector<Open> stack;
        if (!placed(whole)) stack.push_back(open(whole));
        while (!stack.empty()) {
            Open& now = stack.back();
            if (now.next < now.from.size()) {
                Term const operand = now.from[now.next];
                auto const there = operand == kNone ? std::optional(0) : placed(operand);
                if (there)
                    now.at[now.next++] = *there;
                else
                    stack.push_back(open(operand));
                continue;
            }
            for (Term operand : now.from)
                if (operand != kNone) release(operand);
            auto const destined = destined_.find(now.term);
            int const to = destined != destined_.end() ? destined->second : take();
            push({now.op, narrow(to), narrow(now.at[0]), narrow(now.at[now.from[1] == kNone ? 0 : 1]),
                  narrow(now.at[now.from[2] == kNone ? 0 : 2])});
            places_[now.term] = to;
            stack.pop_back();
        }
        return *placed(whole);
    }
    void release(Term t) {
        if (algebra_.node(t).kind != Kind::operation || --uses_[t] > 0 || destined_.contains(t)) return;
        free_.push_back(places_.at(t));
    }
    int take() {
        if (free_.empty()) return next_++;
        int const r = free_.back();
        free_.pop_back();
        return r;
    }

    Algebra const& algebra_;
    std::function<int(double)> const& constant_;
    std::unordered_map<Term, int> uses_, destined_, places_;
    std::vector<int> free_;
    int next_;
    Instructions program_;
};

Instructions Algebra::program(std::vector<Term> const& terms, std::vector<int> const& to, std::function<int(double)> const& constant,
                              int scratch, int& end_of_scratch) const {
    Emitter emitter(*this, constant, scratch);
    Instructions written = emitter.write(terms, to);
    end_of_scratch = std::max(end_of_scratch, emitter.end());
    return written;
}

}  // namespace crine
