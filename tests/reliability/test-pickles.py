#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pickle is data: nothing in it is carried out. Hostile payloads in the three places where Thaw meets pickles.

usage: test-pickles.py THAW

Each payload is put into a zip checkpoint, a checkpoint of before PyTorch 1.6 and a batch of CIFAR-10. All must be refused with one sentence, and a
canary file must not appear. That the payloads are live is shown with Python's own pickle, which makes the canary. Where strace is there, a sample
is watched: no program but Thaw's own two is started, no socket is made. TEST_SEED chooses the sample.
"""
import os
import pickle
import random
import re
import shutil
import struct
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "app"))
from cli import SEED, Home, main, test  # noqa: E402

CANARY = "canary"
SHELL = "touch " + CANARY
CODE = "open('%s', 'w')" % CANARY
SAMPLE = 12

# What a pickle might call, with arguments that would leave the canary; `live`: Python's own pickle does leave it.
CALLS = [("os", "system", (SHELL,), True), ("posix", "system", (SHELL,), True), ("builtins", "eval", (CODE,), True),
         ("builtins", "exec", (CODE,), True), ("__builtin__", "eval", (CODE,), True), ("subprocess", "call", (["touch", CANARY],), True),
         ("subprocess", "Popen", (["touch", CANARY],), True), ("subprocess", "getoutput", (SHELL,), True), ("os", "popen", (SHELL,), True),
         ("builtins", "open", (CANARY, "w"), True), ("io", "open", (CANARY, "w"), True), ("os", "mkdir", (CANARY,), True),
         ("pathlib", "Path.touch", (), False), ("shutil", "copyfile", ("/etc/hostname", CANARY), True), ("os", "link", ("/etc/hostname", CANARY), False),
         ("os", "symlink", ("/etc/hostname", CANARY), True), ("timeit", "timeit", (CODE,), False), ("pty", "spawn", (["touch", CANARY],), False),
         ("runpy", "run_path", ("/tmp/x.py",), False), ("webbrowser", "open", ("file:///",), False), ("ctypes", "CDLL", ("libc.so.6",), False),
         ("socket", "create_connection", (("127.0.0.1", 9),), False), ("importlib", "import_module", ("antigravity",), False),
         ("pickle", "loads", (b"cos\nsystem\n(X\x0c\x00\x00\x00touch canarytR.",), True), ("marshal", "loads", (b"\0",), False),
         ("types", "CodeType", (), False), ("operator", "attrgetter", ("system",), False), ("functools", "partial", ("x",), False),
         ("builtins", "getattr", ("", "__class__"), False), ("builtins", "__import__", ("os",), False), ("sys", "exit", (0,), False),
         ("torch", "load", (CANARY,), False), ("torch.serialization", "load", (CANARY,), False), ("torch.hub", "load", ("a/b", "c"), False),
         ("torch.jit", "load", (CANARY,), False), ("torch.storage", "_load_from_bytes", (b"x",), False), ("torch._utils", "_import_dotted_name", ("os.system",), False),
         ("torch._utils", "_rebuild_tensor", (), False), ("torch", "FloatTensor", (1,), False), ("torch.nn.modules.linear", "Linear", (1, 1), False),
         ("torch.utils.model_zoo", "load_url", ("http://localhost/",), False), ("numpy", "load", (CANARY,), False),
         ("numpy.testing._private.utils", "runstring", (CODE, {}), False), ("collections", "OrderedDict.__init__", (), False),
         ("collections", "namedtuple", ("a", "b"), False), ("torch._utils", "_rebuild_tensor_v2.__globals__", (), False),
         ("t\u043erch", "FloatStorage", (), False), ("torch ", "FloatStorage", (), False), ("TORCH", "FloatStorage", (), False), ("", "", (), False)]


def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def argument(value):
    """One value in opcodes of protocol 2, as pickle writes it, but for header and end."""
    return pickle.dumps(value, 2)[2:-1]


def arguments(values):
    return b"(" + b"".join(argument(v) for v in values) + b"t"


def payloads():
    """(name, opcodes, the name that is asked for or None, live): each pushes one value."""
    for module, name, values, live in CALLS:
        asked, called = "%s.%s" % (module, name), "%s.%s" % (module, name)
        function = b"c" + module.encode() + b"\n" + name.encode() + b"\n"
        yield "GLOBAL " + called, function + arguments(values) + b"R", asked, live
        yield "STACK_GLOBAL " + called, text(module) + text(name) + b"\x93" + arguments(values) + b"R", None, live and "." not in name
        yield "INST " + called, b"(" + b"".join(argument(v) for v in values) + b"i" + function[1:], None, live and module != "posix"
    system, path = b"cos\nsystem\n", text(SHELL)
    odd = b"ccollections\nOrderedDict\n"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n"
    yield "OBJ", b"(" + system + path + b"o", None, True
    yield "NEWOBJ", b"csubprocess\nPopen\n" + argument((["touch", CANARY],)) + b"\x81", None, False
    yield "NEWOBJ_EX", b"csubprocess\nPopen\n" + argument((["touch", CANARY],)) + b"}\x92", None, False
    yield "a call within an argument", odd + b"(" + system + b"(" + path + b"tRtR", None, False
    yield "a call that is thrown away", system + b"(" + path + b"tR0" + odd + b")R", None, True
    yield "a call from the memo", system + b"q\x07" + b"0h\x07(" + path + b"tR", None, True
    yield "state that would set a class", odd + b")R(X\x09\x00\x00\x00__class__" + system + b"db", None, False
    yield "state of a function", tensor + b"(X\x08\x00\x00\x00__code__" + path + b"db", None, False
    yield "hooks of a tensor", tensor + b"(K\x00K\x00)" + b")\x89" + system + b"tR", None, False
    yield "a number that is called", b"K\x05(" + path + b"tR", None, False
    yield "a text that is called", path + b"(" + path + b"tR", None, False
    yield "a dictionary that is called", b"}(" + path + b"tR", None, False
    yield "a storage that is called", b"ctorch\nFloatStorage\n(" + path + b"tR", None, False
    yield "a registered extension (1)", b"\x82\x01" + b"(" + path + b"tR", None, False
    yield "a registered extension (2)", b"\x83\x01\x01" + b"(" + path + b"tR", None, False
    yield "a registered extension (4)", b"\x84\x01\x01\x01\x01" + b"(" + path + b"tR", None, False
    yield "a persistent name", b"Pos.system\n(" + path + b"tR", None, False
    yield "a persistent call", system + b"(" + path + b"tRQ", None, False


def whole(opcodes):
    return b"\x80\x02" + opcodes + b"."


def state(opcodes):
    """An OrderedDict with the payload as its only value."""
    return whole(b"ccollections\nOrderedDict\n)R(" + text("weight") + opcodes + b"u")


def write_zip(path, pickled):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        z.writestr("archive/data.pkl", pickled)
        z.writestr("archive/data/0", b"\0" * 64)
        z.writestr("archive/version", b"3\n")


def write_legacy(path, pickled):
    with open(path, "wb") as f:
        f.write(pickle.dumps(0x1950a86a20f9469cfc6c, 2) + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2))
        f.write(pickled)
        f.write(pickle.dumps([], 2))


def write_batches(folder, pickled):
    """CIFAR-10 in Python's form, whose third batch is the payload."""
    rng = random.Random(3)
    if not os.path.isdir(folder):
        os.makedirs(folder)
        batch = {b"data": None, b"labels": [i % 10 for i in range(10)], b"batch_label": b"", b"filenames": [b"a"] * 10}
        del batch[b"data"]
        for name in ["data_batch_%d" % i for i in range(1, 6)] + ["test_batch"]:
            with open(os.path.join(folder, name), "wb") as f:
                f.write(pickle.dumps(dict(batch, filler=rng.random()), 2))
        with open(os.path.join(folder, "batches.meta"), "wb") as f:
            f.write(pickle.dumps({b"label_names": [b"a"] * 10}, 2))
    with open(os.path.join(folder, "data_batch_1"), "wb") as f:
        f.write(pickled)


