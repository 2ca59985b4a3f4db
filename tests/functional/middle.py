"""A relay that lies: it has the real relay's key and sits in the middle, passing WebSocket messages
on and changing those that a test wants changed. (docs/spec/relay.md, transport.md)"""
import socket
import ssl
import struct
import threading

REPLY_RECORD_LIST = 4  # its place in wire::ReplyBody


class Middle:
    """`change(message)` gets every message from the relay and gives what is passed on."""

    def __init__(self, relay, port, change):
        self.relay_port = relay.port
        self.change = change
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(relay.data / "tls-certificate.pem", relay.data / "tls-key.pem")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        self.listener = context.wrap_socket(listener, server_side=True)
        self.upstream_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.upstream_context.check_hostname = False
        self.upstream_context.verify_mode = ssl.CERT_NONE
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except ssl.SSLError:
                continue
            except OSError:
                return
            upstream = self.upstream_context.wrap_socket(
                socket.create_connection(("127.0.0.1", self.relay_port)))
            threading.Thread(target=self.copy, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self.copy_changed, args=(upstream, client),
                             daemon=True).start()

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        target.close()

    def copy_changed(self, source, target):
        try:
            reader = source.makefile("rb")
            while True:  # the HTTP upgrade passes unchanged
                line = reader.readline()
                target.sendall(line)
                if line in (b"\r\n", b""):
                    break
            while True:
                head, payload = read_frame(reader)
                target.sendall(frame(head, self.change(payload) if head & 15 == 2 else payload))
        except (OSError, struct.error):
            pass
        target.close()

    def close(self):
        self.listener.close()


def read_frame(reader):
    """One unmasked WebSocket frame (RFC 6455 section 5.2)."""
    head, size = struct.unpack(">BB", reader.read(2))
    if size == 126:
        size = struct.unpack(">H", reader.read(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", reader.read(8))[0]
    return head, reader.read(size)


def frame(head, payload):
    size = len(payload)
    if size < 126:
        return struct.pack(">BB", head, size) + payload
    if size < 65536:
        return struct.pack(">BBH", head, 126, size) + payload
    return struct.pack(">BBQ", head, 127, size) + payload


def is_record_list(message):
    return len(message) > 6 and struct.unpack(">H", message[4:6])[0] == REPLY_RECORD_LIST


def forge_record(message):
    """A record with one bit of its signature flipped."""
    if not is_record_list(message):
        return message
    return message[:-1] + bytes([message[-1] ^ 1])


def swap_record(message, other):
    """Another account's record, properly signed, in answer to the question."""
    if not is_record_list(message):
        return message
    return message[:4] + other[4:]
