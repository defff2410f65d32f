#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 1: SIGKILL loses no committed epoch, and the run ends with the same bits.

At moments chosen by the seed, 4 to 45 ms into an epoch and while a run starts or goes on; and before and after every system call of an epoch, by the gate."""
import random
import time

from subject import (Box, Broken, RECIPE, SEED, WRONG, counts, expect_broken, expect_epochs, finish, length, main, reference, test)

EPOCHS = 60
RANDOM_KILLS = length(200, 2000, 10000)
CALLS = length(30, None, None)  # None: all of them
ENOUGH = 12                     # numbers one after the other that no epoch has: it is through
SWEEPS = length(1, 1, 4)        # each ends with another epoch's calls


class Victim:
    """A run that is killed again and again, and has to end like one that is not."""

    def __init__(self, epochs=EPOCHS, **box):
        self.box, self.epochs, self.committed = Box(**box), epochs, 0
        self.begun = self.ended = False

    def start(self, gate=None):
        if self.begun:
            return self.box.start("resume", "latest", "--json", "--threads", "1", gate=gate)
        return self.box.start("train", "--data", Box.data, *RECIPE, "--set", "epochs=%d" % self.epochs, gate=gate)

    def note(self, status, ears):
        """What this attempt said, once it is dead. A status that is neither a kill nor success is a failure of its own."""
        expect_epochs(ears, self.epochs, self.committed)
        self.committed = max([self.committed] + ears.committed())
        self.begun = self.begun or bool(ears.events("start"))
        self.ended = status == 0
        if status not in (0, -9, 137):
            raise Broken("unreadable", "status %d\n%s" % (status, ears.errors()))
        if status != 0:
            counts["kills"] += 1
        return status != 0

    def finish(self):
        finish(self.box, self.epochs, self.committed)
        counts["runs compared"] += 1


def kill_at_random(kills, rng, **box):
    """Chains of kills, each brought to an end and compared."""
    done = 0
    while done < kills:
        victim = Victim(**box)
        with victim.box:
            while done < kills and not victim.ended and victim.committed < EPOCHS - 2:
                process, ears = victim.start()
                if rng.random() < 0.85:
                    ears.wait_for(lambda e: e.committed())
                    time.sleep(rng.uniform(0.004, 0.045))
                else:
                    time.sleep(rng.uniform(0, 0.25))  # while it opens, recovers, begins its attempt
                process.kill()
                done += victim.note(ears.wait(process), ears)
            victim.finish()


def kill_at_calls(numbers, at_exit, **box):
    """One call after the other, each in another attempt of a run. Ends when an epoch has no such call."""
    numbers, missed = iter(numbers), 0
    while missed < ENOUGH:
        victim = Victim(**box)
        with victim.box:
            while missed < ENOUGH and not victim.ended and victim.committed < EPOCHS - 2:
                n = next(numbers, None)
                if n is None:
                    missed = ENOUGH
                    break
                gate = ["--mark", '"committed"', "--kill", n] + (["--at-exit"] if at_exit else [])
                process, ears = victim.start(gate)
                # of an attempt that has fewer calls the rest need not be waited for
                ears.wait_for(lambda e: len(e.committed()) > 1)
                if len(ears.committed()) > 1:
                    process.kill()
                killed = victim.note(ears.wait(process), ears) and len(ears.committed()) < 2
                missed = 0 if killed else missed + 1
                counts["kills at a call's " + ("exit" if at_exit else "entry")] += killed
            victim.finish()


@test
def at_random_moments():
    kill_at_random(RANDOM_KILLS, random.Random(SEED))


@test
def at_every_call_of_an_epoch():
    rng = random.Random(SEED + 1)
    for at_exit in (False, True):
        for _ in range(SWEEPS):
            kill_at_calls(range(1, 1 << 30) if CALLS is None else sorted(rng.sample(range(1, 150), CALLS // 2)), at_exit)


# --- Tests of the test: builds that are wrong on purpose ---

def wrong(way, **more):
    return {"program": WRONG, "env": dict(more, THAW_WRONG=way)}


@test
def a_row_before_its_file_is_found():
    expect_broken(("lost",), lambda: kill_at_random(60, random.Random(SEED + 2), **wrong("file-late")))


@test
def writing_in_place_is_found():
    expect_broken(("lost", "unreadable"), lambda: kill_at_calls(range(60, 150, 3), False, **wrong("in-place")))


@test
def an_older_checkpoint_is_found():
    expect_broken(("lost",), lambda: kill_at_random(20, random.Random(SEED + 3), **wrong("step-back")))


@test
def a_bit_that_comes_back_wrong_is_found():
    expect_broken(("other-weights", "other-figures"),
                  lambda: kill_at_random(20, random.Random(SEED + 4), **wrong("one-bit", THAW_WRONG_SPARES="last-%05d" % EPOCHS)))


@test
def the_wrong_build_is_right_otherwise():
    """What the tests above find is what they planted."""
    kill_at_random(4, random.Random(SEED + 5), **wrong("nothing"))


if __name__ == "__main__":
    main(lambda: reference(EPOCHS))
