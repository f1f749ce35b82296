#pragma once

#include "crine/host_cells.h"
#include "crine/model.h"
#include "crine/model/circles.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace crine {

/// Where a run starts. Fields are by interior voxel (`Grid::voxel`), concentrations in molecules/µm³.
struct InitialState {
    std::vector<std::vector<Real>> fields;  ///< [ligand][voxel]
    HostCells cells;
    std::vector<SynapsePair> synapses;
};

/// When a process acts: its interval is [time, time + dt).
struct Moment {
    double time = 0;         ///< [s]
    double dt = 0;           ///< [s]
    std::uint64_t step = 0;  ///< key of the random numbers: number of base ticks since the start
};

/// What has become of every molecule of one ligand since the start [molecules]: what came in = what is accounted for, to round-off.
/// A new entry is one line here and one in `for_each_entry`.
struct Ledger {
    double initial = 0;   ///< in the field at time 0
    double secreted = 0;  ///< by cells
    double produced =
        0;  ///< by region sources, by holding a region at a value (net), and by a quasi-steady field's jumps to equilibrium (net)
    double entered = 0;    ///< through faces of the domain: flux and value conditions (net)
    double exchanged = 0;  ///< through vessel walls, from the compartment it circulates in (net)
    double injected = 0;   ///< doses into the tissue
    double free = 0;       ///< in the field now; `Backend::totals` adds up the field itself
    double taken_up = 0;   ///< by cells, their own ligand included
    double own = 0;        ///< of `secreted`: caught by the cell that secreted it before it got away, model/autocrine.h
    double decayed = 0;
    double cleaved = 0;       ///< by enzymes and other reactions that only break it down
    double converted = 0;     ///< made by reactions from other ligands, less what became or bound others
    double bound = 0;         ///< by receptors, less what they let go
    double internalised = 0;  ///< of that: gone inside or shed with its receptor, or lost with a cell
    double on_receptors = 0;  ///< of that: at the surface of cells now
    double corrected = 0;     ///< put into the field (net) where steps did not add up
    double explained = 0;     ///< the most of `corrected` that rounding and the solver's tolerance are good for
    double rounding = 0;      ///< of the last step: what may be missing until the next one makes up for it
    double recaptured = 0;    ///< what `own` is to be: as long as a field builds up around its cells, they have not taken as much
    double taken = 0;         ///< by cells, what their receptors let go again included

    enum class Side { in, out, neither };

    /// Calls visit(name, side, entry) for every entry, in the order of summary.csv.
    template <class Visit>
    static void for_each_entry(Visit&& visit) {
        visit("total", Side::out, &Ledger::free);
        visit("initial", Side::in, &Ledger::initial);
        visit("secreted", Side::in, &Ledger::secreted);
        visit("produced", Side::in, &Ledger::produced);
        visit("entered", Side::in, &Ledger::entered);
        visit("exchanged", Side::in, &Ledger::exchanged);
        visit("injected", Side::in, &Ledger::injected);
        visit("taken up", Side::out, &Ledger::taken_up);
        visit("own", Side::neither, &Ledger::own);
        visit("decayed", Side::out, &Ledger::decayed);
        visit("cleaved", Side::out, &Ledger::cleaved);
        visit("converted", Side::in, &Ledger::converted);
        visit("on receptors", Side::out, &Ledger::on_receptors);
        visit("internalised", Side::out, &Ledger::internalised);
        visit("corrected", Side::neither, &Ledger::corrected);
    }

    /// What came in less what is accounted for.
    double missing() const {
        double sum = 0;
        for_each_entry([&](char const*, Side side, double Ledger::*entry) {
            if (side == Side::in) sum += this->*entry;
            if (side == Side::out) sum -= this->*entry;
        });
        return sum;
    }
    /// What has passed through the ledger; net entries count by their size.
    double turnover() const {
        double in = 0, out = 0;
        for_each_entry([&](char const*, Side side, double Ledger::*entry) {
            if (side == Side::in) in += std::fabs(this->*entry);
            if (side == Side::out) out += std::fabs(this->*entry);
        });
        return in > out ? in : out;
    }
    /// `missing` relative to `turnover`.
    double imbalance() const {
        double const all = turnover();
        return all > 0 ? missing() / all : missing();
    }
};

/// The same of one membrane ligand: initial + made = present + bound + lost + internalised, to round-off.
struct MembraneLedger {
    double initial = 0;
    double made = 0;
    double present = 0;       ///< on the cells that present it, now
    double bound = 0;         ///< by receptors of the cells that touch them, now
    double lost = 0;          ///< from the surface, or with its cell
    double internalised = 0;  ///< with a receptor; shed or torn off with it, or lost with its cell

    /// Calls visit(name, entry) for every entry, in the order of summary.csv.
    template <class Visit>
    static void for_each_entry(Visit&& visit) {
        visit("initial", &MembraneLedger::initial), visit("made", &MembraneLedger::made);
        visit("present", &MembraneLedger::present), visit("bound", &MembraneLedger::bound);
        visit("lost", &MembraneLedger::lost), visit("internalised", &MembraneLedger::internalised);
    }
    double imbalance() const {
        double const in = initial + made;
        return in > 0 ? (in - present - bound - lost - internalised) / in : 0;
    }
};

