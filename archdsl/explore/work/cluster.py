"""Work on a Ray cluster: connecting to one that runs, tasks with resources, and lost workers.

Ray itself runs a task again when its process or its machine dies. The rest is done here: a clear error for an address that cannot be
reached or resources that the cluster lacks, and an answer for every item. Every node needs the same version of archdsl.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from archdsl.errors import BackendError, InputError
from archdsl.explore.work.workers import Finished, Function, attempt
from archdsl.extras import missing, needed_by

RETRIES = 3
"""Times that an item runs again after its worker was lost."""

REACH_SECONDS = 5.0


@contextmanager
def connected(
    function: Function,
    address: str,
    resources: Mapping[str, float] | None = None,
    retries: int = RETRIES,
    jobs: int | None = None,
) -> Iterator[ClusterWorkers]:
    """A cluster's workers, to be given items; the connection ends with the `with` block.

    Args:
        function: of a module that every node can import.
        address: `auto` for the cluster of this machine, `ray://host:10001`, or `host:port` of its head.
        resources: that one item takes: `{"cpu": 1, "gpu": 0.5}` or any resource of the cluster; one processor where not given.
        retries: how often an item runs again after its worker was lost.
        jobs: items that may run at once; as many as the cluster has room for where not given.

    Raises:
        BackendError: Ray is not installed, or the cluster is lost in the middle of the work.
        InputError: there is no cluster, or none with such resources.
    """
    ray = _connect(address)
    try:
        workers = ClusterWorkers(ray, function, resources or {"cpu": 1}, retries, jobs)
        workers.check()
        with _reached(address):
            yield workers
    finally:
        ray.shutdown()  # which ends what still runs


class ClusterWorkers:
    """Tasks on a connected cluster, as `archdsl.explore.work.workers.Workers`."""

    def __init__(self, ray: Any, function: Function, resources: Mapping[str, float], retries: int, jobs: int | None = None):
        self.ray, self.function, self.resources, self.retries, self.jobs = ray, function, dict(resources), retries, jobs
        other = {name: amount for name, amount in self.resources.items() if name not in ("cpu", "gpu")}
        options = {"num_cpus": self.resources.get("cpu", 0), "num_gpus": self.resources.get("gpu", 0), "resources": other}
        self.remote = ray.remote(**options, max_retries=retries)(attempt)
        self.running: dict[Any, int] = {}

    def check(self) -> None:
        """Whether the cluster has the resources and the same archdsl. Raises InputError."""
        for name, amount in self.resources.items():
            if max((node.get(_ray_name(name), 0) for node in self._nodes()), default=0) < amount:
                raise InputError(f"no machine of the cluster has {amount:g} {name}; {self._has()}")
        version = self.ray.remote(num_cpus=0, max_retries=self.retries)(archdsl_version)
        try:
            found = self.ray.get(version.remote())
        except self.ray.exceptions.RayError as error:
            cause = _cause(getattr(error, "cause", error))
            raise InputError(f"the cluster's machines cannot run archdsl; install it on each of them: {cause}") from None
        if found != archdsl_version():
            raise InputError(f"the cluster runs archdsl {found}, this is {archdsl_version()}; install the same on both")

    @property
    def slots(self) -> int:
        """Asked anew each time: clusters grow and shrink."""
        shares = [
            int(sum(node.get(_ray_name(name), 0) // amount for node in self._nodes()))
            for name, amount in self.resources.items()
            if amount
        ]
        return max(1, min([*shares, *([self.jobs] if self.jobs else [])], default=1))

    def submit(self, key: int, item: Any) -> None:
        self.running[self.remote.remote(self.function, item)] = key

    def wait(self, seconds: float) -> list[Finished]:
        done, _ = self.ray.wait(list(self.running), num_returns=1, timeout=seconds) if self.running else ([], [])
        return [self._outcome(reference) for reference in done]

    def close(self) -> None:
        for reference in self.running:
            self.ray.cancel(reference, force=True)
        self.running.clear()

    def _outcome(self, reference: Any) -> Finished:
        key = self.running.pop(reference)
        try:
            return Finished(key, *self.ray.get(reference))
        except self.ray.exceptions.RayTaskError as error:  # the item or the function cannot be read there
            return Finished(key, error=BackendError(f"a machine of the cluster could not begin: {_cause(error.cause)}"))
        except self.ray.exceptions.RayError as error:
            lost = f"its worker was lost {self.retries + 1} times" if self.retries else "its worker was lost"
            return Finished(key, error=BackendError(f"{lost}: {_cause(error)}"))

    def _nodes(self) -> list[dict[str, float]]:
        return [node["Resources"] for node in self.ray.nodes() if node["Alive"]]

    def _has(self) -> str:
        names = [("cpu", "CPU"), ("gpu", "GPU")]
        most = [f"{max((n.get(ray, 0) for n in self._nodes()), default=0):g} {ours}" for ours, ray in names]
        return f"the largest has {' and '.join(most)}"


@contextmanager
def _reached(address: str) -> Iterator[None]:
    """Turns the loss of the cluster in the middle of the work into a BackendError."""
    try:
        yield
    except ConnectionError as error:
        raise BackendError(f"the cluster at '{address}' was lost: {_cause(error)}") from None


def parse_resources(texts: Iterable[str]) -> dict[str, float]:
    """What one item takes, from texts such as `cpu=2` and `gpu=0.5`.

    Raises:
        InputError: not of this form, no amount above 0, or a resource twice.
    """
    found: dict[str, float] = {}
    for text in ",".join(texts).split(","):
        name, _, amount = (part.strip() for part in text.partition("="))
        try:
            value = float(amount)
        except ValueError:
            value = 0
        if not name or not 0 < value < float("inf"):
            raise InputError(f"'{text}' is no resource; write cpu=2, gpu=0.5 or the name of one of the cluster's own")
        name = name.lower() if name.lower() in ("cpu", "gpu") else name
        if name in found:
            raise InputError(f"the resource {name} is given twice")
        found[name] = value
    return found


def archdsl_version() -> str:
    """Which archdsl is installed where this runs."""
    from importlib.metadata import version

    return version("archdsl")


def _ray_name(name: str) -> str:
    return name.upper() if name in ("cpu", "gpu") else name


def _connect(address: str) -> Any:
    """Ray, connected to a cluster that runs."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when ray is imported
    with needed_by("a cluster"):
        import ray
    if address != "auto":
        _reach(address.removeprefix("ray://"), address)
    options: dict[str, Any] = {} if address.startswith("ray://") else {"include_dashboard": False}
    try:
        # What workers print would come between this program's lines.
        ray.init(address, log_to_driver=False, configure_logging=False, **options)
    except ImportError:
        raise missing("an address of ray://", ["grpc"], "cluster") from None
    except (ConnectionError, RuntimeError, ValueError, TimeoutError, AssertionError) as error:
        hint = "; start one with 'ray start --head', or give its address" if address == "auto" else ""
        raise InputError(f"no Ray cluster can be reached at '{address}'{hint}: {_cause(error)}") from None
    return ray


def _reach(place: str, address: str) -> None:
    """Whether anything listens there; Ray itself would try for minutes, and may end the process."""
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit() or not host:
        raise InputError(f"'{address}' is no address of a cluster; write auto, ray://host:10001 or host:port")
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no Ray cluster can be reached at '{address}': {error}") from None


def _cause(error: BaseException) -> str:
    """The first line of a message of Ray that says something; most do not."""
    lines = [line.strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith("Traceback") and not line.endswith(":")]
    return lines[0].removeprefix("System error: ") if lines else type(error).__name__
