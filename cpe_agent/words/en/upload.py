"""English sentences about where the report is: kept on this computer, on its way, or with the provider's desk."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    # what came of one try
    "sent": "The report {id} is with the provider's desk ({desk}). The desk calls it {locator}.",
    "kept": "The report {id} is kept on this computer: {reason}",
    "refused": "The provider's desk does not take the report {id}: {reason} It stays here to be read: cpe-agent outbox "
    "show {id}",
    "other-desk": "The report {id} was made for the desk of {desk}. It is not sent anywhere else.",
    "too-old": "The report {id} of {made} waited for seven days without a way out. It was deleted.",
    "not-noted": "The outbox on this computer cannot be written at this moment, so something may be sent once more.",
    "busy": "Another cpe-agent is sending at this moment.",
    # after a run
    "goes.by-itself": "It is tried again after you log in to this computer, and at every check. To try now: "
    "cpe-agent send --all",
    "goes.by-command": "It goes when you check again, or with: cpe-agent send",
    "no-time": "The report is kept on this computer: the desk did not answer in a few seconds.",
    # the commands
    "no-desk": "Where to? Add --profile FILE, a profile whose [desk] names the provider's desk.",
    "nothing": "Nothing waits to be sent.",
    "empty": "The outbox is empty.",
    "unknown": "No report in the outbox has the id {id}: cpe-agent outbox list",
    "several": "Several reports fit {id}: write more of it.",
    "which": "Which one? Write its id, or --all.",
    "was-sent": "The report {id} was sent {sent} and is not kept here any more. The desk calls it {locator}.",
    "forgotten": "The report {id} was deleted from this computer.",
    "damaged": "{file} is damaged and cannot be sent. Delete it with: cpe-agent outbox forget --all",
    "list.kept": "{id}  made {made}  waits; tries so far: {tries}; next try {next_try}",
    "list.sent": "{id}  made {made}  sent {sent} to {desk} as {locator}",
    "list.refused": "{id}  made {made}  not taken by the desk: {reason}",
    "next.now": "at once",
    # the login task
    "task.on": "After you log in to this computer, what waits is sent by itself: {file}",
    "task.off": "Nothing is sent by itself after a login.",
    "task.was-on": "Nothing is sent by itself after a login any more.",
    "task.unsupported": "Sending after a login is not in this version for this system.",
    "task.denied": "The login task could not be changed: {reason}",
    # why nothing can be kept
    "cannot-keep.full": "The report could not be kept: the disk is full. Free some space and check again, or write it "
    "elsewhere with --output.",
    "cannot-keep.denied": "The report could not be kept: this user may not write to the program's folder.",
    "cannot-keep.busy": "The report could not be kept: another cpe-agent holds the outbox.",
    "cannot-keep.no-folder": "The report could not be kept: the program's folder cannot be used.",
    "cannot-keep.too-large": "The report could not be kept: it is larger than the desk takes.",
    "cannot-keep.other-content": "Another report with this id is in the outbox. This one was changed after it was made.",
    "cannot-keep.no-report": "This is no report that can be sent: its id is not one of ours.",
    # why it has not gone
    "reason.no-way": "there is no way to the desk from here yet.",
    "reason.silent": "the desk did not answer.",
    "reason.name": "the desk's name could not be looked up.",
    "reason.cut": "the connection to the desk broke off.",
    "reason.certificate": "what answered could not prove that it is the desk.",
    "reason.answer": "the desk's answer could not be understood.",
    "reason.crowded": "the desk is busy and asks for patience.",
    "reason.other-desk": "it was made for another desk.",
    "reason.trouble": "the desk has a trouble of its own ({said}).",
    # why the desk will not take it
    "reason.400": "it arrived changed. {said}",
    "reason.409": "it already has another report with this id. {said}",
    "reason.413": "it is too large. {said}",
    "reason.415": "it does not know this kind of report. {said}",
    "reason.422": "it cannot read it. {said}",
}

COUNTED: dict[str, tuple[str, str]] = {
    "still-kept": ("{n} report is kept on this computer.", "{n} reports are kept on this computer."),
    "later": ("{n} report waits for its time. To try now: cpe-agent send --all",
              "{n} reports wait for their time. To try now: cpe-agent send --all"),
}  # fmt: skip
