#include "tools/weirctl/views.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dataplane/config/quantity.hpp"
#include "tools/weirctl/table.hpp"
#include "tools/weirctl/toml_text.hpp"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
constexpr Align right = Align::right;

// A value as a cell; "-" for what is not there, also where the daemon is of another version.
std::string cell(const Json& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (!value.is_array()) return value.dump();
    std::string list;
    for (const Json& it : value) list += (list.empty() ? "" : ", ") + cell(it);
    return list.empty() ? "-" : list;
}
std::string cell(const Json& row, const char* key) {
    const auto found = row.find(key);
    return found == row.end() ? "-" : cell(*found);
}

std::vector<std::string> cells(const Json& row, std::initializer_list<const char*> keys) {
    std::vector<std::string> all;
    for (const char* key : keys) all.push_back(cell(row, key));
    return all;
}

std::uint64_t sum_of(const Json& row, const char* key) {
    std::uint64_t sum = 0;
    if (const auto found = row.find(key); found != row.end())
        for (const Json& it : *found) sum += it.get<std::uint64_t>();
    return sum;
}

std::string speed(const Json& row) {
    const auto found = row.find("speed_bits");
    if (found == row.end() || found->is_null()) return "-";
    return to_string(BitsPerSecond{found->get<std::uint64_t>()});
}

std::string ports(const Json& all) {
    Table table{{{"PORT"},
                 {"LINK"},
                 {"SPEED", right},
                 {"MTU", right},
                 {"RX PACKETS", right},
                 {"RX BYTES", right},
                 {"TX PACKETS", right},
                 {"TX BYTES", right},
                 {"MISSED", right},
                 {"DROPPED", right},
                 {"MAC"},
                 {"DEVICE"}}};
    for (const Json& it : all)
        table.add({cell(it, "name"), cell(it, "link"), speed(it), cell(it, "mtu"),
                   cell(it, "receive_packets"), cell(it, "receive_bytes"),
                   cell(it, "transmit_packets"), cell(it, "transmit_bytes"),
                   std::to_string(sum_of(it, "receive_missed")), cell(it, "drop_packets"),
                   cell(it, "mac"), cell(it, "device")});
    return table.text();
}

std::string workers(const Json& all) {
    Table table{{{"WORKER", right},
                 {"CORE", right},
                 {"BUSY %", right},
                 {"RECEIVED", right},
                 {"SPREAD", right},
                 {"SENT", right},
                 {"DROPPED", right},
                 {"LOOPS", right}}};
    for (const Json& it : all)
        table.add(cells(it, {"worker", "core", "busy_percent", "received_packets", "spread_packets",
                             "sent_packets", "drop_packets", "loops"}));
    return table.text();
}

std::string sids(const Json& all) {
    Table table{{{"SID"}, {"BEHAVIOR"}, {"TO"}, {"SLICE"}, {"PACKETS", right}, {"BYTES", right}}};
    for (const Json& it : all)
        table.add({cell(it, "sid"), cell(it, "behavior"),
                   it.contains("port") ? cell(it, "next_hop") + " " + cell(it, "port")
                                       : cell(it, "table"),
                   cell(it, "slice"), cell(it, "packets"), cell(it, "bytes")});
    return table.text();
}

std::string policies(const Json& all) {
    Table table{{{"POLICY"},
                 {"PATH", right},
                 {"STATE"},
                 {"WEIGHT", right},
                 {"MTU", right},
                 {"ENCAP"},
                 {"PACKETS", right},
                 {"BYTES", right},
                 {"SEGMENTS"}}};
    for (const Json& policy : all)
        for (const Json& path : policy.at("paths"))
            table.add({cell(policy, "name"), cell(path, "path"), cell(path, "state"),
                       cell(path, "weight"), cell(path, "mtu"), cell(policy, "encap"),
                       cell(path, "packets"), cell(path, "bytes"), cell(path, "segments")});
    return table.text();
}

std::string way_of(const Json& route) {
    std::string text;
    for (const Json& via : route.at("via")) {
        text += text.empty() ? "" : ", ";
        if (!via.at("address").is_null()) text += cell(via, "address") + " ";
        text += cell(via, "port");
        if (via.at("weight") != 1) text += " weight " + cell(via, "weight");
        if (!via.at("neighbor").is_null()) text += " (" + cell(via, "neighbor") + ")";
    }
    if (!route.at("policy").is_null()) text = "policy " + cell(route, "policy");
    return text.empty() ? "-" : text;
}

