// Reaction networks inside cells: the variables that every cell keeps, and what becomes of them with the cell.
#pragma once

#include "crine/model.h"
#include "kernels/cells/cells.h"
#include "kernels/device/network.h"

namespace crine {
inline namespace CRINE_NS {

/// Where a variable is kept.
struct VariablePlace {
    int pathway = 0, column = 0;
};

/// The numbers that cells keep of their pathways, [column * cells + cell]; of no meaning in a cell whose type does not have it.
struct PathwayView {
    Span<std::uint8_t const> has;   ///< [type * pathways + pathway]
    Span<int const> begin;          ///< by pathway: its first column, and behind the last the number of all
    Span<double const> initial;     ///< [type * columns + column]: of a new cell
    ListsView<std::uint16_t> used;  ///< by type: columns of its pathways
    Span<double> numbers;
    int pathways = 0, columns = 0;
    std::size_t cells = 0;

    CRINE_HD bool none() const { return columns == 0; }
    CRINE_HD double& number(int column, std::size_t i) const { return numbers[static_cast<std::size_t>(column) * cells + i]; }
    CRINE_HD bool in(int type, int pathway) const { return has[static_cast<std::size_t>(type) * pathways + pathway] != 0; }
    /// What others see of it: 0 in a cell whose type does not have it.
    CRINE_HD Real shown(VariablePlace at, int type, std::size_t i) const {
        return in(type, at.pathway) ? static_cast<Real>(number(at.column, i)) : Real(0);
    }

    // As cells carry it, kernels/cells/carried.h.
    CRINE_HD void born(std::size_t i, Identity now, double) const { fill(i, now.type); }
    CRINE_HD void divided(std::size_t, double) const {}  // concentrations stay
    CRINE_HD void changed(std::size_t i, Identity before, Identity now) const {
        if (none() || !alive(before.state)) return;
        if (!alive(now.state))
            clear(i);
        else if (now.type != before.type)
            change_type(i, before.type, now.type);
    }

    CRINE_HD void clear(std::size_t i) const {
        for (int c = 0; c < columns; ++c) number(c, i) = 0;
    }
    /// As in a new cell.
    CRINE_HD void fill(std::size_t i, int type) const {
        for (int c = 0; c < columns; ++c) number(c, i) = initial[static_cast<std::size_t>(type) * columns + c];
    }
    /// Pathways that both types have go on; others begin or end.
    CRINE_HD void change_type(std::size_t i, int from, int to) const {
        for (int p = 0; p < pathways; ++p) {
            if (in(from, p) && in(to, p)) continue;
            for (int c = begin[p]; c < begin[p + 1]; ++c) number(c, i) = initial[static_cast<std::size_t>(to) * columns + c];
        }
    }
};

/// A network, and what the types have of it.
struct Pathway {
    DeviceNetwork network;
    Buffer<double> parameters = {};  ///< [type * parameters + parameter]
    Lists<InputOfType> inputs = {};  ///< [type * inputs + input]: its summands
};

/// The pathways of all cells on this engine.
struct Pathways {
    std::vector<Pathway> all;
    Buffer<std::uint8_t> has;
    Lists<std::uint16_t> used;
    Buffer<int> begin;
    Buffer<double> initial;
    std::vector<int> first;                ///< as `begin`, on the host
    std::vector<VariablePlace> variables;  ///< in the order of the vocabulary
    Buffer<VariablePlace> variable_places;
    int columns = 0;
    Buffer<double> numbers;
    Buffer<double> registers;  ///< within transduce

    bool none() const { return columns == 0; }

    void start(Model const& model, Population& cells);
    /// Their reaction networks through this step, with the signals in the cells' work space.
    void transduce(Population& cells, Moment now, Span<ErrorReport> error);
    void show(Snapshot& to, Population& cells);

    template <class Visit>
    void list(Visit&& visit) {
        visit.places(numbers, columns, used);
        for (Pathway& pathway : all) pathway.network.list(visit), visit.table(pathway.parameters), pathway.inputs.list(visit);
        used.list(visit);
        visit.table(has), visit.table(begin), visit.table(initial), visit.table(variable_places);
        visit.work(registers);
    }

    /// A species of a pathway, for what a kernel reports.
    CRINE_HD static std::uint32_t place(int pathway, int species) { return static_cast<std::uint32_t>(pathway) << 16 | species; }
    static std::string name(Model const& model, std::uint32_t place);
    PathwayView view(std::size_t cells) {
        return {has.span(), begin.span(), initial.span(), used.view(), numbers.span(), static_cast<int>(all.size()), columns, cells};
    }

private:
    void compile(Model const& model);
};

}  // namespace CRINE_NS
}  // namespace crine
