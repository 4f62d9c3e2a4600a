#pragma once
// Which counter slot belongs to which named thing (a SID, a path of a policy). A name keeps its
// slot for the life of the process, so that counters survive reloads and what scrapers read stays
// monotonic, also when a policy is removed and comes back. Control thread only.
#include <string>
#include <unordered_map>
#include <vector>

#include "dataplane/base/ids.hpp"

namespace weir {

class CounterSlots {
public:
    CounterId slot(const std::string& name) {
        const auto next = static_cast<CounterId>(slots_.size());
        return slots_.try_emplace(name, next).first->second;
    }
    std::size_t size() const { return slots_.size(); }
    std::vector<std::string> names() const {  // by slot
        std::vector<std::string> all(slots_.size());
        for (const auto& [name, slot] : slots_) all[index(slot)] = name;
        return all;
    }

private:
    std::unordered_map<std::string, CounterId> slots_;
};

}  // namespace weir
