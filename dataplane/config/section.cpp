#include "dataplane/config/section.hpp"

#include <fmt/format.h>

namespace weir {

Section::Section(const toml::table& table, const KeyPath& at, const KeyGroup& keys, Report& report)
    : table_{&table}, at_{at}, keys_{&keys}, report_{&report} {
    name_unknown_keys();
    name_missing_keys();
}

void Section::name_unknown_keys() const {
    for (const auto& [key, node] : *table_) {
        const std::string_view name = key.str();
        if (keys_->find(name) != nullptr) continue;
        if (report_->full()) {
            report_->key_error(at_ / name, {});  // counted; spares the search
            continue;
        }
        const auto known = keys_->names();
        std::string advice = did_you_mean(name, known);
        const std::string elsewhere = advice.empty() ? sections_with(name) : std::string{};
        if (!elsewhere.empty()) advice = "; it belongs into " + elsewhere;
        if (advice.empty() && known.size() <= 8) {
            for (const auto word : known)
                advice += fmt::format("{}{}", advice.empty() ? "; known are " : ", ", word);
        } else if (advice.empty()) {
            advice = "; `weir --keys` lists all";
        }
        report_->key_error(at_ / name, "unknown key" + advice);
    }
}

void Section::name_missing_keys() const {
    for (const auto& member : keys_->members)
        if (member.key != nullptr && member.key->required() && !has(member.name))
            error(member.name, fmt::format("is missing: {}", member.key->help));
}

std::optional<Value> Section::find(std::string_view name) const {
    const toml::node* node = table_->get(name);
    const auto* member = keys_->find(name);
    if (node == nullptr || member == nullptr || member->key == nullptr) return {};
    return Value{*node, at_ / member->name, *member->key, *report_};
}

std::optional<Section> Section::table(std::string_view name) const {
    const toml::node* node = table_->get(name);
    const auto* member = keys_->find(name);
    if (node == nullptr || member == nullptr) return {};
    if (const auto* found = node->as_table())
        return Section{*found, at_ / member->name, *member->group, *report_};
    error(member->name,
          "must be a table" + (at_.empty() ? fmt::format(": write [{}]", name) : std::string{}));
    return {};
}

std::vector<Section> Section::tables(std::string_view name) const {
    std::vector<Section> all;
    const toml::node* node = table_->get(name);
    const auto* member = keys_->find(name);
    if (node == nullptr || member == nullptr) return all;
    const KeyPath here = at_ / member->name;
    const std::string form = at_.empty() ? fmt::format("write [[{}]] for each", name)
                                         : fmt::format("write {} = [ {{ ... }} ]", name);
    const auto* list = node->as_array();
    if (list == nullptr) {
        report_->error(here, "must be a list of tables: " + form);
        return all;
    }
    if (member->key != nullptr && list->size() > member->key->type.items) {
        report_->error(here, fmt::format("has {} elements, at most {} are possible", list->size(),
                                         member->key->type.items));
        return all;
    }
    all.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
        if (const auto* table = list->get(i)->as_table())
            all.emplace_back(*table, here[i], *member->group, *report_);
        else
            report_->error(here[i], "must be a table: " + form);
    }
    return all;
}

std::size_t Section::count(std::string_view name) const {
    const toml::node* node = table_->get(name);
    const auto* list = node == nullptr ? nullptr : node->as_array();
    return list == nullptr ? 0 : list->size();
}

const toml::array* Section::elements_of(const Value& list) {
    const auto* elements = list.node.as_array();
    if (elements == nullptr) {
        list.wrong_type();
        return nullptr;
    }
    if (elements->size() <= list.key.type.items) return elements;
    list.wrong(fmt::format("has {} elements, at most {} are possible", elements->size(),
                           list.key.type.items));
    return nullptr;
}

}  // namespace weir
