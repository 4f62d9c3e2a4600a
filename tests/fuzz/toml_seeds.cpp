// Configurations to begin with: the example of the documentation and the scene of the stage tests,
// and each with one thing changed - every value to others, every line left out or doubled, every
// section twice - so that every check of the parser is met.
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tests/fuzz/target.hpp"
#include "tests/stage/scene.hpp"

namespace weir::fuzz {
namespace {

Input input_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string example() {
    std::ifstream in{WEIR_EXAMPLE, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

struct Span {
    std::size_t begin, end;
};

// Where the value that begins at `at` ends: ahead of the comma, bracket, comment or line end that
// is not inside of it.
std::size_t value_end(std::string_view text, std::size_t at) {
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '[' || c == '{') ++depth;
        const bool closes = c == ']' || c == '}';
        if (depth == 0 && (closes || c == ',' || c == '\n' || c == '#')) break;
        if (closes) --depth;
    }
    return at;
}

std::vector<Span> values_of(std::string_view text) {
    std::vector<Span> all;
    bool quoted = false, comment = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') comment = false;
        if (c == '"' && !comment) quoted = !quoted;
        if (c == '#' && !quoted) comment = true;
        if (c != '=' || quoted || comment) continue;
        const std::size_t begin = text.find_first_not_of(' ', at + 1);
        all.push_back({begin, value_end(text, begin)});
    }
    return all;
}

std::vector<Span> lines_of(std::string_view text) {
    std::vector<Span> all;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        all.push_back({at, end});
        at = end;
    }
    return all;
}

// From one [[...]] to the next.
std::vector<Span> sections_of(std::string_view text) {
    std::vector<Span> all;
    for (std::size_t at = text.find("\n[["); at != std::string_view::npos;) {
        const std::size_t next = text.find("\n[[", at + 1);
        all.push_back({at, std::min(next, text.size())});
        at = next;
    }
    return all;
}

std::string with(std::string text, Span place, std::string_view other) {
    return text.replace(place.begin, place.end - place.begin, other);
}

constexpr std::array texts{
    R"("")",
    R"("x")",
    R"("a name that goes on beyond sixty-three characters, which is too many")",
    R"("wan1")",
    R"("campsu")",
    R"("fc00:a::77")",
    R"("ff02::1")",
    R"("10.1.0.0/16")",
    R"("127.0.0.1")",
    R"("101%")",
    R"("1.5G")",
    R"("99999999999999999999G")",
    R"("full")",
    R"("End.DX6")"};
constexpr std::array numbers{"0", "1", "-1", "70000"};
constexpr std::array others{"true", "[]", "{ x = 1 }", "2020-01-01"};

