// The state that parts list, as bytes that another engine of the same model continues from.
#pragma once

#include "crine/backend.h"
#include "kernels/device/part.h"

#include <cstring>
#include <type_traits>

namespace crine {
inline namespace CRINE_NS {

/// Writes what parts list as their state, one after the other: of an array the number of its elements and these, of a value its bytes.
class SaveVisitor : public Visitor {
public:
    explicit SaveVisitor(std::vector<std::byte>& to) : to_(to) {}

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
        write(array);
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
};

/// Reads it back. Throws RunError where the bytes are not those of this model.
class LoadVisitor : public Visitor {
public:
    explicit LoadVisitor(std::span<std::byte const> from) : from_(from) {}

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
        same(used.begin), same(used.items);
        read(array, false);
        if (array.size() != cells_ * static_cast<std::size_t>(places)) mismatch();
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

private:
    [[noreturn]] static void mismatch() { throw RunError("a stored state is not one of this model"); }
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

    template <class T>
    void same(Buffer<T> const& table) {
        std::uint64_t const n = size();
        if (n > from_.size() / sizeof(T) || n != table.size()) mismatch();
        std::vector<T> here;
        table.download(here);
        auto const stored = next(n * sizeof(T));
        if (n != 0 && std::memcmp(here.data(), stored.data(), stored.size()) != 0) mismatch();
    }

    std::span<std::byte const> from_;
    bool counted_ = false;
    std::size_t cells_ = 0;
};

}  // namespace CRINE_NS
}  // namespace crine
