#include "tests/support/judged.hpp"

namespace weir::test {

std::vector<std::string> findings_of(Bed& bed, std::span<const OwnedPort> ports, Cut& cut) {
    take_cut(cut, bed.shard(), ports, bed.pool());
    Audit audit;
    audit.workers = {cut.balance};
    for (const SliceBalance& it : cut.slices)
        audit.slices.push_back({.port = "", .slice = "", .balance = it});
    audit.buffers = {
        .all = bed.pool().size, .in_use = cut.buffers_in_use, .held = cut.balance.held_buffers};
    audit.at_rest = true;
    judge(audit);
    return audit.findings;
}

}  // namespace weir::test
