"""``trace`` and ``login-test``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cpe_agent import ending
from cpe_agent.commands.inputs import plan_of, this_host
from cpe_agent.commands.options import language_option, profile_option
from cpe_agent.commands.outputs import answer
from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop

if TYPE_CHECKING:
    pass


@click.command(
    short_help="The way to HOST, hop by hop.",
    help="The way to HOST, all hops asked at once: loss and time by hop. Without HOST: a public address.",
)
@click.argument("host", required=False)
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True, help="Probes a hop.")
def trace(host: str | None, rounds: int) -> None:
    from cpe_agent.collector import CannotMeasure
    from cpe_agent.host import loop
    from cpe_agent.profile import BUILT_IN
    from cpe_agent.target import BadTarget, check_host
    from cpe_agent.trace import NoAddress, trace_text

    ending.stop_in_order()
    try:
        target = BUILT_IN.literals[0].address if host is None else check_host(host)
    except BadTarget as error:
        raise Stop(str(error), USAGE) from None
    try:
        text = loop.run(trace_text(this_host(), target, rounds))
    except (CannotMeasure, NoAddress) as error:
        raise Stop(str(error), CANNOT_RUN) from None
    click.echo(text, nl=False)


@click.command(
    name="login-test",
    short_help="Is this user name and password accepted?",
    help="Does the provider accept this user name and password? One PPPoE login on the wire, from a computer that is "
    "connected straight to the modem. The password is asked for without echo, kept in memory only and sent to nobody "
    "but the concentrator that answers. Needs root or CAP_NET_RAW.\n\n"
    "Exit status: 0 accepted, 1 a fault is named, 2 wrong usage, 3 inconclusive, 4 could not run.",
    context_settings={"allow_extra_args": True},  # refused below: click would print what may be the password
)
@click.option("--interface", metavar="IF", help="The interface at the modem. Default: the one wired one that is up.")
@click.option("--user", required=True, metavar="NAME", help="The user name of the Internet login.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--service", default="", metavar="NAME", help="PPPoE service name. Default: any.")
@click.option("--vlan", type=click.IntRange(1, 4094), help="802.1Q VLAN of the provider's line.")
@click.option(
    "--method",
    type=click.Choice(("auto", "chap", "pap", "mschapv2")),
    default="auto",
    show_default=True,
    help="Way of logging in; auto: one that the concentrator asks for.",
)
@profile_option
@click.option(
    "--yes",
    is_flag=True,
    help="Try although a rule forbids it (refusals in quick succession can lock the account), and allow PAP, the "
    "password in the clear, to any concentrator.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object; the stages go to stderr.")
@language_option
@click.pass_context
def login_test(context: click.Context, /, *, lang: str, **options: Any) -> None:
    if context.args:
        raise Stop(
            "login-test takes options alone; a password is asked for, or read from stdin with --password-stdin, and "
            "never an argument, which others on this computer could read",
            USAGE,
        )
    from cpe_agent.login.command import CannotStart, WrongUse, run_login_test

    plan = plan_of(options.pop("profile_file"))
    as_json = options.pop("as_json")
    ending.stop_in_order()  # a session that was begun is closed
    try:
        verdict = run_login_test(
            this_host(), plan.concentrators, plan.realms, say=lambda line: click.echo(line, err=True), **options
        )
    except WrongUse as error:
        raise Stop(str(error), USAGE) from None
    except CannotStart as error:
        raise Stop(str(error), CANNOT_RUN) from None
    import json
    import time

    from cpe_agent.login.shown import shown

    text = json.dumps(verdict.plain()) if as_json else shown(verdict, plan, time.time(), lang).rstrip("\n")
    unsaid = answer(lambda: click.echo(text))
    if unsaid is not None:
        raise Stop(f"the answer could not be printed: {unsaid}", CANNOT_RUN)
    sys.exit(verdict.status)
