#!/usr/bin/env python3
"""What the libraries bring into the app: check_app.py MERGED-MANIFEST AARS-FOLDER
Fails unless the manifest exports exactly what android/exported.txt lists, and the Gradle files compile against an
Android, with a plugin, as new as each library wants. Run from the project's root."""
import pathlib
import re
import sys
import tomllib
import xml.etree.ElementTree as xml

ANDROID = "{http://schemas.android.com/apk/res/android}"
KINDS = ("activity", "activity-alias", "service", "receiver", "provider")


def exported(manifest):
    for entry in xml.parse(manifest).getroot().find("application"):
        # Without a word, whatever has an intent filter is exported; Android 12 demands the word.
        said = entry.get(ANDROID + "exported")
        if entry.tag in KINDS and (said == "true" or said is None and entry.find("intent-filter") is not None):
            yield entry.tag, entry.get(ANDROID + "name"), entry.get(ANDROID + "permission", "-")


def listed():
    for line in pathlib.Path("android/exported.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            kind, name, permission, *why = line.split(maxsplit=3)
            yield (kind, name, permission)


def number(version):
    return [int(part) for part in version.split(".")]


def libraries(folder):
    gradle = pathlib.Path("android/app/build.gradle.kts").read_text()
    compiled = int(re.search(r"compileSdk = (\d+)", gradle)[1])
    plugin = tomllib.loads(pathlib.Path("android/gradle/libs.versions.toml").read_text())["versions"]["android-gradle"]
    for file in sorted(pathlib.Path(folder).glob("*/META-INF/com/android/build/gradle/aar-metadata.properties")):
        of = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
        name = file.relative_to(folder).parts[0]
        if int(of.get("minCompileSdk", 1)) > compiled:
            yield f"{name} wants compileSdk {of['minCompileSdk']}, which is {compiled}"
        if number(of.get("minAndroidGradlePluginVersion", "1")) > number(plugin):
            yield f"{name} wants Gradle's plugin {of['minAndroidGradlePluginVersion']}, which is {plugin}"


def main(manifest, folder):
    found, expected = set(exported(manifest)), set(listed())
    problems = [f"exported, but not in android/exported.txt: {' '.join(entry)}" for entry in found - expected]
    problems += [f"in android/exported.txt, but not exported: {' '.join(entry)}" for entry in expected - found]
    problems += libraries(folder)
    for problem in sorted(problems):
        print(problem, file=sys.stderr)
    print(f"android: {len(found)} parts exported, as listed")
    sys.exit(bool(problems))


main(*sys.argv[1:])
