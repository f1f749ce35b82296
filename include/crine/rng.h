#pragma once

#include "crine/portable.h"
#include "crine/vec.h"

#include <cmath>

namespace crine {

/// Every purpose that draws random numbers. The only list; a value is never used again for something else.
enum class Stream : std::uint32_t {
    placement = 1,  ///< initial positions (host)
    direction = 2,  ///< persistent random walk
    fate = 3,       ///< what a cell does next, and when
    division = 4,   ///< its axis
    phagocytosis = 5,
    arrivals = 6,     ///< number of cells that a vessel lets in (key: its id)
    recruitment = 7,  ///< type and place of one of them (key: the new cell's id)
    contact = 8,      ///< direction in which two coincident cells part
    release = 9,      ///< vesicles that a bouton releases and refills (key: number of the synapse)
    activity = 10,    ///< initial value of an activity (key: its number)
    attack = 11,      ///< whom a cell attacks, and when
    offspring = 12,   ///< type of a daughter (key: its mother's id)
};

inline namespace CRINE_NS {

/// Counter-based random numbers: Philox-4x32-10, Salmon, Moraes, Dror & Shaw (2011), SC'11, "Parallel random numbers: as easy as 1, 2, 3".
///
/// The key is (seed, stream), the counter (permanent cell id, step, draw): never an array index or a thread, so a
/// number survives sorting, the number of threads, the device and a restart.
class Random {
public:
    CRINE_HD Random(std::uint64_t seed, Stream stream, std::uint64_t step, std::uint32_t id)
        : key_{static_cast<std::uint32_t>(seed),
               static_cast<std::uint32_t>(seed >> 32) ^ (static_cast<std::uint32_t>(stream) * 0x9E3779B9u)},
          id_(id),
          step_(step) {}

    /// Uniform in the open interval (0, 1): 23 random bits and a half, which a float still holds without rounding up to 1.
    CRINE_HD Real uniform() { return (static_cast<Real>(next() >> 9) + Real(0.5)) * Real(1.0 / 8388608.0); }

    /// The same with 52 random bits: for waiting times of rare events, whose small values matter.
    CRINE_HD double uniform_fine() {
        std::uint64_t const high = next() >> 6, low = next() >> 6;
        return (static_cast<double>(high << 26 | low) + 0.5) * (1.0 / 4503599627370496.0);
    }

    /// Uniform on the unit sphere, or on the unit circle in the xy plane. Archimedes' cylinder projection.
    CRINE_HD Vec3 direction(bool planar) {
        Real const z = planar ? Real(0) : 2 * uniform() - 1;
        Real const angle = Real(6.283185307179586) * uniform();
        Real const rho = std::sqrt(Real(1) - z * z);
        return {rho * std::cos(angle), rho * std::sin(angle), z};
    }

private:
    CRINE_HD std::uint32_t next() {
        if (used_ == 4) {
            generate();
            used_ = 0;
        }
        return words_[used_++];
    }

    CRINE_HD void generate() {
        std::uint32_t c[4] = {id_, static_cast<std::uint32_t>(step_), static_cast<std::uint32_t>(step_ >> 32), block_++};
        std::uint32_t k0 = key_[0], k1 = key_[1];
        for (int round = 0; round < 10; ++round) {
            std::uint64_t const p0 = std::uint64_t{0xD2511F53u} * c[0];
            std::uint64_t const p1 = std::uint64_t{0xCD9E8D57u} * c[2];
            std::uint32_t const n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0;
            std::uint32_t const n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1;
            c[1] = static_cast<std::uint32_t>(p1);
            c[3] = static_cast<std::uint32_t>(p0);
            c[0] = n0;
            c[2] = n2;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (int i = 0; i < 4; ++i) words_[i] = c[i];
    }

    std::uint32_t key_[2];
    std::uint32_t id_;
    std::uint64_t step_;
    std::uint32_t block_ = 0;
    std::uint32_t words_[4] = {};
    int used_ = 4;
};

}  // namespace CRINE_NS
}  // namespace crine
