// Reads VTK image files with VTK's XML parser, and checks their extents, pieces and lengths before their data are used.
#include "host/build/vti.h"

#include "host/text/format.h"
#include "host/text/yaml.h"

#include <array>
#include <charconv>
#include <fstream>
#include <set>

#include <vtkBase64InputStream.h>
#include <vtkDataArray.h>
#include <vtkLZ4DataCompressor.h>
#include <vtkLZMADataCompressor.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>
#include <vtkXMLDataElement.h>
#include <vtkXMLDataParser.h>
#include <vtkZLibDataCompressor.h>

namespace crine {
namespace {

std::string size_text(std::array<long, 3> const& n) {
    return std::to_string(n[0]) + " x " + std::to_string(n[1]) + " x " + std::to_string(n[2]);
}
std::string place_text(std::array<double, 3> const& p) { return rounded(p[0], 6) + " " + rounded(p[1], 6) + " " + rounded(p[2], 6); }

/// Indices of the first and last point on each axis.
struct Extent {
    std::array<long, 3> low, high;

    std::array<long, 3> cells() const { return {high[0] - low[0], high[1] - low[1], high[2] - low[2]}; }
    std::array<long, 3> points() const { return {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}; }
    bool inside(Extent const& other) const {
        for (std::size_t a = 0; a < 3; ++a)
            if (low[a] < other.low[a] || high[a] > other.high[a] || high[a] < low[a]) return false;
        return true;
    }
};

/// VTK's parser, which knows where the data of an element are.
class Parser final : public vtkXMLDataParser {
public:
    static Parser* New() { return new Parser; }
    vtkTypeMacro(Parser, vtkXMLDataParser);

    /// The first bytes of the data of an array, with the lengths before them; fewer if the file ends.
    std::vector<unsigned char> bytes(vtkXMLDataElement* array, bool appended, std::size_t n) {
        vtkNew<vtkBase64InputStream> encoded;
        vtkNew<vtkInputStream> raw;
        vtkInputStream* const from =
            appended && AppendedDataStream && !AppendedDataStream->IsA("vtkBase64InputStream") ? raw.GetPointer() : encoded.GetPointer();
        if (appended) {
            long long offset = 0;
            array->GetScalarAttribute("offset", offset);
            SeekG(AppendedDataPosition + offset);
        } else {
            SeekInlineDataPosition(array);
        }
        Stream->clear(Stream->rdstate() & ~std::ios::eofbit);
        std::vector<unsigned char> read(n);
        from->SetStream(Stream);
        from->StartReading();
        read.resize(from->Read(read.data(), n));
        from->EndReading();
        return read;
    }
    std::size_t size_of_length() const { return HeaderType == 64 ? 8 : 4; }
    /// A length among such bytes.
    std::uint64_t length(std::vector<unsigned char> const& from, std::size_t n) const {
        std::size_t const size = size_of_length();
        std::uint64_t value = 0;
        for (std::size_t b = 0; b < size; ++b)
            value |= std::uint64_t{from[n * size + (ByteOrder == LittleEndian ? b : size - 1 - b)]} << (8 * b);
        return value;
    }

private:
    Parser() { SetIgnoreCharacterData(1); }  // it is read where it stands; and entities of entities could make gigabytes of it
};

class ImageFile {
public:
    explicit ImageFile(std::filesystem::path const& file)
        : name_(file.string()), stream_(file, std::ios::binary), size_(std::filesystem::file_size(file)) {
        parser_->SetStream(&stream_);
        vtkXMLDataElement* const root = stream_ && parser_->Parse() != 0 ? parser_->GetRootElement() : nullptr;
        bool const is_image = root && is(root, "VTKFile") && text(root, "type") == "ImageData";
        image_ = is_image ? root->FindNestedElementWithName("ImageData") : nullptr;
        if (!image_) throw InputError(name_ + " is not a whole VTK image file (.vti)");
        std::string const compressor = text(root, "compressor");
        if (compressor == "vtkZLibDataCompressor") compressor_ = vtkSmartPointer<vtkZLibDataCompressor>::New();
        if (compressor == "vtkLZ4DataCompressor") compressor_ = vtkSmartPointer<vtkLZ4DataCompressor>::New();
        if (compressor == "vtkLZMADataCompressor") compressor_ = vtkSmartPointer<vtkLZMADataCompressor>::New();
        if (!compressor.empty() && !compressor_) wrong("it has an unknown compressor \"" + compressor + "\"");
        parser_->SetCompressor(compressor_);
        whole_ = extent(image_, "WholeExtent");
        for (int n = 0; n < image_->GetNumberOfNestedElements(); ++n)
            if (is(image_->GetNestedElement(n), "Piece")) pieces_.push_back(image_->GetNestedElement(n));
    }

