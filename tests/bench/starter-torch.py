#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The starter weights in torchvision's own models and in Thaw: the same logits? Needs torch, torchvision, numpy.

usage: starter-torch.py BUILD [CIFAR10-BINARY-FOLDER] [--show]

Reads data/weights as they are, without Thaw. Without pictures of CIFAR-10: two made-up ones. --show prints what tests/models/test-starter.c
holds of those two.
"""
import json
import os
import struct
import subprocess
import sys

import numpy as np
import torch

sys.dont_write_bytecode = True
from peers import import_torchvision

torchvision, version = import_torchvision()

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "weights")
TYPES = {"F16": np.float16, "F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        values = np.frombuffer(data[begin:end], dtype=TYPES[info["dtype"]]).reshape(info["shape"])
        tensors[name] = torch.from_numpy(values.astype(np.int64 if info["dtype"] == "I64" else np.float32))
    return tensors


def made_up():
    index = np.arange(2 * 3 * 32 * 32, dtype=np.int64)
    return ((index * 37 % 255 - 127) / 64).astype(np.float32).reshape(2, 3, 32, 32)


def of_cifar(folder, n=256):
    raw = np.fromfile(os.path.join(folder, "test_batch.bin"), dtype=np.uint8, count=3073 * n).reshape(-1, 3073)[:, 1:]
    x = raw.reshape(-1, 3, 32, 32).astype(np.float32) / 255
    return ((x - np.array(MEAN, np.float32)[None, :, None, None]) / np.array(STD, np.float32)[None, :, None, None]).astype(np.float32)


def main():
    words = [w for w in sys.argv[1:] if w != "--show"]
    if not words:
        sys.exit(__doc__)
    x = np.ascontiguousarray(of_cifar(words[1]) if len(words) > 1 else made_up())
    print("PyTorch %s, torchvision %s; %d pictures of %s" % (torch.__version__, version, len(x), "CIFAR-10" if len(words) > 1 else "made-up noise"))
    for name in ("resnet18", "mobilenet_v3_small"):
        path = os.path.join(WEIGHTS, name + "-tiny-imagenet-32.safetensors")
        tensors = read_safetensors(path)
        model = getattr(torchvision.models, name)(weights=None, num_classes=200)
        model.load_state_dict(tensors, strict=True)
        model.eval()
        with torch.no_grad():
            expected = model(torch.from_numpy(x)).numpy()
            exact = model.double()(torch.from_numpy(x).double()).numpy()
        done = subprocess.run([os.path.join(words[0], "tests/bench/logits"), name, path, "200", "32", str(len(x))], input=x.tobytes(),
                              capture_output=True, check=True)
        found = np.frombuffer(done.stdout, dtype=np.float32).reshape(expected.shape)
        print("%-20s %d logits: largest difference %.3g (torchvision's own from double precision: %.3g), largest logit %.3g" % (
            name, found.size, np.abs(found - expected).max(), np.abs(expected - exact).max(), np.abs(expected).max()))
        if "--show" in sys.argv:
            for row in exact[:2, :6 * 37:37]:
                print("   {" + ", ".join("%.6f" % v for v in row[:6]) + "}")


main()
