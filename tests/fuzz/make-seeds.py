#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds that stand for one refusal each: what mutations of sound files hardly ever come by.

usage: make-seeds.py [CORPUS]   (default: the corpus beside this file); the same bytes each time
"""
import io
import os
import struct
import sys
import tarfile
import zlib

# --- Pickles, op by op ---
STOP, NONE, TRUE, FALSE = b".", b"N", b"\x88", b"\x89"


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def short(s):
    return b"U" + bytes([len(s)]) + s


def string(s):
    return b"T" + struct.pack("<I", len(s)) + s


def num(n):
    return b"J" + struct.pack("<i", n)


def tup(*items):
    return b"(" + b"".join(items) + b"t"


def many(*items):
    return b"](" + b"".join(items) + b"e"


def table(*pairs):
    return b"}(" + b"".join(k + v for k, v in pairs) + b"u"


def name(module, what):
    return b"c" + module + b"\n" + what + b"\n"


def pickled(*ops):
    return b"\x80\x02" + b"".join(ops) + STOP


RECONSTRUCT, NDARRAY, DTYPE = name(b"numpy.core.multiarray", b"_reconstruct"), name(b"numpy", b"ndarray"), name(b"numpy", b"dtype")
ORDERED = name(b"collections", b"OrderedDict")
EMPTY_ARRAY = RECONSTRUCT + tup(NDARRAY, tup(num(0)), short(b"b")) + b"R"
U1 = DTYPE + tup(short(b"u1"), num(0), num(1)) + b"R"
ROW = string(bytes(3072))


def array(shape=None, kind=U1, fortran=FALSE, content=ROW, version=None, base=EMPTY_ARRAY, times=1, state=None):
    state = state or tup(version or num(1), shape or tup(num(1), num(3072)), kind, fortran, content)
    return base + (state + b"b") * times


def batch(data, labels=None):
    return pickled(table((short(b"data"), data), (short(b"labels"), labels or many(num(3)))))


def cifar():
    yield "sound", batch(array())
    yield "bar-u1", batch(array(kind=DTYPE + tup(short(b"|u1"), num(0), num(1)) + b"R"))
    yield "float", batch(array(kind=DTYPE + tup(short(b"f4"), num(0), num(1)) + b"R"))
    yield "dtype-of-two", batch(array(kind=DTYPE + tup(short(b"u1"), num(0)) + b"R"))
    yield "dtype-state", batch(array(kind=U1 + tup(num(3), short(b"|"), NONE, NONE, NONE, num(-1), num(-1), num(0)) + b"b"))
    yield "dtype-state-none", batch(array(kind=U1 + NONE + b"b"))
    yield "column-order", batch(array(fortran=TRUE))
    yield "state-of-four", batch(array(state=tup(num(1), tup(num(1), num(3072)), U1, FALSE)))
    yield "version-none", batch(array(version=NONE))
    yield "shape-of-text", batch(array(shape=tup(num(1), short(b"3072"))))
    yield "shape-none", batch(array(shape=NONE))
    yield "kind-none", batch(array(kind=NONE))
    yield "order-none", batch(array(fortran=NONE))
    yield "content-none", batch(array(content=NONE))
    yield "filled-twice", batch(array(times=2))
    yield "flat", batch(array(shape=tup(num(3072))))
    yield "negative-rows", batch(array(shape=tup(num(-1), num(3072))))
    yield "short-rows", batch(array(shape=tup(num(1), num(3072)), content=string(bytes(3000))))
    yield "never-filled", batch(EMPTY_ARRAY)
    yield "reconstruct-of-two", batch(RECONSTRUCT + tup(NDARRAY, tup(num(0))) + b"R")
    yield "reconstruct-dtype", batch(RECONSTRUCT + tup(DTYPE, tup(num(0)), short(b"b")) + b"R")
    yield "reconstruct-none", batch(RECONSTRUCT + tup(NONE, tup(num(0)), short(b"b")) + b"R")
    yield "reconstruct-list", batch(RECONSTRUCT + tup(NDARRAY, many(num(0)), short(b"b")) + b"R")
    yield "reconstruct-i", batch(RECONSTRUCT + tup(NDARRAY, tup(num(0)), short(b"i")) + b"R")
    yield "call-of-ndarray", batch(NDARRAY + tup(num(0)) + b"R")
    yield "call-of-a-number", batch(num(1) + tup() + b"R")
    yield "call-with-a-list", batch(RECONSTRUCT + many() + b"R")
    yield "labels-tuple", batch(array(), tup(num(3)))
    yield "labels-two", batch(array(), many(num(3), num(4)))
    yield "label-negative", batch(array(), many(num(-1)))
    yield "label-ten", batch(array(), many(num(10)))
    yield "label-text", batch(array(), many(short(b"3")))
    yield "no-labels", pickled(table((short(b"data"), array())))
    yield "data-list", batch(many())
    for what, target in (("none", NONE), ("bool", TRUE), ("int", num(1)), ("big", b"\x8a\x0a" + bytes(9) + b"\x01"), ("float", b"G" + struct.pack(">d", 1)),
                         ("text", text("a")), ("bytes", short(b"a")), ("token", NDARRAY), ("tuple", tup(num(1))), ("list", many(num(1))),
                         ("dict", table((short(b"a"), num(1)))), ("ordered", ORDERED + tup() + b"R")):
        yield "build-" + what, pickled(target, table(), b"b")
        yield "build-%s-none" % what, pickled(target, NONE, b"b")
        yield "key-" + what, pickled(table((target, num(1)), (short(b"data"), array())))
    yield "ordered-with-arguments", pickled(ORDERED, tup(num(1)), b"R")
    yield "text-keys", pickled(table((text("data"), array()), (text("labels"), many(num(3)))))
    yield "two-binput", pickled(num(1), b"q\x00", b"0", b"h\x00")
    yield "long-memo", pickled(num(1), b"r\x00\x00\x01\x00", b"0", b"j\x00\x00\x01\x00")
    yield "memo-cut", b"\x80\x02K\x01r\x00"
    yield "get-cut", b"\x80\x02K\x01j\x00"
    yield "get-nothing", pickled(b"j\x07\x00\x00\x00")
    yield "int-cut", b"\x80\x02J\x00"
    yield "int1-cut", b"\x80\x02K"
    yield "int2-cut", b"\x80\x02M\x00"
    yield "stack-global-none", b"\x80\x04" + text("numpy") + num(1) + b"\x93."


# --- Weights as torch.save writes them, as far as its pickle goes: the legacy form, whose storages follow the pickles ---
TENSOR = name(b"torch._utils", b"_rebuild_tensor_v2")
PARAMETER = name(b"torch._utils", b"_rebuild_parameter")
FLOAT = name(b"torch", b"FloatStorage")
HOOKS = ORDERED + tup() + b"R"
MAGIC, VERSION = pickled(b"\x8a\x0a" + bytes.fromhex("6cfc9c46f9206aa85019")), pickled(b"M\xe9\x03")
SYSTEM = pickled(table((text("little_endian"), TRUE), (text("protocol_version"), b"M\xe9\x03"), (text("type_sizes"), table())))


def storage(word=None, kind=FLOAT, key=None, place=None, count=None, view=(NONE,)):
    return tup(word or text("storage"), kind, key or text("0"), place or text("cpu"), count or num(2), *view) + b"Q"


def tensor(of=None, offset=None, sizes=None, strides=None, grad=FALSE, hooks=HOOKS):
    return TENSOR + tup(of or storage(), offset or num(0), sizes or tup(num(2)), strides or tup(num(1)), grad, hooks) + b"R"


def legacy(weights, keys=None, data=None):
    keys = keys or pickled(many(text("0")))
    data = struct.pack("<q2f", 2, 1, 2) if data is None else data
    return MAGIC + VERSION + SYSTEM + pickled(table((text("w"), weights))) + keys + data


def pth():
    yield "sound", legacy(tensor())
    yield "parameter", legacy(PARAMETER + tup(tensor(), TRUE, HOOKS) + b"R")
    yield "parameter-none", legacy(PARAMETER + tup(NONE, TRUE, HOOKS) + b"R")
    yield "parameter-number", legacy(PARAMETER + tup(tensor(), num(1), HOOKS) + b"R")
    yield "parameter-hooks", legacy(PARAMETER + tup(tensor(), TRUE, NONE) + b"R")
    yield "parameter-two", legacy(PARAMETER + tup(tensor(), TRUE) + b"R")
    yield "tensor-of-none", legacy(tensor(of=NONE))
    yield "tensor-offset", legacy(tensor(offset=NONE))
    yield "tensor-sizes", legacy(tensor(sizes=tup(NONE)))
    yield "tensor-strides", legacy(tensor(strides=tup(NONE)))
    yield "tensor-grad", legacy(tensor(grad=num(1)))
    yield "tensor-hooks", legacy(tensor(hooks=NONE))
    yield "ordered-state", legacy(HOOKS + table() + b"b")
    yield "ordered-state-none", legacy(HOOKS + NONE + b"b")
    yield "storage-of-four", legacy(tensor(of=tup(text("storage"), FLOAT, text("0"), text("cpu")) + b"Q"))
    yield "storage-of-five", legacy(tensor(of=storage(view=())))
    yield "storage-word", legacy(tensor(of=storage(word=text("module"))))
    yield "storage-kind-none", legacy(tensor(of=storage(kind=NONE)))
    yield "storage-kind-dict", legacy(tensor(of=storage(kind=ORDERED)))
    yield "storage-key-number", legacy(tensor(of=storage(key=num(0))))
    yield "storage-place-none", legacy(tensor(of=storage(place=NONE)))
    yield "storage-count-text", legacy(tensor(of=storage(count=text("2"))))
    yield "storage-key-empty", legacy(tensor(of=storage(key=text(""))))
    yield "storage-key-long", legacy(tensor(of=storage(key=text("0" * 300))))
    yield "view", legacy(tensor(of=storage(count=num(1), view=(tup(text("v"), num(1), num(1)),)), sizes=tup(num(1))))
    yield "view-key-none", legacy(tensor(of=storage(view=(tup(NONE, num(0), num(2)),))))
    yield "view-offset-text", legacy(tensor(of=storage(view=(tup(text("v"), text("0"), num(2)),))))
    yield "view-size-text", legacy(tensor(of=storage(view=(tup(text("v"), num(0), text("2")),))))
    yield "view-of-two", legacy(tensor(of=storage(view=(tup(text("v"), num(0)),))))
    yield "keys-number", legacy(tensor(), keys=pickled(many(num(0))))
    yield "keys-twice", legacy(tensor(), keys=pickled(many(text("0"), text("0"))), data=struct.pack("<q2f", 2, 1, 2) * 2)
    yield "keys-tuple", legacy(tensor(), keys=pickled(tup(text("0"))))
    yield "name-not-utf8", MAGIC + VERSION + SYSTEM + pickled(table((short(b"\xff"), tensor()))) + pickled(many(text("0"))) + struct.pack("<q2f", 2, 1, 2)
    yield "name-bytes", MAGIC + VERSION + SYSTEM + pickled(table((short(b"w"), tensor()))) + pickled(many(text("0"))) + struct.pack("<q2f", 2, 1, 2)
    yield "name-number", MAGIC + VERSION + SYSTEM + pickled(table((num(1), tensor()))) + pickled(many(text("0"))) + struct.pack("<q2f", 2, 1, 2)
    yield "web-page", b"<html><body>404</body></html>"
    yield "xml", b"\n <?xml version='1.0'?><Error/>"
    yield "text", b"version https://git-lfs.github.com/spec/v1\n"
    yield "tar", b"a" + bytes(256) + b"ustar\x0000" + bytes(248)
    yield "seven", b"7z\xbc\xaf\x27\x1c" + bytes(64)
    yield "nothing", b""


# --- Archives ---

def member(tar, path, content=b"", **more):
    info = tarfile.TarInfo(path)
    info.size = len(content)
    for key, value in more.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(content))


def archive(fill, form=tarfile.GNU_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        fill(tar)
    return out.getvalue()


BATCH = bytes(3073)
NAMES = ["data_batch_%d.bin" % i for i in range(1, 6)] + ["test_batch.bin"]


def whole(tar, prefix="cifar-10-batches-bin/", content=BATCH, **more):
    for n in NAMES:
        member(tar, prefix + n, content, **more)


def tars():
    yield "dotted", archive(lambda t: whole(t, "./"))
    yield "absolute", archive(lambda t: whole(t, "/"))
    yield "above", archive(lambda t: whole(t, "../"))
    yield "deep", archive(lambda t: whole(t, "a/b/"))
    yield "hard-links", archive(lambda t: whole(t, content=b"", type=tarfile.LNKTYPE, linkname="x"))
    yield "hard-links-with-content", archive(lambda t: whole(t, type=tarfile.LNKTYPE, linkname="x"))
    yield "names-beyond-ascii", archive(lambda t: whole(t, "\u00e9/"), tarfile.PAX_FORMAT)
    yield "symbolic-links", archive(lambda t: whole(t, content=b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"))
    yield "devices", archive(lambda t: whole(t, content=b"", type=tarfile.CHRTYPE))
    yield "folders", archive(lambda t: whole(t, content=b"", type=tarfile.DIRTYPE))
    yield "empty-members", archive(lambda t: whole(t, content=b""))
    yield "twice", archive(lambda t: (whole(t), whole(t)))
    yield "many-members", archive(lambda t: [member(t, "m%d" % i) for i in range(100)])
    names = "\n".join("class %d" % i for i in range(10)).encode()
    yield "names", archive(lambda t: (whole(t), member(t, "cifar-10-batches-bin/batches.meta.txt", names)))
    yield "names-not-utf8", archive(lambda t: (whole(t), member(t, "cifar-10-batches-bin/batches.meta.txt", b"\xff\n" * 10)))
    yield "names-nine", archive(lambda t: (whole(t), member(t, "cifar-10-batches-bin/batches.meta.txt", names[:-8])))
    yield "names-long", archive(lambda t: (whole(t), member(t, "cifar-10-batches-bin/batches.meta.txt", b"a" * 5000)))
    claims = bytearray(archive(whole)[:512])
    claims[124:136] = b"77777777777\0"  # 8 GB
    claims[148:156] = b" " * 8
    claims[148:156] = b"%06o\0 " % sum(claims)
    yield "claims-much", bytes(claims) + bytes(1024)
    sparse = bytearray(archive(whole)[:512])
    sparse[156:157] = b"S"
    sparse[386:410] = b"%011o\0%011o\0" % (1024, 512)
    sparse[483:495] = b"%011o\0" % 3073
    sparse[124:136] = b"%011o\0" % 512
    sparse[148:156] = b" " * 8
    sparse[148:156] = b"%06o\0 " % sum(sparse)
    yield "sparse", bytes(sparse) + bytes(512) + bytes(1024)
    label = bytearray(archive(lambda t: member(t, "label"))[:512])
    label[156:157] = b"V"
    label[148:156] = b" " * 8
    label[148:156] = b"%06o\0 " % sum(label)
    yield "label", bytes(label) + archive(whole)
    packed = zlib.compressobj(0, zlib.DEFLATED, 31)
    yield "one-byte", b"\x1f"
    yield "not-gzip", b"\x1f\x00" + bytes(40)
    yield "bad-block", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x07\x00"
    yield "needs-dictionary", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x78\xbb\x00\x00\x00\x01"
    yield "garbage-behind", packed.compress(archive(lambda t: member(t, "x"))) + packed.flush() + b"behind"


# --- IDX ---

def idx(*sides, content=None, kind=8):
    n = 1
    for s in sides:
        n *= s
    return bytes([0, 0, kind, len(sides)]) + b"".join(struct.pack(">I", s) for s in sides) + (bytes(n) if content is None else content)


def idxs():
    yield "sound", idx(2, 28, 28)
    yield "labels", idx(3)
    yield "floats", idx(2, kind=13)
    yield "more-behind", idx(3) + b"x"
    yield "overflow", idx(3)[:4] + struct.pack(">3I", 1 << 31, 1 << 31, 1 << 31)
    yield "no-side", idx(1, 0, 28)
    yield "wide", idx(1, 1, 5000)
    yield "many", struct.pack(">4B3I", 0, 0, 8, 3, 1 << 28, 28, 28)
    whole_file = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = whole_file.compress(idx(2, 28, 28)) + whole_file.flush()
    yield "packed", packed
    yield "packed-twice", packed * 2
    yield "packed-behind", packed + b"x"
    yield "packed-cut", packed[:-9]
    yield "packed-crc", packed[:-8] + b"\0\0\0\0" + packed[-4:]


# --- PNG ---

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(w=2, h=2, depth=8, colour=2, interlace=0, extra=b"", rows=None, end=True):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    rows = rows if rows is not None else zlib.compress((b"\0" + bytes((w * channels * depth + 7) // 8)) * h * (2 if interlace else 1))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", w, h, depth, colour, 0, 0, interlace)) + extra + chunk(b"IDAT", rows) +
            (chunk(b"IEND", b"") if end else b""))


def pngs():
    for colour, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
        for depth in depths:
            yield "kind-%d-%d" % (colour, depth), png(depth=depth, colour=colour, extra=chunk(b"PLTE", bytes(6)) if colour == 3 else b"")
    yield "transparent", png(colour=3, extra=chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", b"\x80"))
    yield "grey-transparent", png(colour=0, extra=chunk(b"tRNS", b"\0\0"))
    yield "interlaced", png(w=8, h=8, interlace=1)
    yield "no-end", png(end=False)
    yield "gamma", png(extra=chunk(b"gAMA", struct.pack(">I", 45455)))
    yield "wrong-text", png(extra=chunk(b"tEXt", b""))
    yield "large-chunk", png(extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 21))))
    yield "too-small-for-it", png(w=4000, h=4000, rows=b"")
    yield "too-large", png(w=70000, h=1, rows=b"")
    yield "no-rows", png(rows=b"x")
    yield "no-palette", png(colour=3)


def main():
    corpus = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for reader, seeds in (("pickle_cifar", cifar), ("pth", pth), ("tar", tars), ("idx", idxs), ("png", pngs)):
        for what, content in seeds():
            with open(os.path.join(corpus, reader, "seed-" + what), "wb") as f:
                f.write(content)


if __name__ == "__main__":
    main()
