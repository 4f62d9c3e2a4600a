#include "tools/wan/line.hpp"

#include <algorithm>

namespace weir::wan {
namespace {

constexpr std::uint32_t ethernet_overhead = 24;  // preamble, gap, FCS

}  // namespace

Line::Line(const LineSetup& setup)
    : setup_{setup},
      clock_{setup.rate},
      impairers_{sim::Impairer{setup.harm[0], sim::Random{setup.seed, 0}},
                 sim::Impairer{setup.harm[1], sim::Random{setup.seed, 1}}} {}

bool Line::is_cut(Instant now, Kind kind) {
    while (passed_cuts_ < setup_.cuts.size() && setup_.cuts[passed_cuts_].until <= now)
        ++passed_cuts_;
    for (std::size_t i = passed_cuts_; i < setup_.cuts.size(); ++i) {
        const Cut& cut = setup_.cuts[i];
        if (cut.from > now) break;
        if (now < cut.until && (kind == Kind::data ? cut.data : cut.messages)) return true;
    }
    return false;
}

// A packet that is lost on the way took its time on the line all the same; one that found the queue
// full did not.
Line::Entry Line::look(Instant now, std::uint32_t bytes, Kind kind) {
    Entry entry;
    const Instant start = std::max(now, busy_until_);
    if (start - now > setup_.queue) return {.fate = Fate::overrun};
    if (setup_.rate != unlimited_rate)
        busy_until_ = clock_.end_of(start, bytes + ethernet_overhead);
    entry.due = (setup_.rate == unlimited_rate ? now : busy_until_) + setup_.delay;
    if (is_cut(now, kind)) return {.fate = Fate::cut};
    sim::Impairer& impairer = impairers_[static_cast<std::size_t>(kind)];
    if (!impairer.any()) return entry;
    const sim::Fate fate = impairer.fate();
    if (fate != sim::Fate::arrives)
        return {.fate = fate == sim::Fate::lost ? Fate::lost : Fate::lost_in_burst};
    entry.twice = impairer.duplicates();
    if (entry.twice) entry.copy_later = impairer.lateness();
    if (impairer.reorders()) entry.later = std::max(impairer.lateness(), Nanos{1});
    return entry;
}

bool Line::late_first() const {
    if (late_.empty()) return false;
    return in_order_.empty() || Later{}(in_order_.front(), late_.top());
}

std::optional<Instant> Line::due() const {
    if (held() == 0) return {};
    return late_first() ? late_.top().due : in_order_.front().due;
}

std::optional<Line::Leaving> Line::leave(Instant now) {
    const std::optional<Instant> next = due();
    if (!next || *next > now) return {};
    Flying flying;
    if (late_first()) {
        flying = late_.top();
        late_.pop();
    } else {
        flying = in_order_.pop();
    }
    ++counts_[static_cast<std::size_t>(flying.kind)].delivered;
    return Leaving{flying.handle, flying.due};
}

}  // namespace weir::wan
