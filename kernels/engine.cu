// Which parts each process of a step calls; what errors of kernels mean; totals, snapshots, hash and memory of all parts.
#include "kernels/engine.h"

#include "crine/model/synapse.h"
#include "kernels/device/hash.h"
#include "kernels/device/stored.h"
#include "kernels/fields/ligand_step.h"

namespace crine {
inline namespace CRINE_NS {

Engine::Engine(Device const& device) : device_(device) {
    use_device(device);
    error_.resize(1);
}
Engine::~Engine() = default;

DeviceInfo Engine::info() const { return describe(device_); }

void Engine::start(Model const& model, InitialState const& state) {
    model_ = model;
    error_.zero();
    fields_.start(model_, state);
    endocrine_.start(model_, state);
    cell_pools_.start(model_);
    cells_.start(model_, state);
    receptors_.start(model_, cells_);
    pathways_.start(model_, cells_);
    carried_.sort();
    synapses_.start(model_, state);
    exchange_.start(model_, state.cells, fields_);
    traces_.start(model_, fields_);
    present_at_start_.clear();
    for (LigandField const& field : fields_.ligands) present_at_start_.push_back(field.present);
    fields_.follow = [this](int ligand, double duration) { return traces_.follow(model_, rates(), fields_, ligand, duration); };
}

// --- one step ---------------------------------------------------------------------------------

void Engine::sort() { carried_.sort(); }

void Engine::exchange(Moment now) {
    hinder(fields_, model_);
    exchange_.act(model_, cells_, receptors_, fields_, now.dt);
    traces_.give_parts(rates(), exchange_, cells_, fields_);
}

void Engine::transport(Moment now) {
    traces_.begin(cells_);
    ErrorReport const found = fields_.transport(model_, endocrine_, now, [this](int ligand, Real const* mean) {
        if (fields_.ligands[ligand].bound) receptors_.read_surfaces(rates(), ligand, mean);
    });
    if (found.code != 0) error_.upload({found});
    traces_.finish(rates(), fields_, now.dt);
}

void Engine::bind(Moment now) {
    if (!receptors_.any_receptors()) return;
    traces_.remember_origins(rates(), fields_, now.dt);
    receptors_.bind(rates(), cells_, fields_, now.dt);
    traces_.follow_contacts(rates(), cells_);
}

void Engine::synapse(Moment now) { synapses_.act(model_, cells_, fields_, now, error_.span()); }

void Engine::sense(Moment now) {
    senses_.sense(model_, cells_, receptors_, pathways_, fields_, endocrine_.levels(), synapses_.open_channels(), now);
    if (exchange_.modulated) ++cells_.changes;
}

void Engine::transduce(Moment now) { pathways_.transduce(cells_, now, error_.span()); }

void Engine::behave(Moment now) {
    behaviour_.behave(model_, cells_, cell_pools_, now);
    cell_pools_.live(endocrine_.pools(), now);
}

void Engine::move(Moment now) { behaviour_.move(model_, cells_, fields_, now, error_.span()); }

void Engine::apply(Moment now) { behaviour_.apply(model_, carried_, fields_, cell_pools_, now, error_); }

void Engine::check(Moment now) {
    std::vector<ErrorReport> found;
    error_.download(found);
    if (found[0].code == 0) return;
    std::string const when = " at t = " + std::to_string(now.time) + " s (step " + std::to_string(now.step) + ")";
    auto const ligand = [&] { return found[0].who < model_.ligands.size() ? model_.ligands[found[0].who].name : std::string("?"); };
    switch (static_cast<ErrorCode>(found[0].code)) {
        case ErrorCode::none:
            return;
        case ErrorCode::not_finite_field:
            throw RunError("the field of " + ligand() + " is not finite" + when + fields_.where_not_finite(static_cast<int>(found[0].who)));
        case ErrorCode::not_finite_cell:
            throw RunError("cell " + std::to_string(found[0].who) + " has a position or radius that is not finite" + when);
        case ErrorCode::solver_stalled:
            if (found[0].who < fields_.ligands.size() && fields_.ligands[found[0].who].no_equilibrium)
                throw RunError("quasi-steady " + ligand() + " has no equilibrium" + when +
                               ": in a part of the domain from where nothing leads out it is made, and nothing loses it — a decay or "
                               "half_life, a boundary with a value, or another scheme?");
            throw RunError("the transport of " + ligand() + " did not converge" + when + ", in " + std::to_string(kMostSteps) +
                           " steps or at the shortest — a larger transport.tolerance, or a shorter time.transport?");
        case ErrorCode::overshot:
            throw RunError("a step of " + ligand() + " takes more than there is" + when +
                           ", which `adi` cannot do — another scheme, or a shorter time.transport?");
        case ErrorCode::pathway_stalled:
            throw RunError("the pathway " + Pathways::name(model_, found[0].what) + " of cell " + std::to_string(found[0].who) +
                           " runs away" + when + ": no step is short enough, or more than " + std::to_string(kMostNetworkSteps) +
                           " would be needed — its rates, or a shorter time.behaviour?");
        case ErrorCode::reactions_stalled:
            throw RunError("the network of reactions of " + ligand() + " runs away" + when + ": no step is short enough, or more than " +
                           std::to_string(kMostNetworkSteps) + " would be needed — does it take " + ligand() +
                           " where there is none, or make ever more of it?");
        case ErrorCode::compartments_stalled:
            throw RunError("the compartments of " + ligand() + " cannot be followed" + when +
                           ": no step is short enough — rates or volumes that are many powers of ten apart?");
        case ErrorCode::synapse_stalled:
            throw RunError("synapse " + std::to_string(found[0].who + 1) + " needs more than " + std::to_string(CleftProgress::kMostSteps) +
                           " steps" + when + " — fewer spikes in a time.transport, or a slower cleft?");
        case ErrorCode::ids_exhausted:
            throw RunError("all 4294967295 cell ids have been used" + when);
    }
}

// --- observation ------------------------------------------------------------------------------

Totals Engine::totals() {
    Totals totals;
    fields_.report(totals);
    totals.pools = endocrine_.pools();
    cell_pools_.report(totals);
    cells_.report(totals);
    receptors_.report(totals, cells_);
    synapses_.report(totals, model_);
    traces_.report(totals, model_);
    return totals;
}

void Engine::snapshot(Snapshot& to, std::vector<bool> const& fields, bool cells) {
    double const time = to.time;
    to = {}, to.time = time;
    fields_.show(to, fields);
    if (!cells) return;
    cells_.show(to, model_);
    receptors_.show(to, model_, cells_);
    pathways_.show(to, cells_);
    synapses_.show(to);
}

std::vector<Real> Engine::sample(int ligand, std::vector<Vec3> const& points) { return fields_.sample(ligand, points); }

std::uint64_t Engine::state_hash() {
    HashVisitor hash(fields_.grid, cells_.fields.type);
    for_each_part([&](char const*, auto& part) { part.list(hash); });
    return hash.sum();
}

std::vector<PartMemory> Engine::memory() {
    std::vector<PartMemory> memory;
    for_each_part([&](char const* name, auto& part) {
        MemoryVisitor of;
        part.list(of);
        memory.push_back({name, of.state, of.rest});
    });
    memory.push_back({"errors", 0, error_.bytes()});
    return memory;
}

// --- restart ----------------------------------------------------------------------------------

std::vector<std::byte> Engine::save() {
    std::vector<std::byte> state;
    std::size_t size = 0;
    for (PartMemory const& part : memory()) size += part.state;
    state.reserve(size + size / 64);
    SaveVisitor to(state, cells_.fields.type);
    for_each_part([&](char const*, auto& part) { part.list(to); });
    return state;
}

void Engine::restore(std::span<std::byte const> state) {
    LoadVisitor from(state, cells_.fields.type);
    for_each_part([&](char const*, auto& part) { part.list(from); });
    from.finish();
    if (!cells_.sound() || !synapses_.sound(model_.grid)) LoadVisitor::mismatch();
    // what follows from it
    for (std::size_t l = 0; l < fields_.ligands.size(); ++l) {
        LigandField& field = fields_.ligands[l];
        field.stale_halo = true, field.infusing = false, field.present = field.present || present_at_start_[l];
    }
    endocrine_.restored();
    hinder(fields_, model_);
    cells_.order_is = Population::Order::unknown;
    ++cells_.changes;
}

std::unique_ptr<Backend> make_engine(Device const& device) { return std::make_unique<Engine>(device); }

}  // namespace CRINE_NS
}  // namespace crine
