#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lesson's augmentation on one core: torchvision on PIL pictures beside Thaw's pipeline, in turn.

usage: augment-torch.py --bench BUILD/tests/bench/bench-augment [--rounds 7] [--seconds 1.0] [--python PYTHON]

RandomCrop (32, padding 4), RandomHorizontalFlip, ColorJitter (0.2, 0.2, 0.2, 0.1), RandomRotation (15), ToTensor, Normalize, on pictures
that are in memory already, one thread each, both written as the batch wants them. Ratios are taken within a round.
"""
import argparse
import json
import os
import sys


def torch_side(seconds):
    """Images a second of torchvision on pictures like those of bench-augment."""
    import platform
    import time
    import numpy as np
    import PIL
    import torch
    from PIL import Image
    from peers import import_torchvision
    torchvision, version = import_torchvision()
    T = torchvision.transforms

    torch.manual_seed(1)
    torch.set_num_threads(1)
    pipeline = T.Compose([T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2, 0.2, 0.1), T.RandomRotation(15),
                          T.ToTensor(), T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))])
    rng = np.random.default_rng(1)
    y, x, c = np.mgrid[0:32, 0:32, 0:3]
    slope = 2 * x + (x + y + c) % 5
    blocks = rng.integers(0, 160, (512, 8, 8, 3)).repeat(4, 1).repeat(4, 2)
    pictures = [Image.fromarray((b + slope).astype(np.uint8)) for b in blocks]
    batch = torch.empty(64, 3, 32, 32)

    def run(length):
        done, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < length:
            for s in range(64):
                batch[s] = pipeline(pictures[done % 512])
                done += 1
        return done / (time.perf_counter() - begin)

    run(seconds / 4)
    print(json.dumps({"images_per_second": run(seconds), "torch": torch.__version__, "torchvision": version,
                      "pillow": PIL.__version__, "python": platform.python_version()}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--python")
    options = parser.parse_args()
    began = load()
    python = find_python(options.python, ["torch", "torchvision", "PIL", "numpy"])
    sides = [("thaw", lambda: run_json(options.bench, str(options.seconds), "1")),
             ("torch", lambda: run_json(python, os.path.abspath(__file__), "--torch-side", str(options.seconds)))]
    rounds = []
    for number in range(options.rounds):
        got = {name: measure() for name, measure in sides[::1 if number % 2 == 0 else -1]}
        rounds.append(got)
        print("  round %d:  thaw %.0f  torchvision %.0f images/s" % (
            number + 1, got["thaw"]["images_per_second"], got["torch"]["images_per_second"]), file=sys.stderr, flush=True)
    mine, theirs = ([r[side]["images_per_second"] for r in rounds] for side in ("thaw", "torch"))
    about = rounds[0]["torch"]
    print("torchvision %s on Pillow %s, PyTorch %s, Python %s; %d alternated rounds, ratios within a round: median (range). %s.\n" % (
        about["torchvision"], about["pillow"], about["torch"], about["python"], options.rounds, began.capitalize()))
    print(table(["augmentation, one core", "Thaw, images/s", "torchvision on PIL, images/s", "ratio"],
                [["the lesson's, 32 px", count(spread(mine)[0]), count(spread(theirs)[0]), ratio([a / b for a, b in zip(mine, theirs)])]]))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    if sys.argv[1:2] == ["--torch-side"]:
        torch_side(float(sys.argv[2]))
    else:
        from peers import count, find_python, load, ratio, run_json, spread, table
        main()
