#include "bench/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "dataplane/config/parse.hpp"
#include "dataplane/io/eal.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "srv6/encap.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t frame_bytes = 60;  // 64 with the FCS that no buffer holds

std::string scene_text(const Scale& scale) {
    std::string text = R"(
[node]
name = "bench"
locator = "fc00:a::/32"
source = "fc00:a::1"
domain = ["fc00::/16"]
[api]
metrics = "off"
[[port]]
name = "lan0"
device = "vdev:net_null0"
address = ["10.1.0.1/16", "fd00:1::1/64"]
mtu = 1500
[[port]]
name = "wan0"
device = "vdev:net_null1"
address = ["fd00:ab::1/64"]
mtu = 2000
role = "wan"
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
[[route]]
to = "10.0.0.0/8"
via = [{ address = "10.1.0.2", port = "lan0" }]
[[route]]
to = "fd00:2::/32"
via = [{ address = "fd00:1::2", port = "lan0" }]
)";
    for (unsigned i = 0; i < scale.slices; ++i)
        text += fmt::format(
            "[[slice]]\nid = {0}\nname = \"s{0}\"\nqueues = {1}\ndscp_mode = \"uniform\"\n", i + 1,
            scale.queues);
    for (unsigned i = 0; i < scale.policies; ++i) {
        const std::string slice =
            scale.slices == 0 ? "" : fmt::format("slice = \"s{}\"\n", i % scale.slices + 1);
        text += fmt::format(
            "[[policy]]\nname = \"p{0}\"\nencap = \"full\"\npaths = [ {{ segments = "
            "[\"fc00:b::{1:x}\", "
            "\"fc00:b:1::{1:x}\", \"fc00:b:2::{1:x}\"] }} ]\n"
            "[[steer]]\nmatch = {{ port = \"lan0\", to = \"10.{2}.{3}.0/24\" }}\npolicy = "
            "\"p{0}\"\n{4}"
            "[[steer]]\nmatch = {{ port = \"lan0\", to = \"fd00:3:{1:x}::/48\" }}\npolicy = "
            "\"p{0}\"\n{4}",
            i, i + 1, 16 + i / 256, i % 256, slice);
    }
    for (unsigned i = 0; i < scale.sids; ++i)
        text += fmt::format("[[sid]]\nsid = \"fc00:a:{:x}::e{:x}\"\nbehavior = \"{}\"\n{}",
                            i % 65536, i / 65536,
                            i % 3 == 0   ? "End"
                            : i % 3 == 1 ? "End.DT46"
                                         : "End.DT4",
                            i % 3 == 0 ? "" : "table = \"default\"\n");
    for (unsigned i = 0; i < scale.routes; ++i)
        text += fmt::format(
            "[[route]]\nto = \"2001:{:x}:{:x}::/48\"\nvia = [{{ address = \"fd00:1::2\", port = "
            "\"lan0\" }}]\n",
            i / 65536, i % 65536);
    return text;
}

template <class T>
void put(test::Frame& frame, std::size_t at, const T& header) {
    std::memcpy(frame.data() + at, &header, sizeof header);
}

Ipv4Header ipv4_header(std::uint16_t total, Ipv4Addr source, Ipv4Addr to) {
    Ipv4Header ip{0x45,         0,       be16{total}, be16{0}, be16{0x4000}, 64,
                  IpProto::udp, be16{0}, source,      to};
    ip.checksum = checksum(std::as_bytes(std::span{&ip, 1}));
    return ip;
}
Ipv6Header ipv6_header(std::uint16_t payload, IpProto next, const Ipv6Addr& source,
                       const Ipv6Addr& to) {
    return {be32{0x60000000}, be16{payload}, next, 64, source, to};
}
EthernetHeader ethernet(PortId in, EtherType type) {
    return {test::Bed::mac(in), MacAddr{{2, 0, 0, 0, 9, 9}},
            be16{static_cast<std::uint16_t>(type)}};
}
Ipv6Addr address6(const std::string& text) { return parse_ipv6(text).value(); }

}  // namespace

