"""Compares the extractive overview with other ways to choose sentences, by ROUGE.

Reads QMSum's meetings, asks Debrief (the example `quality`) for an overview of at most WORDS
words, chooses as many words with the lead, TextRank and LexRank (the last two from sumy), and
compares each with the general answer that people wrote. Prints Markdown.

    overview.py QUALITY QMSUM [val|train]
"""

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from statistics import mean

from rouge_score import rouge_scorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

# The mean length of the general answers is 111 words in train and 109 in val.
WORDS = 110
MEASURES = ["rouge1", "rouge2", "rougeL"]
RESAMPLES = 10_000


def plain(text):
    """QMSum's text without transcribers' marks and spaces inside words."""
    text = re.sub(r"\{[^}]*\}", " ", text)
    text = re.sub(r"\s+([.,?!;:%)])", r"\1", text)
    text = re.sub(r"\s+('(?:s|m|d|ll|re|ve|t)|n't)\b", r"\1", text)
    return " ".join(text.split())


def meetings(path):
    for number, line in enumerate(path.open(encoding="utf-8")):
        meeting = json.loads(line)
        turns = [
            {"speaker": turn["speaker"], "text": plain(turn["content"])}
            for turn in meeting["meeting_transcripts"]
        ]
        yield {
            "id": str(number),
            "turns": [turn for turn in turns if turn["text"]],
            "answer": meeting["general_query_list"][0]["answer"],
        }


def sentences(meeting):
    for turn in meeting["turns"]:
        for sentence in re.split(r"(?<=[.?!])\s+", turn["text"]):
            if re.search(r"\w", sentence):
                yield sentence


def fill(ranked):
    """The sentences that fit by rank, in the order of the meeting."""
    chosen, left = [], WORDS
    for place, sentence in ranked:
        words = len(sentence.split())
        if words <= left:
            chosen.append((place, sentence))
            left -= words
    return " ".join(sentence for _, sentence in sorted(chosen))


class Words:
    """A tokenizer for sumy, whose own downloads its data."""

    def to_words(self, text):
        return re.findall(r"\w+(?:'\w+)?", text)


def ranked_by(summarizer, said):
    words = Words()
    document = ObjectDocumentModel([Paragraph([Sentence(text, words) for text in said])])
    summarizer.stop_words = get_stop_words("english")
    ranked = []

    def keep(infos):
        ranked.extend((info.order, said[info.order]) for info in infos)
        return infos

    summarizer(document, keep)
    return ranked


def debrief(quality, all_meetings):
    lines = "".join(
        json.dumps({"id": m["id"], "words": WORDS, "turns": m["turns"]}) + "\n"
        for m in all_meetings
    )
    run = subprocess.run(
        [quality, "overview"], input=lines, capture_output=True, text=True, check=True
    )
    overviews = {}
    for line in run.stdout.splitlines():
        answer = json.loads(line)
        overviews[answer["id"]] = " ".join(quote["text"] for quote in answer["overview"])
    return [overviews[m["id"]] for m in all_meetings]


def main():
    quality, folder = sys.argv[1], Path(sys.argv[2])
    split = sys.argv[3] if len(sys.argv) > 3 else "val"
    only_own = "--own" in sys.argv
    all_meetings = list(meetings(folder / f"{split}.jsonl"))
    said = [list(sentences(m)) for m in all_meetings]
    systems = {"Debrief": debrief(quality, all_meetings)}
    if not only_own:
        dice = random.Random(3)
        systems["lead"] = [fill(enumerate(s)) for s in said]
        systems["chance"] = [
            fill(dice.sample(list(enumerate(s)), len(s))) for s in said
        ]
        systems["TextRank"] = [
            fill(ranked_by(TextRankSummarizer(Stemmer("english")), s)) for s in said
        ]
        systems["LexRank"] = [
            fill(ranked_by(LexRankSummarizer(Stemmer("english")), s)) for s in said
        ]
    scorer = rouge_scorer.RougeScorer(MEASURES, use_stemmer=True)
    scores = {
        name: [
            {k: 100 * v.fmeasure for k, v in scorer.score(m["answer"], text).items()}
            for m, text in zip(all_meetings, texts)
        ]
        for name, texts in systems.items()
    }
    print(f"{len(all_meetings)} meetings of QMSum {split}, general answers; at most {WORDS} words.\n")
    print("| | words, mean | ROUGE-1 | ROUGE-2 | ROUGE-L |\n|---|---|---|---|---|")
    for name, texts in systems.items():
        figures = [f"{mean(s[k] for s in scores[name]):.2f}" for k in MEASURES]
        length = mean(len(text.split()) for text in texts)
        print(f"| {name} | {length:.0f} | {' | '.join(figures)} |")
    if only_own:
        return
    print(
        f"\nDebrief minus the other, mean and 95 % interval of {RESAMPLES:,} paired resamples"
        " of the meetings:\n"
    )
    print("| | ROUGE-1 | ROUGE-2 | ROUGE-L |\n|---|---|---|---|")
    for name in list(systems)[1:]:
        cells = []
        for measure in MEASURES:
            differences = [
                own[measure] - other[measure]
                for own, other in zip(scores["Debrief"], scores[name])
            ]
            dice = random.Random(7)
            means = sorted(
                mean(dice.choices(differences, k=len(differences))) for _ in range(RESAMPLES)
            )
            low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]
            cells.append(f"{mean(differences):+.2f} ({low:+.2f} to {high:+.2f})")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
