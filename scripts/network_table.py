"""Tables of what the laboratory of networks measured: network_table.py PART FIGURES [DOCUMENT]

Prints them, and puts them into the document between the two lines that name the part. Exit status 1
if something came out otherwise than expected.
"""

import json
import sys

SIGNS = {"needs a second scan": "reply", "verdict": "none", "silence": "silence"}


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def plain(seconds):
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def spread(values):
    """p50 / p95 / longest"""
    return " / ".join(plain(quantile(values, share)) for share in (0.5, 0.95, 1))


def cell(meeting):
    sign = SIGNS.get(meeting["ending"]) or plain(meeting["seconds"])
    return sign if meeting["ending"] == meeting["expected"] else f"**{sign}**"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def matrix(meetings):
    """Hosts down, guests across; whoever shares a home stands below."""
    apart = [meeting for meeting in meetings if meeting["host"] != meeting["guest"] or not is_home(meeting)]
    names = list(dict.fromkeys(meeting["host"] for meeting in sorted(apart, key=order)))
    at = {(meeting["host"], meeting["guest"]): cell(meeting) for meeting in meetings}
    rows = [[host, *(at.get((host, guest), "") for guest in names)] for host in names]
    homes = [f"{meeting['host']}: {cell(meeting)}" for meeting in meetings if is_home(meeting)]
    return table(["host / guest", *names], rows) + "\n\n" + "; ".join(sorted(homes)) + "."


ORDER = [
    "public address",
    "full cone",
    "address-restricted",
    "port-restricted",
    "carrier over home",
    "symmetric",
    "symmetric, 256 ports",
    "symmetric carrier over home",
    "IPv6 firewall, IPv4 symmetric",
    "IPv6 only, firewall",
    "UDP blocked",
]


def order(meeting):
    return ORDER.index(meeting["host"])


def is_home(meeting):
    return meeting["host"] not in ORDER


def meetings(figures):
    parts = []
    for way in dict.fromkeys(sorted((figure["way"] for figure in figures), reverse=True)):
        parts.append(f"**{way}**\n\n{matrix([figure for figure in figures if figure['way'] == way])}")
    met = sum(figure["ending"] == figure["expected"] for figure in figures)
    sums = [f"{len(figures)} meetings, {met} as expected."]
    for ending, what in (("connects", "connected after"), ("verdict", "told that there is no way after")):
        times = [figure["seconds"] for figure in figures if figure["ending"] == ending]
        if times:
            sums.append(f"{len(times)} {what} {spread(times)} (p50 / p95 / longest).")
    parts.append(" ".join(sums))
    return "\n\n".join(parts), met == len(figures)


def returns(figures):
    rows = []
    for fault in dict.fromkeys(sorted(figure["fault"] for figure in figures)):
        rounds = [figure for figure in figures if figure["fault"] == fault]
        times = [figure["seconds"] for figure in rounds if figure["seconds"] is not None]
        complete = sum(figure["complete"] for figure in rounds)
        seconds = spread(times) if times else "never"
        rows.append([fault, str(len(rounds)), str(len(times)), str(complete), seconds])
    head = ["fault", "times", "came back", "every message once", "p50 / p95 / longest"]
    is_good = all(figure["complete"] and figure["seconds"] is not None for figure in figures)
    return table(head, rows), is_good


def restarts(figures):
    rows, is_good = [], True
    for limit, network, absence in sorted({(f["limit"], f["network"], f["absence"]) for f in figures}):
        rounds = [f for f in figures if (f["network"], f["absence"]) == (network, absence)]
        times = [f["seconds"] for f in rounds if f["seconds"] is not None]
        is_within = len(times) == len(rounds) and max(times) <= limit
        is_good = is_good and is_within
        spans = [plain(quantile(times, share)) for share in (0.5, 0.95, 1)] if times else ["never"] * 3
        kept = f"{plain(limit)}: {'yes' if is_within else '**no**'}"
        rows.append([network, absence, str(len(rounds)), str(len(times)), *spans, kept])
    return table(["network", "meanwhile", "times", "connected", "p50", "p95", "longest", "within"], rows), is_good


def strict(figures):
    rows = []
    for delay, host, guest in sorted({(f["delay"], f["host"], f["guest"]) for f in figures}):
        rounds = [f for f in figures if (f["delay"], f["host"], f["guest"]) == (delay, host, guest)]
        alone = [f["by_itself"] for f in rounds if f["by_itself"] is not None]
        asked = [f["by_hand"] for f in rounds if f["by_itself"] is None]
        helped = [took for took in asked if took is not None]
        after = "at once" if delay == 0 else f"{delay} s"
        by_hand = f"{len(helped)} of {len(asked)}, {plain(max(helped))} at most" if helped else "-"
        spans = spread(alone) if alone else "never"
        rows.append([host, guest, after, f"{len(alone)} of {len(rounds)}", spans, by_hand])
    is_good = all(f["by_itself"] is not None or f["by_hand"] is not None for f in figures)
    head = ["host", "guest", "reply after", "within a minute", "p50 / p95 / longest", "the rest, by `/harder`"]
    return table(head, rows), is_good


def limits(figures):
    rows, is_good = [], True
    for what in dict.fromkeys(sorted(figure["what"] for figure in figures)):
        rounds = [figure for figure in figures if figure["what"] == what]
        values = [figure["value"] for figure in rounds if figure["value"] is not None]
        limit, unit = rounds[0]["limit"], rounds[0]["unit"]
        is_within = len(values) == len(rounds) and max(values) <= limit
        is_good = is_good and is_within
        middle, most = (f"{quantile(values, share):.3g} {unit}".strip() if values else "never" for share in (0.5, 1))
        kept = f"{limit:g} {unit}".strip() + (": yes" if is_within else ": **no**")
        rows.append([what, f"{len(values)} of {len(rounds)}", middle, most, kept])
    return table(["what", "measured", "p50", "most", "within"], rows), is_good


PATHS = {"wide": "wide", "Line": "line of {}", "OwnLink": "own link of {}", "BlackHole": "no more than {} passes"}


def narrow(figures):
    """Each path beside the wide one of its family: all of it may take twice the time and three seconds."""
    rows, is_good, wide = [], True, None
    for figure in figures:
        kind, *size = figure["path"].split()
        path, times = PATHS[kind].format(*size), figure["times"]
        wide = times if kind == "wide" else wide
        is_within = None not in times + wide and all(took <= 2 * most + 3 for took, most in zip(times, wide))
        is_good = is_good and is_within
        spans = [plain(took) if took is not None else "never" for took in times]
        rows.append([figure["family"], path, *spans, "yes" if is_within else "**no**"])
    return table(["family", "path", "connected", "text", "file", "within"], rows), is_good


TABLES = {"past_one_strict_network": strict, "every_return": returns, "every_restart": restarts, "lossy_paths": limits, "waiting": limits, "narrow_paths": narrow}

part, path = sys.argv[1:3]
with open(path) as lines:
    measured = [json.loads(line) for line in lines]
text, is_good = TABLES.get(part, meetings)(measured)
print(text)
for document in sys.argv[3:]:
    with open(document) as file:
        before, rest = file.read().split(f"<!-- {part} -->\n")
        after = rest.split("<!-- end -->\n", 1)[1]
    with open(document, "w") as file:
        file.write(f"{before}<!-- {part} -->\n{text}\n<!-- end -->\n{after}")
sys.exit(0 if is_good else 1)
