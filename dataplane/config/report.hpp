#pragma once
// Collects what is wrong, each with its place in the file. Errors name a key path; the place is
// looked up in the TOML tree only then, so typed values need not carry it.
#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <unordered_set>

#include "dataplane/config/key_path.hpp"
#include "dataplane/config/parse.hpp"

namespace weir {

class Report {
public:
    // More are counted, not kept: a list of a million wrong values is one mistake.
    static constexpr std::size_t max_errors = 1000;

    Report(const toml::table& tree, std::string file) : tree_{tree}, file_{std::move(file)} {}

    // At the value of `at`; where it is missing, at the table that should hold it.
    void error(const KeyPath& at, std::string text);
    // At the key itself, for keys that should not be there.
    void key_error(const KeyPath& at, std::string text);

    // No error at `at` or anywhere below: what was read from there may be relied on.
    bool clean(const KeyPath& at) const;
    bool any() const { return count_ > 0; }
    bool full() const { return errors_.size() >= max_errors; }
    unsigned line(const KeyPath& at) const;

    // All of them, in the order of the file.
    ConfigErrors take();

private:
    struct Place {
        unsigned line, column;
    };
    void add(const KeyPath& at, Place place, std::string text);
    Place place(const KeyPath& at) const;

    const toml::table& tree_;
    std::string file_;
    ConfigErrors errors_;
    std::size_t count_ = 0;
    std::unordered_set<std::string> unclean_;  // paths of errors and all paths above them
};

}  // namespace weir
