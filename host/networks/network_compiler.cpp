// Rates, symbolic Jacobian, sparse elimination in Markowitz order, events, and the registers of a reaction network.
#include "host/networks/network_compiler.h"

#include "crine/model/network.h"
#include "host/formulas/formula.h"
#include "host/scenario/names.h"
#include "host/text/units.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace crine {
namespace {

using Term = Algebra::Term;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// The matrix of an implicit step, eliminated symbolically without exchanges of rows, in an order that keeps it sparse: its diagonal is
/// large, by the shift.
class Elimination {
public:
    struct Row {
        int species;
        Term inverse;                             ///< of the pivot
        std::vector<std::pair<int, Term>> lower;  ///< multiples of rows before, by species
        std::vector<std::pair<int, Term>> upper;  ///< by species, eliminated later
    };

    Elimination(Algebra& algebra, std::vector<std::map<int, Term>> matrix) : algebra_(algebra), matrix_(std::move(matrix)) {
        std::set<int> left;
        for (int s = 0; s < static_cast<int>(matrix_.size()); ++s) left.insert(s);
        while (!left.empty()) {
            int const pivot = cheapest(left);
            left.erase(pivot);
            eliminate(pivot, left);
        }
    }
    std::vector<Row> rows;  ///< in the order of elimination

private:
    /// Markowitz (1957): the one whose elimination can fill in least.
    int cheapest(std::set<int> const& left) const {
        std::map<int, int> in_column;
        for (int i : left)
            for (auto const& [j, term] : matrix_[static_cast<std::size_t>(i)])
                if (left.contains(j)) ++in_column[j];
        int best = *left.begin();
        long least = std::numeric_limits<long>::max();
        for (int i : left) {
            long in_row = 0;
            for (auto const& [j, term] : matrix_[static_cast<std::size_t>(i)]) in_row += left.contains(j);
            long const fill = (in_row - 1) * (in_column[i] - 1);
            if (fill < least) least = fill, best = i;
        }
        return best;
    }
    void eliminate(int pivot, std::set<int> const& left) {
        auto const& row = matrix_[static_cast<std::size_t>(pivot)];
        Row done{pivot, algebra_.divide(algebra_.number(1), row.at(pivot)), lower_[pivot], {}};
        for (auto const& [j, term] : row)
            if (left.contains(j)) done.upper.emplace_back(j, term);
        for (int i : left) {
            auto& other = matrix_[static_cast<std::size_t>(i)];
            auto const entry = other.find(pivot);
            if (entry == other.end()) continue;
            Term const multiple = algebra_.multiply(entry->second, done.inverse);
            lower_[i].emplace_back(pivot, multiple);
            other.erase(entry);
            for (auto const& [j, term] : done.upper) {
                auto const place = other.try_emplace(j, algebra_.number(0)).first;
                place->second = algebra_.subtract(place->second, algebra_.multiply(multiple, term));
            }
        }
        rows.push_back(std::move(done));
    }

    Algebra& algebra_;
    std::vector<std::map<int, Term>> matrix_;
    std::map<int, std::vector<std::pair<int, Term>>> lower_;
};

class Compiler {
public:
    Compiler(std::string const& name, NetworkInputs const& in, std::set<std::string> const& negative) : in_(in), negative_(negative) {
        network_.name = name;
    }

    Network compile() {
        at_place(in_.at, [&] {
            make_equations();
            observe();
            find_events();
            start();
            write_programs();
        });
        return std::move(network_);
    }
    Network compile_gated() {
        gated_ = true;
        Network network = compile();
        std::fill_n(network.positive.begin(), network.layout.species, std::uint8_t{1});  // a rate that makes a concentration negative fails
        return network;
    }
    std::vector<bool> used() {
        gated_ = true;
        at_place(in_.at, [&] { make_equations(); });
        std::vector<bool> all(in_.species.size());
        for (std::size_t s = 0; s < all.size(); ++s) all[s] = used_.contains(static_cast<int>(s));
        return all;
    }

private:
    static constexpr int kFirstConstant = 40000;  ///< until it is known how many registers there are

