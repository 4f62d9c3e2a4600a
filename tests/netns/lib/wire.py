"""Raw frames on an interface, and captures of them for tshark."""
import select
import socket
import struct
import time

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23


class Wire:
    """A raw socket on one interface: what we send, weir receives; what weir sends, we receive."""

    def __init__(self, namespace, interface):
        self.interface = interface
        with namespace.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.bind((interface, 0))
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self.mac = namespace.mac(interface)
        self.frames = []  # everything received, for the capture file

    def send(self, frame):
        self.socket.send(bytes(frame))

    def receive(self, wanted, timeout=3.0):
        """The first frame from now on for which wanted(bytes) is true; None after `timeout`."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                break
            frame = self.socket.recv(65536)
            self.frames.append(frame)
            if wanted(frame):
                return frame
        return None

    def drain(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.frames.append(self.socket.recv(65536))

    def close(self):
        self.socket.close()


def write_pcap(path, frames):
    """Classic pcap, Ethernet (the file format's header: magic, 2.4, snap length, link type 1)."""
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for number, frame in enumerate(frames):
            file.write(struct.pack('<IIII', 1 + number, 0, len(frame), len(frame)))
            file.write(frame)
    return path
