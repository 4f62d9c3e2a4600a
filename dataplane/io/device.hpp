#pragma once
// A device attached to DPDK: by hot-plug where it is virtual, found where it is a NIC that EAL
// probed. Stopped, closed and detached on destruction.
#include <cstdint>

#include "dataplane/io/device_plan.hpp"

namespace weir {

class Device {
public:
    // Throws Error{device}; `port` is named in it.
    Device(const DevicePlan& plan, const std::string& port);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    std::uint16_t id() const { return id_; }
    // To be called once it is configured. A memif client waits for its server for three seconds.
    void start(const DevicePlan& plan, const std::string& port);

private:
    std::string virtual_name_;  // empty for a NIC
    std::uint16_t id_;
    bool started_ = false;
};

}  // namespace weir
