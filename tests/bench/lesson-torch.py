#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lesson in PyTorch without freezing: an oracle for accuracies (compare-epoch.py compares times).

usage: lesson-torch.py MODEL CIFAR10-FOLDER [EPOCHS [SEED [WORKERS]]]

MODEL is resnet18 or mobilenet_v3_small; FOLDER is cifar-10-batches-py or -bin. Random weights, everything trains from the start, Adam 1e-3
with weight decay 1e-4, batch 64, the lesson's transforms; loss and accuracy on the test set after each epoch.
Beside it, the same recipe in Thaw:

    thaw train --preset day44-MODEL-exact --set model.weights=random --set freeze.epochs=0 --set epochs=3 --data FOLDER
"""
import os
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)
sys.dont_write_bytecode = True


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    import torch
    from lesson import Lesson, torchvision_version

    name, folder = sys.argv[1:3]
    epochs, seed, workers = (int(v) for v in (sys.argv[3:] + ["3", "0", "0"][len(sys.argv) - 3:])[:3])
    torch.manual_seed(seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    lesson = Lesson(name, folder, workers)
    print("torch %s, torchvision %s, %d threads, seed %d" % (torch.__version__, torchvision_version, torch.get_num_threads(), seed), flush=True)
    for epoch in range(epochs):
        began = time.time()
        train_loss, train_accuracy = lesson.train()
        seconds = time.time() - began
        loss, accuracy = lesson.evaluate()
        lesson.schedule.step(loss)
        print("epoch %d: train loss %.4f, accuracy %.2f %%; test loss %.4f, accuracy %.2f %%; %.1f s" % (
            epoch + 1, train_loss, 100 * train_accuracy, loss, 100 * accuracy, seconds), flush=True)


main()
