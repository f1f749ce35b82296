#pragma once

#include "crine/vocabulary.h"
#include "host/names.h"

namespace crine {

/// What rules are written in: every signal and behaviour of a scenario as a phrase, with its number in the Vocabulary and
/// what it measures. `gradient of CXCL8`, `becomes macrophage M2`.
class Phrases {
public:
    /// `pools`: pool_names.
    static Phrases signals(Names const& ligands, Names const& types, Names const& receptors, std::vector<std::string> const& pools = {});
    static Phrases behaviours(Names const& ligands, Names const& types, Names const& receptors);

    struct Phrase {
        std::string text;
        int index = 0;
        Dimension dimension = Dimension::number;
    };
    Phrase const& find(Text const& written) const;
    std::size_t count(std::string const& text) const;

private:
    char const* what_ = "";
    std::vector<Phrase> list_;
};

}  // namespace crine
