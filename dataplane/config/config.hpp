#pragma once
// What a configuration file says, as typed values with every name resolved to an index. A Config
// that `parse_config` returned is valid as a whole: no reader checks it again. docs/configuration
// describes each key; `weir --keys` prints them.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/base/watchdog_action.hpp"
#include "dataplane/wire/address.hpp"
#include "dataplane/wire/ip.hpp"
#include "srv6/policy.hpp"
#include "srv6/sid.hpp"
#include "srv6/slice_bits.hpp"

namespace weir {

// What may name the slice of a packet. Four of them lie in the outer header, written by the node
// that encapsulated it: they are believed inside the SR domain only.
enum class SliceSource : std::uint8_t { sid, steer, nrp, source, label, dscp, pcp, port };
inline constexpr std::array all_slice_sources{
    SliceSource::sid,   SliceSource::steer, SliceSource::nrp, SliceSource::source,
    SliceSource::label, SliceSource::dscp,  SliceSource::pcp, SliceSource::port};

constexpr SliceSource source_of(SliceField field) {
    return field == SliceField::source ? SliceSource::source : SliceSource::label;
}

struct NodeConfig {
    std::string name;
    Ipv6Prefix locator;              // SIDs of this node live here
    Ipv6Addr source;                 // of encapsulated packets and messages
    unsigned source_entropy = 0;     // low bits of the source that carry flow entropy, 0..16
    std::vector<Ipv6Prefix> domain;  // the SR domain; empty: no source may reach our SIDs
    std::uint8_t hop_limit = 64;     // of outer headers (RFC 2473 section 6.3)
    // The first that names a slice wins; what is not in it is not asked.
    std::vector<SliceSource> classify{all_slice_sources.begin(), all_slice_sources.end()};
    bool nrp = false;                     // the option is written, and read (nrp.hpp)
    std::optional<SliceBits> slice_bits;  // the same of bits of the outer header
    bool operator==(const NodeConfig&) const = default;
};

enum class Idle : std::uint8_t { poll, pause, sleep };

struct WorkersConfig {
    std::vector<unsigned> cores;  // one worker each, never empty
    Idle idle = Idle::poll;
    Nanos idle_sleep{0};  // with Idle::sleep
    bool operator==(const WorkersConfig&) const = default;
};

enum class HugePages : std::uint8_t { automatic, two_mb, one_gb, none };

struct MemoryConfig {
    HugePages hugepages = HugePages::automatic;
    Bytes reserve{0};
    std::uint32_t packet_buffers = 0;  // in the pool; 0: computed from ports, rings and slices
    bool operator==(const MemoryConfig&) const = default;
};

struct ApiConfig {
    std::string socket = "/run/weir/weir.sock";
    std::uint32_t mode = 0660;
    std::string metrics = "127.0.0.1:9476";  // "off" disables
    bool operator==(const ApiConfig&) const = default;
};

struct TableConfig {
    std::string name;
    std::uint32_t routes = 4096;  // room kept for them
    bool operator==(const TableConfig&) const = default;
};

enum class Role : std::uint8_t { lan, wan };
// Of the packets of one receive queue over all workers.
enum class SpreadMode : std::uint8_t { automatic, on, off };

struct PortConfig {
    std::string name;
    std::string device;  // as written: PCI address, "af_xdp:IF", "tap:NAME", "vdev:..."
    std::vector<Ipv4Prefix> address4;  // the address itself with the length of its subnet
    std::vector<Ipv6Prefix> address6;
    TableId table{0};
    std::uint16_t mtu = 1500;  // largest IP packet, bytes
    std::optional<BitsPerSecond> rate;
    Role role = Role::lan;
    bool source_check = false;
    PacketsPerSecond punt_rate{1000};
    std::uint16_t receive_queues = 0;  // 0: one per worker where the device has them
    SpreadMode spread = SpreadMode::automatic;
    std::uint16_t receive_descriptors = 2048;
    std::uint16_t transmit_descriptors = 2048;
    std::optional<SliceId> slice;  // of what came in there and nothing else names one for
    std::vector<std::pair<std::uint8_t, SliceId>> pcp;  // priority of an 802.1Q tag, slice
    std::vector<std::pair<std::uint8_t, SliceId>> pfc;  // 802.1Qbb priority, slice
    bool operator==(const PortConfig&) const = default;
};

enum class OnPeerLoss : std::uint8_t { hold, move, drop };
struct PeerKey {
    std::uint16_t id;
    std::string file;
    bool operator==(const PeerKey&) const = default;
};
struct PeerConfig {
    std::string name;
    PortId port;
    Ipv6Addr address;
    Ipv6Prefix locator;
    std::vector<Ipv6Addr> segments;
    std::optional<Nanos> distance;  // one way; none: "auto"
    Bytes between{0};
    OnPeerLoss on_peer_loss = OnPeerLoss::hold;
    std::vector<PeerKey> keys;  // at most two live at once
    bool operator==(const PeerConfig&) const = default;
};

enum class Control : std::uint8_t { off, pause, precise, credit };
enum class DscpMode : std::uint8_t { pipe, uniform };
struct Watchdog {
    Nanos detect{400'000'000};
    Nanos restore{400'000'000};
    WatchdogAction action = WatchdogAction::drop;
    bool operator==(const Watchdog&) const = default;
};
struct EcnThresholds {
    Bytes min;
    Bytes max;
    bool operator==(const EcnThresholds&) const = default;
};
// A rate as written: absolute, or a share of the port's rate in millionths ("40%" = 400,000).
struct Share {
    std::uint32_t millionths;
    bool operator==(const Share&) const = default;
};
using RateOrShare = std::variant<BitsPerSecond, Share>;

struct SliceConfig {
    std::uint32_t id;  // the number on the wire
    std::string name;
    RateOrShare guarantee = BitsPerSecond{0};
    RateOrShare limit = Share{1'000'000};
    std::uint32_t weight = 1;
    bool lossless = false;
    Control control = Control::off;
    std::uint16_t isolate = 1;
    std::uint16_t queues = 64;  // flow buckets, a power of two
    std::uint16_t min_packet = 60;
    std::optional<Bytes> buffer;  // none: "auto"
    Dscp dscp{0};
    DscpMode dscp_mode = DscpMode::pipe;
    std::optional<EcnThresholds> ecn;
    Watchdog watchdog;
    bool operator==(const SliceConfig&) const = default;
};

struct PathConfig {
    std::uint32_t weight = 1;        // 1.. (RFC 9256 section 2.11: 0 would make the list invalid)
    std::vector<Ipv6Addr> segments;  // 1..16, first to visit first
    bool operator==(const PathConfig&) const = default;
};
struct ProbeConfig {
    Nanos every;
    unsigned miss;
    bool operator==(const ProbeConfig&) const = default;
};
struct PolicyConfig {
    std::string name;
    std::optional<Ipv6Addr> bsid;
    EncapMode encap = EncapMode::reduced;
    std::vector<PathConfig> paths;  // never empty
    std::optional<ProbeConfig> probe;
    bool mss_clamp = false;
    bool operator==(const PolicyConfig&) const = default;
};

struct SteerConfig {             // first match wins, in file order
    std::optional<PortId> port;  // none: every port that is not role "wan"
    std::variant<Ipv4Prefix, Ipv6Prefix> to;
    std::optional<IpProto> protocol;
    std::optional<std::uint16_t> dport;
    PolicyId policy;  // index into Config::policies
    std::optional<SliceId> slice;
    bool operator==(const SteerConfig&) const = default;
};

struct SidConfig {
    Ipv6Addr sid;
    Behavior behavior;
    TableId table{0};                                           // End.T, End.DT4, End.DT6, End.DT46
    std::optional<PortId> port;                                 // End.X, End.DX4, End.DX6
    std::variant<std::monostate, Ipv4Addr, Ipv6Addr> next_hop;  // End.X, End.DX4, End.DX6
    std::optional<SliceId> slice;
    bool operator==(const SidConfig&) const = default;
};

struct Via {
    std::variant<Ipv4Addr, Ipv6Addr> address;
    PortId port;
    std::uint32_t weight = 1;
    bool operator==(const Via&) const = default;
};
struct RouteConfig {
    std::variant<Ipv4Prefix, Ipv6Prefix> to;
    TableId table{0};
    std::vector<Via> via;            // empty: blackhole
    std::optional<PolicyId> policy;  // instead of via: encapsulate
    bool operator==(const RouteConfig&) const = default;
};

struct Config {
    NodeConfig node;
    WorkersConfig workers;
    MemoryConfig memory;
    ApiConfig api;
    IdVector<TableId, TableConfig> tables;  // [0] is "default"
    IdVector<PortId, PortConfig> ports;
    std::vector<PeerConfig> peers;
    IdVector<SliceId, SliceConfig> slices;  // [0] is best effort, made if the file has none
    IdVector<PolicyId, PolicyConfig> policies;
    std::vector<SteerConfig> steer;
    std::vector<SidConfig> sids;
    std::vector<RouteConfig> routes;
    std::vector<std::string> notes;  // accepted, but without effect in this build: say so
};

}  // namespace weir