    NetworkLayout& layout() { return network_.layout; }
    void check_size() {
        if (layout().registers > kFirstConstant) fail(in_.at, "the network is too large");
    }
    Term zero() { return algebra_.number(0); }

    void make_equations() {
        lay_out();
        change_by_reactions();
        change_by_rates();
        for (int s = 0; gated_ && s < layout().species; ++s)
            rates_[static_cast<std::size_t>(s)] =
                algebra_.multiply(rates_[static_cast<std::size_t>(s)], algebra_.variable(layout().input + s));
    }

    // --- names -----------------------------------------------------------------------------------

    /// Values now, or those with which a cell begins.
    enum class When { now, at_start };

    void name(Text const& text) {
        auto const& words = formula_words();
        if (text.value == "time" || std::find(words.begin(), words.end(), text.value) != words.end())
            fail(text.at, "\"" + text.value + "\" has a meaning of its own in formulas");
        if (!names_.insert(text.value).second) fail(text.at, "\"" + text.value + "\" is the name of two things in this network");
    }

    void lay_out() {
        for (auto const& e : in_.species) name(e.name), species_[e.name.value] = static_cast<int>(species_.size());
        for (auto const& e : in_.parameters) name(e.name);
        for (auto const& e : in_.inputs) name(e.name);
        for (auto const& e : in_.assignments) name(e.name), assignments_[e.name.value] = &e.value;
        for (auto const& e : in_.compartments) name(e.name), assignments_[e.name.value] = &e.value;
        for (auto const& e : in_.functions) name(e.name);
        Names const compartments = Names::of("compartment", in_.compartments);
        for (auto const& e : in_.species)
            if (e.value.compartment) compartments.find(*e.value.compartment);
        if (in_.species.empty()) fail(in_.at, "a network needs \"species\" (and no included library has a pathway of this name)");

        network_.time_unit = at_place(in_.time.at, [&] { return unit_scale(in_.time.value, Dimension::time); });
        network_.tolerance = in_.tolerance;
        int hidden = 0;
        for (auto const& r : in_.reactions) hidden += r.delay ? stages(r) : 0;

        NetworkLayout& at = layout();
        at.visible = static_cast<int>(in_.species.size());
        at.species = at.visible + hidden;
        at.observables = static_cast<int>(in_.assignments.size());
        at.events = static_cast<int>(in_.events.size());
        for (auto const& e : in_.events) at.settings += static_cast<int>(e.set.size());
        if (at.of_events() > kMostKept)
            fail(in_.events.front().at,
                 "the events of this network set too many values: of two for each event and one for each value that it sets there are " +
                     std::to_string(at.of_events()) + ", expected at most " + std::to_string(kMostKept));
        for (auto const& e : in_.parameters) {
            char* end = nullptr;
            double const value = std::strtod(e.value.value.c_str(), &end);
            if (gated_ || e.value.value.empty() || *end != '\0' || !std::isfinite(value)) {  // a formula of others, or the same everywhere
                assignments_[e.name.value] = &e.value;
                continue;
            }
            parameters_[e.name.value] = static_cast<int>(network_.parameters.size());
            network_.parameters.push_back(e.name.value), network_.parameter_default.push_back(value);
        }
        for (auto const& e : in_.inputs) network_.inputs.push_back(e.name.value), network_.input_default.push_back(e.value);
        for (auto const& e : in_.species)
            if (gated_) network_.inputs.push_back("change of " + e.name.value), network_.input_default.push_back(1);
        at.inputs = static_cast<int>(network_.inputs.size()), at.parameters = static_cast<int>(network_.parameters.size());

        int next = at.species;
        auto const take = [&](int& first, int n) { first = next, next += n; };
        take(at.time, 1), take(at.shift, 1), take(at.input, at.inputs), take(at.parameter, at.parameters);
        take(at.rate, at.species), take(at.drift, at.species), take(at.right, at.species), take(at.solution, at.species);
        take(at.observable, at.observables), take(at.trigger, at.events), take(at.delay, at.events), take(at.setting, at.settings);
        take(at.stages, 4 * at.species), take(at.start, at.species);
        if (at.events > 0) take(at.first_rate, at.species), take(at.finish, at.species);
        at.registers = next;  // so far: factors, scratch and constants follow
        check_size();
        for (auto const& e : in_.species) network_.variables.push_back(e.name.value);
        for (auto const& e : in_.assignments) network_.variables.push_back(e.name.value);
        rates_.assign(static_cast<std::size_t>(at.species), zero());
    }

