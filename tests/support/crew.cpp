#include "tests/support/crew.hpp"

namespace weir::test {
namespace {

const Instant start{Nanos{1'000'000'000'000}};

void empty(PacketRing& ring) {
    Packet* packet = nullptr;
    while (ring.pop({&packet, 1}) == 1) rte_pktmbuf_free(packet);
}

}  // namespace

Crew::Crew(const Config& config, std::size_t workers, SpreadMode mode, std::uint32_t buffers)
    : world_{config, buffers}, frames_{workers}, raw_{workers} {
    for (std::size_t i = 0; i < workers; ++i)
        members_.push_back(std::make_unique<Member>(world_.make_shard(), HotQueue{mode, workers}));
    for (std::size_t i = 0; i < workers; ++i)
        make(*members_[i], static_cast<WorkerId>(i), config, buffers);
}

void Crew::make(Member& member, WorkerId id, const Config& config, std::uint32_t buffers) {
    std::vector<const Shard*> shards;
    for (const auto& it : members_) shards.push_back(it->shard.get());
    Pipeline::Setup setup;
    setup.self = id;
    setup.neighbors = &world_.neighbors;
    setup.shard = member.shard.get();
    setup.control = &member.control;
    setup.handoffs = &frames_;
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        setup.owners.push_back(static_cast<WorkerId>(i % members_.size()));
        setup.punt_rates.push_back(config.ports[port].punt_rate);
        member.egress.push_back(nullptr);
        if (setup.owners[port] == id) {
            member.egress.back() = std::make_unique<EgressPort>(
                SliceQueues::Setup{
                    .port = port, .mine = member.shard.get(), .all = shards, .packets = buffers},
                world_.neighbors, start);
            member.egress.back()->adopt(snapshot(), start);
            member.owned.push_back(member.egress.back().get());
        }
        setup.egress.push_back(member.egress.back().get());
    }
    member.ingress =
        std::make_unique<Ingress>(std::move(setup), Spreader::Setup{.self = id,
                                                                    .shard = member.shard.get(),
                                                                    .shards = shards,
                                                                    .frames = &frames_,
                                                                    .raw = &raw_});
}

Crew::~Crew() {
    for (std::size_t to = 0; to < workers(); ++to)
        for (Handoffs* rings : {&frames_, &raw_})
            for (PacketRing* ring : rings->to(static_cast<WorkerId>(to))) empty(*ring);
    for (auto& member : members_) {
        for (EgressPort* port : member->owned) port->discard(Drop::stopped);
        empty(member->control.punts);
        empty(member->control.resolves);
    }
}

std::uint64_t Crew::processed(std::size_t worker) const {
    std::uint64_t sum = 0;
    const auto add = [&](const CounterBank& bank, std::size_t slots) {
        for (std::size_t i = 0; i < slots; ++i)
            sum += bank.find(static_cast<CounterId>(i))->packets.read();
    };
    add(members_[worker]->shard->sids, world_.sid_slots.size());
    add(members_[worker]->shard->paths, world_.path_slots.size());
    return sum;
}

std::size_t Crew::in_rings() const {
    std::size_t sum = 0;
    for (std::size_t to = 0; to < workers(); ++to)
        for (const Handoffs* rings : {&frames_, &raw_})
            for (const PacketRing* ring : rings->to(static_cast<WorkerId>(to))) sum += ring->size();
    return sum;
}

}  // namespace weir::test
