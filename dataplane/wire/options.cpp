#include "dataplane/wire/options.hpp"

#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/nrp.hpp"

namespace weir {
namespace {

constexpr std::uint8_t pad1 = 0, pad_n = 1;
constexpr std::size_t first_option_at = 2;
struct Option {
    std::uint8_t type;
    std::uint8_t length;  // without these two bytes
};
// What the two highest bits of a type say of a node that does not know it.
enum class Unknown : std::uint8_t {
    skip,
    discard,
    discard_and_tell,
    discard_and_tell_unless_group
};

constexpr OptionsVerdict verdict_on(std::uint8_t type, std::size_t at) noexcept {
    switch (static_cast<Unknown>(type >> 6U)) {
        case Unknown::skip:
            return {};
        case Unknown::discard:
            return {.drop = Drop::option_unknown, .at = 0};
        case Unknown::discard_and_tell:
        case Unknown::discard_and_tell_unless_group:  // nothing here comes to a group
            return {.drop = Drop::option_unknown, .at = static_cast<std::uint32_t>(at)};
    }
    return {};
}

}  // namespace

OptionsVerdict check_options(std::span<const std::byte> header) noexcept {
    Cursor cursor{header};
    cursor.skip(first_option_at);
    std::uint32_t nrp_at = 0;
    for (unsigned n = 0; !cursor.rest().empty(); ++n) {
        if (n == max_options) return {.drop = Drop::extension_headers};
        const std::size_t at = cursor.position();
        if (std::to_integer<std::uint8_t>(cursor.rest().front()) == pad1) {
            cursor.skip(1);
            continue;
        }
        const auto* option = cursor.take<Option>();
        if (option == nullptr || !cursor.skip(option->length))
            return {.drop = Drop::extension_headers};
        if (option->type == pad_n) continue;
        if (nrp_at == 0 && option->type == NrpOption::type && option->length == NrpOption::length &&
            reinterpret_cast<const NrpOption*>(option)->of_nrp())
            nrp_at = static_cast<std::uint32_t>(at);
        if (const auto verdict = verdict_on(option->type, at); verdict.drop != Drop::none)
            return verdict;
    }
    return {.nrp_at = nrp_at};
}

}  // namespace weir
