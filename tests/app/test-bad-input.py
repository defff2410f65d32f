#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input gets one clear sentence, exit status 1, and leaves no trace but the message."""
import hashlib
import json
import os
import resource
import shutil
import sqlite3
import struct
import subprocess
import tarfile

from cli import FEW, THAW, Home, main, test, write_cifar, write_png

TRAIN = ["train", "--preset", "day44-mobilenet-v3-small", *FEW]


def copy_of_data(home, name="copy"):
    folder = os.path.join(home.top, name)
    shutil.copytree(home.data, folder)
    return folder


@test
def backbones_that_do_not_fit():
    with Home() as home:
        for name, setting, says in (("resnet18", "model.widths=[48,64,128,256,512]", "model.widths.1"),
                                    ("shufflenet_v2_x0_5", "model.widths=[24,49,96,192]", "model.widths.1"),
                                    ("mobilenet_v2", "model.widths=[32,16]", "model.widths"),
                                    ("mobilenet_v2", "model.stem=tiny", "model.stem"),
                                    ("resnet18", "model.first_kernel=4", "model.first_kernel"),
                                    ("cnn3", "model.stem=cifar", "model.stem")):
            home.refused(*TRAIN, "--data", home.data, "--set", "model.name=" + name, "--set", setting, says=says)


@test
def data_that_is_not_there_or_truncated():
    with Home() as home:
        home.refused(*TRAIN, "--data", os.path.join(home.top, "nowhere"), says="nowhere")
        archive = os.path.join(home.top, "cifar-10-binary.tar.gz")
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(home.data, "cifar-10-batches-bin")
        home.run("datasets", archive)
        with open(archive, "rb") as f:
            body = f.read()
        for share in (0.9, 0.5, 0.1):
            with open(archive, "wb") as f:
                f.write(body[:int(len(body) * share)])
            home.refused(*TRAIN, "--data", archive, says="cifar-10-binary.tar.gz")
        with open(archive, "wb") as f:
            f.write(b"")
        home.refused(*TRAIN, "--data", archive, says="cifar-10-binary.tar.gz")


@test
def batches_of_wrong_size_or_label():
    with Home() as home:
        folder = copy_of_data(home)
        path = os.path.join(folder, "data_batch_2.bin")
        with open(path, "rb") as f:
            good = f.read()
        with open(path, "wb") as f:
            f.write(good[:-1])
        home.refused(*TRAIN, "--data", folder, says="data_batch_2.bin")
        with open(path, "wb") as f:
            f.write(good[:3073 * 5] + b"\x0a" + good[3073 * 5 + 1:])
        home.refused(*TRAIN, "--data", folder, says=["data_batch_2.bin", "10"])
        os.remove(path)
        home.refused(*TRAIN, "--data", folder, says="data_batch_2")


@test
def a_class_without_pictures():
    with Home() as home:
        folder = os.path.join(home.top, "pictures")
        for name in ("cat", "dog", "emptyone"):
            os.makedirs(os.path.join(folder, name))
        for i in range(8):
            write_png(os.path.join(folder, "cat", "%d.png" % i), (200, 0, i))
            write_png(os.path.join(folder, "dog", "%d.png" % i), (0, 200, i))
        home.refused(*TRAIN, "--data", folder, says="emptyone")


@test
def recipes_with_mistakes():
    with Home() as home:
        data = ["--data", home.data]
        for assignment, says in (("learning_rate=1", "learning_rate"), ("optimizer.lr=0", "optimizer.lr"),
                                 ("optimizer.lr=-1", "optimizer.lr"), ("epochs=0", "epochs"), ("epochs=2.5", "epochs"),
                                 ("model.name=resnet19", "model.name"), ("data.split.validation=2", "data.split.validation"),
                                 ("augment.0.name=RandomCrp", "RandomCrop"), ("batch_size=many", "batch_size"),
                                 ("seed=-1", "seed"), ("freeze.batch_norm=maybe", "freeze.batch_norm"),
                                 ("data.size=8", "data.size"), ("noequals", "noequals")):
            home.refused(*TRAIN, *data, "--set", assignment, says=says)
        recipe = os.path.join(home.top, "r.json")
        for body, says in (("{", "r.json"), ('{"format": "thaw-recipe/9"}', "format"), ('{"a": ' * 40 + "1" + "}" * 40, "r.json"),
                           ('{"format": "thaw-recipe/1", "epochs": 1, "epochs": 2}', "epochs"),
                           ('{"format": "thaw-recipe/1", "epochs": 18446744073709551616}', "r.json")):
            with open(recipe, "w") as f:
                f.write(body)
            home.refused("train", "--recipe", recipe, *data, says=says)
        home.refused("train", "--recipe", os.path.join(home.top, "none.json"), *data, says="none.json")
        home.refused("train", "--preset", "nonesuch", *data, says="nonesuch")


