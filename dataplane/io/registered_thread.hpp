#pragma once
// Gives the calling thread a DPDK identity, and with it a cache in the packet pools, for the
// object's life. Where DPDK has no identity left (RTE_MAX_LCORE threads) the thread works all the
// same, without a cache.
#include <rte_lcore.h>

namespace weir {

class RegisteredThread {
public:
    RegisteredThread() : registered_{rte_thread_register() == 0} {}
    ~RegisteredThread() {
        if (registered_) rte_thread_unregister();
    }
    RegisteredThread(const RegisteredThread&) = delete;
    RegisteredThread& operator=(const RegisteredThread&) = delete;

private:
    bool registered_;
};

}  // namespace weir
