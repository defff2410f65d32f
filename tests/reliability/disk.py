# SPDX-License-Identifier: GPL-3.0-or-later
"""What a disk holds after a power cut, from the gate's record.

A file holds what it held at its last fsync; a name is there once its folder was synced after it was given. What was done since then
("pending") may be lost, be there, or be there in part: `Cut` says which. Bytes are kept or lost by sectors of 512, in any choice among
them; changes of names each for itself. That is less than most file systems promise, and all that POSIX does.

After a failed fsync what was pending is lost for good, though programs still read it: so does Linux."""
import os
import random
import re

SECTOR = 512


class File:
    def __init__(self, now=b""):
        self.now, self.synced, self.pending = bytearray(now), bytearray(now), []

    def do(self, change):
        apply(self.now, change)
        self.pending.append(change)

    def sync(self):
        for change in self.pending:
            apply(self.synced, change)
        self.pending = []

    def lose(self):
        self.pending = []

    def after(self, cut):
        if cut.kept >= 1:
            return self.now
        left = bytearray(self.synced)
        for change in self.pending if cut.kept > 0 else ():
            for part in sectors(change):
                if cut.keeps():
                    apply(left, part)
        return left


class Folder:
    """now, synced: name -> File or Folder. pending: (name that goes or None, name that comes or None, what comes)."""

    def __init__(self):
        self.now, self.synced, self.pending = {}, {}, []

    def do(self, gone, name, node):
        change = (gone, name, node)
        rename(self.now, change)
        self.pending.append(change)

    def sync(self):
        for change in self.pending:
            rename(self.synced, change)
        self.pending = []

    def lose(self):
        self.pending = []

    def after(self, cut):
        if cut.kept >= 1:
            return self.now
        left = dict(self.synced)
        for change in self.pending if cut.kept > 0 else ():
            if cut.keeps():
                rename(left, change)
        return left


def apply(content, change):
    at, data = change
    if data is None:  # a new length
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at:at + len(data)] = data


def sectors(change):
    at, data = change
    if data is None:
        yield change
        return
    begin = 0
    while begin < len(data):
        end = min(len(data), (at + begin) // SECTOR * SECTOR + SECTOR - at)
        yield at + begin, data[begin:end]
        begin = end


def rename(names, change):
    gone, name, node = change
    if gone is not None:
        names.pop(gone, None)
    if name is not None:
        names[name] = node


class Cut:
    """kept: 0 nothing that was not synced, 1 all of it, between: each part of it with that probability, by the seed."""

    def __init__(self, kept, seed=0):
        self.kept, self.rng = kept, random.Random(seed)

    def keeps(self):
        return self.rng.random() < self.kept


class Unknown(Exception):
    """A call that changes files in a way that the record has no words for: the model would be wrong."""


class Disk:
    def __init__(self, root, said=0):
        """root: the folder that the gate looks below. What is in it now is on the disk."""
        self.root_path, self.root = root, Folder()
        self.by_inode = {}
        self.said = said  # the last epoch that was called committed
        self.take(root, self.root)

    def take(self, path, folder):
        for entry in os.scandir(path):
            if entry.name.endswith("-shm"):
                continue
            if entry.is_dir():
                node = Folder()
                self.take(entry.path, node)
            else:
                with open(entry.path, "rb") as f:
                    node = File(f.read())
            self.by_inode[entry.inode()] = node
            folder.now[entry.name] = folder.synced[entry.name] = node

    def place(self, path):
        """(the folder that holds the path, its name there)"""
        node, parts = self.root, os.path.relpath(path, self.root_path).split(os.sep)
        for part in parts[:-1]:
            node = node.now[part]
        return node, parts[-1]

    def folder_at(self, path):
        if path == self.root_path:
            return self.root
        folder, name = self.place(path)
        return folder.now[name]

    def do(self, kind, inode, path, to, offset, data):
        if path.endswith("-shm"):  # memory, as far as anybody is concerned after a power cut
            return
        if kind in ("create", "mkdir"):
            folder, name = self.place(path)
            node = File() if kind == "create" else Folder()
            self.by_inode[inode] = node
            folder.do(None, name, node)
        elif kind in ("unlink", "rmdir"):
            folder, name = self.place(path)
            folder.do(name, None, None)
        elif kind in ("rename", "link"):
            folder, name = self.place(path)
            other, new = self.place(to)
            if kind == "rename" and other is not folder:
                raise Unknown("a move from one folder to another: %s -> %s" % (path, to))
            other.do(name if kind == "rename" else None, new, folder.now[name])
        elif kind == "write":
            self.by_inode[inode].do((offset, data))
        elif kind == "truncate":
            self.by_inode[inode].do((offset, None))
        elif kind == "sync":
            self.by_inode[inode].sync()
        elif kind == "lost":
            self.by_inode[inode].lose()
        elif kind == "folder-sync":
            self.folder_at(path).sync()
        elif kind == "say":
            for epoch in re.findall(rb'"event": "committed", "epoch": (\d+)', data):
                self.said = max(self.said, int(epoch))
        elif kind == "unknown":
            raise Unknown(path)

    def after(self, cut, folder=None):
        """The content after a power cut: {relative path: bytes, or None for a folder}."""
        found = {}
        for name, node in sorted((folder or self.root).after(cut).items()):
            if isinstance(node, File):
                found[name] = bytes(node.after(cut))
            else:
                found[name] = None
                for below, content in self.after(cut, node).items() if (node.now or node.synced) else ():
                    found[os.path.join(name, below)] = content
        return found


def operations(record):
    """The record, an operation at a time: (kind, inode, path, to, offset, data)."""
    with open(record, encoding="utf-8") as lines, open(record + ".data", "rb") as data:
        for line in lines:
            kind, inode, path, to, offset, size = line.rstrip("\n").split("\t")
            taken = data.read(int(size)) if kind in ("write", "say") else b""
            yield kind, int(inode), path, to, int(offset), taken


def write_out(content, path):
    for name, body in content.items():
        if body is None:
            os.mkdir(os.path.join(path, name), 0o700)
        else:
            with open(os.path.join(path, name), "wb") as f:
                f.write(body)
            os.chmod(os.path.join(path, name), 0o600)
