#include <fmt/format.h>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

void via(const Section& section, Parsing& p, Via& via) {
    section.read("address", via.address);
    p.names.ports.read(section, "port", via.port);
    section.read("weight", via.weight);
}

void route(const Section& section, Parsing& p, RouteConfig& route) {
    section.read("to", route.to);
    p.names.tables.read(section, "table", route.table);
    p.names.policies.read(section, "policy", route.policy);
    route.via.resize(section.count("via"));
    for (const Section& element : section.tables("via"))
        via(element, p, route.via[element.position()]);
    if (section.has("via") && section.has("policy"))
        section.error("policy",
                      "stands beside via; a route encapsulates or forwards, leave one out");
    if (!section.has("via") && !section.has("policy"))
        section.error("via", "is missing: name next hops, or a policy, or write via = [] to drop");
}

}  // namespace

void parse_routes(Parsing& p) {
    p.config.routes.resize(p.file.count("route"));
    for (const Section& section : p.file.tables("route"))
        route(section, p, p.config.routes[section.position()]);
}

}  // namespace weir
