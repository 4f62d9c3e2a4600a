#pragma once
// A rate as people ask for it, in packets or in bits, and numbers as people read them.
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct SendRate {
    enum class Unit : std::uint8_t { packets, bits };
    Unit unit;
    std::uint64_t per_second;
};

// "250kpps", "1.5Mpps" (packets) or "10G", "40Mbps" (bits), as a configuration writes them. Throws
// Error{ExitCode::usage}.
SendRate parse_send_rate(std::string_view text);
std::string to_string(const SendRate& rate);

// 12345678 -> "12,345,678".
std::string grouped(std::uint64_t number);
// 12345678 -> "12.35M": four digits that count.
std::string scaled(double number);

}  // namespace weir
