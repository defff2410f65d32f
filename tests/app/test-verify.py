#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""'thaw verify' finds a run equal to itself, on any number of threads and wherever it was interrupted; it finds what somebody changed in the
store, in a checkpoint or in the data, and names the first of it; and it leaves nothing behind."""
import atexit
import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess

from cli import FEW, THAW, Home, main, test

kept = {}


class Verified(Home):
    """A copy of a home with a run that is finished and one that was stopped within an epoch; a place for temporary folders of its own."""

    def __init__(self):
        super().__init__()
        if not kept:
            self.make()
        shutil.copytree(kept["home"].home, self.home)
        self.store = os.path.join(self.home, "store.db")
        self.scratch = os.path.join(self.top, "scratch")
        os.mkdir(self.scratch)
        self.env["TMPDIR"] = self.scratch

    def make(self):
        home = Home()
        atexit.register(shutil.rmtree, home.top, ignore_errors=True)
        home.train("--name", "done", "--set", "freeze.epochs=1")
        while not self.stop_within_an_epoch(home):
            home.run("trash", "stopped")
            home.run("trash", "--empty")
        kept["home"] = home

    def stop_within_an_epoch(self, home):
        """Whether it was met: 22 of 23 places are within one."""
        process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--set", "epochs=8", "--name", "stopped",
                             "--json")
        for line in process.stdout:
            if '"committed"' in line and json.loads(line)["epoch"] == 1:
                break
        home.start("stop", "stopped").communicate()
        process.communicate()
        run = home.json("show", "stopped")
        return run["state"] == "stopped" and run["steps_done"] - run["epochs_table"][-1]["step"] >= 2

    def files(self):
        return {os.path.join(d, n): hashlib.sha256(open(os.path.join(d, n), "rb").read()).hexdigest()
                for d, _, fs in os.walk(self.home) for n in fs if not n.endswith(("-wal", "-shm"))}

    def verify(self, *arguments, equal=True, status=None):
        """What it says; nothing of the home changes, nothing is left in the place for temporary folders."""
        before = self.files()
        said = json.loads(self.run("verify", *arguments, "--json", status=(0 if equal else 1) if status is None else status))
        assert said["equal"] == equal and (said["first_difference"] is None) == equal, said
        assert self.files() == before, "the home was changed"
        assert os.listdir(self.scratch) == [], os.listdir(self.scratch)
        return said

    def impossible(self, *arguments, says=()):
        before = self.files()
        self.run("verify", *arguments, status=1)
        lines = [l for l in self.err.strip().split("\n") if l.startswith("thaw:")]
        assert len(lines) == 1 and all(part in self.err for part in ([says] if isinstance(says, str) else says)), self.err
        assert self.files() == before and os.listdir(self.scratch) == []

    def sql(self, text, *values):
        with contextlib.closing(sqlite3.connect(self.store)) as db, db:
            return db.execute(text, values).fetchall()

    def file(self, name, kind, nth=0):
        rows = self.sql("select run.id, file from artifact join run on artifact.run = run.seq where run.name = ? and kind = ? "
                        "order by artifact.seq desc", name, kind)
        return os.path.join(self.home, "runs", rows[nth][0], rows[nth][1])


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))


@test
def a_run_is_equal_on_any_number_of_threads():
    with Verified() as home:
        for threads in ("1", "2"):
            said = home.verify("done", "--threads", threads)
            assert said["epoch"] == 3 and said["whole"] and said["threads"] == int(threads)
            assert said["iterations"] == said["iterations_equal"] == said["to_step"] - said["from_step"] > 20
            assert said["figures"] == said["figures_equal"] >= 15 and said["tested"]
            assert said["weights_compared"] and said["weights_equal"] and said["weights_sha256"] == said["weights_sha256_stored"]
            assert said["machine_differs"] is None


@test
def the_first_epoch_needs_no_checkpoint():
    with Verified() as home:
        shutil.rmtree(os.path.dirname(home.file("done", "last")))
        said = home.verify("done", "--epoch", "1", equal=home.sql("select best from epoch join run on epoch.run = run.seq "
                                                                "where name = 'done' and epoch = 0") == [(0,)])
        assert said["from"] is None and said["iterations_equal"] == said["iterations"]
        assert said["figures_equal"] == said["figures"]


@test
def an_epoch_that_did_not_end_is_verified_as_far_as_it_went():
    with Verified() as home:
        whole = home.verify("stopped")
        assert whole["whole"] and not whole["tested"]
        part = home.verify("stopped", "--epoch", str(whole["epoch"] + 1), "--threads", "1")
        assert not part["whole"] and part["iterations"] == part["to_step"] - part["from_step"] >= 2
        assert part["weights_compared"] and part["figures"] == 0
        home.run("resume", "stopped")
        after = home.verify("stopped")
        assert after["epoch"] == 8 and after["whole"] and after["tested"]


@test
def a_changed_figure_is_found():
    with Verified() as home:
        (step, loss), = home.sql("select step, loss from iteration join run on iteration.run = run.seq where name = 'done' "
                                 "order by step desc limit 1 offset 7")
        home.sql("update iteration set loss = ? where step = ? and run = (select seq from run where name = 'done')", loss * (1 + 2 ** -52), step)
        said = home.verify("done", equal=False)
        first = said["first_difference"]
        assert first["step"] == step and "iteration %d" % (step + 1) in first["what"], first
        assert float(first["found"].split()[0]) == loss != float(first["stored"].split()[0]), first
        assert said["iterations_equal"] == said["iterations"] - 1 and said["weights_equal"], said
        text = home.run("verify", "done", status=1)
        assert "The first difference: loss of iteration %d" % (step + 1) in text and text.endswith("Different.\n"), text


@test
def a_changed_figure_of_the_epoch_or_of_the_test_is_found():
    for change, what in (("update metric set value = value + 0.01 where name = 'accuracy'", "accuracy of epoch 3"),
                         ("update epoch set trainable = trainable + 1", "trainable of epoch 3"),
                         ("update run set test_accuracy = 0.5", "accuracy of the test")):
        with Verified() as home:
            home.sql(change)
            said = home.verify("done", equal=False)
            assert said["first_difference"]["what"] == what and said["figures_equal"] == said["figures"] - 1, said


@test
def a_missing_row_is_found():
    with Verified() as home:
        home.sql("delete from iteration where step = 60 and run = (select seq from run where name = 'done')")
        assert home.verify("done", equal=False)["first_difference"]["step"] == 60


@test
def a_flipped_checkpoint_is_found():
    with Verified() as home:
        after, before = home.file("done", "last", 0), home.file("done", "last", 1)
        flip(after, os.path.getsize(after) - 1000)
        said = home.verify("done", equal=False)
        assert after in said["first_difference"]["what"] and not said["weights_equal"], said
        assert said["weights_sha256"] == said["weights_sha256_stored"], "what comes out is what was recorded"
        flip(before, os.path.getsize(before) // 2)
        home.impossible("done", says=(before, "damaged", "--epoch 1"))
        os.unlink(before)
        home.impossible("done", says=(before, "lost"))


@test
def a_checkpoint_with_another_value_is_found():
    """Somebody who changes the file and the row as well."""
    with Verified() as home:
        after = home.file("done", "last", 0)
        flip(after, os.path.getsize(after) - 1000)
        with open(after, "rb") as f:
            sha = hashlib.sha256(f.read()).hexdigest()
        home.sql("update artifact set sha256 = ? where file = ? and run = (select seq from run where name = 'done')", sha, os.path.basename(after))
        said = home.verify("done", equal=False)
        assert said["first_difference"]["what"].startswith("tensor '") and not said["weights_equal"], said
        assert said["first_difference"]["stored"] != said["first_difference"]["found"]


@test
def changed_data_are_refused():
    with Verified() as home:
        other = os.path.join(home.top, "other")
        shutil.copytree(home.data, other)
        flip(os.path.join(other, "data_batch_3.bin"), 100)
        home.impossible("done", "--data", other, says=("is not the data of run", "fingerprint"))
        home.impossible("done", "--data", os.path.join(home.top, "nowhere"))
        moved = os.path.join(home.top, "moved")
        shutil.copytree(home.data, moved)
        home.verify("done", "--data", moved)


@test
def another_processor_is_named():
    with Verified() as home:
        home.sql("update run set machine = replace (machine, '\"kernels\": \"', '\"kernels\": \"other-')")
        said = home.verify("done")
        assert "kernels was 'other-" in said["machine_differs"], said
        assert "made no difference" in home.run("verify", "done")
        home.sql("update metric set value = 0.5 where name = 'loss'")
        assert "bits may differ for that reason" in home.run("verify", "done", status=1)


@test
def what_cannot_be_verified_is_said():
    with Verified() as home:
        home.impossible("done", "--epoch", "2", says=("epoch 2 cannot be verified", "possible: 1, 3"))
        home.impossible("done", "--epoch", "99", says="possible: 1, 3")
        home.impossible("nobody", says="nobody")
        home.run("verify", "done", "--epoch", "0", status=2)
        home.run("verify", "done", "--threads", "-1", status=2)
        home.run("verify", status=2)
        home.train("--queue", "--name", "waiting")
        home.impossible("waiting", says="nothing of it can be verified yet")
        process = home.start("resume", "stopped", "--json")
        process.stdout.readline()
        home.run("pause", "stopped")
        home.run("verify", "stopped", status=1)
        assert "is being trained" in home.err, home.err
        process.kill()
        process.communicate()


@test
def ctrl_c_leaves_nothing_behind():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 3)):
        with Verified() as home:
            before = home.files()
            process = home.start("verify", "done")
            assert "again" in process.stdout.readline()
            process.send_signal(number)
            process.communicate(timeout=60)
            assert process.returncode == status, process.returncode
            assert os.listdir(home.scratch) == [] and home.files() == before


@test
def a_home_that_may_only_be_read_is_verified():
    if os.geteuid() == 0 and not shutil.which("unshare"):
        return
    with Verified() as home:
        sqlite3.connect(home.store).execute("pragma wal_checkpoint(truncate)")
        if os.geteuid() == 0:
            ro = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', home.home]
            probe = subprocess.run(ro + ["true"], capture_output=True)
            if probe.returncode != 0:
                return
        else:
            ro = []
            os.chmod(home.home, 0o500)
        done = subprocess.run(ro + [THAW, "verify", "done"], env=home.env, capture_output=True, text=True)
        os.chmod(home.home, 0o700)
        assert done.returncode == 0 and done.stdout.endswith("Equal, bit for bit.\n"), (done.stdout, done.stderr)


main()
