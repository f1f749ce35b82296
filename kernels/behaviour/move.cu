// Motion of cells in a step: contact forces, chemotaxis, biased persistent random walk, habitats and walls.
#include "kernels/behaviour/behaviour.h"

#include "crine/model/motility.h"
#include "kernels/cells/contact_sum.h"
#include "kernels/cells/neighbours.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

struct SphereBody {
    CellView cells;
    Phenotype phenotype;
    Span<TypeConstants const> types;
    SpheresOf<Span> spheres;
    bool selective;  ///< then adhesion is added afterwards, see SelectiveAdhesion
    CRINE_HD void operator()(std::size_t i) const {
        TypeConstants const& type = types[cells.type[i]];
        spheres.x[i] = type.mechanics ? cells.x[i] : kFarAway;
        spheres.y[i] = cells.y[i], spheres.z[i] = cells.z[i];
        spheres.radius[i] = cells.radius[i], spheres.reach[i] = type.adhesion_reach * cells.radius[i];
        spheres.root_repulsion[i] = std::sqrt(phenotype(behaviour::repulsion, i));
        spheres.root_adhesion[i] = selective ? Real(0) : std::sqrt(phenotype(behaviour::adhesion, i));
    }
};

/// Adhesion that depends on the types of the two: c_a of each times its affinity to the other. A sum of its own, so that contact without it
/// costs no more than before.
struct SelectiveAdhesion {
    CellView cells;
    Phenotype phenotype;
    Bins bins;
    Span<TypeConstants const> types;
    Vocabulary words;

    CRINE_HD Sphere sphere(std::size_t i, std::uint8_t towards) const {
        Real const adhesion = phenotype(behaviour::adhesion, i) * phenotype(words.of(behaviour::affinity, towards), i);
        return {cells.radius[i], reach(cells, types, i), 0, std::sqrt(adhesion)};
    }
    CRINE_HD Vec3 operator()(std::size_t i) const {
        Vec3 velocity{};
        if (!types[cells.type[i]].mechanics) return velocity;
        for_each_touching(bins, cells, types, i, [&](std::size_t j) {
            if (!types[cells.type[j]].mechanics) return;
            Vec3 const away = shortest_way(bins, position(cells, j), position(cells, i));
            Contact const contact = ContactLaw{}(sphere(i, cells.type[j]), sphere(j, cells.type[i]), dot(away, away));
            velocity = velocity + contact.speed * contact.nearness * away;
        });
        return velocity;
    }
};

/// Contact velocity and pressure of every cell.
struct ContactBody {
    CellView cells;
    Span<TypeConstants const> types;
    ContactSum sum;
    SelectiveAdhesion adhesion;
    bool selective;

    CRINE_HD void settle(std::size_t i, ContactTotal const& contact) const {
        Vec3 v = selective ? contact.velocity + adhesion(i) : contact.velocity;
        cells.pressure[i] = contact.pressure;
        if (!types[cells.type[i]].moves) v = {};
        if (sum.planar) v.z = 0;

        // x(t + dt) - x(t) = dt (3/2 v(t) - 1/2 v(t - dt)): Adams & Bashforth (1883), order 2; order 1 in a cell's first step.
        bool const has_past = cells.stepped[i] != 0;
        Vec3 const past = has_past ? Vec3{cells.cx[i], cells.cy[i], cells.cz[i]} : v;
        Vec3 const u = Real(1.5) * v - Real(0.5) * past;
        cells.vx[i] = u.x, cells.vy[i] = u.y, cells.vz[i] = u.z;
        cells.cx[i] = v.x, cells.cy[i] = v.y, cells.cz[i] = v.z;
        cells.stepped[i] = 1;
    }

#ifdef __CUDACC__
    static constexpr std::size_t kCells = 1;
    CRINE_HD void operator()(std::size_t i) const { settle(i, sum(i)); }
#else
    /// An index stands for the bins that begin with one of so many cells, since cells of a bin meet the same cells.
    static constexpr std::size_t kCells = 64;
    void operator()(std::size_t chunk) const {
        std::size_t const n = cells.id.size, end = (chunk + 1) * kCells < n ? (chunk + 1) * kCells : n;
        auto const bin_of = [&](std::size_t i) { return sum.bins.of(position(cells, i)); };
        std::size_t first = chunk * kCells;
        if (std::size_t const bin = bin_of(first); sum.bins.begin[bin] < first) first = sum.bins.begin[bin + 1];
        while (first < end)
            for (std::size_t const bin_end = sum.bins.begin[bin_of(first) + 1]; first < bin_end;) {
                std::size_t const last = bin_end - first < ContactSum::kGroup ? bin_end : first + ContactSum::kGroup;
                bool any = false;
                for (std::size_t i = first; i < last; ++i) any |= sum.touches(i);
                ContactTotal totals[ContactSum::kGroup];
                if (any) sum(position(cells, first), first, last, totals);
                for (std::size_t i = first; i < last; ++i) settle(i, totals[i - first]);
                first = last;
            }
    }
#endif
};

