#include "tools/sim/check/cycles.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>

namespace weir::sim {
namespace {

constexpr std::size_t none = SIZE_MAX;

class Finder {
public:
    Finder(std::size_t vertices, const std::vector<Arc>& arcs)
        : arcs_{arcs}, out_(vertices), gone_(arcs.size()) {
        for (std::size_t i = 0; i < arcs.size(); ++i) out_[arcs[i].from].push_back(i);
    }

    // Empty: none is left.
    std::vector<std::size_t> shortest() {
        drop_what_ends();
        std::vector<std::size_t> best;
        for (std::size_t start = 0; start < out_.size(); ++start) {
            if (std::ranges::all_of(out_[start], [&](std::size_t arc) { return gone_[arc]; }))
                continue;
            auto found = shortest_through(start, best.empty() ? none : best.size());
            if (!found.empty()) best = std::move(found);
            if (best.size() == 1) break;
        }
        for (const std::size_t arc : best) gone_[arc] = true;
        return best;
    }

private:
    // What leads to a vertex without a way on (again and again) is on no cycle: an acyclic graph is
    // empty then, and this is the proof.
    void drop_what_ends() {
        std::vector<std::size_t> ways(out_.size());
        std::vector<std::vector<std::size_t>> in(out_.size());
        for (std::size_t i = 0; i < arcs_.size(); ++i) {
            if (gone_[i]) continue;
            ++ways[arcs_[i].from];
            in[arcs_[i].to].push_back(i);
        }
        std::vector<std::size_t> ends;
        for (std::size_t v = 0; v < ways.size(); ++v)
            if (ways[v] == 0) ends.push_back(v);
        while (!ends.empty()) {
            const std::size_t end = ends.back();
            ends.pop_back();
            for (const std::size_t arc : in[end]) {
                gone_[arc] = true;
                if (--ways[arcs_[arc].from] == 0) ends.push_back(arcs_[arc].from);
            }
        }
    }

    // Breadth first, shorter than `limit`; empty if there is none.
    std::vector<std::size_t> shortest_through(std::size_t start, std::size_t limit) const {
        std::vector<std::size_t> by(out_.size(), none), length(out_.size());
        std::deque<std::size_t> next{start};
        while (!next.empty()) {
            const std::size_t at = next.front();
            next.pop_front();
            if (length[at] + 1 >= limit) return {};
            for (const std::size_t arc : out_[at]) {
                if (gone_[arc]) continue;
                const std::size_t to = arcs_[arc].to;
                if (to == start) return back_from(start, arc, by);
                if (by[to] != none) continue;
                by[to] = arc;
                length[to] = length[at] + 1;
                next.push_back(to);
            }
        }
        return {};
    }
    std::vector<std::size_t> back_from(std::size_t start, std::size_t last,
                                       const std::vector<std::size_t>& by) const {
        std::vector<std::size_t> cycle{last};
        while (arcs_[cycle.back()].from != start) cycle.push_back(by[arcs_[cycle.back()].from]);
        std::ranges::reverse(cycle);
        return cycle;
    }

    const std::vector<Arc>& arcs_;
    std::vector<std::vector<std::size_t>> out_;
    std::vector<bool> gone_;
};

}  // namespace

std::vector<std::vector<std::size_t>> disjoint_cycles(std::size_t vertices,
                                                      const std::vector<Arc>& arcs,
                                                      std::size_t most) {
    Finder finder{vertices, arcs};
    std::vector<std::vector<std::size_t>> cycles;
    while (cycles.size() < most) {
        auto cycle = finder.shortest();
        if (cycle.empty()) break;
        cycles.push_back(std::move(cycle));
    }
    return cycles;
}

}  // namespace weir::sim
