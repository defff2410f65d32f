# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command line share: a small data set, running the program, TAP."""
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

THAW = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "thaw"
SEED = int(os.environ.get("TEST_SEED", "20261121"))
FEW = ["--set", "batch_size=16", "--set", "epochs=3", "--set", "model.weights=random", "--set", "freeze.epochs=0"]
tests = []


def test(function):
    tests.append(function)
    return function


def write_cifar(folder, per_batch=80, n_test=80):
    """CIFAR-10 in its binary form, with classes that can be told apart by their colour."""
    rng = random.Random(7)
    os.makedirs(folder)
    for name in ["data_batch_%d" % i for i in range(1, 6)] + ["test_batch"]:
        with open(os.path.join(folder, name + ".bin"), "wb") as f:
            for i in range(n_test if name == "test_batch" else per_batch):
                label = i % 10
                f.write(bytes([label]))
                for c in range(3):
                    base = (label * 23 + c * 71 * (label + 1)) % 200
                    f.write(bytes(base + rng.randrange(50) for _ in range(1024)))
    with open(os.path.join(folder, "batches.meta.txt"), "w") as f:
        f.write("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")


class Home:
    """A store of its own, and the data set, below one temporary folder."""
    shared = None

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="thaw-app-")
        self.home = os.path.join(self.top, "home")
        self.data = Home.shared
        self.env = dict(os.environ, THAW_HOME=self.home, LC_ALL="C.UTF-8")
        for name in list(self.env):  # what belongs to the machine that tests, not to the test
            if name == "THAW_DATA" or name.startswith(("OPENBLAS_", "OMP_", "GOTO_")):
                del self.env[name]
        self.started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()
        shutil.rmtree(self.top, ignore_errors=True)

    def start(self, *arguments, **more):
        process = subprocess.Popen([more.pop("program", THAW), *arguments], env=dict(self.env, **more.pop("env", {})), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, cwd=self.top, **more)
        self.started.append(process)
        return process

    def run(self, *arguments, status=0, env={}, timeout=240):
        process = self.start(*arguments, env=env)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError("%s did not end within %d s" % (" ".join(arguments), timeout))
        assert process.returncode == status, "%s: status %d, expected %d\n%s\n%s" % (
            " ".join(arguments), process.returncode, status, out, err)
        self.err = err
        return out

    def train(self, *arguments, status=0):
        return self.run("train", "--preset", "day44-mobilenet-v3-small", "--data", self.data, *FEW, *arguments, status=status)

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))

    def weights(self, run="latest"):
        """SHA-256 of a run's last weights, through export."""
        path = os.path.join(self.top, "weights.safetensors")
        self.run("export", run, "--which", "last", "-o", path)
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def refused(self, *arguments, says=(), status=1):
        """The command fails with one sentence, and leaves no trace."""
        before = self.listing()
        self.run(*arguments, status=status)
        lines = [l for l in self.err.strip().split("\n") if l.startswith("thaw:")]
        assert len(lines) == 1, "expected one sentence, got: %r" % self.err
        for part in [says] if isinstance(says, str) else says:
            assert part in self.err, "%r not in %r" % (part, self.err)
        assert self.listing() == before, "left a trace: %r" % (set(self.listing()) ^ set(before))
        return self.err

    def listing(self):
        """All names below; SQLite's own helpers come and go with whoever looks."""
        return sorted(os.path.join(d, n) for d, ds, fs in os.walk(self.top) for n in ds + fs
                      if not n.endswith(("-wal", "-shm")))


def write_png(path, rgb, size=32):
    import zlib
    rows = b"".join(b"\0" + bytes(rgb) * size for _ in range(size))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def main():
    top = tempfile.mkdtemp(prefix="thaw-app-data-")
    Home.shared = os.path.join(top, "cifar-10-batches-bin")
    write_cifar(Home.shared)
    print("1..%d" % len(tests), flush=True)
    failed = 0
    for number, function in enumerate(tests, 1):
        try:
            function()
            print("ok %d - %s" % (number, function.__name__), flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().split("\n"):
                print("# " + line)
            print("not ok %d - %s" % (number, function.__name__), flush=True)
    shutil.rmtree(top, ignore_errors=True)
    sys.exit(1 if failed else 0)
