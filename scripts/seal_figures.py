"""Prints what locking files costs, one JSON object a line: ours and age's turn by turn on one file."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ARGON2_MIB = 64
QUESTION = "Which boat did we take?"
ANSWER = b"Nordwind"
NAME = "file"
CHUNK = 64 << 10


def run(command, stdin=b""):
    """Seconds, and the most memory in MiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    child.stdin.write(stdin)
    child.stdin.close()
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)}: {said.decode()}")
    return seconds, used.ru_maxrss / 1024


def tell(name, unit, samples, goal=None):
    median = statistics.median(samples)
    met = None
    if goal:
        (kind, limit), = goal.items()
        met = median <= limit if kind == "at_most" else median >= limit
    print(json.dumps({
        "name": name, "unit": unit, "median": median, "min": min(samples), "max": max(samples),
        "samples": len(samples), "goal": goal, "met": met,
    }), flush=True)


def padme(length):
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def expected_overhead(length):
    """After docs/protocol.md, for what does not compress."""
    inside = padme(21 + len(NAME) + length)
    return 96 - 16 + 3 + len(QUESTION) + (inside - length) + 16 * -(-inside // CHUNK)


def measure(program, folder, size, times):
    path = os.path.join(folder, NAME)
    tiny = os.path.join(folder, "tiny")
    sealed, opened = path + ".handfast", os.path.join(folder, "opened")
    aged, unaged, key = path + ".age", os.path.join(folder, "unaged"), os.path.join(folder, "key")
    with open(path, "wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))
    with open(tiny, "wb") as file:
        file.write(b"x")
    subprocess.run(["age-keygen", "-o", key], check=True, stderr=subprocess.DEVNULL)
    with open(key) as lines:
        recipient = next(line.split()[-1] for line in lines if "age1" in line)

    def ours(what, path, out):
        question = ["-q", QUESTION] if what == "seal" else []
        return run([program, what, path, "-o", out, "--answer-file", "-"] + question, ANSWER)

    figures = {name: [] for name in (
        "seal", "open", "age seal", "age open", "seal ratio", "open ratio", "unlock", "memory seal", "memory open")}
    overhead = []
    for turn in range(times):
        tiny_seal, _ = ours("seal", tiny, tiny + ".handfast")
        tiny_open, _ = ours("open", tiny + ".handfast", tiny + ".opened")
        theirs, _ = run(["age", "-r", recipient, "-o", aged, path])
        mine, memory = ours("seal", path, sealed)
        figures["memory seal"].append(memory - ARGON2_MIB)
        rate = (size >> 20) / (mine - tiny_seal)
        figures["seal"].append(rate)
        figures["age seal"].append((size >> 20) / theirs)
        figures["seal ratio"].append(rate / figures["age seal"][-1])
        overhead.append(os.path.getsize(sealed) - size)
        theirs, _ = run(["age", "-d", "-i", key, "-o", unaged, aged])
        os.remove(unaged)
        mine, memory = ours("open", sealed, opened)
        figures["memory open"].append(memory - ARGON2_MIB)
        rate = (size >> 20) / (mine - tiny_open)
        figures["open"].append(rate)
        figures["age open"].append((size >> 20) / theirs)
        figures["open ratio"].append(rate / figures["age open"][-1])
        figures["unlock"].append(tiny_open * 1000)
        if turn == 0:
            subprocess.run(["cmp", path, opened], check=True)
        for made in (sealed, opened, aged, tiny + ".handfast", tiny + ".opened"):
            os.remove(made)

    tell("seal, key derivation apart", "MiB/s", figures["seal"])
    tell("age with a recipient, beside it", "MiB/s", figures["age seal"])
    tell("seal against age", "times", figures["seal ratio"], {"at_least": 0.8})
    tell("open, key derivation apart", "MiB/s", figures["open"])
    tell("age, beside it", "MiB/s", figures["age open"])
    tell("open against age", "times", figures["open ratio"], {"at_least": 0.8})
    tell("the whole program on one byte, mostly its key", "ms", figures["unlock"], {"at_most": 250})
    tell("most memory above Argon2's, seal", "MiB", figures["memory seal"], {"at_most": 32})
    tell("most memory above Argon2's, open", "MiB", figures["memory open"], {"at_most": 32})
    tell("longer than the file", "bytes", overhead)
    odd = [abs(found - expected_overhead(size)) for found in overhead]
    tell("of that, not as the protocol says", "bytes", odd, {"at_most": 0})


def main():
    quick = "--quick" in sys.argv[2:]
    size, times = (256 << 20, 3) if quick else (1 << 30, 5)
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    if memory and os.statvfs(memory).f_bavail * os.statvfs(memory).f_frsize < 4 * size:
        memory = None
    with tempfile.TemporaryDirectory(prefix="handfast-bench-", dir=memory) as folder:
        measure(sys.argv[1], folder, size, times)


main()
