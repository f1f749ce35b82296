#pragma once

#include "crine/vocabulary.h"
#include "host/names.h"

namespace crine {

Vocabulary vocabulary_of(Names const& ligands, Names const& types, Names const& receptors, Names const& activities);

/// What rules are written in: every signal and behaviour of a scenario as a phrase, with its number in the Vocabulary and
/// what it measures. `gradient of CXCL8`, `becomes macrophage M2`.
class Phrases {
public:
    static Phrases signals(Names const& ligands, Names const& types, Names const& receptors, Names const& activities);
    static Phrases behaviours(Names const& ligands, Names const& types, Names const& receptors, Names const& activities);

    struct Phrase {
        std::string text;
        int index = 0;
        Dimension dimension = Dimension::number;
    };
    Phrase const& find(Text const& written) const;
    std::string const& text(int index) const;
    std::size_t count(std::string const& text) const;

private:
    char const* what_ = "";
    std::vector<Phrase> list_;
};

}  // namespace crine
