#pragma once
// The rows of golden/*.txt, which make_golden.py wrote with scapy.
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace weir {

using Octets = std::vector<std::byte>;

inline Octets from_hex(const std::string& hex) {
    Octets bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const std::byte octet : bytes) {
        hex += digits[std::to_integer<unsigned>(octet) >> 4U];
        hex += digits[std::to_integer<unsigned>(octet) & 15U];
    }
    return hex;
}

inline std::vector<std::vector<std::string>> golden_rows(const std::string& file) {
    std::ifstream in{std::string{WEIR_GOLDEN} + "/" + file};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words{line};
        rows.emplace_back();
        for (std::string word; words >> word;) rows.back().push_back(word);
    }
    EXPECT_FALSE(rows.empty()) << file;
    return rows;
}

// The header that lies at `offset`, to change it.
template <class T>
T& at(Octets& packet, std::size_t offset) {
    return *reinterpret_cast<T*>(packet.data() + offset);
}

// The bytes in a block of exactly their size: the sanitizers see a read one byte too far.
class Exact {
public:
    explicit Exact(std::span<const std::byte> bytes)
        : size_{bytes.size()}, block_{new std::byte[bytes.size()]} {
        std::copy(bytes.begin(), bytes.end(), block_.get());
    }
    std::span<const std::byte> span() const { return {block_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> block_;
};

}  // namespace weir
