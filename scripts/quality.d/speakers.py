"""Compares speakers and words of the calls with the copies that people corrected.

Reads both files of each call with Debrief (the example `cues`) and pairs pieces with the same
start. A word has the same speaker if its piece has. Words that differ are explained if the call's
list of corrections contains the change. Prints Markdown.

    speakers.py CUES ZOOM_CALLS
"""

import csv
import json
import re
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path


def words(text):
    return re.findall(r"[^\W_]+", text.lower())


def changes(path):
    """Words that the list of corrections replaces, and their replacements."""
    replaced, becomes = set(), set()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            replaced.update(words(row["original"] or ""))
            becomes.update(words(row["corrected"] or ""))
    return replaced, becomes


def by_start(pieces):
    starts = {}
    for piece in pieces:
        starts.setdefault((piece["start_ms"], piece["end_ms"]), []).append(piece)
    return starts


def main():
    cues, folder = sys.argv[1], Path(sys.argv[2])
    calls = sorted(path.parent for path in folder.glob("*/transcript_corrected.vtt"))
    files = [call / name for call in calls for name in ("transcript.vtt", "transcript_corrected.vtt")]
    run = subprocess.run([cues, *map(str, files)], capture_output=True, text=True, check=True)
    read = [json.loads(line)["pieces"] for line in run.stdout.splitlines()]
    rows, sums = [], [0] * 6
    for call, ours, corrected in zip(calls, read[::2], read[1::2]):
        names, names_corrected = ({p["speaker"] for p in ps} for ps in (ours, corrected))
        replaced, becomes = changes(call / "transcript_changelog.tsv")
        total = same = changed = explained = alone = 0
        theirs = by_start(corrected)
        for piece in ours:
            own = words(piece["text"])
            total += len(own)
            beside = theirs.get((piece["start_ms"], piece["end_ms"]))
            if not beside:
                alone += len(own)
                continue
            other = beside.pop(0)
            same += len(own) if other["speaker"] == piece["speaker"] else 0
            new = words(other["text"])
            for tag, a, b, c, d in SequenceMatcher(a=own, b=new, autojunk=False).get_opcodes():
                if tag != "equal":
                    size = max(b - a, d - c)
                    changed += size
                    known = set(own[a:b]) <= replaced and set(new[c:d]) <= becomes
                    explained += size if known else 0
        row = [total, same, changed, explained, alone, int(names == names_corrected)]
        sums = [before + now for before, now in zip(sums, row)]
        if names != names_corrected or same < total or explained < changed:
            only = ", ".join(
                f"{'−' if name in names else '+'}{name}" for name in sorted(names ^ names_corrected)
            ).replace("|", "\\|")
            rows.append(
                f"| {call.name} | {len(names)} | {only} | {same / total:.2%} | {changed} | {explained} |"
            )
    total, same, changed, explained, alone, equal = sums
    print(
        f"{len(calls)} calls, {total:,} words: {same / total:.3%} have the same speaker in the"
        f" corrected copy, {alone} are in a piece without a counterpart. The set of speakers is"
        f" the same in {equal} calls. {changed} words were corrected; the lists of corrections"
        f" explain {explained} of them.\n"
    )
    if rows:
        print("Calls with a difference:\n")
        print("| call | speakers | names only here (−) or there (+) | same speaker | corrected words | explained |")
        print("|---|---|---|---|---|---|")
        print("\n".join(rows))
        print()


if __name__ == "__main__":
    main()
