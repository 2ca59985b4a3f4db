"""Web Push from end to end: a relay, a device that subscribed and went away, a push service."""
import os
import queue
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import BIN
from push_service import PushService, Subscription, check_token
from wire_client import Client, Failed, Key, opaque

PATIENCE_S = 20
# How long nothing must come for it to count as nothing.
SILENCE_S = 0.7
MALFORMED = 1


def in_ms(seconds):
    return int((time.time() + seconds) * 1000)


class PushTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.service = PushService(self.folder.name)
        self.addCleanup(self.service.stop)
        self.relay = None
        self.clients = []
        self.addCleanup(self.end)

    def serve(self, *more):
        self.relay = subprocess.Popen(
            [BIN / "mayfly-relay", "serve", "--data", os.path.join(self.folder.name, "data"),
             "--listen", "127.0.0.1:0", "--tls-self-signed", *more],
            stdout=subprocess.PIPE, text=True,
            env=os.environ | {"SSL_CERT_FILE": self.service.certificate})
        self.port = int(self.relay.stdout.readline().split()[1].rsplit(":", 1)[1])

    def end(self):
        for client in self.clients:
            client.close()
        self.clients = []
        if self.relay:
            self.relay.send_signal(signal.SIGTERM)
            self.assertEqual(self.relay.wait(PATIENCE_S), 0)
            self.relay.stdout.close()
            self.relay = None

    def connect(self):
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def subscribe(self, path="/push/1", origin=None):
        """A device that is subscribed: its connection, key and token, and its browser's keys."""
        device, key, browser = self.connect(), Key(), Subscription()
        queue_id = device.open_queue(key)
        token = device.add_address(queue_id)
        endpoint = ((origin or self.service.origin) + path).encode()
        device.ask("PushSet", queue_id + opaque(endpoint) + browser.p256dh + browser.auth)
        return device, key, token, browser

    def state(self, client, queue_id):
        answer = client.ask("PushQuery", queue_id)
        size = answer[0] if answer[0] < 64 else int.from_bytes(answer[:2], "big") & 0x3fff
        return answer[-1 - size:-1], bool(answer[-1])

    def assert_silence(self):
        with self.assertRaises(queue.Empty):
            self.service.pushes.get(timeout=SILENCE_S)

    def test_a_device_that_is_away_is_woken_by_a_push_that_says_nothing(self):
        self.serve("--push-to-private")
        device, key, token, browser = self.subscribe("/push/1?x=y")
        sender = self.connect()
        sender.put(token, in_ms(3600))
        self.assert_silence()  # it is here
        device.ask("QueueAck", device.open_queue(key) + (99).to_bytes(8, "big"))
        device.close()
        time.sleep(0.1)
        for _ in range(5):
            sender.put(token, in_ms(600))
        path, headers, body = self.service.pushes.get(timeout=PATIENCE_S)
        self.assertEqual(path, "/push/1?x=y")
        self.assertEqual(browser.decrypt(body), b"mayfly 1")
        self.assertEqual(len(body), 167)
        self.assertIn(int(headers["TTL"]), range(590, 601))
        self.assertEqual((headers["Topic"], headers["Content-Encoding"]), ("mayfly", "aes128gcm"))
        signed_by = check_token(headers["Authorization"], self.service.origin, time.time())
        again = self.connect()
        self.assertEqual(self.state(again, again.open_queue(key)), (signed_by, True))
        self.assert_silence()  # five messages, one push

    def test_subscription_and_key_outlive_the_relays_process(self):
        self.serve("--push-to-private")
        device, key, token, browser = self.subscribe()
        before = self.state(device, device.open_queue(key))
        self.end()
        self.serve("--push-to-private")
        self.connect().put(token, in_ms(3600))
        self.assertEqual(browser.decrypt(self.service.pushes.get(timeout=PATIENCE_S)[2]),
                         b"mayfly 1")
        again = self.connect()
        self.assertEqual(self.state(again, again.open_queue(key)), before)

    def test_a_subscription_that_is_gone_is_forgotten(self):
        self.serve("--push-to-private")
        self.service.status = 410
        device, key, token, _ = self.subscribe()
        device.close()
        time.sleep(0.1)
        self.connect().put(token, in_ms(3600))
        self.service.pushes.get(timeout=PATIENCE_S)
        client = self.connect()
        queue_id = client.open_queue(key)
        until = time.monotonic() + PATIENCE_S
        while self.state(client, queue_id)[1] and time.monotonic() < until:
            time.sleep(0.02)
        self.assertFalse(self.state(client, queue_id)[1])

    def test_private_addresses_are_not_for_pushes(self):
        self.serve()
        device, _, token, _ = self.subscribe()
        with self.assertRaises(Failed) as refused:
            self.subscribe(origin=self.service.origin.replace("https", "http"))
        self.assertEqual(refused.exception.status, MALFORMED)
        device.close()
        time.sleep(0.1)
        self.connect().put(token, in_ms(3600))
        self.assert_silence()

    def test_an_untrusted_service_gets_nothing_and_a_silent_one_holds_up_nothing(self):
        self.service.certificate = os.devnull
        self.serve("--push-to-private")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            origins = [None, f"https://localhost:{silent.getsockname()[1]}"]
            tokens = []
            for origin in origins:
                device, _, token, _ = self.subscribe(origin=origin)
                device.close()
                tokens.append(token)
            time.sleep(0.1)
            sender = self.connect()
            for token in tokens:
                sender.put(token, in_ms(3600))
            self.assert_silence()
            begin = time.monotonic()
            self.end()
            self.assertLess(time.monotonic() - begin, 5)

    def test_a_relay_without_pushes_says_so(self):
        self.serve("--no-push")
        device = self.connect()
        self.assertEqual(self.state(device, device.open_queue(Key())), (b"", False))
        with self.assertRaises(Failed):
            self.subscribe()
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "data", "push-key")))


if __name__ == "__main__":
    unittest.main()
