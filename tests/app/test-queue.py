#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue: order, one run at a time, and nothing lost whoever is killed; marks, trash and saved checkpoints."""
import json
import os
import re
import shutil
import signal
import time

from cli import FEW, Home, main, test

SHORT = ["--set", "epochs=1", "--set", "evaluate.test_at_end=false", "--set", "evaluate.clean_train=false"]
LONG = ["--set", "epochs=40", "--set", "evaluate.clean_train=false"]


def queue(home, *more):
    """Queues runs; their ids."""
    out = home.train("--queue", "--json", *more)
    lines = [json.loads(l) for l in out.strip().split("\n")]
    assert all(l["event"] == "queued" for l in lines), lines
    return [l["run"] for l in lines]


def names(home):
    return [r["name"] for r in home.json("queue")]


def run_of(home, run):
    return home.json("show", run)


def wait_until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def live(home):
    return [r for r in home.json("runs") if r["state"] in ("starting", "running", "paused")]


def moving(home):
    """The run that has done some steps."""
    return next((r for r in live(home) if r["state"] == "running" and r["steps_done"] > 3), None)


@test
def order_and_marks():
    with Home() as home:
        ids = queue(home, *SHORT, "--name", "s", "--seeds", "3,1,2")
        assert names(home) == ["s, seed 3", "s, seed 1", "s, seed 2"], names(home)
        runs = home.json("queue")
        assert len({r["group"] for r in runs}) == 1 and runs[0]["group"], runs
        assert [r["recipe"]["seed"] for r in runs] == [3, 1, 2]
        assert [r["attempt"] for r in runs] == [0, 0, 0] and runs[0]["steps_planned"] == 23, runs[0]
        queue(home, *SHORT, "--name", "alone")
        home.run("queue", "alone", "--first")
        home.run("queue", ids[0], "--down")
        assert names(home) == ["alone", "s, seed 1", "s, seed 3", "s, seed 2"], names(home)
        home.run("queue", ids[1], "--last")
        home.run("queue", ids[1], "--up")
        home.run("queue", "alone", "--remove")
        assert names(home) == ["s, seed 3", "s, seed 1", "s, seed 2"], names(home)
        assert run_of(home, "alone")["state"] == "stopped"
        home.refused("queue", "alone", "--up", says="not in the queue")
        home.run("queue", "alone")
        assert names(home)[-1] == "alone"
        home.refused("queue", "alone", says="cannot be queued")
        home.refused("train", "--queue", "--seeds", "0", "--data", home.data, status=2, says="--seeds")
        home.refused("train", "--queue", "--seeds", "1,1", "--data", home.data, status=2, says="--seeds")
        home.run("trash", "@1", "@2")
        assert names(home) == ["s, seed 3", "s, seed 1"], names(home)
        assert len(home.json("trash", "--list")) == 2 and len(home.json("runs")) == 2
        home.refused("resume", "alone", says="trash")
        home.run("restore", "alone")
        assert names(home)[-1] == "alone"
        home.run("trash", "--empty")
        assert home.json("trash", "--list") == []
        assert sorted(os.listdir(os.path.join(home.home, "runs"))) == sorted(r["id"] for r in home.json("runs"))
        home.run("rename", "alone", "  neu 名 ")
        home.refused("rename", ids[0], "", says="name")
        home.run("tag", "neu 名", "+baseline", "lesson 44", "-baseline", "第一次")
        home.refused("tag", "neu 名", "a,b", says="tag")
        home.refused("tag", "neu 名", "-nothing", says="nothing")
        home.run("star", "neu 名")
        shown = run_of(home, "neu 名")
        assert shown["tags"] == ["lesson 44", "第一次"] and shown["starred"], shown
        assert home.json("tag", "neu 名") == ["lesson 44", "第一次"]
        assert home.json("tag", "neu 名", "a", "-a", "+b", "--", "-b") == ["lesson 44", "第一次"]
        home.run("tag", status=2)
        home.run("tag", "neu 名", "--no-such", status=2)
        home.run("star", "neu 名", "--off")
        assert not run_of(home, "neu 名")["starred"]


@test
def works_off_in_order_one_at_a_time():
    with Home() as home:
        queue(home, *SHORT, "--seeds", "0,1,2")
        other = os.path.join(home.top, "other")
        shutil.copytree(home.data, other)
        broken = json.loads(home.train("--queue", "--json", *SHORT, "--name", "broken", "--data", other))["run"]
        shutil.rmtree(other)
        home.run("queue", broken, "--first")
        last = queue(home, *SHORT, "--name", "last")[0]
        order = [r["id"] for r in home.json("queue")]
        two = [home.start("queue", "--run") for _ in range(2)]
        second = wait_until(lambda: next((p for p in two if p.poll() is not None), None))
        worker = two[1 - two.index(second)]
        out, err = second.communicate()
        assert second.returncode == 0 and "already" in err, (second.returncode, err)
        most = 0
        while worker.poll() is None:
            most = max(most, len(live(home)))
            time.sleep(0.02)
        out, err = worker.communicate()
        assert worker.returncode == 0, err
        assert most == 1, most
        done = {r["id"]: r for r in home.json("runs")}
        assert done[broken]["state"] == "failed" and "other" in done[broken]["message"], done[broken]
        assert [done[i]["state"] for i in order[1:]] == ["finished"] * 4, done
        began = [run_of(home, i)["attempts"][0]["began_ms"] for i in order[1:]]
        assert began == sorted(began) and done[last]["attempt"] == 1, began
        assert home.json("queue") == []


