#pragma once
// sd_notify(3) without libsystemd: one datagram to NOTIFY_SOCKET, if there is one. systemd 252 has
// no notify-reload, so RELOADING and READY are sent by hand around a reload.
#include <string_view>

namespace weir {

// "READY=1", "RELOADING=1", "STOPPING=1", "STATUS=..."; failures are of no consequence to
// forwarding.
void notify_service_manager(std::string_view state);

}  // namespace weir
