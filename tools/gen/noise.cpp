#include "tools/gen/noise.hpp"

#include <algorithm>
#include <cmath>

#include "dataplane/wire/ethernet.hpp"

namespace weir {
namespace {

// What a receiver tells packets apart by: half of the random frames begin like something it knows.
constexpr EtherType known_types[] = {EtherType::ipv4, EtherType::ipv6, EtherType::arp,
                                     EtherType::vlan, EtherType::mac_control};
// A random frame is short where sizes are large: it is the headers that are read.
constexpr std::size_t max_random_bytes = 512;

std::uint64_t threshold(double percent) {
    if (percent >= 100) return ~std::uint64_t{0};
    return static_cast<std::uint64_t>(std::ldexp(std::max(percent, 0.0) / 100, 64));
}

void erase_magic(std::span<std::byte> frame, std::size_t stamp_at) {
    const std::size_t end = std::min(frame.size(), stamp_at + sizeof(Stamp::magic));
    for (std::size_t i = stamp_at; i < end; ++i) frame[i] = std::byte{0};
    // Mutilated lengths may lead a reader elsewhere, random bytes anywhere.
    while (const auto found = find_stamp(frame)) {
        const auto* at = reinterpret_cast<const std::byte*>(found->stamp);
        frame[static_cast<std::size_t>(at - frame.data())] = std::byte{0};
    }
}

}  // namespace

Noise::Noise(const PacketBuilder& builder, const Traffic& traffic, std::size_t sizes,
             double percent, std::uint64_t seed)
    : builder_{builder},
      destination_{traffic.destination_mac},
      source_{traffic.source_mac},
      sizes_{sizes},
      flows_{traffic.flows},
      threshold_{threshold(percent)},
      random_{seed} {}

std::size_t Noise::make(std::span<std::byte> out) {
    const std::size_t length = below(2) == 0 ? random_bytes(out) : mutilated(out);
    erase_magic(out.first(length), builder_.stamp_at());
    return length;
}

std::size_t Noise::random_bytes(std::span<std::byte> out) {
    const std::size_t most = std::min(out.size(), max_random_bytes);
    const std::size_t length = sizeof(EthernetHeader) + below(most - sizeof(EthernetHeader) + 1);
    for (std::size_t at = 0; at < length; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = random_();
        std::memcpy(out.data() + at, &word, std::min(sizeof word, length - at));
    }
    auto& ethernet = *reinterpret_cast<EthernetHeader*>(out.data());
    if (below(8) != 0) ethernet.destination = destination_;
    ethernet.source = source_;  // switches learn it: never somebody else's
    if (below(2) == 0)
        ethernet.type =
            be16{static_cast<std::uint16_t>(known_types[below(std::size(known_types))])};
    return length;
}

// One of our packets with up to eight bytes of its headers changed, and maybe cut short.
std::size_t Noise::mutilated(std::span<std::byte> out) {
    const std::size_t which = below(sizes_);
    std::size_t length = std::min(out.size(), builder_.size(which));
    builder_.write(out.first(length), which, static_cast<std::uint32_t>(below(flows_)), random_(),
                   random_());
    constexpr std::size_t from = sizeof(MacAddr) * 2;
    for (std::uint64_t changes = 1 + below(8); changes != 0; --changes) {
        std::byte& byte = out[from + below(builder_.head_bytes() - from)];
        switch (below(3)) {
            case 0:
                byte ^= std::byte{1} << static_cast<int>(below(8));
                break;
            case 1:
                byte = below(2) == 0 ? std::byte{0} : std::byte{0xff};
                break;
            default:
                byte = static_cast<std::byte>(random_());
                break;
        }
    }
    if (below(4) == 0) length = sizeof(EthernetHeader) + below(length - sizeof(EthernetHeader) + 1);
    return length;
}

}  // namespace weir
