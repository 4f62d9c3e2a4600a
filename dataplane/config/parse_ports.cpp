#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "dataplane/config/device_fault.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

constexpr std::uint16_t af_xdp_mtu = 3542;  // one frame in one 4 KiB page, with XDP headroom
constexpr std::size_t max_ports = 32;       // what DPDK of Debian 12 is built for
constexpr std::size_t max_tables = 1024;

void address(const Value& value, PortConfig& port) {
    const std::string* text = value.text();
    if (text == nullptr) return;
    if (const auto v4 = parse_ipv4_prefix(*text)) {
        const std::uint32_t host = v4->address.bits() & ~v4->mask();
        const bool outside = v4->address.octets[0] == 0 || v4->address.octets[0] == 127 ||
                             v4->address.octets[0] >= 224;
        if (outside || v4->length == 0)
            value.wrong(fmt::format("{} can not be the address of a port", in_quotes(*text)));
        else if (v4->length < 31 && (host == 0 || host == ~v4->mask()))
            value.wrong(
                fmt::format("{} is the {} address of its subnet; a port needs one of the "
                            "others",
                            in_quotes(*text), host == 0 ? "network" : "broadcast"));
        else
            port.address4.push_back(*v4);
        return;
    }
    if (const auto v6 = parse_ipv6_prefix(*text)) {
        const Ipv6Addr& a = v6->address;
        if (a.link_local())
            value.wrong(
                fmt::format("{} is link-local: weir makes that address from the MAC, leave "
                            "it out",
                            in_quotes(*text)));
        else if (a.multicast() || a.unspecified() || a.loopback() || is_mapped(a) ||
                 v6->length == 0)
            value.wrong(fmt::format("{} can not be the address of a port", in_quotes(*text)));
        else
            port.address6.push_back(*v6);
        return;
    }
    value.wrong(
        fmt::format("{} is not an address with its subnet's length; write it like "
                    "\"10.1.0.1/24\" or \"fd00:1::1/64\"",
                    in_quotes(*text)));
}

void addresses(const Section& section, PortConfig& port) {
    const auto value = section.find("address");
    if (!value) return;
    if (value->node.is_string()) return address(*value, port);
    Section::each(*value, [&](const Value& element) {
        address(element, port);
        return true;
    });
}

// The tables pcp and pfc: a slice for each of some priorities.
void priorities(const Section& section, std::string_view name, const Names& names,
                std::vector<std::pair<std::uint8_t, SliceId>>& out) {
    const auto value = section.find(name);
    if (!value) return;
    const auto* map = value->node.as_table();
    if (map == nullptr) {
        value->wrong_type();
        return;
    }
    for (const auto& [key, node] : *map) {
        const std::string_view priority = key.str();
        const Value entry{node, value->at / priority, value->key, value->report};
        if (priority.size() != 1 || priority[0] < '0' || priority[0] > '7') {
            section.report().key_error(entry.at, "802.1Q has priorities 0 to 7");
            continue;
        }
        SliceId slice{};
        if (names.slices.resolve(entry, slice))
            out.emplace_back(static_cast<std::uint8_t>(priority[0] - '0'), slice);
    }
}

void descriptors(const Section& section, std::string_view key, std::uint16_t& out) {
    if (section.read(key, out) && !std::has_single_bit(out))
        section.error(key, fmt::format("{} is not a power of two; {} or {} is", out,
                                       std::bit_floor(out), std::bit_ceil(out)));
}

void port(const Section& section, Parsing& p, PortConfig& port) {
    section.read_name(port.name);
    if (section.read("device", port.device))
        if (auto fault = device_fault(port.device); !fault.empty())
            section.error("device", std::move(fault));
    addresses(section, port);
    p.names.tables.read(section, "table", port.table);
    const bool mtu = section.read("mtu", port.mtu);
    if (mtu && port.device.starts_with("af_xdp:") && port.mtu > af_xdp_mtu)
        section.error("mtu", fmt::format("{} does not fit: af_xdp ends at {}, one frame to a 4 KiB "
                                         "page; lower it or use the device through another driver",
                                         port.mtu, af_xdp_mtu));
    section.read("rate", port.rate);
    section.read("role", port.role);
    section.read("source_check", port.source_check);
    section.read("punt_rate", port.punt_rate);
    section.read("receive_queues", port.receive_queues);
    section.read("spread", port.spread);
    descriptors(section, "receive_descriptors", port.receive_descriptors);
    descriptors(section, "transmit_descriptors", port.transmit_descriptors);
    p.names.slices.read(section, "slice", port.slice);
    priorities(section, "pcp", p.names, port.pcp);
    priorities(section, "pfc", p.names, port.pfc);
}

void tables(Parsing& p) {
    p.config.tables = IdVector<TableId, TableConfig>(p.names.table_order.size());
    p.config.tables[TableId{0}].name = default_table;
    for (const Section& section : p.file.tables("table")) {
        const auto id = static_cast<TableId>(p.names.table_order.index_of(section.position()));
        section.read_name(p.config.tables[id].name);
        section.read("routes", p.config.tables[id].routes);
    }
    if (p.config.tables.size() > max_tables)
        p.file.error("table", fmt::format("{} tables, at most {} are possible",
                                          p.config.tables.size(), max_tables));
}

}  // namespace

void parse_ports(Parsing& p) {
    tables(p);
    const std::size_t count = p.file.count("port");
    p.config.ports = IdVector<PortId, PortConfig>(count);
    if (count > max_ports)
        p.file.error("port", fmt::format("{} ports, at most {} are possible", count, max_ports));
    std::unordered_map<std::string, std::size_t> devices;
    for (const Section& section : p.file.tables("port")) {
        PortConfig& made = p.config.ports[static_cast<PortId>(section.position())];
        port(section, p, made);
        const auto [first, fresh] = devices.emplace(made.device, section.position());
        if (!fresh && section.has("device") && p.report.clean(section.at("device")))
            section.error("device", fmt::format("{} is already the device of port[{}]; one port "
                                                "owns it",
                                                in_quotes(made.device), first->second));
    }
}

}  // namespace weir
