// Joins unknowns in pairs on the host; cycles, conjugate gradients and the balance of closed rooms on the device.
#include "kernels/fields/algebraic_multigrid.h"

#include "crine/interrupt.h"

#include "crine/model/diffusion.h"
#include "kernels/fields/grid_loops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace crine {
inline namespace CRINE_NS {

namespace {

constexpr int kMaxIterations = 500;
constexpr double kCaution = 5;    ///< the error may be so many times the correction by a cycle: 1 / the least eigenvalue of what it solves
constexpr std::size_t kWork = 8;  ///< of an unknown, in voxels

// --- who joins whom, on the host -------------------------------------------------------------

using Number = std::uint32_t;
constexpr Number kNone = ~Number{0};

/// Unknowns and the links between them, as sparse rows.
struct Links {
    std::vector<Number> first{0}, other;
    std::vector<double> k;

    std::size_t size() const { return first.size() - 1; }
    void add(Number to, double conductance) { other.push_back(to), k.push_back(conductance); }
    void end_row() { first.push_back(static_cast<Number>(other.size())); }
};

struct Joined {
    std::vector<Number> parent;
    std::vector<Number> first_member, member;  ///< of each parent

    explicit Joined(std::vector<Number> of, std::size_t count) : parent(std::move(of)), first_member(count + 1), member(parent.size()) {
        for (Number const p : parent) ++first_member[p + 1];
        for (std::size_t c = 0; c < count; ++c) first_member[c + 1] += first_member[c];
        std::vector<Number> at(first_member.begin(), first_member.end() - 1);
        for (std::size_t i = 0; i < parent.size(); ++i) member[at[parent[i]]++] = static_cast<Number>(i);
    }
    std::size_t count() const { return first_member.size() - 1; }
};

/// Every unknown with the free one that it is linked to most strongly, or with those that already have one, if that link is much stronger.
Joined join_pairs(Links const& links) {
    constexpr double kWeak = 0.25;
    std::vector<Number> parent(links.size(), kNone);
    Number count = 0;
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (parent[i] != kNone) continue;
        Number strongest = kNone, partner = kNone;
        double most = 0, most_free = 0;
        for (Number l = links.first[i]; l < links.first[i + 1]; ++l) {
            Number const j = links.other[l];
            if (links.k[l] > most) most = links.k[l], strongest = j;
            if (links.k[l] > most_free && parent[j] == kNone) most_free = links.k[l], partner = j;
        }
        if (partner != kNone && most_free >= kWeak * most)
            parent[i] = parent[partner] = count++;
        else
            parent[i] = strongest == kNone ? count++ : parent[strongest];
    }
    return Joined(std::move(parent), count);
}

Links between(Links const& fine, Joined const& joined) {
    Links coarse;
    std::vector<Number> row_of(joined.count(), kNone), at(joined.count());
    for (std::size_t c = 0; c < joined.count(); ++c) {
        for (Number m = joined.first_member[c]; m < joined.first_member[c + 1]; ++m)
            for (Number l = fine.first[joined.member[m]]; l < fine.first[joined.member[m] + 1]; ++l) {
                Number const to = joined.parent[fine.other[l]];
                if (to == c) continue;
                if (row_of[to] != c) row_of[to] = static_cast<Number>(c), at[to] = static_cast<Number>(coarse.k.size()), coarse.add(to, 0);
                coarse.k[at[to]] += fine.k[l];
            }
        coarse.end_row();
    }
    return coarse;
}

// --- on the device ------------------------------------------------------------------------------

struct Rows {
    std::uint32_t const *first, *other;
    double const *k, *loss;

    CRINE_HD double faces(std::size_t i) const {
        double sum = 0;
        for (std::uint32_t l = first[i]; l < first[i + 1]; ++l) sum += k[l];
        return sum;
    }
    CRINE_HD double flow(double const* x, std::size_t i) const {
        double sum = 0;
        for (std::uint32_t l = first[i]; l < first[i + 1]; ++l) sum += k[l] * (x[other[l]] - x[i]);
        return sum - loss[i] * x[i];
    }
};

struct SweepRowBody {
    Rows rows;
    double const *rhs, *from;
    double* to;
    double weight;
    CRINE_HD void operator()(std::size_t i) const {
        double const diagonal = rows.faces(i) + rows.loss[i];
        to[i] = from[i] + (diagonal > 0 ? weight * (rhs[i] + rows.flow(from, i)) / diagonal : 0);
    }
};
struct FirstSweepRowBody {
    Rows rows;
    double const* rhs;
    double* to;
    double weight;
    CRINE_HD void operator()(std::size_t i) const {
        double const diagonal = rows.faces(i) + rows.loss[i];
        to[i] = diagonal > 0 ? weight * rhs[i] / diagonal : 0;
    }
};
/// rhs of the next level: the residuals of the members that follow it.
struct FeltResidualRowBody {
    Rows rows;
    std::uint32_t const *first_member, *member;
    double const *rhs, *x, *follows;
    double* to;
    CRINE_HD void operator()(std::size_t c) const {
        double sum = 0;
        for (std::uint32_t m = first_member[c]; m < first_member[c + 1]; ++m)
            sum += follows[member[m]] * (rhs[member[m]] + rows.flow(x, member[m]));
        to[c] = sum;
    }
};
/// 1, or 0 for unknowns whose loss is larger than all their links together: these follow no correction of the next level.
struct FollowsBody {
    Rows rows;
    double* follows;
    CRINE_HD void operator()(std::size_t i) const { follows[i] = rows.loss[i] > rows.faces(i) ? 0 : 1; }
};
/// Loss of the next level: that of the members that follow it, and their links to those that do not.
struct FeltLossRowBody {
    Rows rows;
    std::uint32_t const *first_member, *member;
    double const* follows;
    double* to;
    CRINE_HD void operator()(std::size_t c) const {
        double sum = 0;
        for (std::uint32_t m = first_member[c]; m < first_member[c + 1]; ++m) {
            std::uint32_t const i = member[m];
            if (follows[i] == 0) continue;
            sum += rows.loss[i];
            for (std::uint32_t l = rows.first[i]; l < rows.first[i + 1]; ++l) sum += (1 - follows[rows.other[l]]) * rows.k[l];
        }
        to[c] = sum;
    }
};
struct CorrectRowBody {
    std::uint32_t const* parent;
    double const *correction, *follows;
    double* x;
    CRINE_HD void operator()(std::size_t i) const { x[i] += follows[i] * correction[parent[i]]; }
};
struct ImageBody {
    Rows rows;
    double const* x;
    double* to;
    CRINE_HD void operator()(std::size_t i) const { to[i] = -rows.flow(x, i); }
};
struct StartBody {
    Equations e;
    std::size_t const* place;
    Real const* start;
    double *loss, *rhs, *x;
    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const p = place[i];
        loss[i] = e.loss.data[p], rhs[i] = e.rhs.data[p], x[i] = start[p];
    }
};
struct SubtractBody {
    double const* rhs;
    double* residual;
    CRINE_HD void operator()(std::size_t i) const { residual[i] = rhs[i] - residual[i]; }
};
struct DirectionBody {
    double const* z;
    double beta;
    double* direction;
    CRINE_HD void operator()(std::size_t i) const { direction[i] = z[i] + (beta > 0 ? beta * direction[i] : 0); }
};
struct AdvanceBody {
    double const *direction, *image;
    double alpha;
    double *x, *residual;
    CRINE_HD void operator()(std::size_t i) const { x[i] += alpha * direction[i], residual[i] -= alpha * image[i]; }
};
/// x + z, the correction of the last cycle.
struct FinishBody {
    std::size_t const* place;
    double const *x, *last;
    Real* to;
    CRINE_HD void operator()(std::size_t i) const { to[place[i]] = static_cast<Real>(x[i] + last[i]); }
};
/// Voxels without links.
struct AloneBody {
    Equations e;
    Real* x;
    CRINE_HD void operator()(int i, int j, int k) const {
        std::size_t const p = e.grid.at(i, j, k);
        if (e.faces(p) > 0) return;
        Real const loss = e.loss.data[p];
        x[p] = loss > 0 ? e.rhs.data[p] / loss : x[p];
    }
};
struct UndefinedAlone {
    Equations e;
    CRINE_HD Real operator()(std::size_t p) const { return Real(e.faces(p) == 0 && e.loss.data[p] == 0 && e.rhs.data[p] != 0); }
};
struct Lossless {
    Equations e;
    CRINE_HD Real operator()(std::size_t p) const { return Real(e.loss.data[p] == 0 && e.faces(p) > 0); }
};
struct AloneSize {
    Equations e;
    Real const* x;
    CRINE_HD Real operator()(std::size_t p) const { return e.faces(p) > 0 ? Real(0) : std::fabs(x[p]); }
};
struct Product {
    double const *a, *b;
    CRINE_HD double operator()(std::size_t i) const { return a[i] * b[i]; }
};
/// Largest correction z, and largest x with it.
struct SizesTerm {
    double const *z, *x;
    CRINE_HD void operator()(std::size_t chunk, int i, double (&into)[2]) const {
        std::size_t const at = chunk * kSumChunk + i;
        into[0] = Maximum::join(into[0], std::fabs(z[at])), into[1] = Maximum::join(into[1], std::fabs(x[at] + z[at]));
    }
};

