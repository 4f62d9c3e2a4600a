#include "dataplane/io/tap_mtu.hpp"

#include <rte_ethdev.h>
#include <rte_memzone.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace weir {
namespace {

constexpr std::uint16_t probe_a = 1400;
constexpr std::uint16_t probe_b = 1433;

// What ethdev keeps of the device, from its name (the first field) to about where the next begins.
std::span<std::byte> shared_data_of(std::uint16_t device) {
    char name[RTE_ETH_NAME_MAX_LEN] = {};
    const rte_memzone* const zone = rte_memzone_lookup("rte_eth_dev_data");
    if (zone == nullptr || rte_eth_dev_get_name_by_port(device, name) < 0) return {};
    const std::span all{static_cast<std::byte*>(zone->addr), zone->len};
    const auto wanted = std::as_bytes(std::span{name, std::strlen(name) + 1});
    const auto found = std::ranges::search(all, wanted);
    const auto size = std::min<std::size_t>(all.size() / RTE_MAX_ETHPORTS,
                                            static_cast<std::size_t>(all.end() - found.begin()));
    return found.empty() ? std::span<std::byte>{} : std::span{found.begin(), size};
}

std::uint16_t word_at(std::span<const std::byte> data, std::size_t offset) {
    std::uint16_t word = 0;
    std::memcpy(&word, data.data() + offset, sizeof word);
    return word;
}

}  // namespace

bool raise_tap_mtu(std::uint16_t device, std::uint16_t mtu) {
    const std::span<std::byte> data = shared_data_of(device);
    if (data.empty() || rte_eth_dev_set_mtu(device, probe_a) < 0) return false;
    const std::vector<std::byte> before{data.begin(), data.end()};
    if (rte_eth_dev_set_mtu(device, probe_b) < 0) return false;
    std::vector<std::size_t> followed;
    for (std::size_t offset = 0; offset + 2 <= data.size(); offset += 2)
        if (word_at(before, offset) == probe_a && word_at(data, offset) == probe_b)
            followed.push_back(offset);
    if (followed.size() != 1) return false;
    std::memcpy(data.data() + followed[0], &mtu, sizeof mtu);
    std::uint16_t now = 0;
    return rte_eth_dev_get_mtu(device, &now) == 0 && now == mtu;
}

}  // namespace weir
