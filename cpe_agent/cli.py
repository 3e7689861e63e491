"""The command line: thin commands over the engine. stdout carries the answer, stderr the progress."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cpe_agent import ending
from cpe_agent.language import spoken
from cpe_agent.terminal import Progress, columns, screen, width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_agent.facts import Answers, Plan
    from cpe_agent.host import Host, RouterLogin
    from cpe_agent.page.session import Deliverer
    from cpe_agent.profile import Desk, Profile
    from cpe_agent.report import Report

HEALTHY, FAULT, USAGE, INCONCLUSIVE, CANNOT_RUN = 0, 1, 2, 3, ending.CANNOT_RUN
STATUS = {"healthy": HEALTHY, "fault": FAULT, "inconclusive": INCONCLUSIVE}
LANGUAGES = ("he", "en", "ar", "ru")
LEAST_S, MOST_S = 0.2, 120.0  # what --budget may ask for
COMPLAINTS = ("no-internet", "slow", "drops", "site", "other")


class Stop(click.ClickException):
    """A sentence on stderr and an exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        setattr(self, "exit_code", status)  # noqa: B010  # click declares a class variable and reads the instance

    def show(self, file: Any = None) -> None:
        click.echo(f"cpe-agent: {self.message}", file=file or sys.stderr)


