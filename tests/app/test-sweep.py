#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps and groups of seeds: what is made, killed in the middle and gone on with; the comparison with mean, deviation and n."""
import json
import os
import signal
import time

from cli import FEW, Home, main, test

SHORT = ["--set", "epochs=1", "--set", "evaluate.clean_train=false"]
OVER = ["--over", "model.name=mobilenet_v3_small,squeezenet1_1", "--over", "seed=0..2"]


def sweep(home, *arguments, status=0):
    out = home.run("sweep", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *SHORT, "--json", *arguments,
                   status=status)
    return [json.loads(line) for line in out.strip().split("\n") if line]


def wait_until(what, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def runs(home):
    """Oldest first."""
    return home.json("runs")[::-1]


def states(home):
    return [r["state"] for r in runs(home)]


def kill_all(home, process):
    """The sweep and the run that it trains, at once, as a power cut would."""
    process.kill()
    for run in runs(home):
        try:
            with open(os.path.join(home.home, "runs", run["id"], "lock")) as f:
                pid = int(f.read() or 0)
            if pid and run["state"] in ("starting", "running"):
                os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            pass
    process.communicate()
    wait_until(lambda: all(s not in ("starting", "running") for s in states(home)))


def expect_whole(home, reference):
    """Six finished runs, with the weights of those that nobody killed."""
    assert states(home) == ["finished"] * 6, states(home)
    assert [weights(home, r) for r in runs(home)] == reference


def weights(home, run):
    return home.weights(run["id"])


def expect_head_starts(home, groups):
    """--reach of groups, and of runs one by one, from the epochs' own figures."""
    curves = {run: [e["accuracy"] for e in home.json("show", run)["epochs_table"]] for group in groups for run in group["runs"]}
    mark = sum(curves[run][0] for run in groups[0]["runs"]) / 3
    for group in home.json("compare", "--sweep", "both", "--reach", "1")["groups"]:
        reach = group["reach"]
        passed = [[n for n, accuracy in enumerate(curves[run], 1) if accuracy > mark][:1] for run in group["runs"]]
        assert reach["after"] == 1 and abs(reach["mark"] - mark) < 1e-6, reach
        assert reach["epochs_to_pass"] == [n[0] if n else None for n in passed], (reach, passed)
        assert abs(reach["accuracy"]["mean"] - sum(curves[run][0] for run in group["runs"]) / 3) < 1e-6, reach
    first, second = groups[0]["runs"][0], groups[1]["runs"][0]
    columns = home.json("compare", first, second, "--reach", "1")
    assert [c["reach"]["accuracy"] for c in columns] == [curves[first][0], curves[second][0]], columns
    assert all(c["reach"]["mark"] == curves[first][0] for c in columns), columns


@test
def two_backbones_by_three_seeds_killed_and_resumed():
    with Home() as home, Home() as other:
        lines = sweep(home, *OVER, "--name", "both")
        made = [line for line in lines if line["event"] == "queued"]
        assert [m["seed"] for m in made] == [0, 1, 2] * 2 and len({m["group"] for m in made}) == 2, made
        assert made[4]["name"] == "both, model.name=squeezenet1_1, seed=1", made[4]
        assert lines[-1] == {"event": "sweep", "sweep": "both", "runs": 6, "finished": 6, "queued": 0, "live": 0, "ended": 0}
        reference = [weights(home, r) for r in runs(home)]
        assert len(set(reference)) == 6

        arguments = ["sweep", "--preset", "day44-mobilenet-v3-small", "--data", other.data, *FEW, *SHORT, *OVER, "--name", "both"]
        process = other.start(*arguments)
        wait_until(lambda: "finished" in states(other) and any(r["state"] == "running" for r in runs(other)))
        kill_all(other, process)
        assert "interrupted" in states(other) and "queued" in states(other), states(other)
        process = other.start("sweep", "--resume", "both")
        wait_until(lambda: states(other).count("finished") >= 3 and any(r["state"] == "running" for r in runs(other)))
        kill_all(other, process)
        other.run("queue", "--run")  # the other way to go on
        expect_whole(other, reference)
        text = other.run("sweep", "--resume", "both")  # nothing is left to do
        assert "6 of 6 runs finished" in text, text

        compared = other.json("compare", "--sweep", "both")
        groups = compared["groups"]
        assert [g["model"] for g in groups] == ["mobilenet_v3_small", "squeezenet1_1"], groups
        assert groups[0]["name"] == "both, model.name=mobilenet_v3_small", groups[0]
        shown = {r["id"]: r for r in runs(other)}
        for group in groups:
            values = [shown[i]["best_accuracy"] for i in group["runs"]]
            mean = sum(values) / 3
            deviation = (sum((v - mean) ** 2 for v in values) / 2) ** 0.5
            assert group["best_accuracy"]["n"] == 3
            assert abs(group["best_accuracy"]["mean"] - mean) < 1e-6
            assert abs(group["best_accuracy"]["deviation"] - deviation) < 1e-6
        differences = [shown[b]["best_accuracy"] - shown[a]["best_accuracy"] for a, b in zip(groups[0]["runs"], groups[1]["runs"])]
        pair = compared["pairs"][0]["best_accuracy"]
        mean = sum(differences) / 3
        reach = 4.302653 * (sum((d - mean) ** 2 for d in differences) / 2) ** 0.5 / 3 ** 0.5
        assert pair["n"] == 3 and abs(pair["mean"] - mean) < 1e-6 and abs(pair["high"] - mean - reach) < 1e-6, pair
        assert pair["told"] == (abs(mean) > reach)
        assert "reach" not in groups[0]
        expect_head_starts(other, groups)
        text = other.run("compare", "--sweep", "both")
        assert "(3 runs)" in text and "3 seeds" in text, text
        if not pair["told"] and reach > 0:
            assert "not enough evidence" in text, text


@test
def a_sweep_is_made_whole_or_not_at_all():
    with Home() as home:
        arguments = ["sweep", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, *SHORT, "--queue", *OVER]
        for delay in (0.05, 0.3, 0.6, 0.9, 1.2, 1.6):
            process = home.start(*arguments)
            time.sleep(delay)
            process.kill()
            process.communicate()
            assert len(runs(home)) % 6 == 0, (delay, states(home))
        home.run(*arguments, "--name", "last")
        assert states(home)[-6:] == ["queued"] * 6


@test
def values_and_ranges():
    with Home() as home:
        lines = sweep(home, "--queue", "--over", "optimizer.lr=1e-4..1e-2*10", "--over", "augment=[],[{\"name\":\"RandomHorizontalFlip\"}]")
        recipes = [r["recipe"] for r in runs(home)]
        assert [r["optimizer"]["lr"] for r in recipes] == [1e-4, 1e-4, 1e-3, 1e-3, 1e-2, 1e-2], recipes
        assert [len(r["augment"]) for r in recipes] == [0, 1] * 3
        assert lines[-1]["sweep"] == "1" and {t for r in runs(home) for t in r["tags"]} == {"sweep 1"}
        sweep(home, "--queue", "--over", "model.dropout=0..0.4..0.2,0.7")
        assert [r["recipe"]["model"]["dropout"] for r in runs(home)[6:]] == [0, 0.2, 0.4, 0.7]
        assert [json.loads(line)["sweep"] for line in home.run("sweep", "--json").split("\n") if line] == ["2", "1"]


@test
def what_cannot_work_is_refused_before_anything_is_made():
    with Home() as home:
        base = ["sweep", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--queue"]
        home.refused(*base, "--over", "epochs=1,2,0", says=["with epochs=0", "epochs is 0"])
        home.refused(*base, "--over", "model.name=mobilenet_v3_small,resnet81", says="did you mean 'resnet18'")
        home.refused(*base, "--over", "freeze.epochs=1..3", "--over", "epochs=3,2", says="with freeze.epochs=3, epochs=2")
        home.refused(*base, "--over", "batch_size=16,359", says=["with batch_size=359", "batch_size"], status=1)
        home.refused(*base, "--over", "seed", status=2, says="--over 'seed'")
        home.refused(*base, "--over", "seed=1,,2", status=2, says="empty")
        home.refused(*base, "--over", "seed=1,1", status=2, says="twice")
        home.refused(*base, "--over", "seed=3..1", status=2, says="range")
        home.refused(*base, "--over", "seed=0..1000", status=2, says="more than")
        home.refused(*base, "--over", "seed=1", "--over", "seed=2", status=2, says="already")
        home.refused(*base, "--over", "seed=1", "--name", "a,b", says="--name")
        home.refused("sweep", "--resume", "nothing", says="no sweep 'nothing'")
        home.refused("sweep", "--resume", "x", "--set", "epochs=2", status=2, says="--resume")
        home.refused("compare", "--sweep", "nothing", says="no sweep")
        sweep(home, "--queue", "--over", "seed=1", "--name", "one")
        home.refused(*base, "--over", "seed=1", "--name", "one", says="already")


@test
def a_number_of_seeds():
    with Home() as home:
        out = home.train(*SHORT, "--seeds", "2", "--set", "seed=5", "--name", "s")
        assert states(home) == ["finished"] * 2, out
        assert [r["recipe"]["seed"] for r in runs(home)] == [5, 6] and len({r["group"] for r in runs(home)}) == 1
        assert [r["name"] for r in runs(home)] == ["s, seed 5", "s, seed 6"]
        home.train(*SHORT, "--queue", "--seeds", "7,")
        assert runs(home)[-1]["recipe"]["seed"] == 7 and states(home)[-1] == "queued"
        compared = home.json("compare", "--seeds", "@2", "@3")
        assert compared["groups"][0]["best_accuracy"]["n"] == 2 and compared["pairs"] == []


@test
def a_range_test_leaves_everything_as_it_was():
    with Home() as home:
        home.train(*SHORT, "--set", "epochs=2", "--set", "optimizer.lr=0.0001")
        bits = weights(home, runs(home)[0])
        before = home.listing()
        plot = os.path.join(home.top, "range.svg")
        base = ["--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--from", "1e-6", "--steps", "80"]
        for arguments in (["latest", "--from", "1e-6"], base):
            found = home.json("find-lr", *arguments)
            assert len(found["points"]) > 20 and found["points"][0]["lr"] == 1e-6, found
            assert [s["name"] for s in found["suggestions"]] in ([], ["steepest", "tenth", "valley"]), found
            assert (found["none"] is None) == bool(found["suggestions"]), found
        assert home.listing() == before and weights(home, runs(home)[0]) == bits
        home.json("find-lr", *base, "-o", plot)
        assert os.path.getsize(plot) > 2000
        home.refused("find-lr", "latest", "--set", "epochs=2", status=2, says="a run is tested as it stands")
        home.refused("find-lr", *base, "--to", "1e-7", status=2, says="--from and --to")


main()
