"""The desk's figures for Prometheus. Counted where things happen, read where somebody asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

from cpe_agent import __version__
from cpe_agent.desk.archive import Unavailable

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from cpe_agent.desk.desk import Desk

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    def __init__(self, desk: Desk) -> None:
        self.registry = registry = CollectorRegistry()
        told = "Uploads that were answered, by status: 201 is stored."
        self._reports = Counter("cpe_agent_desk_reports", told, ["status", "way"], registry=registry)
        told, names = "From a request's head to its answer's end.", ["route", "method", "status"]
        self._requests = Histogram("cpe_agent_desk_request_seconds", told, names, buckets=SECONDS, registry=registry)
        told = "Reports in one commit."
        self._batch = Histogram("cpe_agent_desk_commit_reports", told, buckets=BATCHES, registry=registry)
        told = "How long a commit took."
        self._commit = Histogram("cpe_agent_desk_commit_seconds", told, buckets=SECONDS, registry=registry)
        self.registry.register(_State(desk))

    def uploaded(self, status: int, way: str) -> None:
        """``way``: report or picture."""
        self._reports.labels(str(status), way).inc()

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).observe(seconds)

    def committed(self, reports: int, seconds: float) -> None:
        self._batch.observe(reports)
        self._commit.observe(seconds)

    def text(self) -> tuple[bytes, str]:
        """In Prometheus's text format, and its media type."""
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _State:
    """What is so now: asked for at every look."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        desk = self._desk
        yield InfoMetricFamily("cpe_agent_desk", "This program.", {"version": __version__})
        yield _gauge("waiting", "Reports between the network and the disk.", desk.writer.waiting)
        yield _gauge("watchers", "Open live views.", desk.feed.watchers)
        failed = CounterMetricFamily("cpe_agent_desk_login_failures", "Logins that were refused.", labels=["why"])
        for why, number in desk.people.failures.items():
            failed.add_metric([why], number)
        yield failed
        yield from self._archive()

    def _archive(self) -> Iterator[Metric]:
        try:
            found = self._desk.archive.statistics()
        except Unavailable:
            yield _gauge("archive_up", "Can the archive be read?", 0)
            return
        yield _gauge("archive_up", "Can the archive be read?", 1)
        kinds = GaugeMetricFamily("cpe_agent_desk_stored_reports", "Reports in the archive.", labels=["state"])
        kinds.add_metric(["judged"], found.rows - found.unjudged)
        kinds.add_metric(["unjudged"], found.unjudged)
        yield kinds
        yield _gauge("archive_bytes", "The archive on the disk.", found.bytes)
        yield _gauge("archive_damaged_parts", "Parts of the archive that cannot be read.", len(found.damaged))


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"cpe_agent_desk_{name}", told, value)
