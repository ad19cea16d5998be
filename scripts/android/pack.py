#!/usr/bin/env python3
"""Packs the same bytes into the same archive, whatever the time and the order of a folder.

  pack.py jar OUT FOLDER...          classes
  pack.py apk OUT RESOURCES.APK DEX-FOLDER [LIBRARIES-FOLDER]
                                     an APK to be signed; libraries lie in ABI folders and are aligned to
                                     pages of 16 KB, so that the system maps them straight out of it
"""
import pathlib
import sys
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)
HEADER = 30
PAGE = 16 * 1024


def add(archive, name, data, kind, alignment=1):
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = kind
    if kind == zipfile.ZIP_STORED:
        begin = archive.fp.tell() + HEADER + len(name.encode())
        missing = -begin % alignment
        # An extra field has a head of four bytes.
        if missing:
            missing += alignment if missing < 4 else 0
            info.extra = b"\x35\xd9" + (missing - 4).to_bytes(2, "little") + bytes(missing - 4)
    archive.writestr(info, data, kind, 9)


def jar(out, *folders):
    files = {}
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file() and path.name != ".done":
                files[path.relative_to(folder).as_posix()] = path
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in sorted(files.items()):
            add(archive, name, path.read_bytes(), zipfile.ZIP_STORED)


def apk(out, resources, dex, libraries=None):
    with zipfile.ZipFile(out, "w") as archive, zipfile.ZipFile(resources) as linked:
        for entry in sorted(linked.infolist(), key=lambda entry: entry.filename):
            add(archive, entry.filename, linked.read(entry), entry.compress_type, 4)
        for path in sorted(pathlib.Path(dex).glob("classes*.dex")):
            add(archive, path.name, path.read_bytes(), zipfile.ZIP_DEFLATED)
        for path in sorted(pathlib.Path(libraries).rglob("*.so")) if libraries else []:
            add(archive, f"lib/{path.relative_to(libraries).as_posix()}", path.read_bytes(), zipfile.ZIP_STORED, PAGE)


{"jar": jar, "apk": apk}[sys.argv[1]](*sys.argv[2:])
