#pragma once
// Bytes as tests write them: hex with spaces, and blocks of their own size, so that a sanitizer
// sees a read past the end.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

using Block = std::vector<std::byte>;

inline Block from_hex(std::string_view text) {
    Block bytes;
    std::string digits;
    for (const char c : text) {
        if (c == ' ' || c == '\n') continue;
        digits += c;
        if (digits.size() < 2) continue;
        bytes.push_back(static_cast<std::byte>(std::stoi(digits, nullptr, 16)));
        digits.clear();
    }
    return bytes;
}
inline std::string to_hex(std::span<const std::byte> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte b : bytes) {
        text += digits[std::to_integer<unsigned>(b) >> 4U];
        text += digits[std::to_integer<unsigned>(b) & 15U];
    }
    return text;
}
// The same without what a reader's eye wants.
inline std::string hex(std::string_view text) { return to_hex(from_hex(text)); }

inline Block block(const std::vector<std::uint8_t>& octets) {
    Block bytes(octets.size());
    for (std::size_t i = 0; i < octets.size(); ++i) bytes[i] = static_cast<std::byte>(octets[i]);
    return bytes;
}

}  // namespace weir::test
