#pragma once
// Frames larger than one buffer are chains of segments. The packet path reads only the first; here
// is the little that must look at the others.
#include "dataplane/io/packet.hpp"

namespace weir {

// Cuts `extra` bytes off the end, freeing segments that become empty; never the first one. Bytes
// that lie in the first segment stay: whoever frames the packet sets its length.
inline void trim_tail(Packet& packet, std::uint32_t extra) noexcept {
    while (packet.nb_segs > 1 && extra > 0) {
        Packet* before = &packet;
        while (before->next->next != nullptr) before = before->next;
        Packet* last = before->next;
        const auto cut =
            static_cast<std::uint16_t>(extra < last->data_len ? extra : last->data_len);
        last->data_len = static_cast<std::uint16_t>(last->data_len - cut);
        packet.pkt_len -= cut;
        extra -= cut;
        if (last->data_len > 0) return;
        before->next = nullptr;
        packet.nb_segs = static_cast<std::uint16_t>(packet.nb_segs - 1);
        rte_pktmbuf_free_seg(last);
    }
}

// Makes `bytes` of tailroom in a full first segment of a chain: its last bytes move into a segment
// of their own behind it. False where there is no buffer for one, or too little to move.
inline bool spill(Packet& packet, std::uint16_t bytes) noexcept {
    if (packet.nb_segs == 1 || packet.nb_segs == RTE_MBUF_MAX_NB_SEGS || packet.data_len <= bytes)
        return false;
    Packet* segment = rte_pktmbuf_alloc(packet.pool);
    if (segment == nullptr) return false;
    packet.data_len = static_cast<std::uint16_t>(packet.data_len - bytes);
    __builtin_memcpy(rte_pktmbuf_mtod(segment, void*),
                     rte_pktmbuf_mtod_offset(&packet, void*, packet.data_len), bytes);
    segment->data_len = bytes;
    segment->next = packet.next;
    packet.next = segment;
    packet.nb_segs = static_cast<std::uint16_t>(packet.nb_segs + 1);
    return true;
}

}  // namespace weir