/// Adds a cell's own motion to what contacts do to it, and moves it.
struct MotionBody {
    CellView cells;
    Phenotype phenotype;
    Span<TypeConstants const> types;
    ListsView<TargetedBehaviour> chemotaxis, attraction;
    Span<Real const* const> concentration;
    Grid grid;
    Span<std::uint8_t const> material;
    std::uint64_t seed, step;
    Real dt;
    Span<ErrorReport> error;

    CRINE_HD Vec3 drift(std::size_t i, Vec3 p, Real fastest) const {
        auto const ligands = chemotaxis[phenotype.row(i)];
        if (ligands.empty()) return {};
        Vec3 g{};
        for (std::size_t a = 0; a < ligands.size; ++a)
            g = g + phenotype(ligands[a].behaviour, i) * gradient(grid, concentration[ligands[a].target], p);
        return Drift{fastest}(g);
    }

    /// Where a cell's own walk leads it for a speed of 1.
    CRINE_HD Vec3 walk(std::size_t i, Vec3 p, Vec3& heading) const {
        Random random(seed, Stream::direction, step, cells.id[i]);
        auto const ligands = attraction[phenotype.row(i)];
        Bias const biased{ligands.empty() ? Real(0) : phenotype(behaviour::bias, i)};
        Vec3 g{};
        bool known = biased.bias == 0;
        auto const attracted = [&] {  // only those that turn need to know
            for (std::size_t a = 0; a < ligands.size && !known; ++a)
                g = g + phenotype(ligands[a].behaviour, i) * unit(gradient(grid, concentration[ligands[a].target], p));
            known = true;
            return g;
        };
        auto const turn = [&] {
            Vec3 const chance = random.direction(grid.planar());
            return biased.bias == 0 ? chance : biased(chance, attracted());
        };
        auto const mean = [&] { return biased.bias == 0 ? Vec3{} : biased.mean(grid.planar()) * unit(attracted()); };
        return Walk{static_cast<double>(phenotype(behaviour::persistence, i)), static_cast<double>(dt)}(heading, random, turn, mean);
    }

    /// The way to `target` as far as the habitat allows: all of it, or only along some axes, so that cells slide along its border.
    /// A border that stops a cell takes it back to the heading with which it came, mirrored, so that the habitat fills evenly. A cell
    /// outside its habitat goes where it likes.
    CRINE_HD Vec3 within_habitat(std::uint64_t habitat, Vec3 from, Vec3 target, Vec3 came, Vec3& heading) const {
        auto const allowed = [&](Vec3 p) { return admits(grid, material.data, habitat, p); };
        if (allowed(target) || !allowed(from)) return target;
        if (dot(came, came) > 0) heading = came;
        Vec3 p = from;
        for (auto const axis : {&Vec3::x, &Vec3::y, &Vec3::z}) {
            Vec3 trial = p;
            trial.*axis = target.*axis;
            if (allowed(trial))
                p = trial;
            else
                heading.*axis = -(heading.*axis);
        }
        return p;
    }