def canary(home):
    return os.path.lexists(os.path.join(home.top, CANARY))


def refused(home, what, *command):
    process = home.start(*command)
    out, err = process.communicate(timeout=60)
    home.started.remove(process)
    lines = [l for l in err.strip().split("\n") if l.startswith("thaw:")]
    assert process.returncode == 1 and len(lines) == 1, (what, process.returncode, out, err)
    assert not canary(home), what + ": was carried out"
    return lines[0]


def all_refused(write, command):
    count = 0
    with Home() as home:
        path = os.path.join(home.top, "hostile")
        for name, opcodes, asked, _ in payloads():
            for form in (whole, state):
                write(path, form(opcodes))
                said = refused(home, name, *command, path)
                assert path in said, said
                if asked is not None and asked.isascii() and asked.strip() == asked and asked != ".":
                    assert asked in said or form is state and "OrderedDict" in said, (name, said)  # pictures need no such thing
                count += 1
    print("# %d payloads refused" % count)


@test
def in_a_zip_checkpoint():
    all_refused(write_zip, ("weights", "inspect"))


@test
def in_an_old_checkpoint():
    all_refused(write_legacy, ("weights", "inspect"))


@test
def in_a_batch_of_pictures():
    all_refused(write_batches, ("datasets",))


@test
def the_payloads_are_live():
    """The planted fault: who unpickles them carries them out."""
    carried_out = 0
    with Home() as home:
        for name, opcodes, _, live in payloads():
            if not live:
                continue
            path = os.path.join(home.top, "payload")
            with open(path, "wb") as f:
                f.write(whole(opcodes))
            subprocess.run([sys.executable, "-c", "import pickle, sys, time\nx = pickle.load(open(sys.argv[1], 'rb'))\ntime.sleep(0.1)", path], cwd=home.top,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)
            if canary(home):
                carried_out += 1
                place = os.path.join(home.top, CANARY)
                os.rmdir(place) if os.path.isdir(place) else os.unlink(place)
            else:
                print("# not carried out by Python either: " + name)
    print("# %d carried out by Python's own pickle" % carried_out)
    assert carried_out >= 30, carried_out


