"""A mail server for the proof: it takes mail, or misbehaves in one of the ways that real ones do."""

import email
import itertools
import re
import socketserver
import threading
import time
from collections.abc import Callable
from email.message import Message

from tests.browser.server import free_port

SILENCE = 60  # seconds
ADDRESS = re.compile(rb"<([^>]*)>")


class Gone(Exception):
    """The connection ends here, without another word."""


class Sink:
    """``mode``: "work", "refuse", "hang" or "die". While it is closed nobody listens at the port at all.

    ``arrived`` has Message-ID and recipient of each mail it said yes to, ``met`` how often a connection met each mode,
    ``silences`` how long each connection was left without an answer (seconds).
    """

    def __init__(self):
        self.port = free_port()
        self.mode = "work"
        self.arrived: list[tuple[str, str]] = []
        self.met = {"work": 0, "refuse": 0, "hang": 0, "die": 0}
        self.silences: list[float] = []
        self.turn = itertools.count()

    def open(self) -> None:
        self.server = Server(("127.0.0.1", self.port), Conversation)
        self.server.sink = self
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class Conversation(socketserver.StreamRequestHandler):
    """One connection. The mode it began with holds to its end."""

    def handle(self) -> None:
        sink = self.server.sink
        sink.met[sink.mode] += 1
        ways: dict[str, tuple[Callable[[], None], ...]] = {
            "work": (self.take,),
            "refuse": (self.hang_up, self.be_busy, self.know_nobody),
            "hang": (self.be_silent,),
            "die": (self.die_in_the_text, self.die_before_the_answer),
        }
        way = ways[sink.mode]
        try:
            way[next(sink.turn) % len(way)]()
        except (Gone, OSError):
            return

    def take(self) -> None:
        self.converse(self.read_text)

    def hang_up(self) -> None:
        raise Gone

    def be_busy(self) -> None:
        self.say("421 Too busy")

    def know_nobody(self) -> None:
        self.converse(self.read_text, rcpt="554 No such mailbox")

    def be_silent(self) -> None:
        began = time.monotonic()
        time.sleep(SILENCE)
        self.server.sink.silences.append(time.monotonic() - began)

    def die_in_the_text(self) -> None:
        def half() -> bytes:
            self.rfile.readline()
            raise Gone

        self.converse(half)

    def die_before_the_answer(self) -> None:
        def all_of_it() -> bytes:
            self.read_text()
            raise Gone

        self.converse(all_of_it)

    def converse(self, read: Callable[[], bytes], rcpt: str = "250 OK") -> None:
        """A dialogue as in RFC 5321, as far as Django needs it."""
        self.say("220 Sink")
        recipient = ""
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = ADDRESS.search(line)[1].decode()
                self.say(rcpt)
            elif verb == b"DATA":
                self.say("354 Go on")
                self.keep(read(), recipient)
                self.say("250 Taken")
            elif verb == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 OK")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def read_text(self) -> bytes:
        """Up to the line with nothing but a dot; a dot that was doubled on its way is one."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def keep(self, text: bytes, recipient: str) -> None:
        """Before it says yes, as a real one does."""
        message: Message = email.message_from_bytes(text)
        self.server.sink.arrived.append((message["Message-ID"].strip(), recipient))
