#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are interrupted in every way end with the same bits as one that is not. TEST_SEED chooses the moments, TEST_KILLS their number."""
import json
import os
import random
import re
import signal
import time

from cli import FEW, SEED, Home, main, test

MORE = ["--set", "epochs=4", "--set", "freeze.epochs=1"]
KILLS = int(os.environ.get("TEST_KILLS", "6"))
print("# TEST_SEED=%d TEST_KILLS=%d" % (SEED, KILLS))
reference = {}


def uninterrupted():
    """SHA-256 of the last weights, and the seconds that the run took."""
    if not reference:
        with Home() as home:
            began = time.monotonic()
            home.train(*MORE)
            reference["seconds"] = time.monotonic() - began
            reference["weights"] = home.weights()
            reference["epochs"] = [(e["train_loss"], e["accuracy"]) for e in home.json("show", "latest")["epochs_table"]]
            reference["test"] = home.json("runs")[0]["test_accuracy"]
    return reference


def begin(home, *more):
    process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *MORE, "--json", *more)
    first = json.loads(process.stdout.readline())
    assert first["event"] == "start"
    return process


def wait_for_steps(home, steps):
    for _ in range(2000):
        runs = home.json("runs")
        if runs and (runs[0]["steps_done"] >= steps or runs[0]["state"] not in ("starting", "running")):
            return
        time.sleep(0.01)
    raise AssertionError("the run does not move")


def same_as_uninterrupted(home):
    expected = uninterrupted()
    run = home.json("runs")[0]
    assert run["state"] == "finished", run
    assert home.weights() == expected["weights"], "other bits"
    story = home.json("show", "latest")
    assert [(e["train_loss"], e["accuracy"]) for e in story["epochs_table"]] == expected["epochs"], "other figures"
    assert run["test_accuracy"] == expected["test"]
    return story


@test
def threads_do_not_change_bits():
    for threads in ("1", "2", "3", "7"):
        with Home() as home:
            home.train(*MORE, "--threads", threads)
            assert home.weights() == uninterrupted()["weights"], threads


@test
def control_c_saves_and_resumes():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 30)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130, process.returncode
        run = home.json("runs")[0]
        assert run["state"] == "stopped" and run["steps_done"] >= 30
        home.run("resume", "latest")
        story = same_as_uninterrupted(home)
        assert {"stopped", "resumed"} <= {e["kind"] for e in story["events"]}


@test
def stop_saves_and_resumes():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 10)
        home.run("stop", "latest")
        process.communicate(timeout=60)
        assert process.returncode == 3, process.returncode
        assert home.json("runs")[0]["state"] == "stopped"
        home.refused("stop", "latest", says="not running")
        home.run("resume", "latest", "--threads", "1")
        same_as_uninterrupted(home)


@test
def stop_after_the_epoch():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 5)
        home.run("stop", "--after-epoch", "latest")
        process.communicate(timeout=60)
        run = home.json("runs")[0]
        assert run["state"] == "stopped" and run["steps_done"] % 23 == 0 and run["epochs_done"] >= 1, run
        home.run("resume", "latest")
        same_as_uninterrupted(home)


@test
def pause_and_continue():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 10)
        home.run("pause", "latest")
        run = home.json("runs")[0]
        assert run["state"] == "paused", run["state"]
        time.sleep(0.7)
        assert home.json("runs")[0]["steps_done"] == run["steps_done"]
        home.run("continue", "latest")
        process.communicate(timeout=120)
        assert process.returncode == 0
        story = same_as_uninterrupted(home)
        assert {"paused", "continued"} <= {e["kind"] for e in story["events"]}


@test
def a_paused_run_that_is_killed_resumes():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 40)
        home.run("pause", "latest")
        paused_at = home.json("runs")[0]["steps_done"]
        process.kill()
        process.communicate()
        run = home.json("runs")[0]
        assert run["state"] == "interrupted" and run["steps_done"] == paused_at, run
        home.run("resume", "latest")
        same_as_uninterrupted(home)


@test
def sigkill_at_random_moments():
    rng = random.Random(SEED)
    with Home() as home:
        process = begin(home)
        committed = 0
        for kill in range(KILLS):
            time.sleep(rng.uniform(0.05, 0.6 * uninterrupted()["seconds"] / 2))
            alive = process.poll() is None
            process.kill()
            out, _ = process.communicate()
            said = [json.loads(l)["epoch"] for l in out.split("\n") if '"committed"' in l]
            committed = max([committed] + said)
            run = home.json("runs")[0]
            assert run["epochs_done"] >= committed, "a committed epoch is lost: %d < %d" % (run["epochs_done"], committed)
            if not alive:
                break
            assert run["state"] == "interrupted", run["state"]
            process = home.start("resume", "latest", "--json")
        process.communicate(timeout=240)
        if home.json("runs")[0]["state"] != "finished":
            home.run("resume", "latest")
        same_as_uninterrupted(home)
        leftovers = [n for n in home.listing() if n.endswith(".part")]
        assert not leftovers, leftovers


@test
def a_damaged_checkpoint_is_noticed():
    with Home() as home:
        process = begin(home)
        for line in process.stdout:
            if '"committed"' in line and json.loads(line)["epoch"] == 2:
                break
        process.kill()
        process.communicate()
        newest = [a for a in home.json("show", "latest")["artifacts"] if a["kind"] == "last"][0]
        with open(newest["path"], "r+b") as f:
            f.seek(newest["bytes"] // 2)
            byte = f.read(1)
            f.seek(newest["bytes"] // 2)
            f.write(bytes([byte[0] ^ 1]))
        home.run("resume", "latest")
        assert "damaged" in home.err, home.err
        same_as_uninterrupted(home)


@test
def one_worker_a_run():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 5)
        home.run("resume", "latest", status=1)
        assert re.search(r"^thaw: .*", home.err)
        process.communicate(timeout=120)
        same_as_uninterrupted(home)


@test
def a_folder_that_is_taken_away_ends_the_run():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 5)
        os.rename(home.home, home.home + "-away")
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and "went away" in err, (process.returncode, err)


@test
def data_that_changed_is_noticed():
    with Home() as home:
        process = begin(home)
        wait_for_steps(home, 30)
        process.kill()
        process.communicate()
        other = os.path.join(home.top, "other")
        os.makedirs(other)
        for name in os.listdir(home.data):
            with open(os.path.join(home.data, name), "rb") as f:
                body = bytearray(f.read())
            if name == "data_batch_3.bin":
                body[100] ^= 1
            with open(os.path.join(other, name), "wb") as f:
                f.write(body)
        home.run("resume", "latest", "--data", other, status=1)
        assert "data" in home.err.lower()
        home.run("resume", "latest", "--data", os.path.join(home.top, "nowhere"), status=1)
        home.run("resume", "latest")
        same_as_uninterrupted(home)


main()
