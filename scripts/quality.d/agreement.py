"""Compares cues, times and words with webvtt-py, srt and python-docx, over all their files.

A piece is a cue of a turn, or a turn without cues (the example `cues`). Words are runs of letters
and digits; a name that Debrief took for the speaker's is removed from the other reader's text.
python-docx gives paragraphs, so only words are compared, ignoring lines that are a number or a
time. Files that agree are counted; files that differ are listed with the reason, found by reading
them.

    agreement.py CUES CORPUS
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import docx
import srt
import webvtt

from reasons import REASONS


def milliseconds(stamp):
    hours, minutes, seconds = stamp.split(":")
    return round((int(hours) * 60 + int(minutes)) * 60_000 + float(seconds) * 1000)


def with_webvtt(path):
    return [
        (milliseconds(cue.start), milliseconds(cue.end), cue.text) for cue in webvtt.read(str(path))
    ]


def with_srt(path):
    text = path.read_bytes().decode("utf-8-sig")
    return [
        (round(cue.start.total_seconds() * 1000), round(cue.end.total_seconds() * 1000), cue.content)
        for cue in srt.parse(text)
    ]


def with_docx(path):
    """Paragraphs without the lines that are a number or a time."""
    paragraphs = [paragraph.text.splitlines() for paragraph in docx.Document(str(path)).paragraphs]
    said = ["\n".join(line for line in lines if not MARK.search(line)) for lines in paragraphs]
    return [(None, None, text) for text in said]


MARK = re.compile(r"-->|^\d+$")
READERS = {
    "webvtt-py": (".vtt", with_webvtt),
    "srt": (".srt", with_srt),
    "python-docx": (".docx", with_docx),
}


def words(text):
    return re.findall(r"[^\W_]+", text.lower())


def without_name(text, names):
    for name in names:
        for opening in (f"{name}:", f"[{name}]:", f"{name}\n"):
            if text.startswith(opening):
                return text[len(opening) :]
    return text


def main():
    cues, corpus = sys.argv[1], Path(sys.argv[2])
    print(f"{__doc__.split(chr(10) * 2)[1]}\n")
    for reader, (suffix, read) in READERS.items():
        files = sorted(path for path in corpus.rglob(f"*{suffix}") if path.is_file())
        run = subprocess.run([cues, *map(str, files)], capture_output=True, text=True, check=True)
        counted, rows = Counter(), []
        for path, line in zip(files, run.stdout.splitlines()):
            ours = json.loads(line)
            name = str(path.relative_to(corpus))
            counted["files"] += 1
            try:
                theirs = [cue for cue in read(path) if cue[2].strip()]
            except Exception as error:  # the other reader's error, whatever it is, is its result
                counted["only Debrief" if "pieces" in ours else "neither"] += 1
                rows.append((name, "read" if "pieces" in ours else "refused", type(error).__name__))
                continue
            if "refused" in ours:
                counted["only the other"] += 1
                rows.append((name, "refused", f"{len(theirs)} cues"))
                continue
            pieces = ours["pieces"]
            names = sorted({p["speaker"] for p in pieces if p["speaker"]}, key=len, reverse=True)
            own = Counter(word for piece in pieces for word in words(piece["text"]))
            other = Counter(
                word for cue in theirs for word in words(without_name(cue[2].strip(), names))
            )
            differ = []
            if reader != "python-docx":
                if len(pieces) != len(theirs):
                    differ.append("cues")
                own_times = [(p["start_ms"], p["end_ms"]) for p in pieces]
                if own_times != [cue[:2] for cue in theirs]:
                    differ.append("times")
            if own != other:
                differ.append("words")
            counted["the same"] += not differ
            for which in differ:
                counted[f"other {which}"] += 1
            if differ:
                missing, added = (other - own).total(), (own - other).total()
                rows.append(
                    (
                        name,
                        f"{len(pieces)} pieces, {own.total()} words (+{added} −{missing})",
                        f"{len(theirs)} cues, {other.total()} words",
                    )
                )
        totals = ", ".join(f"{what} {number}" for what, number in counted.items())
        print(f"### {reader}\n\n{totals}.\n")
        if rows:
            print("| file | Debrief | the other | why |\n|---|---|---|---|")
            for name, own, other in rows:
                print(f"| {name} | {own} | {other} | {REASONS.get(name, '')} |")
            print()


if __name__ == "__main__":
    main()