@test
def weights_that_do_not_fit_or_are_hostile():
    with Home() as home:
        golden = os.environ.get("THAW_GOLDEN") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/fixtures")
        data = ["--data", home.data]
        for name in ("b04_pickle_os_system.pth", "b05_pickle_os_system_legacy.pth", "b01_truncated_zip.pth", "b34_garbage.pth",
                     "s03_overlapping_offsets.safetensors"):
            path = os.path.join(golden, "files", name)
            home.refused(*TRAIN, *data, "--set", "model.weights=" + path, says=name)
            home.refused("weights", "inspect", path, says=name)
        home.refused(*TRAIN, *data, "--set", "model.weights=" + os.path.join(golden, "files/tiny_zip.pth"), says="tiny_zip.pth")
        home.refused(*TRAIN, *data, "--set", "model.weights=imagenet", says="weights fetch")
        home.refused(*TRAIN, *data, "--set", "model.weights=starter", "--set", "model.name=shufflenet_v2_x0_5", says=["starter", "shufflenet_v2_x0_5"])
        home.refused(*TRAIN, *data, "--set", "model.weights=/nonexistent/w.pth", says="/nonexistent/w.pth")


@test
def starter_weights_that_are_damaged_or_gone():
    """A program of its own, with weights beside it as they are installed."""
    file = "mobilenet_v3_small-tiny-imagenet-32.safetensors"
    with Home() as home:
        places = [os.path.join(home.top, *parts) for parts in (("bin",), ("share", "thaw", "weights"), ("libexec", "thaw"))]
        for place in places:
            os.makedirs(place)
        program, weights = os.path.join(places[0], "thaw"), os.path.join(places[1], file)
        shutil.copy(THAW, program)
        shutil.copy(THAW + "-reader", places[2])
        arguments = ["train", "--preset", "day44-mobilenet-v3-small", "--data", home.data, "--set", "epochs=1", "--set", "freeze.epochs=0"]

        def run(status):
            done = subprocess.run([program, *arguments], env=dict(home.env, XDG_DATA_DIRS=home.top), cwd=home.top, capture_output=True, text=True)
            assert done.returncode == status, done.stdout + done.stderr
            return done.stderr
        assert file in run(1) and "install Thaw again" in run(1), run(1)
        whole = os.path.join(os.path.dirname(THAW), "..", "data", "weights", file)
        with open(whole, "rb") as f:
            data = bytearray(f.read())
        data[len(data) // 2] ^= 1
        with open(weights, "wb") as f:
            f.write(data)
        assert weights in run(1) and "is damaged: its SHA-256 is" in run(1), run(1)
        assert not os.path.exists(home.home), "a run that cannot start left a trace"
        shutil.copy(whole, weights)
        run(0)


@test
def weights_with_nan():
    with Home() as home, Home() as other:
        other.train("--set", "epochs=1")
        path = os.path.join(home.top, "nan.safetensors")
        other.run("export", "latest", "-o", path)
        with open(path, "r+b") as f:
            n = struct.unpack("<Q", f.read(8))[0]
            header = json.loads(f.read(n))
            f.seek(8 + n + header["features.3.block.1.0.weight"]["data_offsets"][0] + 8)
            f.write(struct.pack("<f", float("nan")))
        home.refused(*TRAIN, "--data", home.data, "--set", "model.weights=" + path, says=["nan.safetensors", "features.3.block.1.0.weight"])


@test
def a_rate_that_explodes_stops_at_once():
    with Home() as home:
        home.train("--set", "optimizer.lr=1e6", "--set", "optimizer.name=SGD", "--set", "epochs=5", status=1)
        run = home.json("runs")[0]
        assert run["state"] == "diverged", run["state"]
        story = home.json("show", "latest")
        assert any(e["kind"] == "not-finite" for e in story["events"])
        for artifact in story["artifacts"]:
            tensors = home.json("weights", "inspect", artifact["path"])["tensors"]
            assert sum(t["nonfinite"] for t in tensors) == 0


@test
def a_store_of_a_newer_version_is_not_touched():
    with Home() as home:
        os.makedirs(home.home, 0o700)
        path = os.path.join(home.home, "store.db")
        db = sqlite3.connect(path)
        db.execute("PRAGMA application_id=%d" % 0x54484157)
        db.execute("PRAGMA user_version=99")
        db.execute("CREATE TABLE future (x)")
        db.commit()
        db.close()
        with open(path, "rb") as f:
            before = f.read()
        for command in (["runs"], TRAIN + ["--data", home.data], ["stop", "latest"]):
            home.refused(*command, says="99")
        with open(path, "rb") as f:
            assert f.read() == before
        with open(path, "wb") as f:
            f.write(b"not a database at all, but longer than a header of one hundred bytes, so that it has to be looked at" * 3)
        home.refused("runs", says="store.db")


@test
def a_home_that_cannot_be_written():
    with Home() as home:
        with open(home.home, "w") as f:
            f.write("a file where the folder should be")
        home.refused(*TRAIN, "--data", home.data, says=home.home)


@test
def a_full_disk_pauses_and_goes_on():
    """On a small file system of its own, where that can be had: as root, or in a namespace of the user's own."""
    with Home() as home:
        script = os.path.join(home.top, "full.sh")
        small = os.path.join(home.top, "small")
        os.makedirs(small)
        with open(script, "w") as f:
            f.write("""set -e
mount -t tmpfs -o size=160m,mode=0700 none "$SMALL"
export THAW_HOME="$SMALL/home"
head -c 110m /dev/zero > "$SMALL/filler"
"$THAW" train --preset day44-mobilenet-v3-small --data "$DATA" --set model.weights=random --set freeze.epochs=0 \
  --set batch_size=16 --set epochs=2 > "$OUT" 2>&1 &
worker=$!
for i in $(seq 600); do
  grep -qi 'paused\\|waiting' "$OUT" && break
  kill -0 $worker 2>/dev/null || break
  sleep 0.05
done
if ! kill -0 $worker 2>/dev/null; then echo "ended early"; cat "$OUT"; exit 1; fi
if grep -q '^committed' "$OUT"; then echo "committed without room"; cat "$OUT"; exit 1; fi
rm "$SMALL/filler"
wait $worker || { cat "$OUT"; exit 1; }
grep -q 'committed 2' "$OUT"
"$THAW" show latest --json | grep -q '"finished"'
umount "$SMALL" 2>/dev/null || true
""")
        env = dict(home.env, SMALL=small, THAW=THAW, DATA=home.data, OUT=os.path.join(home.top, "out"))
        command = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        probe = subprocess.run(command + ["mount", "-t", "tmpfs", "none", small], capture_output=True, text=True)
        if probe.returncode != 0:
            print("# no namespace to be had here (%s): a file size limit stands in" % probe.stderr.strip())
            limited_file_size(home)
            return
        done = subprocess.run(command + ["bash", script], env=env, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr


def limited_file_size(home):
    process = subprocess.Popen([THAW, *TRAIN, "--data", home.data], env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, cwd=home.top,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20)))
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.terminate()
    out, err = process.communicate(timeout=60)
    assert "committed" not in out and (out + err).strip(), out + err


