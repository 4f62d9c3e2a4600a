#pragma once
// Parts of compile_snapshot, in files of their own. Each fills its part of a Snapshot whose ports
// are there already.
#include <variant>
#include <vector>

#include "dataplane/control/compile.hpp"

namespace weir {

// What a Fib or a port's steering is made of.
struct TableEntries {
    std::vector<RangeTable<std::uint32_t>::Entry> ipv4;
    std::vector<RangeTable<unsigned __int128>::Entry> ipv6;

    void add(const Ipv4Prefix& to, std::uint32_t value) {
        ipv4.push_back({to.address.bits(), to.length, value});
    }
    void add(const Ipv6Prefix& to, std::uint32_t value) {
        ipv6.push_back({to.address.bits(), to.length, value});
    }
    void add(const std::variant<Ipv4Prefix, Ipv6Prefix>& to, std::uint32_t value) {
        std::visit([&](const auto& prefix) { add(prefix, value); }, to);
    }
};

// Slices, their DSCPs, and what each has of every port: its share and its buffers.
void compile_slices(const CompileInput& input, Snapshot& out);
// Who says which slice a packet is of, but for rules and SIDs; after compile_slices.
void compile_classify(const Config& config, Snapshot& out);
// The rules, and the prefixes of each port that lead to them.
void compile_steering(const Config& config, Snapshot& out);

}  // namespace weir
