#!/usr/bin/env python3
"""Checks the files of the iOS app that are not Swift. Run from the project's root."""

import json
import pathlib
import plistlib
import re
import sys

APP = pathlib.Path("ios/App")

problems = []


def say(problem):
    problems.append(problem)


def catalog(name):
    """The keys of a string catalog with their English sentences; scripts/strings has written both languages."""
    content = json.loads((APP / "Resources" / name).read_text(encoding="utf-8"))
    english = {key: entry["localizations"]["en"] for key, entry in content["strings"].items()}
    return {key: unit.get("stringUnit", {}).get("value") for key, unit in english.items()}


def strings():
    found = catalog("Localizable.xcstrings")
    cases = re.findall(r'case (?:\w+ = "(\w+)"|(\w+)$)', source("Key.swift"), re.MULTILINE)
    keys = {written or plain for written, plain in cases}
    for key in keys - found.keys():
        say(f"Key.swift: {key} has no sentence")
    extension = (APP / "Share" / "ShareViewController.swift").read_text(encoding="utf-8")
    keys |= set(re.findall(r'"(\w+_\w+)"', extension))
    # The names of symbols are looked up by what the core calls them.
    for key in found.keys() - keys:
        if not key.startswith("symbol_"):
            say(f"Localizable.xcstrings: nothing says {key}")
    return len(found)


def source(name):
    return pathlib.Path("ios/Sources/Shell", name).read_text(encoding="utf-8")


def property_list(path, *needed):
    with open(path, "rb") as file:
        content = plistlib.load(file)
    for key in needed:
        if not content.get(key):
            say(f"{path}: {key} is missing")
    return content


def property_lists():
    info = property_list(
        APP / "Info.plist",
        "NSCameraUsageDescription",
        "NSBonjourServices",
        "NSLocalNetworkUsageDescription",
        "NSFaceIDUsageDescription",
        "CFBundleURLTypes",
        "CFBundleDocumentTypes",
        "UTExportedTypeDeclarations",
    )
    schemes = [scheme for entry in info["CFBundleURLTypes"] for scheme in entry["CFBundleURLSchemes"]]
    if "handfast" not in schemes:
        say("Info.plist: the scheme of links is missing")
    declared = {entry["UTTypeIdentifier"] for entry in info["UTExportedTypeDeclarations"]}
    opened = {kind for entry in info["CFBundleDocumentTypes"] for kind in entry["LSItemContentTypes"]}
    if opened != declared:
        say(f"Info.plist: opens {opened} and declares {declared}")
    texts = catalog("InfoPlist.xcstrings")
    for key, text in texts.items():
        if info.get(key) != text:
            say(f"Info.plist: {key} says something else than InfoPlist.xcstrings")

    share = property_list(APP / "Share" / "Info.plist", "NSExtension", "AppGroup")
    extension = share["NSExtension"]
    source_of = (APP / "Share" / "ShareViewController.swift").read_text(encoding="utf-8")
    if f"class {extension['NSExtensionPrincipalClass']}: UIViewController" not in source_of:
        say("Share/Info.plist: there is no such principal class")
    if extension["NSExtensionPointIdentifier"] != "com.apple.share-services":
        say("Share/Info.plist: this is no share extension")
    groups = [
        property_list(APP / file)["com.apple.security.application-groups"]
        for file in ("Handfast.entitlements", "Share/Share.entitlements")
    ]
    if groups != [["$(APP_GROUP)"]] * 2 or info.get("AppGroup") != share["AppGroup"] or share["AppGroup"] != "$(APP_GROUP)":
        say("the app and its extension have no group in common")

    domains = property_list(APP / "Handfast.entitlements")["com.apple.developer.associated-domains"]
    if domains != ["applinks:$(LINK_HOST)"]:
        say(f"Handfast.entitlements: the domains are {domains}")

    # What runs on while the phone is locked opens its files then.
    protection = property_list(APP / "Handfast.entitlements")["com.apple.developer.default-data-protection"]
    if protection != "NSFileProtectionCompleteUntilFirstUserAuthentication":
        say(f"Handfast.entitlements: files cannot be opened while the phone is locked: {protection}")

    privacy = property_list(APP / "Resources" / "PrivacyInfo.xcprivacy", "NSPrivacyAccessedAPITypes")
    if privacy["NSPrivacyTracking"] or privacy["NSPrivacyTrackingDomains"] or privacy["NSPrivacyCollectedDataTypes"]:
        say("PrivacyInfo.xcprivacy: nothing is collected and nobody is tracked")
    for entry in privacy["NSPrivacyAccessedAPITypes"]:
        if not entry["NSPrivacyAccessedAPITypeReasons"]:
            say(f"PrivacyInfo.xcprivacy: {entry['NSPrivacyAccessedAPIType']} has no reason")


def project():
    """The few lines of YAML that matter, without a parser for all of it."""
    text = (APP / "project.yml").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line or line != line.rstrip():
            say(f"project.yml:{number}: a tab, or spaces at the end")
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and indent % 2:
            say(f"project.yml:{number}: indented by {indent}")
        if line.strip() and not re.fullmatch(r'\s*(#.*|- .+|[\w"/.]+:( .+)?)', line):
            say(f"project.yml:{number}: neither a key nor an entry")
    for setting in ("INFOPLIST_FILE", "CODE_SIGN_ENTITLEMENTS"):
        files = re.findall(rf"{setting}: (\S+)", text)
        if len(files) != len(re.findall(r"^    type: ", text, re.MULTILINE)):
            say(f"project.yml: not every target has its {setting}")
        for file in files:
            if not (APP / file).is_file():
                say(f"project.yml: {setting} leads to no file")
    for source in re.findall(r"^      - ([\w/.]+)$", text, re.MULTILINE):
        if not (APP / source).exists():
            say(f"project.yml: there is no {source}")
    for product in re.findall(r"product: (\w+)", text):
        if f'.library(name: "{product}"' not in pathlib.Path("ios/Package.swift").read_text(encoding="utf-8"):
            say(f"project.yml: the package has no product {product}")


def assets():
    for file in (APP / "Resources" / "Assets.xcassets").rglob("Contents.json"):
        for image in json.loads(file.read_text(encoding="utf-8")).get("images", []):
            if not (file.parent / image["filename"]).is_file():
                say(f"{file}: there is no {image['filename']}")


def scenarios():
    """Every scenario has a test of its name: "meet by link" is testMeetByLink, and `meet by link` in Kotlin.
    Two languages together are tested from one of them."""
    plain = lambda words: re.sub(r"[^a-z0-9]", "", words.lower())
    tests = set()
    for file in pathlib.Path("ios/Tests").rglob("*.swift"):
        tests |= {plain(name) for name in re.findall(r"func test(\w+)", file.read_text(encoding="utf-8"))}
    kotlin = set()
    for file in pathlib.Path("android/core/src/test").rglob("*.kt"):
        kotlin |= set(re.findall(r"fun `([^`]+)`", file.read_text(encoding="utf-8")))
    rows = re.findall(r"^\| ([^|]+) \|", pathlib.Path("tests/scenarios.md").read_text(encoding="utf-8"), re.MULTILINE)
    for row in rows:
        if row in ("name", "---"):
            continue
        if plain(row) not in tests and "Kotlin" not in row:
            say(f"scenarios.md: no Swift test is called {row}")
        if row not in kotlin:
            say(f"scenarios.md: no Kotlin test is called {row}")


property_lists()
scenarios()
count = strings()
project()
assets()
for problem in sorted(problems):
    print(problem, file=sys.stderr)
print(f"ios: {count} sentences")
sys.exit(bool(problems))
