#include "kernels/engine.h"

#include "crine/model/hill.h"
#include "crine/model/motility.h"
#include "crine/units.h"
#include "kernels/neighbours.h"
#include "kernels/sensing.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

/// The signals that the rules of a cell's row use, then the responses of its behaviours to them.
struct SenseBody {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Grid grid;
    Span<Real const* const> concentration;
    Span<TypeConstants const> types;
    ListsView<Sensed> sensed;
    ListsView<std::int16_t> contact_signals;
    ListsView<Response> program;
    Span<Term const> terms;
    Span<Real> signals;    ///< [slot * cells + cell]
    Span<Real> responses;  ///< [slot * cells + cell]
    double time;

    CRINE_HD Real& signal(std::size_t slot, std::size_t i) const { return signals[slot * cells.id.size + i]; }

    CRINE_HD Real measure(Sensed const& what, std::size_t i) const {
        auto const elapsed = [&](double since) { return time > since ? static_cast<Real>(time - since) : Real(0); };
        switch (what.kind) {
            case Sensed::Kind::pressure:
                return cells.pressure[i];
            case Sensed::Kind::age:
                return elapsed(cells.born[i]);
            case Sensed::Kind::time_in_state:
                return elapsed(cells.since[i]);
            case Sensed::Kind::time:
                return static_cast<Real>(time);
            case Sensed::Kind::volume:
                return Real(4 * kPi / 3) * cells.radius[i] * cells.radius[i] * cells.radius[i];
            case Sensed::Kind::engulfed:
                return static_cast<Real>(cells.engulfed[i]);
            case Sensed::Kind::concentration:
                return interpolate(grid, concentration[what.index], position(cells, i));
            case Sensed::Kind::gradient:
                return norm(gradient(grid, concentration[what.index], position(cells, i)));
            case Sensed::Kind::contacts:
            case Sensed::Kind::dead_contacts:
                return 0;  // counted together
        }
        return 0;
    }

    CRINE_HD void count_contacts(Span<std::int16_t const> slot_of_type, std::size_t i) const {
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            std::int16_t const slot = slot_of_type[alive(cells.state[j]) ? cells.type[j] : types.size];
            if (slot >= 0) signal(slot, i) += 1;
        });
    }

    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const row = phenotype.row(i);
        auto const list = sensed[row];
        for (std::size_t s = 0; s < list.size; ++s) signal(s, i) = measure(list[s], i);
        auto const contacts = contact_signals[row];
        if (!contacts.empty()) count_contacts(contacts, i);

        auto const behaviours = program[row];
        for (std::size_t b = 0; b < behaviours.size; ++b) {
            Response const& response = behaviours[b];
            HillSum up, down;
            for (std::uint32_t t = response.up; t < response.down; ++t) up.add(signal(terms[t].signal, i), terms[t].half, terms[t].hill);
            for (std::uint32_t t = response.down; t < response.end; ++t) down.add(signal(terms[t].signal, i), terms[t].half, terms[t].hill);
            responses[b * cells.id.size + i] = HillResponse{response.base, response.highest, response.lowest}(up, down);
        }
    }
};

}  // namespace

void Engine::sense(Moment now) {
    CRINE_EXPECTS(cells_.sorted);
    Programs const& programs = cells_.programs;
    if (programs.response_slots == 0) return;
    cells_.signals.resize(cells_.size() * programs.signal_slots);
    cells_.concentrations.upload(concentrations(fields_));
    for_each_index(cells_.size(),
                   SenseBody{cells_.view(), cells_.phenotype(), cells_.bins, model_.grid, std::as_const(cells_.concentrations).span(),
                             programs.types.span(), programs.signals.view(), programs.contact_signals.view(), programs.responses.view(),
                             programs.terms.span(), cells_.signals.span(), cells_.responses.span(), now.time});
}

}  // namespace CRINE_NS
}  // namespace crine
