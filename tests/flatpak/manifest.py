# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be true of the Flatpak's manifest beside the rest of the tree, and what is wrong with one."""
import re

RUNTIME = {"glib-2.0", "gio-2.0", "gio-unix-2.0", "json-glib-1.0", "libarchive", "zlib", "libpng", "libjpeg", "libsoup-3.0",
           "cairo", "pangocairo", "gtk4", "libadwaita-1"}  # what org.gnome.Platform has of that which meson asks for
NOT_ASKED = {"threads"}  # of the compiler, not of a package
PROVIDES = {"openblas": "openblas", "sqlite": "sqlite3", "cmark": "libcmark"}  # module -> what meson asks for
WAL_RESET_FREE = (3, 51, 3)
OWN = "thaw"


def archives(manifest):
    return [(module, source) for module in manifest["modules"] for source in module["sources"] if module["name"] != OWN]


def wrong_sources(manifest):
    for module, source in archives(manifest):
        name = module["name"]
        if source.get("type") != "archive":
            yield "module %s: a source of type '%s', expected an archive with its sum" % (name, source.get("type"))
            continue
        if not re.fullmatch("[0-9a-f]{64}", source.get("sha256", "")):
            yield "module %s: its source is not pinned by a SHA-256" % name
        for url in [source.get("url", "")] + source.get("mirror-urls", []):
            if not url.startswith("https://"):
                yield "module %s: the address '%s' is none of https" % (name, url)
    own = [module for module in manifest["modules"] if module["name"] == OWN]
    if [s.get("type") for module in own for s in module["sources"]] != ["dir"]:
        yield "module %s: expected one source, this tree" % OWN


def documented(readme):
    """Permissions that the README has a row for, and the reason it gives."""
    return dict(re.findall(r"^\| `(--[^`]+)` \| *(.*?) *\|$", readme, re.M))


def wrong_permissions(manifest, readme):
    told, asked = documented(readme), manifest.get("finish-args", [])
    for permission in asked:
        if not told.get(permission):
            yield "the permission %s has no reason in the README" % permission
        if re.match("--(filesystem|talk-name|system-talk-name|own-name|persist|device=all|socket=(session|system)-bus|allow)", permission):
            yield "the permission %s is more than Thaw may ask for" % permission
    for permission in told:
        if permission not in asked:
            yield "the README explains the permission %s, which is not asked for" % permission
    if len(set(asked)) != len(asked):
        yield "a permission is asked for twice"


def wrong_names(manifest, readme, metainfo, programs):
    ids = re.findall(r"<id>(.*?)</id>", metainfo)
    if [manifest.get("id")] != ids:
        yield "the id '%s' is not that of the metainfo, %s" % (manifest.get("id"), ids)
    if manifest.get("command") not in programs:
        yield "the command '%s' is no program that is installed: %s" % (manifest.get("command"), ", ".join(programs))
    if manifest.get("sdk") != manifest.get("runtime", "").replace("Platform", "Sdk"):
        yield "the SDK '%s' is not the runtime's" % manifest.get("sdk")
    if "%s//%s" % (manifest.get("runtime"), manifest.get("runtime-version")) not in readme:
        yield "the README does not name the runtime's version"
    if manifest.get("separate-locales", True):
        yield "separate-locales: translations would not be in the one file that is handed out"


def wrong_dependencies(manifest, mesons):
    asked = {name for text in mesons for name in re.findall(r"\bdependency\('([^']+)'", text)} - NOT_ASKED - RUNTIME
    had = {PROVIDES.get(module["name"]) for module in manifest["modules"]}
    for name in sorted(asked - had):
        yield "meson asks for %s, which neither the runtime has nor a module builds" % name


def wrong_blas(manifest, gemm):
    env = next((m.get("build-options", {}).get("env", {}) for m in manifest["modules"] if m["name"] == "openblas"), {})
    cores = env.get("DYNAMIC_LIST", "").split()
    for core in re.findall(r'use_core \("(\w+)"\)', gemm) or ["none is found"]:
        if core.upper() not in cores:
            yield "OpenBLAS is built without the kernels %s that core/kernels asks for: %s" % (core, cores)
    for name, value in (("DYNAMIC_ARCH", "1"), ("TARGET", "GENERIC"), ("BUILD_SINGLE", "1")):
        if env.get(name) != value:
            yield "OpenBLAS is built with %s=%s, expected %s" % (name, env.get(name), value)


def wrong_sqlite(manifest):
    for module, source in archives(manifest):
        if module["name"] == "sqlite":
            found = re.search(r"sqlite3_(\d+)\.(\d+)\.(\d+)", source.get("url", ""))
            version = tuple(int(n) for n in found.groups()) if found else (0, 0, 0)
            if version < WAL_RESET_FREE:
                yield "SQLite %s can lose data (the WAL-reset bug); expected %s or newer" % (version, WAL_RESET_FREE)


def wrong_skips(manifest, check):
    """Build folders are no source: they would be copied with it, gigabytes of them."""
    skipped = {name for m in manifest["modules"] if m["name"] == OWN for s in m["sources"] for name in s.get("skip", [])}
    for folder in sorted({".git", "build", "build-flatpak"} | set(re.findall(r"\bsuite (build-\w+)", check))):
        if folder not in skipped:
            yield "the source takes %s along" % folder


def problems(manifest, tree):
    """tree: the texts readme, metainfo, gemm, check, the list mesons, and the names of installed programs."""
    return [*wrong_sources(manifest), *wrong_permissions(manifest, tree["readme"]),
            *wrong_names(manifest, tree["readme"], tree["metainfo"], tree["programs"]),
            *wrong_dependencies(manifest, tree["mesons"]), *wrong_blas(manifest, tree["gemm"]), *wrong_sqlite(manifest),
            *wrong_skips(manifest, tree["check"])]
