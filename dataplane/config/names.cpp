#include "dataplane/config/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t longest_name = 63;

// Names become metric labels, table columns and parts of file names.
bool name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

// Calls visit(position, name) for every name that stands in the list of tables `section`.
template <class F>
void each_name(const toml::table& tree, std::string_view section, Report& report, F visit) {
    const auto* list = tree[section].as_array();
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* table = list->get(i)->as_table();
        const auto* name = table == nullptr ? nullptr : (*table)["name"].as_string();
        if (name == nullptr) continue;
        const std::string& text = name->get();
        if (text.empty() || text.size() > longest_name || !std::ranges::all_of(text, name_char))
            report.error(KeyPath{section}[i] / "name",
                         fmt::format("{} can not be a name: use 1 to {} letters, digits, \".\", "
                                     "\"_\" and \"-\"",
                                     in_quotes(text), longest_name));
        visit(i, std::string_view{text});
    }
}

// The element whose `key` is what `is` looks for.
template <class F>
std::optional<std::size_t> position_where(const toml::table& tree, std::string_view section,
                                          std::string_view key, F is) {
    const auto* list = tree[section].as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const auto* table = list->get(i)->as_table();
        const auto* node = table == nullptr ? nullptr : table->get(key);
        if (node != nullptr && is(*node)) return i;
    }
    return {};
}

std::size_t count(const toml::table& tree, std::string_view section) {
    const auto* list = tree[section].as_array();
    return list == nullptr ? 0 : list->size();
}

template <class Id, class IdOf>
void collect(const toml::table& tree, std::string_view section, NameIndex<Id>& into, Report& report,
             IdOf id_of) {
    std::unordered_map<std::string_view, std::size_t> seen;
    each_name(tree, section, report, [&](std::size_t i, std::string_view name) {
        const auto [first, fresh] = seen.emplace(name, i);
        if (!fresh)
            report.error(KeyPath{section}[i] / "name",
                         fmt::format("{} is already the name of {}[{}] in line {}; names are "
                                     "unique",
                                     in_quotes(name), section, first->second,
                                     report.line(KeyPath{section}[first->second])));
        else if (!into.add(name, static_cast<Id>(id_of(i))))
            report.error(KeyPath{section}[i] / "name",
                         fmt::format("{} is the name of what weir makes where no {} has id 0; "
                                     "give this one id = 0 or another name",
                                     in_quotes(name), section));
    });
}

}  // namespace

Names collect_names(const toml::table& tree, Report& report) {
    Names names;
    names.table_order = {count(tree, "table"),
                         position_where(tree, "table", "name", [](const toml::node& node) {
                             return node.value<std::string_view>() == default_table;
                         })};
    names.slice_order = {count(tree, "slice"),
                         position_where(tree, "slice", "id", [](const toml::node& node) {
                             return node.is_integer() && node.value<std::int64_t>() == 0;
                         })};
    const auto same = [](std::size_t i) { return i; };
    const auto table_index = [&](std::size_t i) { return names.table_order.index_of(i); };
    const auto slice_index = [&](std::size_t i) { return names.slice_order.index_of(i); };
    if (!names.table_order.position_of(0)) names.tables.add(default_table, TableId{0});
    if (!names.slice_order.position_of(0)) names.slices.add(best_effort_name, SliceId{0});
    collect(tree, "table", names.tables, report, table_index);
    collect(tree, "port", names.ports, report, same);
    collect(tree, "slice", names.slices, report, slice_index);
    collect(tree, "policy", names.policies, report, same);
    NameIndex<std::size_t> peer_names{"peer"};  // nothing refers to a peer, but names are unique
    collect(tree, "peer", peer_names, report, same);
    return names;
}

}  // namespace weir
