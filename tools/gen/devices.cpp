#include "tools/gen/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "dataplane/base/error.hpp"
#include "tools/gen/clock.hpp"
#include "tools/gen/packet_builder.hpp"

namespace weir {
namespace {

// How many of the addresses that flows are spread over are answered for; --take and a gateway serve
// where there are more.
constexpr std::uint32_t most_addresses = 256;
constexpr std::uint16_t least_mtu = 1500;

PortConfig port_config(const Options& o, const std::string& device, const std::string& name) {
    const SizeMix mix{o.size, PacketBuilder::least_size(o.traffic)};
    const std::uint16_t largest = *std::max_element(mix.sizes().begin(), mix.sizes().end());
    PortConfig port;
    port.name = name;
    port.device = device;
    port.mtu = std::max({least_mtu, o.mtu, static_cast<std::uint16_t>(largest - 14)});
    port.receive_queues = 1;
    port.receive_descriptors = port.transmit_descriptors = o.descriptors;
    return port;
}

Config configuration(const Options& o) {
    Config config;
    config.node.name = "weir-gen";
    config.workers.cores = o.cores;
    config.memory.hugepages = o.hugepages ? HugePages::two_mb : HugePages::none;
    config.memory.packet_buffers = o.buffers;
    if (o.sends()) config.ports.push_back(port_config(o, o.tx, o.tx == o.rx ? "port" : "tx"));
    if (o.receives() && o.rx != o.tx) config.ports.push_back(port_config(o, o.rx, "rx"));
    return config;
}

// The addresses that the flows of `traffic` come from, or go to.
OwnAddresses addresses_of(const Traffic& traffic, bool source) {
    OwnAddresses own;
    const bool spread = source ? traffic.spread.source : traffic.spread.destination;
    const std::uint32_t count = spread ? std::min(traffic.flows, most_addresses) : 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (const auto* v4 = std::get_if<AddressPair<Ipv4Addr>>(&traffic.addresses)) {
            const Ipv4Addr first = source ? v4->source : v4->destination;
            own.ipv4.push_back({Ipv4Addr::from_bits(first.bits() + i), 24});
        } else {
            const auto& v6 = std::get<AddressPair<Ipv6Addr>>(traffic.addresses);
            own.ipv6.push_back(
                {Ipv6Addr::from_bits((source ? v6.source : v6.destination).bits() + i), 64});
        }
    }
    if (source && !traffic.path.segments.empty()) own.ipv6.push_back({traffic.path.source, 64});
    return own;
}

void append(OwnAddresses& to, const OwnAddresses& from) {
    to.ipv4.insert(to.ipv4.end(), from.ipv4.begin(), from.ipv4.end());
    to.ipv6.insert(to.ipv6.end(), from.ipv6.begin(), from.ipv6.end());
}

Targets targets_of(const OwnAddresses& own, const Options& o) {
    Targets targets{o.take4, o.take6};
    for (const auto& prefix : own.ipv4) targets.ipv4.push_back({prefix.address, 32});
    for (const auto& prefix : own.ipv6) targets.ipv6.push_back({prefix.address, 128});
    return targets;
}

// Calls `done` every millisecond; false where `at_most` passed first, or a stop was asked for.
template <class Done>
bool wait_until(Nanos at_most, StopAsked stop, Done done) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!done()) {
        if (stop() || std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace

Devices::Devices(const Options& options, std::uint64_t ticks_per_second)
    : ticks_per_second_{ticks_per_second},
      eal_{eal_options(configuration(options))},
      pool_{make_packet_pool("gen", options.buffers,
                             packet_data_room_needed(configuration(options)))} {
    OwnAddresses sending = addresses_of(options.traffic, true), receiving;
    append(receiving, {options.address4, options.address6});
    append(receiving, addresses_of(options.traffic, false));
    const bool one = options.tx == options.rx;
    if (one) append(sending, receiving);
    if (options.sends()) tx_ = open(options, options.tx, one ? "port" : "tx", sending);
    if (options.receives()) rx_ = one ? tx_ : open(options, options.rx, "rx", receiving);
}

// DPDK's interrupt thread lives on while DPDK is taken down. Where a memif port loses its other end
// in the same moment, that thread is still busy with it and would find its memory gone.
Devices::~Devices() {
    stations_.clear();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

Station* Devices::open(const Options& options, const std::string& device, const char* name,
                       const OwnAddresses& own) {
    auto station = std::make_unique<Station>();
    NodeConfig node;
    node.name = "weir-gen";
    station->port = std::make_unique<Port>(port_config(options, device, name), node, 1, *pool_);
    station->port->set_targets(targets_of(own, options));
    if (options.answer) {
        const MacAddr mac = options.source_mac.value_or(station->port->mac());
        station->answerer =
            std::make_unique<Answerer>(*station->port, *pool_, mac, own, ticks_per_second_);
    }
    stations_.push_back(std::move(station));
    return stations_.back().get();
}

void Devices::wait_for_links(Nanos at_most, StopAsked stop) {
    for (const auto& station : stations_) {
        const Port& port = *station->port;
        if (wait_until(at_most, stop, [&] { return port.link_up(); }) || stop()) continue;
        throw Error{ExitCode::device,
                    fmt::format("device {}: its link did not come up within {} ms; start the other "
                                "side, or wait longer with --wait-link",
                                port.name(), at_most.count() / 1'000'000)};
    }
}

MacAddr Devices::resolve(const std::variant<Ipv4Addr, Ipv6Addr>& gateway, Nanos at_most,
                         StopAsked stop) {
    Answerer& answerer = *tx_->answerer;
    answerer.ask_for(gateway);
    wait_until(at_most, stop, [&] {
        answerer.listen(ticks());
        answerer.tick(ticks());
        answerer.speak();
        return answerer.gateway_mac().has_value();
    });
    if (const auto mac = answerer.gateway_mac()) return *mac;
    const std::string text = std::visit([](const auto& a) { return to_string(a); }, gateway);
    throw Error{ExitCode::device,
                fmt::format("gateway {}: nobody answers on device {}; check that it is on the same "
                            "link as --src, or give --dst-mac",
                            text, tx_->port->name())};
}

std::vector<DeviceRow> Devices::rows() const {
    std::vector<DeviceRow> rows;
    for (const auto& station : stations_) {
        const DeviceCounters counters = station->port->counters();
        DeviceRow row{station->port->name(), counters.received_packets, counters.sent_packets, {}};
        for (const auto& missed : counters.missed)
            row.missed.emplace_back(missed.cause, missed.packets);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace weir
