// How a Node finds out where every packet is: a cut of each thread, then one look at the pool.
#include <algorithm>
#include <array>
#include <chrono>

#include "dataplane/node.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// Longer than a worker may be away that shares its core.
constexpr auto patience = 3s;
// A packet may cross while threads are looked at one after the other; a buffer that leaked stays.
constexpr int looks = 4;
// What a thread may have in its hands and has not counted: a batch that its driver allocated, one
// that it receives, one that it sends.
constexpr std::uint64_t in_hands = 32 + Pipeline::batch_size + EgressPort::burst;

struct Activity {
    std::uint64_t all = 0;        // packets that came and that ended
    std::uint64_t crossings = 0;  // those of them that did so through a ring
};
Activity activity_of(const Balance& it) {
    return {it.came() + it.ended(), it.handed_over + it.taken_over};
}
std::vector<Activity> activities(const std::vector<std::unique_ptr<Shard>>& shards) {
    std::vector<Activity> all;
    for (const auto& shard : shards) all.push_back(activity_of(balance_of(*shard)));
    return all;
}

// Packets that may have moved between the cut whose count of the pool is taken and the looks at
// everybody else. The last cut's own thread is between two packets then: it alone is exact.
std::uint64_t moving(const std::vector<Activity>& before, const std::vector<Activity>& after,
                     std::size_t exact) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const std::uint64_t moved = after[i].all - before[i].all;
        if (i == exact)
            sum += after[i].crossings - before[i].crossings;
        else if (moved != 0)
            sum += moved + in_hands;
    }
    return sum;
}

// Buffers of the longest chain that any port receives or sends.
std::uint64_t longest_chain(const Config& config, std::uint32_t data_room) {
    std::uint64_t longest = 1;
    for (const PortConfig& port : config.ports)
        longest = std::max<std::uint64_t>(longest, port.mtu / (data_room - packet_headroom) + 1);
    return longest;
}

}  // namespace

Audit Node::audit() {
    for (int left = looks;; --left) {
        Audit audit = look();
        judge(audit);
        if (left == 1 || broken_crossings(audit).empty()) return audit;
        std::this_thread::sleep_for(1ms);
    }
}

Audit Node::look() {
    Audit audit;
    const auto before = activities(shards_);
    for (auto& worker : workers_) worker->request_cut();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<const Cut*> cuts;
    std::size_t last = 0;  // the worker that took its cut last
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        while (workers_[i]->cut() == nullptr && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(50us);
        cuts.push_back(workers_[i]->cut());
        audit.answered.push_back(cuts[i] != nullptr);
        audit.workers.push_back(cuts[i] != nullptr ? cuts[i]->balance : Balance{});
        if (cuts[i] != nullptr && (cuts[last] == nullptr || cuts[i]->taken > cuts[last]->taken))
            last = i;
    }
    std::vector<std::string> names;
    audit.control = control_->call([&] {
        names = control_->slice_names();
        return control_->balance();
    });
    for (auto& rings : rings_)
        audit.in_rings += rings->punts.size() + rings->resolves.size() + rings->injects.size();
    for (std::size_t from = 0; from < workers_.size(); ++from)
        for (std::size_t to = 0; to < workers_.size(); ++to)
            for (const Handoffs* handoffs : {handoffs_.get(), raw_.get()})
                if (const auto* ring =
                        handoffs->ring(static_cast<WorkerId>(from), static_cast<WorkerId>(to)))
                    audit.in_rings += ring->size();
    const auto after = activities(shards_);
    audit.at_rest = std::ranges::equal(before, after, {}, &Activity::all, &Activity::all);
    const std::uint64_t in_use =
        cuts[last] != nullptr ? cuts[last]->buffers_in_use : rte_mempool_in_use_count(pool_.get());
    count_buffers(audit, in_use, moving(before, after, last));
    name_slices(audit, cuts, names);
    return audit;
}

void Node::count_buffers(Audit& audit, std::uint64_t in_use, std::uint64_t moving) const {
    BufferCensus& buffers = audit.buffers;
    buffers.all = pool_->size;
    buffers.in_use = in_use;
    buffers.in_devices = buffers_in_devices_;
    for (const auto& port : ports_) {
        buffers.devices_lag += port->buffers().lag;
        buffers.in_flight += port->buffers().in_flight;
    }
    buffers.held = audit.control.held_buffers;
    for (const Balance& it : audit.workers) buffers.held += it.held_buffers;
    buffers.in_rings = audit.in_rings;
    // In rings packets can not be walked, so each may be a chain.
    const std::uint64_t chain =
        longest_chain(*snapshot()->config, rte_pktmbuf_data_room_size(pool_.get()));
    buffers.moving = moving * chain + audit.in_rings * (chain - 1);
}

// Rows of slices that were removed are shown while they count anything.
void Node::name_slices(Audit& audit, const std::vector<const Cut*>& cuts,
                       const std::vector<std::string>& names) const {
    const auto snapshot = this->snapshot();
    std::array<const SnapshotSlice*, slice_rows> configured{};
    for (const SnapshotSlice& it : snapshot->slices) configured[it.slot] = &it;
    const auto& slices = snapshot->config->slices;
    audit.any_lossless = std::ranges::any_of(slices, &SliceConfig::lossless);
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        if (cuts[i] == nullptr) continue;
        for (const SliceBalance& it : cuts[i]->slices) {
            const SnapshotSlice* slice = configured[it.row];
            const bool control = it.row == control_row;
            if (!control && slice == nullptr && it.admitted == 0) continue;
            AuditedSlice& made = audit.slices.emplace_back();
            made.port = ports_[index(it.port)]->name();
            made.slice = control ? "control" : it.row < names.size() ? names[it.row] : "?";
            made.worker = i;
            made.lossless = slice != nullptr && slice->lossless;
            made.balance = it;
            for (const auto& shard : shards_)
                made.refused += shard->ports[it.port].slices[it.row].refused.read();
        }
    }
    for (const auto& port : ports_)
        for (const auto& missed : port->counters().missed)
            audit.missed.push_back({port->name(), missed.cause, missed.packets});
}

}  // namespace weir
