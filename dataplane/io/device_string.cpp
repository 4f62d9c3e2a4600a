#include "dataplane/io/device_string.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw Error{ExitCode::configuration,
                fmt::format("device \"{}\" {}: write a PCI address like \"0000:17:00.0\", "
                            "\"af_xdp:IF\", \"af_packet:IF\", \"tap:NAME\", "
                            "\"memif:SOCKET[,role=client|server][,id=N]\" or \"vdev:ARGUMENTS\"",
                            text, why)};
}

bool is_hex(std::string_view digits) {
    return std::ranges::all_of(digits, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

// [dddd:]bb:dd.f
std::optional<std::string> pci_address(std::string_view text) {
    std::string whole{text};
    if (text.size() == 7) whole.insert(0, "0000:");
    if (whole.size() != 12 || whole[4] != ':' || whole[7] != ':' || whole[10] != '.') return {};
    const std::string_view v = whole;
    const bool digits = is_hex(v.substr(0, 4)) && is_hex(v.substr(5, 2)) && is_hex(v.substr(8, 2));
    if (!digits || v[11] < '0' || v[11] > '7') return {};
    std::ranges::transform(whole, whole.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return whole;
}

// As the kernel's dev_valid_name(), and without the comma that would end the driver's argument.
std::string interface_name(std::string_view text, std::string_view name) {
    const bool bad = std::ranges::any_of(
        name, [](char c) { return c <= ' ' || c == '/' || c == ':' || c == ',' || c == 127; });
    if (name.empty() || name.size() >= IFNAMSIZ || name == "." || name == ".." || bad)
        refuse(text, "names no interface (1 to 15 characters, none of space '/' ':' ',')");
    return std::string{name};
}

void memif_option(MemifDevice& memif, std::string_view text, std::string_view option) {
    if (option == "role=client" || option == "role=server") {
        memif.server = option == "role=server";
        return;
    }
    if (option.starts_with("id=")) {
        const char* end = option.data() + option.size();
        const auto [stop, error] = std::from_chars(option.data() + 3, end, memif.id);
        if (error == std::errc{} && stop == end) return;
    }
    refuse(text, fmt::format("has the unknown option \"{}\"", option));
}

MemifDevice memif_device(std::string_view text, std::string_view rest) {
    MemifDevice memif;
    const auto comma = std::min(rest.find(','), rest.size());
    std::string_view socket = rest.substr(0, comma);
    memif.abstract = socket.starts_with('@');
    if (memif.abstract) socket.remove_prefix(1);
    if (socket.empty()) refuse(text, "names no socket");
    if (socket.size() >= sizeof(sockaddr_un::sun_path) - 1)
        refuse(text, fmt::format("has a socket name of {} bytes, and {} is the most", socket.size(),
                                 sizeof(sockaddr_un::sun_path) - 2));
    memif.socket = socket;
    for (rest.remove_prefix(comma); !rest.empty();) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find(','), rest.size());
        memif_option(memif, text, rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return memif;
}

VdevDevice vdev_device(std::string_view text, std::string_view rest) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (comma == 0) refuse(text, "names no driver (\"vdev:net_null0\")");
    return {std::string{rest.substr(0, comma)},
            std::string{rest.substr(std::min(comma + 1, rest.size()))}};
}

}  // namespace

DeviceString parse_device(std::string_view text) {
    if (const auto address = pci_address(text)) return PciDevice{*address};
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) refuse(text, "is of no known kind");
    const std::string_view kind = text.substr(0, colon);
    const std::string_view rest = text.substr(colon + 1);
    if (kind == "af_xdp") return AfXdpDevice{interface_name(text, rest)};
    if (kind == "af_packet") return AfPacketDevice{interface_name(text, rest)};
    if (kind == "tap") return TapDevice{interface_name(text, rest)};
    if (kind == "memif") return memif_device(text, rest);
    if (kind == "vdev") return vdev_device(text, rest);
    refuse(text, "is of no known kind");
}

}  // namespace weir
