// Reads files and pipes, and checks that they hold UTF-8 text without control characters.
#include "host/text/text_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crine {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ > STDERR_FILENO) ::close(number_);
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    operator int() const { return number_; }

private:
    int number_;
};

/// Bytes of the character that begins at `text[at]`; 0 if it is none of a text: not UTF-8, a control character, or no character of XML.
std::size_t length_of_character(std::string_view text, std::size_t at) {
    auto const byte = [&](std::size_t n) { return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0u; };
    auto const follows = [&](std::size_t n) { return (byte(n) & 0xC0) == 0x80; };
    unsigned const first = byte(0);
    if (first < 0x80) return first >= 0x20 ? first != 0x7F : (first == '\n' || first == '\t' || first == '\r');
    if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
    unsigned const second = byte(1);
    if (first >= 0xE0 && first < 0xF0) {
        bool const overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second >= 0xA0,
                   none = first == 0xEF && second == 0xBF && byte(2) >= 0xBE;
        return follows(1) && follows(2) && !overlong && !surrogate && !none ? 3 : 0;
    }
    bool const outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    return first >= 0xF0 && first <= 0xF4 && follows(1) && follows(2) && follows(3) && !outside ? 4 : 0;
}

std::string hexadecimal(char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    return std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
}

/// `patience`: how long it may be silent [ms]; below 0: for ever.
std::string read_all(int descriptor, int patience, std::size_t most, std::string const& name) {
    std::string text;
    char part[65536];
    for (;;) {
        pollfd waiting{descriptor, POLLIN, 0};
        if (::poll(&waiting, 1, patience) == 0)
            throw InputError(name + ": cannot be read (nothing comes out of this pipe; does a program write into it?)");
        ssize_t const n = ::read(descriptor, part, sizeof part);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n < 0) throw InputError(name + ": cannot be read (" + std::strerror(errno) + ")");
        if (n == 0) return text;
        text.append(part, static_cast<std::size_t>(n));
        if (text.size() > most)
            throw InputError(name + ": more than " + std::to_string(most >> 20) +
                             " MiB, which is no scenario (cells in their thousands: a CSV file)");
    }
}

}  // namespace

std::string read_text(std::filesystem::path const& file, std::size_t most) {
    static std::map<std::filesystem::path, std::string> from_pipes;
    if (auto const known = from_pipes.find(file); known != from_pipes.end()) return known->second;
    bool const standard = file == "-";
    std::string const name = standard ? "standard input" : file.string();
    // Not blocking, since a pipe that nobody writes to would keep us waiting in open().
    Descriptor const in(standard ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (in < 0 || ::fstat(in, &status) != 0) throw InputError(name + ": cannot be read (" + std::strerror(errno) + ")");
    if (S_ISDIR(status.st_mode)) throw InputError(name + ": cannot be read (it is a directory)");
    bool const pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || (standard && S_ISCHR(status.st_mode));
    if (!pipe && !S_ISREG(status.st_mode)) throw InputError(name + ": cannot be read (it is a device; expected a file or a pipe)");
    constexpr int silence = 1000;  // of a pipe with a name, to which perhaps nobody writes [ms]
    std::error_code ignored;
    bool const with_name = !standard && std::filesystem::symlink_status(file, ignored).type() == std::filesystem::file_type::fifo;
    std::string text = read_all(in, with_name ? silence : -1, most, name);
    if (pipe || standard) from_pipes[file] = text;  // also a file, of which nothing would be left
    return text;
}

std::optional<BadCharacter> find_bad_character(std::string_view text) {
    for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
        length = length_of_character(text, at);
        if (length > 0) continue;
        auto const byte = static_cast<unsigned char>(text[at]);
        bool const control = byte < 0x80 || (byte == 0xEF && at + 1 < text.size() && text[at + 1] == '\xBF');
        return BadCharacter{
            at, control ? "found the character " + hexadecimal(text[at]) + ", expected text without control characters"
                        : "found the byte " + hexadecimal(text[at]) + ", expected text in UTF-8 (save the file in this encoding?)"};
    }
    return std::nullopt;
}

void check_text(std::string_view text, Place begin) {
    auto const bad = find_bad_character(text);
    if (!bad) return;
    std::string_view const before = text.substr(0, bad->at);
    auto const lines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    if (begin.in_file()) {
        begin.column =
            static_cast<int>(lines == 0 ? begin.column + static_cast<int>(bad->at) : static_cast<int>(bad->at - before.rfind('\n')));
        begin.line += lines;
    }
    fail(begin, bad->problem);
}

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const length = length_of_character(text, at);
        shown += length == 0 ? hexadecimal(text[at]) : std::string(text.substr(at, length));
        at += std::max<std::size_t>(length, 1);
    }
    return shown;
}

Lines::Lines(std::filesystem::path const& file, Place const& named) : in_(file), at_{file.string(), 0, 1, ""} {
    if (!in_) fail(named, "file " + file.string() + " cannot be read");
}

bool Lines::next() {
    constexpr std::size_t longest = 65536;
    line_.clear();
    ++at_.line;
    for (char c; in_.get(c);) {
        if (c == '\n') break;
        line_ += c;
        if (line_.size() > longest) fail(at_, "a line of more than 65536 characters; expected a table");
    }
    if (!in_ && line_.empty()) return false;
    if (at_.line == 1 && line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
    check_text(line_, at_);
    return true;
}

std::vector<Text> Lines::values() const {
    std::vector<Text> values;
    Place at = at_;
    for (std::size_t begin = 0; begin <= line_.size();) {
        std::size_t const end = std::min(line_.find(',', begin), line_.size());
        std::string text = line_.substr(begin, end - begin);
        std::size_t const blanks = std::min(text.find_first_not_of(" \t\r"), text.size());
        text.erase(0, blanks);
        text.erase(text.find_last_not_of(" \t\r") + 1);
        at.column = static_cast<int>(begin + blanks) + 1;
        values.push_back({text, at});
        begin = end + 1;
    }
    return values;
}

}  // namespace crine
