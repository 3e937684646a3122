"""CURVE by hand (ZeroMQ's RFC 26), for a client that says in its metadata what it likes, as libzmq's do not."""

import ctypes
import socket
import struct

import zmq.utils.z85


class Curve:
    """One connection, by this certificate, to an endpoint of a daemon with keys (keys.Keyed)."""

    def __init__(self, daemon, cert, door, metadata):
        self.box = ctypes.CDLL("libsodium.so.23")
        self.socket = socket.create_connection(("127.0.0.1", daemon.ports[door]))
        self.socket.settimeout(5)
        server, long = zmq.utils.z85.decode(daemon.server[0]), [zmq.utils.z85.decode(k) for k in cert[:2]]
        short = self.pair()
        self.socket.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32))
        self.take(64)
        self.command(b"\x05HELLO\x01\x00" + bytes(72) + short[0] + bytes(7) + b"\x01" +
                     self.seal(bytes(64), b"CurveZMQHELLO---" + bytes(7) + b"\x01", server, short[1]))
        welcome = self.frame()[len(b"\x07WELCOME"):]
        opened = self.open(welcome[16:], b"WELCOME-" + welcome[:16], server, short[1])
        self.peer, cookie, self.own = opened[:32], opened[32:], short[1]
        vouch = self.seal(short[0] + server, b"VOUCH---" + bytes(16), self.peer, long[1])
        packed = b"".join(bytes([len(k)]) + k.encode() + struct.pack(">I", len(v)) + v.encode() for k, v in metadata.items())
        self.command(b"\x08INITIATE" + cookie + bytes(7) + b"\x02" + self.seal(
            long[0] + bytes(16) + vouch + packed, b"CurveZMQINITIATE" + bytes(7) + b"\x02", self.peer, short[1]))
        self.count = 2

    def pair(self):
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
        self.box.crypto_box_keypair(public, secret)
        return public.raw, secret.raw

    def seal(self, text, nonce, public, secret):
        out = ctypes.create_string_buffer(len(text) + 16)
        assert self.box.crypto_box_easy(out, text, ctypes.c_ulonglong(len(text)), nonce, public, secret) == 0
        return out.raw

    def open(self, text, nonce, public, secret):
        out = ctypes.create_string_buffer(len(text) - 16)
        assert self.box.crypto_box_open_easy(out, text, ctypes.c_ulonglong(len(text)), nonce, public, secret) == 0
        return out.raw

    def take(self, n):
        data = b""
        while len(data) < n:
            got = self.socket.recv(n - len(data))
            if not got:
                raise ConnectionError
            data += got
        return data

    def frame(self):
        flags = self.take(1)[0]
        return self.take(struct.unpack(">Q", self.take(8))[0] if flags & 2 else self.take(1)[0])

    def command(self, body):
        long = len(body) > 255
        self.socket.sendall(bytes([4 | 2 * long]) + (struct.pack(">Q", len(body)) if long else bytes([len(body)])) + body)

    def send(self, *parts):
        for n, part in enumerate(parts):
            self.count += 1
            nonce = struct.pack(">Q", self.count)
            body = b"\x07MESSAGE" + nonce + self.seal(bytes([n + 1 < len(parts)]) + part, b"CurveZMQMESSAGEC" + nonce,
                                                      self.peer, self.own)
            self.socket.sendall((b"\x02" + struct.pack(">Q", len(body)) if len(body) > 255 else b"\x00" + bytes([len(body)])) + body)

    def receive(self):
        """One part, of a message or of the handshake's end."""
        frame = self.frame()
        if frame.startswith(b"\x05READY"):
            return self.receive()
        return self.open(frame[16:], b"CurveZMQMESSAGES" + frame[8:16], self.peer, self.own)[1:]