// What more than one value must be changed for, or changed to just this.
struct Variation {
    const char *from, *to;
};
constexpr std::array variations{
    Variation{"fd00:ac::1/64", "fd00:ab::7/64"},
    Variation{"\"fd00:ac::1/64\"", "\"fd00:ac::1/64\", \"fd00:ac::1/64\", \"10.9.0.1/31\""},
    Variation{"\"fd00:ac::1/64\"]", "\"10.1.0.9/8\"]\ntable = \"campus\""},
    Variation{"\"fd00:ac::1/64\"",
              "\"10.8.0.0/24\", \"10.8.0.255/24\", \"fe80::1/64\", \"::/0\", \"0.0.0.0/0\""},
    Variation{"\"fc00:a::1\"", "\"fe80::1\""},
    Variation{"source_entropy = 0", "source_entropy = 8"},
    Variation{"source_entropy = 0",
              "nrp = true\nslice_bits = { in = \"source\", first = 8, count = 8 }"},
    Variation{"source_entropy = 0", "slice_bits = { in = \"source\", first = 90, count = 32 }"},
    Variation{"source_entropy = 0", "slice_bits = { in = \"label\", first = 0, count = 19 }"},
    Variation{"source_entropy = 0", "slice_bits = { in = \"label\", first = 0, count = 3 }"},
    Variation{"source_entropy = 0", "classify = [\"port\", \"nrp\", \"port\"]"},
    Variation{"table   = \"campus\"",
              "slice = \"training\"\npcp = { 5 = \"training\", 9 = \"x\" }"},
    Variation{"\"fc00:a::1\"            # source of encapsulated packets and of "
              "messages\nsource_entropy = 0",
              "\"fc00:a::\"\nsource_entropy = 16"},
    Variation{"\"poll\" ", "\"pause\" "},
    Variation{"\"poll\" ", "\"sleep 50us\" "},
    Variation{"\"poll\" ", "\"sleep\" "},
    Variation{"[1, 2]", "[1, 1]"},
    Variation{"\"0660\"", "\"0999\""},
    Variation{"127.0.0.1:9476", "[::1]:9476"},
    Variation{"127.0.0.1:9476", "localhost:9476"},
    Variation{"127.0.0.1:9476", "localhost:99999"},
    Variation{"af_xdp:ens2", "0000:3b:00.0"},
    Variation{"af_xdp:ens2", "0000:3B:00.9"},
    Variation{"af_xdp:ens2", "afxdp:ens2"},
    Variation{"af_xdp:ens2", "tap:a23456789012345678"},
    Variation{"af_xdp:ens2", "vdev:net_null0,x=1"},
    Variation{"af_xdp:ens2", "vdev:"},
    Variation{"af_xdp:ens2", "memif:"},
    Variation{"af_xdp:ens2", "memif:@weir,role=client,id=5"},
    Variation{"af_xdp:ens2", "memif:/run/weir/m,role=server,color=red"},
    Variation{"af_xdp:ens2", "a b"},
    Variation{"mtu     = 1500", "mtu = 9000"},
    Variation{"mtu     = 9216", "mtu = 1300"},
    Variation{"mtu     = 9216", "mtu = 9216\nreceive_descriptors = 1000"},
    Variation{"3 = \"training\"", "3 = \"training\", 4 = \"training\", 5 = \"best-effort\", 9 = 1"},
    Variation{"id = 1, file", "id = 1, file = \"\" }, { id = 1, file"},
    Variation{"{ id = 1, file = \"/etc/weir/keys/transit-1\" }",
              "[{ id = 1, file = \"/k\" }, { id = 1, file = \"\" }]"},
    Variation{"{ id = 1, file = \"/etc/weir/keys/transit-1\" }",
              "[{ id = 1, file = \"/a\" }, { id = 2, file = \"/b\" }, { id = 3, file = \"/c\" }]"},
    Variation{"locator  = \"fc00:b::/32\"", "locator = \"fc00::/16\""},
    Variation{"port     = \"wan0\"", "port = \"lan0\""},
    Variation{"[[slice]]",
              "[[peer]]\nname = \"t\"\nport = \"wan1\"\naddress = \"fc00:b:1::1\"\n"
              "locator = \"fc00:b:1::/48\"\n[[slice]]"},
    Variation{"queues    = 256 ", "queues = 255 "},
    Variation{"isolate   = 1 ", "isolate = 300 "},
    Variation{"min = \"2MB\"", "min = \"9MB\""},
    Variation{"limit     = \"100%\"", "limit = \"39.5%\""},
    Variation{"limit     = \"100%\"", "limit = \"7G\""},
    Variation{"lossless = false", "lossless = true"},
    Variation{"lossless = false", "lossless = false\nguarantee = \"61%\""},
    Variation{"dscp     = 0", "dscp = 26"},
    Variation{"\"reduced\"", "\"l2\""},
    Variation{"{ weight = 3,", "{ weight = 1500,"},
    Variation{"\"fc00:b::e\", \"fc00:d::d46\"",
              "\"fc00:b::1\", \"fc00:b::2\", \"fc00:b::3\", \"fc00:b::4\", \"fc00:b::5\", "
              "\"fc00:b::6\", \"fc00:b::7\", \"fc00:b::8\", \"fc00:b::9\", \"fc00:b::a\", "
              "\"fc00:b::b\", \"fc00:b::c\", \"fc00:b::d\", \"fc00:b::e\", \"fc00:b::f\", "
              "\"fc00:b::10\", \"fc00:b::11\""},
    Variation{"\"fc00:c::d46\"",
              "\"fc00:c::1\", \"fc00:c::2\", \"fc00:c::3\", \"fc00:c::4\", \"fc00:c::5\", "
              "\"fc00:c::6\", \"fc00:c::7\", \"fc00:c::8\", \"fc00:c::9\", \"fc00:c::a\", "
              "\"fc00:c::b\", \"fc00:c::c\", \"fc00:c::d\", \"fc00:c::e\""},
    Variation{"to = \"10.3.0.0/16\"", "to = \"fd00:3::/48\", protocol = 99"},
    Variation{"protocol = \"udp\"", "protocol = \"icmp\""},
    Variation{"protocol = \"udp\"", "protocol = \"ucp\""},
    Variation{"port = \"lan0\", to = \"10.3", "port = \"wan1\", to = \"10.3"},
    Variation{"via   = [{ address = \"fd00:ac::2\", port = \"wan1\" }]", "policy = \"to-dc\""},
    Variation{"address = \"fd00:ac::2\"", "address = \"fd00:ac::1\""},
    Variation{"address = \"fd00:ac::2\"", "address = \"10.1.0.2\""},
    Variation{"address = \"fd00:ac::2\"", "weight = 2000, address = \"fe80::2\""},
    Variation{"{ address = \"fd00:ac::2\"",
              "{ address = \"fd00:ac::2\", port = \"wan1\" }, { address = \"fd00:ac::2\""},
    Variation{"to    = \"fc00:c::/32\"", "to = \"fc00:a::/32\""},
    Variation{"to    = \"fc00:c::/32\"", "to = \"fc00:b::/32\""},
    Variation{"to    = \"fc00:c::/32\"", "to = \"fd00:ac::/64\""},
    Variation{"to    = \"fc00:c::/32\"", "to = \"10.0.0.0/8\""},
    Variation{"routes = 1000", "routes = 1\n[[table]]\nname = \"default\"\nroutes = 1"},
    Variation{"\"End.DT46\"            ", "\"End.DX4\"\nport = \"lan0\"\nnext_hop = \"10.1.0.7\" "},
    Variation{"\"End.DT46\"            ", "\"End.DX6\"\nport = \"lan0\"\nnext_hop = \"10.1.0.7\" "},
    Variation{"\"End.DT46\"            ", "\"End.X\" "},
    Variation{"\"fc00:a::b100\"", "\"fc00:a::d46\""},
    Variation{"\"fc00:a::b100\"", "\"fc00:b::d46\""},
    Variation{"25G\" ", "25.0000000000000000001G\" "},
    Variation{"25G\" ", "25g\" "},
    Variation{"25G\" ", "1.23456789012G\" "},
    Variation{"25G\" ", "-25G\" "},
    Variation{"\"0MB\"                # room", "\"1.5TiB\" #"},
    Variation{"\"1000pps\"", "\"7Mpps\""},
    Variation{"\"100km\"", "\"auto\""},
    Variation{"\"100km\"", "\"250m\""},
    Variation{"\"edge-a\"", "\"edge\\u0007-\\\"a\""},
    Variation{"\"edge-a\"", "'edge-a'"},
    Variation{"\"edge-a\"", "\"\"\"edge-a\"\"\""},
    Variation{"\"edge-a\"", "5\"x\""},
    Variation{"\"edge-a\"", "\"edge-a"},
    Variation{"[node]", "\xef\xbb\xbf[node]"},
    Variation{"[node]", "[node.a.b.c.d.e.f.g.h.i.j]"},
    Variation{"[node]", "a = [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n[node]"},
    Variation{"[node]", "n\xc3\xb6 = 1\n[node]"},
    Variation{"[node]", "mtu = 1500\n\"odd key\" = 1\n[node]"},
    Variation{"[node]", "[node]\nqueues = 5\nzzzzzzzzzz = 1"},
    Variation{"[[route]]", "[route]\nx = 1\n#"},
    Variation{"[workers]", "workers = 5\n#"},
    Variation{"[[policy]]", "[[policy]]\nname = \"none\"\npaths = []\n[[policy]]"},
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    require(at != std::string::npos, "the example has changed: mend tests/fuzz/toml_seeds.cpp");
    return text.replace(at, from.size(), to);
}

