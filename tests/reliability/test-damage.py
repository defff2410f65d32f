#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 3: a damaged checkpoint is noticed and the one before it is used; damage to one run never hides another.

A run was killed after its third epoch; its newest checkpoint is damaged in one way after the other, and the run goes on. Then rows and
pages of the store are damaged, and every other run is still shown. (tests/db/test-torn.c holds the library to the same, page by page.)"""
import os
import random
import shutil
import sqlite3

from subject import (Box, Broken, RECIPE, SEED, THAW, WRONG, counts, expect_broken, expect_same, length, main, reference, story_of, test)

EPOCHS = 5
FILES = length(32, 1000, 5000)
PAGES = length(16, None, None)  # None: all, each way
OTHERS = 4
scene = {}


def prepare():
    """A home with one run that was killed after its third epoch, and four that are finished."""
    reference(EPOCHS)
    box = scene["box"] = Box()
    for seed in range(1, OTHERS + 1):
        status, ears = box.thaw("train", "--data", Box.data, *RECIPE, "--set", "epochs=2", "--set", "seed=%d" % seed)
        assert status == 0, ears.errors()
    status, ears = box.train(EPOCHS, gate=["--mark", '"committed", "epoch": 3', "--kill", 30])
    assert status == 137, ears.errors()
    runs = box.json("runs")
    scene["victim"] = [r["id"] for r in runs if r["state"] == "interrupted"][0]
    scene["others"] = [r["id"] for r in runs if r["state"] == "finished"]
    assert len(scene["others"]) == OTHERS
    scene["artifacts"] = box.json("show", scene["victim"])["artifacts"]


class Copy(Box):
    """That home again."""

    def __init__(self, program=THAW, env=None):
        super().__init__(program, env)
        shutil.copytree(scene["box"].home, self.home)

    def file_of(self, kind, nth=0):
        found = [a for a in scene["artifacts"] if a["kind"] == kind]
        return os.path.join(self.home, os.path.relpath(found[nth]["path"], scene["box"].home))


# --- Ways of damaging a file: the bytes that were there -> those that are ---

def flip(body, rng, other):
    at = rng.randrange(len(body))
    return body[:at] + bytes([body[at] ^ 1 << rng.randrange(8)]) + body[at + 1:]


def cut(body, rng, other):
    return body[:rng.randrange(len(body))]


def grow(body, rng, other):
    return body + bytes(rng.randrange(256) for _ in range(rng.choice((1, 8, 512, 5000))))


def zero(body, rng, other):
    at = rng.randrange(0, len(body), 512)
    return body[:at] + bytes(min(512, len(body) - at)) + body[at + 512:]


def noise(body, rng, other):
    at = rng.randrange(0, len(body), 512)
    return body[:at] + rng.randbytes(min(512, len(body) - at)) + body[at + 512:]


def swap(body, rng, other):
    return other


def empty(body, rng, other):
    return b""


def gone(body, rng, other):
    return None


WAYS = [flip, cut, grow, zero, noise, swap, empty, gone]


def damage(path, way, rng, other):
    with open(path, "rb") as f:
        body = f.read()
    for _ in range(100):
        changed = way(body, rng, other)
        if changed != body:
            break
    else:
        raise AssertionError("nothing to damage")
    os.unlink(path)
    if changed is not None:
        with open(path, "wb") as f:
            f.write(changed)


def go_on(box, path, where):
    """The run goes on, says which file is not what it was, and ends with the same bits."""
    status, ears = box.resume(scene["victim"])
    if os.path.basename(path) not in ears.errors():
        raise Broken("silent", "%s: %s was not noticed, status %d: %s" % (where, path, status, ears.errors()))
    if status != 0:
        raise Broken("unreadable", "%s: status %d: %s" % (where, status, ears.errors()))
    return ears


def try_files(numbers, **box_options):
    other_run = [a for a in scene["box"].json("show", scene["others"][0])["artifacts"] if a["kind"] == "last"][0]
    with open(other_run["path"], "rb") as f:
        other = f.read()
    for number in numbers:
        rng, way = random.Random(SEED * 100003 + number), WAYS[number % len(WAYS)]
        where = "file %d, %s" % (number, way.__name__)
        with Copy(**box_options) as box:
            path = box.file_of("last")
            damage(path, way, rng, other)
            ears = go_on(box, path, where)
            first = ears.events("epoch")[0]["epoch"]
            if first != 3:
                raise Broken("lost", "%s: went on with epoch %d, the checkpoint before was of epoch 2" % (where, first))
            expect_same(box, EPOCHS, scene["victim"])
        counts["damaged files noticed"] += 1


@test
def damaged_checkpoints():
    try_files(range(FILES))


@test
def both_checkpoints():
    """None of the last two is sound: from the beginning, and it is said of both."""
    for number in range(length(2, 16, 64)):
        with Copy() as box:
            for nth in (0, 1):
                damage(box.file_of("last", nth), WAYS[number % len(WAYS)], random.Random(SEED + number * 2 + nth), b"something else")
            ears = go_on(box, box.file_of("last"), "both, %d" % number)
            if os.path.basename(box.file_of("last", 1)) not in ears.errors():
                raise Broken("silent", "the second was not noticed: " + ears.errors())
            expect_same(box, EPOCHS, scene["victim"])


@test
def damaged_best_weights():
    """What trains is not lost with them: the run ends with the same last weights."""
    for number in range(length(4, 40, 160)):
        with Copy() as box:
            for path in [box.file_of("best", n) for n in range(len([a for a in scene["artifacts"] if a["kind"] == "best"]))]:
                damage(path, WAYS[number % len(WAYS)], random.Random(SEED + number), b"something else")
            go_on(box, box.file_of("best"), "best, %d" % number)
            found, wanted = story_of(box, scene["victim"]), reference(EPOCHS)
            if found["weights"] != wanted["weights"]:
                raise Broken("other-weights", "best, %d" % number)
            counts["damaged best weights noticed"] += 1


# --- Rows ---

def others_shown(box, where):
    for other in scene["others"]:
        listed = [r for r in box.json("runs") if r["id"] == other]
        if len(listed) != 1:
            raise Broken("lost", "%s: run %s is not listed" % (where, other))
        if len(box.json("show", other)["epochs_table"]) != 2:
            raise Broken("lost", "%s: run %s is not whole" % (where, other))


@test
def damaged_rows():
    """What the store says of one run is wrong; of the others nothing is."""
    changes = ["UPDATE artifact SET sha256 = 'nonsense' WHERE run = :v", "UPDATE artifact SET bytes = bytes + 1 WHERE run = :v AND kind = 'last'",
               "UPDATE artifact SET file = '../../../etc/passwd' WHERE run = :v", "DELETE FROM artifact WHERE run = :v",
               "UPDATE artifact SET epoch = 99, step = 999 WHERE run = :v", "UPDATE run SET recipe = '{\"epochs\": ' WHERE seq = :v",
               "UPDATE run SET recipe = '' WHERE seq = :v", "UPDATE run SET data_fingerprint = 'x' WHERE seq = :v",
               "UPDATE run SET epochs_done = 1000000 WHERE seq = :v", "UPDATE run SET name = '' WHERE seq = :v",
               "UPDATE epoch SET step = -1 WHERE run = :v", "DELETE FROM epoch WHERE run = :v", "DELETE FROM iteration WHERE run = :v",
               "UPDATE metric SET value = 1e300 WHERE run = :v", "DELETE FROM attempt WHERE run = :v"]
    for change in changes:
        with Copy() as box:
            db = sqlite3.connect(os.path.join(box.home, "store.db"))
            db.execute("PRAGMA ignore_check_constraints = 1")
            key = db.execute("SELECT seq FROM run WHERE id = ?", (scene["victim"],)).fetchone()[0]
            try:
                with db:
                    db.execute(change, {"v": key})
            except sqlite3.IntegrityError:
                db.close()
                counts["rows that the store does not take"] += 1
                continue
            db.close()
            others_shown(box, change)
            status, ears = box.resume(scene["victim"])
            if status not in (0, 1):
                raise Broken("unreadable", "%s: status %d: %s" % (change, status, ears.errors()))
            if status == 1 and "thaw: " not in ears.errors():
                raise Broken("sentence", "%s: %r" % (change, ears.errors()))
            others_shown(box, change)
        counts["damaged rows"] += 1


# --- Pages ---

def tables_can_be_read(path):
    db = sqlite3.connect("file:%s?immutable=1" % path, uri=True)
    try:
        return bool(db.execute("SELECT sql FROM sqlite_schema").fetchall())
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()


@test
def damaged_pages():
    """Every run is still listed, through the program, whichever page is gone; the file is not changed by looking."""
    with Copy() as box:
        box.json("runs")
        db = sqlite3.connect(os.path.join(box.home, "store.db"))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        with open(os.path.join(box.home, "store.db"), "rb") as f:
            sound = f.read()
    size, rng = 4096, random.Random(SEED)
    cases = [(page, way) for page in range(1, len(sound) // size) for way in (zero, noise)]
    for page, way in cases if PAGES is None else sorted(rng.sample(cases, min(PAGES, len(cases))), key=lambda c: c[0]):
        torn = bytes(size) if way is zero else rng.randbytes(size)
        with Box() as box:
            os.mkdir(box.home)
            path = os.path.join(box.home, "store.db")
            with open(path, "wb") as f:
                f.write(sound[:page * size] + torn + sound[(page + 1) * size:])
            where = "page %d, %s" % (page + 1, way.__name__)
            status, ears = box.thaw("runs", "--json")
            if status != 0 and not tables_can_be_read(path):
                counts["pages without which nothing can be read"] += 1
                continue
            listed = {r["id"] for r in box.json("runs")}
            if listed != set(scene["others"] + [scene["victim"]]):
                raise Broken("lost", "%s: %d of %d runs are listed" % (where, len(listed), OTHERS + 1))
            with open(path, "rb") as f:
                if f.read() != sound[:page * size] + torn + sound[(page + 1) * size:]:
                    raise Broken("unreadable", where + ": the store was changed by looking at it")
        counts["damaged pages"] += 1


# --- Tests of the test ---

@test
def a_hash_that_is_not_checked_is_found():
    expect_broken(("silent",), lambda: try_files(range(len(WAYS)), program=WRONG, env={"THAW_WRONG": "unchecked"}))


if __name__ == "__main__":
    try:
        main(prepare)
    finally:
        if "box" in scene:
            shutil.rmtree(scene["box"].top, ignore_errors=True)