/// What has become of every molecule of one pool since the start [molecules]: initial + dosed + from_tissue + transferred = present +
/// cleared, to round-off. `from_tissue` is that of all pieces that the simulated one represents.
struct PoolState {
    double initial = 0;      ///< free and bound at time 0
    double dosed = 0;        ///< boluses and infusions
    double from_tissue = 0;  ///< through vessel walls (net)
    double transferred = 0;  ///< from other compartments (net)
    double cleared = 0;
    double present = 0;   ///< free and bound now
    double free = 0;      ///< concentration of the free part now [molecules/µm³]
    double exposure = 0;  ///< ∫ free dt since the start: the area under the curve [molecules/µm³ s]
    double imbalance() const {
        double const in = initial + dosed + from_tissue + transferred, out = present + cleared;
        double const turnover = std::fabs(initial) + std::fabs(dosed) + std::fabs(from_tissue) + std::fabs(transferred);
        return turnover > 0 ? (in - out) / turnover : in - out;
    }
};

/// The same of the cells of one type in a compartment [cells]: initial + produced = present + lost + recruited, to round-off. `recruited`
/// are those into all pieces that the simulated one represents.
struct CellPoolState {
    double initial = 0;
    double produced = 0;
    double lost = 0;        ///< left for elsewhere
    double recruited = 0;   ///< through vessel walls
    double present = 0;     ///< now; below 0 where the last step took more than there were
    double production = 0;  ///< now [cells/s]
    double imbalance() const {
        double const in = initial + produced;
        return in > 0 ? (in - present - lost - recruited) / in : 0;
    }
};

/// How the implicit solves of one ligand's last transport step went.
struct Solve {
    int cycles = 0;    ///< of multigrid, all stages together
    double error = 0;  ///< estimated error of the solution, relative to the largest concentration
};

/// How a ligand came from its sender to its receiver.
enum class Route : std::uint8_t {
    autocrine,   ///< caught by the cell that secreted it, before it got away
    paracrine,   ///< through the field
    juxtacrine,  ///< from the membrane of a cell that touches
    endocrine,   ///< through vessel walls, from the compartment that the ligand circulates in
};

/// Molecules of a traced ligand that cells of one type have taken since the start: bound by receptors or taken up.
struct Received {
    int ligand = 0;
    bool on_membrane = false;  ///< `ligand` is the index of a membrane ligand
    int receiver = 0;          ///< type
    Route route = Route::paracrine;
    int sender = -1;  ///< type; -1: no cell
    double molecules = 0;
};

/// Sums for the summary, computed where the state is; the same bits on any number of threads.
struct Totals {
    std::vector<std::uint64_t> live;  ///< live cells by type
    std::vector<std::uint64_t> dead;  ///< apoptotic and necrotic cells by type
    std::vector<Ledger> ligands;
    std::vector<MembraneLedger> membrane_ligands;
    std::vector<PoolState> pools;                                                                  ///< by Model::pools
    std::vector<CellPoolState> cell_pools;                                                         ///< by Model::cell_pools
    std::vector<Solve> solves;                                                                     ///< by ligand
    std::uint64_t divisions = 0, deaths = 0, removals = 0, engulfments = 0, differentiations = 0;  ///< since the start
    std::vector<std::uint64_t> recruited;                                                          ///< by type, since the start
    std::vector<SynapseRecord> synapse_types;                                                      ///< sums by type of synapse
    std::vector<SynapseRecord> synapses;                                                           ///< each, if they are few
    std::vector<Received> routes;  ///< of traced ligands; in every call the same entries
};

/// Numbers of molecules of one kind of receptor, by cell; 0 where a cell has none of it.
struct ReceptorNumbers {
    struct Pair {
        std::vector<Real> active, desensitised;
    };
    std::vector<Real> free, inside;
    std::vector<Pair> complexes;  ///< by binding, in the order of Receptor::bindings
};

/// A host copy of the state for writers.
struct Snapshot {
    double time = 0;                            ///< [s]
    std::vector<std::vector<Real>> fields;      ///< [ligand][voxel], empty where not asked for
    HostCells cells;                            ///< empty if not asked for; `vx…` include all motion of the last step
    std::vector<ReceptorNumbers> receptors;     ///< by kind, with the cells
    std::vector<std::vector<Real>> activities;  ///< [activity][cell], with the cells
    std::vector<std::vector<Real>> stores;      ///< [ligand][cell], with the cells: molecules kept; empty where no type has a store
    std::vector<std::vector<Real>> variables;   ///< [variable of a pathway][cell], with the cells
    std::vector<Real> open_channels;            ///< by cell: what the signal of that name is now; empty without synapses or cells
};

