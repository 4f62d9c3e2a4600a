#pragma once
// Which ports have a link. Written by the thread of LinkWatch; read by the worker that owns the way
// out of the port, once a loop, by control and by API threads.
#include <atomic>
#include <vector>

#include "dataplane/base/ids.hpp"

namespace weir {

class LinkStates {
public:
    explicit LinkStates(std::size_t ports) : up_(ports) {}  // down, until somebody looked

    bool up(PortId port) const noexcept { return up_[index(port)].load(std::memory_order_relaxed); }
    void set(PortId port, bool up) noexcept {
        up_[index(port)].store(up, std::memory_order_relaxed);
    }

private:
    std::vector<std::atomic<bool>> up_;
};

}  // namespace weir
