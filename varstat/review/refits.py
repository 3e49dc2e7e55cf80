"""Refits: many fits of like models, each on its own seed, in worker processes."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

import numpy as np

from varstat.errors import VarstatError
from varstat.hierarchical.quadrature.threads import one_thread
from varstat.review.store import Store, pack, unpack

# Processes at most, unless more are asked for.
_MOST_WORKERS = 2
Failure = Literal["refused", "failed", "crashed"]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to be computed, on its own and by its own seed.

    Attributes
    ----------
    key : str
        Names it among all jobs of a review.
    function : callable
        Of a module, so that it can be pickled. It is called as ``function(shared, *arguments,
        seed=seed)`` and returns a mapping of str to numbers, text, lists, mappings or arrays.
    seed : int
    arguments : tuple
        What can be pickled.
    """

    key: str
    function: Callable[..., Mapping[str, Any]]
    seed: int
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    key : str
    result : dict of str to object or None
        What its function returned, tuples as lists; None where there is nothing.
    failure : {"refused", "failed", "crashed"} or None
        Whether varstat refused it, it ended in another error, or its process ended.
    why : str
        Of a failure.
    """

    key: str
    result: dict[str, Any] | None = None
    failure: Failure | None = None
    why: str = ""


def seeds(seed: int, purpose: int, number: int) -> list[int]:
    """Give each of many jobs a seed, the same however many jobs there are.

    Parameters
    ----------
    seed : int
        Of the review.
    purpose : int
        Tells parts of a review apart.
    number : int

    Returns
    -------
    list of int

    Examples
    --------
    >>> seeds(1, 3, 4)[:2] == seeds(1, 3, 2)
    True
    """
    spawned = np.random.SeedSequence([seed, purpose]).spawn(number)
    return [int(each.generate_state(1)[0]) for each in spawned]


def default_workers() -> int:
    """Say how many processes to use: one a core, two at most, and one where more can't start.

    Worker processes start afresh, and so would run a script again that doesn't guard its
    statements by ``if __name__ == "__main__"``: in a script there is one process unless more are
    asked for.

    Returns
    -------
    int
    """
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    script = path is not None and getattr(main, "__spec__", None) is None
    if (script and Path(str(path)).stem != "varstat") or _is_worker():
        return 1
    return max(1, min(_MOST_WORKERS, _cores()))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_worker() -> bool:
    """Whether this process may not have children of its own."""
    return multiprocessing.current_process().daemon


def run_refits(
    jobs: Sequence[Job],
    *,
    shared: object = None,
    workers: int = 1,
    stage: str = "Refitting",
    tell: Tell | None = None,
    store: Store | None = None,
) -> list[Outcome]:
    """Run jobs, each alone, and give their outcomes in the order of the jobs.

    Outcomes are the same however many processes there are, in whatever order they end, and
    whether they were computed now or found in the store.

    Parameters
    ----------
    jobs : sequence of Job
        Their keys differ.
    shared : object
        What all of them need; goes to each process once.
    workers : int
        Processes; with 1 all is done in this one.
    stage : str
        What is being done, in words.
    tell : callable, optional
        Is told the stage, how many jobs are done, and how many there are.
    store : Store, optional
        Where outcomes stand that were computed before, and are kept as they come.

    Returns
    -------
    list of Outcome
        A job that can't be done is an outcome with a failure, and no error.
    """
    found: dict[str, Outcome] = {}
    for job in jobs:
        entry = None if store is None else store.find(job.key)
        if entry is not None:
            found[job.key] = Outcome(key=job.key, **entry)
    todo = [job for job in jobs if job.key not in found]
    if tell is not None and jobs:
        tell(stage, min(len(found), len(jobs) - 1), len(jobs))
    alone = workers <= 1 or len(todo) <= 1 or _is_worker()
    source = _run_here(todo, shared) if alone else _run_apart(todo, shared, workers)
    # Closed whatever happens, so that no worker outlives an interruption.
    with closing(source):
        for outcome in source:
            found[outcome.key] = outcome
            # What ended a process may have been the machine's, and is tried again.
            if store is not None and outcome.failure != "crashed":
                kept = {"result": outcome.result, "failure": outcome.failure, "why": outcome.why}
                store.keep(outcome.key, kept)
            if tell is not None and len(found) < len(jobs):
                tell(stage, len(found), len(jobs))
    return [found[job.key] for job in jobs]


def _answer(job: Job, shared: object) -> Outcome:
    """Do one job in this process."""
    try:
        with one_thread():
            result = job.function(shared, *job.arguments, seed=job.seed)
    except VarstatError as error:
        return Outcome(key=job.key, failure="refused", why=" ".join(error.problems))
    except (
        ArithmeticError,
        LookupError,
        MemoryError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        # Without its text, which might hold values of the data.
        return Outcome(key=job.key, failure="failed", why=type(error).__name__)
    # As it would be read back from the store.
    return Outcome(key=job.key, result=unpack(pack(result)))


def _run_here(jobs: Sequence[Job], shared: object) -> Generator[Outcome, None, None]:
    for job in jobs:
        yield _answer(job, shared)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Worker:
    """A process, and the pipe to it."""

    process: BaseProcess
    pipe: Connection

    def is_ready(self) -> bool:
        """Wait until it has started; where it doesn't, end it."""
        try:
            self.pipe.recv()
        except (EOFError, OSError):
            self.stop()
            return False
        return True

    def give(self, job: Job) -> None:
        """Send it a job; one that can't be sent, as the process has ended, is taken for begun."""
        with suppress(OSError):
            self.pipe.send(job)

    def receive(self, job: Job) -> Outcome:
        """Take what it has to say of its job; or that its process has ended, and end it."""
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            self.stop()
            return Outcome(key=job.key, failure="crashed", why="its process ended")
        return outcome

    def stop(self) -> None:
        """End it."""
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def _work(pipe: Connection, shared: object) -> None:
    """Do the jobs that come, until no more do."""
    # Ctrl-C is the parent's to answer: it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pipe.send(None)
        while True:
            job = pipe.recv()
            pipe.send(_answer(job, shared))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _start(shared: object) -> _Worker:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, shared), daemon=True)
    process.start()
    there.close()
    return _Worker(process=process, pipe=here)


@contextmanager
def _workers(number: int, shared: object) -> Iterator[list[_Worker]]:
    """Start workers, keep those that do start, and end them whatever happens."""
    started: list[_Worker] = []
    try:
        for _ in range(number):
            started.append(_start(shared))  # noqa: PERF401 - what was started is to be ended
        started[:] = [worker for worker in started if worker.is_ready()]
        yield started
    finally:
        for worker in started:
            worker.stop()


def _run_apart(jobs: Sequence[Job], shared: object, number: int) -> Generator[Outcome, None, None]:
    """Run jobs in processes of their own; a process that ends is replaced."""
    waiting = list(reversed(jobs))
    with _workers(min(number, len(jobs)), shared) as workers:
        busy: dict[object, tuple[_Worker, Job]] = {}
        idle = list(workers)
        while busy or (idle and waiting):
            while idle and waiting:
                worker, job = idle.pop(), waiting.pop()
                worker.give(job)
                busy[worker.pipe] = worker, job
            for pipe in wait([worker.pipe for worker, _ in busy.values()]):
                worker, job = busy.pop(pipe)
                outcome = worker.receive(job)
                yield outcome
                if outcome.failure == "crashed":
                    worker = _start(shared)
                    workers.append(worker)
                    if not worker.is_ready():
                        continue
                idle.append(worker)
    # Where no process could be started.
    yield from _run_here(waiting[::-1], shared)