struct SumMembersBody {
    std::uint32_t const *first_member, *member;
    double const* from;
    double* to;
    CRINE_HD void operator()(std::size_t c) const {
        double sum = 0;
        for (std::uint32_t m = first_member[c]; m < first_member[c + 1]; ++m) sum += from[member[m]];
        to[c] = sum;
    }
};
/// What is to be known of a room of its voxels.
struct OfVoxelBody {
    enum class What { residual, answer, loss, inflow, size, one } what;
    Equations e;
    std::size_t const* place;
    Real const *x, *start;
    double* to;
    CRINE_HD void operator()(std::size_t i) const {
        std::size_t const p = place[i];
        double const loss = e.loss.data[p], rhs = e.rhs.data[p], c = x[p];
        switch (what) {
            case What::residual:
                to[i] = loss > 0 ? rhs - loss * c : rhs;
                break;
            case What::answer:
                to[i] = loss * std::fabs(c);
                break;
            case What::loss:
                to[i] = loss;
                break;
            case What::inflow:
                to[i] = std::fabs(rhs);
                break;
            case What::size:
                to[i] = start[p] - c;
                break;
            case What::one:
                to[i] = 1;
                break;
        }
    }
};
struct BalanceBody {
    std::size_t const* place;
    std::uint32_t const* room;
    double const *residual, *answer, *loss, *lost, *voxels;
    Real* x;
    CRINE_HD void operator()(std::size_t i) const {
        constexpr double kMost = 0.5;
        std::size_t const p = place[i], r = room[i];
        double const c = x[p];
        if (loss[r] == 0) {
            x[p] = static_cast<Real>(c + lost[r] / voxels[r]);
        } else if (answer[r] > 0) {
            double const delta = residual[r] / answer[r];
            x[p] = static_cast<Real>(c + (delta > kMost ? kMost : (delta < -kMost ? -kMost : delta)) * std::fabs(c));
        }
    }
};
constexpr double kRounding = 64 * std::numeric_limits<Real>::epsilon();  ///< of what a room gains
struct Undefined {
    double const *loss, *residual, *inflow;
    CRINE_HD void operator()(std::size_t chunk, int i, double (&into)[1]) const {
        std::size_t const r = chunk * kSumChunk + i;
        into[0] = Maximum::join(into[0], loss[r] == 0 && std::fabs(residual[r]) > kRounding * inflow[r]);
    }
};

