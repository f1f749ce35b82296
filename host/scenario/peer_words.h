// Translation of PhysiCell's signals and behaviours into ours.
#pragma once

#include <span>
#include <string>

namespace crine {

/// How PhysiCell writes a signal or behaviour of the cell behaviour hypothesis grammar, and what it is called here. A `*` stands for any
/// name; of several words that fit the first counts.
struct PeerWord {
    char const* theirs;
    char const* ours;               ///< nullptr: it is not modelled
    char const* refused = nullptr;  ///< then why not
};

bool has_name(PeerWord const& word);

std::span<PeerWord const> peer_signals();
std::span<PeerWord const> peer_behaviours();

/// `text` in our words, itself if it is none of theirs; or why it is refused.
struct Translation {
    std::string text;
    char const* refused = nullptr;
};
Translation translate(std::span<PeerWord const> words, std::string const& text);

}  // namespace crine
