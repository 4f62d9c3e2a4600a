#!/usr/bin/python3
"""weir-gen as a program, over devices that need no privilege: program_test.py WEIR_GEN"""
import json
import os
import signal
import subprocess
import sys
import unittest

WEIR_GEN = os.path.abspath(sys.argv.pop(1))
LOOP = ["--tx", "vdev:net_ring0", "--rx", "vdev:net_ring0", "--dst-mac", "02:00:00:00:00:02"]


def run(*words):
    done = subprocess.run([WEIR_GEN, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def measure(*words, code=0):
    returned, out, err = run(*words, "--json")
    assert returned == code, f"exit {returned}: {err}{out}"
    return json.loads(out)


class Program(unittest.TestCase):
    def assert_all_arrived(self, result, packets):
        self.assertTrue(result["lossless"])
        self.assertEqual(result["sent"]["packets"], packets)
        received = result["received"]
        self.assertEqual(received["unique_packets"], packets)
        for trouble in ("lost", "reordered", "duplicated", "stale", "damaged"):
            self.assertEqual(received[f"{trouble}_packets"], 0, trouble)
        self.assertEqual(received["bytes"], result["sent"]["bytes"])
        self.assertEqual(received["latency_nanoseconds"]["packets"], packets)

    def test_every_packet_of_every_flow_arrives(self):
        result = measure(*LOOP, "--count", "60000", "--flows", "500", "--size", "imix", "--verify",
                         "--expect-lossless", "--per-flow")
        self.assert_all_arrived(result, 60000)
        # 7:4:1 of 64, 590 and 1,514 bytes, and 120 packets in each flow.
        self.assertEqual(result["sent"]["bytes"], 5000 * (7 * 64 + 4 * 590 + 1514))
        flows = result["received"]["flows"]
        self.assertEqual([flow["flow"] for flow in flows], list(range(500)))
        self.assertEqual({flow["unique_packets"] for flow in flows}, {120})

    def test_srv6_in_two_threads_with_noise(self):
        result = measure(*LOOP, "--src", "fd00::1", "--dst", "fd00::2", "--segments", "fd01::e,fd02::46",
                         "--spread", "port,source,label", "--flows", "65536", "--count", "100000",
                         "--random-percent", "20", "--threads", "2", "--verify", "--no-answer")
        self.assert_all_arrived(result, 100000)
        noise = result["sent"]["random_packets"]
        self.assertAlmostEqual(noise / (100000 + noise), 0.2, delta=0.01)
        self.assertEqual(result["received"]["other_packets"], noise)

    def test_packet_of_several_buffers_is_whole(self):
        result = measure(*LOOP, "--size", "9000:1,2049:1,2048:1,64:1", "--count", "4000", "--verify")
        self.assert_all_arrived(result, 4000)

    def test_two_ends_of_a_memif(self):
        socket = f"@weir-gen-test-{os.getpid()}"
        result = measure("--tx", f"memif:{socket},role=server", "--rx", f"memif:{socket}",
                         "--dst-mac", "02:00:00:00:00:02", "--count", "50000", "--flows", "10")
        self.assert_all_arrived(result, 50000)

    def test_rate_is_kept_or_said_to_be_missed(self):
        result = measure(*LOOP, "--rate", "100kpps", "--duration", "2s")
        sent = result["sent"]
        due = 100000 * sent["seconds"]
        # At the end up to a catch-up's worth may still be owed.
        self.assertLessEqual(sent["packets"], due + 2)
        self.assertGreaterEqual(sent["packets"] + sent["asked"]["forgone"], due - 10000)
        if sent["asked"]["reached"]:
            self.assertGreaterEqual(sent["packets"], 0.999 * due - 10000)

    def test_fast_mode_counts(self):
        result = measure(*LOOP, "--fast", "--count", "100000", "--expect-lossless")
        self.assertEqual(result["received"]["packets"], 100000)
        self.assertEqual(result["received"]["lost_packets"], 0)
        self.assertIsNone(result["received"]["latency_nanoseconds"])

    def test_fast_sink_answers_arp(self):
        socket = f"@weir-gen-test-arp-{os.getpid()}"
        sink = subprocess.Popen([WEIR_GEN, "--rx", f"memif:{socket},role=server", "--fast",
                                 "--dst", "198.19.0.1", "--duration", "20s", "--json"],
                                stdout=subprocess.PIPE, text=True)
        while True:  # until the sink listens
            code, out, err = run("--tx", f"memif:{socket}", "--dst", "198.19.0.1", "--gateway",
                                 "198.19.0.1", "--count", "1000", "--rate", "2kpps", "--json")
            if "nobody listens" not in err or sink.poll() is not None:
                break
        self.assertEqual((code, json.loads(out)["sent"]["packets"]), (0, 1000), err)
        sink.send_signal(signal.SIGINT)
        received = json.loads(sink.communicate(timeout=30)[0])["received"]
        # What lies in the sender's ring goes away with it: the last few, where the sink is slow.
        self.assertGreater(received["packets"], 900)
        self.assertEqual(received["bytes"], 64 * received["packets"])

    def test_loss_is_exit_1(self):
        elsewhere = ["--tx", "vdev:net_ring0", "--rx", "vdev:net_ring1", "--linger", "10ms",
                     "--dst-mac", "02:00:00:00:00:02", "--count", "300", "--flows", "7"]
        result = measure(*elsewhere, "--expect-lossless", code=1)
        self.assertEqual(result["received"]["lost_packets"], 300)
        self.assertEqual(len(result["received"]["flows"]), 7)
        measure(*elsewhere)

    def test_lone_sink_ends_by_signal_and_has_proven_nothing(self):
        sink = subprocess.Popen([WEIR_GEN, "--rx", "vdev:net_ring0", "--expect-lossless", "--json",
                                 "--report-every", "50ms"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("received", sink.stderr.readline())  # it runs
        sink.send_signal(signal.SIGTERM)
        out, _ = sink.communicate(timeout=30)
        self.assertEqual(sink.returncode, 1)
        self.assertFalse(json.loads(out)["lossless"])

    def test_mistakes_have_their_exit_code_and_one_sentence(self):
        for code, words in (
                (2, []),
                (2, ["--tx", "nothing-of-the-kind", "--dst-mac", "02:00:00:00:00:02"]),
                (2, ["--tx", "vdev:net_ring0"]),
                (4, ["--tx", "vdev:net_nonesuch0", "--dst-mac", "02:00:00:00:00:02"]),
                (4, ["--tx", "af_packet:nonesuch0", "--dst-mac", "02:00:00:00:00:02"]),
                (4, ["--tx", "vdev:net_ring0", "--gateway", "198.18.0.2", "--wait-link", "200ms"])):
            returned, out, err = run(*words)
            self.assertEqual((returned, out, err.count("\n")), (code, "", 1), (words, err))


unittest.main(verbosity=2)
