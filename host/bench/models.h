// Models of the benchmarks, built in code, with the cells and settings of PhysiCell's 3-D template (here: the peer).
#pragma once

#include "host/scenario/scenario.h"

namespace crine::bench {

/// Cells and setting of the peer's 3-D template, so that figures can be set side by side.
/// PhysiCell: Ghaffarizadeh et al. (2018) PLoS Comput Biol 14:e1005991; BioFVM: Ghaffarizadeh et al. (2016) Bioinformatics 32:1256.
namespace peer {
inline constexpr Real voxel = 20;                                                        ///< [µm]
inline constexpr Real diffusivity = Real(1e5 / 60);                                      ///< of oxygen [µm²/s]
inline constexpr Real decay = Real(0.1 / 60);                                            ///< [1/s]
inline constexpr Real radius = Real(8.412710547954228);                                  ///< of a cell of 2494 µm³ [µm]
inline constexpr Real distance = Real(16.02);                                            ///< of neighbours in its packing [µm]
inline constexpr Real repulsion = Real(10.0 / 60);                                       ///< [µm/s]
inline constexpr Real adhesion = Real(0.4 / 60);                                         ///< [µm/s]
inline constexpr Real uptake = 415;                                                      ///< of a cell, 10/min of its volume [µm³/s]
inline constexpr Real start = 20;                                                        ///< concentration everywhere [molecules/µm³]
inline constexpr double transport_step = 0.6, mechanics_step = 6, behaviour_step = 360;  ///< [s]
}  // namespace peer

/// A box of one material with zero-flux walls.
Model box(int nx, int ny, int nz, Real spacing);

/// Adds a ligand that is the same in every material.
void add_ligand(Model& model, Real diffusivity, Real decay, Scheme scheme);

/// Adds a type of the peer's cells, which push and pull. Call after all ligands; `types` is their final number.
CellType& add_type(Model& model, int types = 1);

/// Zero fields and no cells.
InitialState empty_state(Model const& model);

/// n sites of a face-centred cubic lattice that fill a cube, each off its place by up to `kJitter` on every axis so that forces do not
/// cancel; in the order of the lattice, or in none.
enum class Order { lattice, scattered };
std::vector<Vec3> packing(std::size_t n, Real distance, Order order);

/// A cube of n packed cells of one type in the middle of a cube of at least `edge`, with voxels of the peer's size and `ligands` of
/// its ligands.
struct Tissue {
    Model model;
    InitialState state;
    CellType& type() { return model.types[0]; }
};
Tissue tissue(std::size_t n, int ligands, Order order = Order::lattice, Real edge = 0);

/// The peer's template: a packed cube of cells in the middle of a box, one ligand that they take up, three clocks.
Scenario peer_template(std::size_t cells, Scheme scheme);

}  // namespace crine::bench
