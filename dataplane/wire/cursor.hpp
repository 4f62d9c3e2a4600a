#pragma once
// Reads headers off the front of a byte span. A short packet yields nullptr, never a wild pointer.
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace weir {

// What may be laid over bytes from the wire: trivially copyable, no padding to align, no surprises.
template <class T>
concept WireHeader =
    std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T> && alignof(T) == 1;

class Cursor {
public:
    explicit Cursor(std::span<const std::byte> bytes) : bytes_{bytes} {}

    template <WireHeader T>
    const T* take() noexcept {
        const T* header = peek<T>();
        if (header != nullptr) position_ += sizeof(T);
        return header;
    }
    template <WireHeader T>
    const T* peek() const noexcept {
        if (rest().size() < sizeof(T)) return nullptr;
        return reinterpret_cast<const T*>(bytes_.data() + position_);
    }
    // Steps over `n` bytes; false, and no step, where fewer are left.
    bool skip(std::size_t n) noexcept {
        if (rest().size() < n) return false;
        position_ += n;
        return true;
    }
    std::span<const std::byte> rest() const noexcept { return bytes_.subspan(position_); }
    std::size_t position() const noexcept { return position_; }

private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
};

}  // namespace weir
