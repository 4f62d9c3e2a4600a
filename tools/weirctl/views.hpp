#pragma once
// What people read: one view for each subject of `weirctl show`, made from the JSON of the API.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct View {
    std::string_view subject;  // /v1/SUBJECT
    std::string_view help;
    std::string (*text)(const nlohmann::ordered_json& answer);
};

const std::vector<View>& all_views();
const View* find_view(std::string_view subject);

// The balance of each thread and of each slice at each port, and what is wrong.
std::string audit_text(const nlohmann::ordered_json& answer);

}  // namespace weir
