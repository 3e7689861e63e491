"""``run``, ``record`` and ``replay``."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cpe_agent import ending
from cpe_agent.commands.inputs import (
    asked,
    profile_of,
    read,
    router_login_of,
    this_host,
)
from cpe_agent.commands.options import measuring_options
from cpe_agent.commands.outputs import answer, draw, show_card, write
from cpe_agent.commands.stop import CANNOT_RUN, STATUS, USAGE, Stop
from cpe_agent.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.facts import Answers, Plan
    from cpe_agent.host import Host
    from cpe_agent.profile import Desk
    from cpe_agent.report import Report


@click.command(help="Diagnose this computer's connection now.")
@measuring_options
@click.option(
    "--router-login",
    metavar="NAME",
    help="If the router tells nothing without it: log in to the router itself (TR-064, never in the clear) as NAME. "
    "Its password is asked for without echo, used for this run and not kept.",
)
@click.option("--router-password-stdin", is_flag=True, help="Read that password from the first line of stdin.")
@click.option("--qr", is_flag=True, help="Then draw what was found as a picture for a telephone's camera.")
def run(*, router_login: str | None, router_password_stdin: bool, **options: Any) -> None:
    if router_password_stdin and router_login is None:
        raise Stop("--router-password-stdin: whose password? Add --router-login NAME", USAGE)
    if options["qr"] and options["as_json"]:
        raise Stop("--qr and --json: choose one; 'cpe-agent qr REPORT.json' draws a report later", USAGE)
    login = None if router_login is None else router_login_of(router_login, from_stdin=router_password_stdin)
    measure_and_show(this_host(login), options, keep=True)


@click.command(
    short_help="Run, and keep every answer in FILE.",
    help="Run, and keep every answer of the system and the network in FILE, to replay them elsewhere.",
)
@click.argument("file", type=click.Path(path_type=Path))
@measuring_options
def record(file: Path, **options: Any) -> None:
    from cpe_agent.host.replay import RecordingHost

    recording = RecordingHost(this_host())

    def keep() -> None:
        write(file, recording.to_json())
        click.echo(f"recorded {recording.count} answers in {file}", err=True)

    measure_and_show(recording.host, options, before_exit=keep, keep=True)


@click.command(
    short_help="Run on the answers of a recording.", help="Run on the answers of a recording instead of this computer."
)
@click.argument("file", type=click.Path(path_type=Path))
@measuring_options
def replay(file: Path, **options: Any) -> None:
    from cpe_agent.host.replay import BadRecording, replay_host

    try:
        host = replay_host(read(file))
    except BadRecording as error:
        raise Stop(f"{file}: {error}", USAGE) from None
    measure_and_show(host, options)


def measure_and_show(host: Host, options: dict[str, Any], before_exit: Any = None, *, keep: bool = False) -> NoReturn:
    """``keep``: leave this run for the next ones, unless the user wants none kept."""
    from cpe_agent.host import loop
    from cpe_agent.report import to_json

    if "help" in options["answer"]:
        from cpe_agent.explain import questions

        click.echo(questions(options["lang"]))
        sys.exit(0)
    plan, answers, desk = asked(options)
    progress = Progress(options["lang"])
    ending.stop_in_order()
    try:
        report = loop.run(_diagnose(host, plan, answers, options, progress, desk if keep else None))
    except KeyboardInterrupt:
        progress.clear()
        raise Stop(ending.SENTENCE, CANNOT_RUN) from None
    progress.clear()
    show: Callable[[], None] = (
        (lambda: click.echo(to_json(report))) if options["as_json"] else (lambda: show_card(report, options["lang"]))
    )
    unsaid = answer(show)
    if unsaid is None and not options["as_json"] and "qr" in options:
        unsaid = answer(lambda: picture_of_run(report, options))
    unwritten: Stop | None = None
    if options["output"] is not None:
        try:
            write(options["output"], to_json(report))
        except Stop as error:  # the verdict was given and stands; a recording is still kept
            unwritten = error
    if before_exit is not None:
        before_exit()
    if keep and plan.history:
        from cpe_agent.keeping import keep_report

        keep_report(report)
    if keep and desk is not None:
        _deliver(report, desk, options["lang"])
    if unwritten is not None:
        raise unwritten
    if unsaid is not None:
        raise Stop(f"the answer could not be printed: {unsaid}", CANNOT_RUN)
    sys.exit(STATUS[report.diagnosis.verdict])


async def _diagnose(
    host: Host, plan: Plan, answers: Answers, options: dict[str, Any], progress: Progress, desk: Desk | None
) -> Report:
    """The run; with a case and a desk its progress is told there meanwhile."""
    from functools import partial

    from cpe_agent.engine import diagnose

    measured = partial(diagnose, host, plan, answers, budget_s=options["budget"], case=options["case"])
    if desk is None or options["case"] is None:
        return await measured(watch=progress.saw)
    from cpe_agent.deliver.live import Live
    from cpe_agent.report import uuid7

    run_id = uuid7()
    async with Live(desk, run_id, options["case"]) as live:

        def saw(section: type, content: Any) -> None:
            progress.saw(section, content)
            live.saw(section, content)

        return await measured(watch=saw, report_id=run_id)


def _deliver(report: Report, desk: Desk, language: str) -> None:
    """The answer is out: whoever reads it to its end must not wait for the desk."""
    from cpe_agent.deliver.command import after_run
    from cpe_agent.report import to_json

    if sys.stdout is not None and not sys.stdout.isatty():
        ending.hush_stdout()
    with suppress(OSError):  # nobody reads stderr any more
        after_run(to_json(report), report.id, report.started, desk, lambda line: click.echo(line, err=True), language)


def picture_of_run(report: Report, options: dict[str, Any]) -> None:
    """The picture that was asked for, or the hint that there is one. The verdict's exit status stands."""
    from cpe_agent.report import to_json

    desk = profile_of(options["profile_file"]).desk
    if options["qr"]:
        output, profile = options["output"], options["profile_file"]  # of a run --output is the report's file
        with_profile = "" if profile is None else f" --profile {profile}"
        instead = f"'cpe-agent qr {output or 'REPORT.json'}{with_profile} --output FILE.svg' draws it into a file"
        if output is None:
            instead = f"add --output REPORT.json, then {instead}"
        try:
            draw(report, to_json(report), desk, options["lang"], instead=instead)
        except Stop as error:
            error.show()
    elif desk is not None and report.diagnosis.verdict != "healthy" and sys.stdout is not None and sys.stdout.isatty():
        from cpe_agent.words import phrase

        click.echo(phrase("picture", "hint", options["lang"]), err=True)