    Term parse(Text const& text, When when, std::map<std::string, Term> const& locals = {}) {
        FormulaNames const names{[&](std::string const& n) { return locals.contains(n) ? locals.at(n) : value(n, when); },
                                 [&](std::string const& n, std::vector<Term> const& x) { return call(n, x, when); }};
        try {
            return parse_formula(text.value, algebra_, names);
        } catch (FormulaError const& error) {
            fail(inside(text, error.offset), error.what());
        }
    }
    Term value(std::string const& n, When when) {
        if (n == "time") return when == When::now ? algebra_.variable(layout().time) : zero();
        if (auto const p = parameters_.find(n); p != parameters_.end()) return algebra_.variable(layout().parameter + p->second);
        for (std::size_t i = 0; i < in_.inputs.size(); ++i)
            if (in_.inputs[i].name.value == n)
                return when == When::now ? algebra_.variable(layout().input + static_cast<int>(i)) : algebra_.number(in_.inputs[i].value);
        if (auto const s = species_.find(n); s != species_.end()) {
            if (when == When::now) return used_.insert(s->second), algebra_.variable(s->second);
            return once(n, when);
        }
        if (assignments_.contains(n)) return once(n, when);
        std::vector<std::string> known(names_.begin(), names_.end());
        known.push_back("time");
        throw InputError("\"" + n + "\" is not a name of this network" + suggestion(n, known));
    }
    /// The formula of an assignment, or of what a species begins with.
    Text const* formula_of(std::string const& n, When when) const {
        if (auto const a = assignments_.find(n); a != assignments_.end()) return a->second;
        auto const s = species_.find(n);
        return when == When::at_start && s != species_.end() ? &in_.species[static_cast<std::size_t>(s->second)].value.initial : nullptr;
    }
    FunctionInput const* function_of(std::string const& n) const {
        for (auto const& f : in_.functions)
            if (f.name.value == n) return &f.value;
        return nullptr;
    }
    /// Names of formulas that one needs, directly or by functions.
    std::vector<std::string> needs(Text const& formula, When when) const {
        std::vector<std::string> all, left = names_in(formula.value);
        std::set<std::string> seen;
        while (!left.empty()) {
            std::string const n = left.back();
            left.pop_back();
            if (!seen.insert(n).second) continue;
            if (formula_of(n, when)) all.push_back(n);
            FunctionInput const* const function = function_of(n);
            if (!function) continue;
            for (std::string const& inner : names_in(function->is.value))
                if (std::none_of(function->of.begin(), function->of.end(), [&](Text const& own) { return own.value == inner; }))
                    left.push_back(inner);
        }
        return all;
    }
    /// A formula with a name, parsed when it is first needed, after all those that it needs: a chain of them may be long.
    Term once(std::string const& n, When when) {
        std::vector<std::string> stack{n};
        while (!stack.empty()) {
            std::string const now = stack.back();
            auto const key = std::make_pair(now, when);
            Text const& formula = *formula_of(now, when);
            if (!known_.contains(key) && open_.insert(key).second)
                for (std::string const& needed : needs(formula, when)) {
                    if (open_.contains({needed, when})) fail(formula_of(needed, when)->at, "\"" + needed + "\" depends on itself");
                    if (!known_.contains({needed, when})) stack.push_back(needed);
                }
            if (stack.back() != now) continue;
            stack.pop_back();
            if (known_.contains(key)) continue;
            known_[key] = parse(formula, when);
            open_.erase(key);
        }
        return known_.at({n, when});
    }
    Term call(std::string const& n, std::vector<Term> const& x, When when) {
        FunctionInput const* const function = function_of(n);
        if (!function) {
            std::vector<std::string> known = formula_words();
            for (auto const& f : in_.functions) known.push_back(f.name.value);
            throw InputError("\"" + n + "\" is not a function" + suggestion(n, known));
        }
        if (x.size() != function->of.size())
            throw InputError("\"" + n + "\" has " + std::to_string(x.size()) + " arguments, expected " +
                             std::to_string(function->of.size()));
        if (auto const found = calls_.find({n, when, x}); found != calls_.end()) return found->second;
        constexpr std::size_t deepest = 32;
        if (calling_.size() >= deepest) fail(function->is.at, "functions call each other more than " + std::to_string(deepest) + " deep");
        if (std::find(calling_.begin(), calling_.end(), n) != calling_.end()) fail(function->is.at, "\"" + n + "\" calls itself");
        std::map<std::string, Term> locals;
        for (std::size_t i = 0; i < x.size(); ++i) locals[function->of[i].value] = x[i];
        calling_.push_back(n);
        Term const t = parse(function->is, when, locals);
        calling_.pop_back();
        return calls_[{n, when, x}] = t;
    }
    int find_species(Text const& text) {
        auto const found = species_.find(text.value);
        if (found != species_.end()) return *used_.insert(found->second).first;
        std::vector<std::string> known;
        for (auto const& e : in_.species) known.push_back(e.name.value);
        fail(text.at, "\"" + text.value + "\" is not a " + (gated_ ? "ligand of this scenario" : "species of this network") +
                          suggestion(text.value, known));
    }

