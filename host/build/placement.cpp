// Puts cells at random, on a lattice (square, hexagonal, cubic, fcc, hcp), one by one, or where a CSV file says.
#include "host/build/placement.h"

#include "crine/rng.h"
#include "crine/units.h"
#include "host/build/build.h"
#include "host/text/format.h"
#include "host/text/text_file.h"

#include <charconv>
#include <limits>

namespace crine {
namespace {

/// Takes the cells that are placed; without `cells` only counts them.
struct Sink {
    Model const& model;
    HostCells* cells;
    std::size_t count = 0;

    void add(int type, Vec3 p, Real radius) {
        ++count;
        if (cells) cells->add(static_cast<std::uint8_t>(type), p, radius);
    }
};

constexpr double kMostCells = 4e9;  ///< that can be numbered

double volume_of(double radius) { return 4.0 / 3.0 * kPi * std::pow(radius, 3); }

/// Unknown, hence true, where only sizes are wanted.
bool may_be(Model const& model, int type, std::size_t voxel) {
    std::uint64_t const habitat = model.types[static_cast<std::size_t>(type)].habitat;
    return habitat == ~std::uint64_t{0} || model.material.empty() || (habitat >> model.material[voxel] & 1);
}

void check_position(Place const& at, Model const& model, int type, Vec3 p, Names const& types) {
    Vec3 const size = model.grid.size();
    if (!(p.x >= 0 && p.x <= size.x && p.y >= 0 && p.y <= size.y && p.z >= 0 && p.z <= size.z))
        fail(at, "the position is outside the domain");
    Voxel const v = voxel_of(model.grid, p);
    if (!may_be(model, type, model.grid.voxel(v.i, v.j, v.k)))
        fail(at, "the position is outside the habitat of " + types.list[static_cast<std::size_t>(type)]);
}

/// The voxels of a region as numbers, and in which box they are.
struct Room {
    std::vector<std::uint32_t> voxels;  ///< only where asked for
    double count = 0;                   ///< of voxels, estimated where there are very many
    Voxel low{std::numeric_limits<int>::max(), std::numeric_limits<int>::max(), std::numeric_limits<int>::max()}, high{-1, -1, -1};
};

Room survey(Regions const& regions, int region, bool estimate, bool list) {
    Room room;
    std::size_t seen = 0;
    double const each = regions.visit_voxels(estimate, [&](Voxel v) {
        if (region >= 0 && !regions.contains(region, v)) return;
        ++seen;
        if (list) room.voxels.push_back(static_cast<std::uint32_t>(regions.grid().voxel(v.i, v.j, v.k)));
        room.low = {std::min(room.low.i, v.i), std::min(room.low.j, v.j), std::min(room.low.k, v.k)};
        room.high = {std::max(room.high.i, v.i), std::max(room.high.j, v.j), std::max(room.high.k, v.k)};
    });
    room.count = static_cast<double>(seen) * each;
    return room;
}

/// The coordinate a fraction into voxel n of an axis; rounding must not take it into the next.
Real in_voxel(std::uint32_t n, Real fraction, Real spacing) {
    auto const x = static_cast<Real>((static_cast<double>(n) + fraction) * spacing);
    return std::floor(x / spacing) > static_cast<Real>(n) ? std::nextafter(x, Real(0)) : x;
}

void place_at_random(std::size_t count, int type, std::uint64_t index, Room const& room, Sink& sink) {
    Grid const& grid = sink.model.grid;
    Real const radius = sink.model.types[static_cast<std::size_t>(type)].radius;
    for (std::size_t n = 0; n < count; ++n) {
        Random random(sink.model.seed, Stream::placement, index, static_cast<std::uint32_t>(n));
        // Two draws: one has 24 bits, and there may be more voxels than that.
        double const u = (std::floor(random.uniform() * 16777216.0) + random.uniform()) / 16777216.0;
        std::size_t const chosen = std::min(room.voxels.size() - 1, static_cast<std::size_t>(u * static_cast<double>(room.voxels.size())));
        std::uint32_t const voxel = room.voxels[chosen];
        auto const nx = static_cast<std::uint32_t>(grid.nx), ny = static_cast<std::uint32_t>(grid.ny);
        Real const x = in_voxel(voxel % nx, random.uniform(), grid.spacing);
        Real const y = in_voxel(voxel / nx % ny, random.uniform(), grid.spacing);
        Real const z = in_voxel(voxel / nx / ny, grid.planar() ? Real(0.5) : random.uniform(), grid.spacing);
        sink.add(type, {x, y, z}, radius);
    }
}

/// Layers of rows of points: what every lattice here is. Odd rows are shifted by half a step; layer n is shifted by
/// `shift[n % period]`.
struct LatticeShape {
    double row = 1, layer = 1;  ///< distances of rows and of layers over that of points
    bool staggered = false;     ///< odd rows shifted by half a step
    int period = 1;
    double shift[3][2] = {};  ///< of layers, over the distance of points
};

LatticeShape shape_of(Lattice lattice) {
    double const half_root3 = std::sqrt(3.0) / 2, third = std::sqrt(3.0) / 6, close = std::sqrt(2.0 / 3.0);
    switch (lattice) {
        case Lattice::square:
        case Lattice::cubic:
            return {1, 1, false, 1, {}};
        case Lattice::hex:
            return {half_root3, 1, true, 1, {}};
        case Lattice::hcp:
            return {half_root3, close, true, 2, {{0, 0}, {0.5, third}}};
        case Lattice::fcc:
            return {half_root3, close, true, 3, {{0, 0}, {0.5, third}, {0, 2 * third}}};
    }
    return {};
}

/// Fills the box around the region's voxels, symmetric about its mid-height, and keeps the points inside the region.
void place_on_lattice(Place const& at, Lattice lattice, double spacing, int type, int region, Regions const& regions, Room const& room,
                      Sink& sink) {
    Grid const& grid = sink.model.grid;
    LatticeShape const shape = shape_of(lattice);
    double const h = grid.spacing;
    double const low[3] = {room.low.i * h, room.low.j * h, room.low.k * h};
    double const high[3] = {(room.high.i + 1) * h, (room.high.j + 1) * h, (room.high.k + 1) * h};
    if ((high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2]) / std::pow(spacing, 3) >= kMostCells)
        fail(at, "more cells than can be numbered (4e9)");
    double const layer = spacing * shape.layer, row = spacing * shape.row;
    int const layers = std::max(1, static_cast<int>(std::floor((high[2] - low[2]) / layer + 1e-9)));
    Real const radius = sink.model.types[static_cast<std::size_t>(type)].radius;
    for (int n = 0; n < layers; ++n) {
        double const z = (low[2] + high[2]) / 2 + (n - (layers - 1) / 2.0) * layer;
        double const* shift = shape.shift[n % shape.period];
        for (int m = -1;; ++m) {
            double const y = low[1] + (m + 0.5) * row + shift[1] * spacing;
            if (y >= high[1]) break;
            if (y < low[1]) continue;
            double const first = low[0] + (shape.staggered ? (m % 2 ? 0.75 : 0.25) : 0.5) * spacing + shift[0] * spacing;
            double const start = first - std::floor((first - low[0]) / spacing) * spacing;
            int l = 0;
            for (double x = start; x < high[0]; x = start + ++l * spacing) {
                Vec3 const p{static_cast<Real>(x), static_cast<Real>(y), static_cast<Real>(z)};
                Voxel const v = voxel_of(grid, p);
                if ((region < 0 || regions.contains(region, v)) && may_be(sink.model, type, grid.voxel(v.i, v.j, v.k)))
                    sink.add(type, p, radius);
            }
        }
    }
}

/// Columns type,x,y,z and optionally radius, named in the first line, in any order.
void place_from_csv(PlacementInput const& in, Names const& types, Sink& sink) {
    double const scale =
        in.length_unit ? at_place(in.length_unit->at, [&] { return unit_scale(in.length_unit->value, Dimension::length); }) : 1;
    Lines lines(in.file->path, in.file->at);
    std::vector<std::string> const known{"type", "x", "y", "z", "radius"};
    if (!lines.next()) fail(lines.at(), "the file is empty (the first line names the columns type,x,y,z)");
    auto const header = lines.values();
    std::vector<int> column(known.size(), -1);
    for (std::size_t c = 0; c < header.size(); ++c) {
        auto const found = std::find(known.begin(), known.end(), header[c].value);
        if (found == known.end()) fail(header[c].at, "unknown column \"" + header[c].value + "\"" + suggestion(header[c].value, known));
        int& here = column[static_cast<std::size_t>(found - known.begin())];
        if (here >= 0) fail(header[c].at, "the column \"" + header[c].value + "\" is there twice");
        here = static_cast<int>(c);
    }
    for (std::size_t c = 0; c < 4; ++c)
        if (column[c] < 0) fail(lines.at(), "the column \"" + known[c] + "\" is missing (the first line names the columns type,x,y,z)");

    while (lines.next()) {
        if (lines.text().find_first_not_of(" \t\r") == std::string::npos) continue;
        auto const values = lines.values();
        if (values.size() != header.size())
            fail(lines.at(),
                 std::to_string(values.size()) + " values, expected " + std::to_string(header.size()) + " as in the first line");
        auto const of = [&](std::size_t c) -> Text const& { return values[static_cast<std::size_t>(column[c])]; };
        auto const number = [&](std::size_t c) {
            std::string const& text = of(c).value;
            double value = 0;
            auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
                fail(of(c).at, known[c] + ": \"" + text + "\" is not a finite number");
            return static_cast<Real>(stored(value * scale, known[c].c_str(), of(c).at));
        };
        int const type = types.find(of(0));
        Vec3 const p{number(1), number(2), number(3)};
        Real const radius = column[4] >= 0 ? number(4) : sink.model.types[static_cast<std::size_t>(type)].radius;
        check_radius(column[4] >= 0 ? of(4).at : lines.at(), radius, sink.model.grid);
        check_position(lines.at(), sink.model, type, p, types);
        sink.add(type, p, radius);
    }
}

/// Keys that mean nothing together.
void check_keys(PlacementInput const& in) {
    auto const only = [&](bool given, bool useful, char const* key, char const* with) {
        if (given && !useful) fail(in.at, std::string("\"") + key + "\" has a meaning only with " + with);
    };
    if (!in.type && !in.file) fail(in.at, "\"type\" is missing (which cells?)");
    only(in.type.has_value(), !in.file, "type", "density, count, packing, lattice or at (a file names its own)");
    only(in.region.has_value(), !in.file && in.positions.empty(), "region", "density, count, packing or lattice");
    only(in.spacing.has_value(), in.lattice.has_value(), "spacing", "lattice");
    only(in.length_unit.has_value(), in.file.has_value(), "length_unit", "file");
    if (in.lattice && !in.spacing) fail(in.at, "\"spacing\" is missing (distance of neighbours on the lattice)");
}

}  // namespace

