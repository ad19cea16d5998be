#!/usr/bin/env python3
"""Shows that android/gradlew runs the Gradle that its properties name, fetches it once, and refuses another one: with an
archive of our own in the place of Gradle's.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ANDROID = pathlib.Path(__file__).parents[2] / "android"
PROPERTIES = "gradle/wrapper/gradle-wrapper.properties"


def archive(at):
    info = zipfile.ZipInfo("gradle-0/bin/gradle")
    info.external_attr = 0o755 << 16
    with zipfile.ZipFile(at, "w") as packed:
        packed.writestr(info, '#!/bin/sh\necho "ran with $*"\n')


def properties(address, checksum):
    """Those of the repository with these two in their place."""
    lines = (ANDROID / PROPERTIES).read_text().splitlines()
    new = {"distributionUrl": address, "distributionSha256Sum": checksum}
    missing = new.keys() - {line.partition("=")[0] for line in lines}
    if missing:
        sys.exit(f"android/{PROPERTIES} does not name {missing}")
    pairs = (line.partition("=") for line in lines)
    return "".join(f"{name}={new.get(name, value)}\n" for name, _, value in pairs)


def main():
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        archive(work / "gradle-0.zip")
        checksum = hashlib.sha256((work / "gradle-0.zip").read_bytes()).hexdigest()
        (work / PROPERTIES).parent.mkdir(parents=True)
        shutil.copy(ANDROID / "gradlew", work)

        def run(said):
            address = (work / "gradle-0.zip").as_uri().replace(":", "\\:")
            (work / PROPERTIES).write_text(properties(address, said))
            home = dict(os.environ, GRADLE_USER_HOME=str(work / "home"))
            return subprocess.run([work / "gradlew", "task"], env=home, capture_output=True, text=True)

        wrong = run("0" * 64)
        if wrong.returncode == 0 or "0" * 64 not in wrong.stderr or any((work / "home/handfast").iterdir()):
            sys.exit(f"a Gradle with another checksum is not refused: {wrong}")
        for is_there in (False, True):
            if is_there:
                (work / "gradle-0.zip").unlink()
            ran = run(checksum)
            if ran.stdout != "ran with task\n":
                sys.exit(f"android/gradlew did not run it: {ran}")
    print("android: gradlew runs the Gradle that it names, and no other")


main()