    std::vector<double> read(std::string const& array, Grid const& grid) {
        std::array<long, 3> const voxels{grid.nx, grid.ny, grid.nz};
        bool const by_cell = whole_.cells() == voxels, by_point = whole_.points() == voxels;
        if (!by_cell && !by_point)
            throw InputError(name_ + " has " + size_text(whole_.cells()) + " cells (" + size_text(whole_.points()) +
                             " points), but the domain has " + size_text(voxels) + " voxels");
        check_place(grid, by_cell);
        check_pieces();
        std::vector<double> values(grid.voxels());
        for (auto* piece : pieces_) read_piece(piece, by_cell, array, grid, values);
        for (std::size_t v = 0; v < values.size(); ++v)
            if (!std::isfinite(values[v])) {
                auto const nx = static_cast<std::size_t>(grid.nx), ny = static_cast<std::size_t>(grid.ny);
                wrong("array \"" + array + "\" is " + rounded(values[v]) + " in voxel " + std::to_string(v % nx) + " " +
                      std::to_string(v / nx % ny) + " " + std::to_string(v / nx / ny) + "; expected finite values");
            }
        return values;
    }

private:
    [[noreturn]] void wrong(std::string const& problem) const { throw InputError(name_ + ": " + problem); }

    static bool is(vtkXMLDataElement* element, std::string_view name) { return element->GetName() && element->GetName() == name; }
    static std::string text(vtkXMLDataElement* element, char const* attribute) {
        char const* const value = element->GetAttribute(attribute);
        return value ? value : "";
    }
    template <class Number, std::size_t N>
    std::array<Number, N> numbers(vtkXMLDataElement* element, char const* attribute) const {
        std::string const written = text(element, attribute);
        char const *at = written.data(), *const end = at + written.size();
        std::array<Number, N> values{};
        auto const skip = [&] {
            while (at < end && std::isspace(static_cast<unsigned char>(*at))) ++at;
        };
        for (Number& value : values) {
            skip();
            auto const [next, error] = std::from_chars(at, end, value);
            if (error != std::errc{}) wrong(std::string(attribute) + " is \"" + written + "\", expected " + std::to_string(N) + " numbers");
            at = next;
        }
        skip();
        if (at != end) wrong(std::string(attribute) + " is \"" + written + "\", expected " + std::to_string(N) + " numbers");
        return values;
    }
    Extent extent(vtkXMLDataElement* element, char const* attribute) const {
        auto const n = numbers<int, 6>(element, attribute);
        return {{n[0], n[2], n[4]}, {n[1], n[3], n[5]}};
    }