std::size_t place_cells(PlacementInput const& in, std::uint64_t index, Model const& model, Names const& types, Regions& regions,
                        HostCells* cells) {
    check_keys(in);
    Sink sink{model, cells};
    if (in.file) {
        place_from_csv(in, types, sink);
        return sink.count;
    }
    int const type = types.find(*in.type);
    CellType const& kind = model.types[static_cast<std::size_t>(type)];
    if (!in.positions.empty()) {
        for (auto const& point : in.positions) {
            Vec3 const p{static_cast<Real>(point[0].value), static_cast<Real>(point[1].value), static_cast<Real>(point[2].value)};
            check_position(point[0].at, model, type, p, types);
            sink.add(type, p, kind.radius);
        }
        return sink.count;
    }

    int const region = in.region ? regions.names().find(*in.region) : -1;
    if (region >= 0 && cells) regions.make_mask(region);
    Room room = survey(regions, region, cells == nullptr, cells && !in.lattice);
    std::erase_if(room.voxels, [&](std::uint32_t v) { return !may_be(model, type, v); });
    if (cells && !in.lattice) room.count = static_cast<double>(room.voxels.size());
    if (in.lattice) {
        if (model.grid.planar() && in.lattice->value != Lattice::hex && in.lattice->value != Lattice::square)
            fail(in.lattice->at, "the domain is a sheet (one voxel thick), where only hex and square fit");
        place_on_lattice(in.spacing->at, in.lattice->value, *in.spacing, type, region, regions, room, sink);
        return sink.count;
    }

    double const volume = room.count * model.grid.volume();
    double number = 0;
    if (in.count) number = static_cast<double>(in.count->value);
    if (in.density) number = *in.density * volume;
    if (in.packing) {
        constexpr double densest = 0.7405;  // spheres of one size: pi / sqrt(18)
        if (*in.packing > densest) fail(in.packing->at, "spheres fill at most 0.74 of a volume");
        number = *in.packing * volume / volume_of(kind.radius);
    }
    if (number > 0 && room.count == 0) fail(in.at, "there is no voxel for these cells (region and habitat have none in common)");
    if (number >= kMostCells) fail(in.at, "more cells than can be numbered (4e9)");
    double const crowding = number * volume_of(kind.radius) / (static_cast<double>(model.grid.voxels()) * model.grid.volume());
    if (crowding > 1 && !model.grid.planar())
        fail(in.at, "these cells have " + rounded(crowding) + " times the volume of the whole domain");
    auto const count = static_cast<std::size_t>(std::llround(number));
    if (!cells) return count;
    place_at_random(count, type, index, room, sink);
    return sink.count;
}

}  // namespace crine
