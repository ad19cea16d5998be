#!/usr/bin/env python3
"""Android's own resources in the form that aapt2 of every age reads: framework.py ANDROID-ALL.JAR OUT.APK

Since Android 14, tables are written with short entries and short offsets, which older tools take for damage.
Here each entry gets its full form, and what is of one language only is left out: an app is linked against
names, numbers and attributes. The format: frameworks/base, ResourceTypes.h.
"""
import struct
import sys
import zipfile

STRINGS, TABLE, PACKAGE, TYPE = 0x0001, 0x0002, 0x0200, 0x0201
SPARSE, SHORT_OFFSETS = 1, 2  # of a type
COMPACT, COMPLEX = 8, 1  # of an entry
NOTHING = 0xFFFFFFFF
LANGUAGE = 8  # where a configuration names it


def chunks(data, start, end):
    while start < end:
        kind, header, size = struct.unpack_from("<HHI", data, start)
        yield kind, header, data[start:start + size]
        start += size


def table(data):
    _, header, size = struct.unpack_from("<HHI", data)
    body = b"".join(package(header, chunk) if kind == PACKAGE else chunk
                    for kind, header, chunk in chunks(data, header, size))
    return data[:4] + struct.pack("<I", header + len(body)) + data[8:header] + body


def package(header, data):
    body = data[:header]
    strings = []  # where the names of types and of keys begin, which the header tells
    for kind, of, chunk in chunks(data, header, len(data)):
        if kind == TYPE:
            chunk = typed(of, chunk)
        elif kind == STRINGS:
            strings.append(len(body))
        body += chunk
    types, keys = strings
    return body[:4] + struct.pack("<I", len(body)) + body[8:268] + struct.pack("<I", types) + body[272:276] + \
        struct.pack("<I", keys) + body[280:]


def typed(header, data):
    number, flags, zero, count, start = struct.unpack_from("<BBHII", data, 8)
    if data[20 + LANGUAGE] != 0:
        return b""
    places = {}
    if flags & SPARSE:
        for at in range(count):
            index, place = struct.unpack_from("<HH", data, header + 4 * at)
            places[index] = 4 * place
    else:
        for index in range(count):
            if flags & SHORT_OFFSETS:
                place = struct.unpack_from("<H", data, header + 2 * index)[0]
                if place != 0xFFFF:
                    places[index] = 4 * place
            else:
                place = struct.unpack_from("<I", data, header + 4 * index)[0]
                if place != NOTHING:
                    places[index] = place
    full = max(places, default=-1) + 1
    offsets, entries = [NOTHING] * full, bytearray()
    for index, place in sorted(places.items()):
        offsets[index] = len(entries)
        entries += entry(data, start + place)
    begin = header + 4 * full
    body = struct.pack(f"<{full}I", *offsets) + bytes(entries)
    return struct.pack("<HHIBBHII", TYPE, header, header + len(body), number, 0, zero, full, begin) + \
        data[20:header] + body


def entry(data, at):
    first, flags = struct.unpack_from("<HH", data, at)
    if flags & COMPACT:
        value = struct.unpack_from("<I", data, at + 4)[0]
        return struct.pack("<HHIHBBI", 8, flags & 0xFF & ~COMPACT, first, 8, 0, flags >> 8, value)
    if flags & COMPLEX:
        count = struct.unpack_from("<I", data, at + 12)[0]
        return data[at:at + 16 + 12 * count]
    return data[at:at + 16]


def main(jar, out):
    with zipfile.ZipFile(jar) as android, zipfile.ZipFile(out, "w") as apk:
        apk.writestr("AndroidManifest.xml", android.read("AndroidManifest.xml"))
        apk.writestr("resources.arsc", table(android.read("resources.arsc")))


if __name__ == "__main__":
    main(*sys.argv[1:])
