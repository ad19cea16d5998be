#!/usr/bin/env python3
"""The libraries of the Android app and the tools that build it, as a lock with checksums.

  libraries.py lock              writes android/libraries.lock anew from android/gradle/libs.versions.toml
  libraries.py check             fails if the lock is of another catalog
  libraries.py fetch SET...      puts the files of these sets into target/android/libraries/SET, each one
                                 checked against the lock; a set is a bundle of the catalog
  libraries.py repositories      prints what is asked

A line of the lock is: set, group, name, version, file, SHA-256. Files come through Maven as it is set up on
this machine. HANDFAST_MAVEN may name one further repository: AndroidX and Google's tools are published in
one of their own, which Maven does not ask by itself. Exit status 77: a file cannot be had here.

Versions are chosen as Gradle does: the highest wins, and Gradle's own metadata is read where there is any,
because AndroidX's POMs name wrong kinds of files and ranges.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CATALOG = ROOT / "android/gradle/libs.versions.toml"
LOCK = ROOT / "android/libraries.lock"
KEPT = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "android/libraries"
VARIABLE = "HANDFAST_MAVEN"
UNAVAILABLE = 77
FETCHER = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
# Its POM names the JAR; a phone's libraries are in the AAR beside it, as Gradle is told too.
AS_AAR = [("net.java.dev.jna", "jna")]

EMPTY = "-empty-to-avoid-conflict-with-guava"


def unavailable(why):
    print(f"skipped: {why}; {VARIABLE} may name a further repository, which serves it", file=sys.stderr)
    sys.exit(UNAVAILABLE)


# --- The catalog ----------------------------------------------------------------------------------


def bundles():
    """Of each bundle its modules: (group, name, version)."""
    catalog = tomllib.loads(CATALOG.read_text())

    def module(alias):
        of = catalog["libraries"][alias]
        version = of["version"]
        if isinstance(version, dict):
            version = catalog["versions"][version["ref"]]
        return (*of["module"].split(":"), version)

    return {name: [module(alias) for alias in of] for name, of in catalog["bundles"].items()}


def mark(catalog):
    """What changes when something else is asked for."""
    lines = [" ".join((name, *module)) for name, of in sorted(catalog.items()) for module in sorted(of)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


# --- Maven ----------------------------------------------------------------------------------------


def maven(*arguments):
    if not shutil.which("mvn"):
        unavailable("Maven is missing: install it (mvn)")
    return subprocess.run(["mvn", "--batch-mode", *arguments], text=True, capture_output=True)


def repositories():
    """What Maven asks on this machine, by what it says of a thing that is nowhere."""
    said = maven("--update-snapshots", "dependency:get", "-Dtransitive=false", "-Dartifact=none.such:none:1").stdout
    found = re.findall(r"Could not find artifact none\.such\S+ in \S+ \((\S+?)/?\)", said)[:1]
    further = os.environ.get(VARIABLE)
    return found + ([further.rstrip("/")] if further else [])


def pom(rows):
    """A project that depends on just these files."""
    further = os.environ.get(VARIABLE)
    out = ['<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
           "<groupId>example.handfast</groupId><artifactId>libraries</artifactId><version>1</version>",
           "<packaging>pom</packaging>"]
    if further:
        out.append(f"<repositories><repository><id>further</id><url>{further}</url></repository></repositories>")
    out.append("<dependencies>")
    for group, name, version, file, *_ in rows:
        kind = file.rsplit(".", 1)[1]
        out.append(f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
                   f"<type>{kind}</type><exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId>"
                   "</exclusion></exclusions></dependency>")
    return "\n".join(out + ["</dependencies></project>"])


def copy(rows, folder):
    """Fetches these files into a folder, each as GROUP.FILE."""
    with tempfile.TemporaryDirectory() as work:
        (pathlib.Path(work) / "pom.xml").write_text(pom(rows))
        done = maven("--quiet", "--file", f"{work}/pom.xml", FETCHER,
                     f"-DoutputDirectory={folder}", "-Dmdep.prependGroupId=true")
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line]
        unavailable(said[0].removeprefix("[ERROR] ") if said else done.stderr.strip())


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- Which files -----------------------------------------------------------------------------------


class Resolver:
    def __init__(self):
        self.asked = repositories()
        self.known = {}

    def get(self, path):
        for repository in self.asked:
            try:
                return urllib.request.urlopen(f"{repository}/{path}", timeout=60).read()
            except urllib.error.HTTPError:
                continue
        return None

    def closure(self, roots):
        """All files that these modules need: (group, name, version, file)."""
        wanted = {(group, name): version for group, name, version in roots}
        while True:
            need, seen, limits = dict(wanted), {}, []
            todo = list(wanted)
            while todo:
                key = todo.pop(0)
                if key in seen:
                    continue
                seen[key] = need[key]
                _, needs, constraints = self.module(*key, need[key])
                limits += constraints
                for group, name, version in needs:
                    of = (group, name)
                    if version and (of not in need or rank(version) > rank(need[of])):
                        need[of] = version
                    if of not in need:
                        sys.exit(f"no version of {group}:{name}, which {':'.join(key)} needs: name it as well")
                    todo.append(of)
            for group, name, version in limits:
                of = (group, name)
                if version and of in seen and rank(version) > rank(need[of]):
                    need[of] = version
            if all(need[key] == version for key, version in seen.items()):
                kinds = {key: self.module(*key, version)[0] for key, version in seen.items()}
                return sorted((*key, seen[key], f"{key[1]}-{seen[key]}.{kind}") for key, kind in kinds.items() if kind)
            wanted = need

    def module(self, group, name, version):
        """The kind of its file, what it needs, and the least versions that it names for others."""
        at = (group, name, version)
        if at not in self.known:
            base = f"{group.replace('.', '/')}/{name}/{version}/{name}-{version}"
            raw = self.get(base + ".module")
            self.known[at] = (raw and of_metadata(json.loads(raw))) or self.of_pom(at, base)
        return self.known[at]

    def of_pom(self, at, base):
        raw = self.get(base + ".pom")
        if not raw:
            unavailable(f"{':'.join(at)} is not served (perhaps a later version of it is)")
        root = plain(raw)
        properties = {"project.version": at[2], "project.groupId": at[0]}
        managed = {}

        def note(node):
            parent = node.find("parent")
            if parent is not None:
                group, name, version = (parent.findtext(part) for part in ("groupId", "artifactId", "version"))
                above = self.get(f"{group.replace('.', '/')}/{name}/{version}/{name}-{version}.pom")
                if above:
                    note(plain(above))
            for entry in node.find("properties") or []:
                properties[entry.tag] = (entry.text or "").strip()
            for entry in node.findall("dependencyManagement/dependencies/dependency"):
                managed[entry.findtext("groupId"), entry.findtext("artifactId")] = entry.findtext("version")

        def fill(text):
            return re.sub(r"\$\{([^}]*)\}", lambda of: properties.get(of[1], ""), text or "")

        note(root)
        needs = []
        for entry in root.findall("dependencies/dependency"):
            if entry.findtext("scope") in (None, "compile", "runtime") and entry.findtext("optional") != "true":
                group, name = fill(entry.findtext("groupId")), fill(entry.findtext("artifactId"))
                version = fill(entry.findtext("version") or managed.get((group, name)))
                needs.append((group, name, first(version)))
        return {"aar": "aar", "pom": None}.get(root.findtext("packaging"), "jar"), needs, []


def plain(raw):
    return xml.fromstring(re.sub(rb'xmlns="[^"]*"', b"", raw, count=1))


def of_metadata(module):
    """The same from Gradle's metadata; none if it has nothing to run."""

    def fit(variant):
        of = variant.get("attributes", {})
        platform = of.get("org.jetbrains.kotlin.platform.type")
        if platform == "androidJvm" or of.get("org.gradle.jvm.environment") == "android":
            return 2
        return 1 if platform in ("jvm", None) else 0

    def runs(variant):
        of = variant.get("attributes", {})
        return of.get("org.gradle.category") in (None, "library") and of.get("org.gradle.usage") == "java-runtime"

    variants = [variant for variant in module["variants"] if runs(variant)]
    if not variants:
        return None
    chosen = max(variants, key=fit)
    if elsewhere := chosen.get("available-at"):
        return None, [(elsewhere["group"], elsewhere["module"], elsewhere["version"])], []

    def named(kind):
        return [(entry["group"], entry["module"], least(entry.get("version", {}))) for entry in chosen.get(kind, [])
                if entry.get("attributes", {}).get("org.gradle.category") != "platform"]

    files = [file["url"] for file in chosen.get("files", [])]
    kind = files[0].rsplit(".", 1)[1] if files else None
    return kind, named("dependencies"), named("dependencyConstraints")


