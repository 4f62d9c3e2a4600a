#pragma once
// What is, as JSON: each function is one object of /v1 and of `weirctl --json show`. Things are
// called by their names; counters come from the table of metrics under its names, shortened
// (weir_port_receive_bytes_total of a port is "receive_bytes").
#include "dataplane/api/metrics_table.hpp"

namespace weir {

// [{name, device, link, mac, speed_bits, table, role, mtu, addresses, receive_queues, receive_...,
//   transmit_..., receive_missed: {CAUSE: packets}, drop_packets}]
Json ports_json(Reading& reading);
// [{worker, core, idle, busy_percent, busy_cycles, total_cycles, loops, spread_packets,
//   received_packets, sent_packets, drop_packets}]
Json workers_json(Reading& reading);
// [{sid, behavior, table | port + next_hop, slice, packets, bytes}]
Json sids_json(Reading& reading);
// [{name, encap, state, paths: [{path, weight, segments, state, mtu, packets, bytes}]}]
Json policies_json(Reading& reading);
// [{table, to, kind, via: [{address, port, weight, neighbor}], policy}]
Json routes_json(Reading& reading);
// [{port, address, mac, state, pinned, age_seconds, held_packets}]
Json neighbors_json(Reading& reading);
// [{port, slice, reason, help, packets}], zeros too
Json drops_json(Reading& reading);
// One row for each slice of each port: its share of the port, what came, went and waits.
Json slices_json(Reading& reading);
// {lossless: [{slice, port, peer (null: the hosts of the port), control, buffer_bytes,
//   held_bytes (of all senders of the port), headroom_bytes, xoff_bytes, xon_bytes}], lossy:
//   [{port, buffer_bytes}], pool: [{for, buffers, memory_bytes}], the whole of it last,
//   buffers_in_use}
Json buffers_json(Reading& reading);
// Of each priority that a port maps: [{port, priority, slice, xoff_bytes, xon_bytes, held_bytes,
//   sent_frames, received_frames, paused_seconds, watchdog_detected, watchdog_restored}]
Json pfc_json(Reading& reading);
// {closes, findings: [SENTENCE], at_rest, in_rings, receive_missed_packets,
//   missed: [{port, cause, packets}], buffers, buffers_in_use, buffers_...,
//   threads: [{thread, received, originated, taken_over, sent, consumed, handed_over, drops, held,
//   closes}],
//   slices: [{port, slice, worker, lossless, refused, admitted, departed, dropped, held, closes}]}
Json audit_json(Reading& reading);
// {node, version, march, pid, config_file, config_version, started, uptime_seconds, ...}
Json runtime_json(Reading& reading);
// {version, march, api}
Json version_json(const StatusSource& source);

}  // namespace weir
