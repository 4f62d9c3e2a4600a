#pragma once
// Networks of weir nodes 1..n as configuration texts: lines between them, a route to each
// neighbour's locator and no other, policies that name each node on their way.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataplane/config/parse.hpp"
#include "tools/sim/check/check.hpp"

namespace weir::sim {

using Walk = std::vector<unsigned>;  // nodes, from the one that encapsulates on

class CheckNet {
public:
    static std::string locator(unsigned node) { return fmt::format("fc00:{:x}::", node); }
    static std::string address(unsigned node, unsigned neighbor) {
        return fmt::format("fd00:{:x}:{:x}::{}", std::min(node, neighbor), std::max(node, neighbor),
                           node < neighbor ? 1 : 2);
    }
    explicit CheckNet(std::vector<std::pair<unsigned, unsigned>> lines,
                      std::vector<unsigned> slices = {10}) {
        for (const auto& [a, b] : lines) {
            add_end(a, b);
            add_end(b, a);
        }
        for (auto& [node, text] : texts_)
            for (const unsigned slice : slices)
                text += fmt::format(
                    "[[slice]]\nid = {0}\nname = \"s{0}\"\nlossless = true\nmin_packet = 1024\n"
                    "dscp = {0}\n",
                    slice);
    }
    CheckNet& policy(const Walk& walk, unsigned slice = 10) {
        std::string segments;
        for (std::size_t i = 1; i < walk.size(); ++i)
            segments += fmt::format("{}\"{}{}\"", i == 1 ? "" : ", ", locator(walk[i]),
                                    i + 1 == walk.size() ? "d46" : "e");
        const unsigned number = ++policies_;
        return add(walk.front(),
                   fmt::format("[[policy]]\nname = \"p{0}\"\npaths = [{{ segments = [{1}] }}]\n"
                               "[[steer]]\nmatch = {{ port = \"lan\", to = \"10.{2}.0.0/24\" }}\n"
                               "policy = \"p{0}\"\nslice = \"s{3}\"\n",
                               number, segments, walk.back(), slice));
    }
    CheckNet& route(unsigned node, const std::string& to, unsigned via) {
        return add(node, fmt::format("[[route]]\nto = \"{}\"\nvia = [{{ address = \"{}\", port = "
                                     "\"to-{}\" }}]\n",
                                     to, address(via, node), via));
    }
    CheckNet& add(unsigned node, const std::string& text) {
        texts_[node] += text;
        return *this;
    }
    CheckNet& change(unsigned node, const std::string& from, const std::string& to) {
        const auto at = texts_[node].find(from);
        if (at == std::string::npos)
            ADD_FAILURE() << from << " is not in\n" << texts_[node];
        else
            texts_[node].replace(at, from.size(), to);
        return *this;
    }
    CheckNet& without(unsigned node) {
        texts_.erase(node);
        return *this;
    }

    std::variant<Network, std::vector<std::string>> make() const {
        std::vector<NodeFile> files;
        for (const auto& [node, text] : texts_) {
            auto read = parse_config(text, fmt::format("{}.toml", node));
            if (auto* errors = std::get_if<ConfigErrors>(&read)) {
                for (const auto& error : *errors) ADD_FAILURE() << error.to_string();
                continue;
            }
            files.push_back({fmt::format("{}.toml", node), std::get<Config>(std::move(read))});
        }
        return make_network(std::move(files));
    }
    std::vector<SliceTurns> turns() const {
        const auto made = make();
        return turns_of(std::get<Network>(made));
    }

private:
    void add_end(unsigned node, unsigned other) {
        auto [it, fresh] = texts_.emplace(node, "");
        std::string& text = it->second;
        if (fresh)
            text = fmt::format(
                "[node]\nname = \"n{0}\"\nlocator = \"{1}/32\"\nsource = \"{1}1\"\n"
                "domain = [\"fc00::/16\"]\n[workers]\ncores = [1]\n"
                "[[port]]\nname = \"lan\"\ndevice = \"tap:lan\"\naddress = \"10.{0}.0.1/24\"\n"
                "rate = \"1G\"\n"
                "[[sid]]\nsid = \"{1}e\"\nbehavior = \"End\"\n"
                "[[sid]]\nsid = \"{1}d46\"\nbehavior = \"End.DT46\"\ntable = \"default\"\n",
                node, locator(node));
        text += fmt::format(
            "[[port]]\nname = \"to-{0}\"\ndevice = \"tap:to-{0}\"\naddress = \"{1}/64\"\n"
            "rate = \"1G\"\nrole = \"wan\"\nmtu = 9000\n"
            "[[peer]]\nname = \"n{0}\"\nport = \"to-{0}\"\naddress = \"{2}fc\"\n"
            "locator = \"{2}/32\"\ndistance = \"100km\"\n",
            other, address(node, other), locator(other));
        route(node, locator(other) + "/32", other);
    }
    std::map<unsigned, std::string> texts_;
    unsigned policies_ = 0;
};

// "1-2-3": the link from 1 to 2, then the one from 2 to 3.
inline std::set<std::string> turns_as_text(const SliceTurns& slice) {
    std::set<std::string> all;
    for (const Turn& turn : slice.turns) {
        const PeerLink &from = slice.links[turn.links.from], &onto = slice.links[turn.links.to];
        EXPECT_EQ(from.to, onto.node);
        all.insert(fmt::format("{}-{}-{}", from.node + 1, from.to + 1, onto.to + 1));
    }
    return all;
}

}  // namespace weir::sim
