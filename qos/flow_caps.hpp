#pragma once
// What single flow buckets may send at most, in charge: who has spent it stands aside until it has
// earned more. A heap of those, because they are few; an entry that was outgrown is passed over.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "dataplane/base/units.hpp"
#include "qos/token_bucket.hpp"

namespace weir {

class FlowCaps {
public:
    static constexpr std::uint32_t none = UINT32_MAX;

    // Without a limit, at first.
    std::uint32_t make() {
        caps_.emplace_back();
        return static_cast<std::uint32_t>(caps_.size() - 1);
    }
    // What was earned and not spent stays, up to 20 us of the rate and a largest packet.
    void set(std::uint32_t id, BitsPerSecond rate, Bytes largest, Instant now) {
        Cap& cap = caps_[id];
        cap.tokens.refill(now);
        const bool fresh = cap.rate == unlimited_rate && rate != unlimited_rate;
        const Bytes depth = rate == unlimited_rate ? largest : rate * Nanos{20'000} + largest;
        if (fresh)
            cap.tokens = TokenBucket{rate, depth, now};
        else
            cap.tokens.set(rate, depth);
        cap.rate = rate;
        if (cap.aside) wait(id, now);
    }
    bool limits(std::uint32_t id) const noexcept {
        return id != none && caps_[id].rate != unlimited_rate;
    }
    // After `charge` was sent: false where it has to stand aside now.
    bool spend(std::uint32_t id, std::uint32_t charge, Instant now) noexcept {
        if (!limits(id)) return true;
        TokenBucket& tokens = caps_[id].tokens;
        tokens.refill(now);
        tokens.spend(charge);
        return tokens.ready();
    }
    bool aside(std::uint32_t id) const noexcept { return id != none && caps_[id].aside; }
    void stand_aside(std::uint32_t id, Instant now) {
        caps_[id].aside = true;
        wait(id, now);
    }
    // Calls wake(id) for each that may send again.
    template <class Wake>
    void turn(Instant now, Wake&& wake) {
        while (!heap_.empty() && heap_.front().when <= now) {
            const Waiting first = heap_.front();
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.pop_back();
            Cap& cap = caps_[first.id];
            if (!cap.aside || cap.turn != first.turn) continue;
            cap.tokens.refill(now);
            if (!cap.tokens.ready()) {
                wait(first.id, now);
                continue;
            }
            cap.aside = false;
            wake(first.id);
        }
    }
    Instant next() const noexcept {
        return heap_.empty() ? TokenBucket::never : heap_.front().when;
    }
    void clear() noexcept {
        heap_.clear();
        for (Cap& cap : caps_) cap.aside = false;
    }

private:
    struct Cap {
        TokenBucket tokens;
        BitsPerSecond rate = unlimited_rate;
        std::uint32_t turn = 0;  // of its valid entry in the heap
        bool aside = false;
    };
    struct Waiting {
        Instant when;
        std::uint32_t id;
        std::uint32_t turn;
        bool operator<(const Waiting& o) const noexcept {
            return when != o.when ? when > o.when : id > o.id;  // the first on top
        }
    };
    void wait(std::uint32_t id, Instant now) {
        Cap& cap = caps_[id];
        ++cap.turn;
        const Instant when = std::max(cap.tokens.ready_at(), now);
        if (when == TokenBucket::never) return;  // of nothing: until it is set anew
        heap_.push_back({when, id, cap.turn});
        std::push_heap(heap_.begin(), heap_.end());
    }

    std::vector<Cap> caps_;
    std::vector<Waiting> heap_;
};

}  // namespace weir
