#pragma once

#include "crine/portable.h"

#include <cmath>

namespace crine {

struct Vec3 {
    Real x = 0, y = 0, z = 0;
};

inline namespace CRINE_NS {

CRINE_HD inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
CRINE_HD inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
CRINE_HD inline Vec3 operator*(Real s, Vec3 a) { return {s * a.x, s * a.y, s * a.z}; }
CRINE_HD inline Real dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
CRINE_HD inline Real norm(Vec3 a) { return std::sqrt(dot(a, a)); }

}  // namespace CRINE_NS
}  // namespace crine
