"""What a command is given, checked before anything is measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.packed import case_in_path

if TYPE_CHECKING:
    from cpe_agent.facts import Answers, Plan
    from cpe_agent.host import Host, RouterLogin
    from cpe_agent.profile import Desk, Profile
    from cpe_agent.report import Report

LEAST_S, MOST_S = 0.2, 120.0  # what --budget may ask for


def router_login_of(name: str, *, from_stdin: bool) -> RouterLogin:
    from cpe_agent.host.core_dump import no_core_dump
    from cpe_agent.login.secret import BadSecret, read_secret

    no_core_dump()
    try:
        secret = read_secret(from_stdin=from_stdin, prompt="prompt.router", option="--router-password-stdin")
    except BadSecret as error:
        raise Stop(str(error), USAGE) from None
    return lambda: (name, secret.reveal().decode("utf-8", "surrogateescape"))


def this_host(router_login: RouterLogin | None = None) -> Host:
    from cpe_agent.collector import CannotMeasure
    from cpe_agent.host import this_host

    try:
        return this_host(router_login)
    except CannotMeasure as error:
        raise Stop(error.reason, CANNOT_RUN) from None


def plan_of(file: Path | None) -> Plan:
    return profile_of(file).plan


def profile_of(file: Path | None) -> Profile:
    from cpe_agent.profile import BadProfile, own_profile, read_profile

    if file is None:
        return own_profile()
    try:
        return read_profile(file)
    except BadProfile as error:
        raise Stop(str(error), USAGE) from None


def answers_of(pairs: tuple[str, ...]) -> Answers:
    from cpe_agent.answers import BadAnswer, parse
    from cpe_agent.facts import Answers

    try:
        return Answers(parse(pairs))
    except BadAnswer as error:
        raise Stop(f"--answer {error}", USAGE) from None


def asked(options: dict[str, Any]) -> tuple[Plan, Answers, Desk | None]:
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
    options["case"] = case_in_path() if options["case"] is None else case_of(options["case"])
    plan, desk = profile_of(options["profile_file"])
    complaint = complaint or ("site" if target else None)
    plan = plan._replace(target=target, complaint=complaint, deep=options["deep"], history=not options["no_history"])
    return plan, answers_of(options["answer"]), None if options["no_upload"] else desk


def case_of(text: str) -> str:
    from cpe_agent.case_code import read_case_code

    code = read_case_code(text)
    if code is None:
        raise Stop(f"--case {text}: no case code; compare its eight characters with the ones you were given", USAGE)
    return code


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Stop(f"{path}: cannot be read: {error.strerror}", USAGE) from None


def load(path: Path) -> Report:
    from cpe_agent.report import BadReport, from_json

    try:
        return from_json(read(path))
    except BadReport as error:
        raise Stop(f"{path}: {error}", USAGE) from None
