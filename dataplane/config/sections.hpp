#pragma once
// The parts of parse_config: each reads its sections of the file into the Config, then the checks
// that need more than one section.
#include "dataplane/config/buffers.hpp"
#include "dataplane/config/config.hpp"
#include "dataplane/config/machine.hpp"
#include "dataplane/config/names.hpp"
#include "dataplane/config/section.hpp"

namespace weir {

struct Parsing {
    const toml::table& tree;
    const Section& file;  // the top level of `tree`; each part of it is read once
    const Names& names;
    Report& report;
    Config& config;
    const Machine& machine;
};

void parse_node(Parsing& p);      // [node] [workers] [memory] [api]
void parse_ports(Parsing& p);     // [[table]] [[port]]
void parse_peers(Parsing& p);     // [[peer]]
void parse_slices(Parsing& p);    // [[slice]]
void parse_policies(Parsing& p);  // [[policy]] [[steer]]
void parse_sids(Parsing& p);      // [[sid]]
void parse_routes(Parsing& p);    // [[route]]

// They use only what was read without error, and may so be called on a Config with errors.
void check_addresses(Parsing& p);  // of ports, SIDs and peers: unique, apart, inside the locator
void check_shares(Parsing& p);     // guarantees and limits, on every port
void check_slices(Parsing& p);     // DSCP, 802.1Qbb, whom lossless slices hold back
void check_classify(Parsing& p);   // bits of the outer header that carry a slice's number
void check_buffers(Parsing& p);    // what keeps lossless slices from losing
void check_memory(Parsing& p, const std::vector<LosslessBuffer>& buffers);  // room for them
void check_routes(Parsing& p);  // unique, next hops on their port's subnets, room in the table
void check_paths(Parsing& p);   // weights, routes to first segments, MTU with encapsulation
void add_notes(Parsing& p);     // what this build does not act on
// What stands at these keys of `at` was read without error.
bool clean_keys(const Parsing& p, const KeyPath& at, std::initializer_list<std::string_view> keys);
// And all that the size of a buffer is made of.
bool knows_size(const Parsing& p, const LosslessBuffer& buffer);
// Where a slice stands; for the one that is made, where it could.
KeyPath slice_place(const Parsing& p, SliceId slice);

}  // namespace weir