template <class L>
Rows rows_of(L& level) {
    return {level.first.data(), level.other.data(), level.k.data(), level.loss.data()};
}
template <class Body>
void for_each_row(std::size_t n, Body const& body) {
    for_each_index(n, body, kWork);
}

}  // namespace

void AlgebraicMultigrid::join(Equations const& e) {
    Grid const& g = e.grid;
    std::vector<Real> k[3];
    Buffer<Real> copy(g.storage());
    for (int axis = 0; axis < 3; ++axis) {
        Span<Real> const from = axis == 0 ? e.kx : (axis == 1 ? e.ky : e.kz);
        copy_on_device(copy.data(), from.data, g.storage() * sizeof(Real));
        copy.download(k[axis]);
    }
    std::vector<Number> unknown(g.storage(), kNone);
    std::vector<std::size_t> place;
    auto const for_each = [&](auto const& visit) {
        for (int z = 0; z < g.nz; ++z)
            for (int y = 0; y < g.ny; ++y)
                for (int x = 0; x < g.nx; ++x) visit(std::array{x, y, z}, g.at(x, y, z));
    };
    for_each([&](auto const&, std::size_t p) {
        for (int axis = 0; axis < 3; ++axis)
            if (k[axis][p] > 0 || k[axis][p + g.stride(axis)] > 0) {
                unknown[p] = static_cast<Number>(place.size()), place.push_back(p);
                return;
            }
    });
    Links links;
    for_each([&](auto const& at, std::size_t p) {
        if (unknown[p] == kNone) return;
        for (int axis = 0; axis < 3; ++axis) {
            int const i = at[static_cast<std::size_t>(axis)], n = g.voxels_on(axis);
            std::size_t const step = g.stride(axis), low = i > 0 ? p - step : p + (n - 1) * step,
                              high = i + 1 < n ? p + step : p - (n - 1) * step;
            if (k[axis][p] > 0) links.add(unknown[low], k[axis][p]);
            if (k[axis][p + step] > 0) links.add(unknown[high], k[axis][p + step]);
        }
        links.end_row();
    });
    place_.upload(place);
    std::vector<Number> room(place.size());  // so far: each unknown of the next level is one
    std::iota(room.begin(), room.end(), Number{0});
    levels_.clear();
    for (;;) {
        Level& level = levels_.emplace_back();
        level.size = links.size();
        level.first.upload(links.first), level.other.upload(links.other), level.k.upload(links.k);
        for (auto* array : {&level.loss, &level.rhs, &level.x, &level.y, &level.follows}) array->resize(level.size);
        if (links.k.empty()) break;
        Joined const pairs = join_pairs(links);
        links = between(links, pairs);
        level.parent.upload(pairs.parent), level.first_member.upload(pairs.first_member), level.member.upload(pairs.member);
        for (Number& r : room) r = pairs.parent[r];
    }
    room_.upload(room);
    for (auto* array : {&residual_of_room_, &answer_of_room_, &loss_of_room_, &inflow_of_room_, &size_of_room_, &voxels_of_room_})
        array->resize(links.size());
    for (auto* array : {&x_, &residual_, &direction_, &image_}) array->resize(place.size());
}