    /// Refuses a spacing or origin other than that of the voxels' corners (data of cells) or centres (data of points). Neither has a
    /// meaning on an axis with one point.
    void check_place(Grid const& grid, bool by_cell) const {
        double const h = grid.spacing, first = by_cell ? 0 : h / 2;
        auto const or_else = [&](char const* attribute, std::array<double, 3> const& otherwise) {
            return image_->GetAttribute(attribute) ? numbers<double, 3>(image_, attribute) : otherwise;
        };
        auto const spacing = or_else("Spacing", {1, 1, 1}), origin = or_else("Origin", {0, 0, 0});
        constexpr double tolerance = 1e-4;  // of a voxel
        for (std::size_t a = 0; a < 3; ++a) {
            if (whole_.points()[a] == 1) continue;
            if (!(std::fabs(spacing[a] - h) * static_cast<double>(whole_.cells()[a]) <= tolerance * h))
                wrong("its spacing is " + place_text(spacing) + ", but voxels have " + rounded(h, 6) + " um; expected Spacing=\"" +
                      place_text({h, h, h}) + "\"");
            double const begins = origin[a] + spacing[a] * static_cast<double>(whole_.low[a]);
            if (!(std::fabs(begins - first) <= tolerance * h))
                wrong("its first " + std::string(by_cell ? "cell" : "point") + " is at " + rounded(begins, 6) + " on axis " + "xyz"[a] +
                      ", but " + (by_cell ? "the domain begins" : "the first voxel has its centre") + " at " + rounded(first, 6) +
                      " um; expected Origin=\"" + place_text({first, first, first}) + "\"");
        }
        if (image_->GetAttribute("Direction") &&
            numbers<double, 9>(image_, "Direction") != std::array<double, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1})
            wrong("its axes are turned (Direction); expected those of the domain");
    }
    /// Pieces must fill the whole extent without overlap.
    void check_pieces() const {
        auto const cells_of = [](Extent const& e) {
            long n = 1;
            for (long length : e.cells()) n *= std::max(length, 1l);
            return n;
        };
        long covered = 0;
        std::vector<Extent> before;
        for (auto* piece : pieces_) {
            Extent const e = extent(piece, "Extent");
            bool flat = false;  // on an axis on which the whole is not
            for (std::size_t a = 0; a < 3; ++a) flat = flat || (e.cells()[a] == 0 && whole_.cells()[a] != 0);
            if (!e.inside(whole_) || flat)
                wrong("the piece with Extent \"" + text(piece, "Extent") + "\" is not a part of the whole extent");
            for (Extent const& other : before) {
                bool apart = false;
                for (std::size_t a = 0; a < 3; ++a)
                    apart = apart || (whole_.cells()[a] != 0 && (e.high[a] <= other.low[a] || e.low[a] >= other.high[a]));
                if (!apart) wrong("the piece with Extent \"" + text(piece, "Extent") + "\" overlaps another");
            }
            before.push_back(e);
            covered += cells_of(e);
        }
        if (covered != cells_of(whole_)) wrong("its pieces do not fill the whole extent");
    }

