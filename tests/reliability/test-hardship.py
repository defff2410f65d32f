#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a computer does to a run: clocks that jump, sleep, a worker that dies or hangs, words that nobody understands, no memory, data that moves.

usage: test-hardship.py THAW CLOCK-SHIM.so

Each time the run ends with the bits of one that nothing happened to, and what is said in between is true. THAW_LENGTH=quick|full|release
sets how often, TEST_SEED when.
"""
import contextlib
import itertools
import json
import os
import random
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from cli import FEW, SEED, Home, main, test  # noqa: E402

SHIM = os.path.abspath(sys.argv[2])
assert os.path.exists(SHIM), SHIM
LENGTH = os.environ.get("THAW_LENGTH", "quick")
ROUNDS = {"quick": 1, "full": 10, "release": 50}[LENGTH]
EPOCHS = 4
STEPS = 23 * EPOCHS
MORE = ["--set", "epochs=%d" % EPOCHS, "--set", "freeze.epochs=1"]
DAY = 86400
print("# TEST_SEED=%d THAW_LENGTH=%s: %d rounds" % (SEED, LENGTH, ROUNDS))
chance = random.Random(SEED)
reference = {}


def skip(why):
    print("# SKIP: " + why, flush=True)


def undisturbed():
    """Weights and figures of the run that nothing happens to."""
    if not reference:
        with Home() as home:
            home.train(*MORE)
            reference.update(figures(home))
    return reference


def figures(home):
    return {"weights": home.weights(), "test": home.json("show", "latest")["test_accuracy"],
            "epochs": [(e["train_loss"], e["accuracy"]) for e in home.json("show", "latest")["epochs_table"]]}


def same(home):
    run = home.json("runs")[0]
    assert run["state"] == "finished", run
    assert figures(home) == undisturbed(), "other bits or figures"


def begin(home, *more, **how):
    process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *MORE, "--json", *more, **how)
    first = json.loads(process.stdout.readline())
    assert first["event"] == "start", first
    return process


def steps_done(home):
    return home.json("runs")[0]["steps_done"]


def wait_for_steps(home, steps):
    for _ in range(3000):
        runs = home.json("runs")
        if runs and (runs[0]["steps_done"] >= steps or runs[0]["state"] not in ("starting", "running")):
            return
        time.sleep(0.01)
    raise AssertionError("the run does not move")


def end(process, status=0):
    out, err = process.communicate(timeout=240)
    assert process.returncode == status, (process.returncode, out[-400:], err[-400:])


# --- Clocks ---

@contextlib.contextmanager
def wound_clock(home):
    """A clock, and how to set it; for this home's commands too."""
    path = os.path.join(home.top, "clock")

    def set_to(offset):
        with open(path, "w") as f:
            f.write("%d\n" % offset)
    set_to(0)
    home.env.update(LD_PRELOAD=SHIM, THAW_CLOCK=path)
    yield set_to


@test
def clocks_that_jump():
    for _ in range(ROUNDS):
        with Home() as home, wound_clock(home) as set_clock:
            process = begin(home)
            for steps, offset in zip(sorted(chance.sample(range(2, STEPS - 20), 3)), (-3 * DAY, 20 * 365 * DAY, -40 * 365 * DAY)):
                wait_for_steps(home, steps)
                set_clock(offset)
            end(process)
            same(home)
            story = home.json("show", "latest")
            assert all(0 <= e["seconds"] < 100 for e in story["epochs_table"]), [e["seconds"] for e in story["epochs_table"]]
            kinds = [e["kind"] for e in story["events"]]
            assert kinds.index("frozen") < kinds.index("thawed") < kinds.index("finished"), kinds
            home.run("show", "latest")


@test
def the_newest_run_is_the_newest_whatever_the_clock_says():
    with Home() as home, wound_clock(home) as set_clock:
        for name, offset in (("first", 0), ("second", -5 * 365 * DAY), ("third", -2 * DAY)):
            set_clock(offset)
            home.train("--set", "epochs=1", "--name", name)
        assert [r["name"] for r in home.json("runs")] == ["third", "second", "first"]
        assert home.json("show", "latest")["name"] == "third"
        assert home.json("show", "@3")["name"] == "first"


