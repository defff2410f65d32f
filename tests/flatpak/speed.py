#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a Flatpak trains, held against the same program installed without: `thaw bench` in turn, and the ratio of medians.

  speed.py --id ID --outside THAW [--rounds N] [--threads N] [--model NAME]...

Both also run once with OPENBLAS_CORETYPE=Haswell in the environment, which is what a processor gets that OpenBLAS does not
know: on one with AVX-512 both have to take their AVX-512 kernels all the same.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

AVX512 = ("SkylakeX", "Cooperlake", "SapphireRapids")


def bench(command, model, threads, rounds=3, **more):
    environment = dict(os.environ, **more)
    words = ["bench", "--json", "--rounds=%d" % rounds, "--model=" + model] + (["--threads=%d" % threads] if threads else [])
    done = subprocess.run([*command, *words], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s: %s" % (" ".join(command), done.stderr))
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--id", required=True)
    parser.add_argument("--outside", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="fewer than cores, where others use the machine as well")
    parser.add_argument("--model", action="append")
    options = parser.parse_args()
    sides = {"outside": [options.outside], "inside": ["flatpak", "run", "--user", "--command=thaw", options.id]}
    wrong = 0
    for model in options.model or ["mobilenet_v3_small", "resnet18"]:
        train, infer = ({side: [] for side in sides} for _ in range(2))
        for number in range(options.rounds):
            for side in list(sides)[::1 if number % 2 else -1]:
                said = bench(sides[side], model, options.threads)
                train[side].append(said["train_step_ms"])
                infer[side].append(said["infer_step_ms"])
        for what, times in (("a training step", train), ("inference", infer)):
            middle = {side: statistics.median(times[side]) for side in sides}
            each = sorted(o / i for o, i in zip(times["outside"], times["inside"]))
            print("%s, %s: outside %.2f ms, inside %.2f ms, speed inside / outside %.3f (rounds %.3f to %.3f)" % (
                model, what, middle["outside"], middle["inside"], middle["outside"] / middle["inside"], each[0], each[-1]))
    for side, command in sides.items():
        for unknown in (False, True):
            said = bench(command, "mobilenet_v3_small", options.threads, 1, **({"OPENBLAS_CORETYPE": "Haswell"} if unknown else {}))
            print("%s%s: kernels %s, OpenBLAS core %s; %s" % (side, ", as on a processor OpenBLAS does not know" if unknown else "",
                                                             said["kernels"], said["blas_core"], said["versions"]["openblas"]))
            wrong += said["kernels"] == "avx512" and said["blas_core"] not in AVX512
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
