# SPDX-License-Identifier: GPL-3.0-or-later
"""The lesson as its listings have it, in PyTorch: pictures as PIL images, torchvision's transforms, an epoch, an evaluation."""
import os
import pickle

import numpy as np
import torch
from PIL import Image

from peers import import_torchvision

torchvision, torchvision_version = import_torchvision()
T = torchvision.transforms

NORMAL = T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
AUGMENT = T.Compose([T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2, 0.2, 0.1), T.RandomRotation(15),
                     T.ToTensor(), NORMAL])
PLAIN = T.Compose([T.ToTensor(), NORMAL])


def read_batch(folder, name):
    """Pixels [n][3][32][32] and labels of one file, in CIFAR-10's binary or Python form."""
    if os.path.exists(os.path.join(folder, name + ".bin")):
        records = np.fromfile(os.path.join(folder, name + ".bin"), dtype=np.uint8).reshape(-1, 3073)
        return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].tolist()
    with open(os.path.join(folder, name), "rb") as f:
        batch = pickle.load(f, encoding="bytes")
    return np.asarray(batch[b"data"]).reshape(-1, 3, 32, 32), batch[b"labels"]


class Cifar(torch.utils.data.Dataset):
    def __init__(self, folder, names, transform):
        self.images, self.labels, self.transform = [], [], transform
        for name in names:
            data, labels = read_batch(folder, name)
            self.images += [Image.fromarray(image) for image in np.ascontiguousarray(data.transpose(0, 2, 3, 1))]
            self.labels += labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.transform(self.images[i]), self.labels[i]


class Lesson:
    """A model with random weights, everything trains: Adam 1e-3 with weight decay 1e-4, ReduceLROnPlateau, batch 64."""

    def __init__(self, name, folder, workers, form="contiguous"):
        self.layout = torch.channels_last if form == "channels_last" else torch.contiguous_format
        self.model = getattr(torchvision.models, name)(weights=None, num_classes=10).to(memory_format=self.layout)
        self.criterion = torch.nn.CrossEntropyLoss()
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-3, weight_decay=1e-4)
        self.schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimiser, "min", factor=0.5, patience=2)
        self.train_set = Cifar(folder, ["data_batch_%d" % i for i in range(1, 6)], AUGMENT)
        self.test_set = Cifar(folder, ["test_batch"], PLAIN)
        self.set_workers(workers)

    def set_workers(self, workers):
        self.train_loader = torch.utils.data.DataLoader(self.train_set, 64, shuffle=True, num_workers=workers)
        self.test_loader = torch.utils.data.DataLoader(self.test_set, 64, num_workers=workers)

    def step(self, x, y):
        self.optimiser.zero_grad()
        out = self.model(x.to(memory_format=self.layout))
        loss = self.criterion(out, y)
        loss.backward()
        self.optimiser.step()
        return float(loss), int((out.argmax(1) == y).sum())

    def train(self):
        """Mean of the batches' losses, accuracy."""
        self.model.train()
        results = [self.step(x, y) for x, y in self.train_loader]
        return sum(loss for loss, _ in results) / len(results), sum(right for _, right in results) / len(self.train_set)

    def evaluate(self):
        self.model.eval()
        losses, right = [], 0
        with torch.no_grad():
            for x, y in self.test_loader:
                out = self.model(x.to(memory_format=self.layout))
                losses.append(float(self.criterion(out, y)))
                right += int((out.argmax(1) == y).sum())
        return sum(losses) / len(losses), right / len(self.test_set)
