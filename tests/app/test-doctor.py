#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Homes that are damaged in many ways: 'thaw doctor' notices each, names it, and mends it or leaves it with a sentence. What it must
not touch it does not touch: that is looked at byte by byte. TEST_SEED chooses where bytes are flipped."""
import atexit
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import time

from cli import FEW, SEED, THAW, Home, main, test

print("# TEST_SEED=%d" % SEED)
rng = random.Random(SEED)
kept = {}


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Sick(Home):
    """A copy of a home with a finished run, 'done', and one that was stopped after its second epoch, 'stopped'."""

    def __init__(self):
        super().__init__()
        if not kept:
            self.make()
        shutil.copytree(kept["home"].home, self.home)
        self.env["THAW_DATA"] = os.path.dirname(self.data)
        self.runs = {r["name"]: r["id"] for r in self.json("runs")}
        self.store = os.path.join(self.home, "store.db")

    def make(self):
        home = Home()
        atexit.register(shutil.rmtree, home.top, ignore_errors=True)
        home.train("--name", "done", "--set", "epochs=2")
        process = home.start("train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, *FEW, "--set", "epochs=5", "--name", "stopped", "--json")
        for line in process.stdout:
            if '"committed"' in line and json.loads(line)["epoch"] == 2:
                process.send_signal(signal.SIGTERM)
        process.communicate()
        assert process.returncode == 3, process.returncode
        kept["home"] = home

    def folder(self, name):
        return os.path.join(self.home, "runs", self.runs[name])

    def files(self, name, kind):
        """Newest first."""
        with sqlite3.connect(self.store) as db:
            rows = db.execute("select file from artifact join run on artifact.run = run.seq where run.name = ? and kind = ? "
                              "order by artifact.seq desc", (name, kind))
            return [os.path.join(self.folder(name), file) for file, in rows]

    def sql(self, text):
        with sqlite3.connect(self.store) as db:
            return db.execute(text).fetchall()

    def doctor(self, *arguments, wrong=0):
        """The findings; exactly so many of them wrong."""
        said = json.loads(self.run("doctor", "--json", *arguments, status=1 if wrong else 0))
        assert said["wrong"] == wrong == len([f for f in said["findings"] if f["grade"] == "wrong" and not f["repaired"]]), said
        return said

    def finding(self, said, *parts, grade=None, path=None):
        found = [f for f in said["findings"] if all(p in f["message"] for p in parts)]
        assert len(found) == 1, "%r: %r" % (parts, [f["message"] for f in found or said["findings"] if f["grade"] != "in-order"])
        assert grade is None or found[0]["grade"] == grade, found
        assert path is None or found[0]["path"] == path, (found, path)
        return found[0]

    def bytes(self):
        """Every file of the home with its mode; SQLite's helpers come and go, and a lock file is nobody's content."""
        return {os.path.join(d, n): (oct(os.lstat(os.path.join(d, n)).st_mode), sha256(os.path.join(d, n)))
                for d, _, fs in os.walk(self.home) for n in fs
                if not n.endswith(("-wal", "-shm", "lock"))}

    def aside(self, said):
        return sorted(os.path.join(d, n) for d, _, fs in os.walk(said["set_aside"]) for n in fs)


def flip(path, at=None):
    size = os.path.getsize(path)
    at = rng.randrange(size) if at is None else at
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ (1 << rng.randrange(8))]))


def quietly(home, *arguments, wrong=0):
    """Looks; not a byte or a name changes."""
    before = home.bytes(), home.listing()
    said = home.doctor(*arguments, wrong=wrong)
    assert (home.bytes(), home.listing()) == before, "looking changed something"
    return said


@test
def a_healthy_home_has_nothing_wrong():
    with Sick() as home:
        said = quietly(home)
        assert said["worth_knowing"] == 0 and said["in_order"] >= 10, [f for f in said["findings"] if f["grade"] != "in-order"]
        home.finding(said, "looked through and sound", path=home.store)
        assert {f["area"] for f in said["findings"]} == {"home", "store", "runs", "checkpoints", "data", "weights", "machine"}
        assert quietly(home, "--quick")["worth_knowing"] == 0
        assert home.doctor("--repair")["repaired"] == 0
        text = home.run("doctor")
        assert text.rstrip().endswith("Nothing is wrong.") and "WRONG" not in text


@test
def a_home_without_anything_has_nothing_wrong():
    with Home() as home:
        said = json.loads(home.run("doctor", "--repair", "--json"))
        assert said["wrong"] == 0 and not os.path.exists(home.home), said


@test
def usage_is_explained():
    with Home() as home:
        home.run("doctor", "something", status=2)
        home.run("doctor", "--nonsense", status=2)


# --- Checkpoints ---

@test
def a_flipped_bit_in_the_newest_checkpoint():
    with Sick() as home:
        newest, before = home.files("stopped", "last")[:2]
        flip(newest)
        damaged = sha256(newest)
        said = quietly(home, wrong=1)
        finding = home.finding(said, newest, "SHA-256", grade="wrong", path=newest)
        assert finding["run"] == home.runs["stopped"] and "--repair" in finding["advice"]
        assert quietly(home, "--quick")["wrong"] == 0, "sizes alone cannot tell"
        said = home.doctor("--repair")
        assert home.finding(said, newest)["repaired"]
        assert [sha256(p) for p in home.aside(said)] == [damaged] and not os.path.exists(newest)
        assert home.files("stopped", "last") == [before]
        assert os.path.exists(said["store_copy"])
        with sqlite3.connect(said["store_copy"]) as copy:
            assert copy.execute("select count (*) from artifact join run on artifact.run = run.seq where run.name = 'stopped' and file = ?",
                                (os.path.basename(newest),)).fetchone() == (1,)
        quietly(home)
        home.run("resume", "stopped", "--data", home.data)
        assert home.json("show", "stopped")["epochs_done"] == 5
        quietly(home)


@test
def a_checkpoint_that_was_cut_short():
    with Sick() as home:
        newest = home.files("stopped", "last")[0]
        os.truncate(newest, os.path.getsize(newest) - 1)
        finding = home.finding(quietly(home, "--quick", wrong=1), newest, "bytes, expected", grade="wrong", path=newest)
        assert not finding["repaired"]
        assert home.finding(home.doctor("--repair"), newest)["repaired"]
        quietly(home)


@test
def a_checkpoint_that_is_gone():
    with Sick() as home:
        newest, before = home.files("stopped", "last")[:2]
        os.unlink(newest)
        home.finding(quietly(home, wrong=1), newest, "is not there", grade="wrong", path=newest)
        said = home.doctor("--repair")
        assert home.finding(said, newest)["repaired"] and said["set_aside"] is None
        assert home.files("stopped", "last") == [before]
        quietly(home)


@test
def a_folder_or_a_link_in_the_place_of_a_checkpoint():
    with Sick() as home:
        one, other = home.files("stopped", "last")[:2]
        os.unlink(one)
        os.mkdir(one)
        os.rename(other, other + "-away")
        os.symlink(other + "-away", other)
        said = home.doctor(wrong=2)
        home.finding(said, one, "is not a regular file")
        home.finding(said, other, "is not a regular file")


@test
def best_weights_that_are_lost_hold_up_what_refers_to_them():
    with Sick() as home:
        lasts, best = home.files("stopped", "last"), home.files("stopped", "best")
        assert len(best) == 1, best
        flip(best[0])
        said = quietly(home, wrong=3)
        home.finding(said, "checkpoint 'best'", best[0], grade="wrong")
        for last in lasts:
            home.finding(said, "cannot go on", last, os.path.basename(best[0]), grade="wrong")
        said = home.doctor("--repair", wrong=2)
        assert home.finding(said, "checkpoint 'best'")["repaired"]
        assert home.files("stopped", "last") == lasts and all(os.path.exists(p) for p in lasts), "sound weights were moved"
        assert "export" in home.finding(said, "cannot go on", lasts[0])["advice"]
        home.run("export", "stopped", "--which", "last", "-o", os.path.join(home.top, "w.safetensors"))


@test
def what_is_left_over_is_moved_away():
    with Sick() as home:
        folder = home.folder("stopped")
        newest = home.files("stopped", "last")[0]
        part, loose, foreign = (os.path.join(folder, n) for n in (
            ".last-00002-00000046.safetensors.part", "last-00009-00000207.safetensors", "notes.txt"))
        shutil.copy(newest, part)
        os.truncate(part, 1000)
        shutil.copy(newest, loose)
        with open(foreign, "w") as f:
            f.write("a note of mine\n")
        os.chmod(foreign, 0o600)
        said = quietly(home)
        assert said["worth_knowing"] == 3, said
        home.finding(said, part, "never finished", grade="worth-knowing", path=part)
        home.finding(said, loose, "no row", grade="worth-knowing", path=loose)
        home.finding(said, foreign, "left alone", grade="worth-knowing", path=foreign)
        said = home.doctor("--repair")
        assert said["repaired"] == 2 and len(home.aside(said)) == 2
        assert not os.path.exists(part) and not os.path.exists(loose) and os.path.exists(foreign)
        assert quietly(home)["worth_knowing"] == 1


# --- Runs ---

@test
def a_folder_that_is_missing_keeps_its_rows():
    with Sick() as home:
        os.rename(home.folder("done"), os.path.join(home.top, "away"))
        finding = home.finding(quietly(home, wrong=1), home.folder("done"), "is not there", grade="wrong")
        assert finding["run"] == home.runs["done"]
        home.doctor("--repair", wrong=1)
        os.rename(os.path.join(home.top, "away"), home.folder("done"))
        quietly(home)


@test
def a_folder_that_nobody_refers_to_is_left():
    with Sick() as home:
        stranger, other = (os.path.join(home.home, "runs", n) for n in ("0123456789abcdef" * 2, "other"))
        shutil.copytree(home.folder("done"), stranger)
        os.mkdir(other, 0o700)
        said = quietly(home)
        assert said["worth_knowing"] == 2
        home.finding(said, stranger, "no run of the store", grade="worth-knowing", path=stranger)
        home.finding(said, other, "not the folder of a run")
        before = home.bytes()
        home.doctor("--repair")
        assert home.bytes() == before


@test
def a_folder_of_a_deleted_run_is_known():
    with Sick() as home:
        home.run("trash", "done")
        shutil.copytree(home.folder("done"), os.path.join(home.top, "kept"))
        home.run("trash", "--empty")
        shutil.copytree(os.path.join(home.top, "kept"), home.folder("done"))
        home.sql("update gone set folder_left = 1")
        home.finding(quietly(home), home.folder("done"), "deleted for good", grade="worth-knowing")


@test
def a_row_that_reads_as_live_is_marked():
    with Sick() as home:
        home.sql("update run set state = 'running', ended_ms = 0 where name = 'stopped'")
        said = quietly(home)
        home.finding(said, "nobody holds its lock", "stopped", grade="worth-knowing")
        assert home.finding(home.doctor("--repair"), "nobody holds its lock")["repaired"]
        assert home.sql("select state from run where name = 'stopped'") == [("interrupted",)]
        said = quietly(home)
        home.finding(said, "was interrupted")
        home.run("resume", "stopped", "--data", home.data)


def paused(home):
    """A worker that holds 'stopped', and waits."""
    process = home.start("resume", "stopped", "--data", home.data, "--json")
    assert json.loads(process.stdout.readline())["event"] == "start"
    home.run("pause", "stopped")
    return process


@test
def a_run_that_is_being_trained_is_not_touched():
    with Sick() as home:
        process = paused(home)
        leftover = os.path.join(home.folder("stopped"), ".last-00003-00000069.safetensors.part")
        with open(leftover, "wb") as f:
            f.write(b"as a worker writes it")
        os.chmod(leftover, 0o600)
        damaged = home.files("stopped", "last")[0]
        flip(damaged)
        flip(home.files("done", "last")[0])
        state = sha256(damaged)
        said = home.doctor("--repair", wrong=1)
        home.finding(said, "is being trained", grade="worth-knowing")
        left = home.finding(said, damaged)
        assert not left["repaired"] and "trained already" in left["done"], left
        assert os.path.exists(leftover) and sha256(damaged) == state
        assert home.finding(said, "run %s 'done'" % home.runs["done"][:8])["repaired"], "others' runs are mended all the same"
        process.kill()
        process.communicate()
        said = home.doctor("--repair")
        assert home.finding(said, damaged)["repaired"] and home.finding(said, leftover)["repaired"]
        home.run("resume", "stopped", "--data", home.data)


# --- The store ---

def page_of(home, name):
    return home.sql("select rootpage from sqlite_schema where name = '%s'" % name)[0][0]


def tear(home, page, body=None):
    """Half a page of noise, as when the power went."""
    with open(home.store, "r+b") as f:
        f.seek((page - 1) * 4096 + (0 if body else 2048))
        f.write(body or bytes(rng.randrange(256) for _ in range(2048)))


def fold_log(home):
    db = sqlite3.connect(home.store)
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


@test
def a_torn_index_is_made_anew():
    for index in ("sqlite_autoindex_run_1", "run_by_revision", "sqlite_autoindex_artifact_1", "event_of_run"):
        with Sick() as home:
            fold_log(home)
            stories = [home.json("show", name) for name in home.runs]
            tear(home, page_of(home, index), bytes(4096))
            torn = sha256(home.store)
            finding = home.finding(quietly(home, wrong=1), "indices are damaged", grade="wrong", path=home.store)
            assert "--repair" in finding["advice"]
            said = home.doctor("--repair")
            assert home.finding(said, "indices are damaged")["repaired"], index
            assert os.path.exists(said["store_copy"]) and sha256(home.store) != torn
            assert sqlite3.connect(home.store).execute("pragma integrity_check").fetchall() == [("ok",)]
            assert [home.json("show", name) for name in home.runs] == stories
            quietly(home)


@test
def an_index_is_not_mended_under_a_worker():
    with Sick() as home:
        fold_log(home)
        process = paused(home)
        process.send_signal(signal.SIGSTOP)
        fold_log(home)
        page = page_of(home, "event_of_run")
        tear(home, page, bytes(4096))
        torn = sha256(home.store)
        said = home.doctor("--repair", wrong=1)
        assert "being trained" in home.finding(said, "indices are damaged")["done"]
        assert sha256(home.store) == torn
        process.kill()
        process.communicate()


@test
def a_torn_table_is_left():
    with Sick() as home:
        fold_log(home)
        tear(home, page_of(home, "epoch"))
        before = home.bytes()
        finding = home.finding(home.doctor(wrong=1), "is damaged", home.store, grade="wrong")
        assert "thaw store --begin" in finding["advice"] and "left" in finding["done"]
        flip(home.files("done", "last")[0])
        after = home.bytes()
        said = home.doctor("--repair", wrong=2)
        assert home.bytes() == after and said["repaired"] == 0 and said["store_copy"] is None, "a damaged store was written"
        assert set(before) == set(after)


@test
def a_newer_store_is_never_written():
    with Sick() as home:
        fold_log(home)
        home.sql("pragma user_version = 99")
        flip(home.files("stopped", "last")[0])
        with open(os.path.join(home.folder("stopped"), ".last-1.safetensors.part"), "w"):
            pass
        os.chmod(os.path.join(home.folder("stopped"), ".last-1.safetensors.part"), 0o600)
        fold_log(home)
        before = home.bytes()
        for arguments in ((), ("--quick",), ("--repair",)):
            said = home.doctor(*arguments, wrong=1 if "--quick" in arguments else 2)
            finding = home.finding(said, "newer Thaw", "99", "expected %d" % said_version(), grade="wrong", path=home.store)
            assert "untouched" in finding["done"]
            assert home.bytes() == before


def said_version():
    with sqlite3.connect(os.path.join(kept["home"].home, "store.db")) as db:
        return db.execute("pragma user_version").fetchone()[0]


@test
def what_is_no_store_is_named():
    with Sick() as home:
        with open(home.store, "wb") as f:
            f.write(b"something else altogether " * 400)
        for end in ("-wal", "-shm"):
            if os.path.exists(home.store + end):
                os.unlink(home.store + end)
        before = home.bytes()
        said = home.doctor("--repair", wrong=1)
        assert "untouched" in home.finding(said, home.store, grade="wrong")["done"] and home.bytes() == before


@test
def rows_of_no_run_are_counted():
    with Sick() as home:
        home.sql("delete from run where name = 'done'")
        said = quietly(home, wrong=1)
        home.finding(said, "not there", "rows belong", grade="wrong", path=home.store)
        home.finding(said, home.folder("done"), "deleted for good")


# --- Permissions, data, weights, machine ---

@test
def permissions_are_mended():
    with Sick() as home:
        newest = home.files("done", "last")[0]
        os.chmod(home.folder("done"), 0o777)
        os.chmod(newest, 0o644)
        said = quietly(home, wrong=1)
        home.finding(said, home.folder("done"), "0777", "expected 0700", grade="wrong")
        home.finding(said, newest, "0644", "expected 0600", grade="worth-knowing", path=newest)
        said = home.doctor("--repair")
        assert said["repaired"] == 2
        assert os.stat(home.folder("done")).st_mode & 0o7777 == 0o700 and os.stat(newest).st_mode & 0o7777 == 0o600
        assert quietly(home)["worth_knowing"] == 0


@test
def data_that_changed_or_moved_is_named():
    with Sick() as home:
        other = os.path.join(home.top, "cifar-10-batches-bin")
        shutil.copytree(home.data, other)
        home.sql("update run set data_path = '%s'" % other)
        home.env["THAW_DATA"] = ""
        quietly(home)
        flip(os.path.join(other, "data_batch_2.bin"), 5000)
        said = quietly(home, wrong=1)
        home.finding(said, "'stopped'", "are not its data any more", grade="wrong", path=other)
        home.finding(said, "'done'", "are not its data any more", grade="worth-knowing")
        os.truncate(os.path.join(other, "data_batch_2.bin"), 100000)
        home.finding(quietly(home, wrong=1), "'stopped'", "cannot be read", "data_batch_2.bin", grade="wrong")
        shutil.rmtree(other)
        finding = home.finding(quietly(home, "--quick", wrong=1), "'stopped'", other, grade="wrong")
        assert "--data PATH" in finding["advice"]


@test
def downloaded_weights_are_looked_at():
    with Sick() as home:
        known = [w for w in home.json("weights", "list") if w["url"]][0]
        os.makedirs(os.path.dirname(known["path"]))
        with open(known["path"], "wb") as f:
            f.truncate(known["bytes"])
        finding = home.finding(quietly(home, wrong=1), known["path"], "SHA-256", known["sha256"][:16], grade="wrong", path=known["path"])
        assert "weights fetch" in finding["advice"]
        quietly(home, "--quick")
        with open(known["path"], "ab") as f:
            f.write(b"more")
        home.finding(quietly(home, "--quick", wrong=1), known["path"], "bytes, expected")
        said = home.doctor("--repair", "--quick")
        assert home.finding(said, known["path"])["repaired"] and len(home.aside(said)) == 1


@test
def what_computes_is_named():
    with Sick() as home:
        home.env["THAW_CPU"] = "c"
        home.env["OPENBLAS_CORETYPE"] = "Nehalem"
        said = quietly(home, "--quick")
        home.finding(said, "THAW_CPU is 'c'", grade="worth-knowing")
        home.finding(said, "OPENBLAS_CORETYPE=Nehalem", grade="worth-knowing")


@test
def two_that_repair_at_once_do_no_harm():
    with Sick() as home:
        newest = home.files("stopped", "last")[0]
        flip(newest)
        started = [home.start("doctor", "--repair", "--quick", "--json") for _ in range(1)] + \
                  [home.start("doctor", "--repair", "--json") for _ in range(2)]
        for process in started:
            process.communicate(timeout=120)
        assert len(home.files("stopped", "last")) == 1 and not os.path.exists(newest)
        time.sleep(0.01)
        quietly(home)


main()
