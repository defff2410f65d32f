#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thaw beside PyTorch: training steps and inference, in turn, round after round.

usage: compare-torch.py --thaw BUILD/app/thaw [--rounds 5] [--threads N] [--seconds 1.0] [--python PYTHON]
                        [--models resnet18,mobilenet_v3_small|all] [--train 32x64,64x32,224x32] [--infer 32x64,32x1] [--json FILE]

A step is the lesson's: zero_grad, forward, cross-entropy, backward, Adam with weight decay, on one prepared batch of noise; everything
trains. Cases are SIDExBATCH. PyTorch runs both memory formats; the one with the better median counts. In every round each program runs in
a process of its own, the order changing from round to round; a round's figure is a median of steps. Ratios are taken within a round.
Peak memory is the process's, after training alone: with interpreter and libraries, without data.

PyTorch and torchvision are looked for in python3, then /usr/bin/python3; OPENBLAS_*, OMP_* and their like are cleared for both.
Nothing else should run on the machine: the load at the beginning is printed.
"""
import argparse
import json
import os
import platform
import sys

FORMATS = ("contiguous", "channels_last")


# --- the side of PyTorch: a process that measures one thing and prints JSON ---

def torch_side(what, name, size, batch, threads, form, seconds):
    import resource
    import statistics
    import time
    import torch
    from nets import build
    from peers import onednn

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    model, version = build(name)
    x = torch.randn(batch, 3, size, size)
    if form == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    y = torch.arange(batch) % 10
    criterion = torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)

    def train():
        optimiser.zero_grad()
        criterion(model(x), y).backward()
        optimiser.step()

    def infer():
        with torch.inference_mode():
            model(x)

    step = train if what == "train" else infer
    model.train(what == "train")
    for _ in range(3):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - begin))
    print(json.dumps({"ms": statistics.median(times), "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                      "torch": torch.__version__, "torchvision": version, "threads": torch.get_num_threads(),
                      "onednn": onednn(torch), "python": platform.python_version()}))


# --- the driver ---

def cases_of(text):
    return [tuple(int(n) for n in case.split("x")) for case in text.split(",") if case]


def run_thaw(options, what, name, size, batch):
    more = ["--inference"] if what == "infer" else []
    got = run_json(options.thaw, "bench", "--model", name, "--size", str(size), "--batch", str(batch), "--threads",
                   str(options.threads), "--rounds", str(options.thaw_rounds), "--json", *more)
    floor = got["step_floor_ms"] if what == "train" else got["infer_floor_ms"]
    return {"ms": got["%s_step_ms" % what], "floor": floor, "resident": got["train_peak_resident_bytes"], "about": got}


def run_torch(options, what, name, size, batch, form):
    return run_json(options.python, os.path.abspath(__file__), "--torch-side", what, name, str(size), str(batch),
                    str(options.threads), form, str(options.seconds))


def run_case(options, number, what, name, size, batch):
    """One round of one case: {program or format: what it measured}."""
    sides = [("thaw", lambda: run_thaw(options, what, name, size, batch))]
    sides += [(form, lambda form=form: run_torch(options, what, name, size, batch, form)) for form in FORMATS]
    shift = number % len(sides)
    got = {side: measure() for side, measure in sides[shift:] + sides[:shift]}
    print("  round %d  %-5s %-19s %3d px  batch %3d:  %s" % (
        number + 1, what, name, size, batch, "  ".join("%s %.2f ms" % (k, got[k]["ms"]) for k, _ in sides)), file=sys.stderr, flush=True)
    return got


def better_format(rounds):
    return min(FORMATS, key=lambda form: spread([r[form]["ms"] for r in rounds])[0])


def speed_row(case, rounds):
    what, name, size, batch = case
    form = better_format(rounds)
    thaw, torch = ([1000 * batch / r[side]["ms"] for r in rounds] for side in ("thaw", form))
    return ["%s, %s" % (name, "training" if what == "train" else "inference"), "%d" % size, "%d" % batch,
            count(spread(thaw)[0]), "%s (%s)" % (count(spread(torch)[0]), form),
            ratio([a / b for a, b in zip(thaw, torch)]), "%.2f" % spread([r["thaw"]["ms"] / r["thaw"]["floor"] for r in rounds])[0]]


def memory_row(case, rounds):
    _, name, size, batch = case
    form = better_format(rounds)
    mine, theirs = (spread([r[side]["resident"] / 1e6 for r in rounds])[0] for side in ("thaw", form))
    return [name, "%d" % size, "%d" % batch, count(mine), "%s (%s)" % (count(theirs), form), "%.2f" % (mine / theirs)]


def report(options, cleared, results):
    first = next(iter(results.values()))[0]
    thaw, torch = first["thaw"]["about"], first[FORMATS[0]]
    print("Processor: %s; %d threads each, %d cores." % (thaw["processor"], options.threads, thaw["cores"]))
    print("Thaw %s (gcc %s): kernels %s; %s, running as %s." % (
        thaw["versions"]["thaw"], thaw["versions"]["compiler"], thaw["kernels"], thaw["versions"]["openblas"], thaw["blas_core"]))
    print("PyTorch %s, torchvision %s, %s, Python %s, %d threads; both memory formats, the better one named." % (
        torch["torch"], torch["torchvision"], torch["onednn"], torch["python"], torch["threads"]))
    print("%d alternated rounds, each the median of its steps; ratios within a round: median (range). %s. Cleared: %s.\n" % (
        options.rounds, options.load.capitalize(), ", ".join(cleared) or "nothing was set"))
    print(table(["", "side, px", "batch", "Thaw, images/s", "PyTorch, images/s", "ratio", "Thaw's step / its floor"],
                [speed_row(case, rounds) for case, rounds in results.items()]))
    trained = {case: rounds for case, rounds in results.items() if case[0] == "train"}
    if trained:
        print("\n" + table(["peak resident memory, training", "side, px", "batch", "Thaw, MB", "PyTorch, MB", "Thaw / PyTorch"],
                           [memory_row(case, rounds) for case, rounds in trained.items()]))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--thaw", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thaw-rounds", type=int, default=4, help="rounds of a quarter of a second within one run of thaw bench")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=1.0, help="how long PyTorch's steps are timed in a round")
    parser.add_argument("--python")
    parser.add_argument("--models", default="resnet18,mobilenet_v3_small", help="Thaw's names, or all")
    parser.add_argument("--train", default="32x64,64x32,224x32")
    parser.add_argument("--infer", default="32x64,32x1")
    parser.add_argument("--json", help="where to write all that was measured")
    return parser.parse_args()


def main():
    options = parse_options()
    options.load = load()
    options.python = find_python(options.python, ["torch", "torchvision"])
    cleared = clean_environment()[1]
    names = [m["name"] for m in run_json(options.thaw, "models", "--json")] if options.models == "all" else options.models.split(",")
    cases = [(what, name, size, batch) for name in names
             for what, given in (("train", options.train), ("infer", options.infer)) for size, batch in cases_of(given)]
    if not cases or options.rounds < 1:
        sys.exit("nothing to measure")
    results = {case: [] for case in cases}
    for number in range(options.rounds):
        for case in cases:
            results[case].append(run_case(options, number, *case))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump([{"what": c[0], "model": c[1], "size": c[2], "batch": c[3], "rounds": r} for c, r in results.items()], f, indent=1)
    report(options, cleared, results)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    if sys.argv[1:2] == ["--torch-side"]:
        torch_side(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6]), sys.argv[7], float(sys.argv[8]))
    else:
        from peers import clean_environment, count, find_python, load, ratio, run_json, spread, table
        main()