    // --- equations -------------------------------------------------------------------------------

    static int stages(NetworkReactionInput const& r) {
        constexpr std::uint64_t most = 32;
        if (!r.stages) return 4;
        if (r.stages->value < 1 || r.stages->value > most) fail(r.stages->at, "expected 1 to 32 stages");
        return static_cast<int>(r.stages->value);
    }
    /// A change of the amount of a species: of its concentration, where it has a compartment of a size.
    void change(int s, Term amount) {
        SpeciesInput const& species = in_.species[static_cast<std::size_t>(s)].value;
        if (species.fixed.value) return;
        if (species.compartment && !species.amount.value) {
            amount = algebra_.divide(amount, value(species.compartment->value, When::now));
        }
        Term& rate = rates_[static_cast<std::size_t>(s)];
        rate = algebra_.add(rate, amount);
    }

    Term product_of(std::vector<AmountInput> const& amounts) {
        Term product = algebra_.number(1);
        for (auto const& a : amounts)
            product = algebra_.multiply(
                product, algebra_.power(value(in_.species[static_cast<std::size_t>(find_species(a.name))].name.value, When::now),
                                        algebra_.number(a.number)));
        return product;
    }
    /// Of the compartment in which a reaction takes place: that of the first species that has one.
    Term size_of_place(std::vector<AmountInput> const& amounts) {
        for (auto const& a : amounts) {
            SpeciesInput const& species = in_.species[static_cast<std::size_t>(find_species(a.name))].value;
            if (species.compartment && !species.amount.value) return value(species.compartment->value, When::now);
        }
        return algebra_.number(1);
    }
    Term rate_of(NetworkReactionInput const& r) {
        auto const of = [&](Text const& text) { return parse(text, When::now); };
        if (r.rate) return of(*r.rate);
        if (r.k) {
            auto const mass_action = [&](Text const& constant, std::vector<AmountInput> const& used, std::vector<AmountInput> const& made) {
                return algebra_.multiply(size_of_place(used.empty() ? made : used), algebra_.multiply(of(constant), product_of(used)));
            };
            Term const forward = mass_action(*r.k, r.from.list, r.to.list);
            return r.back ? algebra_.subtract(forward, mass_action(*r.back, r.to.list, r.from.list)) : forward;
        }
        if (r.michaelis_menten) {
            if (r.from.list.size() != 1) fail(r.at, "michaelis_menten needs exactly one species in \"from\"");
            Term const substrate = product_of({{r.from.list[0].name, 1}});
            return algebra_.divide(algebra_.multiply(of(r.michaelis_menten->V_max), substrate),
                                   algebra_.add(of(r.michaelis_menten->K_m), substrate));
        }
        HillLawInput const& hill = *r.hill;
        if (hill.activator.has_value() == hill.inhibitor.has_value()) fail(hill.at, "expected exactly one of activator, inhibitor");
        Term const ratio =
            algebra_.power(algebra_.divide(of(hill.activator ? *hill.activator : *hill.inhibitor), of(hill.half)), of(hill.power));
        return algebra_.divide(algebra_.multiply(of(hill.V_max), hill.activator ? ratio : algebra_.number(1)),
                               algebra_.add(algebra_.number(1), ratio));
    }

