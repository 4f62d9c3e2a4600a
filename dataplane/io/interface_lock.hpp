#pragma once
// One weir at a time per interface. The lock is flock() on a file in <runtime>/lock, so that it
// ends with its holder however that dies; the file says who holds it. An interface is known by its
// network namespace and index, because namespaces use the same names.
#include <filesystem>
#include <string>

#include "dataplane/io/device_string.hpp"

namespace weir {

class InterfaceLock {
public:
    // `key`: see lock_key(). `port` and `node` are what a second weir is told. Throws Error{device}
    // that names the holder.
    InterfaceLock(const std::filesystem::path& directory, const std::string& key,
                  const std::string& port, const std::string& node);
    ~InterfaceLock();  // removes the file, and its directories where they are empty
    InterfaceLock(const InterfaceLock&) = delete;
    InterfaceLock& operator=(const InterfaceLock&) = delete;

private:
    std::filesystem::path path_;
    int fd_ = -1;
};

// "net-4026531840-7", "pci-0000:17:00.0"; empty for devices that are this process's own.
std::string lock_key(const DeviceString& device);

}  // namespace weir
