#pragma once
// Rows of text with aligned columns, for people.
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class Align : std::uint8_t { left, right };

class Table {
public:
    struct Column {
        std::string_view title;
        Align align = Align::left;
    };
    explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

    // As many cells as there are columns.
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.empty(); }
    // Title line and rows, two blanks between columns, no blanks at the end of a line.
    std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace weir
