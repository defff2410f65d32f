#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lesson as its listings have it, in PyTorch, without freezing: an oracle for accuracies (and a peer for times).

usage: lesson-torch.py MODEL CIFAR10-PYTHON-FOLDER [EPOCHS [SEED [WORKERS]]]

MODEL is resnet18 or mobilenet_v3_small; FOLDER is cifar-10-batches-py. Random weights, everything trains from the start, Adam 1e-3 with
weight decay 1e-4, batch 64, the lesson's transforms; loss and accuracy on the test set after each epoch.
Beside it, the same recipe in Thaw:

    thaw train --preset day44-MODEL-exact --set model.weights=random --set freeze.epochs=0 --set epochs=3 --data FOLDER
"""
import os
import pickle
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.pop(name, None)

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms as T


class Cifar(torch.utils.data.Dataset):
    def __init__(self, folder, names, transform):
        self.images, self.labels, self.transform = [], [], transform
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                batch = pickle.load(f, encoding="bytes")
            data = np.asarray(batch[b"data"]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
            self.images += [Image.fromarray(image) for image in np.ascontiguousarray(data)]
            self.labels += batch[b"labels"]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.transform(self.images[i]), self.labels[i]


def evaluate(model, loader, criterion):
    model.eval()
    losses, right, seen = [], 0, 0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            losses.append(float(criterion(out, y)))
            right += int((out.argmax(1) == y).sum())
            seen += len(y)
    return sum(losses) / len(losses), right / seen


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    name, folder = sys.argv[1:3]
    epochs, seed, workers = (int(v) for v in (sys.argv[3:] + ["3", "0", "0"][len(sys.argv) - 3:])[:3])
    torch.manual_seed(seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    normal = T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
    augment = T.Compose([T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2, 0.2, 0.1),
                         T.RandomRotation(15), T.ToTensor(), normal])
    train = Cifar(folder, ["data_batch_%d" % i for i in range(1, 6)], augment)
    test = Cifar(folder, ["test_batch"], T.Compose([T.ToTensor(), normal]))
    train_loader = torch.utils.data.DataLoader(train, 64, shuffle=True, num_workers=workers)
    test_loader = torch.utils.data.DataLoader(test, 64, num_workers=workers)
    model = getattr(torchvision.models, name)(weights=None, num_classes=10)
    criterion = torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, "min", factor=0.5, patience=2)
    print("torch %s, torchvision %s, %d threads, seed %d" % (torch.__version__, torchvision.__version__,
                                                             torch.get_num_threads(), seed), flush=True)
    for epoch in range(epochs):
        began = time.time()
        model.train()
        losses, right, seen = [], 0, 0
        for x, y in train_loader:
            optimiser.zero_grad()
            out = model(x)
            loss = criterion(out, y)
            loss.backward()
            optimiser.step()
            losses.append(float(loss))
            right += int((out.argmax(1) == y).sum())
            seen += len(y)
        seconds = time.time() - began
        loss, accuracy = evaluate(model, test_loader, criterion)
        schedule.step(loss)
        print("epoch %d: train loss %.4f, accuracy %.2f %%; test loss %.4f, accuracy %.2f %%; %.1f s" % (
            epoch + 1, sum(losses) / len(losses), 100 * right / seen, loss, 100 * accuracy, seconds), flush=True)


main()
