#include "dataplane/api/api.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/unit/api/fake_node.hpp"

namespace weir {
namespace {

using Json = nlohmann::json;

struct Asked {
    Door door;
    std::string method, path;
    int status;
    std::string code;  // of the error; empty: none
};

TEST(Api, AnswersWhatItServesAndRefusesTheRest) {
    const Door local = Door::local, open = Door::open;
    const Asked asked[] = {
        {local, "GET", "/v1/ports", 200, ""},
        {local, "GET", "/v1/workers", 200, ""},
        {local, "GET", "/v1/sids", 200, ""},
        {local, "GET", "/v1/policies", 200, ""},
        {local, "GET", "/v1/routes", 200, ""},
        {local, "GET", "/v1/neighbors", 200, ""},
        {local, "GET", "/v1/drops", 200, ""},
        {local, "GET", "/v1/buffers", 200, ""},
        {local, "GET", "/v1/pfc", 200, ""},
        {local, "GET", "/v1/audit", 200, ""},
        {local, "GET", "/v1/config", 200, ""},
        {local, "GET", "/v1/counters", 200, ""},
        {local, "GET", "/v1/runtime", 200, ""},
        {local, "GET", "/v1/version", 200, ""},
        {local, "GET", "/v1", 200, ""},
        {local, "HEAD", "/v1/ports", 200, ""},
        {local, "GET", "/v1/nothing", 404, "not_found"},
        {local, "GET", "/v1/ports/", 404, "not_found"},
        {local, "GET", "", 404, "not_found"},
        {local, "GET", "/../etc/passwd", 404, "not_found"},
        {local, "POST", "/v1/ports", 405, "method_not_allowed"},
        {local, "GET", "/v1/reload", 405, "method_not_allowed"},
        {local, "DELETE", "/metrics", 405, "method_not_allowed"},
        {open, "GET", "/v1/ports", 404, "not_found"},
        {open, "GET", "/v1/config", 404, "not_found"},
        {open, "POST", "/v1/reload", 404, "not_found"},
        {open, "POST", "/metrics", 405, "method_not_allowed"},
    };
    FakeNode node;
    const Api api{node.source()};
    for (const Asked& it : asked) {
        const ApiResponse answer = api.handle({it.door, it.method, it.path, false});
        EXPECT_EQ(answer.status, it.status) << it.method << ' ' << it.path;
        const Json body = Json::parse(answer.body);
        EXPECT_EQ(answer.content_type, "application/json");
        if (it.code.empty())
            EXPECT_FALSE(body.contains("error"));
        else
            EXPECT_EQ(body.at("error").at("code"), it.code);
        EXPECT_EQ(answer.allow.empty(), it.status != 405);
    }
    EXPECT_EQ(node.reloads, 0U);
}

TEST(Api, TheOpenDoorShowsMetricsHealthAndAPage) {
    FakeNode node;
    const Api api{node.source()};
    const auto at = [&](const char* path) { return api.handle({Door::open, "GET", path, false}); };
    EXPECT_EQ(at("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(at("/metrics").body.find("weir_build_info{version=\"1.2.3\"} 1\n"),
              std::string::npos);
    EXPECT_EQ(at("/healthz").status, 200);
    const ApiResponse page = at("/");
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_NE(page.body.find("edge-a"), std::string::npos);
    EXPECT_NE(page.body.find("wan0"), std::string::npos);
}

TEST(Api, ReadyOnceEveryWorkerRunsAConfiguration) {
    FakeNode node;
    const Api api{node.source()};
    const auto status = [&] { return api.handle({Door::open, "GET", "/readyz", false}).status; };
    EXPECT_EQ(status(), 503);
    node.worker(0).adoptions.add();
    EXPECT_EQ(status(), 503);
    node.worker(1).adoptions.add();
    EXPECT_EQ(status(), 200);  // control adopts none
}

TEST(Api, AReloadAnswersWhatCameOfIt) {
    FakeNode node;
    const Api api{node.source()};
    const auto reload = [&] { return api.handle({Door::local, "POST", "/v1/reload", false}); };
    node.reload_answer = {
        .adopted = true, .version = 8, .refusals = {}, .errors = {}, .notes = {"n"}};
    EXPECT_EQ(reload().status, 200);
    EXPECT_EQ(Json::parse(reload().body), Json::parse(R"({"adopted": true, "version": 8,
        "refusals": [], "errors": [], "notes": ["n"]})"));
    node.reload_answer = {
        .adopted = false, .version = 7, .refusals = {"mtu"}, .errors = {}, .notes = {}};
    EXPECT_EQ(reload().status, 409);
    EXPECT_EQ(Json::parse(reload().body)["error"]["code"], "needs_restart");
    EXPECT_EQ(Json::parse(reload().body)["refusals"], Json::parse(R"(["mtu"])"));
    node.reload_answer = {
        .adopted = false, .version = 7, .refusals = {}, .errors = {"a:1:2: bad"}, .notes = {}};
    EXPECT_EQ(reload().status, 422);
    EXPECT_EQ(Json::parse(reload().body)["error"]["code"], "configuration");
    EXPECT_EQ(Json::parse(reload().body)["errors"], Json::parse(R"(["a:1:2: bad"])"));
}

TEST(Api, ABodyIsRefusedAndNothingDone) {
    FakeNode node;
    const Api api{node.source()};
    const ApiResponse answer = api.handle({Door::local, "POST", "/v1/reload", true});
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(node.reloads, 0U);
}

TEST(Api, WhatTheNodeThrowsIsAnAnswer) {
    FakeNode node;
    StatusSource source = node.source();
    source.neighbors = []() -> std::vector<NeighborView> { throw std::runtime_error{"gone"}; };
    const Api api{std::move(source)};
    const ApiResponse answer = api.handle({Door::local, "GET", "/v1/neighbors", false});
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(Json::parse(answer.body)["error"]["code"], "internal");
    EXPECT_NE(answer.body.find("gone"), std::string::npos);
}

// Bytes of a file that are no UTF-8 come back in its errors.
TEST(Api, AnyBytesComeBackAsJson) {
    FakeNode node;
    node.reload_answer.errors = {"weir.toml:1:1: \xff\xfe"};
    const Api api{node.source()};
    const Json body = Json::parse(api.handle({Door::local, "POST", "/v1/reload", false}).body);
    EXPECT_EQ(body["errors"][0], "weir.toml:1:1: \ufffd\ufffd");
}

RC_GTEST_PROP(Api, AnyRequestHasAnAnswer, (std::string method, std::string path, bool body)) {
    static FakeNode node;
    static const Api api{node.source()};
    const Door door = *rc::gen::element(Door::local, Door::open);
    const ApiResponse answer = api.handle({door, method, "/" + path, body});
    RC_ASSERT(answer.status == 404 || answer.status == 405 || path.empty());
    if (!path.empty()) RC_ASSERT(Json::parse(answer.body).contains("error"));
}

}  // namespace
}  // namespace weir
