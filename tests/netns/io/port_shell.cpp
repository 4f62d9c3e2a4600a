// A port on standard input and output, for the tests beside this file. Commands, one a line:
//   tx PORT HEX        send a frame             targets PORT PREFIX...   what is ours
//   counters PORT      print them               reopen PORT              close it, open it again
//   quit
// Printed: "ready PORT MAC QUEUES CHAINS" for each port, then "rx PORT HEX" for each frame
// received.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "dataplane/base/error.hpp"
#include "dataplane/io/eal.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"

namespace weir {
namespace {

volatile std::sig_atomic_t stop = 0;

void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
}

std::string hex(const Packet& packet) {
    std::string text;
    for (const Packet* segment = &packet; segment != nullptr; segment = segment->next) {
        const auto* data = rte_pktmbuf_mtod(segment, const unsigned char*);
        for (unsigned i = 0; i < segment->data_len; ++i) text += fmt::format("{:02x}", data[i]);
    }
    return text;
}

void send(Port& port, rte_mempool& pool, const std::string& digits) {
    Packet* head = nullptr;
    for (std::size_t at = 0; at < digits.size(); at += 2 * 2000) {  // a chain where it is long
        Packet* segment = rte_pktmbuf_alloc(&pool);
        const std::size_t size = std::min<std::size_t>(2000, (digits.size() - at) / 2);
        auto* data = rte_pktmbuf_append(segment, static_cast<std::uint16_t>(size));
        for (std::size_t i = 0; i < size; ++i)
            data[i] = static_cast<char>(std::stoi(digits.substr(at + 2 * i, 2), nullptr, 16));
        if (head == nullptr)
            head = segment;
        else
            rte_pktmbuf_chain(head, segment);
    }
    for (int attempt = 0; attempt < 1000; ++attempt) {
        if (port.transmit({&head, 1}) == 1) return;
        usleep(1000);
    }
    say("refused");
    rte_pktmbuf_free(head);
}

Targets targets_from(std::istream& words) {
    Targets targets;
    for (std::string word; words >> word;) {
        if (const auto prefix = parse_ipv4_prefix(word)) targets.ipv4.push_back(*prefix);
        if (const auto prefix = parse_ipv6_prefix(word)) targets.ipv6.push_back(*prefix);
    }
    return targets;
}

void print_counters(const Port& port) {
    const DeviceCounters counters = port.counters();
    std::string line = fmt::format("counters received={} sent={}", counters.received_packets,
                                   counters.sent_packets);
    for (const auto& missed : counters.missed)
        line += fmt::format(" {}={}", missed.cause, missed.packets);
    say(line +
        fmt::format(" link={} speed={}", port.link_up(), port.speed() ? port.speed()->count() : 0));
}

class Shell {
public:
    Shell(NodeConfig node, std::vector<PortConfig> configs, rte_mempool& pool)
        : node_{std::move(node)},
          configs_{std::move(configs)},
          pool_{pool},
          ports_(configs_.size()) {
        for (std::size_t i = 0; i < ports_.size(); ++i) open(i);
    }
    void obey(const std::string& line);
    void poll();

private:
    void open(std::size_t i) {
        ports_[i].reset();
        ports_[i] = std::make_unique<Port>(configs_[i], node_, 1, pool_);
        const Port& port = *ports_[i];
        say(fmt::format("ready {} {} {} {}", i, to_string(port.mac()), port.receive_queues(),
                        port.chains()));
    }

    NodeConfig node_;
    std::vector<PortConfig> configs_;
    rte_mempool& pool_;
    std::vector<std::unique_ptr<Port>> ports_;
};

void Shell::obey(const std::string& line) {
    std::istringstream words{line};
    std::string command;
    std::size_t number = 0;
    words >> command >> number;
    if (command == "quit") stop = 1;
    if (number >= ports_.size()) return;
    Port& port = *ports_[number];
    if (command == "tx") {
        std::string digits;
        words >> digits;
        send(port, pool_, digits);
    } else if (command == "targets") {
        port.set_targets(targets_from(words));
        say("targets set");
    } else if (command == "counters") {
        print_counters(port);
    } else if (command == "reopen") {
        open(number);
    }
}

void Shell::poll() {
    for (std::size_t i = 0; i < ports_.size(); ++i)
        for (std::uint16_t queue = 0; queue < ports_[i]->receive_queues(); ++queue) {
            Packet* packets[32];
            const std::uint16_t n = ports_[i]->receive(queue, packets);
            for (std::uint16_t k = 0; k < n; ++k) {
                say(fmt::format("rx {} {}", i, hex(*packets[k])));
                rte_pktmbuf_free(packets[k]);
            }
        }
}

// Reads what is there of standard input; false at its end.
bool read_commands(std::string& text) {
    pollfd input{0, POLLIN, 0};
    char buffer[65536];
    while (::poll(&input, 1, 1) > 0) {
        const ssize_t size = read(0, buffer, sizeof buffer);
        if (size <= 0) return false;
        text.append(buffer, static_cast<std::size_t>(size));
    }
    return true;
}

void serve(const NodeConfig& node, const std::vector<PortConfig>& configs, bool hugepages) {
    EalOptions options;
    options.hugepages = hugepages ? HugePages::two_mb : HugePages::none;
    const Eal eal{options};
    Config needs;
    for (const auto& config : configs) needs.ports.push_back(config);
    const PacketPool pool = make_packet_pool("packets", 16384, packet_data_room_needed(needs));
    Shell shell{node, configs, *pool};
    std::string text;
    while (stop == 0 && read_commands(text)) {
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            shell.obey(text.substr(0, end));
            text.erase(0, end + 1);
        }
        shell.poll();
    }
}

}  // namespace
}  // namespace weir

// io-port-shell [-m MTU] [-q QUEUES] [-n NODE] [--huge] DEVICE...
int main(int argc, char** argv) {
    using namespace weir;
    std::signal(SIGTERM, [](int) { stop = 1; });
    std::signal(SIGINT, [](int) { stop = 1; });
    NodeConfig node;
    node.name = "probe";
    std::vector<PortConfig> configs;
    std::uint16_t mtu = 1500;
    std::uint16_t queues = 0;
    bool hugepages = false;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--huge") {
            hugepages = true;
        } else if (argument == "-m" && i + 1 < argc) {
            mtu = static_cast<std::uint16_t>(std::stoi(argv[++i]));
        } else if (argument == "-q" && i + 1 < argc) {
            queues = static_cast<std::uint16_t>(std::stoi(argv[++i]));
        } else if (argument == "-n" && i + 1 < argc) {
            node.name = argv[++i];
        } else {
            PortConfig config;
            config.name = fmt::format("port{}", configs.size());
            config.device = argument;
            config.mtu = mtu;
            config.receive_queues = queues;
            configs.push_back(config);
        }
    }
    try {
        serve(node, configs, hugepages);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return static_cast<int>(error.code());
    }
    return 0;
}
