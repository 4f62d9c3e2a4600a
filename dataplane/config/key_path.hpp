#pragma once
// Where in a configuration: `policy[3].paths[0].weight`, as steps that can be walked and printed.
// Holds views: names are literals or keys of the TOML tree, which lives as long as parsing.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir {

class KeyPath {
public:
    // No section of ours is deeper than policy[].paths[].segments[]; what a path beyond would add
    // is left out.
    static constexpr std::size_t max_steps = 7;
    class Step {
    public:
        Step() = default;
        explicit Step(std::string_view name)
            : text_{name.data()}, number_{static_cast<std::uint32_t>(name.size())} {}
        explicit Step(std::size_t index) : number_{static_cast<std::uint32_t>(index)} {}
        bool element() const { return text_ == nullptr; }  // of a list; else a key of a table
        std::size_t index() const { return number_; }
        std::string_view name() const { return {text_, number_}; }

    private:
        // Small: a path is copied for every table and list that is read.
        const char* text_ = nullptr;
        std::uint32_t number_ = 0;
    };

    KeyPath() = default;
    explicit KeyPath(std::string_view name) { add(Step{name}); }
    KeyPath operator/(std::string_view name) const { return KeyPath{*this}.add(Step{name}); }
    KeyPath operator[](std::size_t index) const { return KeyPath{*this}.add(Step{index}); }
    KeyPath parent() const {
        KeyPath up{*this};
        if (up.size_ > 0) --up.size_;
        return up;
    }

    bool empty() const { return size_ == 0; }
    std::span<const Step> steps() const&& = delete;  // would outlive a temporary in a for
    std::span<const Step> steps() const& { return {steps_.data(), size_}; }
    std::string to_string() const;

private:
    KeyPath& add(Step step) {
        if (size_ < max_steps) steps_[size_++] = step;
        return *this;
    }
    std::array<Step, max_steps> steps_{};
    std::size_t size_ = 0;
};

}  // namespace weir
