// Makes a test for each kind of region (shapes, formulas, masks, combinations of others), and visits voxels to fill masks.
#include "host/build/regions.h"

#include "host/build/vti.h"
#include "host/formulas/expression.h"

#include <memory>

namespace crine {
namespace {

double on_axis(Vec3 p, Axis axis) { return axis == Axis::x ? p.x : (axis == Axis::y ? p.y : p.z); }

Vec3 vector_of(Point const& p) { return {static_cast<Real>(p[0].value), static_cast<Real>(p[1].value), static_cast<Real>(p[2].value)}; }

constexpr int kDeepest = 32;  ///< combinations of combinations

void expect_order(Place const& at, double from, double to) {
    if (!(from < to)) fail(at, "\"from\" is not below \"to\": nothing is inside");
}

}  // namespace

Regions::Regions(Named<RegionInput> const& input, Grid const& grid) : grid_(grid), names_{"region", {}}, masks_(input.size()) {
    for (auto const& entry : input) {  // a combination may use the regions above it, so there is no cycle
        tests_.push_back(make_test(entry.value));
        looks_.emplace_back();
        names_.list.push_back(entry.name.value);
        places_.push_back(entry.name.at);
    }
}

bool Regions::contains(int region, Voxel v) const {
    if (v != at_) at_ = v, ++look_;
    Look& look = looks_[static_cast<std::size_t>(region)];
    if (look.number != look_) look = {look_, tests_[static_cast<std::size_t>(region)](v)};
    return look.inside;
}

Regions::Test Regions::make_test(RegionInput const& in) {
    depths_.push_back(0);
    auto const of_point = [grid = grid_](auto inside) -> Test { return [=](Voxel v) { return inside(grid.centre(v.i, v.j, v.k)); }; };
    std::vector<Test> found;
    if (in.box) {
        Vec3 const a = vector_of(in.box->from), b = vector_of(in.box->to);
        expect_order(in.box->at, a.x, b.x), expect_order(in.box->at, a.y, b.y), expect_order(in.box->at, a.z, b.z);
        found.push_back(of_point([=](Vec3 p) { return p.x >= a.x && p.x <= b.x && p.y >= a.y && p.y <= b.y && p.z >= a.z && p.z <= b.z; }));
    }
    if (in.sphere) {
        Vec3 const c = vector_of(in.sphere->centre);
        double const r = in.sphere->radius;
        found.push_back(of_point([=](Vec3 p) { return norm(p - c) <= r; }));
    }
    if (in.cylinder) {
        auto const& s = *in.cylinder;
        double const a = s.centre[0], b = s.centre[1], r = s.radius;
        double const low = s.from ? s.from->value : -HUGE_VAL, high = s.to ? s.to->value : HUGE_VAL;
        expect_order(s.at, low, high);
        Axis const along = s.axis.value, first = along == Axis::x ? Axis::y : Axis::x, second = along == Axis::z ? Axis::y : Axis::z;
        found.push_back(of_point([=](Vec3 p) {
            return std::hypot(on_axis(p, first) - a, on_axis(p, second) - b) <= r && on_axis(p, along) >= low && on_axis(p, along) <= high;
        }));
    }
    if (in.layer) {
        Axis const axis = in.layer->axis.value;
        double const low = in.layer->from, high = in.layer->to;
        expect_order(in.layer->at, low, high);
        found.push_back(of_point([=](Vec3 p) { return on_axis(p, axis) >= low && on_axis(p, axis) <= high; }));
    }
    if (in.half_space) {
        Vec3 const point = vector_of(in.half_space->point);
        auto const& n = in.half_space->normal;
        Vec3 const normal{static_cast<Real>(n[0].value), static_cast<Real>(n[1].value), static_cast<Real>(n[2].value)};
        if (norm(normal) == 0) fail(in.half_space->at, "the normal is zero and points nowhere");
        found.push_back(of_point([=](Vec3 p) { return dot(p - point, normal) >= 0; }));
    }
    if (in.expression) {
        auto const formula = std::make_shared<Expression>(*in.expression);
        found.push_back(of_point([=](Vec3 p) { return (*formula)(p) != 0; }));
    }
    if (in.mask) {
        auto const values = at_place(in.mask->array.at, [&] { return read_vti(in.mask->file.path, in.mask->array.value, grid_); });
        auto inside = std::make_shared<std::vector<bool>>(values.size());
        for (std::size_t v = 0; v < values.size(); ++v) (*inside)[v] = in.mask->value ? values[v] == in.mask->value->value : values[v] != 0;
        found.push_back([grid = grid_, inside](Voxel v) { return (*inside)[grid.voxel(v.i, v.j, v.k)]; });
    }
    if (!in.all_of.empty() || !in.any_of.empty() || !in.none_of.empty()) {
        auto const indices = [&](std::vector<Text> const& list) {
            std::vector<int> result;
            for (auto const& name : list) {
                if (std::find(names_.list.begin(), names_.list.end(), name.value) == names_.list.end())
                    fail(name.at, "\"" + name.value + "\" is not a region listed above this one" + suggestion(name.value, names_.list));
                result.push_back(names_.find(name));
                depths_.back() = std::max(depths_.back(), depths_[static_cast<std::size_t>(result.back())] + 1);
                if (depths_.back() > kDeepest)
                    fail(name.at, "combinations of combinations more than " + std::to_string(kDeepest) + " deep");
            }
            return result;
        };
        found.push_back([this, all = indices(in.all_of), any = indices(in.any_of), none = indices(in.none_of)](Voxel v) {
            auto const inside = [&](int r) { return contains(r, v); };
            return std::all_of(all.begin(), all.end(), inside) && (any.empty() || std::any_of(any.begin(), any.end(), inside)) &&
                   std::none_of(none.begin(), none.end(), inside);
        });
    }
    if (found.size() != 1)
        fail(in.at, std::string("expected exactly one shape (box, sphere, cylinder, layer, half_space, expression, mask) or a combination "
                                "(all_of, any_of, none_of), found ") +
                        (found.empty() ? "none" : "several"));
    return found[0];
}

Region const& Regions::make_mask(int region) {
    auto const r = static_cast<std::size_t>(region);
    Region& mask = masks_[r];
    if (!mask.inside.empty()) return mask;
    mask.name = names_.list[r];
    mask.inside.resize(grid_.voxels());
    visit_voxels(false, [&](Voxel v) {
        bool const inside = contains(region, v);
        mask.inside[grid_.voxel(v.i, v.j, v.k)] = inside;
        mask.voxels += inside;
    });
    if (mask.voxels == 0) fail(places_[r], "region \"" + mask.name + "\" holds no voxel (no voxel centre of the domain is inside)");
    tests_[r] = [this, &mask](Voxel v) { return mask.inside[grid_.voxel(v.i, v.j, v.k)] != 0; };
    return mask;
}

std::vector<Region> Regions::take_masks(bool sample) {
    for (int r = 0; r < count() && !sample; ++r) make_mask(r);
    if (sample && count() > 0) {
        double const each = visit_voxels(true, [&](Voxel v) {
            for (int r = 0; r < count(); ++r) masks_[static_cast<std::size_t>(r)].voxels += contains(r, v);
        });
        for (std::size_t r = 0; r < masks_.size(); ++r)
            masks_[r].name = names_.list[r], masks_[r].voxels = static_cast<std::size_t>(static_cast<double>(masks_[r].voxels) * each);
    }
    return std::move(masks_);
}

double Regions::visit_voxels(bool sample, std::function<void(Voxel)> const& visit) const {
    constexpr std::size_t samples = std::size_t{1} << 20;
    std::size_t const voxels = grid_.voxels();
    if (!sample || voxels <= samples) {
        for (int k = 0; k < grid_.nz; ++k)
            for (int j = 0; j < grid_.ny; ++j)
                for (int i = 0; i < grid_.nx; ++i) visit({i, j, k});
        return 1;
    }
    // Additive recurrence with the powers of 1/g, g⁴ = g + 1: low discrepancy in three dimensions. Roberts (2018),
    // "The unreasonable effectiveness of quasirandom sequences".
    constexpr double a[3] = {0.8191725133961645, 0.6710436067037893, 0.5497004779019703};
    for (std::size_t n = 1; n <= samples; ++n) {
        auto const on = [n](double step, int count) {
            double const s = static_cast<double>(n) * step;
            return std::min(count - 1, static_cast<int>((s - std::floor(s)) * count));
        };
        visit({on(a[0], grid_.nx), on(a[1], grid_.ny), on(a[2], grid_.nz)});
    }
    return static_cast<double>(voxels) / static_cast<double>(samples);
}

}  // namespace crine
