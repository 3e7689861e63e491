"""The bill of materials of a packed program: CycloneDX 1.6, JSON (https://cyclonedx.org/docs/1.6/json/).

Written from what the archive really holds: the Python packages of its modules, with the version and the hashes that the
lock file allows, the Python itself, and every native library by its own SHA-256.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pack_check import Inside
from pack_plan import LOCK, Plan

from cpe_agent import __version__

_NATIVE = re.compile(r"\.(so(\.[0-9.]+)?|dll|dylib|pyd)$|(^|/)Python$")


def sbom(plan: Plan, inside: Inside) -> bytes:
    """Equal programs have equal bytes."""
    used = {module.partition(".")[0] for module in inside.modules} - sys.stdlib_module_names
    packages = importlib.metadata.packages_distributions()
    names = sorted({packages[top][0] for top in used if top in packages} - {"cpe-agent", "cpe_agent"} | {"pyinstaller"})
    parts = [_python(), *map(_package, names)]
    parts += [_library(name, data) for name, data in sorted(inside.files.items()) if _NATIVE.search(name)]
    found = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'cpe-agent:{plan.build}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(plan.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": "cpe-agent", "name": plan.name, "version": __version__,
                "licenses": [{"license": {"id": "MIT"}}],
                "properties": [{"name": "cpe-agent:build", "value": plan.build}],
            },
        },
        "components": parts,
        "dependencies": [{"ref": "cpe-agent", "dependsOn": [part["bom-ref"] for part in parts]}],
    }  # fmt: skip
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _written(name: str) -> str:
    """As lock files and package addresses write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> list[str]:
    """SHA-256 of the files that the lock file allows for a package."""
    entry = re.search(rf"^{re.escape(_written(name))}==.*(?:\n +.*)*", LOCK.read_text("utf-8"), re.MULTILINE)
    return re.findall(r"sha256:([0-9a-f]{64})", entry[0]) if entry else []


def _package(name: str) -> dict[str, Any]:
    known = importlib.metadata.metadata(name)
    told = known.json
    word = str(told.get("license_expression") or told.get("license") or "see the package")
    where = f"pkg:pypi/{_written(name)}@{known['Version']}"
    found = {
        "type": "library", "bom-ref": where, "name": name, "version": known["Version"], "purl": where,
        "licenses": [{"license": {"name": word.splitlines()[0]}}],
    }  # fmt: skip
    files = [{"type": "distribution", "url": where, "hashes": [_sha(value)]} for value in locked(name)]
    return found | ({"externalReferences": files} if files else {})


def _python() -> dict[str, Any]:
    version = platform.python_version()
    return {
        "type": "framework", "bom-ref": f"python@{version}", "name": platform.python_implementation(),
        "version": version, "licenses": [{"license": {"id": "Python-2.0"}}],
    }  # fmt: skip


def _library(name: str, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"type": "file", "bom-ref": f"file:{name}", "name": Path(name).name, "hashes": [_sha(digest)]}


def _sha(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}
