#include "dataplane/config/device_fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "dataplane/config/suggest.hpp"

namespace weir {
namespace {

bool hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

// "0000:3b:00.0", or without the domain.
bool pci_address(std::string_view text) {
    const auto dot = text.rfind('.');
    const auto slot = dot == std::string_view::npos ? dot : text.rfind(':', dot);
    if (slot == std::string_view::npos) return false;
    std::string_view bus = text.substr(0, slot);
    if (const auto domain = bus.find(':'); domain != std::string_view::npos) {
        if (!hex(bus.substr(0, domain), 4)) return false;
        bus = bus.substr(domain + 1);
    }
    const std::string_view function = text.substr(dot + 1);
    return hex(bus, 2) && hex(text.substr(slot + 1, dot - slot - 1), 2) && function.size() == 1 &&
           function[0] >= '0' && function[0] <= '7';
}

// As the kernel has it: 1 to 15 bytes, no blank, no '/' (dev_valid_name).
bool interface_name(std::string_view text) {
    return !text.empty() && text.size() <= 15 && text != "." && text != ".." &&
           std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != ',';
           });
}

// SOCKET[,role=client|server][,id=N]; a leading '@' is the abstract namespace.
std::string memif_fault(std::string_view text, std::string_view rest) {
    constexpr std::size_t longest_socket = 106;  // sun_path of unix(7), less '@' and its end
    const auto next = [&rest] {
        const auto part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        return part;
    };
    std::string_view socket = next();
    if (socket.starts_with('@')) socket.remove_prefix(1);
    if (socket.empty() || socket.size() > longest_socket)
        return fmt::format(
            "{} names no socket of 1 to {} bytes; write "
            "\"memif:/run/weir/memif.sock\"",
            in_quotes(text), longest_socket);
    while (!rest.empty()) {
        const auto option = next();
        const auto digits = option.substr(std::min<std::size_t>(option.size(), 3));
        std::uint32_t id = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
        const bool numbered = option.starts_with("id=") && error == std::errc{} &&
                              end == digits.data() + digits.size();
        if (!numbered && option != "role=client" && option != "role=server")
            return fmt::format(
                "{} has unknown option {}; known are role=client, role=server and "
                "id=N",
                in_quotes(text), in_quotes(option));
    }
    return {};
}

}  // namespace

std::string device_fault(std::string_view text) {
    if (pci_address(text)) return {};
    const auto colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    if (kind == "af_xdp" || kind == "af_packet" || kind == "tap") {
        if (interface_name(rest)) return {};
        return fmt::format(
            "{} does not name an interface; write \"{}:eth1\", 1 to 15 characters "
            "behind the colon",
            in_quotes(text), kind);
    }
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }))
        return fmt::format("{} has characters that no device has", in_quotes(text));
    if (kind == "memif") return memif_fault(text, rest);
    if (kind == "vdev") {
        if (!rest.empty() && rest[0] != ',' && text.size() <= 255) return {};
        return fmt::format("{} names no driver; write \"vdev:net_null0\"", in_quotes(text));
    }
    const std::string_view known[] = {"af_xdp", "af_packet", "tap", "memif", "vdev"};
    return fmt::format(
        "{} is no device: write a PCI address like \"0000:3b:00.0\", or af_xdp:IF, "
        "af_packet:IF, tap:IF, memif:SOCKET, vdev:NAME{}",
        in_quotes(text), did_you_mean(kind, known));
}

}  // namespace weir
