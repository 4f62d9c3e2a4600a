#pragma once
// A Resolver with two ports, a table of its own and a clock that stands until it is turned.
#include <map>
#include <string>
#include <vector>

#include "dataplane/control/resolver.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "tests/unit/control/golden.hpp"

namespace weir {

constexpr PortId lan{0}, wan{1}, nowhere{7};
inline const MacAddr our_mac{{2, 0, 0, 0, 0, 1}}, host_mac{{2, 0, 0, 0, 0, 0xaa}},
    other_mac{{2, 0, 0, 0, 0, 0xbb}};

inline Ipv6Addr v6(std::string_view text) { return parse_ipv6(text).value(); }
inline Ipv6Addr v4(std::string_view text) { return mapped(parse_ipv4(text).value()); }
inline const Ipv6Addr host4 = v4("192.0.2.10"), host6 = v6("2001:db8:1::ab12:3456"),
                      local6 = v6("fe80::12:3456");

inline IdVector<PortId, ResolverPort> bed_ports() {
    const auto local = link_local_address(our_mac);
    ResolverPort first{our_mac,
                       {parse_ipv4_prefix("192.0.2.1/24").value()},
                       {parse_ipv6_prefix("2001:db8:1::1/64").value(), {local, 64}}};
    ResolverPort second{{{2, 0, 0, 0, 0, 2}}, {parse_ipv4_prefix("198.51.100.1/31").value()}, {}};
    return {first, second};
}

// The frames of golden/neighbor.txt by name.
inline Octets golden_frame(const std::string& name) {
    static const auto frames = [] {
        std::map<std::string, Octets> made;
        for (const auto& row : golden_rows("neighbor.txt")) made[row.at(0)] = from_hex(row.at(1));
        return made;
    }();
    const auto at = frames.find(name);
    EXPECT_NE(at, frames.end()) << name;
    return at == frames.end() ? Octets{} : at->second;
}

struct Bed {
    explicit Bed(Resolver::Limits limits = {}, std::uint32_t capacity = 64)
        : table{capacity}, resolver{table, limits} {
        resolver.set_ports(bed_ports(), now(), out);
    }

    Instant now() const { return Instant{Nanos{1'000'000'000} + since}; }
    // Turns the clock in steps of 10 ms, as the control thread would.
    void run(Nanos time) {
        note();
        for (const Nanos until = since + time; since < until;) {
            since += std::min(Nanos{10'000'000}, until - since);
            resolver.tick(now(), out);
            note();
        }
    }
    // What was sent since the last call, as "ms:frame" with names of golden frames where one fits.
    std::vector<std::string> sent() {
        note();
        return std::exchange(log, {});
    }
    void note() {
        for (; noted < out.frames.size(); ++noted)
            log.push_back(std::to_string(since.count() / 1'000'000) + ":" +
                          name_of(out.frames[noted].bytes));
    }
    static std::string name_of(const Octets& bytes) {
        for (const auto& row : golden_rows("neighbor.txt"))
            if (row.at(0).starts_with("out-") && row.at(1) == to_hex(bytes))
                return row.at(0).substr(4);
        return to_hex(bytes);
    }

    void want(int packet, PortId port, const Ipv6Addr& address) {
        resolver.want(handle(packet), port, address, now(), out);
    }
    static PacketHandle handle(int packet) {
        return reinterpret_cast<PacketHandle>(static_cast<std::intptr_t>(packet));
    }
    static int number(PacketHandle handle) {
        return static_cast<int>(reinterpret_cast<std::intptr_t>(handle));
    }
    Drop arp(const Octets& bytes, PortId port = lan) {
        const Exact exact{bytes};
        return resolver.on_arp(exact.span(), sizeof(EthernetHeader), port, now(), out);
    }
    Drop nd(const Octets& bytes, PortId port = lan) {
        const Exact exact{bytes};
        return resolver.on_nd(exact.span(), sizeof(EthernetHeader), port, now(), out);
    }
    Drop arp(const std::string& name) { return arp(golden_frame(name)); }
    Drop nd(const std::string& name) { return nd(golden_frame(name)); }

    std::vector<int> ready() {
        std::vector<int> packets;
        for (const auto& item : std::exchange(out.ready, {}))
            packets.push_back(number(item.packet));
        return packets;
    }
    // "packet:drop"
    std::vector<std::string> lost() {
        std::vector<std::string> packets;
        for (const auto& item : std::exchange(out.lost, {}))
            packets.push_back(std::to_string(number(item.packet)) + ":" +
                              std::string{name(item.drop)});
        return packets;
    }
    // "incomplete", ..., "none" where it is unknown.
    std::string state(const Ipv6Addr& address, PortId port = lan) {
        for (const auto& view : resolver.view(now()))
            if (view.port == port && view.address == address) return std::string{view.state};
        return "none";
    }
    std::optional<MacAddr> mac(const Ipv6Addr& address, PortId port = lan) {
        const NeighborId id = table.find(port, address);
        return id == no_neighbor ? std::nullopt : table.mac(id);
    }
    // A neighbor that answered what we asked.
    void resolve4() {
        want(0, lan, host4);
        arp("in-arp-reply");
        forget();
    }
    void resolve6() {
        want(0, lan, host6);
        nd("in-na-host-S1O1");
        forget();
    }
    void forget() {
        out = {};
        log.clear();
        noted = 0;
    }

    NeighborTable table;
    Resolver resolver;
    ResolverOutput out{};
    Nanos since{0};
    std::size_t noted = 0;
    std::vector<std::string> log{};
};

}  // namespace weir
