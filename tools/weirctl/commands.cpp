#include "tools/weirctl/commands.hpp"

#include <fmt/format.h>

#include "tools/weirctl/views.hpp"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

// Of another version, or no weir at all: nothing of an answer is taken for granted.
[[noreturn]] void not_understood(const std::string& path, std::string_view why) {
    throw Error{ExitCode::unreachable,
                fmt::format("the answer to {} is not understood ({}): are weir and weirctl of the "
                            "same version?",
                            path, why)};
}

Json parsed(const std::string& path, const Answer& answer) {
    Json body = Json::parse(answer.body, nullptr, false);
    if (body.is_discarded()) not_understood(path, "it is no JSON");
    return body;
}

template <class F>
auto read_as(const std::string& path, F read) {
    try {
        return read();
    } catch (const Json::exception& error) {
        not_understood(path, error.what());
    }
}

Outcome refused(const std::string& path, const Answer& answer, bool json) {
    const Json body = parsed(path, answer);
    return read_as(path, [&] {
        return Outcome{json ? answer.body : "",
                       body.at("error").at("text").get<std::string>() + "\n", ExitCode::no};
    });
}

std::string lines(const Json& body, const char* key, std::string_view before) {
    std::string out;
    for (const Json& it : body.at(key))
        out += fmt::format("{}{}\n", before, it.get_ref<const std::string&>());
    return out;
}

}  // namespace

Outcome show(const Ask& ask, std::string_view subject, bool json) {
    const View* view = find_view(subject);
    const std::string path = fmt::format("/v1/{}", subject);
    const Answer answer = ask("GET", path);
    if (answer.status != 200) return refused(path, answer, json);
    if (json || view == nullptr) return {answer.body, "", ExitCode::done};
    const Json body = parsed(path, answer);
    return read_as(path, [&] { return Outcome{view->text(body), "", ExitCode::done}; });
}

Outcome reload(const Ask& ask, bool json) {
    const std::string path = "/v1/reload";
    const Answer answer = ask("POST", path);
    if (answer.status != 200 && answer.status != 409 && answer.status != 422)
        return refused(path, answer, json);
    const Json body = parsed(path, answer);
    return read_as(path, [&] {
        const bool adopted = body.at("adopted") == true;
        const ExitCode code = adopted ? ExitCode::done : ExitCode::configuration;
        if (json) return Outcome{answer.body, "", code};
        const std::string version = body.at("version").dump();
        if (adopted)
            return Outcome{fmt::format("configuration {} runs\n", version),
                           lines(body, "notes", "note: "), code};
        return Outcome{"",
                       lines(body, "errors", "") + lines(body, "refusals", "needs a restart: ") +
                           fmt::format("not reloaded: configuration {} still runs\n", version),
                       code};
    });
}

Outcome audit(const Ask& ask, bool json) {
    const std::string path = "/v1/audit";
    const Answer answer = ask("GET", path);
    if (answer.status != 200) return refused(path, answer, json);
    const Json body = parsed(path, answer);
    return read_as(path, [&] {
        const bool passed = body.at("closes") == true && body.at("findings").empty();
        return Outcome{json ? answer.body : audit_text(body), "",
                       passed ? ExitCode::done : ExitCode::no};
    });
}

}  // namespace weir