void AlgebraicMultigrid::coarsen_losses() {
    for (std::size_t l = 0; l + 1 < levels_.size(); ++l) {
        Level &fine = levels_[l], &coarse = levels_[l + 1];
        for_each_row(fine.size, FollowsBody{rows_of(fine), fine.follows.data()});
        for_each_row(coarse.size,
                     FeltLossRowBody{rows_of(fine), fine.first_member.data(), fine.member.data(), fine.follows.data(), coarse.loss.data()});
    }
}

void AlgebraicMultigrid::cycle(std::size_t l) {
    Level& level = levels_[l];
    Rows const rows = rows_of(level);
    auto const sweep = [&](Buffer<double>& from, Buffer<double>& to, double weight) {
        for_each_row(level.size, SweepRowBody{rows, level.rhs.data(), from.data(), to.data(), weight});
    };
    if (l + 1 == levels_.size()) {  // no links: exact
        for_each_row(level.size, FirstSweepRowBody{rows, level.rhs.data(), level.x.data(), 1});
        return;
    }
    for_each_row(level.size, FirstSweepRowBody{rows, level.rhs.data(), level.y.data(), smoothing::kFirstWeight});
    sweep(level.y, level.x, smoothing::kSecondWeight);
    Level& coarse = levels_[l + 1];
    for_each_row(coarse.size, FeltResidualRowBody{rows, level.first_member.data(), level.member.data(), level.rhs.data(), level.x.data(),
                                                  level.follows.data(), coarse.rhs.data()});
    cycle(l + 1);
    for_each_row(level.size, CorrectRowBody{level.parent.data(), coarse.x.data(), level.follows.data(), level.x.data()});
    sweep(level.x, level.y, smoothing::kFirstWeight);
    sweep(level.y, level.x, smoothing::kSecondWeight);
}

