// Reads single values, and says what was expected where there is something else.
#include "host/text/input_values.h"

namespace crine {

void expected(Node const& node, std::string const& what) { fail(node.at, "found " + node.what() + ", expected " + what); }

std::string const& scalar(Node const& node, std::string const& what) {
    if (node.kind != Node::Kind::scalar || node.text.empty()) expected(node, what);
    return node.text;
}

double read_quantity(Node const& node, Dimension dimension, Range range) {
    std::string const like = std::string(name_of(dimension)) + ", for example \"" + example_of(dimension) + "\"";
    std::string const& text = scalar(node, like);
    double const value = at_place(node.at, [&] { return quantity(text, dimension); });
    if (range == Range::non_negative && value < 0) fail(node.at, "\"" + text + "\" is negative; expected " + like);
    if (range == Range::positive && !(value > 0)) fail(node.at, "\"" + text + "\" is not greater than 0; expected " + like);
    return value;
}

LigandQuantity read_ligand_quantity(Node const& node, Dimension dimension, Range range) {
    auto mass = by_mass(dimension);
    if (mass && (node.kind != Node::Kind::scalar || !measures(node.text, *mass))) mass.reset();
    return {read_quantity(node, mass.value_or(dimension), range), mass, node.text, node.at};
}

}  // namespace crine
