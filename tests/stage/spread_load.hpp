#pragma once
// Packets of one policy in transit, as a NIC without flow-label hash puts them into one queue: SRv6
// to one End, told apart by flow label. Each carries its flow and its number in it.
#include <memory>
#include <utility>
#include <vector>

#include "tests/stage/scene.hpp"
#include "tests/support/crew.hpp"

namespace weir::test {

class SpreadLoad {
public:
    explicit SpreadLoad(std::uint32_t flows);

    std::unique_ptr<Crew> crew(std::size_t workers, SpreadMode mode,
                               std::uint32_t buffers = 16'384) const;
    // Flows in turn.
    Packet* next(rte_mempool& pool);
    std::uint64_t made() const { return made_; }
    // {flow, number}
    static std::pair<std::uint32_t, std::uint32_t> mark_of(const Packet& packet);

private:
    std::vector<Frame> frames_;  // by flow
    std::uint64_t made_ = 0;
};

}  // namespace weir::test
