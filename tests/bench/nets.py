# SPDX-License-Identifier: GPL-3.0-or-later
"""Backbones for PyTorch under Thaw's names: torchvision's, and those that torchvision lacks."""
import torch
from torch import nn

from peers import import_torchvision


def conv_bn(cin, cout, kernel, stride=1, groups=1, act=None):
    layers = [nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(cout)]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


class Head(nn.Module):
    def __init__(self, features, channels, classes, dropout=0.0):
        super().__init__()
        self.features = features
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        return self.fc(self.dropout(self.features(x).mean((2, 3))))


def cnn3(classes):
    layers, cin = [], 3
    for i, cout in enumerate((64, 128, 256)):
        layers += ([nn.MaxPool2d(2)] if i else []) + [conv_bn(cin, cout, 3, act=nn.ReLU)]
        cin = cout
    return Head(nn.Sequential(*layers), cin, classes)


class Residual(nn.Module):
    """act (body (x) + shortcut (x)); act None: the sum as it is."""

    def __init__(self, body, shortcut=None, act=None):
        super().__init__()
        self.body, self.shortcut, self.act = body, shortcut, act

    def forward(self, x):
        y = self.body(x) + (x if self.shortcut is None else self.shortcut(x))
        return y if self.act is None else self.act(y)


def resnet20(classes):
    layers, cin = [conv_bn(3, 16, 3, act=nn.ReLU)], 16
    for cout in (16, 32, 64):
        for i in range(3):
            stride = 2 if cout > cin else 1
            body = nn.Sequential(conv_bn(cin, cout, 3, stride, act=nn.ReLU), conv_bn(cout, cout, 3))
            layers.append(Residual(body, conv_bn(cin, cout, 1, stride) if stride == 2 else None, nn.ReLU(inplace=True)))
            cin = cout
    return Head(nn.Sequential(*layers), cin, classes)


def efficientnet_lite0(classes):
    layers, cin = [conv_bn(3, 32, 3, 2, act=nn.ReLU6)], 32
    for ratio, kernel, first, cout, repeats in ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
                                                (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)):
        for i in range(repeats):
            stride, width = first if i == 0 else 1, cin * ratio
            body = nn.Sequential(*([conv_bn(cin, width, 1, act=nn.ReLU6)] if ratio > 1 else []),
                                 conv_bn(width, width, kernel, stride, width, nn.ReLU6), conv_bn(width, cout, 1))
            layers.append(Residual(body) if stride == 1 and cin == cout else body)
            cin = cout
    return Head(nn.Sequential(*layers, conv_bn(cin, 1280, 1, act=nn.ReLU6)), 1280, classes, 0.2)


class Branches(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.dense, self.point = conv_bn(cin, cout, 3, stride), conv_bn(cin, cout, 1, stride)
        self.identity = nn.BatchNorm2d(cin) if cin == cout and stride == 1 else None
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.dense(x) + self.point(x)
        return self.act(y if self.identity is None else y + self.identity(x))


def repvgg_a0(classes):
    layers, cin = [], 3
    for cout, repeats in ((48, 1), (48, 2), (96, 4), (192, 14), (1280, 1)):
        for i in range(repeats):
            layers.append(Branches(cin, cout, 2 if i == 0 else 1))
            cin = cout
    return Head(nn.Sequential(*layers), cin, classes)


OWN = {"cnn3": cnn3, "resnet20": resnet20, "efficientnet_lite0": efficientnet_lite0, "repvgg_a0": repvgg_a0}


def build(name, classes=10):
    """The network, and torchvision's version in words."""
    torchvision, version = import_torchvision()
    return (OWN[name](classes) if name in OWN else getattr(torchvision.models, name)(num_classes=classes)), version
