#include "kernels/engine.h"

#include "crine/model/motility.h"
#include "kernels/neighbours.h"
#include "kernels/sensing.h"

namespace crine {
inline namespace CRINE_NS {
namespace {

struct SphereBody {
    CellView cells;
    Phenotype phenotype;
    Span<TypeConstants const> types;
    Span<Sphere> spheres;
    CRINE_HD void operator()(std::size_t i) const {
        TypeConstants const& type = types[cells.type[i]];
        Sphere sphere{position(cells, i),
                      cells.radius[i],
                      type.adhesion_reach * cells.radius[i],
                      std::sqrt(phenotype(behaviour::repulsion, i)),
                      std::sqrt(phenotype(behaviour::adhesion, i)),
                      cells.id[i]};
        if (!type.mechanics) sphere.radius = sphere.reach = -Real(INFINITY);  // touches nobody
        spheres[i] = sphere;
    }
};

/// Contact velocity and pressure of every cell.
struct ContactBody {
    CellView cells;
    Span<TypeConstants const> types;
    Span<Sphere const> spheres;
    Bins bins;
    std::uint64_t seed;
    bool planar;

    /// Two cells at the same point part in a direction that both know.
    CRINE_HD Vec3 parting(std::uint32_t from, std::uint32_t to) const {
        bool const ordered = from < to;
        Vec3 const d = Random(seed, Stream::contact, ordered ? from : to, ordered ? to : from).direction(planar);
        return ordered ? d : Real(-1) * d;
    }

    CRINE_HD void operator()(std::size_t i) const {
        Sphere const me = spheres[i];
        Vec3 v{};
        Real pressure = 0;
        auto const meet = [&](std::size_t first, std::size_t last) {
            for (std::size_t j = first; j < last; ++j) {
                Sphere const& other = spheres[j];
                Vec3 const away = shortest_way(bins, other.centre, me.centre);
                Real const square = dot(away, away), touch = me.radius + other.radius, grasp = me.reach + other.reach;
                Real const range = touch > grasp ? touch : grasp;
                if (!(square < range * range && range > 0) || j == i) continue;
                Real const d = std::sqrt(square);
                pressure += ContactSpeed::overlap(d, touch);
                Real const speed = ContactSpeed{}(me, other, d);
                v = v + (d > 0 ? speed / d * away : speed * parting(other.id, me.id));
            }
        };
        if (types[cells.type[i]].mechanics) for_each_run_near(bins, me.centre, meet);
        cells.pressure[i] = pressure;
        if (!types[cells.type[i]].moves) v = {};
        if (planar) v.z = 0;

        // x(t + dt) - x(t) = dt (3/2 v(t) - 1/2 v(t - dt)): Adams & Bashforth (1883), order 2; order 1 in a cell's first step.
        bool const has_past = cells.stepped[i] != 0;
        Vec3 const past = has_past ? Vec3{cells.cx[i], cells.cy[i], cells.cz[i]} : v;
        Vec3 const u = Real(1.5) * v - Real(0.5) * past;
        cells.vx[i] = u.x, cells.vy[i] = u.y, cells.vz[i] = u.z;
        cells.cx[i] = v.x, cells.cy[i] = v.y, cells.cz[i] = v.z;
        cells.stepped[i] = 1;
    }
};

/// Adds a cell's own motion to what contacts do to it, and moves it.
struct MotionBody {
    CellView cells;
    Phenotype phenotype;
    Span<TypeConstants const> types;
    ListsView<Act> chemotaxis;
    Span<Real const* const> concentration;
    Grid grid;
    Span<std::uint8_t const> material;
    std::uint64_t seed, step;
    Real dt;
    Span<ErrorReport> error;

    CRINE_HD Vec3 drift(std::size_t i, Vec3 p, Real fastest) const {
        auto const ligands = chemotaxis[phenotype.row(i)];
        Vec3 g{};
        for (std::size_t a = 0; a < ligands.size; ++a)
            g = g + phenotype(ligands[a].behaviour, i) * gradient(grid, concentration[ligands[a].target], p);
        return Drift{fastest}(g);
    }

    /// The way to `target` as far as the habitat allows: all of it, or only along some axes, so that cells slide along its border.
    /// The heading turns where the border stops a cell. A cell outside its habitat goes where it likes.
    CRINE_HD Vec3 within_habitat(std::uint64_t habitat, Vec3 from, Vec3 target, Vec3& heading) const {
        auto const allowed = [&](Vec3 p) { return admits(grid, material.data, habitat, p); };
        if (allowed(target) || !allowed(from)) return target;
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
        Vec3 heading{cells.dx[i], cells.dy[i], cells.dz[i]};
        Vec3 v = Vec3{cells.vx[i], cells.vy[i], cells.vz[i]} + type.velocity;
        Real const speed = phenotype(behaviour::speed, i);
        if (speed != 0) {
            Random random(seed, Stream::direction, step, cells.id[i]);
            heading = Walk{phenotype(behaviour::persistence, i), dt}(heading, random, grid.planar());
            v = v + speed * heading;
        }
        v = v + drift(i, here, type.chemotaxis_speed);
        if (grid.planar()) v.z = 0;

        Vec3 target = here + dt * v;
        if (!std::isfinite(target.x + target.y + target.z + cells.radius[i])) {
            report(error, static_cast<std::uint32_t>(ErrorCode::not_finite_cell), cells.id[i]);
            return;
        }
        confine(grid, target, heading);
        Vec3 const there = within_habitat(type.habitat, here, target, heading);
        cells.x[i] = there.x, cells.y[i] = there.y, cells.z[i] = there.z;
        cells.vx[i] = v.x, cells.vy[i] = v.y, cells.vz[i] = v.z;
        cells.dx[i] = heading.x, cells.dy[i] = heading.y, cells.dz[i] = heading.z;
    }
};

}  // namespace

void Engine::move(Moment now) {
    CRINE_EXPECTS(cells_.sorted && now.dt > 0);
    std::size_t const n = cells_.size();
    CellView const cells = cells_.view();
    Phenotype const phenotype = cells_.phenotype();
    Span<TypeConstants const> const types = std::as_const(cells_.programs.types).span();
    cells_.spheres.resize(n);
    for_each_index(n, SphereBody{cells, phenotype, types, cells_.spheres.span()});
    for_each_index(n, ContactBody{cells, types, std::as_const(cells_.spheres).span(), cells_.bins, model_.seed, model_.grid.planar()});

    cells_.concentrations.upload(concentrations(fields_));
    for_each_index(
        n, MotionBody{cells, phenotype, types, cells_.programs.chemotaxis.view(), std::as_const(cells_.concentrations).span(), model_.grid,
                      std::as_const(fields_.material).span(), model_.seed, now.step, static_cast<Real>(now.dt), error_.span()});
    cells_.sorted = false;
}

}  // namespace CRINE_NS
}  // namespace crine
