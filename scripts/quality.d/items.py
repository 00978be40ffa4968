"""Compares action items, decisions and highlights with those published for the same calls.

For each call, asks Debrief (the example `quality`) for its summary and compares it with
`tldr.json`. Published items are paraphrases with a time; ours are quotes. A published item counts
as found

- by time: if one of our quotes of the same kind begins within NEAR seconds of it;
- by time and words: if that quote also shares at least SHARED content words with it.

The control replaces each of our quotes by a random sentence of the same call among the LIKE
nearest to it in length, DRAWS times. Prints Markdown.

    items.py QUALITY ZOOM_CALLS
"""

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from statistics import mean

from nltk.stem.porter import PorterStemmer
from sumy.utils import get_stop_words

NEAR = 60
SHARED = 2
LIKE = 50
DRAWS = 200

STOP = get_stop_words("english")
STEM = PorterStemmer().stem

KINDS = {
    "action items": (
        lambda ours: ours["action_items"],
        lambda theirs: [
            (item["timestamp"], f"{item['action']} {item.get('owner') or ''}")
            for item in theirs.get("action_items", [])
        ],
    ),
    "decisions": (
        lambda ours: ours["decisions"],
        lambda theirs: [
            (item["timestamp"], item["decision"]) for item in theirs.get("decisions", [])
        ],
    ),
    "highlights, by overview and key moments": (
        lambda ours: ours["overview"] + ours["key_moments"],
        lambda theirs: [
            (item["timestamp"], item["highlight"])
            for items in theirs.get("highlights", {}).values()
            for item in items
        ],
    ),
}


def seconds(stamp):
    parts = [float(part) for part in stamp.split(":")]
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def content_words(text):
    words = re.findall(r"\w+", text.lower())
    return frozenset(STEM(word) for word in words if word not in STOP and len(word) > 1)


def begins(turn, at):
    """The time of the words at an offset of a turn: by its cues, else by its length."""
    times = [cue for cue in turn.get("cues", []) if cue["at"] <= at and cue["start_ms"] is not None]
    if times:
        return times[-1]["start_ms"] / 1000
    start, end = turn["start_ms"], turn["end_ms"] or turn["start_ms"]
    return (start + (end - start) * at / max(1, len(turn["text"]))) / 1000


class Said:
    """A sentence or quote with its time and content words."""

    def __init__(self, turn, text, at):
        self.time = begins(turn, at)
        self.length = len(text.split())
        self.words = content_words(text)


def sentences(turns):
    for turn in turns:
        for match in re.finditer(r"\S.*?(?:[.?!](?=\s)|$)", turn["text"], re.S):
            yield Said(turn, match[0], match.start())


def found(theirs, ours):
    """The number of published items found by time, and by time and words."""
    near = both = 0
    for time, words in theirs:
        close = [said for said in ours if abs(said.time - time) <= NEAR]
        near += bool(close)
        both += any(len(said.words & words) >= SHARED for said in close)
    return near, both


def main():
    quality, folder = sys.argv[1], Path(sys.argv[2])
    calls = sorted(path.parent for path in folder.glob("*/tldr.json"))
    files = [str(call / "transcript.vtt") for call in calls]
    run = subprocess.run([quality, "summary", *files], capture_output=True, text=True, check=True)
    read = [json.loads(line) for line in run.stdout.splitlines()]
    spoken = [list(sentences(call["turns"])) for call in read]
    print(
        f"{len(calls)} calls. Found by time: one of ours of that kind begins within {NEAR} s;"
        f" by time and words: it also shares {SHARED} content words. By chance: the same with as"
        f" many random sentences of the same length, mean of {DRAWS} draws"
        " (the 2.5 to 97.5 % range).\n"
    )
    print("| | theirs | ours | found by time | by chance | found by time and words | by chance |")
    print("|---|---|---|---|---|---|---|")
    for kind, (own, published) in KINDS.items():
        pairs = []
        for folder, call, said in zip(calls, read, spoken):
            turns = {turn["index"]: turn for turn in call["turns"]}
            ours = []
            for quote in (q for point in own(call["summary"]) for q in point["quotes"]):
                turn = turns[quote["turn"]]
                ours.append(Said(turn, quote["text"], turn["text"].index(quote["text"])))
            tldr = json.loads((folder / "tldr.json").read_text(encoding="utf-8"))
            theirs = [
                (seconds(stamp), content_words(text)) for stamp, text in published(tldr)
            ]
            pairs.append((theirs, ours, said))
        total = sum(len(theirs) for theirs, _, _ in pairs)
        count = sum(len(ours) for _, ours, _ in pairs)
        counted = [found(theirs, ours) for theirs, ours, _ in pairs]
        dice = random.Random(11)
        likes = [
            [sorted(said, key=lambda s: abs(s.length - quote.length))[:LIKE] for quote in ours]
            for _, ours, said in pairs
        ]
        draws = []
        for _ in range(DRAWS):
            by_chance = [
                found(theirs, [dice.choice(like) for like in likes_of])
                for (theirs, _, _), likes_of in zip(pairs, likes)
            ]
            draws.append([sum(column) for column in zip(*by_chance)])
        cells = []
        for which in range(2):
            own_count = sum(pair[which] for pair in counted)
            column = sorted(draw[which] for draw in draws)
            low, high = column[int(0.025 * DRAWS)], column[int(0.975 * DRAWS)]
            cells.append(f"{own_count} ({own_count / total:.0%})")
            cells.append(f"{mean(column):.1f} ({low} to {high})")
        print(f"| {kind} | {total} | {count} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
