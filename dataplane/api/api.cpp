#include "dataplane/api/api.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dataplane/api/config_json.hpp"
#include "dataplane/api/page.hpp"
#include "dataplane/api/status.hpp"

namespace weir {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view plain_type = "text/plain; charset=utf-8";

ApiResponse json_answer(int status, const Json& body) {
    // Bytes that are no UTF-8 come from paths of requests and files: they must not end an answer.
    return {status, std::string{json_type},
            body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", ""};
}

template <Json (*make)(Reading&)>
ApiResponse json_of(const StatusSource& source) {
    Reading reading{source};
    return json_answer(200, make(reading));
}

Json running_config(Reading& reading) { return config_json(reading.config()); }
Json version(Reading& reading) { return version_json(reading.source()); }

ApiResponse metrics(const StatusSource& source) {
    Reading reading{source};
    return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus_text(reading), ""};
}

ApiResponse page(const StatusSource& source) {
    Reading reading{source};
    return {200, "text/html; charset=utf-8", status_page(reading), ""};
}

ApiResponse alive(const StatusSource&) { return {200, std::string{plain_type}, "ok\n", ""}; }

// Ready: every worker has taken over a configuration.
ApiResponse ready(const StatusSource& source) {
    for (std::size_t i = 0; i + 1 < source.shards.size(); ++i)
        if (source.shards[i]->adoptions.read() == 0)
            return {503, std::string{plain_type},
                    fmt::format("worker {} has not taken over a configuration yet\n", i), ""};
    return {200, std::string{plain_type}, "ready\n", ""};
}

ApiResponse reload(const StatusSource& source) {
    const ReloadAnswer answer = source.reload();
    Json body = {{"adopted", answer.adopted},
                 {"version", answer.version},
                 {"refusals", answer.refusals},
                 {"errors", answer.errors},
                 {"notes", answer.notes}};
    if (answer.adopted) return json_answer(200, body);
    const bool wrong = !answer.errors.empty();
    body["error"] = {
        {"code", wrong ? "configuration" : "needs_restart"},
        {"text", wrong ? "the file has errors; what ran runs on" : "refused; what ran runs on"}};
    return json_answer(wrong ? 422 : 409, body);
}

ApiResponse subjects(const StatusSource&);

struct Endpoint {
    std::string_view method;
    std::string_view path;
    Door door;  // open: answered at both
    ApiResponse (*answer)(const StatusSource&);
};

constexpr Endpoint endpoints[] = {
    {"GET", "/v1", Door::local, subjects},
    {"GET", "/v1/ports", Door::local, json_of<ports_json>},
    {"GET", "/v1/workers", Door::local, json_of<workers_json>},
    {"GET", "/v1/sids", Door::local, json_of<sids_json>},
    {"GET", "/v1/policies", Door::local, json_of<policies_json>},
    {"GET", "/v1/routes", Door::local, json_of<routes_json>},
    {"GET", "/v1/neighbors", Door::local, json_of<neighbors_json>},
    {"GET", "/v1/drops", Door::local, json_of<drops_json>},
    {"GET", "/v1/slices", Door::local, json_of<slices_json>},
    {"GET", "/v1/buffers", Door::local, json_of<buffers_json>},
    {"GET", "/v1/pfc", Door::local, json_of<pfc_json>},
    {"GET", "/v1/audit", Door::local, json_of<audit_json>},
    {"GET", "/v1/config", Door::local, json_of<running_config>},
    {"GET", "/v1/counters", Door::local, json_of<metrics_json>},
    {"GET", "/v1/runtime", Door::local, json_of<runtime_json>},
    {"GET", "/v1/version", Door::local, json_of<version>},
    {"POST", "/v1/reload", Door::local, reload},
    {"GET", "/metrics", Door::open, metrics},
    {"GET", "/healthz", Door::open, alive},
    {"GET", "/readyz", Door::open, ready},
    {"GET", "/", Door::open, page},
};

ApiResponse subjects(const StatusSource&) {
    Json all = Json::array();
    for (const Endpoint& it : endpoints) all.push_back({{"method", it.method}, {"path", it.path}});
    return json_answer(200, all);
}

}  // namespace

ApiResponse Api::error(int status, std::string_view code, std::string_view text) {
    return json_answer(status, {{"error", {{"code", code}, {"text", text}}}});
}

ApiResponse Api::handle(const ApiRequest& request) const {
    const auto found = std::ranges::find(endpoints, request.path, &Endpoint::path);
    const bool seen =
        found != std::end(endpoints) && (request.door == Door::local || found->door == Door::open);
    if (!seen) {
        const std::string_view path = std::string_view{request.path}.substr(0, 100);
        return error(
            404, "not_found",
            request.door == Door::local
                ? fmt::format("there is no {}; GET /v1 lists what there is", path)
                : fmt::format("there is no {} here; /metrics, /healthz, /readyz and / are", path));
    }
    std::string_view method = request.method;
    if (method == "HEAD") method = "GET";
    if (method != found->method) {
        ApiResponse refused =
            error(405, "method_not_allowed", fmt::format("{} is a {}", found->path, found->method));
        refused.allow = found->method;
        return refused;
    }
    if (request.has_body)
        return error(413, "has_body", fmt::format("{} takes no body: send none", found->path));
    try {
        return found->answer(source_);
    } catch (const std::exception& problem) {
        return error(500, "internal", fmt::format("{}: {}", found->path, problem.what()));
    }
}

}  // namespace weir
