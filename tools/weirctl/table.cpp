#include "tools/weirctl/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir {

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = columns_[i].title.size();
        for (const auto& row : rows_) width = std::max(width, row[i].size());
        widths.push_back(width);
    }
    std::string out;
    const auto line = [&](auto cell) {
        std::string text;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            text += columns_[i].align == Align::left ? fmt::format("{:<{}}  ", cell(i), widths[i])
                                                     : fmt::format("{:>{}}  ", cell(i), widths[i]);
        text.resize(text.find_last_not_of(' ') + 1);
        out += text + "\n";
    };
    line([&](std::size_t i) { return columns_[i].title; });
    for (const auto& row : rows_) line([&](std::size_t i) { return std::string_view{row[i]}; });
    return out;
}

}  // namespace weir
