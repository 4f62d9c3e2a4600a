#pragma once
// DPDK 22.11's memif driver gives the memory of a link back when its other end goes away: in DPDK's
// interrupt thread, without asking whether a worker is reading a packet from it just then
// (drivers/net/memif, memif_disconnect; a worker that finds the link down touches nothing any
// more). While one of these lives, that thread first calls `wait`, which returns when every worker
// has been through a loop.
#include <functional>

namespace weir {

class BeforeUnmapping {
public:
    explicit BeforeUnmapping(std::function<void()> wait);
    ~BeforeUnmapping();
    BeforeUnmapping(const BeforeUnmapping&) = delete;
    BeforeUnmapping& operator=(const BeforeUnmapping&) = delete;

    void operator()() const { wait_(); }

private:
    std::function<void()> wait_;
};

}  // namespace weir
