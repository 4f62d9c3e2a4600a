#pragma once
// One table of the file, read by key. Which keys may stand in it, which must, and their ranges come
// from the table in keys.hpp; what is wrong goes to the Report, and the value keeps its default.
#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/config/key_path.hpp"
#include "dataplane/config/keys.hpp"
#include "dataplane/config/report.hpp"
#include "dataplane/config/suggest.hpp"
#include "dataplane/config/words.hpp"

namespace weir {

// A value on its way from TOML to its type.
struct Value {
    const toml::node& node;
    KeyPath at;
    const Key& key;
    Report& report;

    bool wrong(std::string text) const {
        report.error(at, std::move(text));
        return false;
    }
    bool wrong_type() const;
    // Null, and said so, if it is not text.
    const std::string* text() const;
    bool integer(std::int64_t& out) const;
};

// Each returns false, and has said why, where the value is not such a thing.
bool convert(const Value& value, bool& out);
bool convert(const Value& value, std::string& out);
bool convert(const Value& value, BitsPerSecond& out);
bool convert(const Value& value, Bytes& out);
bool convert(const Value& value, PacketsPerSecond& out);
bool convert(const Value& value, Nanos& out);
bool convert(const Value& value, RateOrShare& out);
bool convert(const Value& value, Ipv6Addr& out);
bool convert(const Value& value, std::variant<Ipv4Addr, Ipv6Addr>& out);
// The length belongs to it and bits behind it are an error: a network, not an address in one.
bool convert(const Value& value, Ipv6Prefix& out);
bool convert(const Value& value, std::variant<Ipv4Prefix, Ipv6Prefix>& out);

template <class T>
    requires std::is_unsigned_v<T>
bool convert(const Value& value, T& out) {
    std::int64_t number = 0;  // ranges of the key table fit the types they are read into
    if (!value.integer(number)) return false;
    out = static_cast<T>(number);
    return true;
}
template <class E>
    requires std::is_enum_v<E>
bool convert(const Value& value, E& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    for (const auto& word : words<E>)
        if (word.text == *text) {
            out = word.value;
            return true;
        }
    const auto known = word_texts<E>();
    return value.wrong("is " + in_quotes(*text) + ", not one of " + words_text<E>() +
                       did_you_mean(*text, known));
}
template <class T>
bool convert(const Value& value, std::optional<T>& out) {
    T made{};
    if (!convert(value, made)) return false;
    out = made;
    return true;
}

class Section {
public:
    // Names unknown and missing keys at once.
    Section(const toml::table& table, const KeyPath& at, const KeyGroup& keys, Report& report);

    const KeyPath& at() const { return at_; }
    KeyPath at(std::string_view name) const { return at_ / name; }
    bool has(std::string_view name) const { return table_->contains(name); }
    Report& report() const { return *report_; }
    void error(std::string_view name, std::string text) const {
        report_->error(at_ / name, std::move(text));
    }

    // False, `out` untouched, if the key is absent or wrong.
    template <class T>
    bool read(std::string_view name, T& out) const {
        const auto value = find(name);
        return value && convert(*value, out);
    }
    // The name of the thing. One that is no name is kept as other messages may show it.
    void read_name(std::string& out) const {
        if (read("name", out) && !report_->clean(at_ / "name")) out = in_quotes(out);
    }
    // All right elements; false if the key is absent or anything in it is wrong.
    template <class T>
    bool read(std::string_view name, std::vector<T>& out) const {
        const auto value = find(name);
        return value && each(*value, [&](const Value& element) {
                   T made{};
                   if (!convert(element, made)) return false;
                   out.push_back(made);
                   return true;
               });
    }
    // "auto" leaves `out` empty.
    template <class T>
    bool read_or_auto(std::string_view name, std::optional<T>& out) const {
        const auto value = find(name);
        if (value && value->node.is_string() && value->node.as_string()->get() == "auto")
            return true;
        return value && convert(*value, out);
    }

    std::optional<Value> find(std::string_view name) const;
    std::optional<Section> table(std::string_view name) const;
    // The elements of a list of tables; those that are no tables are named and left out, so ask
    // each for its position().
    std::vector<Section> tables(std::string_view name) const;
    std::size_t position() const { return at_.steps().back().index(); }
    // Elements of the list `name` as written, tables or not.
    std::size_t count(std::string_view name) const;
    // Every element of a list through `visit`, which returns whether it was right.
    template <class F>
    static bool each(const Value& list, F&& visit) {
        const toml::array* elements = elements_of(list);
        if (elements == nullptr) return false;
        bool right = true;
        for (std::size_t i = 0; i < elements->size(); ++i)
            right &= visit(Value{*elements->get(i), list.at[i], list.key, list.report});
        return right;
    }

private:
    static const toml::array* elements_of(const Value& list);
    void name_unknown_keys() const;
    void name_missing_keys() const;

    const toml::table* table_;
    KeyPath at_;
    const KeyGroup* keys_;
    Report* report_;
};

}  // namespace weir
