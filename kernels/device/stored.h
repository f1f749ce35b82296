// The state that parts list, as bytes that another engine of the same model continues from.
#pragma once

#include "crine/backend.h"
#include "kernels/device/part.h"

#include <cstring>
#include <type_traits>

namespace crine {
inline namespace CRINE_NS {

/// Of each type, whether it uses a place, from the tables that say which.
class PlacesUsed {
public:
    PlacesUsed(std::size_t places, std::vector<std::uint32_t> const& begin, std::vector<std::uint16_t> const& items)
        : places_(places), used_((begin.empty() ? 0 : begin.size() - 1) * places, 0) {
        for (std::size_t type = 0; type + 1 < begin.size(); ++type)
            for (std::size_t i = begin[type]; i < begin[type + 1]; ++i) used_[type * places + items[i]] = 1;
    }
    bool operator()(std::uint8_t type, std::size_t place) const { return used_[type * places_ + place] != 0; }

private:
    std::size_t places_;
    std::vector<char> used_;
};

/// Writes what parts list as their state, one after the other: of an array the number of its elements and these, of a value its bytes.
/// Of places those that the types of cells use.
class SaveVisitor : public Visitor {
public:
    /// `type`: of each cell.
    SaveVisitor(std::vector<std::byte>& to, Buffer<std::uint8_t> const& type) : to_(to) { type.download(types_); }

    template <class T>
    void voxels(Buffer<T>& array) {
        write(array);
    }
    template <class T>
    void cells(Buffer<T>& array) {
        write(array);
    }
    template <class T>
    void places(Buffer<T>& array, int places, Lists<std::uint16_t> const& used) {
        value(places), write(used.begin), write(used.items);
        std::vector<std::uint32_t> begin;
        std::vector<std::uint16_t> items;
        used.begin.download(begin), used.items.download(items);
        PlacesUsed const uses(static_cast<std::size_t>(places), begin, items);
        std::vector<T> numbers;
        array.download(numbers);
        std::vector<T> kept;
        kept.reserve(numbers.size());
        for (std::size_t p = 0; p < static_cast<std::size_t>(places); ++p)
            for (std::size_t i = 0; i < types_.size(); ++i)
                if (uses(types_[i], p)) kept.push_back(numbers[p * types_.size() + i]);
        append_size(kept.size());
        append(kept.data(), kept.size() * sizeof(T));
    }
    template <class T>
    void array(Buffer<T>& array) {
        write(array);
    }
    template <class T>
    void value(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        append(&value, sizeof value);
    }
    template <class T>
    void value(std::vector<T>& list) {
        append_size(list.size());
        for (T& one : list) value(one);
    }
    void progress(std::vector<std::uint64_t>& list, std::uint64_t events) { value(events), value(list); }

private:
    void append(void const* from, std::size_t bytes) {
        to_.resize(to_.size() + bytes);
        if (bytes != 0) std::memcpy(to_.data() + to_.size() - bytes, from, bytes);
    }
    void append_size(std::uint64_t size) { append(&size, sizeof size); }
    template <class T>
    void write(Buffer<T> const& array) {
        append_size(array.size());
        to_.resize(to_.size() + array.size() * sizeof(T));
        if (array.size() != 0) copy_to_host(to_.data() + to_.size() - array.size() * sizeof(T), array.data(), array.size() * sizeof(T));
    }

    std::vector<std::byte>& to_;
    std::vector<std::uint8_t> types_;
};

/// Reads it back. Throws RunError where the bytes are not those of this model.
class LoadVisitor : public Visitor {
public:
    /// `type`: of each cell, which is restored before anything that cells have in places.
    LoadVisitor(std::span<std::byte const> from, Buffer<std::uint8_t> const& type) : from_(from), type_(type) {}

    template <class T>
    void voxels(Buffer<T>& array) {
        read(array, true);
    }
    template <class T>
    void cells(Buffer<T>& array) {
        read(array, false);
        if (!counted_) cells_ = array.size(), counted_ = true;
        if (array.size() != cells_) mismatch();
    }
    /// Of the same meaning: as many places, in which types keep the same.
    template <class T>
    void places(Buffer<T>& array, int places, Lists<std::uint16_t> const& used) {
        int stored = 0;
        value(stored);
        if (stored != places) mismatch();
        auto const begin = same(used.begin);
        auto const items = same(used.items);
        PlacesUsed const uses(static_cast<std::size_t>(places), begin, items);
        std::vector<std::uint8_t> types;
        type_.download(types);
        for (std::uint8_t const type : types)
            if (places != 0 && type + 1u >= begin.size()) mismatch();
        std::vector<T> numbers(types.size() * static_cast<std::size_t>(places), T{});
        std::uint64_t const n = size();
        if (n > from_.size() / sizeof(T)) mismatch();
        auto kept = next(n * sizeof(T));
        for (std::size_t p = 0; p < static_cast<std::size_t>(places); ++p)
            for (std::size_t i = 0; i < types.size(); ++i)
                if (uses(types[i], p)) {
                    if (kept.empty()) mismatch();
                    std::memcpy(&numbers[p * types.size() + i], kept.data(), sizeof(T));
                    kept = kept.subspan(sizeof(T));
                }
        if (!kept.empty()) mismatch();
        array.upload(numbers);
    }
    template <class T>
    void array(Buffer<T>& array) {
        read(array, true);
    }
    template <class T>
    void value(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        take(&value, sizeof value);
    }
    void value(bool& value) {
        std::uint8_t byte = 0;
        take(&byte, sizeof byte);
        if (byte > 1) mismatch();
        value = byte != 0;
    }
    template <class T>
    void value(std::vector<T>& list) {
        if (size() != list.size()) mismatch();
        for (T& one : list) value(one);
    }
    void progress(std::vector<std::uint64_t>& list, std::uint64_t events) {
        std::uint64_t others = 0;
        value(others);
        std::vector<std::uint64_t> stored(size_of_list());
        for (std::uint64_t& one : stored) value(one);
        if (others == events && stored.size() == list.size())
            list = stored;
        else
            list.assign(list.size(), kUnknown);
    }
    void finish() const {
        if (!from_.empty()) mismatch();
    }
    [[noreturn]] static void mismatch() { throw RunError("a stored state is not one of this model"); }

private:
    std::span<std::byte const> next(std::size_t bytes) {
        if (bytes > from_.size()) mismatch();
        auto const found = from_.first(bytes);
        from_ = from_.subspan(bytes);
        return found;
    }
    void take(void* to, std::size_t bytes) { std::memcpy(to, next(bytes).data(), bytes); }
    std::uint64_t size_of_list() {
        std::uint64_t const n = size();
        if (n > from_.size() / sizeof(std::uint64_t)) mismatch();
        return n;
    }
    std::uint64_t size() {
        std::uint64_t size = 0;
        take(&size, sizeof size);
        return size;
    }
    /// `fixed`: the model says how many there are.
    template <class T>
    void read(Buffer<T>& array, bool fixed) {
        std::uint64_t const n = size();
        if (n > from_.size() / sizeof(T) || (fixed && n != array.size())) mismatch();
        array.resize(n);
        auto const bytes = next(n * sizeof(T));
        if (n != 0) copy_to_device(array.data(), bytes.data(), bytes.size());
    }

    /// The table, which has to be the one that was stored.
    template <class T>
    std::vector<T> same(Buffer<T> const& table) {
        std::uint64_t const n = size();
        if (n > from_.size() / sizeof(T) || n != table.size()) mismatch();
        std::vector<T> here;
        table.download(here);
        auto const stored = next(n * sizeof(T));
        if (n != 0 && std::memcmp(here.data(), stored.data(), stored.size()) != 0) mismatch();
        return here;
    }

    std::span<std::byte const> from_;
    Buffer<std::uint8_t> const& type_;
    bool counted_ = false;
    std::size_t cells_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
