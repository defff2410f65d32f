#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign files from outside: who reads them, what the reader is seen to do, what is left when thaw dies, and that nothing is
read without it.

usage: test-foreign.py THAW HOSTILE-READER FIXTURES
"""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time

from cli import FEW, THAW, Home, main, test, write_png

HOSTILE, FIXTURES = (os.path.abspath(p) for p in sys.argv[2:4])
# What a confined reader may be seen to call when nothing is wrong with it; each of these reads, computes or answers.
HARMLESS = {"read", "pread64", "pwrite64", "write", "close", "dup", "fstat", "newfstatat", "stat", "lstat", "statx", "access",
            "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "lseek", "brk", "mmap", "munmap", "mremap", "madvise",
            "mprotect", "futex", "clone3", "clone", "set_robust_list", "rseq", "sched_getaffinity", "sched_yield", "sysinfo",
            "getrandom", "rt_sigprocmask", "rt_sigaction", "getpid", "gettid", "exit", "exit_group", "clock_nanosleep",
            "openat", "getdents64", "fcntl", "prctl", "uname"}


def with_reader(home, reader):
    """A copy of thaw that has another reader beside it."""
    folder = os.path.join(home.top, "programs")
    os.makedirs(folder, exist_ok=True)
    thaw = shutil.copy(THAW, os.path.join(folder, "thaw"))
    beside = os.path.join(folder, "thaw-reader")
    if os.path.lexists(beside):
        os.remove(beside)
    if isinstance(reader, bytes):
        with open(beside, "wb") as f:
            f.write(reader)
    else:
        shutil.copy(reader, beside)
    os.chmod(beside, 0o755)
    return thaw


def run(home, thaw, *arguments):
    return subprocess.run([thaw, *arguments], env=home.env, cwd=home.top, capture_output=True, text=True, timeout=240)


def readers(path):
    """Processes that run this program."""
    found = []
    for exe in glob.glob("/proc/[0-9]*/exe"):
        try:
            if os.readlink(exe) == path:
                found.append(int(exe.split("/")[2]))
        except OSError:
            pass
    return found


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.02)
    return what()


# --- What it is seen to do ---

def trace(home, thaw, *arguments):
    """(programs started, calls of confined processes with their lines), or None where nothing can be traced."""
    log = os.path.join(home.top, "trace")
    strace = shutil.which("strace")
    if strace is None:
        return None
    done = subprocess.run([strace, "-f", "-qq", "-o", log, thaw, *arguments], env=home.env, cwd=home.top, capture_output=True, text=True,
                          timeout=240)
    if not os.path.exists(log) or "ptrace" in done.stderr:
        return None
    started, confined, calls = [], set(), []
    with open(log, errors="replace") as f:
        for line in f:
            found = re.match(r"(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()", line)
            if not found:
                continue
            pid, call = found.groups()
            if call == "execve" and pid not in confined and "resumed" not in line:
                started.append(line)
            if pid in confined and "resumed" not in line:
                calls.append((call, line.strip()))
            if "SECCOMP_MODE_FILTER" in line:
                confined.add(pid)
            born = re.match(r"(\d+) .*clone\w*\(.* = (\d+)$", line)
            if born and born.group(1) in confined:
                confined.add(born.group(2))
    return started, calls, len(confined)


@test
def hostile_pickles_are_seen_to_do_nothing():
    with Home() as home:
        hostile = sorted(glob.glob(os.path.join(FIXTURES, "b*pickle*.pth")))
        assert len(hostile) >= 5, FIXTURES
        for path in hostile:
            seen = trace(home, THAW, "weights", "inspect", path)
            if seen is None:
                print("# skipped: strace is not there, or may not trace", flush=True)
                return
            started, calls, confined = seen
            assert confined == 1, "%d confined processes for %s" % (confined, path)
            assert len(started) == 2, started
            assert {call for call, _ in calls} <= HARMLESS - {"openat", "clone", "clone3"}, calls
            assert any(call == "pread64" for call, _ in calls), calls


@test
def a_folder_is_read_and_nothing_is_written():
    with Home() as home:
        seen = trace(home, THAW, "datasets", home.data)
        if seen is None:
            print("# skipped: strace is not there, or may not trace", flush=True)
            return
        _, calls, _ = seen
        assert {call for call, _ in calls} <= HARMLESS, sorted({call for call, _ in calls} - HARMLESS)
        opened = [line for call, line in calls if call == "openat"]
        assert opened and all("O_RDONLY" in line and "O_CREAT" not in line for line in opened), opened


@test
def the_eye_itself_sees_an_attack():
    with Home() as home:
        thaw = with_reader(home, HOSTILE)
        path = os.path.join(home.top, "run-program")
        open(path, "w").close()
        seen = trace(home, thaw, "weights", "inspect", path)
        if seen is None:
            print("# skipped: strace is not there, or may not trace", flush=True)
            return
        assert any(call == "execve" for call, _ in seen[1]), seen[1]
        assert os.path.getsize(path) == 0


# --- What people are told ---

@test
def a_hostile_reader_is_stopped_and_named():
    with Home() as home:
        thaw = with_reader(home, HOSTILE)
        for attack, says in (("open-socket", "tried what no reader may do"), ("write-file", "tried what no reader may do|refused"),
                             ("give-up", "crashed"), ("say-nothing", "cannot be right"), ("type", "cannot be right"),
                             ("giant-block", "cannot be right"), ("endless-answer", "it makes more than")):
            path = os.path.join(home.top, attack)
            with open(path, "w") as f:
                f.write("as it was")
            done = run(home, thaw, "weights", "inspect", path)
            assert re.search(says, done.stderr + done.stdout), (attack, done)
            assert "got through" not in done.stdout, (attack, done)
            if done.returncode != 0:
                assert done.stderr.startswith("thaw: " + path) and done.stderr.count("\n") == 1, done.stderr
            with open(path) as f:
                assert f.read() == "as it was"


@test
def nothing_is_read_without_the_reader():
    with Home() as home:
        home.train("--set", "epochs=1", "--name", "one")
        weights = os.path.join(home.top, "w.safetensors")
        home.run("export", "latest", "-o", weights)
        picture = os.path.join(home.top, "p.png")
        write_png(picture, (200, 30, 30))
        home.run("predict", "latest", picture)
        train = ["--data", home.data, *FEW]
        reading = [["weights", "inspect", weights], ["datasets", home.data], ["datasets"], ["train", *train],
                   ["train", *train, "--set", "model.weights=" + weights], ["find-lr", *train],
                   ["predict", "latest", picture], ["predict", "latest", "--validation", "2"],
                   ["weights", "check", "--set", "model.weights=" + weights]]
        other = [["runs"], ["show", "latest"], ["models"], ["export", "latest", "-o", os.path.join(home.top, "again.pth")]]
        for reader, says in ((b"no program", "cannot be started"), ("/bin/true", "cannot be right"), ("/bin/false", "cannot be right")):
            thaw = with_reader(home, reader)
            for command in reading:
                done = run(home, thaw, *command)
                assert done.returncode == 1 and "is not read" in done.stderr and says in done.stderr, (reader, command, done)
            for command in other:
                done = run(home, thaw, *command)
                assert done.returncode == 0, (reader, command, done)


@test
def a_kernel_without_filters_is_told():
    """The third prctl of the reader sets the filter; here it fails as it does where there is none."""
    with Home() as home:
        strace, good = shutil.which("strace"), sorted(glob.glob(os.path.join(FIXTURES, "*.safetensors")))[-1]
        if trace(home, THAW, "weights", "inspect", good) is None:
            print("# skipped: strace is not there, or may not trace", flush=True)
            return
        done = subprocess.run([strace, "-f", "-qq", "-o", os.devnull, "-e", "trace=prctl", "-e", "inject=prctl:error=EINVAL:when=3", THAW,
                               "weights", "inspect", good], env=home.env, cwd=home.top, capture_output=True, text=True, timeout=240)
        assert done.returncode == 1 and "cannot confine" in done.stderr and "seccomp: Invalid argument" in done.stderr, done
        assert done.stdout == "", done.stdout


# --- What is left ---

@test
def nobody_is_left_when_thaw_is_killed():
    with Home() as home:
        thaw = with_reader(home, HOSTILE)
        reader = os.path.join(os.path.dirname(thaw), "thaw-reader")
        for attack in ("sleep-for-ever", "endless-loop"):
            process = home.start("weights", "inspect", os.path.join(home.top, attack), program=thaw)
            assert wait_for(lambda: readers(reader)), attack
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            assert wait_for(lambda: not readers(reader)), "%s: %s is left" % (attack, readers(reader))
        run(home, thaw, "weights", "inspect", os.path.join(home.top, "play-dead"))
        assert not readers(reader)


@test
def ctrl_c_is_thaw_s_alone():
    with Home() as home:
        thaw = with_reader(home, HOSTILE)
        reader = os.path.join(os.path.dirname(thaw), "thaw-reader")
        process = home.start("weights", "inspect", os.path.join(home.top, "sleep-for-ever"), program=thaw)
        assert wait_for(lambda: readers(reader))
        assert os.getsid(readers(reader)[0]) != os.getsid(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert wait_for(lambda: not readers(reader))


main()