@contextmanager
def _ending_well() -> Iterator[None]:
    """Interrupted, or its answer no longer wanted (``| head -1``), it could not run: click's own ending of both would
    be the status of a named fault."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stop(ending.SENTENCE, CANNOT_RUN) from None
    except OSError as error:
        from errno import ENOSPC, EPIPE

        if error.errno not in (EPIPE, ENOSPC):
            raise
        ending.hush_stdout()
        if error.errno == EPIPE:
            raise click.exceptions.Exit(CANNOT_RUN) from None
        raise Stop(f"the answer could not be printed: {error.strerror}", CANNOT_RUN) from None


class _Commands(click.Group):
    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with _ending_well():  # --help is answered here
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with _ending_well():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Finds out why this computer is offline, and whose fault it is, in seconds and with the evidence.\n\n"
    "Without a command: the same as 'run'. Exit status: 0 healthy, 1 a fault is named, 2 wrong usage, "
    "3 inconclusive, 4 could not run.",
    epilog="Start with 'cpe-agent run'. 'cpe-agent explain FAULT' tells what a fault means, "
    "'cpe-agent decode CODE' reads the digits that a customer speaks.",
)
@click.version_option(package_name="cpe-agent", message="cpe-agent %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        from cpe_agent.terminal import double_clicked

        context.invoke(page if double_clicked() else run)


_language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), callback=lambda _context, _option, value: spoken(value),
    help="Language of the answer. Default: the system's.",
)  # fmt: skip


def _measuring_options(command: Any) -> Any:
    """What ``run`` and ``record`` share."""
    for option in reversed(
        (
            click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object, nothing else."),
            click.option("--output", type=click.Path(path_type=Path), help="Also write the JSON report to this file."),
            click.option("--deep", is_flag=True, help="Measure everything to its end, up to 20 s."),
            click.option("--budget", type=float, help="Seconds the run may take, 0.2 to 120 (8; deep 20)."),
            click.option(
                "--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML)."
            ),
            click.option("--case", help="Case code to put into the report."),
            click.option("--complaint", type=click.Choice(COMPLAINTS), help="What the customer complains about."),
            click.option(
                "--answer",
                multiple=True,
                metavar="KEY=VALUE",
                help="What you saw or were told, for example line-lamp=off; repeatable. '--answer help' lists them.",
            ),
            click.option("--target", metavar="HOST-OR-URL", help="A site that does not open."),
            click.option("--no-history", is_flag=True, help="Neither read nor keep what runs on this computer found."),
            click.option(
                "--no-upload", is_flag=True, help="Send no report to the provider's desk, and keep none for it."
            ),
            _language_option,
        )
    ):
        command = option(command)
    return command


@cli.command(help="Diagnose this computer's connection now.")
@_measuring_options
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
    login = None if router_login is None else _router_login(router_login, from_stdin=router_password_stdin)
    _measure_and_show(_this_host(login), options, keep=True)


@cli.command(help="The customer's page: checks at once and shows it in the browser, step by step.")
@_language_option
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@click.option("--case", help="Case code to put into the report.")
@click.option("--complaint", type=click.Choice(COMPLAINTS), help="What the customer complains about.")
@click.option("--target", metavar="HOST-OR-URL", help="A site that does not open.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
@click.option("--no-history", is_flag=True, help="Neither read nor keep what runs on this computer found.")
@click.option("--no-upload", is_flag=True, help="Upload no report.")
def page(*, lang: str, no_browser: bool, **options: Any) -> None:
    from cpe_agent.collector import CannotMeasure
    from cpe_agent.page.command import Page, run_page

    options |= {"budget": None, "deep": False, "answer": ()}
    plan, answers, desk = _asked(options)

    def deliverer() -> Deliverer | None:
        if desk is None:
            return None
        from cpe_agent.deliver.command import CannotRun, outbox_here
        from cpe_agent.page.delivery import ToDesk

        try:
            return ToDesk(desk, outbox_here(lang), options["case"], options["profile_file"])
        except CannotRun as error:
            click.echo(f"cpe-agent: {error}", err=True)
            return None

    try:
        verdict = run_page(Page(_this_host, plan, answers, lang, options["case"], not no_browser, deliverer))
    except CannotMeasure as error:
        raise Stop(error.reason, CANNOT_RUN) from None
    sys.exit(CANNOT_RUN if verdict is None else STATUS[verdict])


@cli.command(help="Run, and keep every answer of the system and the network in FILE, to replay them elsewhere.")
@click.argument("file", type=click.Path(path_type=Path))
@_measuring_options
def record(file: Path, **options: Any) -> None:
    from cpe_agent.host.replay import RecordingHost

    recording = RecordingHost(_this_host())

    def keep() -> None:
        _write(file, recording.to_json())
        click.echo(f"recorded {recording.count} answers in {file}", err=True)

    _measure_and_show(recording.host, options, before_exit=keep, keep=True)


@cli.command(help="Run on the answers of a recording instead of this computer.")
@click.argument("file", type=click.Path(path_type=Path))
@_measuring_options
def replay(file: Path, **options: Any) -> None:
    from cpe_agent.host.replay import BadRecording, replay_host

    try:
        host = replay_host(_read(file))
    except BadRecording as error:
        raise Stop(f"{file}: {error}", USAGE) from None
    _measure_and_show(host, options)


@cli.command(name="explain", help="What a fault means, what proves it, and what separates it from its look-alikes.")
@click.argument("fault")
@click.option("--rules", is_flag=True, help="Also the rules of the catalogue, as they are written.")
@_language_option
def explain_(fault: str, rules: bool, lang: str) -> None:
    from cpe_agent.explain import explain, nearest

    text = explain(fault, lang, rules=rules, width=width())
    if text is None:
        near = nearest(fault)
        hint = f"; did you mean {', '.join(near)}?" if near else "; 'cpe-agent faults' lists them all"
        raise Stop(f"no fault is called {fault!r}{hint}", USAGE)
    click.echo(text)


@cli.command(name="faults", help="Every fault this version can name.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: code, number, owner, acts, effect, breaks.")
@_language_option
def faults_(as_json: bool, lang: str) -> None:
    from cpe_agent.explain import table, table_json

    click.echo(table_json() if as_json else table(lang))


@cli.command(
    help="Read the spoken code of a run: fifteen digits, spaces or not, as it was spoken or keyed. Write ? for a digit "
    "that was not heard."
)
@click.argument("code", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@_language_option
def decode(code: tuple[str, ...], as_json: bool, lang: str) -> None:
    from cpe_agent.decoded import card, plain
    from cpe_agent.deliver.spoken_code import Unreadable

    try:
        if as_json:
            import json

            click.echo(json.dumps(plain(" ".join(code))))
        else:
            click.echo(card(" ".join(code), language=lang, **screen()), nl=False)
    except Unreadable as error:
        raise Stop(f"this code cannot be read: {error}", USAGE) from None


@cli.command(
    help="Draw a report as a picture (QR code): a telephone's camera reads it and its own network carries it to the "
    "provider's desk. Where the profile names no desk, it holds the verdict and the code to read out."
)
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@click.option("--full", is_flag=True, help="The whole report, measurements too: several pictures.")
@click.option("--output", type=click.Path(path_type=Path), help="Write FILE.svg or FILE.png; without it, draw it here.")
@_language_option
def qr(report: Path, profile_file: Path | None, full: bool, output: Path | None, lang: str) -> None:
    from cpe_agent.deliver.qr_command import sealed

    _draw(_load(report), sealed(_read(report)), _profile_of(profile_file).desk, lang, full=full, output=output)


@cli.command(name="judge", help="Judge the facts of an earlier report again, with this version's catalogue.")
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the new diagnosis as JSON.")
@_language_option
def judge_(report: Path, as_json: bool, lang: str) -> None:
    from dataclasses import replace

    from cpe_agent.engine import judge_again
    from cpe_agent.facts import Plan
    from cpe_agent.report import BadReport, diagnosis_of, facts_of, spoken_code, to_json

    old = _load(report)
    try:
        judgement = judge_again(old)
        new = diagnosis_of(judgement, facts_of(old)[Plan])
    except BadReport as error:
        raise Stop(f"{report}: {error}", USAGE) from None
    judged = replace(old, diagnosis=new, spoken_code=spoken_code(judgement, new, old.id))
    if as_json:
        click.echo(to_json(judged).decode())
    else:
        was, now = (f"{d.verdict} {d.fault or ''}".strip() for d in (old.diagnosis, new))
        click.echo(f"was: {was}\nnow: {now}\n" if was != now else f"the same verdict as then: {now}\n")
        _card(judged, lang)
    sys.exit(STATUS[new.verdict])


@cli.command(help="What changed between two reports, in words first.")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every single fact that differs, too.")
@_language_option
def compare(before: Path, after: Path, everything: bool, lang: str) -> None:
    from cpe_agent.compare import compare as compare_reports

    reports = _load(before), _load(after)
    click.echo(compare_reports(*reports, language=lang, everything=everything, width=width()), nl=False)


@cli.command(help="The way to HOST, all hops asked at once: loss and time by hop. Without HOST: a public address.")
@click.argument("host", required=False)
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True, help="Probes a hop.")
def trace(host: str | None, rounds: int) -> None:
    import asyncio

    from cpe_agent.collector import CannotMeasure
    from cpe_agent.profile import BUILT_IN
    from cpe_agent.target import BadTarget, check_host
    from cpe_agent.trace import NoAddress, trace_text

    ending.stop_in_order()
    try:
        target = BUILT_IN.literals[0].address if host is None else check_host(host)
    except BadTarget as error:
        raise Stop(str(error), USAGE) from None
    try:
        text = asyncio.run(trace_text(_this_host(), target, rounds))
    except (CannotMeasure, NoAddress) as error:
        raise Stop(str(error), CANNOT_RUN) from None
    click.echo(text, nl=False)


@cli.command(
    name="login-test",
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
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@click.option(
    "--yes",
    is_flag=True,
    help="Try although a rule forbids it (refusals in quick succession can lock the account), and allow PAP, the "
    "password in the clear, to any concentrator.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object; the stages go to stderr.")
@_language_option
@click.pass_context
def login_test(context: click.Context, /, *, lang: str, **options: Any) -> None:
    if context.args:
        raise Stop(
            "login-test takes options alone; a password is asked for, or read from stdin with --password-stdin, and "
            "never an argument, which others on this computer could read",
            USAGE,
        )
    from cpe_agent.login.command import CannotStart, WrongUse, run_login_test

    plan = _plan_of(options.pop("profile_file"))
    as_json = options.pop("as_json")
    ending.stop_in_order()  # a session that was begun is closed
    try:
        verdict = run_login_test(
            _this_host(), plan.concentrators, plan.realms, say=lambda line: click.echo(line, err=True), **options
        )
    except WrongUse as error:
        raise Stop(str(error), USAGE) from None
    except CannotStart as error:
        raise Stop(str(error), CANNOT_RUN) from None
    import json
    import time

    from cpe_agent.login.shown import shown

    text = json.dumps(verdict.plain()) if as_json else shown(verdict, plan, time.time(), lang).rstrip("\n")
    unsaid = _answer(lambda: click.echo(text))
    if unsaid is not None:
        raise Stop(f"the answer could not be printed: {unsaid}", CANNOT_RUN)
    sys.exit(verdict.status)


@cli.command(
    help="No program on the computer in question? Answer a few questions instead: what the lamps do, what else works. "
    "It ends with the same kind of verdict and code. Answers alone prove nothing, so they name suspects only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole dialogue as JSON, for a telephone menu.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the dialogue as a plain page.")
@click.option("--output", type=click.Path(path_type=Path), help="Also write the JSON report to this file.")
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@click.option("--case", help="Case code to put into the report.")
@_language_option
def questionnaire(
    as_json: bool, html: Path | None, output: Path | None, profile_file: Path | None, case: str | None, lang: str
) -> None:
    plan = _plan_of(profile_file)
    if as_json or html is not None:
        _write_dialogue(plan, html, lang, as_json=as_json)
        return
    import time

    from cpe_agent.asking import ask_all
    from cpe_agent.questionnaire import report_of
    from cpe_agent.report import to_json
    from cpe_agent.words import phrase

    began = time.monotonic()
    given = ask_all(input, click.echo, lang)
    if given is None:
        raise Stop(phrase("questionnaire", "terminal.ended", lang), CANNOT_RUN)
    report = report_of(plan, given, seconds=time.monotonic() - began, case=None if case is None else _case_of(case))
    click.echo()
    _card(report, lang)
    if output is not None:
        _write(output, to_json(report))
    sys.exit(STATUS[report.diagnosis.verdict])


def _write_dialogue(plan: Plan, html: Path | None, lang: str, *, as_json: bool) -> None:
    from cpe_agent.dialogue import dialogue

    description = dialogue(plan)
    if html is not None:
        from cpe_agent.dialogue_page import page

        _write(html, page(description, lang).encode())
    if as_json:
        import json

        click.echo(json.dumps(description, ensure_ascii=False))


@cli.command(
    name="send",
    help="Send the reports that are kept on this computer to the provider's desk; with REPORT.json also that one.\n\n"
    "Exit status: 0 all are sent, 3 something is still kept, 4 could not run.",
)
@click.argument("report", type=click.Path(path_type=Path), required=False)
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@click.option("--all", "everything", is_flag=True, help="Also what waits for its next try, and what was refused.")
@click.option("--wait", type=click.IntRange(0, 10_080), default=0, help="Go on for so many minutes.")
@click.option("--quiet", is_flag=True, help="Say nothing.")
@_language_option
def send(report: Path | None, profile_file: Path | None, everything: bool, wait: int, quiet: bool, lang: str) -> None:
    with _delivering() as command:
        desk = None if profile_file is None else _profile_of(profile_file).desk
        data = None if report is None else _read(report)
        ending.stop_in_order()
        say = (lambda _line: None) if quiet else click.echo
        sys.exit(command.send(desk, data, everything=everything, wait_s=wait * 60, say=say, language=lang))


@cli.group(help="The reports on this computer that wait for the provider's desk, and receipts of those it has.")
def outbox() -> None:
    pass


@outbox.command(name="list", help="One line a report.")
@_language_option
def outbox_list(lang: str) -> None:
    with _delivering() as command:
        click.echo("\n".join(command.listed(command.outbox_here(lang), lang)))


@outbox.command(name="show", help="Print a report as it was or will be sent. ID: its beginning or its end will do.")
@click.argument("wanted", metavar="ID")
@_language_option
def outbox_show(wanted: str, lang: str) -> None:
    with _delivering() as command:
        data, sentence = command.shown(command.outbox_here(lang), wanted, lang)
        click.echo(sentence, err=data is not None)
        if data is not None:
            click.echo(data)


@outbox.command(name="forget", help="Delete a report, or with --all everything, from this computer.")
@click.argument("wanted", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything, receipts and damaged files too.")
@_language_option
def outbox_forget(wanted: str | None, everything: bool, lang: str) -> None:
    with _delivering() as command:
        done = command.forgotten(command.outbox_here(lang), wanted, everything=everything, language=lang)
        click.echo("\n".join(done))


@outbox.command(
    name="task", help="Should what waits be sent by itself after you log in to this computer? Default: off."
)
@click.argument("word", type=click.Choice(("on", "off", "status")))
@click.option("--profile", "profile_file", type=click.Path(path_type=Path), help="The ISP's profile (TOML).")
@_language_option
def outbox_task(word: str, profile_file: Path | None, lang: str) -> None:
    with _delivering() as command:
        has_desk = profile_file is not None and _profile_of(profile_file).desk is not None
        click.echo(command.task(word, profile_file, has_desk=has_desk, language=lang))


@cli.group(help="The ISP's profile.")
def profile() -> None:
    pass


@profile.command(name="check", help="Check a profile file and say what it holds.")
@click.argument("file", type=click.Path(path_type=Path))
def profile_check(file: Path) -> None:
    plan, desk = _profile_of(file)
    click.echo(
        f"{file} is a usable profile.\n"
        f"  provider        {plan.isp_name or '(not named)'}\n"
        f"  line's owner    {plan.infrastructure or 'the provider itself'}\n"
        f"  router's owner  {plan.cpe_owner or 'not said: its faults are for the customer'}\n"
        f"  homes connect   by {plan.wan}\n"
        f"  resolvers       {', '.join(plan.resolvers) or '(none listed)'}\n"
        f"  concentrators   {', '.join(plan.concentrators) or '(none listed)'}\n"
        f"  walled garden   {', '.join(plan.walled_garden) or '(none listed)'}\n"
        f"  literals        {len(plan.literals)} of {len({t.network for t in plan.literals})} networks\n"
        f"  domestic        {', '.join(t.address for t in plan.domestic) or '(none listed)'}\n"
        f"  checks          {len(plan.captive)} captive, {len(plan.https)} encrypted, {len(plan.names)} names\n"
        f"  desk            {', '.join(desk.urls) if desk is not None else '(none: reports stay here)'}"
    )


# ------------------------------------------------------------------ what the commands share


def _router_login(name: str, *, from_stdin: bool) -> RouterLogin:
    from cpe_agent.host.core_dump import no_core_dump
    from cpe_agent.login.secret import BadSecret, read_secret

    no_core_dump()
    try:
        secret = read_secret(from_stdin=from_stdin, prompt="prompt.router", option="--router-password-stdin")
    except BadSecret as error:
        raise Stop(str(error), USAGE) from None
    return lambda: (name, secret.reveal().decode("utf-8", "surrogateescape"))


def _this_host(router_login: RouterLogin | None = None) -> Host:
    from cpe_agent.collector import CannotMeasure
    from cpe_agent.host import this_host

    try:
        return this_host(router_login)
    except CannotMeasure as error:
        raise Stop(error.reason, CANNOT_RUN) from None


@contextmanager
def _delivering() -> Iterator[Any]:
    """``cpe_agent.deliver.command``, what it cannot do as sentences and statuses."""
    from cpe_agent.deliver import command

    try:
        yield command
    except command.WrongUse as error:
        raise Stop(str(error), USAGE) from None
    except command.CannotRun as error:
        raise Stop(str(error), CANNOT_RUN) from None


def _plan_of(file: Path | None) -> Plan:
    return _profile_of(file).plan


def _profile_of(file: Path | None) -> Profile:
    from cpe_agent.profile import BUILT_IN, BadProfile, Profile, read_profile

    if file is None:
        return Profile(BUILT_IN)
    try:
        return read_profile(file)
    except BadProfile as error:
        raise Stop(str(error), USAGE) from None


def _answers_of(pairs: tuple[str, ...]) -> Answers:
    from cpe_agent.answers import BadAnswer, parse
    from cpe_agent.facts import Answers

    try:
        return Answers(parse(pairs))
    except BadAnswer as error:
        raise Stop(f"--answer {error}", USAGE) from None


def _asked(options: dict[str, Any]) -> tuple[Plan, Answers, Desk | None]:
    """What this run is asked to do, checked before anything is measured."""
    from cpe_agent.target import BadTarget, check_target

    target, complaint, budget = options["target"], options["complaint"], options["budget"]
    if budget is not None and not LEAST_S <= budget <= MOST_S:  # holds for NaN too
        raise Stop(f"--budget {budget:g}: give {LEAST_S:g} to {MOST_S:g} seconds", USAGE)
    if complaint == "site" and target is None:
        raise Stop("--complaint site: which site? Add --target HOST-OR-URL", USAGE)
    try:
        target = None if target is None else check_target(target)
    except BadTarget as error:
        raise Stop(f"--target: {error}", USAGE) from None
    if options["case"] is not None:
        options["case"] = _case_of(options["case"])
    plan, desk = _profile_of(options["profile_file"])
    complaint = complaint or ("site" if target else None)
    plan = plan._replace(target=target, complaint=complaint, deep=options["deep"], history=not options["no_history"])
    return plan, _answers_of(options["answer"]), None if options["no_upload"] else desk


def _case_of(text: str) -> str:
    from cpe_agent.case_code import read_case_code

    code = read_case_code(text)
    if code is None:
        raise Stop(f"--case {text}: no case code; compare its eight characters with the ones you were given", USAGE)
    return code


def _measure_and_show(host: Host, options: dict[str, Any], before_exit: Any = None, *, keep: bool = False) -> NoReturn:
    """``keep``: leave this run for the next ones, unless the user wants none kept."""
    import asyncio

    from cpe_agent.report import to_json

    if "help" in options["answer"]:
        from cpe_agent.explain import questions

        click.echo(questions(options["lang"]))
        sys.exit(0)
    plan, answers, desk = _asked(options)
    progress = Progress(options["lang"])
    ending.stop_in_order()
    try:
        report = asyncio.run(_diagnose(host, plan, answers, options, progress, desk if keep else None))
    except KeyboardInterrupt:
        progress.clear()
        raise Stop(ending.SENTENCE, CANNOT_RUN) from None
    progress.clear()
    show: Callable[[], None] = (
        (lambda: click.echo(to_json(report))) if options["as_json"] else (lambda: _card(report, options["lang"]))
    )
    unsaid = _answer(show)
    if unsaid is None and not options["as_json"] and "qr" in options:
        unsaid = _answer(lambda: _picture(report, options))
    unwritten: Stop | None = None
    if options["output"] is not None:
        try:
            _write(options["output"], to_json(report))
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


def _answer(say: Callable[[], None]) -> str | None:
    """Print the answer. When stdout is closed, full or gone, the reason; the file of --output can still be written."""
    if sys.stdout is None:
        return "stdout is closed"
    try:
        say()
        sys.stdout.flush()
    except OSError as error:
        ending.hush_stdout()
        return error.strerror
    return None


def _card(report: Report, language: str) -> None:
    from cpe_agent.card import card

    click.echo(card(report, language=language, **screen()), nl=False)


def _draw(
    report: Report, data: bytes, desk: Desk | None, lang: str, *, full: bool = False, output: Path | None = None
) -> None:
    from cpe_agent.deliver.qr_command import CannotShow, as_files, beside, on_terminal, pictures
    from cpe_agent.words import phrase

    shown = pictures(data, desk, full=full, language=lang)
    look = {**screen(), "width": columns()}
    try:
        for path, picture in as_files(shown, output, lang) if output is not None else ():
            _write(path, picture, end=b"")
            click.echo(f"written: {path}")
        for frame in shown if output is None else ():
            click.echo(on_terminal(frame, **look))
            if frame.order < frame.count:
                click.pause(phrase("picture", "of", lang).format(order=frame.order, count=frame.count))
    except CannotShow as error:
        raise Stop(str(error), USAGE) from None
    click.echo(beside(shown, report, width=width(), language=lang), nl=False)


def _picture(report: Report, options: dict[str, Any]) -> None:
    """The picture that was asked for, or the hint that there is one. The verdict's exit status stands."""
    from cpe_agent.report import to_json

    desk = _profile_of(options["profile_file"]).desk
    if options["qr"]:
        try:
            _draw(report, to_json(report), desk, options["lang"])
        except Stop as error:
            error.show()
    elif desk is not None and report.diagnosis.verdict != "healthy" and sys.stdout is not None and sys.stdout.isatty():
        from cpe_agent.words import phrase

        click.echo(phrase("picture", "hint", options["lang"]), err=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(f"{path}: cannot be read: {error.strerror}", USAGE) from None


def _load(path: Path) -> Report:
    from cpe_agent.report import BadReport, from_json

    try:
        return from_json(_read(path))
    except BadReport as error:
        raise Stop(f"{path}: {error}", USAGE) from None


def _write(path: Path, data: bytes, end: bytes = b"\n") -> None:
    from cpe_agent.deliver.file import write

    try:
        write(path, data + end)
    except OSError as error:
        raise Stop(f"{path}: cannot be written: {error.strerror}", CANNOT_RUN) from None
