"""Starts the desk and keeps it until it is told to end."""

from __future__ import annotations

import signal
import socket
import sys

import click

from cpe_agent.desk.desk import Desk, open_desk
from cpe_agent.desk.logs import Log, open_log
from cpe_agent.desk.people.oidc import BadProvider
from cpe_agent.desk.records.store import Newer
from cpe_agent.desk.secret import NoSecret
from cpe_agent.desk.settings import Settings

ACCEPTING = 16


class CannotStart(Exception):
    """Why, in a sentence."""


def run(settings: Settings, *, demo: bool) -> None:
    """Serve until SIGINT or SIGTERM. Raises CannotStart."""
    listening = _listen(settings.host, settings.port)
    settings = settings._replace(port=listening.getsockname()[1])
    try:
        log = open_log(settings.log)
        desk = open_desk(settings)
    except (OSError, NoSecret, Newer, BadProvider) as error:
        raise CannotStart(str(error)) from None
    _greet(desk, demo=demo)
    click.echo("Ready.", err=True)
    _serve(desk, listening, log)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise CannotStart(f"{host}:{port} cannot be used: {error.strerror}; choose another with --listen") from None
    listening.set_inheritable(True)
    return listening


def doors(listening: socket.socket) -> list[socket.socket]:
    """The same socket several times over. The event loop (libuv) takes one new connection from a listening socket each
    time it comes around; after an outage thousands come at once, and whoever waits unseen is neither answered nor told
    to come back."""
    return [listening, *(listening.dup() for _ in range(ACCEPTING - 1))] if sys.platform != "win32" else [listening]


def _greet(desk: Desk, *, demo: bool) -> None:
    click.echo(
        f"The desk answers at {desk.settings.address}/  (Ctrl-C ends it; data in {desk.settings.data})", err=True
    )
    desk.records.keep("address", desk.settings.address)  # 'desk user' makes links of it
    word = desk.people.first_link()
    if word is not None:
        click.echo(f"Become its first administrator, once: {desk.settings.address}/welcome/{word}", err=True)
    if demo:
        from cpe_agent.desk.demo import fill

        somebody = fill(desk)
        told = f"as {somebody[0]} with the password {somebody[1]}" if somebody else "as before; it is filled already"
        click.echo(f"Twenty examples are in it. Sign in {told}.", err=True)
    sys.stderr.flush()


def _serve(desk: Desk, listening: socket.socket, log: Log) -> None:
    import uvicorn

    from cpe_agent.desk.app import build

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            desk.feed.close()  # or the pages that watch a case would keep the server for as long as it waits
            await super().shutdown(sockets)

    config = uvicorn.Config(
        build(desk, log), http="httptools", loop="uvloop", lifespan="on", log_config=None, access_log=False,
        # The proxy in front, on this machine, says whose request it is: limits go by neighbourhoods.
        proxy_headers=True, forwarded_allow_ips=["127.0.0.1", "::1"],
        server_header=False, timeout_keep_alive=30, timeout_graceful_shutdown=10, backlog=1024,
    )  # fmt: skip

    for told in (signal.SIGINT, signal.SIGTERM):  # uvicorn ends well and then raises it again, for who was there before
        signal.signal(told, lambda *_: None)
    Server(config).run(sockets=doors(listening))
