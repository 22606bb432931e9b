"""Accept messages, or fail in one of the ways of real email servers."""

import asyncio
import email
import itertools
import logging
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.browser.server import free_port

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs every line of every message
LIMIT = 300  # seconds
WAYS = {
    "work": ("take",),
    "refuse": ("hang up", "say 421", "say 451"),
    "hang": ("be silent",),
    "die": ("die in the text", "die before the answer"),
}


class Sink:
    """Run an email server with a ``mode``, one of ``WAYS``.

    While it is closed nothing listens at the port. ``arrived`` has Message-ID and recipient of each message that it
    accepted, ``silences`` how long each connection was left without an answer (seconds).
    """

    def __init__(self):
        self.port = free_port()
        self.mode = "work"
        self.arrived: list[tuple[str, str]] = []
        self.silences: list[float] = []
        self.turn = itertools.count()

    def open(self) -> None:
        self.controller = SinkController(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self) -> None:
        self.controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options) -> str:
        if server.way == "say 451":
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        if server.way == "die before the answer":
            server.transport.abort()
        else:
            message_id = email.message_from_bytes(envelope.content)["Message-ID"].strip()
            self.arrived += [(message_id, recipient) for recipient in envelope.rcpt_tos]
        return "250 Taken"


class SinkController(Controller):
    def factory(self) -> SMTP:
        return Conversation(self.handler, enable_SMTPUTF8=True)


class Conversation(SMTP):
    """Serve one connection, which behaves in one way until it ends."""

    async def _handle_client(self) -> None:
        sink = self.event_handler
        ways = WAYS[sink.mode]
        self.way = ways[next(sink.turn) % len(ways)]
        if self.way == "hang up":
            self.transport.abort()
        elif self.way == "say 421":
            await self.push("421 Too busy")
            self.transport.close()
        elif self.way == "be silent":
            began = time.monotonic()
            try:
                await asyncio.sleep(LIMIT)
            finally:  # the client has given up
                sink.silences.append(time.monotonic() - began)
        else:
            await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:
        if self.way != "die in the text":
            await super().smtp_DATA(arg)
            return
        await self.push("354 Go on")
        await self._reader.readline()
        self.transport.abort()
