#pragma once
// What the file calls its tables, ports, slices and policies, and which index each has in the
// Config: made before sections are read, so that a name may be used above the place that makes it.
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dataplane/config/section.hpp"

namespace weir {

template <class Id>
class NameIndex {
public:
    explicit NameIndex(std::string_view kind) : kind_{kind} {}

    // False if there is such a name already.
    bool add(std::string_view name, Id id) {
        if (!ids_.emplace(name, id).second) return false;
        names_.push_back(name);
        return true;
    }
    std::optional<Id> find(std::string_view name) const {
        const auto found = ids_.find(name);
        return found == ids_.end() ? std::nullopt : std::optional{found->second};
    }
    // Id by the name that stands at `value`.
    bool resolve(const Value& value, Id& out) const {
        const auto* name = value.node.as_string();
        if (name == nullptr) return value.wrong("expected the name of a " + std::string{kind_});
        const auto id = find(name->get());
        if (!id && value.report.full()) return value.wrong({});  // spares a long search
        if (!id)
            return value.wrong("there is no " + std::string{kind_} + " " + in_quotes(name->get()) +
                               did_you_mean(name->get(), names_));
        out = *id;
        return true;
    }
    bool read(const Section& section, std::string_view key, Id& out) const {
        const auto value = section.find(key);
        return value && resolve(*value, out);
    }
    bool read(const Section& section, std::string_view key, std::optional<Id>& out) const {
        Id id{};
        if (!read(section, key, id)) return false;
        out = id;
        return true;
    }

private:
    std::string_view kind_;
    std::unordered_map<std::string_view, Id> ids_;  // views into the TOML tree or literals
    std::vector<std::string_view> names_;
};

// Position in the file of what has an index of its own in the Config: best effort and the default
// table come first there, wherever they stand.
class Order {
public:
    // `first`: position of the element that gets index 0; none: index 0 is made.
    Order() = default;
    Order(std::size_t count, std::optional<std::size_t> first) : count_{count}, first_{first} {}
    std::size_t size() const { return count_ + (first_ ? 0 : 1); }
    std::size_t index_of(std::size_t position) const {
        if (!first_ || position < *first_) return position + 1;
        return position == *first_ ? 0 : position;
    }
    // Empty for what was made.
    std::optional<std::size_t> position_of(std::size_t index) const {
        if (index == 0) return first_;
        return first_ && index > *first_ ? index : index - 1;
    }

private:
    std::size_t count_ = 0;
    std::optional<std::size_t> first_;
};

struct Names {
    NameIndex<TableId> tables{"table"};
    NameIndex<PortId> ports{"port"};
    NameIndex<SliceId> slices{"slice"};
    NameIndex<PolicyId> policies{"policy"};
    Order table_order, slice_order;
};

inline constexpr std::string_view default_table = "default";
inline constexpr std::string_view best_effort_name = "best-effort";

Names collect_names(const toml::table& tree, Report& report);

}  // namespace weir
