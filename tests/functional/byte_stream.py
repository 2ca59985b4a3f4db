"""Bytes from a socket, in the pieces that a test asks for."""


class ByteStream:
    def __init__(self, connected):
        self.socket = connected
        self.input = b""

    def receive(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        self.input += more

    def take(self, size):
        while len(self.input) < size:
            self.receive()
        out, self.input = self.input[:size], self.input[size:]
        return out
