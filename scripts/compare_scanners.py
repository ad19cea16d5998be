#!/usr/bin/env python3
"""Compares the scanner with zxing-cpp on the pictures that the example `scan_figures` wrote.

Usage: compare_scanners.py FOLDER
Needs the packages zxing-cpp and pillow, for example in an environment of their own:
  python3 -m venv target/compare && target/compare/bin/pip install zxing-cpp pillow
Exits with 1 where zxing-cpp reads more pictures of a category than the scanner does.
"""

import json
import pathlib
import sys

import zxingcpp
from PIL import Image


def read(path):
    """The texts of all QR codes that zxing-cpp finds, with everything it can try switched on."""
    found = zxingcpp.read_barcodes(Image.open(path), formats=zxingcpp.BarcodeFormat.QRCode)
    return [barcode.text for barcode in found]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    rows = {}
    for entry in json.loads((folder / "manifest.json").read_text()):
        row = rows.setdefault(entry["category"], [0, 0, 0, 0])
        theirs = entry["text"] in read(folder / entry["file"])
        row[0] += 1
        row[1] += entry["read"]
        row[2] += theirs
        row[3] += theirs and not entry["read"]
    rows["together"] = [sum(column) for column in zip(*rows.values())]
    print(f"{'category':<16} {'pictures':>8} {'handfast':>9} {'zxing-cpp':>10} {'only zxing-cpp':>15}")
    for category, (pictures, ours, theirs, only) in rows.items():
        mark = "  <" if ours < theirs else ""
        print(f"{category:<16} {pictures:>8} {ours:>9} {theirs:>10} {only:>15}{mark}")
    sys.exit(any(ours < theirs for _, ours, theirs, _ in rows.values()))


if __name__ == "__main__":
    main()