def child_of(process):
    with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as f:
        return f.read().split()


@test
def queued_again_before_its_end_was_seen():
    """A run cannot begin, somebody mends what was wrong and queues it again, and only then the queue's worker wakes up."""
    with Home() as home:
        moved = os.path.join(home.top, "moved")
        shutil.copytree(home.data, moved)
        run = json.loads(home.train("--queue", "--json", *SHORT, "--data", moved))["run"]
        os.rename(moved, moved + "-away")
        worker = home.start("queue", "--run")
        wait_until(lambda: child_of(worker))
        worker.send_signal(signal.SIGSTOP)
        wait_until(lambda: run_of(home, run)["state"] == "failed")
        os.rename(moved + "-away", moved)
        home.run("queue", run)
        worker.send_signal(signal.SIGCONT)
        assert worker.wait(timeout=60) == 0
        shown = run_of(home, run)
        assert shown["state"] == "finished" and shown["attempt"] == 1, shown


@test
def waits_for_a_run_that_trains_already():
    with Home() as home:
        first = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *LONG)
        wait_until(lambda: moving(home))
        waiting = queue(home, *SHORT)[0]
        worker = home.start("queue", "--run")
        time.sleep(1)
        assert run_of(home, waiting)["state"] == "queued"
        home.run("pause", "@2")
        wait_until(lambda: run_of(home, waiting)["state"] == "finished")
        assert worker.wait(timeout=30) == 0
        home.run("stop", "@2")
        first.communicate(timeout=60)


@test
def killed_before_the_first_checkpoint():
    with Home() as home:
        a, b = queue(home, *LONG, "--seeds", "0,1")
        worker = home.start("queue", "--run")
        running = wait_until(lambda: moving(home))
        assert running["id"] == a and running["epochs_done"] == 0 or running["id"] == a
        with open(os.path.join(home.home, "runs", a, "lock")) as f:
            os.kill(int(f.read()), signal.SIGKILL)
        wait_until(lambda: any(r["id"] == b for r in live(home)))  # the next one goes on
        assert run_of(home, a)["state"] == "interrupted"
        worker.send_signal(signal.SIGTERM)  # saves what trains
        worker.communicate(timeout=60)
        assert worker.returncode == 3, worker.returncode
        assert run_of(home, b)["state"] in ("stopped", "queued"), run_of(home, b)["state"]
        home.run("queue", a)
        assert [r["id"] for r in home.json("queue")][-1] == a
        process = home.start("resume", a)  # now, whatever the order
        wait_until(lambda: moving(home))
        assert all(r["id"] != a for r in home.json("queue"))
        home.run("stop", a)
        process.communicate(timeout=60)
        assert run_of(home, a)["state"] == "stopped"


@test
def the_queues_worker_is_killed():
    with Home() as home:
        a, b = queue(home, *LONG, "--seeds", "0,1")
        worker = home.start("queue", "--run")
        wait_until(lambda: moving(home))
        worker.kill()
        worker.wait()
        assert live(home)[0]["id"] == a, "the run goes on by itself"
        assert [r["id"] for r in home.json("queue")] == [b]
        two = [home.start("queue", "--run") for _ in range(2)]
        wait_until(lambda: any(p.poll() is not None for p in two))  # one of them leaves
        time.sleep(0.7)
        assert [r["id"] for r in live(home)] == [a], "the other waits"
        home.run("stop", a)
        wait_until(lambda: any(r["id"] == b for r in live(home)))
        wait_until(lambda: moving(home))
        home.run("stop", b)
        for process in two:
            assert process.wait(timeout=60) == 0
        assert [r["state"] for r in home.json("runs")] == ["stopped", "stopped"]
        assert all(r["steps_done"] > 0 for r in home.json("runs"))


@test
def a_saved_checkpoint_stays():
    with Home() as home:
        home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--set", "epochs=6",
                   "--set", "evaluate.clean_train=false")
        wait_until(lambda: moving(home))
        saved = home.json("save", "latest")["path"]
        assert os.path.basename(saved).startswith("saved-"), saved
        home.run("pause", "latest")
        again = home.json("save", "latest")["path"]  # paused: it is saved already
        home.run("continue", "latest")
        wait_until(lambda: home.json("runs")[0]["state"] == "finished")
        artifacts = {a["path"]: a for a in home.json("show", "latest")["artifacts"]}
        for path in (saved, again):
            assert artifacts[path]["kind"] == "saved" and os.path.getsize(path) == artifacts[path]["bytes"], artifacts
        home.refused("save", "latest", says="not running")
        weights = os.path.join(home.top, "saved.safetensors")
        home.run("export", "latest", "--which", "saved", "-o", weights)
        assert os.path.getsize(weights) > 6000000


@test
def other_seeds_of_a_run():
    with Home() as home:
        home.train(*SHORT, "--name", "base")
        base = home.json("runs")[0]["id"]
        out = home.run("train", "--like", "base", "--queue", "--seeds", "5,6", "--json")
        runs = home.json("runs")
        assert len(out.strip().split("\n")) == 2 and {r["group"] for r in runs} == {base}, runs
        assert [r["recipe"]["seed"] for r in runs] == [6, 5, 0]
        assert {r["recipe"]["epochs"] for r in runs} == {1} and len({r["data_path"] for r in runs}) == 1
        assert re.match("base|Day", runs[0]["name"]), runs[0]["name"]
        home.refused("train", "--like", "base", "--preset", "quick-mobilenet-v3-small", status=2, says="--like")


main()
