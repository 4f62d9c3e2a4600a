#include "tools/wan/relay.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <memory>
#include <thread>

#include "dataplane/base/error.hpp"
#include "dataplane/config/config.hpp"
#include "dataplane/io/device_string.hpp"
#include "dataplane/io/eal.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"
#include "dataplane/worker/clock.hpp"
#include "tools/gen/buffers.hpp"
#include "tools/wan/kind.hpp"

namespace weir::wan {
namespace {

constexpr std::size_t burst = 32;
constexpr std::array<const char*, 2> end_names{"a", "b"};

// A line carries whatever is on it, so an interface is taken whole, not by targets as weir's ports
// take it.
std::string whole_device(const std::string& device, const char* end) {
    const DeviceString parsed = parse_device(device);
    if (const auto* xdp = std::get_if<AfXdpDevice>(&parsed))
        return fmt::format("vdev:net_af_xdp_{},iface={}", end, xdp->interface);
    if (const auto* packet = std::get_if<AfPacketDevice>(&parsed))
        return fmt::format("vdev:net_af_packet_{},iface={}", end, packet->interface);
    return device;
}

Config configuration(const Options& options) {
    Config config;
    config.node.name = "weir-wan";
    if (options.core) config.workers.cores = {*options.core};
    config.memory.hugepages = options.hugepages ? HugePages::two_mb : HugePages::none;
    config.memory.packet_buffers = options.buffers;
    for (std::size_t end = 0; end < 2; ++end) {
        PortConfig port;
        port.name = end_names[end];
        port.device = whole_device(options.devices[end], end_names[end]);
        port.mtu = options.mtu;
        port.receive_queues = 1;
        config.ports.push_back(port);
    }
    return config;
}

Packet& packet_of(std::uint64_t handle) {
    // To the line a number, here the pointer it was made of.
    return *reinterpret_cast<Packet*>(handle);  // NOLINT(performance-no-int-to-ptr)
}
std::uint64_t handle_of(Packet& packet) { return reinterpret_cast<std::uintptr_t>(&packet); }

// From one port over the line to the other.
class Way {
public:
    Way(Port& from, Port& to, rte_mempool& pool, const LineSetup& setup)
        : from_{from}, to_{to}, pool_{pool}, line_{setup} {}
    ~Way() {
        while (const auto leaving = line_.leave(Instant{Nanos::max()}))
            free_one(packet_of(leaving->handle));
        give_back({waiting_.data(), waiting_end_});
    }
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;

    void poll(const auto& clock) {
        receive(clock);
        send(clock);
    }
    WayResult result() const {
        WayResult made{line_.counts(Kind::data),
                       line_.counts(Kind::message),
                       line_.held(),
                       waiting_end_,
                       no_copy_,
                       {},
                       late_};
        for (const auto& missed : from_.counters().missed)
            made.missed.emplace_back(missed.cause, missed.packets);
        return made;
    }

private:
    static void free_one(Packet& packet) {
        Packet* one = &packet;
        give_back({&one, 1});
    }
    // The clock is read behind the device: what it gave was there by then.
    void receive(const auto& clock) {
        std::array<Packet*, burst> packets;
        const std::uint16_t n = from_.receive(0, packets);
        if (n == 0) return;
        const Instant now = clock();
        for (std::uint16_t i = 0; i < n; ++i) {
            Packet& packet = *packets[i];
            const Fate fate = line_.enter(now, handle_of(packet), packet.pkt_len,
                                          kind_of(bytes(packet)), [&] { return copy(packet); });
            if (fate != Fate::carried) free_one(packet);
        }
    }
    std::optional<std::uint64_t> copy(const Packet& packet) {
        Packet* made = copy_of(packet, pool_);
        if (made == nullptr) ++no_copy_;
        return made == nullptr ? std::nullopt : std::optional{handle_of(*made)};
    }
    // What the device does not take waits, in order.
    void send(const auto& clock) {
        const Instant now = clock();
        while (waiting_end_ < burst) {
            const auto leaving = line_.leave(now);
            if (!leaving) break;
            due_[waiting_end_] = leaving->due;
            waiting_[waiting_end_++] = &packet_of(leaving->handle);
        }
        if (waiting_end_ == 0) return;
        const Instant given = clock();
        const std::size_t taken = to_.transmit({waiting_.data(), waiting_end_});
        for (std::size_t i = 0; i < taken; ++i)
            late_.record(static_cast<std::uint64_t>((given - due_[i]).count()));
        std::copy(waiting_.begin() + static_cast<std::ptrdiff_t>(taken),
                  waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_end_), waiting_.begin());
        std::copy(due_.begin() + static_cast<std::ptrdiff_t>(taken),
                  due_.begin() + static_cast<std::ptrdiff_t>(waiting_end_), due_.begin());
        waiting_end_ -= taken;
    }

    Port& from_;
    Port& to_;
    rte_mempool& pool_;
    Line line_;
    std::array<Packet*, burst> waiting_{};
    std::array<Instant, burst> due_{};
    std::size_t waiting_end_ = 0;
    std::uint64_t no_copy_ = 0;
    Histogram late_;
};

// Both devices. Where a memif loses its other end in the moment it is closed, DPDK's interrupt
// thread is still busy with it and would find its memory gone.
struct Ends {
    std::array<std::unique_ptr<Port>, 2> ports;
    Ends() = default;
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
    ~Ends() {
        for (auto& port : ports) port.reset();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
};

void pin(unsigned core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (pthread_setaffinity_np(pthread_self(), sizeof one, &one) != 0)
        throw Error{ExitCode::device,
                    fmt::format("--core {}: this process may not run on that "
                                "core; \"taskset -p {}\" prints which ones it may",
                                core, getpid())};
}

void wait_for_link(const Port& port, StopAsked stop) {
    using namespace std::chrono;
    const auto end = steady_clock::now() + seconds{10};
    while (!port.link_up() && !stop()) {
        if (steady_clock::now() > end)
            throw Error{ExitCode::device,
                        fmt::format("device {}: its link did not come up within 10 s; start the "
                                    "other side",
                                    port.name())};
        std::this_thread::sleep_for(milliseconds{1});
    }
}

}  // namespace

Result run(const Options& options, StopAsked stop) {
    const Config config = configuration(options);
    const Eal eal{eal_options(config)};
    const PacketPool pool =
        make_packet_pool("wan", options.buffers, packet_data_room_needed(config));
    const PoolCacheOfThisThread cache;
    Ends ends;
    auto& ports = ends.ports;
    for (std::size_t end = 0; end < 2; ++end)
        ports[end] =
            std::make_unique<Port>(config.ports[static_cast<PortId>(end)], config.node, 1, *pool);
    for (const auto& port : ports) wait_for_link(*port, stop);
    if (options.core) pin(*options.core);

    const TscClock tsc;
    const Instant begin = tsc.now();
    const auto clock = [&] { return Instant{tsc.now() - begin}; };
    Way there{*ports[0], *ports[1], *pool, options.ways[0]};
    Way back{*ports[1], *ports[0], *pool, options.ways[1]};
    Result result;
    constexpr Nanos between_looks{1'000'000};
    Instant now = clock(), look = now;
    while (options.duration == Nanos{0} || now < Instant{options.duration}) {
        there.poll(clock);
        back.poll(clock);
        now = clock();
        if (now < look) continue;
        result.idle.record(static_cast<std::uint64_t>((now - look).count()));
        if (stop()) break;
        look = now + between_looks;
    }
    result.seconds = std::chrono::duration<double>(now - Instant{}).count();
    result.ways = {there.result(), back.result()};
    return result;
}

}  // namespace weir::wan
