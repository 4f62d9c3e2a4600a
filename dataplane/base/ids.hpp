#pragma once
// Dense indexes, one type each, usable only with the container made for them.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace weir {

enum class PortId : std::uint16_t {};       // index into Config::ports
enum class TableId : std::uint16_t {};      // 0 is the default table, then Config::tables in order
enum class SliceId : std::uint16_t {};      // index into Config::slices, not the number on the wire
enum class SliceNumber : std::uint32_t {};  // that number: slice[].id
enum class WorkerId : std::uint8_t {};      // index into the workers of a Node
enum class SidId : std::uint32_t {};        // index into Snapshot::sids
enum class PolicyId : std::uint32_t {};     // index into Snapshot::policies
enum class PathId : std::uint32_t {};       // index into Snapshot::paths (all policies together)
enum class RouteId : std::uint32_t {};      // index into Snapshot::routes
enum class NeighborId : std::uint32_t {};   // slot in the NeighborTable
enum class CounterId : std::uint32_t {};    // slot in a CounterBank; survives reloads

inline constexpr std::size_t max_slices = 256;  // a port schedules no more

template <class Id>
constexpr std::size_t index(Id id) {
    return static_cast<std::size_t>(id);
}

template <class Id, class T>
class IdVector {
public:
    IdVector() = default;
    explicit IdVector(std::size_t n) : items_(n) {}
    IdVector(std::initializer_list<T> items) : items_(items) {}

    T& operator[](Id id) {
        assert(index(id) < items_.size());
        return items_[index(id)];
    }
    const T& operator[](Id id) const {
        assert(index(id) < items_.size());
        return items_[index(id)];
    }
    Id push_back(T item) {
        items_.push_back(std::move(item));
        return static_cast<Id>(items_.size() - 1);
    }
    bool contains(Id id) const { return index(id) < items_.size(); }
    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    const T* data() const { return items_.data(); }

private:
    std::vector<T> items_;
};

}  // namespace weir