@test
def the_shim_moves_the_clock():
    """The test of the two above: without the shim's work they would hold nothing."""
    with Home() as home, wound_clock(home) as set_clock:
        set_clock(-5 * 365 * DAY)
        home.train("--set", "epochs=1")
        made = home.json("runs")[0]["created_ms"] / 1e3
        assert abs(made + 5 * 365 * DAY - time.time()) < 1000, made


# --- Sleep, and workers that die or hang ---

@test
def sleep():
    for _ in range(ROUNDS):
        with Home() as home:
            process = begin(home)
            for steps in sorted(chance.sample(range(1, STEPS - 10), 3)):
                wait_for_steps(home, steps)
                process.send_signal(signal.SIGSTOP)
                time.sleep(chance.uniform(0.1, 1.0))
                assert home.json("runs")[0]["state"] in ("running", "finished")
                process.send_signal(signal.SIGCONT)
            end(process)
            same(home)


@test
def a_worker_that_hangs():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 10)
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        home.run("stop", "latest", status=1)
        waited = time.monotonic() - began
        assert "did not answer within 15 seconds; what was asked for is done when it goes on" in home.err, home.err
        assert 14 < waited < 60, waited
        home.run("runs")
        process.send_signal(signal.SIGCONT)
        end(process, 3)  # what was asked for is carried out when it goes on
        assert home.json("runs")[0]["state"] == "stopped"
        home.run("resume", "latest")
        same(home)


@test
def a_worker_that_dies():
    for number in [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGKILL, signal.SIGILL] * ROUNDS:
        with Home() as home:
            process = begin(home)
            wait_for_steps(home, chance.randrange(1, STEPS - 20))
            process.send_signal(number)
            process.wait(timeout=60)
            assert home.json("runs")[0]["state"] == "interrupted", number
            home.run("stop", "latest", status=1)
            assert "is not running: it is interrupted" in home.err, home.err
            home.run("resume", "latest")
            same(home)


@test
def signals_that_say_stop():
    for number in [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]:
        with Home() as home:
            process = begin(home)
            wait_for_steps(home, 20)
            process.send_signal(number)
            process.communicate(timeout=60)
            run = home.json("runs")[0]
            assert run["state"] == "stopped" and run["steps_done"] >= 20, (number, run)
            home.run("resume", "latest")
            same(home)


@test
def nobody_reads_what_it_prints():
    """A closed terminal is no reason to lose a run."""
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 5)
        process.stdout.close()
        process.stderr.close()
        process.wait(timeout=240)
        run = home.json("runs")[0]
        if run["state"] != "finished":
            assert run["state"] == "stopped", run
            home.run("resume", "latest")
        same(home)


# --- Words ---

@test
def words_that_nobody_understands():
    words = ["dance", "", "stop; rm -rf /", "\u505c\u6b62", "STOP", "pause\n", "x" * 100000]
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 3)
        store = sqlite3.connect(os.path.join(home.home, "store.db"), timeout=20)
        with store:
            for word in words:
                store.execute("INSERT INTO request (run, verb, asked_ms) SELECT seq, ?, 0 FROM run", (word,))
        end(process)
        answers = [a for (a,) in store.execute("SELECT answer FROM request ORDER BY seq")]
        store.close()
        assert answers == ["not understood"] * len(words), answers
        same(home)


# --- No memory ---

@contextlib.contextmanager
def memory_of(megabytes):
    """The tasks file of a group that may use so much; None where none can be made."""
    flat, unified = "/sys/fs/cgroup/memory", "/sys/fs/cgroup"
    name = "thaw-test-%d" % os.getpid()
    legacy = os.path.isdir(flat)
    folder = os.path.join(flat if legacy else unified, name)
    try:
        os.mkdir(folder)
        with open(os.path.join(folder, "memory.limit_in_bytes" if legacy else "memory.max"), "w") as f:
            f.write("%d" % (megabytes << 20))
        with contextlib.suppress(OSError):
            with open(os.path.join(folder, "memory.memsw.limit_in_bytes" if legacy else "memory.swap.max"), "w") as f:
                f.write("%d" % (megabytes << 20) if legacy else "0")
    except OSError as error:
        skip("no memory cgroup can be made: %s" % error)
        with contextlib.suppress(OSError):
            os.rmdir(folder)
        yield None
        return
    yield os.path.join(folder, "cgroup.procs")
    for _ in range(100):
        try:
            os.rmdir(folder)
            break
        except OSError:
            time.sleep(0.05)


