#pragma once
// The words of a configuration for the values of an enum: what the parser takes, what --keys lists
// and what messages print are this one table.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/config/config.hpp"

namespace weir {

template <class E>
struct Word {
    std::string_view text;
    E value;
};

template <class E>
inline constexpr std::nullptr_t words = nullptr;
template <>
inline constexpr auto words<Role> =
    std::to_array<Word<Role>>({{"lan", Role::lan}, {"wan", Role::wan}});
template <>
inline constexpr auto words<SpreadMode> = std::to_array<Word<SpreadMode>>(
    {{"auto", SpreadMode::automatic}, {"on", SpreadMode::on}, {"off", SpreadMode::off}});
template <>
inline constexpr auto words<HugePages> =
    std::to_array<Word<HugePages>>({{"auto", HugePages::automatic},
                                    {"2M", HugePages::two_mb},
                                    {"1G", HugePages::one_gb},
                                    {"none", HugePages::none}});
template <>
inline constexpr auto words<SliceSource> =
    std::to_array<Word<SliceSource>>({{"sid", SliceSource::sid},
                                      {"steer", SliceSource::steer},
                                      {"nrp", SliceSource::nrp},
                                      {"source", SliceSource::source},
                                      {"label", SliceSource::label},
                                      {"dscp", SliceSource::dscp},
                                      {"pcp", SliceSource::pcp},
                                      {"port", SliceSource::port}});
template <>
inline constexpr auto words<SliceField> =
    std::to_array<Word<SliceField>>({{"source", SliceField::source}, {"label", SliceField::label}});
template <>
inline constexpr auto words<OnPeerLoss> = std::to_array<Word<OnPeerLoss>>(
    {{"hold", OnPeerLoss::hold}, {"move", OnPeerLoss::move}, {"drop", OnPeerLoss::drop}});
template <>
inline constexpr auto words<Control> = std::to_array<Word<Control>>({{"off", Control::off},
                                                                     {"pause", Control::pause},
                                                                     {"precise", Control::precise},
                                                                     {"credit", Control::credit}});
template <>
inline constexpr auto words<DscpMode> =
    std::to_array<Word<DscpMode>>({{"pipe", DscpMode::pipe}, {"uniform", DscpMode::uniform}});
template <>
inline constexpr auto words<WatchdogAction> =
    std::to_array<Word<WatchdogAction>>({{"drop", WatchdogAction::drop},
                                         {"forward", WatchdogAction::forward},
                                         {"alert", WatchdogAction::alert}});
template <>
inline constexpr auto words<EncapMode> =
    std::to_array<Word<EncapMode>>({{"full", EncapMode::full}, {"reduced", EncapMode::reduced}});

template <class E>
std::vector<std::string_view> word_texts() {
    std::vector<std::string_view> texts;
    for (const auto& word : words<E>) texts.push_back(word.text);
    return texts;
}

// "a | b | c"
template <class E>
std::string words_text() {
    std::string all;
    for (const auto& word : words<E>) all += (all.empty() ? "" : " | ") + std::string{word.text};
    return all;
}

template <class E>
std::string_view word_of(E value) {
    for (const auto& word : words<E>)
        if (word.value == value) return word.text;
    return {};
}

}  // namespace weir
