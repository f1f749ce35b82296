#pragma once

#include <cstddef>

namespace crine {

/// Processors that this process was given: those it may run on, and no more than the quota of its control group is worth.
int processors();

/// How many threads share a loop, the caller among them; set by the engine that was made last.
int threads();
void set_threads(int n);

/// What a thread should at least have to do for a loop to be shared with it, in voxels of a simple loop: a microsecond or two.
inline constexpr std::size_t kShare = 2048;

/// Calls piece(context, i) for 0 ≤ i < pieces, in no order, on as many threads as the work of all of them is worth, the caller among them.
/// Returns when all is done. An exception ends the loop, and is the caller's. A loop within a piece, or beside another, is not shared.
///
/// A thread begins with a range of its own, the same for all loops of as many pieces, and then helps with those of others. Nobody waits for
/// a thread that has not come: on processors that others use too, whoever runs does the work.
void share_out(std::size_t pieces, std::size_t work, void (*piece)(void const* context, std::size_t i), void const* context);

template <class Piece>
void share_out(std::size_t pieces, std::size_t work, Piece const& piece) {
    share_out(
        pieces, work, [](void const* context, std::size_t i) { (*static_cast<Piece const*>(context))(i); }, &piece);
}

}  // namespace crine
