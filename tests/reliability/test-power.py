#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 1: a power cut at any operation loses no committed epoch, and the run ends with the same bits.

The gate records a run; disk.py rebuilds what a disk would hold after each operation: only what was synced, all of it, and parts chosen
by the seed. Thaw then opens each such folder and goes on. The same for a run that was cut and goes on: its recovery is cut as well."""
import hashlib
import random

from disk import Cut, Disk, operations, write_out
from subject import (Box, Broken, SEED, THAW, WRONG, counts, expect_broken, finish, length, main, reference, test)

EPOCHS = 3
STATES = length(40, None, None)  # None: all
MADE = "create,write,sync,folder-sync,mkdir,rename"
PARTS = length(2, 2, 8)          # chosen by the seed, at each operation


def states_of(record, disk, seed=SEED, share=length(0.15, 1, 1)):
    """Each state that a cut can leave, once: (number of the operation, how much is kept, epochs committed, content). share: of those in
    which something is kept that was not synced."""
    seen, rng = set(), random.Random(seed)
    for number, (kind, inode, path, to, offset, data) in enumerate(operations(record), 1):
        disk.do(kind, inode, path, to, offset, data)
        if kind in ("lie", "fault", "short", "end", "read", "open", "killed"):
            continue
        counts["operations"] += 1
        kept = [0] if kind in ("sync", "folder-sync", "say", "lost") or number == 1 else []  # nothing else changes that state
        kept += [k for k in [1] + [rng.choice((0.1, 0.5, 0.9)) for _ in range(PARTS)] if rng.random() < share]
        for part in kept:
            content = disk.after(Cut(part, rng.getrandbits(32)))
            digest = hashlib.sha256(repr((sorted(content.items()), disk.said)).encode()).digest()
            if digest not in seen:
                seen.add(digest)
                yield number, part, disk.said, content


def try_states(chosen, program=THAW, epochs=EPOCHS):
    for number, kept, committed, content in chosen:
        with Box(program) as box:
            write_out(content, box.below)
            try:
                finish(box, epochs, committed)
            except Broken as broken:
                raise Broken(broken.kind, "cut after operation %d, %g of what was not synced kept, %d epochs committed: %s" %
                             (number, kept, committed, broken))
        counts["states"] += 1
        counts["states with committed epochs"] += committed > 0


def some(states, seed, wanted=STATES):
    states = list(states)
    if wanted is None or wanted >= len(states):
        return states
    return sorted(random.Random(seed).sample(states, wanted), key=lambda s: s[0])


def record_run(box, gate=()):
    """A disk as it was before the run, which the record then fills."""
    disk = Disk(box.below)
    status, ears = box.train(EPOCHS, gate=gate)
    if status != 0:
        raise Broken("unreadable", "the run ended with status %d, and nothing had happened to it: %s" % (status, ears.errors()))
    return disk


@test
def at_every_operation():
    with Box() as box:
        disk = record_run(box)
        try_states(some(states_of(box.record, disk), SEED))


@test
def at_every_operation_of_a_recovery():
    """A state with a log to read back and a checkpoint half written; the run that goes on from it is cut as well."""
    with Box() as box:
        disk = record_run(box)
        left = [s for s in states_of(box.record, disk, share=0.5) if s[2] == 1 and any(n.endswith(".part") for n in s[3])]
    number, kept, committed, content = random.Random(SEED + 1).choice(left)
    with Box() as box:
        write_out(content, box.below)
        disk = Disk(box.below, committed)
        status, ears = box.resume(gate=())
        assert status == 0, ears.errors()
        found = some(states_of(box.record, disk), SEED + 2, length(16, None, None))
    try_states(found)


@test
def after_a_kill_while_all_begins():
    """What a killed program made and did not bring to the disk is there for the next one, until the power goes."""
    with Box() as box:
        box.train(EPOCHS, gate=["--count", MADE])
        made = [n for n, (kind, *_) in enumerate((o for o in operations(box.record) if o[0] in MADE.split(",")), 1)
                if kind in ("create", "mkdir", "folder-sync")]
    first = 2  # the home is made, and not on the disk
    for at in sorted({first, *random.Random(SEED + 5).sample(made, length(4, len(made), len(made)))}):
        with Box() as box:
            disk = Disk(box.below)
            status, ears = box.train(EPOCHS, gate=["--count", MADE, "--kill-before", at])
            for operation in operations(box.record):
                disk.do(*operation)
            status, ears = box.resume(gate=()) if box.json("runs") else box.train(EPOCHS, gate=())
            if status != 0:
                raise Broken("unreadable", "killed before operation %d: status %d\n%s" % (at, status, ears.errors()))
            left = [s for s in states_of(box.record, disk, share=0) if s[2] > 0]
        try_states(random.Random(SEED + at).sample(left, min(len(left), length(1, 3, 9))))


# --- Tests of the test: disks that lie, and builds that are wrong on purpose ---

def planted(gate=(), program=THAW, env=None):
    """The states with committed epochs, those of nothing unsynced first."""
    with Box(program, env) as box:
        disk = record_run(box, gate)
        states = [s for s in states_of(box.record, disk, share=0.1) if s[2] > 0]
    try_states(some([s for s in states if s[1] == 0], SEED + 3, 20) + some(states, SEED + 4, 20))


@test
def a_disk_whose_fsync_does_nothing_is_found():
    expect_broken(("lost", "unreadable"), lambda: planted(["--lie-sync", "file"]))


@test
def a_disk_that_forgets_names_is_found():
    expect_broken(("lost", "unreadable"), lambda: planted(["--lie-sync", "folder"]))


@test
def a_checkpoint_that_is_not_synced_is_found():
    expect_broken(("lost",), lambda: planted(program=WRONG, env={"THAW_WRONG": "no-sync"}))


@test
def a_checkpoint_whose_name_is_not_synced_is_found():
    expect_broken(("lost",), lambda: planted(program=WRONG, env={"THAW_WRONG": "no-folder-sync"}))


@test
def a_row_before_its_file_is_found():
    # Or the run misses its own file: 40 ms late may be too late for whoever reads it next.
    expect_broken(("lost", "unreadable"), lambda: planted(program=WRONG, env={"THAW_WRONG": "file-late"}))


if __name__ == "__main__":
    main(lambda: reference(EPOCHS))
