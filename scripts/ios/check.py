#!/usr/bin/env python3
"""Checks the files of the iOS app that are not Swift. Run from the project's root."""

import json
import pathlib
import plistlib
import re
import sys
import xml.etree.ElementTree as xml

APP = pathlib.Path("ios/App")
ANDROID = pathlib.Path("android/app/src/main/res")
LANGUAGES = {"de", "en"}

# Sentences that only one of the two systems needs.
ONLY_ANDROID = {"channel_waiting", "file_unnamed", "share_in", "waiting_text", "waiting_title", "way_home"}
ONLY_IOS = {"pick_file", "share_done", "share_failed"}

problems = []


def say(problem):
    problems.append(problem)


def catalog(name):
    """The sentences of a string catalog: language, key, sentence."""
    found = {language: {} for language in LANGUAGES}
    content = json.loads((APP / "Resources" / name).read_text(encoding="utf-8"))
    for key, entry in content["strings"].items():
        for language, localization in entry["localizations"].items():
            forms = localization.get("variations", {}).get("plural", {})
            if forms and not {"one", "other"} <= forms.keys():
                say(f"{name}: {key} lacks a form in {language}")
            for unit in [form["stringUnit"] for form in forms.values()] or [localization["stringUnit"]]:
                if unit["state"] != "translated" or not unit["value"].strip():
                    say(f"{name}: {key} is not translated into {language}")
            found.setdefault(language, {})[key] = unit["value"]
    if set(found) != LANGUAGES:
        say(f"{name}: the languages are {sorted(found)}")
    english = found["en"]
    for language, sentences in found.items():
        for key in english.keys() ^ sentences.keys():
            say(f"{name}: {key} is not in every language")
        for key in english.keys() & sentences.keys():
            if places(english[key]) != places(sentences[key]):
                say(f"{name}: {key} has other places in {language}")
    return found


def places(sentence):
    """What a sentence has places for, in either system's notation."""
    return sorted(re.findall(r"%(\d)\$[@sd]", sentence))


def strings():
    found = catalog("Localizable.xcstrings")["en"]
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

    android = {}
    for file in sorted((ANDROID / "values").glob("*.xml")):
        for entry in xml.parse(file).getroot():
            if entry.tag in ("string", "plurals") and entry.get("translatable") != "false":
                android[entry.get("name")] = "".join(entry.itertext())
    for key in android.keys() - ONLY_ANDROID - found.keys():
        say(f"{key} is only on Android")
    for key in found.keys() - ONLY_IOS - android.keys():
        say(f"{key} is only on iOS")
    for key in android.keys() & found.keys():
        if places(android[key]) != places(found[key]):
            say(f"{key} has other places on Android")
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
        "NSLocalNetworkUsageDescription",
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
    texts = catalog("InfoPlist.xcstrings")["en"]
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
print(f"ios: {count} sentences in {len(LANGUAGES)} languages")
sys.exit(bool(problems))
