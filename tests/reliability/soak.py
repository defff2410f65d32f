#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts, pauses, continues, saves, stops, resumes, kills and deletes runs for a long time beside an open window, and sees whether anything grows.

usage: soak.py THAW [THAW-WORKBENCH [LEAK-SHIM.so]]
       THAW_LENGTH=quick: a few cycles · full: two hours · release: eight hours · or a number of seconds

Each cycle trains three small runs to their ends, through everything that may be done to a run, and deletes them for good. Then the store is as
it was before. Bars: the window's memory in the last quarter at most 5 % above that of the first after warming up; as many descriptors and threads;
folder and store as large as after the first cycles; no program ends otherwise than it should; the same weights each time.
With LEAK-SHIM the window forgets to free a block in a hundred: then the memory must be found to grow.
"""
import os
import random
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from cli import FEW, SEED, Home, main, test  # noqa: E402

WORKBENCH = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
LEAK = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
LENGTH = os.environ.get("THAW_LENGTH", "quick")
SECONDS = {"quick": 0, "full": 2 * 3600, "release": 8 * 3600}.get(LENGTH) if not LENGTH.isdigit() else int(LENGTH)
FEWEST = 2  # cycles, however short the time
WARM = 0.2  # of the time: not judged
MOST_GROWTH = 0.05
PLANTED_S = 240
chance = random.Random(SEED)


# --- What is judged ---

def ends_of(samples):
    """Medians of the first quarter after warming up, and of the last."""
    warm = samples[int(len(samples) * WARM):]
    quarter = max(1, len(warm) // 4)
    return statistics.median(warm[:quarter]), statistics.median(warm[-quarter:])


def growth(samples):
    """How much more the last quarter has: 0.05 is 5 %."""
    first, last = ends_of(samples)
    return (last - first) / first


@test
def growth_is_seen():
    rng = random.Random(SEED)
    flat = [100e6 + rng.uniform(-2e6, 2e6) for _ in range(400)]
    assert abs(growth(flat)) < 0.01
    assert abs(growth([40e6 + 3e6 * min(i, 20) for i in range(400)])) < 0.001  # caches that fill once
    assert growth([100e6 + i * 5e4 for i in range(400)]) > MOST_GROWTH  # and what never ends
    assert growth([100e6] * 300 + [110e6] * 100) > MOST_GROWTH


# --- A process from outside ---

def own_bytes(pid):
    """Memory that nobody shares with it; what the pages of programs and fonts take depends on others."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return sum(int(line.split()[1]) * 1024 for line in f if line.startswith(("Private_Dirty", "Private_Clean", "Swap:")))


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def size_below(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


# --- A cycle ---

def wait_for(home, run, steps):
    for _ in range(6000):
        found = [r for r in home.json("runs") if r["name"] == run]
        if found and (found[0]["steps_done"] >= steps or found[0]["state"] not in ("starting", "running")):
            return found[0]
        time.sleep(0.02)
    raise AssertionError("run '%s' does not move" % run)


def begin(home, name):
    process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--set", "epochs=4", "--name", name, "--json")
    process.stdout.readline()
    return process


def told(home, *arguments):
    """A word to a run that may have ended meanwhile."""
    process = home.start(*arguments)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 or "is not running" in err or "ended before it answered" in err, (arguments, process.returncode, err)


def finish(home, process, name):
    process.communicate(timeout=240)
    home.started.remove(process)
    for _ in range(3):
        if wait_for(home, name, 92)["state"] == "finished":
            break
        home.run("resume", name)
    return home.weights(name)


def cycle(home):
    """Three runs, everything that may be done to them; the weights that they end with."""
    ends = set()
    process = begin(home, "paused")
    wait_for(home, "paused", chance.randrange(1, 40))
    told(home, "pause", "paused")
    told(home, "save", "paused")
    told(home, "continue", "paused")
    ends.add(finish(home, process, "paused"))
    process = begin(home, "stopped")
    wait_for(home, "stopped", chance.randrange(1, 60))
    told(home, "stop", "stopped")
    ends.add(finish(home, process, "stopped"))
    process = begin(home, "killed")
    wait_for(home, "killed", chance.randrange(1, 80))
    process.send_signal(signal.SIGKILL)
    ends.add(finish(home, process, "killed"))
    home.run("compare", "paused", "stopped", "killed")
    for name in ("paused", "stopped", "killed"):
        home.run("rename", name, name + " 2")
        home.run("tag", name + " 2", "+soak")
        home.run("trash", name + " 2")
    home.run("trash", "--empty")
    assert home.json("runs") == []
    home.started = [p for p in home.started if p.poll() is None]
    return ends


# --- The soak ---

def open_window(home, preload):
    if WORKBENCH is None or not os.environ.get("DISPLAY"):
        print("# no window: %s" % ("none given" if WORKBENCH is None else "no display"), flush=True)
        return None
    env = dict(home.env, GDK_BACKEND="x11", GSETTINGS_BACKEND="memory")
    if preload:
        env["LD_PRELOAD"] = preload
    with open(os.path.join(home.top, "window.log"), "wb") as log:
        window = subprocess.Popen([WORKBENCH], env=env, stdout=log, stderr=log)
    time.sleep(3)
    return window


def said_by_window(home):
    with open(os.path.join(home.top, "window.log"), errors="replace") as log:
        return log.read()[-600:]


def soak(seconds, preload=None):
    """Memory of the window after each cycle, and the first and last of everything else that must not grow."""
    memory, others = [], []
    with Home() as home:
        home.train("--set", "epochs=1", "--name", "there before")
        home.run("trash", "there before")
        home.run("trash", "--empty")
        window = open_window(home, preload)
        try:
            began = time.monotonic()
            ends = set()
            while time.monotonic() - began < seconds or len(others) < FEWEST:
                ends |= cycle(home)
                assert len(ends) == 1, "other bits in cycle %d" % (len(others) + 1)
                if window is not None:
                    assert window.poll() is None, "the window ended with %s: %s" % (window.returncode, said_by_window(home))
                    memory.append(own_bytes(window.pid))
                others.append((descriptors(window.pid) if window else 0, len(os.listdir("/proc/%d/task" % window.pid)) if window else 0,
                               size_below(home.home)))
                if len(others) % 20 == 0 or seconds == 0:
                    print("# cycle %d, %d s: window %.1f MB, %d descriptors, %d threads; home %.0f kB" % (
                        len(others), time.monotonic() - began, (memory or [0])[-1] / 1e6, *others[-1][:2], others[-1][2] / 1e3), flush=True)
        finally:
            if window is not None:
                window.terminate()
                window.wait(timeout=30)
    return memory, others


@test
def nothing_grows():
    memory, others = soak(SECONDS)
    enough = len(others) >= 20
    if enough and memory:
        print("# %d cycles: window's memory %+.1f %%, from %.1f to %.1f MB" % (len(memory), 100 * growth(memory), memory[0] / 1e6, memory[-1] / 1e6))
        assert growth(memory) <= MOST_GROWTH, "the window grew by %.1f %%" % (100 * growth(memory))
    # What comes and goes is open in one cycle and not in another; the store's log may have 4 MB.
    for what, column, slack in (("descriptors", 0, 2 if enough else 10), ("threads", 1, 2 if enough else 10), ("bytes of the home", 2, 4.5e6)):
        first, last = ends_of([o[column] for o in others])
        assert last <= 1.05 * first + slack, "%s: %d, then %d" % (what, first, last)


if LEAK and LENGTH != "quick":
    @test
    def a_leak_is_found():
        memory, _ = soak(PLANTED_S, LEAK)
        assert memory, "there is no window"
        print("# with the planted leak: %+.1f %% in %d s" % (100 * growth(memory), PLANTED_S))
        assert growth(memory) > MOST_GROWTH


main()