Config scene(const Scale& scale) {
    auto parsed = parse_config(scene_text(scale), "scene.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed))
        throw std::runtime_error{errors->front().to_string()};
    return std::get<Config>(std::move(parsed));
}

std::vector<test::Frame> plain_frames(const Scale& scale, bool ipv6) {
    std::vector<test::Frame> frames;
    for (unsigned i = 0; i < scale.flows; ++i) {
        test::Frame frame(ipv6 ? 14 + 40 + 8 : frame_bytes);
        const unsigned policy = i % scale.policies;
        const auto port = static_cast<std::uint16_t>(1024 + i);
        put(frame, 0, ethernet(lan, ipv6 ? EtherType::ipv6 : EtherType::ipv4));
        if (ipv6) {
            put(frame, 14,
                ipv6_header(8, IpProto::udp, address6("fd00:1::9"),
                            address6(fmt::format("fd00:3:{:x}::{:x}", policy + 1, i))));
        } else {
            put(frame, 14,
                ipv4_header(46, {{10, 1, 0, 9}},
                            {{10, static_cast<std::uint8_t>(16 + policy / 256),
                              static_cast<std::uint8_t>(policy % 256), 7}}));
        }
        put(frame, ipv6 ? 54 : 34,
            UdpHeader{be16{port}, be16{4791}, be16{static_cast<std::uint16_t>(ipv6 ? 8 : 26)},
                      be16{0}});
        frames.push_back(std::move(frame));
    }
    return frames;
}

std::vector<test::Frame> srv6_frames(const Scale& scale, const std::string& sid, bool last,
                                     bool ipv6) {
    std::vector<test::Frame> frames;
    const std::vector<Ipv6Addr> segments = last ? std::vector{address6("fc00:c::1"), address6(sid)}
                                                : std::vector{address6(sid), address6("fc00:b::9")};
    const EncapHeader outer{EncapMode::full, address6("fc00:b::1"), segments, 64};
    for (unsigned i = 0; i < scale.flows; ++i) {
        const std::size_t inner = ipv6 ? 48 : 46;
        test::Frame frame(14 + outer.size() + inner);
        put(frame, 0, ethernet(wan, EtherType::ipv6));
        outer.write(frame.data() + 14, ipv6 ? IpProto::ipv6 : IpProto::ipv4, inner, 0,
                    static_cast<FlowLabel>(i + 1));
        if (last) {  // as if the first segment had been visited
            auto& ip = *reinterpret_cast<Ipv6Header*>(frame.data() + 14);
            ip.destination = segments.back();
            reinterpret_cast<SegmentRoutingHeader*>(frame.data() + 54)->segments_left = 0;
        }
        const std::size_t at = 14 + outer.size();
        if (ipv6)
            put(frame, at,
                ipv6_header(8, IpProto::udp, address6("fd00:9::9"),
                            address6(fmt::format("fd00:2::{:x}", i + 1))));
        else
            put(frame, at,
                ipv4_header(46, {{10, 9, 0, 9}}, {{10, 200, 1, static_cast<std::uint8_t>(i)}}));
        frames.push_back(std::move(frame));
    }
    return frames;
}

std::vector<test::Frame> routed_frames(const Scale& scale) {
    std::vector<test::Frame> frames;
    for (unsigned i = 0; i < scale.destinations; ++i) {
        test::Frame frame(62);
        const auto route = static_cast<unsigned>(std::uint64_t{i} * 2654435761U % scale.routes);
        put(frame, 0, ethernet(wan, EtherType::ipv6));
        put(frame, 14,
            ipv6_header(
                8, IpProto::udp, address6("fc00:9::9"),
                address6(fmt::format("2001:{:x}:{:x}::{:x}", route / 65536, route % 65536, i))));
        frames.push_back(std::move(frame));
    }
    return frames;
}

void put(Packet& packet, const test::Frame& frame) {
    packet.data_off = packet_headroom;
    packet.data_len = static_cast<std::uint16_t>(frame.size());
    packet.pkt_len = static_cast<std::uint32_t>(frame.size());
    packet.ol_flags = 0;
    std::memcpy(rte_pktmbuf_mtod(&packet, void*), frame.data(), frame.size());
}

Circulation::Circulation(rte_mempool& pool, std::size_t buffers) : ring_(buffers) {
    for (Packet*& packet : ring_) {
        packet = rte_pktmbuf_alloc(&pool);
        if (packet == nullptr) throw std::runtime_error{"pool too small for the benchmark"};
    }
    burst_.resize(Pipeline::batch_size);
}

Circulation::~Circulation() {
    for (Packet* packet : ring_) rte_pktmbuf_free(packet);
}

std::span<Packet*> Circulation::refill(const std::vector<test::Frame>& frames) {
    for (Packet*& packet : burst_) {
        packet = ring_[next_];
        next_ = (next_ + 1) % ring_.size();
        const test::Frame& frame = frames[frame_];
        frame_ = (frame_ + 1) % frames.size();
        put(*packet, frame);
    }
    return burst_;
}

double tsc_per_core_cycle() {
    constexpr int steps = 20'000;
    std::uint64_t sum = 0;
    const std::uint64_t begin = rte_rdtsc_precise();
    for (int i = 0; i < steps; i += 8) {
        for (int j = 0; j < 8; ++j) {
            sum += begin;
            asm volatile("" : "+r"(sum));
        }
    }
    return static_cast<double>(rte_rdtsc_precise() - begin) / steps;
}

double cycles_per_packet(Circulation& circulation, const std::vector<test::Frame>& frames,
                         const std::function<void(std::span<Packet*>)>& work,
                         const std::function<void()>& after) {
    const auto median_burst = [&](auto&& measured, auto&& between) {
        constexpr int bursts = 4000;
        std::vector<double> samples;
        samples.reserve(bursts);
        for (int i = 0; i < bursts; ++i) {
            const auto burst = circulation.refill(frames);
            const std::uint64_t begin = rte_rdtsc_precise();
            measured(burst);
            const std::uint64_t end = rte_rdtsc_precise();
            between();
            samples.push_back(static_cast<double>(end - begin) / static_cast<double>(burst.size()));
        }
        std::ranges::nth_element(samples, samples.begin() + bursts / 2);
        return samples[bursts / 2];
    };
    // What reading the clock twice costs is not the packets'.
    const double clock = median_burst([](std::span<Packet*>) {}, [] {});
    return median_burst(work, after) - clock;
}

int main_of(Bytes memory, void (*run)()) try {
    EalOptions options;
    options.hugepages = HugePages::automatic;
    options.memory = memory;
    const Eal eal{options};
    fmt::print("packet buffers in {} pages\n", eal.uses_hugepages() ? "huge" : "small");
    run();
    return 0;
} catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
}

}  // namespace weir::bench