Solved AlgebraicMultigrid::solve(Equations const& e, Real* x, double tolerance) {
    Level& fine = levels_[0];
    std::size_t const n = fine.size;
    Solved solved;
    solved.defined =
        max_rows(e.grid, partial_, UndefinedAlone{e}) == 0 && (max_rows(e.grid, partial_, Lossless{e}) == 0 || balance(e, x, x));
    if (!solved.defined) return solved;
    for_each_voxel(e.grid, AloneBody{e, x});
    double const alone = max_rows(e.grid, partial_, AloneSize{e, x});
    for_each_row(n, StartBody{e, place_.data(), x, fine.loss.data(), fine.rhs.data(), x_.data()});
    coarsen_losses();
    Rows const rows = rows_of(fine);
    for_each_row(n, ImageBody{rows, x_.data(), residual_.data()});
    for_each_row(n, SubtractBody{fine.rhs.data(), residual_.data()});
    double before = 0;
    fine.rhs.swap(residual_);  // the residual is what cycles answer to
    for (;;) {
        end_if_out_of_time();
        cycle(0);
        double const now = ordered_sum(n, partial_, Product{fine.rhs.data(), fine.x.data()});
        auto const sizes = reduce<2, Maximum>(n, kSumChunk, partial_, SizesTerm{fine.x.data(), x_.data()});
        ++solved.cycles;
        solved.largest = std::max(alone, sizes[1]);
        solved.error = solved.largest > kNothing ? kCaution * sizes[0] / solved.largest : 0;
        solved.converged = solved.error <= tolerance;
        if (solved.converged || solved.cycles == kMaxIterations || !(now > 0)) break;
        for_each_row(n, DirectionBody{fine.x.data(), before > 0 ? now / before : 0, direction_.data()});
        for_each_row(n, ImageBody{rows, direction_.data(), image_.data()});
        double const energy = ordered_sum(n, partial_, Product{direction_.data(), image_.data()});
        if (!(energy > 0)) break;
        for_each_row(n, AdvanceBody{direction_.data(), image_.data(), now / energy, x_.data(), fine.rhs.data()});
        before = now;
    }
    for_each_row(n, FinishBody{place_.data(), x_.data(), fine.x.data(), x});
    fine.rhs.swap(residual_);
    return solved;
}

void AlgebraicMultigrid::sum_by_room(Buffer<double>& values, Buffer<double>& sums) {
    double const* from = values.data();
    for (std::size_t l = 0; l + 1 < levels_.size(); ++l) {
        Level& level = levels_[l];
        double* const to = (l + 2 == levels_.size() ? sums : levels_[l + 1].y).data();
        for_each_row(levels_[l + 1].size, SumMembersBody{level.first_member.data(), level.member.data(), from, to});
        from = to;
    }
}

bool AlgebraicMultigrid::balance(Equations const& e, Real* x, Real const* start) {
    std::size_t const n = levels_[0].size, rooms = levels_.back().size;
    using What = OfVoxelBody::What;
    auto const sum = [&](What what, Buffer<double>& sums) {
        for_each_row(n, OfVoxelBody{what, e, place_.data(), x, start, image_.data()});
        sum_by_room(image_, sums);
    };
    sum(What::residual, residual_of_room_), sum(What::answer, answer_of_room_), sum(What::loss, loss_of_room_);
    sum(What::inflow, inflow_of_room_), sum(What::size, size_of_room_), sum(What::one, voxels_of_room_);
    for_each_row(n, BalanceBody{place_.data(), room_.data(), residual_of_room_.data(), answer_of_room_.data(), loss_of_room_.data(),
                                size_of_room_.data(), voxels_of_room_.data(), x});
    return reduce<1, Maximum>(rooms, kSumChunk, partial_,
                              Undefined{loss_of_room_.data(), residual_of_room_.data(), inflow_of_room_.data()})[0] == 0;
}

}  // namespace CRINE_NS
}  // namespace crine