@test
def nothing_else_is_started():
    strace = shutil.which("strace")
    if strace is None:
        print("# SKIP: there is no strace")
        return
    rng, started, watched = random.Random(SEED), set(), 0
    with Home() as home:
        path, log = os.path.join(home.top, "hostile"), os.path.join(home.top, "log")
        for name, opcodes, _, _ in rng.sample(list(payloads()), SAMPLE):
            for write, command in ((write_zip, ["weights", "inspect"]), (write_legacy, ["weights", "inspect"])):
                write(path, state(opcodes))
                subprocess.run([strace, "-f", "-o", log, "-e", "trace=execve,execveat,socket,connect", os.path.abspath(sys.argv[1]), *command, path],
                               env=home.env, cwd=home.top, capture_output=True, timeout=120)
                with open(log, errors="replace") as f:
                    lines = f.read()
                if "execve(" not in lines:
                    print("# SKIP: strace cannot trace here")
                    return
                assert not re.search(r"\b(socket|connect)\(", lines), (name, lines)
                started |= {os.path.basename(p) for p in re.findall(r'execve(?:at)?\((?:\d+, )?"([^"]*)"', lines)}
                watched += 1
    print("# %d watched; programs: %s" % (watched, ", ".join(sorted(started))))
    assert started <= {os.path.basename(sys.argv[1]), "thaw-reader", ""}, started


main()