def digest(home):
    with open(os.path.join(home.home, "store.db"), "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def only_read(home, says):
    """Everything that reads works and says what is the matter; nothing that writes begins."""
    before = digest(home)
    for words in (("runs",), ("show", "first"), ("compare", "first", "second"), ("plot", "first", "-o", os.path.join(home.top, "a.png")),
                  ("export", "first", "-o", os.path.join(home.top, "a.safetensors"))):
        home.run(*words)
        assert says in home.err, (words, home.err)
    for words in (TRAIN + ["--data", home.data], ["resume", "first"], ["rename", "first", "other"], ["trash", "first"], ["star", "first"],
                  TRAIN + ["--data", home.data, "--queue"], ["queue", "--run"]):
        home.run(*words, status=1)
        assert home.err.startswith("thaw: "), (words, home.err)
    assert digest(home) == before


@test
def a_newer_store_is_read_only():
    with Home() as home:
        home.train("--name", "first")
        home.train("--name", "second")
        path = os.path.join(home.home, "store.db")
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        only_read(home, "newer Thaw")
        state = json.loads(home.run("store", "--json", status=1))
        assert state["state"] == "newer" and state["runs"] == 2, state
        home.run("store", "--begin")
        assert json.loads(home.run("runs", "--json")) == []
        home.train("--name", "third")
        assert home.json("store")["path"].endswith("store-2.db")
        os.remove(os.path.join(home.home, "store.use"))
        assert {run["name"] for run in json.loads(home.run("runs", "--json"))} == {"first", "second"}


@test
def a_torn_page_costs_what_is_on_it():
    with Home() as home:
        for name in ("first", "second", "third"):
            home.train("--name", name)
        path = os.path.join(home.home, "store.db")
        with open(path, "rb") as f:
            good = f.read()
        # the iterations are the bulk of the store: leaves of a tree without row ids
        leaves = [at for at in range(4096, len(good), 4096) if good[at] == 10 and struct.unpack(">H", good[at + 3:at + 5])[0] > 60]
        assert leaves
        with open(path, "wb") as f:
            f.write(good[:leaves[-1]] + bytes(4096) + good[leaves[-1] + 4096:])
        only_read(home, "damaged")
        listed = json.loads(home.run("runs", "--json"))
        assert [run["name"] for run in listed] == ["third", "second", "first"], listed
        state = json.loads(home.run("store", "--json", status=1))
        assert state["state"] == "damaged" and 1 <= len(state["damaged"]) <= 3, state
        assert state["message"].count("“") == len(state["damaged"]), state


@test
def a_store_that_cannot_be_read_stays():
    with Home() as home:
        os.makedirs(home.home)
        path = os.path.join(home.home, "store.db")
        with open(path, "wb") as f:
            f.write(os.urandom(40960))
        before = digest(home)
        home.run("runs", status=1)
        assert path in home.err, home.err
        assert json.loads(home.run("store", "--json", status=1))["state"] == "unreadable"
        home.run("store", "--begin")
        home.train()
        assert digest(home) == before
        home.run("store", "--begin", status=1)
        assert "sound" in home.err, home.err


main()
