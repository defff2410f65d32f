# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that the first version made (commit 932d613), with a finished run and one that was stopped: today's program
lists it, shows it, and goes on with it as that version would have.

history/store-1.tar.xz was made on the pictures of write_cifar (per_batch=16, n_test=20), by MobileNetV3-Small from weights
that are the same number throughout, so that it is small. usage: test-old-store.py THAW HISTORY"""
import hashlib
import json
import os
import sqlite3
import sys
import tarfile

from cli import Home, main, test, write_cifar

HISTORY = os.path.abspath(sys.argv[2])
# What the first version came to when it went on by itself: loss of validation and of training, by epoch.
WOULD_HAVE = [(2.30206, 2.30278), (2.30058, 2.30181), (2.29825, 2.29970), (2.29385, 2.29706), (2.28740, 2.29199),
              (2.28011, 2.28415), (2.27975, 2.28202)]


def old_home():
    home = Home()
    with tarfile.open(os.path.join(HISTORY, "store-1.tar.xz")) as archive:
        archive.extractall(home.top)
    os.rename(os.path.join(home.top, "store"), home.home)
    home.data = os.path.join(home.top, "pictures")
    write_cifar(home.data, per_batch=16, n_test=20)
    return home


@test
def it_is_listed_and_shown():
    with old_home() as home:
        assert sqlite3.connect(os.path.join(home.home, "store.db")).execute("pragma user_version").fetchone() == (1,)
        runs = home.json("runs")
        assert [(r["name"], r["state"], r["epochs_done"]) for r in runs] == [
            ("a stopped run", "stopped", 2), ("an old run", "finished", 3)], runs
        story = home.json("show", "an old run")
        assert [round(e["loss"], 5) for e in story["epochs_table"]] == [l for l, _ in WOULD_HAVE[:3]]
        assert [e["kind"] for e in story["events"]] == ["frozen", "test-opened", "finished"]
        assert len(home.json("compare", "@1", "@2")) == 2
        recipe = json.loads(home.run("show", "@1", "--recipe"))
        assert recipe["freeze"]["epochs"] == 6 and "features" not in recipe["freeze"]


@test
def its_weights_can_be_used():
    with old_home() as home:
        home.run("export", "an old run", "-o", os.path.join(home.top, "w.safetensors"))
        home.run("plot", "@1", "@2", "-o", os.path.join(home.top, "curves.png"))
        answer = home.json("predict", "an old run", "--validation", "4", "--data", home.data)
        assert len(answer) > 0


@test
def the_stopped_run_goes_on():
    with old_home() as home:
        home.run("resume", "a stopped run", status=1)
        assert "/srv/thaw/pictures" in home.err, home.err
        home.run("resume", "a stopped run", "--data", home.data)
        story = home.json("show", "a stopped run")
        table = story["epochs_table"]
        assert [e["frozen"] for e in table] == [True] * 6 + [False]
        for epoch, (loss, train_loss) in zip(table, WOULD_HAVE):
            assert abs(epoch["loss"] - loss) < 1e-4 and abs(epoch["train_loss"] - train_loss) < 1e-4, (epoch, loss, train_loss)
        assert home.json("runs")[0]["state"] == "finished"


@test
def a_checkpoint_of_another_form_is_refused():
    with old_home() as home:
        run = home.json("show", "a stopped run")
        last = [a["path"] for a in run["artifacts"] if a["kind"] == "last"][0]
        with open(last, "rb") as f:
            bytes_ = f.read()
        assert bytes_.count(b"thaw-checkpoint/1") == 1
        bytes_ = bytes_.replace(b"thaw-checkpoint/1", b"thaw-checkpoint/9")
        with open(last, "wb") as f:
            f.write(bytes_)
        home.run("resume", "a stopped run", "--data", home.data, status=1)
        assert "is damaged" in home.err, home.err
        with sqlite3.connect(os.path.join(home.home, "store.db")) as store:  # as if a later version had written it
            store.execute("update artifact set sha256 = ? where file = ?",
                          (hashlib.sha256(bytes_).hexdigest(), os.path.basename(last)))
        home.run("resume", "a stopped run", "--data", home.data, status=1)
        assert "'thaw-checkpoint/9', this version reads 'thaw-checkpoint/1'" in home.err, home.err


main()
