// The table of PhysiCell's signals and behaviours, with our names for them or why they are not modelled.
#include "host/scenario/peer_words.h"

#include <optional>
#include <string_view>

namespace crine {
namespace {

// The names of PhysiCell 1.14: Johnson et al. (2025) Cell, "Human interpretable grammar encodes multicellular systems biology models".

constexpr char const* kNoStore = "cells have receptors and stores, and no pool of what they took up";
constexpr char const* kNoMembrane = "there is no basement membrane; a habitat keeps cells in regions";
constexpr char const* kNoCustom = "there are no custom variables; an activity is a number that rules change and read";
constexpr char const* kNoPhases = "the cycle has one rate, that of entry, and a fixed duration";
constexpr char const* kNoSprings = "cells are not attached by springs";
constexpr char const* kConstant = "it is a constant of the type, which rules cannot change";

PeerWord const kSignals[] = {
    {"intracellular *", nullptr, kNoStore},
    {"internalized *", nullptr, kNoStore},
    {"* gradient", "gradient of *"},
    {"grad(*)", "gradient of *"},
    {"pressure", "compression"},
    {"contact with live cell", "contact with live cells"},
    {"contact with dead cell", "contact with dead cells"},
    {"contact with apoptotic cell", "contact with apoptotic cells"},
    {"contact with necrotic cell", "contact with necrotic cells"},
    {"contact with other dead cell", nullptr, "the dead are apoptotic or necrotic"},
    {"contact with other dead cells", nullptr, "the dead are apoptotic or necrotic"},
    {"contact with basement membrane", nullptr, kNoMembrane},
    {"contact with BM", nullptr, kNoMembrane},
    {"is dead", "dead"},
    {"is_dead", "dead"},
    {"is apoptotic", "apoptotic"},
    {"is_apoptotic", "apoptotic"},
    {"is necrotic", "necrotic"},
    {"is_necrotic", "necrotic"},
    {"is attacking", "attacking"},
    {"is_attacking", "attacking"},
    {"damage delivered", nullptr, "what an attacker has done is not added up; damage and total attack time are those of the attacked"},
    {"total damage delivered", nullptr,
     "what an attacker has done is not added up; damage and total attack time are those of the attacked"},
    {"current time", "time"},
    {"global time", "time"},
    {"custom*", nullptr, kNoCustom},
    {"immunogenicity to *", nullptr, "it is a behaviour only"},
};

PeerWord const kBehaviours[] = {
    {"* secretion target", nullptr, kConstant},
    {"* secretion saturation density", nullptr, kConstant},
    {"* secretion", "secretion of *"},
    {"* export", "secretion of *"},
    {"* uptake", "uptake of *"},
    {"exit from cycle phase 0", "cycle entry"},
    {"exit from cycle phase *", nullptr, kNoPhases},
    {"migration speed", "speed"},
    {"migration persistence time", "persistence"},
    {"migration bias", "bias"},
    {"chemotactic response to *", "attraction to *"},
    {"chemotactic sensitivity to *", "attraction to *"},
    {"cell-cell adhesion", "adhesion"},
    {"adhesive affinity to *", "affinity to *"},
    {"cell-cell adhesion elastic constant", nullptr, kNoSprings},
    {"relative maximum adhesion distance", nullptr, kConstant},
    {"cell-cell repulsion", "repulsion"},
    {"cell-BM adhesion", nullptr, kNoMembrane},
    {"cell-BM repulsion", nullptr, kNoMembrane},
    {"cell-membrane adhesion", nullptr, kNoMembrane},
    {"cell-membrane repulsion", nullptr, kNoMembrane},
    {"phagocytose dead cell", "phagocytosis"},
    {"phagocytosis of dead cell", "phagocytosis"},
    {"phagocytosis of dead cells", "phagocytosis"},
    {"phagocytose apoptotic cell", "phagocytosis of apoptotic cells"},
    {"phagocytosis of apoptotic cell", "phagocytosis of apoptotic cells"},
    {"phagocytosis of apoptotic cells", "phagocytosis of apoptotic cells"},
    {"phagocytose necrotic cell", "phagocytosis of necrotic cells"},
    {"phagocytosis of necrotic cell", "phagocytosis of necrotic cells"},
    {"phagocytosis of necrotic cells", "phagocytosis of necrotic cells"},
    {"phagocytose other dead cell", nullptr, "the dead are apoptotic or necrotic"},
    {"phagocytosis of other dead cell", nullptr, "the dead are apoptotic or necrotic"},
    {"phagocytosis of other dead cells", nullptr, "the dead are apoptotic or necrotic"},
    {"phagocytose *", "engulfs *"},
    {"phagocytosis of *", "engulfs *"},
    {"attack damage rate", "attack damage rate"},
    {"attack duration", "attack duration"},
    {"attack *", "attacks *"},
    {"fuse to *", "fuses with *"},
    {"transform to *", "becomes *"},
    {"transition to *", "becomes *"},
    {"asymmetric division to *", "divides into *"},
    {"damage repair rate", "repair rate"},
    {"is_movable", nullptr, kConstant},
    {"is movable", nullptr, kConstant},
    {"movable", nullptr, kConstant},
    {"cell attachment rate", nullptr, kNoSprings},
    {"cell detachment rate", nullptr, kNoSprings},
    {"maximum number of cell attachments", nullptr, kNoSprings},
    {"custom*", nullptr, kNoCustom},
};

/// What the `*` of a pattern stands for, if the text fits.
std::optional<std::string_view> fits(std::string_view pattern, std::string_view text) {
    std::size_t const star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text ? std::optional<std::string_view>("") : std::nullopt;
    std::string_view const head = pattern.substr(0, star), tail = pattern.substr(star + 1);
    if (text.size() < head.size() + tail.size() || !text.starts_with(head) || !text.ends_with(tail)) return std::nullopt;
    return text.substr(head.size(), text.size() - head.size() - tail.size());
}

}  // namespace

bool has_name(PeerWord const& word) { return std::string_view(word.theirs).find('*') != std::string_view::npos; }

std::span<PeerWord const> peer_signals() { return kSignals; }
std::span<PeerWord const> peer_behaviours() { return kBehaviours; }

Translation translate(std::span<PeerWord const> words, std::string const& text) {
    for (PeerWord const& word : words) {
        auto const name = fits(word.theirs, text);
        if (!name) continue;
        if (word.ours == nullptr) return {text, word.refused};
        std::string ours = word.ours;
        if (std::size_t const star = ours.find('*'); star != std::string::npos) ours.replace(star, 1, *name);
        return {ours};
    }
    return {text};
}

}  // namespace crine
