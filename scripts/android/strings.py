#!/usr/bin/env python3
"""Checks the strings of the app: every key that the core's state holder names exists, and none is left
over. scripts/strings has seen to it that every language has all of them. Run from the project's root."""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

RES = pathlib.Path("android/app/src/main/res")


def strings(folder):
    found = {}
    for file in sorted((RES / folder).glob("*.xml")):
        for entry in xml.parse(file).getroot().iter("string"):
            if entry.get("translatable") != "false":
                found[entry.get("name")] = entry.text or ""
        for entry in xml.parse(file).getroot().iter("plurals"):
            found[entry.get("name")] = next(iter(entry)).text or ""
    return found


def main():
    problems = []
    english = strings("values")
    source = pathlib.Path("android/core/src/main/kotlin/example/handfast/core/Key.kt").read_text()
    keys = {key.lower() for key in re.findall(r"\b[A-Z][A-Z_]+\b(?=[,;])", source)}
    problems += [f"{key} has no string" for key in keys - english.keys()]
    rust = pathlib.Path("core/protocol/src/handshake/comparison.rs").read_text()
    keys |= {"symbol_" + name.replace(" ", "_") for name in re.findall(r'\("[^"]+", "([a-z ]+)"\)', rust)}
    app = "".join(file.read_text() for file in pathlib.Path("android/app/src/main").rglob("*.kt"))
    app += pathlib.Path("android/app/src/main/AndroidManifest.xml").read_text()
    used = set(re.findall(r"(?:R\.string\.|R\.plurals\.|@string/)(\w+)", app)) | keys
    problems += [f"{key} is used nowhere" for key in english.keys() - used]
    for problem in sorted(problems):
        print(problem, file=sys.stderr)
    print(f"android: {len(english)} strings, {len(keys)} from the core")
    sys.exit(bool(problems))


main()