    void change_by_reactions() {
        int next_hidden = layout().visible;
        for (auto const& r : in_.reactions) {
            if (r.back && !r.k) fail(r.back->at, "\"back\" has a meaning only with k");
            if (r.back && r.delay) fail(r.back->at, "a reaction with a delay cannot go back");
            if (r.stages && !r.delay) fail(r.stages->at, "\"stages\" has a meaning only with delay");
            if (r.from.list.empty() && r.to.list.empty()) fail(r.at, "a reaction needs \"from\" or \"to\"");
            Term rate = rate_of(r);
            for (auto const& a : r.from.list) change(find_species(a.name), algebra_.multiply(algebra_.number(-a.number), rate));
            for (int stage = 0; r.delay && stage < stages(r);
                 ++stage) {  // model/response_time.h: in transit, a part leaves each stage per time
                int const s = next_hidden++;
                Term const leaves =
                    algebra_.divide(algebra_.multiply(algebra_.number(stages(r)), algebra_.variable(s)), parse(*r.delay, When::now));
                rates_[static_cast<std::size_t>(s)] = algebra_.subtract(rate, leaves);
                rate = leaves;
            }
            for (auto const& a : r.to.list) change(find_species(a.name), algebra_.multiply(algebra_.number(a.number), rate));
        }
    }
    void change_by_rates() {
        for (auto const& e : in_.rates) {
            int const s = find_species(e.name);
            Term& rate = rates_[static_cast<std::size_t>(s)];
            if (!algebra_.is_number(rate, 0))
                fail(e.name.at, "\"" + e.name.value + "\" already changes by reactions; expected one that is fixed for them");
            rate = parse(e.value, When::now);
        }
    }
    void observe() {
        for (auto const& e : in_.assignments) observables_.push_back(value(e.name.value, When::now));
    }
    void find_events() {
        for (auto const& e : in_.events) {
            NetworkEvent event;
            event.first = static_cast<int>(settings_.size());
            triggers_.push_back(parse(e.when, When::now));
            for (auto const& [op, difference] : algebra_.comparisons({triggers_.back()})) {
                if (op == Op::equal && !algebra_.is_number(algebra_.derivative(difference, layout().time), 0))
                    fail(e.when.at,
                         "found == of something that changes with time, which holds at no time that a step meets; expected >= or <=");
                watches_.push_back(difference);
            }
            event.delayed = e.delay.has_value(), event.values_then = event.delayed && e.values.value == EventValues::then;
            delays_.push_back(e.delay ? parse(*e.delay, When::now) : zero());
            if (e.set.empty()) fail(e.at, "an event needs something to set");
            for (auto const& to : e.set) {
                network_.targets.push_back(find_species(to.name));
                settings_.push_back(parse(to.value, When::now));
            }
            event.last = static_cast<int>(settings_.size());
            network_.events.push_back(event);
        }
    }
    void start() {
        double largest = 0;
        for (auto const& e : in_.species) initial_.push_back(value(e.name.value, When::at_start));
        while (static_cast<int>(initial_.size()) < layout().species) initial_.push_back(zero());
        for (Term t : initial_)
            if (algebra_.is_number(t)) largest = std::max(largest, std::fabs(algebra_.value(t)));
        constexpr double part = 1e-6;
        network_.negligible = in_.negligible ? in_.negligible->value : (largest > 0 ? part * largest : part);
    }

