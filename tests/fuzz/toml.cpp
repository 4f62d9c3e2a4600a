// Any text as a configuration: errors with their place, or a Config that compiles into a snapshot.
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/config/parse.hpp"
#include "dataplane/control/compile.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/scene.hpp"

namespace weir::fuzz {
namespace {

void compile(Config config) {
    CompileInput input;
    const std::size_t ports = config.ports.size();
    input.config = std::make_shared<const Config>(std::move(config));
    for (std::size_t i = 0; i < ports; ++i) input.macs.push_back(MacAddr{{2, 0, 0, 0, 0, 1}});
    input.gateways.assign(gateways_of(*input.config).size(), NeighborId{0});
    CounterSlots sids, paths;
    const auto snapshot = compile_snapshot(input, sids, paths);
    require(snapshot->sids.size() == input.config->sids.size(), "a SID was lost on the way");
}

// As a reload would meet it.
void compare(const Config& next) {
    static const Config running = test::scene_config();
    require(needs_restart(next, next).empty(), "differs from itself");
    require(needs_restart(running, next).empty() == needs_restart(next, running).empty(),
            "a restart is needed one way only");
}

// Out of a file that is nowhere but in memory, for every eighth length.
std::variant<Config, ConfigErrors> read(std::string_view text, std::string& name) {
    name = "fuzz.toml";
    if (text.size() % 8 != 0) return parse_config(text, name);
    const int file = memfd_create("fuzz.toml", MFD_CLOEXEC);
    require(file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
            "no file in memory");
    name = "/proc/self/fd/" + std::to_string(file);
    auto loaded = load_config(name);
    close(file);
    return loaded;
}

}  // namespace
}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    std::string name;
    auto parsed = fuzz::read({reinterpret_cast<const char*>(data), size}, name);
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed)) {
        fuzz::require(!errors->empty(), "refused without an error");
        for (const ConfigError& error : *errors)
            fuzz::require(!error.text.empty() && error.to_string().find(name) == 0,
                          "an error without its place");
        return 0;
    }
    fuzz::compare(std::get<Config>(parsed));
    fuzz::compile(std::get<Config>(std::move(parsed)));
    return 0;
}
