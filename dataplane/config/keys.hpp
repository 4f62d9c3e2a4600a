#pragma once
// Every key of the configuration, in one table: the parser takes its key names, required keys and
// ranges from here, and `weir --keys` and docs/configuration print it.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What it takes for a change to come true.
enum class Change : std::uint8_t { reload, restart };
// Whether this build acts on the key, or only reads and checks it (Config::notes says so then).
enum class Effect : std::uint8_t { acts, kept };

struct KeyType {
    std::string text;       // "integer 1280..16000"
    std::int64_t min = 0;   // of integers, and of quantities in their base unit (bytes, bit/s, ns)
    std::int64_t max = 0;   // 0 with min 0: no limit but that of the type
    std::size_t items = 0;  // longest list; 0: not a list
};

struct Key {
    std::string_view path;  // "port[].mtu": [] stands for every element of a list
    KeyType type;
    std::string_view unit;
    std::string_view fallback;  // what holds where the key is absent; "required"
    Change change = Change::reload;
    Effect effect = Effect::acts;
    std::string_view help;

    bool required() const { return fallback == "required"; }
    std::string_view name() const { return path.substr(path.rfind('.') + 1); }
};

const std::vector<Key>& all_keys();

// The keys that may stand in one table of the file ("port[]", "port[].pfc"; "" is the top level).
struct KeyGroup {
    struct Member {
        std::string_view name;
        const Key* key = nullptr;         // null: a section, which has no line of its own
        const KeyGroup* group = nullptr;  // what is below it
        bool repeated = false;            // a list of tables
    };
    std::string_view path;
    std::vector<Member> members;  // in the order of the table
    const Member* find(std::string_view name) const;
    std::vector<std::string_view> names() const;
};
const KeyGroup& top_keys();

// Where else a key of this name may stand, as a reader writes it ("[[port]]"); empty if nowhere.
std::string sections_with(std::string_view name);

// What `weir --keys` prints: one line for each key.
std::string keys_text();

}  // namespace weir