std::string routes(const Json& all) {
    Table table{{{"TABLE"}, {"TO"}, {"KIND"}, {"VIA"}}};
    for (const Json& it : all)
        table.add({cell(it, "table"), cell(it, "to"), cell(it, "kind"), way_of(it)});
    return table.text();
}

std::string neighbors(const Json& all) {
    Table table{{{"PORT"},
                 {"ADDRESS"},
                 {"MAC"},
                 {"STATE"},
                 {"PINNED"},
                 {"AGE s", right},
                 {"HELD PACKETS", right}}};
    for (const Json& it : all)
        table.add(cells(
            it, {"port", "address", "mac", "state", "pinned", "age_seconds", "held_packets"}));
    return table.text();
}

std::string slices(const Json& all) {
    Table table{{{"PORT"},
                 {"SLICE"},
                 {"ID", right},
                 {"LOSSLESS"},
                 {"GUARANTEE b/s", right},
                 {"LIMIT b/s", right},
                 {"WEIGHT", right},
                 {"ADMITTED", right},
                 {"DEPARTED", right},
                 {"QUEUED", right},
                 {"HIGH", right},
                 {"P50 us", right},
                 {"P99 us", right},
                 {"MAX us", right}}};
    for (const Json& it : all) {
        auto row = cells(
            it, {"port", "slice", "id", "lossless", "guarantee_bits", "limit_bits", "weight",
                 "admitted_packets", "departed_packets", "queued_packets", "queue_high_packets"});
        for (const char* key :
             {"residence_p50_seconds", "residence_p99_seconds", "residence_max_seconds"})
            row.push_back(it.contains(key) ? fmt::format("{:.1f}", 1e6 * it[key].get<double>())
                                           : "-");
        table.add(std::move(row));
    }
    return table.text();
}

std::string pfc(const Json& all) {
    Table table{{{"PORT"},
                 {"PRIORITY", right},
                 {"SLICE"},
                 {"XOFF", right},
                 {"XON", right},
                 {"HELD", right},
                 {"SENT", right},
                 {"RECEIVED", right},
                 {"PAUSED s", right},
                 {"STUCK", right},
                 {"RESTORED", right}}};
    for (const Json& it : all) {
        auto row = cells(it, {"port", "priority", "slice", "xoff_bytes", "xon_bytes", "held_bytes",
                              "sent_frames", "received_frames"});
        row.push_back(fmt::format("{:.3f}", it.at("paused_seconds").get<double>()));
        for (const char* key : {"watchdog_detected", "watchdog_restored"})
            row.push_back(cell(it, key));
        table.add(std::move(row));
    }
    return table.text();
}

std::string buffers(const Json& all) {
    Table lossless{{{"SLICE"},
                    {"PORT"},
                    {"SENDER"},
                    {"CONTROL"},
                    {"B", right},
                    {"H", right},
                    {"XOFF", right},
                    {"XON", right},
                    {"HELD", right}}};
    for (const Json& it : all.at("lossless")) {
        auto row = cells(it, {"slice", "port", "peer", "control", "buffer_bytes", "headroom_bytes",
                              "xoff_bytes", "xon_bytes", "held_bytes"});
        if (it.at("peer").is_null()) row[2] = "hosts";
        lossless.add(std::move(row));
    }
    Table lossy{{{"PORT"}, {"LOSSY SLICES SHARE", right}}};
    for (const Json& it : all.at("lossy")) lossy.add(cells(it, {"port", "buffer_bytes"}));
    Table pool{{{"PACKET BUFFERS FOR"}, {"BUFFERS", right}, {"BYTES OF MEMORY", right}}};
    for (const Json& it : all.at("pool")) pool.add(cells(it, {"for", "buffers", "memory_bytes"}));
    return (lossless.empty() ? "" : lossless.text() + "\n") + lossy.text() + "\n" + pool.text() +
           fmt::format("in use: {}\n", cell(all, "buffers_in_use"));
}

std::string drops(const Json& all) {
    Table table{{{"PORT"}, {"SLICE"}, {"REASON"}, {"PACKETS", right}, {"THE PACKET"}}};
    for (const Json& it : all)
        if (it.at("packets") != 0U)
            table.add(cells(it, {"port", "slice", "reason", "packets", "help"}));
    return table.empty() ? "no packet was dropped\n" : table.text();
}

