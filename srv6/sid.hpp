#pragma once
// Endpoint behaviours of local SIDs (RFC 8986 section 4), with their IANA codes.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

enum class Behavior : std::uint8_t { end, end_dx4, end_dx6, end_dt4, end_dt6, end_dt46 };

struct BehaviorText {
    Behavior behavior;
    std::string_view name;  // as RFC 8986 and the configuration write it
    std::uint16_t code;     // IANA "SRv6 Endpoint Behaviors"
};

inline constexpr auto behavior_texts = std::to_array<BehaviorText>({
    {Behavior::end, "End", 1},
    {Behavior::end_dx4, "End.DX4", 17},
    {Behavior::end_dx6, "End.DX6", 16},
    {Behavior::end_dt4, "End.DT4", 19},
    {Behavior::end_dt6, "End.DT6", 18},
    {Behavior::end_dt46, "End.DT46", 20},
});

constexpr std::string_view name(Behavior behavior) {
    return behavior_texts[static_cast<std::size_t>(behavior)].name;
}
constexpr std::optional<Behavior> behavior_from(std::string_view text) {
    for (const auto& row : behavior_texts)
        if (row.name == text) return row.behavior;
    return {};
}

}  // namespace weir
