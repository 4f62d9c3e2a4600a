#include "tests/stage/spread_load.hpp"

#include <cstring>
#include <stdexcept>

namespace weir::test {

SpreadLoad::SpreadLoad(std::uint32_t flows) {
    for (std::uint32_t flow = 0; flow < flows; ++flow)
        frames_.push_back(frame(wan_mac)
                              .ip6("fc00:b::1", "fc00:a::e", 64, 0, flow * 7 + 1)
                              .srh({"fc00:b::d46", "fc00:a::e"}, 1)
                              .ip4("10.1.0.9", "10.2.0.9")
                              .udp(1024, 9)
                              .payload(8)
                              .build());
}

std::unique_ptr<Crew> SpreadLoad::crew(std::size_t workers, SpreadMode mode,
                                       std::uint32_t buffers) const {
    return std::make_unique<Crew>(scene_config(), workers, mode, buffers);
}

Packet* SpreadLoad::next(rte_mempool& pool) {
    const auto flow = static_cast<std::uint32_t>(made_ % frames_.size());
    const auto number = static_cast<std::uint32_t>(made_ / frames_.size());
    const Frame& frame = frames_[flow];
    Packet* packet = rte_pktmbuf_alloc(&pool);
    if (packet == nullptr) throw std::runtime_error{"the pool is empty: a test leaks packets"};
    auto* bytes = reinterpret_cast<std::byte*>(
        rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())));
    std::memcpy(bytes, frame.data(), frame.size());
    std::memcpy(bytes + frame.size() - 8, &flow, sizeof flow);
    std::memcpy(bytes + frame.size() - 4, &number, sizeof number);
    ++made_;
    return packet;
}

std::pair<std::uint32_t, std::uint32_t> SpreadLoad::mark_of(const Packet& packet) {
    const auto* end = rte_pktmbuf_mtod(&packet, const std::byte*) + packet.data_len;
    std::uint32_t flow = 0, number = 0;
    std::memcpy(&flow, end - 8, sizeof flow);
    std::memcpy(&number, end - 4, sizeof number);
    return {flow, number};
}

}  // namespace weir::test
