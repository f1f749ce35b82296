// BioFVM's locally one-dimensional (LOD) scheme, written anew as a yardstick for transport.
#pragma once

#include <cstddef>
#include <vector>

namespace crine::bench {

/// The peer's method as a yardstick: diffusion and decay by one implicit line solve for each axis, x then y then z, first order in time;
/// zero-flux walls, one diffusivity. Ghaffarizadeh, Friedman & Macklin (2016) Bioinformatics 32:1256 (BioFVM), in single precision, on all
/// cores and several lines at a time.
class Lod {
public:
    /// A cube of edge³ voxels, x fastest; spacing [µm], diffusivity [µm²/s], decay [1/s], dt [s].
    Lod(int edge, double spacing, double diffusivity, double decay, double dt);
    void step(std::vector<float>& field) const;

private:
    int edge_;
    float coupling_;                    ///< D dt / h²
    std::vector<float> scale_, carry_;  ///< of the elimination along a line, by place
};

}  // namespace crine::bench
