// The table itself: one row for each key, in the order of the example file.
#include <fmt/format.h>

#include "dataplane/config/keys.hpp"
#include "dataplane/config/words.hpp"
#include "srv6/policy.hpp"

namespace weir {
namespace {

KeyType name() { return {"name"}; }
KeyType flag() { return {"true | false"}; }
KeyType integer(std::int64_t min, std::int64_t max) {
    return {fmt::format("integer {}..{}", min, max), min, max};
}
KeyType list_of(std::string_view what, std::size_t items) {
    return {fmt::format("list of {}", what), 0, 0, items};
}
KeyType quantity(std::string_view what) { return {std::string{what}}; }
// Limits in the base unit, and as a reader writes them.
KeyType quantity(std::string_view what, std::string_view range, std::int64_t min,
                 std::int64_t max) {
    return {fmt::format("{} {}", what, range), min, max};
}
template <class E>
KeyType one_of() {
    return {words_text<E>()};
}

constexpr std::int64_t us = 1000, ms = 1000 * us, second = 1000 * ms, any = INT64_MAX;
constexpr auto restart = Change::restart;
constexpr auto reload = Change::reload;
constexpr auto acts = Effect::acts;
constexpr auto kept = Effect::kept;
constexpr std::string_view required = "required";

}  // namespace

// clang-format off
// A table, however long. NOLINTNEXTLINE(readability-function-size)
const std::vector<Key>& all_keys() {
    static const KeyType cores{"list of integers 0..1023", 0, 1023, 128};
    static const std::vector<Key> table{
{"node.name", name(), "", required, reload, acts, "what this node is called in output and metrics"},
{"node.locator", {"IPv6 prefix"}, "", required, reload, acts, "the SIDs of this node live here"},
{"node.source", {"IPv6 address"}, "", required, reload, acts, "source of encapsulated packets and of messages"},
{"node.source_entropy", integer(0, 16), "bits", "0", reload, acts, "low bits of the source that carry flow entropy"},
{"node.domain", list_of("IPv6 prefixes", 256), "", "[]", reload, acts, "the SR domain: only these sources may reach our SIDs"},
{"node.hop_limit", integer(1, 255), "", "64", reload, acts, "hop limit of outer headers"},
{"node.classify", list_of("sources", all_slice_sources.size()), "", "all, as listed", reload, acts, "what names a packet's slice, the first that can: sid, steer, nrp, source, label, dscp, pcp, port"},
{"node.nrp", flag(), "", "false", reload, acts, "edges add a hop-by-hop option with the slice's id, 16 bytes, and hops read it"},
{"node.slice_bits", {"table"}, "", "none", reload, acts, "edges write the slice's id into bits of the outer header, and hops read it"},
{"node.slice_bits.in", one_of<SliceField>(), "", required, reload, acts, "source address or flow label"},
{"node.slice_bits.first", integer(0, 127), "bits", required, reload, acts, "below the field, from its right end"},
{"node.slice_bits.count", integer(1, 32), "bits", required, reload, acts, "of the field"},

{"workers.cores", cores, "", "all but one", restart, acts, "CPU cores, one worker each; default: all the process may use but the first"},
{"workers.idle", {"poll | pause | sleep TIME"}, "1us..10ms", "poll", restart, acts, "what a worker does between two empty polls"},

{"memory.hugepages", one_of<HugePages>(), "", "auto", restart, acts, "pages that packet buffers lie in"},
{"memory.reserve", quantity("size"), "bytes", "0B", restart, acts, "room for slices that a later reload adds"},
{"memory.packet_buffers", integer(0, 16'777'216), "buffers", "0", restart, acts, "in the pool; 0: computed from ports, workers and slices"},

{"api.socket", {"path"}, "", "/run/weir/weir.sock", restart, acts, "UNIX socket that weirctl talks to"},
{"api.mode", {"octal 0000..0777"}, "", "0660", restart, acts, "permissions of the socket"},
{"api.metrics", {"HOST:PORT | off"}, "", "127.0.0.1:9476", restart, acts, "Prometheus and the status page"},

{"table[].name", name(), "", required, reload, acts, "of a routing table; \"default\" is always there"},
{"table[].routes", integer(1, 1'000'000), "routes", "4096", reload, acts, "most routes it may hold"},

{"port[].name", name(), "", required, restart, acts, "what everything else calls the port"},
{"port[].device", {"device"}, "", required, restart, acts, "PCI address, af_xdp:IF, af_packet:IF, tap:IF, memif:SOCKET or vdev:NAME"},
{"port[].address", list_of("addresses with length", 64), "", "[]", reload, acts, "addresses of this node with their subnets; a single one needs no list"},
{"port[].table", {"name of a table"}, "", "default", reload, acts, "where packets from this port are routed"},
{"port[].mtu", integer(1280, 16'000), "bytes", "1500", restart, acts, "largest IP packet; af_xdp ends at 3542"},
{"port[].rate", quantity("rate", "1bps..", 1, any), "bit/s", "as the device says", reload, acts, "the port sends no faster; shares of slices are of it"},
{"port[].role", one_of<Role>(), "", "lan", reload, acts, "wan: inside the SR domain"},
{"port[].source_check", flag(), "", "false", reload, acts, "drop sources that do not belong behind this port"},
{"port[].punt_rate", quantity("packet rate"), "packets/s", "1kpps", restart, acts, "what may reach the control thread or the kernel"},
{"port[].receive_queues", integer(0, 128), "queues", "0", restart, acts, "0: one for each worker where the device has them"},
{"port[].spread", one_of<SpreadMode>(), "", "auto", restart, acts, "a receive queue's flows over all workers; auto: while one is too few for it"},
{"port[].receive_descriptors", {"power of two 64..32768", 64, 32'768}, "packets", "2048", restart, acts, "length of a receive ring"},
{"port[].transmit_descriptors", {"power of two 64..32768", 64, 32'768}, "packets", "2048", restart, acts, "length of a transmit ring"},
{"port[].slice", {"name of a slice"}, "", "none", reload, acts, "slice of what comes in there and nothing before it in node.classify names one for"},
{"port[].pcp", {"table of priority 0..7 = slice"}, "", "{}", reload, acts, "slices by the priority of an 802.1Q tag with VLAN 0"},
{"port[].pfc", {"table of priority 0..7 = slice"}, "", "{}", reload, acts, "802.1Qbb with the hosts on this port"},

{"peer[].name", name(), "", required, reload, kept, "the node at the other end of a WAN segment"},
{"peer[].port", {"name of a port"}, "", required, reload, kept, "port that leads to it"},
{"peer[].address", {"IPv6 address"}, "", required, reload, kept, "its flow-control SID"},
{"peer[].locator", {"IPv6 prefix"}, "", required, reload, kept, "its SIDs"},
{"peer[].segments", list_of("IPv6 addresses", max_segments), "", "[]", reload, kept, "SRv6 path that messages to it take"},
{"peer[].distance", quantity("distance", "0km..100000km or auto", 0, 500 * ms), "km, m or time", "auto", reload, acts, "one way, 5 us per km; auto: from the measured round trip"},
{"peer[].between", quantity("size"), "bytes", "0B", reload, acts, "router buffers on the way, where the peer is not adjacent"},
{"peer[].on_peer_loss", one_of<OnPeerLoss>(), "", "hold", reload, kept, "what becomes of packets for a peer that is gone"},
{"peer[].key", {"table or list of two", 0, 0, 2}, "", "none", reload, kept, "authenticates messages; two while a new one rolls in"},
{"peer[].key.id", integer(1, 65'535), "", required, reload, kept, "number of the key in messages"},
{"peer[].key.file", {"path"}, "", required, reload, kept, "file that holds the secret"},

{"slice[].id", integer(0, 4'294'967'295), "", required, reload, acts, "its number on the wire; 0 is best effort"},
{"slice[].name", name(), "", required, reload, acts, "what everything else calls the slice"},
{"slice[].guarantee", quantity("rate or share"), "bit/s, % of port", "0bps", reload, acts, "rate that nobody can take from it"},
{"slice[].limit", quantity("rate or share"), "bit/s, % of port", "100%", reload, acts, "rate it never exceeds"},
{"slice[].weight", integer(1, 65'535), "", "1", reload, acts, "share of what is left over"},
{"slice[].lossless", flag(), "", "false", reload, kept, "held back hop by hop instead of dropped"},
{"slice[].control", one_of<Control>(), "", "precise, if lossless", reload, kept, "what senders are told when a queue fills"},
{"slice[].isolate", integer(1, 32'768), "buckets", "1", reload, acts, "flow buckets that may stall completely at the same time"},
{"slice[].queues", {"power of two 1..32768", 1, 32'768}, "buckets", "64", reload, acts, "flow buckets"},
{"slice[].min_packet", integer(60, 9216), "bytes", "60", reload, acts, "smallest frame expected, without FCS; sizes buffers"},
{"slice[].buffer", quantity("size", "1B.. or auto", 1, any), "bytes", "auto", reload, acts, "auto: as docs/slices.md computes it"},
{"slice[].dscp", integer(0, 63), "", "0", reload, acts, "of the outer header; one for each slice"},
{"slice[].dscp_mode", one_of<DscpMode>(), "", "pipe", reload, acts, "uniform: the inner DSCP goes out and comes back"},
{"slice[].ecn", {"table"}, "", "off", reload, acts, "marks packets between two queue lengths"},
{"slice[].ecn.min", quantity("size"), "bytes", required, reload, acts, "below it nothing is marked"},
{"slice[].ecn.max", quantity("size", "1B..", 1, any), "bytes", required, reload, acts, "above it everything is marked"},
{"slice[].watchdog", {"table"}, "", "as below", reload, acts, "frees a queue whose peer is stuck"},
{"slice[].watchdog.detect", quantity("time", "100ms..5s", 100 * ms, 5 * second), "time", "400ms", reload, acts, "blocked so long is stuck"},
{"slice[].watchdog.restore", quantity("time", "100ms..60s", 100 * ms, 60 * second), "time", "400ms", reload, acts, "quiet so long is well again"},
{"slice[].watchdog.action", one_of<WatchdogAction>(), "", "drop", reload, acts, "what becomes of the packets of a stuck queue"},

{"policy[].name", name(), "", required, reload, acts, "what steering rules call it"},
{"policy[].bsid", {"IPv6 address"}, "", "none", reload, kept, "binding SID, inside the locator"},
{"policy[].encap", one_of<EncapMode>(), "", "reduced", reload, acts, "H.Encaps or H.Encaps.Red"},
{"policy[].paths", list_of("tables", 1024), "", required, reload, acts, "segment lists that share the flows"},
{"policy[].paths[].weight", integer(1, 1'000'000), "", "1", reload, acts, "share of the flows; all weights / gcd <= 1024"},
{"policy[].paths[].segments", list_of("IPv6 addresses", max_segments), "", required, reload, acts, "1 to 16 SIDs, first to visit first"},
{"policy[].probe", {"table"}, "", "off", reload, kept, "takes a path that does not answer out of the hash"},
{"policy[].probe.every", quantity("time", "1ms..60s", ms, 60 * second), "time", required, reload, kept, "between two probes"},
{"policy[].probe.miss", integer(1, 100), "probes", "3", reload, kept, "unanswered in a row: the path is down"},
{"policy[].mss_clamp", flag(), "", "false", reload, kept, "lowers the MSS of TCP to what the path carries"},

{"steer[].match", {"table"}, "", required, reload, acts, "what the rule applies to; the first rule that matches wins"},
{"steer[].match.port", {"name of a port"}, "", "all but role wan", reload, acts, "where the packet came in"},
{"steer[].match.to", {"IPv4 or IPv6 prefix"}, "", required, reload, acts, "destination of the packet"},
{"steer[].match.protocol", {"protocol or integer 0..255", 0, 255}, "", "any", reload, acts, "tcp, udp, icmp, icmpv6 or a number"},
{"steer[].match.dport", integer(1, 65'535), "", "any", reload, acts, "destination port, with protocol tcp or udp"},
{"steer[].policy", {"name of a policy"}, "", required, reload, acts, "policy that encapsulates the packet"},
{"steer[].slice", {"name of a slice"}, "", "none", reload, acts, "slice that carries it and marks its outer header; none: what node.classify has behind it"},

{"sid[].sid", {"IPv6 address"}, "", required, reload, acts, "a SID of this node, inside the locator"},
{"sid[].behavior", {"behavior"}, "", required, reload, acts, "End, End.DT4, End.DT6, End.DT46, End.DX4 or End.DX6 (RFC 8986)"},
{"sid[].table", {"name of a table"}, "", "required by End.DT*", reload, acts, "where the inner packet is routed"},
{"sid[].port", {"name of a port"}, "", "required by End.DX*", reload, acts, "where the inner packet goes out"},
{"sid[].next_hop", {"IPv4 or IPv6 address"}, "", "required by End.DX*", reload, acts, "neighbour that gets the inner packet"},
{"sid[].slice", {"name of a slice"}, "", "best effort", reload, acts, "its dscp_mode holds at decapsulation"},

{"route[].to", {"IPv4 or IPv6 prefix"}, "", required, reload, acts, "destinations"},
{"route[].table", {"name of a table"}, "", "default", reload, acts, "the table it stands in"},
{"route[].via", list_of("tables", 64), "", "none", reload, acts, "next hops that share the flows; [] drops"},
{"route[].via[].address", {"IPv4 or IPv6 address"}, "", required, reload, acts, "of the next hop, on a subnet of its port or link-local"},
{"route[].via[].port", {"name of a port"}, "", required, reload, acts, "port that leads to it"},
{"route[].via[].weight", integer(1, 1'000'000), "", "1", reload, acts, "share of the flows; all weights / gcd <= 1024"},
{"route[].policy", {"name of a policy"}, "", "none", reload, acts, "instead of via: policy that encapsulates"},
    };
    return table;
}
// clang-format on

}  // namespace weir
