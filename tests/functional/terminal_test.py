"""At a terminal: passphrases are asked for, not echoed; the process keeps its memory to itself."""
import os
import pty
import select
import signal
import subprocess
import time
import unittest
from pathlib import Path

from harness import DONE, FAILED, VERB_SECONDS_MAX, MayflyTest, Person


class Terminal(MayflyTest):
    def converse(self, arguments, answers):
        """Runs a verb at a terminal; each (prompt, answer) in turn. Gives code, stdout, screen."""
        controller, terminal = pty.openpty()
        child = self.background(subprocess.Popen(
            arguments, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal,
            env={**os.environ, "MAYFLY_PASSPHRASE_FILE": ""}))
        os.close(terminal)
        screen = b""
        deadline = time.monotonic() + VERB_SECONDS_MAX
        waiting = list(answers)
        seen_up_to = 0
        while time.monotonic() < deadline:
            if waiting and waiting[0][0] in screen[seen_up_to:]:
                seen_up_to = len(screen)
                time.sleep(0.1)  # the prompt comes after echo was turned off
                os.write(controller, waiting.pop(0)[1] + b"\n")
            if select.select([controller], [], [], 0.1)[0]:
                try:
                    piece = os.read(controller, 4096)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                screen += piece
            elif child.poll() is not None:
                break
        out, _ = child.communicate(timeout=VERB_SECONDS_MAX)
        os.close(controller)
        self.assertEqual(waiting, [], screen)
        return child.returncode, out, screen

    def test_passphrase_is_chosen_twice_asked_for_and_never_echoed(self):
        relay = self.make_relay()
        alice = Person("alice", self.folder / "alice")
        init = alice.arguments("init", "--relay", relay.address)
        code, _, screen = self.converse(init, [(b"empty: none", b"open sesame"),
                                               (b"same again", b"open barley")])
        self.assertEqual(code, FAILED, screen)
        self.assertFalse(alice.home.exists())
        code, out, screen = self.converse(init, [(b"empty: none", b"open sesame"),
                                                 (b"same again", b"open sesame")])
        self.assertEqual(code, DONE, screen)
        self.assertIn(b'"recovery_kit"', out)
        self.assertNotIn(b"sesame", screen + out)
        whoami = alice.arguments("whoami")
        code, out, screen = self.converse(whoami, [(b"Passphrase: ", b"open sesame")])
        self.assertEqual(code, DONE, screen)
        self.assertNotIn(b"sesame", screen + out)
        code, out, screen = self.converse(whoami, [(b"Passphrase: ", b"open the door")])
        self.assertEqual((code, out), (FAILED, b""))
        self.assertIn(b"wrong_passphrase", screen)
        # Without a terminal and without a file nobody is asked.
        self.assert_fails(alice.try_run("whoami"), FAILED, "passphrase_required")

    def test_process_allows_no_core_dump(self):
        relay = self.make_relay()
        alice = self.make_person("alice", relay)
        follower = self.background(alice.start("receive", "--follow"))
        time.sleep(1)
        limits = Path(f"/proc/{follower.pid}/limits").read_text(encoding="utf-8")
        core = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        self.assertEqual(core[0].split()[4:6], ["0", "0"])
        arguments = Path(f"/proc/{follower.pid}/cmdline").read_bytes()
        self.assertNotIn(b"passphrase ", arguments)
        follower.send_signal(signal.SIGHUP)
        self.assertEqual(follower.wait(timeout=10), DONE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
