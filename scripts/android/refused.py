#!/usr/bin/env python3
"""Shows that scripts/android/libraries.py refuses a file whose checksum is not the one in the lock, names it, and
leaves nothing of it behind: with one of the lock's own files, and a lock that says something else of it.

Exit status 77: no file can be had here.
"""
import pathlib
import sys
import tempfile

import libraries

SET = "r8"


def main():
    *row, checksum = libraries.rows()[SET][0]
    wrong = ("0" if checksum[0] != "0" else "1") + checksum[1:]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        head = libraries.LOCK.read_text().splitlines()[0]
        libraries.KEPT, libraries.LOCK = work / "kept", work / "lock"
        for said, is_fetched in ((checksum, True), (wrong, False)):
            libraries.LOCK.write_text("\n".join((head, " ".join((SET, *row, said)))) + "\n")
            try:
                libraries.fetch([SET])
                refusal = ""
            except SystemExit as refused:
                if refused.code == libraries.UNAVAILABLE:
                    raise
                refusal = str(refused.code)
            there = (libraries.KEPT / SET).exists()
            if is_fetched != there or is_fetched != (not refusal):
                sys.exit(f"a file whose checksum is {said}: refused={refusal!r}, there={there}")
            if not is_fetched and not all(part in refusal for part in row[:3]):
                sys.exit(f"the refusal does not name it: {refusal}")
    print("android: a library with another checksum is refused:", refusal)


main()
