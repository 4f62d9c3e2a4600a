#include "dataplane/config/parse.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <sstream>

#include "dataplane/config/bounds.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

std::variant<Config, ConfigErrors> read_tree(const toml::table& tree, const std::string& file,
                                             const Machine& machine) {
    Report report{tree, file};
    const Section top{tree, KeyPath{}, top_keys(), report};
    const Names names = collect_names(tree, report);
    Config config;
    Parsing p{tree, top, names, report, config, machine};
    parse_node(p);
    parse_ports(p);
    parse_peers(p);
    parse_slices(p);
    parse_policies(p);
    parse_sids(p);
    parse_routes(p);
    check_addresses(p);
    check_shares(p);
    check_slices(p);
    check_classify(p);
    check_buffers(p);
    check_routes(p);
    check_paths(p);
    if (report.any()) return report.take();
    add_notes(p);
    return config;
}

// toml++ quotes bytes of the file in its messages.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 300)) out += c >= 0x20 && c < 0x7f ? c : '?';
    return out;
}

}  // namespace

std::string ConfigError::to_string() const {
    if (line == 0) return fmt::format("{}: {}", file, text);
    return key.empty() ? fmt::format("{}:{}:{}: {}", file, line, column, text)
                       : fmt::format("{}:{}:{}: {}: {}", file, line, column, key, text);
}

std::variant<Config, ConfigErrors> parse_config(std::string_view text, const std::string& file,
                                                const Machine& machine) {
    try {
        if (const auto beyond = beyond_bounds(text))
            return ConfigErrors{{file, beyond->line, beyond->column, "", beyond->text}};
        const toml::table tree = toml::parse(text);
        return read_tree(tree, file, machine);
    } catch (const toml::parse_error& error) {
        const auto begin = error.source().begin;
        return ConfigErrors{{file, std::max(begin.line, 1U), std::max(begin.column, 1U), "",
                             fmt::format("not TOML: {}; reading ends at the first such error",
                                         printable(error.description()))}};
    } catch (const std::exception& error) {
        return ConfigErrors{{file, 0, 0, "", fmt::format("can not be read: {}", error.what())}};
    }
}

std::variant<Config, ConfigErrors> load_config(const std::string& path) {
    const auto fail = [&](std::string_view what) {
        return ConfigErrors{{path, 0, 0, "", fmt::format("can not be read: {}", what)}};
    };
    errno = 0;
    std::ifstream stream{path, std::ios::binary};
    if (!stream) return fail(errno != 0 ? std::strerror(errno) : "unknown reason");
    std::string text;
    char block[65536];
    // One byte more than is read at most tells parse_config that there is too much: it says so.
    while (text.size() <= max_config_bytes &&
           (stream.read(block, sizeof block) || stream.gcount() > 0))
        text.append(block, static_cast<std::size_t>(stream.gcount()));
    if (stream.bad()) return fail(errno != 0 ? std::strerror(errno) : "reading stopped half way");
    return parse_config(text, path, this_machine());
}

}  // namespace weir
