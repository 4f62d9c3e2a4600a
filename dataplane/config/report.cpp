#include "dataplane/config/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace weir {

void Report::error(const KeyPath& at, std::string text) {
    if (full())
        ++count_;
    else
        add(at, place(at), std::move(text));
}

void Report::key_error(const KeyPath& at, std::string text) {
    if (full()) {
        ++count_;
        return;
    }
    const toml::node* holder = &static_cast<const toml::node&>(tree_);
    const KeyPath parent = at.parent();
    for (const auto& step : parent.steps()) {
        if (step.element())
            holder = holder->as_array()->get(step.index());
        else
            holder = holder->as_table()->get(step.name());
    }
    const toml::table& table = *holder->as_table();
    const auto found = table.find(at.steps().back().name());
    const auto begin = found->first.source().begin;
    add(at, {begin.line, begin.column}, std::move(text));
}

void Report::add(const KeyPath& at, Place place, std::string text) {
    ++count_;
    errors_.push_back({file_, place.line, place.column, at.to_string(), std::move(text)});
    for (KeyPath path = at; !path.empty(); path = path.parent()) unclean_.insert(path.to_string());
}

bool Report::clean(const KeyPath& at) const {
    if (count_ == 0) return true;
    if (count_ > max_errors) return false;  // not all are in the set: rely on nothing
    return !unclean_.contains(at.to_string());
}

// The deepest node on the way that the file has.
Report::Place Report::place(const KeyPath& at) const {
    const toml::node* node = &static_cast<const toml::node&>(tree_);
    for (const auto& step : at.steps()) {
        const toml::node* next = nullptr;
        if (const auto* list = node->as_array(); list != nullptr && step.element())
            next = list->get(step.index());
        else if (const auto* table = node->as_table(); table != nullptr && !step.element())
            next = table->get(step.name());
        if (next == nullptr) break;
        node = next;
    }
    const auto begin = node->source().begin;
    return {std::max(begin.line, 1U), std::max(begin.column, 1U)};
}

unsigned Report::line(const KeyPath& at) const { return place(at).line; }

ConfigErrors Report::take() {
    // Stable: errors of one place stay in the order in which they were found.
    std::ranges::stable_sort(
        errors_, {}, [](const ConfigError& error) { return std::tuple{error.line, error.column}; });
    if (count_ > errors_.size() && !errors_.empty()) {
        const ConfigError& last = errors_.back();
        errors_.push_back({file_, last.line, last.column, "",
                           fmt::format("{} more errors are not shown; mend these first",
                                       count_ - errors_.size())});
    }
    return std::move(errors_);
}

}  // namespace weir