std::string counters(const Json& all) {
    Table table{{{"COUNTER"}, {"OF"}, {"VALUE", right}, {"UNIT"}}};
    for (const Json& metric : all)
        for (const Json& sample : metric.at("samples")) {
            std::string labels;
            for (const auto& [key, value] : sample.items())
                if (key != "value") labels += (labels.empty() ? "" : " ") + cell(value);
            // Of a histogram how many there were; `show slices` says what it comes to.
            const bool spread = sample.contains("value") && sample["value"].is_object();
            const std::string unit = cell(metric, "unit");
            table.add({cell(metric, "name"), labels.empty() ? "-" : labels,
                       spread ? cell(sample["value"], "count") : cell(sample, "value"),
                       unit.empty() ? "-" : unit});
        }
    return table.text();
}

std::string runtime(const Json& all) {
    Table table{{{"WHAT"}, {"VALUE"}}};
    for (const auto& [key, value] : all.items()) table.add({key, cell(value)});
    return table.text();
}

// Both sides of a sum stand beside "=", or "!=" where it is open.
std::string thread_balances(const Json& all) {
    Table table{{{"THREAD"},
                 {"RECEIVED", right},
                 {"ORIGINATED", right},
                 {"TAKEN OVER", right},
                 {"=", right},
                 {"SENT", right},
                 {"CONSUMED", right},
                 {"HANDED OVER", right},
                 {"DROPS", right},
                 {"HELD", right}}};
    for (const Json& it : all) {
        auto row = cells(it, {"thread", "received", "originated", "taken_over", "", "sent",
                              "consumed", "handed_over", "drops", "held"});
        row[4] = it.at("closes") == true ? "=" : "!=";
        table.add(std::move(row));
    }
    return table.text();
}

std::string slice_balances(const Json& all) {
    Table table{{{"PORT"},
                 {"SLICE"},
                 {"WORKER", right},
                 {"LOSSLESS"},
                 {"REFUSED", right},
                 {"ADMITTED", right},
                 {"=", right},
                 {"DEPARTED", right},
                 {"DROPPED", right},
                 {"HELD", right}}};
    for (const Json& it : all) {
        auto row = cells(it, {"port", "slice", "worker", "lossless", "refused", "admitted", "",
                              "departed", "dropped", "held"});
        row[6] = it.at("closes") == true ? "=" : "!=";
        table.add(std::move(row));
    }
    return table.text();
}

std::string lines_of(const Json& sentences) {
    std::string text;
    for (const Json& it : sentences) text += it.get_ref<const std::string&>() + "\n";
    return text;
}

}  // namespace

std::string audit_text(const Json& answer) {
    const std::string findings = lines_of(answer.at("findings"));
    return thread_balances(answer.at("threads")) + "\n" + slice_balances(answer.at("slices")) +
           fmt::format(
               "\nbetween threads: {} packets{}; missed by devices: {}; packet buffers in "
               "use: {} of {}, {} by devices, {} held{}\n{}",
               cell(answer, "in_rings"),
               cell(answer, "at_rest") == "yes" ? "" : " or more, they are moving",
               cell(answer, "receive_missed_packets"), cell(answer, "buffers_in_use"),
               cell(answer, "buffers"), cell(answer, "buffers_in_devices"),
               cell(answer, "buffers_held"),
               answer.at("buffers_moving_at_most") == 0U
                   ? ""
                   : fmt::format(" (+- {} that were moving)",
                                 cell(answer, "buffers_moving_at_most")),
               findings.empty() ? "every packet is accounted for\n" : findings);
}

const std::vector<View>& all_views() {
    static const std::vector<View> views{
        {"ports", "link, packets and bytes of each port", ports},
        {"workers", "what each worker core does", workers},
        {"sids", "local SIDs and what they processed", sids},
        {"policies", "segment lists, their state and traffic", policies},
        {"routes", "routes of all tables and their next hops", routes},
        {"neighbors", "ARP and ND", neighbors},
        {"drops", "where and why packets went no further", drops},
        {"slices", "what each slice may send at each port, sent and holds", slices},
        {"buffers", "room of lossless slices for each sender, and the packet pool", buffers},
        {"pfc", "priorities of hosts that are paused, and that pause", pfc},
        {"counters", "everything that is counted", counters},
        {"runtime", "the process", runtime},
        {"config", "the running configuration, as TOML", toml_text},
    };
    return views;
}

const View* find_view(std::string_view subject) {
    const auto found = std::ranges::find(all_views(), subject, &View::subject);
    return found == all_views().end() ? nullptr : &*found;
}

}  // namespace weir
