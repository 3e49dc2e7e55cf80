import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
from refits import crash, draw, fail, interrupt, refuse

from varstat.review import refits
from varstat.review.refits import Job, Outcome, default_workers, run_refits, seeds
from varstat.review.store import Store


def make_jobs(number: int) -> list[Job]:
    return [
        Job(key=f"draw {i}", function=draw, seed=seed, arguments=(2.0,))
        for i, seed in enumerate(seeds(1, 5, number))
    ]


def texts(outcomes: list[Outcome]) -> list[str]:
    return [repr(each) for each in outcomes]


def test_outcomes_are_the_same_in_one_process_and_in_two() -> None:
    jobs = make_jobs(7)
    here = run_refits(jobs, shared=10.0)
    apart = run_refits(jobs, shared=10.0, workers=2)
    assert texts(here) == texts(apart)
    assert [each.key for each in here] == [job.key for job in jobs]


def test_seeds_do_not_depend_on_how_many_there_are_and_differ_between_purposes() -> None:
    assert seeds(1, 5, 100)[:3] == seeds(1, 5, 3)
    assert not set(seeds(1, 5, 100)) & set(seeds(1, 6, 100))


def test_a_job_that_fails_is_an_outcome_and_says_nothing_of_the_data() -> None:
    jobs = [
        Job(key="refused", function=refuse, seed=1),
        Job(key="failed", function=fail, seed=1),
        *make_jobs(1),
    ]
    refused, failed, drawn = run_refits(jobs, shared=0.0)
    assert (refused.failure, refused.why) == ("refused", "this can't be modelled.")
    assert (failed.failure, failed.why) == ("failed", "ValueError")
    assert drawn.failure is None


def test_a_process_that_ends_costs_its_own_job_alone() -> None:
    jobs = [*make_jobs(4), Job(key="crash", function=crash, seed=1)]
    jobs[1], jobs[4] = jobs[4], jobs[1]
    outcomes = run_refits(jobs, shared=0.0, workers=2)
    assert [each.failure for each in outcomes] == [None, "crashed", None, None, None]


def test_progress_counts_what_is_done_and_never_more_than_there_is(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(stage: str, done: int, of: int) -> None:
        told.append((stage, done, of))

    store = Store(tmp_path / "a.jsonl")
    run_refits(make_jobs(2), shared=0.0, store=store)
    run_refits(make_jobs(5), shared=0.0, store=store, stage="Drawing", tell=tell)
    assert told == [("Drawing", done, 5) for done in (2, 3, 4)]


def test_interrupted_work_goes_on_from_what_was_done(tmp_path: Path) -> None:
    path, jobs = tmp_path / "a.jsonl", make_jobs(5)
    stopped = [*jobs[:3], Job(key="stop", function=interrupt, seed=1), *jobs[3:]]
    with pytest.raises(KeyboardInterrupt):
        run_refits(stopped, shared=0.0, store=Store(path))
    store = Store(path)
    assert len(store) == 3
    # With another shared number what was kept shows.
    resumed = run_refits(jobs, shared=1.0, store=store)
    first, second = run_refits(jobs, shared=0.0), run_refits(jobs, shared=1.0)
    assert texts(resumed) == texts(first[:3] + second[3:])


def test_a_crash_is_tried_again_and_a_refusal_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.jsonl")
    jobs = [Job(key="crash", function=crash, seed=1), Job(key="no", function=refuse, seed=1)]
    run_refits(jobs, workers=2, store=store)
    assert store.find("crash") is None
    found = store.find("no")
    assert found is not None
    assert found["failure"] == "refused"


def test_ctrl_c_ends_the_workers(tmp_path: Path) -> None:
    code = """
        import multiprocessing, os, signal, time
        from varstat.review.refits import Job, run_refits

        # What was started in the background of a script ignores it.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def sleep(shared, *, seed):
            os.write(1, b"working\\n")
            time.sleep(1200)

        if __name__ == "__main__":
            try:
                run_refits([Job(key=str(i), function=sleep, seed=i) for i in range(4)], workers=2)
            except KeyboardInterrupt:
                print("left:", len(multiprocessing.active_children()), flush=True)
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=600)
    assert first == "working\n"
    assert "left: 0" in rest
    assert "Traceback" not in errors


def test_a_script_without_a_guard_still_gets_its_answers(tmp_path: Path) -> None:
    code = """
        from varstat.review.refits import Job, default_workers, run_refits
        import math

        print("workers", default_workers())
        print([each.result for each in run_refits(
            [Job(key=str(i), function=dict, seed=i, arguments=()) for i in range(2)], shared={},
            workers=2)])
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=600
    )
    assert "workers 1\n" in done.stdout
    assert "[{'seed': 0}, {'seed': 1}]" in done.stdout


def test_there_is_a_process_a_core_and_two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", object(), raising=False)
    for cores, workers in ((1, 1), (2, 2), (64, 2)):
        monkeypatch.setattr(refits, "_cores", partial(int, cores))
        assert default_workers() == workers
