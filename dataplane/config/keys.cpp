#include "dataplane/config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

namespace weir {
namespace {

// The table as the tree it describes. Groups are made once and never move.
class KeyTree {
public:
    KeyTree() {
        groups_.push_back({});
        for (const Key& key : all_keys()) add(key);
    }
    const KeyGroup& top() const { return groups_.front(); }

private:
    void add(const Key& key) {
        KeyGroup* group = &groups_.front();
        std::size_t start = 0;
        for (;;) {
            const std::size_t dot = key.path.find('.', start);
            const std::size_t end = std::min(dot, key.path.size());
            KeyGroup::Member& member = enter(*group, key.path.substr(start, end - start));
            if (dot == std::string_view::npos) {
                member.key = &key;
                return;
            }
            group = below(member, key.path.substr(0, end));
            start = dot + 1;
        }
    }
    static KeyGroup::Member& enter(KeyGroup& group, std::string_view step) {
        const bool repeated = step.ends_with("[]");
        if (repeated) step.remove_suffix(2);
        const auto found = std::ranges::find(group.members, step, &KeyGroup::Member::name);
        KeyGroup::Member& member = found != group.members.end()
                                       ? *found
                                       : group.members.emplace_back(KeyGroup::Member{step});
        member.repeated |= repeated;
        return member;
    }
    KeyGroup* below(KeyGroup::Member& member, std::string_view path) {
        for (KeyGroup& group : groups_)
            if (&group == member.group) return &group;
        groups_.push_back({path, {}});
        member.group = &groups_.back();
        return &groups_.back();
    }

    std::deque<KeyGroup> groups_;
};

std::string_view word(Change change) { return change == Change::reload ? "reload" : "restart"; }
std::string_view word(Effect effect) { return effect == Effect::acts ? "yes" : "not yet"; }

}  // namespace

const KeyGroup::Member* KeyGroup::find(std::string_view name) const {
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : &*found;
}

std::vector<std::string_view> KeyGroup::names() const {
    std::vector<std::string_view> all;
    for (const Member& member : members) all.push_back(member.name);
    return all;
}

const KeyGroup& top_keys() {
    static const KeyTree tree;
    return tree.top();
}

std::string sections_with(std::string_view name) {
    std::string all;
    for (const Key& key : all_keys()) {
        if (key.name() != name) continue;
        const std::string_view parent = key.path.substr(0, key.path.size() - name.size() - 1);
        const bool list = parent.ends_with("[]") && parent.find('.') == std::string_view::npos;
        const std::string place = list ? fmt::format("[[{}]]", parent.substr(0, parent.size() - 2))
                                       : fmt::format("[{}]", parent);
        all += (all.empty() ? "" : ", ") + place;
    }
    return all;
}

std::string keys_text() {
    using Row = std::array<std::string_view, 7>;
    std::vector<Row> rows{{"KEY", "TYPE", "UNIT", "DEFAULT", "CHANGE", "ACTS", "HELP"}};
    for (const Key& key : all_keys())
        rows.push_back({key.path, key.type.text, key.unit.empty() ? "-" : key.unit, key.fallback,
                        word(key.change), word(key.effect), key.help});
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text += fmt::format("{:<{}}  ", row[i], widths[i]);
        text += fmt::format("{}\n", row.back());
    }
    return text;
}

}  // namespace weir
