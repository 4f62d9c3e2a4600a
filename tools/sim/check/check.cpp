#include "tools/sim/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "dataplane/config/notes.hpp"

namespace weir::sim {
namespace {

constexpr std::size_t most_cycles = 10;  // more are the same mistake

std::string name_of(const Network& network, const PeerLink& link) {
    const Config& from = network.config(link.node);
    return fmt::format("{} port {} to {}", from.node.name, from.ports[link.port].name,
                       network.config(link.to).node.name);
}

std::string verdict(const SliceTurns& slice, std::size_t cycles) {
    return cycles > 0 ? "cyclic" : slice.unproven.empty() ? "acyclic" : "unproven";
}

nlohmann::json as_json(const Network& network, const PeerLink& link) {
    const Config& from = network.config(link.node);
    return {{"node", from.node.name},
            {"port", from.ports[link.port].name},
            {"peer", network.config(link.to).node.name}};
}

nlohmann::json as_json(const Network& network, const SliceTurns& slice,
                       const std::vector<std::vector<std::size_t>>& cycles) {
    nlohmann::json made{{"id", slice.id},
                        {"name", slice.name},
                        {"verdict", verdict(slice, cycles.size())},
                        {"links", slice.links.size()},
                        {"turns", slice.turns.size()},
                        {"cycles", nlohmann::json::array()},
                        {"unproven", nlohmann::json::array()}};
    for (const auto& cycle : cycles) {
        nlohmann::json turns = nlohmann::json::array();
        for (const std::size_t turn : cycle) {
            const Turn& it = slice.turns[turn];
            turns.push_back({{"from", as_json(network, slice.links[it.links.from])},
                             {"onto", as_json(network, slice.links[it.links.to])},
                             {"by", it.by}});
        }
        made["cycles"].push_back(std::move(turns));
    }
    for (const Unproven& it : slice.unproven)
        made["unproven"].push_back({{"file", it.file}, {"key", it.key}, {"text", it.text}});
    return made;
}

void print(const Network& network, const SliceTurns& slice,
           const std::vector<std::vector<std::size_t>>& cycles) {
    fmt::print("slice {} ({}): {}, {} links, {} turns\n", slice.name, slice.id,
               verdict(slice, cycles.size()), slice.links.size(), slice.turns.size());
    for (const auto& cycle : cycles) {
        fmt::print(
            "  {} links can wait for each other for ever; lead one of these turns another way\n",
            cycle.size());
        for (const std::size_t turn : cycle) {
            const Turn& it = slice.turns[turn];
            fmt::print("    {}, then {}: {}\n", name_of(network, slice.links[it.links.from]),
                       name_of(network, slice.links[it.links.to]), some_of(it.by));
        }
    }
    if (cycles.size() == most_cycles) fmt::print("  and maybe more\n");
    for (const Unproven& it : slice.unproven)
        fmt::print("  {}: {}: {}\n", it.file, it.key, it.text);
}

}  // namespace

std::vector<std::vector<std::size_t>> cycles_of(const SliceTurns& slice) {
    std::vector<Arc> arcs;
    for (const Turn& turn : slice.turns) arcs.push_back(turn.links);
    return disjoint_cycles(slice.links.size(), arcs, most_cycles);
}

int check_network(const CheckOptions& options) {
    const auto read = read_network(options.files);
    if (const auto* wrong = std::get_if<std::vector<std::string>>(&read)) {
        for (const std::string& line : *wrong) fmt::print(stderr, "{}\n", line);
        return 3;
    }
    const auto& network = std::get<Network>(read);
    nlohmann::json all = nlohmann::json::array();
    bool well = true;
    const std::vector<SliceTurns> slices = turns_of(network);
    for (const SliceTurns& slice : slices) {
        const auto cycles = cycles_of(slice);
        well &= verdict(slice, cycles.size()) == "acyclic";
        if (options.json)
            all.push_back(as_json(network, slice, cycles));
        else
            print(network, slice, cycles);
    }
    if (options.json)
        fmt::print("{}\n",
                   nlohmann::json{{"nodes", network.nodes().size()}, {"slices", all}}.dump(2));
    else if (slices.empty())
        fmt::print("no slice is lossless: nothing waits for anything\n");
    return well ? 0 : 1;
}

}  // namespace weir::sim
