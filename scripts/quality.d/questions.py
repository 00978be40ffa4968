"""Dates in questions: Debrief compared with chrono-node and dateparser.

    questions.py OURS QUESTIONS FOLDER

OURS is the example `questions`, FOLDER where chrono-node is installed. All get the same date as
today; dateparser also gets the language, the order of day and month and the first day of the week,
and is told that dates lie in the past and that spans are wanted. If a peer finds several dates,
each of them and the range from the first to the last are tried, and the best counts. A peer's
results after today are ignored: Debrief does not interpret the future on purpose, and finding it
is not an error.

- strict: the same first and last day. A month or a year of which chrono-node is certain is a
  range; dateparser's dates are days unless it gives a span.
- lenient: the same first day, and the same last day if the question gives one.
- inside: a day within the range.

For open ranges ("since March") the day itself is enough for all three, before or after the bound.
Questions with a named day that only Debrief knows ("before the race") are not in the peers' rows.
"""

import json
import subprocess
import sys
import warnings
from datetime import date, datetime, timedelta
from pathlib import Path

from dateparser.search import search_dates

DAY = timedelta(days=1)
WEEK = {"sun": "sunday", "mon": "monday"}


def lines(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True, env={"TZ": "UTC"})
    return [json.loads(line) for line in out.stdout.splitlines()]


def day(text):
    return date.fromisoformat(text) if text else None


def with_dateparser(line):
    today = date.fromisoformat(line["today"])
    settings = {
        "RELATIVE_BASE": datetime(today.year, today.month, today.day, 12),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
        "RETURN_TIME_SPAN": True,
        "DEFAULT_START_OF_WEEK": WEEK[line.get("week_starts", "mon")],
        "DATE_ORDER": "DMY" if line.get("day_first") or line["language"] == "he" else "MDY",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search_dates(line["question"], languages=[line["language"]], settings=settings)
    starts = [when.date() for text, when in found or [] if not text.endswith(" (end)")]
    ends = [when.date() for text, when in found or [] if text.endswith(" (end)")]
    alone = [(start, start + DAY, None) for start in starts]
    return alone + [(start, end + DAY, end) for start in starts for end in ends]


def with_chrono(found):
    return [(day(one["from"]), day(one["to"]), day(one["last"])) for one in found]


def past(line, found):
    today = date.fromisoformat(line["today"])
    return [one for one in found if one[0] <= today]


def candidates(found):
    if len(found) > 1:
        first = min(start for start, _, _ in found)
        end = max(end for _, end, _ in found)
        return found + [(first, end, end - DAY)]
    return found


def rate(found, expected):
    """Strict, lenient, inside."""
    start, end = expected
    if start is None or end is None:
        limits = {start} if start else {end, end - DAY}
        right = any(first in limits for first, _, _ in found)
        return right, right, right
    strict = any((first, to) == (start, end) for first, to, _ in found)
    lenient = any(
        first == start and (last is None or last + DAY == end) for first, _, last in found
    )
    return strict, strict or lenient, any(start <= first < end for first, _, _ in found)


def share(count, of):
    return f"{count} ({count / of:.1%})"


def row(name, lines, found):
    counts = dict(dated=0, strict=0, lenient=0, inside=0, wrong=0, missed=0, undated=0, alarms=0)
    for line, found in zip(lines, found):
        expected = day(line["expect"].get("from")), day(line["expect"].get("to"))
        if expected == (None, None):
            counts["undated"] += 1
            counts["alarms"] += bool(found)
            continue
        counts["dated"] += 1
        strict, lenient, inside = rate(candidates(found), expected)
        counts["strict"] += strict
        counts["lenient"] += lenient
        counts["inside"] += inside or lenient
        counts["wrong"] += bool(found) and not lenient
        counts["missed"] += not found
    dated, undated = max(counts["dated"], 1), max(counts["undated"], 1)
    print(
        f"| {name} | {counts['dated']} | {share(counts['strict'], dated)} | "
        f"{share(counts['lenient'], dated)} | {share(counts['inside'], dated)} | "
        f"{counts['wrong']} | {counts['missed']} | {counts['undated']} | "
        f"{share(counts['alarms'], undated)} |"
    )


def ours(found, expected):
    """Debrief's range, open where the expectation is open, so that only the same range is right."""
    start, end = day(found["from"]), day(found["to"])
    if start is None and end is None:
        return []
    same_shape = (start is None, end is None) == (expected[0] is None, expected[1] is None)
    if not same_shape:
        return [(date.min, date.min + DAY, None)]
    # The open end is not compared.
    start, end = (start or end), (end or start + DAY)
    return [(start, end, end - DAY)]


def anchored(line):
    """Whether the range depends on a named day that only Debrief knows."""
    names = [anchor["name"].removeprefix("the ") for anchor in line.get("anchors", [])]
    dated = line["expect"].get("from") or line["expect"].get("to")
    return bool(dated) and any(name in line["question"] for name in names)


def main():
    binary, path, folder = sys.argv[1:]
    questions = [json.loads(line) for line in Path(path).read_text().splitlines()]
    debrief = lines([binary, path])
    script = Path(__file__).with_suffix(".mjs")
    node = subprocess.run(["which", "node"], check=True, capture_output=True, text=True)
    chrono = lines([node.stdout.strip(), str(script), str(Path(folder).resolve()), path])
    expected = [(line["expect"].get("from"), line["expect"].get("to")) for line in questions]
    rows = [
        (line, ours(found, limits), past(line, with_chrono(other)))
        for line, limits, found, other in zip(questions, expected, debrief, chrono)
    ]
    head = "| | with a date | strict | lenient | inside | found, wrong | missed | without | false alarms |"
    sets = [
        ("All questions", lambda line: True),
        ("Held-out questions, written last and run once before the last fixes", lambda line: line.get("held", False)),
    ]
    for title, chosen in sets:
        print(f"{title}:\n\n{head}\n|---|---|---|---|---|---|---|---|---|")
        for language, tag in [("English", "en"), ("Hebrew", "he")]:
            all_rows = [row for row in rows if chosen(row[0]) and row[0]["language"] == tag]
            told = [row for row in all_rows if not anchored(row[0])]
            row(f"Debrief, {language}", [r[0] for r in all_rows], [r[1] for r in all_rows])
            row("… without named days", [r[0] for r in told], [r[1] for r in told])
            if tag == "en":
                row("chrono-node", [r[0] for r in told], [r[2] for r in told])
            row("dateparser", [r[0] for r in told], [past(r[0], with_dateparser(r[0])) for r in told])
        print()


main()
