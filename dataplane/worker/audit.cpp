#include "dataplane/worker/audit.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

std::string packets(std::uint64_t n) { return fmt::format("{} packet{}", n, n == 1 ? "" : "s"); }
std::string buffers(std::uint64_t n) { return fmt::format("{} buffer{}", n, n == 1 ? "" : "s"); }

// Which way a sum is open.
std::string difference(std::uint64_t came, std::uint64_t found) {
    return came > found ? packets(came - found) + " ended uncounted"
                        : packets(found - came) + " counted twice, or that never came";
}

void check_thread(const std::string& name, const Balance& it, std::vector<std::string>& broken) {
    if (it.closes()) return;
    broken.push_back(fmt::format(
        "{}: received {} + originated {} + taken over {} = {}, but sent {} + consumed {} + handed "
        "over {} + drops {} + held {} = {}: {}",
        name, it.received, it.originated, it.taken_over, it.came(), it.sent, it.consumed,
        it.handed_over, it.drops, it.held, it.ended() + it.held,
        difference(it.came(), it.ended() + it.held)));
}

void check_buffers(const BufferCensus& it, std::vector<std::string>& broken) {
    const std::uint64_t known = it.in_devices + it.held + it.in_rings;
    const std::uint64_t most = known + it.in_flight + it.moving;
    const std::uint64_t least = known - std::min(known, it.devices_lag + it.moving);
    if (it.in_use >= least && it.in_use <= most) return;
    const std::string where = fmt::format(
        "packet buffers: {} are out of the pool, but devices have {}{}, {} are held and {} in "
        "rings between threads{}",
        it.in_use, it.in_devices,
        it.in_flight == 0 ? "" : fmt::format(" (and at most {} not sent yet)", it.in_flight),
        it.held, it.in_rings,
        it.moving == 0 ? "" : fmt::format(", and at most {} were moving", it.moving));
    broken.push_back(it.in_use > most
                         ? fmt::format("{}: {} leaked", where, buffers(it.in_use - most))
                         : fmt::format("{}: {} given back that were still held", where,
                                       buffers(least - it.in_use)));
}

}  // namespace

std::vector<std::string> broken_sums(const Audit& audit) {
    std::vector<std::string> broken;
    for (std::size_t i = 0; i < audit.workers.size(); ++i) {
        const std::string name = fmt::format("worker {}", i);
        if (!audit.answered.empty() && !audit.answered[i])
            broken.push_back(name + ": took no cut in time, so nothing is known of its packets");
        else
            check_thread(name, audit.workers[i], broken);
    }
    check_thread("control", audit.control, broken);
    for (const AuditedSlice& it : audit.slices) {
        const SliceBalance& sum = it.balance;
        if (sum.closes()) continue;
        const std::uint64_t found = sum.departed + sum.dropped + sum.held;
        broken.push_back(fmt::format(
            "port {}, slice {}, worker {}: admitted {}, but departed {} + dropped {} + held {} = "
            "{}: {}",
            it.port, it.slice, it.worker, sum.admitted, sum.departed, sum.dropped, sum.held, found,
            difference(sum.admitted, found)));
    }
    return broken;
}

std::vector<std::string> broken_crossings(const Audit& audit) {
    std::vector<std::string> broken;
    std::uint64_t over = audit.control.handed_over, taken = audit.control.taken_over;
    for (const Balance& it : audit.workers) {
        over += it.handed_over;
        taken += it.taken_over;
    }
    if (audit.at_rest && over != taken + audit.in_rings)
        broken.push_back(fmt::format(
            "between threads: {} were handed over, but {} taken over and {} are in the rings: {}",
            packets(over), taken, audit.in_rings, difference(over, taken + audit.in_rings)));
    check_buffers(audit.buffers, broken);
    return broken;
}

std::vector<std::string> losses(const Audit& audit) {
    std::vector<std::string> all;
    for (const AuditedSlice& it : audit.slices)
        if (it.lossless && it.lost() != 0)
            all.push_back(fmt::format(
                "port {}, slice {}, worker {}: it is lossless and lost {}, of which {} were "
                "refused for want of room and {} dropped from its queue",
                it.port, it.slice, it.worker, packets(it.lost()), it.refused, it.balance.dropped));
    if (!audit.any_lossless) return all;
    for (const AuditedMiss& it : audit.missed)
        if (it.packets != 0)
            all.push_back(
                fmt::format("port {}: its device missed {} ({}), and a lossless slice may have "
                            "lost them",
                            it.port, packets(it.packets), it.cause));
    return all;
}

void judge(Audit& audit) {
    audit.findings = broken_sums(audit);
    for (std::string& it : broken_crossings(audit)) audit.findings.push_back(std::move(it));
    audit.closes = audit.findings.empty();
    for (std::string& it : losses(audit)) audit.findings.push_back(std::move(it));
}

}  // namespace weir
