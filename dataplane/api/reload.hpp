#pragma once
// Reading the configuration file again, for SIGHUP and POST /v1/reload alike.
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "dataplane/control/controller.hpp"

namespace weir {

class Node;

struct ReloadAnswer {
    bool adopted = false;
    std::uint64_t version = 0;          // of the configuration that runs now
    std::vector<std::string> refusals;  // what only a restart can change
    std::vector<std::string> errors;    // of the file, each with its place
    std::vector<std::string> notes;     // accepted, but without effect in this build
};

class Reloader {
public:
    // Takes a valid configuration to the node; throws what the node throws.
    using Adopt = std::function<ReloadResult(const Config&)>;
    using Version = std::function<std::uint64_t()>;

    Reloader(std::string path, Node& node);
    Reloader(std::string path, Adopt adopt, Version version);

    // Any thread; one at a time. Never throws: what goes wrong is in the answer, and what ran runs
    // on.
    ReloadAnswer reload();
    const std::string& path() const { return path_; }

private:
    std::string path_;
    Adopt adopt_;
    Version version_;
    std::mutex mutex_;  // two readers of one file would race for the last word
};

}  // namespace weir
