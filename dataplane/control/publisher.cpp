#include "dataplane/control/publisher.hpp"

#include <cstdlib>
#include <new>

namespace weir {

void Publisher::FreeQsbr::operator()(rte_rcu_qsbr* v) const { std::free(v); }

Publisher::Publisher(unsigned workers) {
    const std::size_t size = rte_rcu_qsbr_get_memsize(workers);
    void* memory = std::aligned_alloc(RTE_CACHE_LINE_SIZE, size);
    if (memory == nullptr) throw std::bad_alloc{};
    qsbr_.reset(static_cast<rte_rcu_qsbr*>(memory));
    rte_rcu_qsbr_init(qsbr_.get(), workers);
}

void Publisher::enter(WorkerId worker) noexcept {
    rte_rcu_qsbr_thread_register(qsbr_.get(), static_cast<unsigned>(index(worker)));
    rte_rcu_qsbr_thread_online(qsbr_.get(), static_cast<unsigned>(index(worker)));
}

void Publisher::leave(WorkerId worker) noexcept {
    rte_rcu_qsbr_thread_offline(qsbr_.get(), static_cast<unsigned>(index(worker)));
    rte_rcu_qsbr_thread_unregister(qsbr_.get(), static_cast<unsigned>(index(worker)));
}

void Publisher::publish(std::shared_ptr<const Snapshot> snapshot) {
    std::shared_ptr<const Snapshot> old;
    current_.store(snapshot.get(), std::memory_order_release);
    {
        const std::lock_guard lock{owner_mutex_};
        old = std::exchange(owner_, std::move(snapshot));
    }
    // The closure is the last owner; an API thread that still reads the old one keeps it longer.
    if (old) after_grace([kept = std::move(old)]() mutable { kept.reset(); });
}

void Publisher::after_grace(std::function<void()> action) {
    retired_.push_back({rte_rcu_qsbr_start(qsbr_.get()), std::move(action)});
}

bool Publisher::reclaim() {
    while (!retired_.empty() &&
           rte_rcu_qsbr_check(qsbr_.get(), retired_.front().token, false) == 1) {
        retired_.front().action();
        retired_.pop_front();
    }
    return retired_.empty();
}

std::shared_ptr<const Snapshot> Publisher::current() const {
    const std::lock_guard lock{owner_mutex_};
    return owner_;
}

}  // namespace weir