/// What a kernel found wrong, raised as RunError by `check`.
enum class ErrorCode : std::uint32_t {
    none,
    not_finite_field,
    not_finite_cell,
    solver_stalled,
    overshot,
    pathway_stalled,
    reactions_stalled,
    compartments_stalled,
    synapse_stalled,
    ids_exhausted
};

struct DeviceInfo {
    std::string engine;           ///< "cpu" or "cuda"
    std::string name;             ///< processor or card
    int threads = 0;              ///< CPU threads, or multiprocessors
    std::size_t memory = 0;       ///< of the device [bytes]
    std::string instruction_set;  ///< of the CPU engine, as in Device; empty for a card
};

/// Memory of a part of the state on its device [bytes].
struct PartMemory {
    std::string part;
    std::size_t state = 0;  ///< what the rest of a run follows from
    std::size_t rest = 0;   ///< tables of the model, work space
};

/// One device that holds the state of a run and knows how to change it. `host/run/step.cpp` calls the processes in order;
/// no process reads in the same launch what another index writes.
class Backend {
public:
    virtual ~Backend() = default;
    virtual DeviceInfo info() const = 0;

    /// Takes over a model and the state at time 0; allocates everything.
    virtual void start(Model const& model, InitialState const& state) = 0;

    // --- one step, in this order (each only when due) ---
    virtual void sort() = 0;                 ///< 1 cells by (bin, id), so that neighbours are neighbours in memory
    virtual void exchange(Moment now) = 0;   ///< 2 cells → sources and sinks of the fields
    virtual void transport(Moment now) = 0;  ///< 3 fields → fields: diffusion, decay, reactions, sources
    virtual void bind(Moment now) = 0;       ///< 4 fields → receptors: what they have bound, let go and taken inside
    virtual void synapse(Moment now) = 0;    ///< 5 spikes → clefts, fields: in steps of microseconds to minutes
    virtual void sense(Moment now) = 0;      ///< 6 fields, neighbours → value of every modulated behaviour of every cell
    virtual void transduce(Moment now) = 0;  ///< 7 signals → pathways: their reaction networks
    virtual void behave(Moment now) = 0;     ///< 8 cells → damage, and intents: cycle, death, differentiation, phagocytosis, recruitment
    virtual void move(Moment now) = 0;       ///< 9 forces first, then positions
    virtual void apply(Moment now) = 0;      ///< 10 intents → cells: the only place the number of cells changes
    virtual void check(Moment now) = 0;      ///< 11 throws RunError for what a kernel reported, with place and cell id

    // --- observation ---
    virtual std::size_t cell_count() const = 0;
    virtual Totals totals() = 0;
    /// Copies the asked-for fields (by ligand) and, if asked, the cells with their activities.
    virtual void snapshot(Snapshot& to, std::vector<bool> const& fields, bool cells) = 0;
    /// One ligand at points of the domain, by the fields' own interpolation [molecules/µm³].
    virtual std::vector<Real> sample(int ligand, std::vector<Vec3> const& points) = 0;
    /// A 64-bit hash of the whole state (fields by voxel, cells by id, every property) that does not depend on memory layout.
    virtual std::uint64_t state_hash() = 0;
    virtual std::size_t memory_used() const = 0;   ///< on the device [bytes]
    virtual std::vector<PartMemory> memory() = 0;  ///< the same by part

    // --- restart ---
    /// The whole state between two steps: an engine of the same kind that has been started with the same model and restores it goes on with
    /// the same bits.
    virtual std::vector<std::byte> save() = 0;
    /// Throws RunError where the bytes are not of a state of this model.
    virtual void restore(std::span<std::byte const> state) = 0;

    // --- yardsticks of `crine bench`; no run calls them ---
    virtual void synchronize() = 0;  ///< waits until the device has done what it was asked to; nothing to wait for on the CPU
    /// Bandwidth of a plain copy between two arrays of `size` bytes, read and write counted [bytes/s]; the median of several. Give arrays
    /// much larger than any cache.
    virtual double copy_bandwidth(std::size_t size) = 0;
    /// Moves the cells by a benchmark model of others instead of `move`; 2 · radius of any cell must be at least the model's radius.
    virtual void circles(Circles const& model) = 0;
};

struct Device {
    enum class Kind { automatic, cpu, cuda } kind = Kind::automatic;
    int index = 0;    ///< of the CUDA device
    int threads = 0;  ///< of the CPU engine; 0: all cores
    /// Of the CPU engine: "baseline", "v3" (x86-64-v3: AVX2) or "v4" (x86-64-v4: AVX-512), all with the same bits. Empty: the environment
    /// variable CRINE_ISA, else the best one.
    std::string instruction_set = {};
};

/// The engine for a device. Throws RunError if it is not available, InputError for an instruction set that is not; `automatic` takes CUDA
/// if there is a usable device, else the CPU.
std::unique_ptr<Backend> make_backend(Device const& device);

/// Instruction sets of the CPU engine that are in this binary and that this processor has, the best one last.
std::vector<std::string> cpu_instruction_sets();

/// Engines in this binary with the devices each can use now; never fails for want of a driver.
std::vector<DeviceInfo> available_devices();

}  // namespace crine
