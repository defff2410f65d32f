#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An epoch as the lesson does it: real CIFAR-10, full augmentation, training, evaluation on the test set. Thaw and PyTorch in turn.

usage: compare-epoch.py --thaw BUILD/app/thaw --data CIFAR10-BINARY-FOLDER [--pictures 10000] [--rounds 3] [--threads N] [--python PYTHON]
                        [--models resnet18,mobilenet_v3_small] [--workers 0,1,2] [--format contiguous] [--json FILE]

PyTorch's side is the lesson's: PIL pictures in memory, torchvision's transforms, a DataLoader of batches of 64 with each number of workers
given, of which the one with the best median counts; Adam with weight decay; everything trains. Thaw runs the lesson's preset with the same.
Both read the same first --pictures of the training set (in equal parts of its five files) and as large a share of the test set; 50000 is
all. A figure is the time of training and evaluation; reading the data, and three steps for PyTorch to warm up, come before it. Thaw's has
its checkpoint and the store's transactions in it. In every round each program runs in a process of its own, the order changing from round
to round; ratios are taken within a round.

PyTorch is looked for in python3, then /usr/bin/python3; OPENBLAS_*, OMP_* and their like are cleared for both.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

FILES = ["data_batch_%d" % i for i in range(1, 6)] + ["test_batch"]
RECORD = 3073
PRESETS = {"resnet18": "day44-resnet18-exact", "mobilenet_v3_small": "day44-mobilenet-v3-small-exact"}


# --- the side of PyTorch ---

def torch_side(name, folder, workers, threads, form):
    import platform
    import resource
    import torch
    from lesson import Image, Lesson, torchvision_version
    from peers import onednn

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    lesson = Lesson(name, folder, workers, form)
    for _ in range(3):
        lesson.step(torch.randn(64, 3, 32, 32), torch.arange(64) % 10)
    began = time.perf_counter()
    train_loss, train_accuracy = lesson.train()
    trained = time.perf_counter()
    _, accuracy = lesson.evaluate()
    ended = time.perf_counter()
    print(json.dumps({"train": trained - began, "evaluate": ended - trained, "epoch": ended - began, "train_loss": train_loss,
                      "train_accuracy": train_accuracy, "accuracy": accuracy,
                      "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "torch": torch.__version__,
                      "torchvision": torchvision_version, "onednn": onednn(torch), "pillow": getattr(Image, "__version__", "?"),
                      "python": platform.python_version()}))


# --- the driver ---