def least(version):
    return first(next((version[kind] for kind in ("strictly", "requires", "prefers") if version.get(kind)), None))


def first(version):
    """The lower end of a range."""
    return version.strip("[]()").split(",")[0] if version else version


def rank(version):
    """Sorts as versions do: 1.10 after 1.9, a release after its previews."""
    return [(1, int(part)) if part.isdigit() else (0, part) for part in re.split(r"[.\-]", version)] + [(0.5,)]


# --- What can be asked of this script ----------------------------------------------------------------


def rows():
    """Of each set its lines of the lock."""
    sets = {}
    for line in LOCK.read_text().splitlines():
        if line and not line.startswith("#"):
            of, *row = line.split()
            sets.setdefault(of, []).append(row)
    return sets


def lock():
    catalog = bundles()
    resolver = Resolver()
    sets = {name: resolver.closure(of) for name, of in catalog.items() if name not in ("app", "test")}
    # What the tests add may not change what the app is.
    app = resolver.closure(catalog["app"])
    both = resolver.closure(catalog["app"] + catalog["test"])
    for row in app:
        chosen = next(other[2] for other in both if other[:2] == row[:2])
        # Guava has the one class of that module, and pushes it out by an empty one.
        if chosen != row[2] and not chosen.endswith(EMPTY):
            sys.exit(f"{row[0]}:{row[1]} is {row[2]} in the app and {chosen} in its tests: name it in the catalog")
    sets["test"] = [row for row in both if row not in app and not row[2].endswith(EMPTY)]
    modules = {module[:2]: module for of in catalog.values() for module in of}
    sets["app"] = app + [(*modules[of], f"{of[1]}-{modules[of][2]}.aar") for of in AS_AAR]
    lines = [f"# Made by scripts/android/libraries.py lock. Catalog: {mark(catalog)}"]
    for name, of in sorted(sets.items()):
        with tempfile.TemporaryDirectory() as folder:
            copy(of, folder)
            for row in sorted(of):
                lines.append(" ".join((name, *row, digest(f"{folder}/{row[0]}.{row[3]}"))))
    LOCK.write_text("\n".join(lines) + "\n")
    print(f"{len(lines) - 1} files in {LOCK.relative_to(ROOT)}")


def check():
    if mark(bundles()) not in LOCK.read_text().splitlines()[0]:
        sys.exit("android/libraries.lock is of another catalog: run scripts/android/libraries.py lock")


def fetch(names):
    check()
    of = rows()
    for name in names:
        folder, stamp = KEPT / name, KEPT / f"{name}.lock"
        wanted = "\n".join(" ".join(row) for row in of[name])
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        copy(of[name], folder)
        for group, module, version, file, checksum in of[name]:
            if digest(folder / f"{group}.{file}") != checksum:
                shutil.rmtree(folder)
                sys.exit(f"{group}:{module}:{version} is refused: {file} is not the one in android/libraries.lock")
        stamp.write_text(wanted)


def main(command="", *arguments):
    commands = {"lock": lock, "check": check, "repositories": lambda: print("\n".join(repositories()))}
    if command == "fetch":
        fetch(arguments)
    elif command in commands:
        commands[command]()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
