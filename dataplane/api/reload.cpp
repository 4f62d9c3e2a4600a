#include "dataplane/api/reload.hpp"

#include <fmt/format.h>

#include <exception>

#include "dataplane/config/parse.hpp"

namespace weir {

Reloader::Reloader(std::string path, Adopt adopt, Version version)
    : path_{std::move(path)}, adopt_{std::move(adopt)}, version_{std::move(version)} {}

ReloadAnswer Reloader::reload() {
    const std::lock_guard lock{mutex_};
    ReloadAnswer answer;
    answer.version = version_();
    auto loaded = load_config(path_);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        for (const ConfigError& error : *errors) answer.errors.push_back(error.to_string());
        return answer;
    }
    try {
        ReloadResult result = adopt_(std::get<Config>(loaded));
        answer.adopted = result.adopted;
        answer.version = result.version;
        answer.refusals = std::move(result.refusals);
        answer.notes = std::move(result.notes);
    } catch (const std::exception& error) {
        answer.refusals.emplace_back(error.what());
    }
    return answer;
}

}  // namespace weir