    // --- programs --------------------------------------------------------------------------------

    int constant(double value) {
        auto const [found, fresh] =
            constants_.try_emplace(std::bit_cast<std::uint64_t>(value), static_cast<int>(network_.constants.size()));
        if (fresh) network_.constants.push_back(value);
        return kFirstConstant + found->second;
    }
    static std::vector<int> registers(int first, std::size_t n) {
        std::vector<int> all;
        for (std::size_t i = 0; i < n; ++i) all.push_back(first + static_cast<int>(i));
        return all;
    }

    void write_programs() {
        NetworkLayout& at = layout();
        auto const n = static_cast<std::size_t>(at.species);
        std::vector<Term> system = rates_;
        std::vector<int> places = registers(at.rate, n);
        for (std::size_t s = 0; s < n; ++s) {
            Term const drift = algebra_.derivative(rates_[s], at.time);
            at.timed = at.timed || !algebra_.is_number(drift, 0);
            system.push_back(drift), places.push_back(at.drift + static_cast<int>(s));
        }
        if (!at.timed) system.resize(n), places.resize(n);

        std::sort(watches_.begin(), watches_.end());
        watches_.erase(std::unique(watches_.begin(), watches_.end()), watches_.end());
        at.watches = static_cast<int>(watches_.size());
        at.watch = at.registers, at.watched = at.watch + at.watches;
        at.registers = at.watched + kLooks * at.watches;

        Elimination const eliminated(algebra_, matrix());
        at.factor = at.registers;
        int factors = 0;
        std::map<Term, Term> loaded;  // what the solution finds in a register
        auto const factor = [&](Term t) {
            if (algebra_.is_number(t)) return t;
            auto const [found, fresh] = loaded.try_emplace(t, 0);
            if (!fresh) return found->second;
            system.push_back(t), places.push_back(at.factor + factors);
            return found->second = algebra_.variable(at.factor + factors++);
        };
        std::vector<Term> right(n), solution(n);
        for (std::size_t s = 0; s < n; ++s) right[s] = algebra_.variable(at.right + static_cast<int>(s));
        for (auto const& row : eliminated.rows) {
            Term& b = right[static_cast<std::size_t>(row.species)];
            for (auto const& [j, multiple] : row.lower)
                b = algebra_.subtract(b, algebra_.multiply(factor(multiple), right[static_cast<std::size_t>(j)]));
        }
        for (auto row = eliminated.rows.rbegin(); row != eliminated.rows.rend(); ++row) {
            Term x = right[static_cast<std::size_t>(row->species)];
            for (auto const& [j, term] : row->upper)
                x = algebra_.subtract(x, algebra_.multiply(factor(term), solution[static_cast<std::size_t>(j)]));
            solution[static_cast<std::size_t>(row->species)] = algebra_.multiply(x, factor(row->inverse));
        }
        int const scratch = at.factor + factors;
        int end = scratch;
        auto const write = [&](std::vector<Term> const& terms, std::vector<int> const& to) {
            return algebra_.program(
                terms, to, [&](double value) { return constant(value); }, scratch, end);
        };
        network_.initial = write(initial_, registers(0, n));
        network_.rates = write(rates_, registers(at.rate, n));
        network_.system = write(system, places);
        network_.solve = write(solution, registers(at.solution, n));
        network_.observe = write(observables_, registers(at.observable, observables_.size()));
        std::vector<Term> conditions = triggers_;
        std::vector<int> to = registers(at.trigger, triggers_.size());
        conditions.insert(conditions.end(), delays_.begin(), delays_.end());
        conditions.insert(conditions.end(), settings_.begin(), settings_.end());
        conditions.insert(conditions.end(), watches_.begin(), watches_.end());
        for (int r : registers(at.delay, delays_.size())) to.push_back(r);
        for (int r : registers(at.setting, settings_.size())) to.push_back(r);
        for (int r : registers(at.watch, watches_.size())) to.push_back(r);
        network_.conditions = write(conditions, to);

        at.constant = end, at.constants = static_cast<int>(network_.constants.size());
        at.registers = end + at.constants;
        check_size();
        for (Instructions* program :
             {&network_.initial, &network_.rates, &network_.system, &network_.solve, &network_.observe, &network_.conditions})
            for (Instruction& i : *program)
                for (std::uint16_t* r : {&i.to, &i.a, &i.b, &i.c})
                    if (*r >= kFirstConstant) *r = static_cast<std::uint16_t>(*r - kFirstConstant + at.constant);
        find_positive();
    }
    /// shift - ∂(dy/dt)/∂y, without its zeros.
    std::vector<std::map<int, Term>> matrix() {
        std::vector<std::map<int, Term>> rows(rates_.size());
        for (int i = 0; i < layout().species; ++i) {
            auto& row = rows[static_cast<std::size_t>(i)];
            row[i] = algebra_.variable(layout().shift);
            for (int const j : algebra_.variables(rates_[static_cast<std::size_t>(i)])) {
                if (j >= layout().species) break;  // inputs, parameters, time
                Term const slope = algebra_.derivative(rates_[static_cast<std::size_t>(i)], j);
                if (i == j)
                    row[i] = algebra_.subtract(row[i], slope);
                else if (!algebra_.is_number(slope, 0))
                    row[j] = algebra_.apply(Op::negate, slope);
            }
        }
        return rows;
    }
    /// A species stays at 0 or above if it begins there, its rate at 0 is not negative and no event makes it so, whatever the others are
    /// from 0 on; these are taken to stay there together.
    void find_positive() {
        std::vector<double> const begin = at_place(in_.at, [&] { return initial_columns(network_, network_.parameter_default); });
        network_.positive.assign(rates_.size(), 0);
        for (std::size_t s = 0; s < rates_.size(); ++s) network_.positive[s] = begin[s] >= 0 && !negative_.contains(name_of_species(s));
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t s = 0; s < rates_.size(); ++s)
                if (network_.positive[s] && !stays_positive(s)) network_.positive[s] = 0, changed = true;
        }
        for (Term t : observables_)
            network_.positive.push_back(algebra_.range(t, [&](int variable) { return range_of(variable); }).low >= 0);
    }
    bool stays_positive(std::size_t s) const {
        auto const any = [&](int variable) { return range_of(variable); };
        auto const at_zero = [&](int variable) { return variable == static_cast<int>(s) ? Algebra::Range{0, 0} : any(variable); };
        for (std::size_t n = 0; n < settings_.size(); ++n)
            if (network_.targets[n] == static_cast<int>(s) && !(algebra_.range(settings_[n], any).low >= 0)) return false;
        return algebra_.range(rates_[s], at_zero).low >= 0;
    }
    std::string name_of_species(std::size_t s) const { return s < in_.species.size() ? in_.species[s].name.value : ""; }
    /// Of a register that formulas name.
    Algebra::Range range_of(int variable) const {
        NetworkLayout const& at = network_.layout;
        auto const from_zero = [](bool is) { return Algebra::Range{is ? 0 : -kInfinite, kInfinite}; };
        auto const given = [&](int n, std::vector<std::string> const& names, std::vector<double> const& defaults) {
            auto const place = static_cast<std::size_t>(n);
            return from_zero(defaults[place] >= 0 && !negative_.contains(names[place]));
        };
        if (variable < at.species) return from_zero(network_.positive[static_cast<std::size_t>(variable)] != 0);
        if (variable >= at.input && variable < at.input + at.inputs)
            return given(variable - at.input, network_.inputs, network_.input_default);
        if (variable >= at.parameter && variable < at.parameter + at.parameters)
            return given(variable - at.parameter, network_.parameters, network_.parameter_default);
        return from_zero(true);  // time
    }

    NetworkInputs const& in_;
    Network network_;
    Algebra algebra_;
    std::set<std::string> names_;
    std::map<std::string, int> species_, parameters_;
    std::set<int> used_;                              ///< species that something names
    bool gated_ = false;                              ///< an input for each species says whether it changes
    std::map<std::string, Text const*> assignments_;  ///< also of parameters and compartments by formulas
    std::map<std::pair<std::string, When>, Term> known_;
    std::set<std::pair<std::string, When>> open_;  ///< what it needs is being parsed
    std::map<std::tuple<std::string, When, std::vector<Term>>, Term> calls_;
    std::vector<std::string> calling_;  ///< functions, each by the one before
    std::vector<Term> rates_, observables_, triggers_, delays_, settings_, initial_;
    std::vector<Term> watches_;
    std::set<std::string> negative_;
    std::map<std::uint64_t, int> constants_;  ///< by their bits: what is not a number is equal to none
};

}  // namespace