// More of a thing than may be: errors without end, and what a list may hold.
void too_many(std::vector<Input>& all) {
    const auto many = [&](std::string_view what, int times) {
        std::string text = example();
        for (int i = 0; i < times; ++i) text += std::string{what} + std::to_string(i) + "\"\n";
        all.push_back(input_of(text));
    };
    many("[[table]]\nname = \"t", 1100);
    many("[[port]]\nname = \"p", 33);
    many("[[slice]]\nname = \"s", 70);
    many("[[peer]]\nname = \"p", 1100);
    std::string wrong = example();
    for (int i = 0; i < 1100; ++i) wrong += "[[steer]]\nx" + std::to_string(i) + " = 1\n";
    all.push_back(input_of(wrong));
}

void every_value_changed(const std::string& text, std::vector<Input>& all) {
    const auto edit = [&](Span place, std::string_view other) {
        all.push_back(input_of(with(text, place, other)));
    };
    for (const Span value : values_of(text)) {
        const char first = text[value.begin];
        if (first == '"' || first == '[')
            for (const char* other : texts)
                edit(value, first == '[' ? "[" + std::string{other} + "]" : other);
        else
            for (const char* other : numbers) edit(value, other);
        for (const char* other : others) edit(value, other);
        if (first != '"') edit(value, "\"x\"");
        // Its key, misspelt.
        const std::size_t key = text.find_last_not_of("= ", value.begin - 1);
        edit({key, key + 1}, "");
    }
}

void every_line_out_or_twice(const std::string& text, std::vector<Input>& all) {
    const auto edit = [&](Span place, std::string_view other) {
        all.push_back(input_of(with(text, place, other)));
    };
    for (const Span line : lines_of(text)) {
        edit(line, "");
        edit({line.end, line.end}, text.substr(line.begin, line.end - line.begin));
    }
    for (const Span section : sections_of(text)) {
        edit(section, "");
        edit({text.size(), text.size()}, text.substr(section.begin, section.end - section.begin));
    }
}

}  // namespace

std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const std::string& text : {example(), test::scene_text()}) {
        all.push_back(input_of(text));
        every_line_out_or_twice(text, all);
    }
    for (const Variation& it : variations)
        all.push_back(input_of(replaced(example(), it.from, it.to)));
    every_value_changed(example(), all);
    too_many(all);
    return all;
}

}  // namespace weir::fuzz