def copy_part(folder, to, pictures):
    """The first pictures of each file. (training pictures, test pictures)"""
    os.makedirs(to)
    counts = [pictures // 5] * 5 + [pictures // 5]
    for name, records in zip(FILES, counts):
        with open(os.path.join(folder, name + ".bin"), "rb") as f, open(os.path.join(to, name + ".bin"), "wb") as out:
            got = out.write(f.read(RECORD * records))
            if got != RECORD * records:
                sys.exit("%s.bin has %d pictures, expected %d or more" % (name, got // RECORD, records))
    return sum(counts[:5]), counts[5]


def run_thaw(options, name):
    """Times from the first event, after reading, to the epoch's end."""
    home = tempfile.mkdtemp(prefix="thaw-epoch-home-", dir=options.top)
    env = dict(clean_environment()[0], THAW_HOME=home)
    command = [options.thaw, "train", "--json", "--preset", PRESETS[name], "--data", options.part, "--threads", str(options.threads)]
    for setting in ("model.weights=random", "freeze.epochs=0", "epochs=1"):
        command += ["--set", setting]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        began, got = None, {}
        for line in process.stdout:
            event = json.loads(line)
            now = time.perf_counter()
            if event["event"] == "start":
                began = now
            elif event["event"] == "epoch":
                got = {"epoch": now - began, "train": event["seconds"], "train_loss": event["train_loss"],
                       "train_accuracy": event["train_accuracy"], "accuracy": event["accuracy"]}
            elif event["event"] == "end":
                got["resident"] = event["peak_resident_bytes"]
    if process.returncode != 0:
        sys.exit("%s ended with status %d" % (" ".join(command), process.returncode))
    shutil.rmtree(home)
    got["evaluate"] = got["epoch"] - got["train"]
    return got


def run_torch(options, name, workers):
    return run_json(options.python, os.path.abspath(__file__), "--torch-side", name, options.part, str(workers), str(options.threads),
                    options.format)


def run_round(options, number, name):
    sides = [("thaw", lambda: run_thaw(options, name))]
    sides += [(w, lambda w=w: run_torch(options, name, w)) for w in options.workers]
    shift = number % len(sides)
    got = {side: measure() for side, measure in sides[shift:] + sides[:shift]}
    print("  round %d  %-19s %s" % (number + 1, name, "  ".join(
        "%s %.2f s" % (side if side == "thaw" else "%d workers" % side, got[side]["epoch"]) for side, _ in sides)), file=sys.stderr, flush=True)
    return got


def row(options, name, rounds):
    best = min(options.workers, key=lambda w: spread([r[w]["epoch"] for r in rounds])[0])
    mine, theirs = [r["thaw"] for r in rounds], [r[best] for r in rounds]

    def times(side):
        return "%.2f (%.2f + %.2f)" % tuple(spread([r[what] for r in side])[0] for what in ("epoch", "train", "evaluate"))

    return [name, times(mine), times(theirs), "%d" % best, ratio([b["epoch"] / a["epoch"] for a, b in zip(mine, theirs)]),
            "%.1f / %.1f" % tuple(100 * spread([r["accuracy"] for r in side])[0] for side in (mine, theirs)),
            "%s / %s" % tuple(count(spread([r["resident"] / 1e6 for r in side])[0]) for side in (mine, theirs))]


def report(options, cleared, train, test, results):
    about = next(iter(results.values()))[0][options.workers[0]]
    version = subprocess.run([options.thaw, "--version"], capture_output=True, text=True, env=clean_environment()[0]).stdout.strip()
    print("%s; PyTorch %s, torchvision %s on Pillow %s, %s, Python %s, %s; %d threads each, %d cores." % (
        version, about["torch"], about["torchvision"], about["pillow"], about["onednn"], about["python"], options.format, options.threads,
        len(os.sched_getaffinity(0))))
    print("%d training and %d test pictures; workers tried: %s; %d alternated rounds, ratios within a round: median (range). %s. Cleared: "
          "%s.\n" % (train, test, ", ".join(str(w) for w in options.workers), options.rounds, options.load.capitalize(),
                     ", ".join(cleared) or "nothing was set"))
    print(table(["an epoch", "Thaw, s (training + evaluation)", "PyTorch, s", "its workers", "ratio", "test accuracy, %: Thaw / PyTorch",
                 "peak memory, MB"], [row(options, name, rounds) for name, rounds in results.items()]))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--thaw", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--pictures", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--python")
    parser.add_argument("--models", default="resnet18,mobilenet_v3_small")
    parser.add_argument("--workers", default="0,1,2")
    parser.add_argument("--format", choices=["contiguous", "channels_last"], default="contiguous", help="the lesson has contiguous")
    parser.add_argument("--json", help="where to write all that was measured")
    return parser.parse_args()


def main():
    options = parse_options()
    options.load = load()
    options.thaw = os.path.abspath(options.thaw)
    options.workers = [int(w) for w in options.workers.split(",")]
    options.python = find_python(options.python, ["torch", "torchvision", "PIL", "numpy"])
    cleared = clean_environment()[1]
    names = options.models.split(",")
    if options.rounds < 1 or options.pictures < 5 or not set(names) <= set(PRESETS):
        sys.exit("nothing to measure; models are %s" % " and ".join(PRESETS))
    with tempfile.TemporaryDirectory(prefix="thaw-epoch-") as options.top:
        options.part = os.path.join(options.top, "cifar-10-batches-bin")
        train, test = copy_part(options.data, options.part, options.pictures)
        results = {name: [] for name in names}
        for number in range(options.rounds):
            for name in names:
                results[name].append(run_round(options, number, name))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(results, f, indent=1)
    report(options, cleared, train, test, results)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    if sys.argv[1:2] == ["--torch-side"]:
        torch_side(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
    else:
        from peers import clean_environment, count, find_python, load, ratio, run_json, spread, table
        main()