@test
def no_memory():
    with memory_of(24) as tasks, Home() as home:
        if tasks is None:
            return

        def enter():
            with open(tasks, "w") as f:
                f.write(str(os.getpid()))
        process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *MORE, preexec_fn=enter)
        process.communicate(timeout=120)
        assert process.returncode != 0, "24 MB were enough: the test holds nothing"
        runs = home.json("runs")
        if runs:
            assert runs[0]["state"] in ("interrupted", "failed"), runs[0]
        # A run that has begun with memory, and loses it.
        process = begin(home)
        wait_for_steps(home, 15)
        with open(tasks, "w") as f:
            f.write(str(process.pid))
        with contextlib.suppress(OSError):  # what it holds already stays its own until it asks for more
            with open(os.path.join(os.path.dirname(tasks), "memory.force_empty"), "w") as f:
                f.write("0")
        process.communicate(timeout=240)
        state = home.json("runs")[0]["state"]
        assert state in ("finished", "interrupted"), state
        if state == "interrupted":
            home.run("resume", "latest")
        same(home)


# --- A bare desk ---

@test
def no_bus_no_home_no_terminal():
    with Home() as home:
        for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME", "USER", "LANG", "TERM", "DISPLAY", "XDG_CACHE_HOME", "PATH"):
            home.env.pop(name, None)
        home.train(*MORE)
        same(home)


@test
def a_home_on_a_path_with_every_letter():
    with Home() as home:
        home.home = os.path.join(home.top, "a b'\"\\%s$HOME;\u6570\u636e\U0001f9ca")
        home.env["THAW_HOME"] = home.home
        home.train(*MORE)
        same(home)


@test
def data_that_moves_under_a_run():
    with Home() as home:
        place, away = os.path.join(home.top, "set"), os.path.join(home.top, "elsewhere")
        os.mkdir(place)
        for name in os.listdir(home.data):
            with open(os.path.join(home.data, name), "rb") as f, open(os.path.join(place, name), "wb") as g:
                g.write(f.read())
        process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", place, *FEW, *MORE, "--json")
        process.stdout.readline()
        wait_for_steps(home, 5)
        os.rename(place, away)
        wait_for_steps(home, 40)  # it goes on: what it trains on is in memory
        process.kill()
        process.wait()
        home.run("resume", "latest", status=1)
        assert place in home.err, home.err
        assert home.json("runs")[0]["state"] == "interrupted"
        home.run("resume", "latest", "--data", away)
        same(home)


# --- The same bits ---

@test
def same_bits_again_and_again():
    for _ in range(max(5, ROUNDS)):
        with Home() as home:
            home.train(*MORE)
            same(home)


@test
def same_bits_resumed_at_each_epoch_on_other_threads():
    for threads in itertools.islice(itertools.permutations(["1", "2", "3", "7"]), min(ROUNDS, 24)):
        with Home() as home:
            process = begin(home, "--threads", threads[0])
            for number in threads[1:]:
                done = home.json("runs")[0]["epochs_done"]
                wait_for_steps(home, 23 * done + 1)
                home.run("stop", "--after-epoch", "latest")
                process.communicate(timeout=120)
                assert home.json("runs")[0]["epochs_done"] > done
                if home.json("runs")[0]["state"] == "finished":
                    break
                process = home.start("resume", "latest", "--threads", number, "--json")
                process.stdout.readline()
            process.communicate(timeout=240)
            if home.json("runs")[0]["state"] != "finished":
                home.run("resume", "latest")
            same(home)


@test
def other_seeds_are_noticed():
    """The test of all the tests above: a comparison that cannot fail holds nothing."""
    with Home() as home:
        home.train(*MORE, "--set", "seed=1")
        assert figures(home)["weights"] != undisturbed()["weights"]


main()