Network compile_network(std::string const& name, NetworkInputs const& in, std::set<std::string> const& negative) {
    return Compiler(name, in, negative).compile();
}
Network compile_local_network(NetworkInputs const& in) { return Compiler("", in, {}).compile_gated(); }
std::vector<bool> species_in_use(NetworkInputs const& in) { return Compiler("", in, {}).used(); }

std::optional<TakenFromNothing> taken_from_nothing(Network const& network) {
    NetworkLayout const& at = network.layout;
    std::vector<double> r(static_cast<std::size_t>(at.registers), 0);
    std::copy(network.parameter_default.begin(), network.parameter_default.end(), r.begin() + at.parameter);
    std::copy(network.constants.begin(), network.constants.end(), r.begin() + at.constant);
    std::fill_n(r.begin() + at.input, at.inputs, 1.0);
    for (int species = 0; species < at.species; ++species)
        for (double others : {0.0, 1.0, 1000.0})
            for (int alone = -1; alone < at.species; ++alone) {  // -1: all of them
                for (int s = 0; s < at.species; ++s)
                    r[static_cast<std::size_t>(s)] = s != species && (alone < 0 || s == alone) ? others : 0;
                run<1>({network.rates.data(), network.rates.size()}, Registers<1>{r.data(), 1});
                double const rate = r[static_cast<std::size_t>(at.rate) + static_cast<std::size_t>(species)];
                if (rate < 0) return TakenFromNothing{species, rate, others};
            }
    return {};
}