    CRINE_HD void operator()(std::size_t i) const {
        TypeConstants const& type = types[cells.type[i]];
        if (!type.moves) return;
        Vec3 const here = position(cells, i);
        Vec3 const came{cells.dx[i], cells.dy[i], cells.dz[i]};
        Vec3 heading = came;
        Vec3 v = Vec3{cells.vx[i], cells.vy[i], cells.vz[i]} + type.velocity + drift(i, here, type.chemotaxis_speed);
        Real const speed = phenotype(behaviour::speed, i);
        if (speed != 0) v = v + speed / dt * walk(i, here, heading);
        if (grid.planar()) v.z = 0;

        Vec3 const way = dt * v + Vec3{cells.rx[i], cells.ry[i], cells.rz[i]}, straight = here + way;
        if (!std::isfinite(straight.x + straight.y + straight.z + cells.radius[i])) {
            report(error, static_cast<std::uint32_t>(ErrorCode::not_finite_cell), cells.id[i]);
            return;
        }
        Vec3 target = straight;
        confine(grid, target, heading);
        Vec3 const there = within_habitat(type.habitat, here, target, came, heading);
        cells.x[i] = there.x, cells.y[i] = there.y, cells.z[i] = there.z;
        // what rounding has left out, Kahan (1965) Commun ACM 8:40; nothing after a wall
        auto const rest = [](Real from, Real way, Real to, Real there) { return there == to ? way - (to - from) : Real(0); };
        cells.rx[i] = rest(here.x, way.x, straight.x, there.x);
        cells.ry[i] = rest(here.y, way.y, straight.y, there.y);
        cells.rz[i] = rest(here.z, way.z, straight.z, there.z);
        cells.vx[i] = v.x, cells.vy[i] = v.y, cells.vz[i] = v.z;
        cells.dx[i] = heading.x, cells.dy[i] = heading.y, cells.dz[i] = heading.z;
    }
};

}  // namespace

void Behaviour::move(Model const& model, Population& cells, Fields& fields, Moment now, Span<ErrorReport> error) {
    CRINE_EXPECTS(cells.sorted() && now.dt > 0);
    std::size_t const n = cells.size();
    CellView const view = cells.view();
    Phenotype const phenotype = cells.phenotype();
    Span<TypeConstants const> const types = cells.type_constants();
    auto& s = spheres_;
    for (auto* array : {&s.x, &s.y, &s.z, &s.radius, &s.reach, &s.root_repulsion, &s.root_adhesion})
        array->resize(n + kContactLanes);  // whole lanes are read
    SpheresOf<Span> const spheres{
        s.x.span(), s.y.span(), s.z.span(), s.radius.span(), s.reach.span(), s.root_repulsion.span(), s.root_adhesion.span()};
    bool const selective = cells.programs.selective;
    for_each_index(n, SphereBody{view, phenotype, types, spheres, selective});
    for_each_index((n + ContactBody::kCells - 1) / ContactBody::kCells,
                   ContactBody{view,
                               types,
                               {spheres, std::as_const(cells.fields.id).span(), cells.bins, model.seed, model.grid.planar()},
                               {view, phenotype, cells.bins, types, model.vocabulary()},
                               selective},
                   ContactBody::kCells * kCellWork);

    concentrations_.upload(concentrations(fields));
    for_each_index(n, MotionBody{view, phenotype, types, cells.programs.chemotaxis.view(), cells.programs.attraction.view(),
                                 std::as_const(concentrations_).span(), model.grid, std::as_const(fields.material).span(), model.seed,
                                 now.step, static_cast<Real>(now.dt), error});
    cells.order_is = Population::Order::unknown;
    ++cells.changes;
}

}  // namespace CRINE_NS
}  // namespace crine
