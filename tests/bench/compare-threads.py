#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What threads are worth: a training step on one thread, on several, and on several while another process takes a core.

usage: compare-threads.py --thaw BUILD/app/thaw [--rounds 5] [--threads N] [--models resnet18,mobilenet_v3_small] [--cases 32x64] [--json FILE]

The other process is a loop that never sleeps, bound to the last core that this one may use. On a machine where the threads are as many as
the cores, whoever waits for the slowest thread at every phase falls behind one thread then. In every round the three cases follow each other,
the order changing from round to round; ratios are taken within a round. Cases are SIDExBATCH.
"""
import argparse
import json
import os
import subprocess
import sys

WAYS = ("one", "several", "disturbed")


def take_core(core):
    """A process that keeps a core busy."""
    loop = "import os, sys; os.sched_setaffinity(0, {%d}); print('here', flush=True)\nwhile True: pass" % core
    process = subprocess.Popen([sys.executable, "-c", loop], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def bench(options, name, size, batch, threads):
    return run_json(options.thaw, "bench", "--model", name, "--size", str(size), "--batch", str(batch), "--threads", str(threads),
                    "--rounds", str(options.thaw_rounds), "--json")


def measure(options, way, case):
    if way != "disturbed":
        return bench(options, *case, 1 if way == "one" else options.threads)
    other = take_core(max(os.sched_getaffinity(0)))
    try:
        return bench(options, *case, options.threads)
    finally:
        other.kill()
        other.wait()


def run_round(options, number, case):
    shift = number % len(WAYS)
    got = {way: measure(options, way, case) for way in WAYS[shift:] + WAYS[:shift]}
    print("  round %d  %-19s %3d px  batch %3d:  %s" % (number + 1, *case, "  ".join(
        "%s %.2f ms" % (way, got[way]["train_step_ms"]) for way in WAYS)), file=sys.stderr, flush=True)
    return got


def row(case, rounds):
    one, several, disturbed = ([r[way]["train_images_per_second"] for r in rounds] for way in WAYS)
    return [case[0], "%d" % case[1], "%d" % case[2], *(count(spread(v)[0]) for v in (one, several, disturbed)),
            ratio([b / a for a, b in zip(one, several)]), ratio([b / a for a, b in zip(one, disturbed)])]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--thaw", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thaw-rounds", type=int, default=4, help="rounds of a quarter of a second within one run of thaw bench")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--models", default="resnet18,mobilenet_v3_small")
    parser.add_argument("--cases", default="32x64")
    parser.add_argument("--json", help="where to write all that was measured")
    return parser.parse_args()


def main():
    options = parse_options()
    began = load()
    cases = [(name, *(int(n) for n in case.split("x"))) for name in options.models.split(",") for case in options.cases.split(",")]
    results = {case: [] for case in cases}
    for number in range(options.rounds):
        for case in cases:
            results[case].append(run_round(options, number, case))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump([{"model": c[0], "size": c[1], "batch": c[2], "rounds": r} for c, r in results.items()], f, indent=1)
    about = next(iter(results.values()))[0]["several"]
    print("Processor: %s, %d cores. Thaw %s: kernels %s; %s. %d alternated rounds, ratios within a round: median (range). %s. Cleared: %s.\n" % (
        about["processor"], about["cores"], about["versions"]["thaw"], about["kernels"], about["blas_core"], options.rounds,
        began.capitalize(), ", ".join(clean_environment()[1]) or "nothing was set"))
    n = options.threads
    print(table(["training, images/s", "side, px", "batch", "1 thread", "%d threads" % n, "%d, a core taken" % n, "%d threads / 1" % n,
                 "%d, a core taken / 1" % n], [row(case, rounds) for case, rounds in results.items()]))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    from peers import clean_environment, count, load, ratio, run_json, spread, table
    main()