std::vector<double> initial_columns(Network const& network, std::vector<double> const& parameters,
                                    std::vector<std::pair<int, double>> const& species) {
    NetworkLayout const& at = network.layout;
    std::vector<double> r(static_cast<std::size_t>(at.registers), 0);
    std::copy(parameters.begin(), parameters.end(), r.begin() + at.parameter);
    std::copy(network.input_default.begin(), network.input_default.end(), r.begin() + at.input);
    std::copy(network.constants.begin(), network.constants.end(), r.begin() + at.constant);
    auto const execute = [&](Instructions const& program) { run<1>({program.data(), program.size()}, Registers<1>{r.data(), 1}); };
    execute(network.initial);
    for (auto const& [s, value] : species) r[static_cast<std::size_t>(s)] = value;
    execute(network.observe);
    std::vector<double> columns(static_cast<std::size_t>(at.columns()), 0);
    for (int s = 0; s < at.visible; ++s)
        if (!(std::fabs(r[static_cast<std::size_t>(s)]) < 1e37))
            throw InputError("\"" + network.variables[static_cast<std::size_t>(s)] +
                             "\" does not begin with a finite number that can be stored");
    std::copy(r.begin(), r.begin() + at.species, columns.begin());
    std::copy(r.begin() + at.observable, r.begin() + at.observable + at.observables, columns.begin() + at.species);
    for (int e = 0; e < at.events; ++e)
        columns[static_cast<std::size_t>(at.held(e))] = -1, columns[static_cast<std::size_t>(at.due(e))] = kInfinite;
    return columns;
}

}  // namespace crine
