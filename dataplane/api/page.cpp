#include "dataplane/api/page.hpp"

#include <fmt/format.h>

#include "dataplane/api/status.hpp"

namespace weir {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

struct Column {
    std::string_view title;
    const char* key;
};

std::string cell(const Json& row, const char* key) {
    const Json& value = row[key];
    if (value.is_string())
        return fmt::format("<td>{}", escaped(value.get_ref<const std::string&>()));
    return fmt::format("<td class=n>{}", value.is_null() ? "-" : value.dump());
}

// A table of those rows for which `keep` holds.
template <class Keep>
std::string table(std::string_view title, std::initializer_list<Column> columns, const Json& rows,
                  Keep keep) {
    std::string out = fmt::format("<h2>{}</h2><table><tr>", title);
    for (const Column& column : columns) out += fmt::format("<th>{}", column.title);
    for (const Json& row : rows) {
        if (!keep(row)) continue;
        out += "\n<tr>";
        for (const Column& column : columns) out += cell(row, column.key);
    }
    return out + "</table>\n";
}

constexpr std::string_view top =
    R"(<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5>
<title>weir {0}</title><style>body{{font:15px/1.4 sans-serif;margin:2em}}
table{{border-collapse:collapse}}th,td{{padding:.2em .8em;text-align:left;border-bottom:1px solid #ccc}}
.n{{text-align:right;font-variant-numeric:tabular-nums}}</style>
<h1>weir {0}</h1><p>version {1}, up {2} s, configuration {3}. Counters: <a href=/metrics>/metrics</a>.
)";

}  // namespace

std::string status_page(Reading& reading) {
    const StatusSource& source = reading.source();
    const auto any = [](const Json&) { return true; };
    std::string out = fmt::format(top, escaped(reading.config().node.name), escaped(source.version),
                                  source.now() - source.started, reading.snapshot().version);
    out += table("Ports",
                 {{"port", "name"},
                  {"link", "link"},
                  {"received", "receive_packets"},
                  {"sent", "transmit_packets"},
                  {"dropped", "drop_packets"}},
                 ports_json(reading), any);
    out += table("Workers",
                 {{"worker", "worker"},
                  {"core", "core"},
                  {"busy %", "busy_percent"},
                  {"received", "received_packets"},
                  {"sent", "sent_packets"}},
                 workers_json(reading), any);
    out += table("Drops",
                 {{"port", "port"}, {"reason", "reason"}, {"packets", "packets"}, {"", "help"}},
                 drops_json(reading), [](const Json& row) { return row["packets"] != 0U; });
    return out + "</html>\n";
}

}  // namespace weir
