"""Prints figures, one JSON object a line on standard input, as one table. Exit status 1 if a goal is missed."""

import json
import sys


def plain(number):
    if abs(number) >= 100 or (number == int(number) and abs(number) >= 1):
        return f"{number:.0f}"
    if abs(number) >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if abs(number) >= 0.1 else f"{number:.4g}"


def goal(figure):
    if not figure["goal"]:
        return ""
    (kind, limit), = figure["goal"].items()
    sign = "<=" if kind == "at_most" else ">="
    return f"{sign} {plain(limit)} {'yes' if figure['met'] else 'NO'}"


missed = 0
print(f"{'':<54}{'median':>9}{'min':>9}{'max':>9}  {'unit':<10}{'goal':>12}")
for line in sys.stdin:
    figure = json.loads(line)
    missed += figure["met"] is False
    numbers = "".join(f"{plain(figure[key]):>9}" for key in ("median", "min", "max"))
    print(f"{figure['name']:<54}{numbers}  {figure['unit']:<10}{goal(figure):>12}", flush=True)
sys.exit(1 if missed else 0)
