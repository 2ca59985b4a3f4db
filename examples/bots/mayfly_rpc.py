"""A client of `mayfly daemon`: JSON-RPC 2.0, one line each way. Standard library only."""
import collections
import json
import socket


class Failed(Exception):
    """Mayfly said no; `code` is the stable name of the error."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error.get("data", {}).get("code", str(error["code"]))


class Mayfly:
    def __init__(self, socket_path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(socket_path)
        self._lines = self._socket.makefile("r", encoding="utf-8", newline="\n")
        self._notifications = collections.deque()
        self._last_id = 0

    def call(self, method, **params):
        """Gives a method's result, or raises Failed."""
        self._last_id += 1
        self._write({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        while True:
            line = self._read()
            if line.get("id") == self._last_id:
                if "error" in line:
                    raise Failed(line["error"])
                return line["result"]
            self._notifications.append(line)

    def batch(self, calls):
        """Takes (method, params) pairs and gives an answer for each, with `result` or `error`."""
        requests = []
        for method, params in calls:
            self._last_id += 1
            requests.append({"jsonrpc": "2.0", "id": self._last_id, "method": method,
                             "params": params})
        if not requests:
            return []
        self._write(requests)
        while True:
            line = self._read()
            if isinstance(line, list):
                answers = {answer["id"]: answer for answer in line}
                return [answers[request["id"]] for request in requests]
            self._notifications.append(line)

    def notifications(self):
        """Gives (event, params) as they come, until the daemon ends."""
        while True:
            if not self._notifications:
                try:
                    self._notifications.append(self._read())
                except EOFError:
                    return
            line = self._notifications.popleft()
            yield line["method"], line["params"]

    def _write(self, value):
        self._socket.sendall(json.dumps(value).encode() + b"\n")

    def _read(self):
        line = self._lines.readline()
        if not line:
            raise EOFError("the daemon has ended")
        return json.loads(line)
