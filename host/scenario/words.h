// The phrases in which rules are written, such as `gradient of CXCL8`, for what a scenario has.
#pragma once

#include "crine/vocabulary.h"
#include "host/scenario/names.h"
#include "host/scenario/peer_words.h"

namespace crine {

/// What rules are written in: every signal and behaviour of a scenario as a phrase, with its number in the Vocabulary and
/// what it measures. `gradient of CXCL8`, `becomes macrophage M2`.
class Phrases {
public:
    static Phrases signals(Dictionary const& names);
    static Phrases behaviours(Dictionary const& names);

    enum class Limits { none, non_negative, fraction };
    struct Phrase {
        std::string text;
        int index = 0;
        Dimension dimension = Dimension::number;
        char const* meaning = "";  ///< for the reference
        Limits limits = Limits::non_negative;
        int ligand = -1;  ///< whose quantity it is, which may also be given by mass; -1: none's
    };
    /// Whose meaning counts where both use the same words.
    enum class Spelling { crine, peer };
    Phrase const& find(Text const& written, Spelling spelling = Spelling::crine) const;
    Phrase const& of(int index) const;
    std::span<Phrase const> all() const { return list_; }
    std::string const& text(int index) const { return of(index).text; }
    std::size_t count(std::string const& text) const;

private:
    Phrase const* exactly(std::string const& text) const;

    char const* what_ = "";
    std::span<PeerWord const> peer_;
    std::vector<Phrase> list_;
};

}  // namespace crine
