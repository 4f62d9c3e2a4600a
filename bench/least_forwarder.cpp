// bench-least [EAL options] -- mac|encap|encap-red|end|decap|route
// Two devices, both ways, bursts of 32, one of the works of least.hpp: testpmd's loop with the
// least of a behaviour in it. Waits on its first core until it is killed.
#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <array>
#include <stdexcept>

#include "bench/least.hpp"

namespace weir::bench {
namespace {

constexpr std::uint16_t ports = 2, burst_size = 32, descriptors = 2048;
constexpr unsigned buffers = 8192;
constexpr auto any_socket = static_cast<unsigned>(SOCKET_ID_ANY);

void start_port(std::uint16_t port, rte_mempool& pool) {
    const rte_eth_conf plain{};
    if (rte_eth_dev_configure(port, 1, 1, &plain) != 0 ||
        rte_eth_rx_queue_setup(port, 0, descriptors, any_socket, nullptr, &pool) != 0 ||
        rte_eth_tx_queue_setup(port, 0, descriptors, any_socket, nullptr) != 0 ||
        rte_eth_dev_start(port) != 0)
        throw std::runtime_error{fmt::format("device {} does not start", port)};
}

void forward(std::uint16_t from, std::uint16_t to, Work work) {
    std::array<Packet*, burst_size> packets;
    const std::uint16_t received = rte_eth_rx_burst(from, 0, packets.data(), burst_size);
    if (received == 0) return;
    work({packets.data(), received});
    const std::uint16_t sent = rte_eth_tx_burst(to, 0, packets.data(), received);
    rte_pktmbuf_free_bulk(packets.data() + sent, received - sent);
}

void run(int argc, char** argv) {
    const int eaten = rte_eal_init(argc, argv);
    if (eaten < 0 || eaten + 1 >= argc || rte_eth_dev_count_avail() != ports)
        throw std::runtime_error{"usage: bench-least [EAL options, two devices] -- WORK"};
    const std::optional<Work> work = least_of(argv[eaten + 1]);
    if (!work) throw std::runtime_error{"WORK is one of mac, encap, encap-red, end, decap, route"};
    rte_mempool* pool = rte_pktmbuf_pool_create("least", buffers, 250, packet_private_bytes,
                                                packet_data_room, SOCKET_ID_ANY);
    if (pool == nullptr) throw std::runtime_error{"no memory for packet buffers"};
    for (std::uint16_t port = 0; port < ports; ++port) start_port(port, *pool);
    for (;;) {
        forward(0, 1, *work);
        forward(1, 0, *work);
    }
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) try {
    weir::bench::run(argc, argv);
} catch (const std::exception& error) {
    fmt::print(stderr, "bench-least: {}\n", error.what());
    return 1;
}