    void read_piece(vtkXMLDataElement* piece, bool by_cell, std::string const& name, Grid const& grid, std::vector<double>& to) {
        vtkXMLDataElement* const found = find_array(piece, by_cell, name);
        int components = 1, type = 0;
        if (found->GetAttribute("NumberOfComponents") && (!found->GetScalarAttribute("NumberOfComponents", components) || components != 1))
            wrong("array \"" + name + "\" has " + text(found, "NumberOfComponents") + " components, expected one value for each voxel");
        if (!found->GetWordTypeAttribute("type", type) || type == VTK_BIT || type == VTK_STRING)
            wrong("array \"" + name + "\" has the type \"" + text(found, "type") + "\", expected numbers");
        Extent const e = extent(piece, "Extent");
        auto const n = by_cell ? e.cells() : e.points();
        auto const words = static_cast<std::size_t>(n[0] * n[1] * n[2]);
        auto const data = vtkSmartPointer<vtkDataArray>::Take(vtkDataArray::CreateDataArray(type));
        data->SetNumberOfTuples(static_cast<vtkIdType>(words));
        if (!read_words(found, data, words, type)) wrong("array \"" + name + "\" does not hold " + std::to_string(words) + " values");
        vtkIdType next = 0;
        for (long k = 0; k < n[2]; ++k)
            for (long j = 0; j < n[1]; ++j)
                for (long i = 0; i < n[0]; ++i) {
                    auto const on = [&](std::size_t a, long at) { return static_cast<int>(e.low[a] - whole_.low[a] + at); };
                    to[grid.voxel(on(0, i), on(1, j), on(2, k))] = data->GetTuple1(next++);
                }
    }
    vtkXMLDataElement* find_array(vtkXMLDataElement* piece, bool by_cell, std::string const& name) const {
        vtkXMLDataElement* const attributes = piece->FindNestedElementWithName(by_cell ? "CellData" : "PointData");
        vtkXMLDataElement* found = nullptr;
        std::vector<std::string> known;
        for (int n = 0; attributes && n < attributes->GetNumberOfNestedElements(); ++n) {
            known.push_back(text(attributes->GetNestedElement(n), "Name"));
            if (known.back() != name) continue;
            if (found) wrong("two arrays have the name \"" + name + "\"");
            found = attributes->GetNestedElement(n);
        }
        if (!found)
            throw InputError(name_ + " has no array \"" + name + "\" on its " + (by_cell ? "cells" : "points") + suggestion(name, known));
        return found;
    }
    /// Whether the compressed blocks of an array are in the file: the parser takes memory for as many bytes as they are said to have.
    bool blocks_fit(vtkXMLDataElement* array, bool appended, std::uint64_t blocks) {
        std::size_t const size = parser_->size_of_length();
        if (blocks > size_ / size) return false;
        std::uint64_t left = size_;
        auto const begin = parser_->bytes(array, appended, (3 + blocks) * size);
        if (begin.size() < (3 + blocks) * size) return false;
        for (std::uint64_t b = 0; b < blocks; ++b) {
            std::uint64_t const compressed = parser_->length(begin, 3 + b);
            if (compressed > left) return false;
            left -= compressed;
        }
        return true;
    }
    /// Reads an array; false if it does not hold just so many values.
    bool read_words(vtkXMLDataElement* array, vtkDataArray* to, std::size_t words, int type) {
        std::string const format = text(array, "format");
        bool const appended = format == "appended", ascii = format == "ascii";
        std::size_t const bytes = words * parser_->GetWordTypeSize(type);
        long long offset = 0;
        if (appended && (!array->GetScalarAttribute("offset", offset) || offset < 0 || static_cast<std::uint64_t>(offset) > size_))
            return false;
        if (!ascii) {
            std::size_t const size = parser_->size_of_length(), lengths = compressor_ ? 3 : 1;
            std::size_t const wanted = lengths * size + (compressor_ ? 0 : bytes);  // of what is missing the parser makes something
            if (wanted > size_) return false;
            auto const begin = parser_->bytes(array, appended, wanted);
            if (begin.size() < wanted) return false;
            std::uint64_t declared = parser_->length(begin, 0);
            if (compressor_) {  // number of blocks, size of each, and of the last if that is smaller
                std::uint64_t const blocks = declared, each = parser_->length(begin, 1), last = parser_->length(begin, 2);
                if (blocks == 0 || each == 0 || last > each || blocks - 1 > bytes / each) return false;
                declared = (blocks - 1) * each + (last > 0 ? last : each);
                if (!blocks_fit(array, appended, blocks)) return false;
            }
            if (declared != bytes) return false;
        }
        void* const buffer = to->GetVoidPointer(0);
        std::size_t const read = appended ? parser_->ReadAppendedData(offset, buffer, 0, words, type)
                                          : parser_->ReadInlineData(array, ascii, buffer, 0, words, type);
        if (read != words) return false;
        std::array<double, 4> spare{};  // larger than any word
        return !ascii || parser_->ReadInlineData(array, ascii, spare.data(), words, 1, type) == 0;
    }

    std::string name_;
    std::ifstream stream_;
    std::uint64_t size_;  ///< of the file [bytes]
    vtkNew<Parser> parser_;
    vtkSmartPointer<vtkDataCompressor> compressor_;
    vtkXMLDataElement* image_ = nullptr;
    Extent whole_{};
    std::vector<vtkXMLDataElement*> pieces_;
};

}  // namespace

std::vector<double> read_vti(std::filesystem::path const& file, std::string const& name, Grid const& grid) {
    struct Quiet {  // the parser's own messages; ours says it in one line
        Quiet() { vtkObject::GlobalWarningDisplayOff(); }
        ~Quiet() { vtkObject::GlobalWarningDisplayOn(); }
    } const quiet;
    return ImageFile(file).read(name, grid);
}

}  // namespace crine
