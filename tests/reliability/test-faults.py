#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 2: with no room, no quota or a disk that fails, a run pauses or ends with a sentence that names file and cause; nothing is
damaged, nothing is called committed that is not, and once the fault is gone the run ends with the same bits.

The gate fails the n-th operation below the store, once or from then on, or lets a write write a half; while a run trains, and while one
that was killed goes on. Afterwards the run is taken up in its folder as it is, or in what a power cut would have left of it."""
import concurrent.futures
import os
import random
import signal
import subprocess

from disk import Cut, Disk, operations, write_out
from subject import (Box, Broken, RECIPE, SEED, THAW, WRONG, arguments, counts, expect_broken, finish, length, main, reference, test)

EPOCHS = 2
SPACE = "create,write,sync,folder-sync,truncate,rename,link,mkdir"  # what a full disk refuses
ALL = SPACE + ",open,read,unlink"                                  # what a failing one does
CASES = length(10, None, None)  # of each kind; None: every operation
OPENING = 15                    # operations that open the store, about: the errors of these are tried at any length
CAUSES = ("No space left on device", "Disk quota exceeded", "Input/output error", "disk is full", "disk I/O error", "MB are free",
          "beside it could not be")  # SQLite lost the cause, and it has passed
sentences = set()


class Case:
    def __init__(self, scene, at, error, for_good=False, half=False, lie=False, rng=None):
        self.scene, self.at, self.error, self.for_good, self.half, self.lie = scene, at, error, for_good, half, lie
        self.cut, self.lifts = rng.random() < 0.5, rng.random() < 0.5

    def __str__(self):
        return "%s, operation %d, %s%s, %s, %s" % (
            self.scene.name, self.at, "half a write" if self.half else "pretended" if self.lie else self.error,
            " for good" if self.for_good else "", "lifted" if self.lifts else "stopped", "power cut" if self.cut else "as it is")

    def gate(self, box):
        if self.half:
            return ["--count", "write", "--short", self.at]
        if self.lie:
            return ["--count", "write", "--lie", self.at]
        good = ["--for-good", "--lift", box.lift] if self.for_good else []
        return ["--count", ALL if self.error == "EIO" else SPACE, "--fail", self.at, "--errno", self.error, *good]


class Scene:
    """What goes on when the fault comes: a new run, or one that goes on after a kill in its second epoch."""

    def __init__(self, name):
        self.name, self.content, self.committed, self.seen = name, {}, 0, {}

    def command(self):
        if self.name == "train":
            return ["train", "--data", Box.data, *RECIPE, "--set", "epochs=%d" % EPOCHS]
        return ["resume", "latest", "--json", "--threads", "1"]

    def prepare(self):
        if self.name != "train":
            with Box() as box:
                disk = Disk(box.below)
                box.train(EPOCHS, gate=())
                for operation in operations(box.record):
                    disk.do(*operation)
                    if disk.said == 1 and operation[0] == "create" and operation[2].endswith(".part"):
                        break
                self.content, self.committed = disk.after(Cut(1)), 1
        for kinds in (SPACE, ALL, "write"):
            with Box() as box:
                write_out(self.content, box.below)
                status, ears = box.thaw(*self.command(), gate=["--count", kinds])
                assert status == 0, ears.errors()
                with open(box.record, encoding="utf-8") as f:
                    self.seen[kinds] = int(f.read().split("\n")[-2].split("\t")[4])


def expect_sentence(box, text, what):
    """A line that names a file below the box, and why."""
    for line in text.split("\n"):
        if box.below in line and any(cause in line for cause in CAUSES):
            sentences.add(line.replace(box.home, "HOME").replace(box.below, "ABOVE")[:160])
            return
    raise Broken("sentence", "%s without a sentence that names file and cause: %r" % (what, text[-600:]))


def paused(ears):
    return "thaw: waiting:" in ears.errors() or bool(ears.events("paused"))


def go(case, box):
    """The run with its fault, to its end. Epochs that it called committed."""
    process, ears = box.start(*case.scene.command(), gate=case.gate(box))
    if case.for_good:
        ears.wait_for(paused)
        if process.poll() is None and paused(ears):
            expect_sentence(box, ears.errors() + "".join(str(e["detail"]) for e in ears.events("paused")), "paused")
            counts["pauses"] += 1
            if case.lifts:
                open(box.lift, "w").close()
            else:
                process.send_signal(signal.SIGTERM)
    status = ears.wait(process)
    if status == 0:
        if not ears.events("end") or ears.events("end")[-1]["state"] != "finished":
            raise Broken("silent", "status 0, but not finished: " + ears.text()[-300:])
    elif status == 3:  # stopped on request
        pass
    elif status < 0 or status > 2:
        raise Broken("sentence", "ended with status %d: %s" % (status, ears.errors()))
    else:
        expect_sentence(box, ears.errors(), "ended")
    counts["went on" if status == 0 else "ended with a sentence"] += 1
    return max([case.scene.committed] + ears.committed())


def try_case(case, program=THAW, env=None):
    with Box(program, env) as box:
        write_out(case.scene.content, box.below)
        disk = Disk(box.below, case.scene.committed)
        try:
            committed = go(case, box)
            if not case.cut:
                box.program = THAW
                finish(box, EPOCHS, committed)
            else:
                for operation in operations(box.record):
                    disk.do(*operation)
                with Box() as after:
                    write_out(disk.after(Cut(0)), after.below)
                    finish(after, EPOCHS, max(committed, disk.said))
        except Broken as broken:
            raise Broken(broken.kind, "%s: %s" % (case, broken))
    counts["fault points"] += 1


def try_cases(cases, **more):
    with concurrent.futures.ThreadPoolExecutor(max(arguments.jobs, 3)) as pool:  # most of them wait
        found = [f.exception() for f in [pool.submit(try_case, case, **more) for case in cases]]
    broken = [str(e) for e in found if e is not None]
    if broken:
        raise Broken(getattr([e for e in found if e is not None][0], "kind", "other"), "%d of %d cases\n%s" % (len(broken), len(found), "\n".join(broken)))


scenes = {}


def scene(name):
    if name not in scenes:
        scenes[name] = Scene(name)
        scenes[name].prepare()
    return scenes[name]


def cases_of(name, error, for_good=False, half=False, lie=False, wanted=CASES, seed=0):
    rng = random.Random(SEED + seed)
    kinds = "write" if half or lie else ALL if error == "EIO" else SPACE
    points = range(1, scene(name).seen[kinds] + 1)
    if wanted is not None and wanted < len(points):
        points = sorted({*rng.sample(points, wanted), *(range(1, OPENING + 1) if error == "EIO" and not for_good else ())})
    return [Case(scene(name), at, error, for_good, half, lie, rng) for at in points]


@test
def no_room_once():
    try_cases(cases_of("train", "ENOSPC") + cases_of("resume", "ENOSPC", seed=1))


@test
def no_room_for_good():
    try_cases(cases_of("train", "ENOSPC", True, seed=2) + cases_of("resume", "ENOSPC", True, seed=3))


@test
def no_quota():
    half = CASES and CASES // 2
    try_cases(cases_of("train", "EDQUOT", wanted=half, seed=4) + cases_of("resume", "EDQUOT", True, wanted=half, seed=5))


@test
def errors_once():
    try_cases(cases_of("train", "EIO", seed=6) + cases_of("resume", "EIO", seed=7))


@test
def errors_for_good():
    half = CASES and CASES // 2
    try_cases(cases_of("train", "EIO", True, wanted=half, seed=8) + cases_of("resume", "EIO", True, wanted=half, seed=9))


@test
def half_writes():
    half = CASES and CASES // 2
    try_cases(cases_of("train", "", half=True, wanted=half, seed=10) + cases_of("resume", "", half=True, wanted=half, seed=11))


# --- A real disk that is full ---

def mount(folder, options):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], stderr=subprocess.DEVNULL).returncode == 0


@test
def small_disks():
    """1 to 64 MB, with nothing on them but the run, or all of it taken but some kilobytes."""
    sizes = [(1, None), (1, 16), (1, 100), (4, None), (4, 300), (16, None), (64, None), (64, 200)]
    for size, left_kb in sizes if length(False, True, True) else [(1, 100), (4, None), (64, 200)]:
        with Box() as box:
            if not mount(box.below, "size=%dm" % size):
                print("# skipped: no tmpfs can be mounted here")
                return
            try:
                fill_and_train(box, size, left_kb)
            finally:
                subprocess.run(["umount", "-l", box.below], check=True)
        counts["small disks"] += 1


def fill_and_train(box, size, left_kb):
    ballast = os.path.join(box.top, "box", "ballast")
    if left_kb is not None:
        with open(ballast, "wb") as f:
            f.write(bytes((size * 1024 - left_kb) * 1024))
    process, ears = box.start("train", "--data", Box.data, *RECIPE, "--set", "epochs=%d" % EPOCHS)
    ears.wait_for(paused)
    was_paused = paused(ears)
    if was_paused:
        expect_sentence(box, ears.errors() + "".join(str(e["detail"]) for e in ears.events("paused")), "paused")
    subprocess.run(["mount", "-o", "remount,size=256m", box.below], check=True)
    status = ears.wait(process)
    if status != 0:
        expect_sentence(box, ears.errors(), "ended")
    if was_paused and status != 0:
        raise Broken("sentence", "did not go on when there was room: " + ears.errors())
    finish(box, EPOCHS, max([0] + ears.committed()))


# --- Tests of the test ---

@test
def a_write_that_only_seems_to_work_is_found():
    def planted():
        for case in cases_of("train", "", lie=True, wanted=30, seed=12):
            try_case(case)
    expect_broken(("lost", "unreadable", "silent"), planted)


@test
def a_failed_write_that_is_not_looked_at_is_found():
    """Of the last checkpoint; what fails before is made good by the next one."""
    def planted():
        last = scene("train").seen[SPACE]
        for at in range(last, last - 150, -3):
            try_case(Case(scene("train"), at, "ENOSPC", rng=random.Random(SEED)), WRONG, {"THAW_WRONG": "careless"})
    expect_broken(("lost", "unreadable"), planted)


def prepare():
    reference(EPOCHS)
    for name in ("train", "resume"):
        scene(name)
        print("# %s: %s" % (name, scene(name).seen))


if __name__ == "__main__":
    try:
        main(prepare)
    finally:
        for line in sorted(sentences):
            print("# said: " + line)
