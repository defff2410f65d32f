#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights both ways between PyTorch and Thaw, on real data. Needs torch, torchvision, Pillow, numpy.

usage: roundtrip-torch.py THAW CIFAR10-BINARY-FOLDER

For each backbone: a .pth of 1000 classes saved by PyTorch is trained here for one frozen epoch on a part of the data; what comes out is
exported as .pth, loaded in PyTorch with weights_only=True, and both programs name what 32 test pictures show. Prints the largest
difference of a probability and of a log-probability.
"""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image

sys.dont_write_bytecode = True
from peers import import_torchvision

torchvision, _ = import_torchvision()

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)


def small_copy(folder, to, records=600):
    os.makedirs(to)
    for name in ["data_batch_%d" % i for i in range(1, 6)] + ["test_batch"]:
        with open(os.path.join(folder, name + ".bin"), "rb") as f, open(os.path.join(to, name + ".bin"), "wb") as out:
            out.write(f.read(3073 * records))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    thaw, data = os.path.abspath(sys.argv[1]), sys.argv[2]
    top = tempfile.mkdtemp(prefix="thaw-roundtrip-")
    env = dict(os.environ, THAW_HOME=os.path.join(top, "home"))
    small_copy(data, os.path.join(top, "cifar"))
    raw = np.fromfile(os.path.join(data, "test_batch.bin"), dtype=np.uint8).reshape(-1, 3073)[:32, 1:]
    pictures = raw.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    paths = [os.path.join(top, "%02d.png" % i) for i in range(len(pictures))]
    for path, picture in zip(paths, pictures):
        Image.fromarray(np.ascontiguousarray(picture)).save(path)
    x = torch.from_numpy(pictures.astype(np.float32).transpose(0, 3, 1, 2) / 255)
    x = (x - torch.tensor(MEAN)[None, :, None, None]) / torch.tensor(STD)[None, :, None, None]
    for name, preset in (("resnet18", "day44-resnet18"), ("mobilenet_v3_small", "day44-mobilenet-v3-small")):
        torch.manual_seed(1)
        source = os.path.join(top, name + "-1000.pth")
        torch.save(getattr(torchvision.models, name)(weights=None).state_dict(), source)
        done = subprocess.run([thaw, "train", "--preset", preset, "--data", os.path.join(top, "cifar"), "--set", "model.weights=" + source,
                               "--set", "epochs=2", "--set", "freeze.epochs=1"], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        print("\n".join(line for line in done.stdout.split("\n") if source in line))
        weights = os.path.join(top, name + ".pth")
        subprocess.run([thaw, "export", "latest", "-o", weights], env=env, check=True, capture_output=True)
        model = getattr(torchvision.models, name)(weights=None, num_classes=10)
        model.load_state_dict(torch.load(weights, weights_only=True))
        model.eval()
        with torch.no_grad():
            expected = torch.log_softmax(model(x).double(), 1).numpy()
        found = subprocess.run([thaw, "predict", "latest", *paths, "--top", "10", "--json"], env=env, check=True,
                               capture_output=True, text=True)
        worst = worst_log = 0.0
        for row, picture in zip(expected, json.loads(found.stdout)):
            for item in picture["classes"]:
                worst = max(worst, abs(item["probability"] - math.exp(row[item["class"]])))
                worst_log = max(worst_log, abs(math.log(item["probability"]) - row[item["class"]]))
        print("%s: %d probabilities, largest difference %.3g; of log-probabilities %.3g (torch %s)" % (
            name, expected.size, worst, worst_log, torch.__version__))
    shutil.rmtree(top)


main()
