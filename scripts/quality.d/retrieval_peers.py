"""Runs the questions of `qmsum dump` on bm25s and SQLite FTS5, on the same passages.

Usage: retrieval_peers.py DIR

Reads DIR/passages.jsonl and DIR/questions.jsonl (pairs of the question as it stands and its content
words), and writes DIR/<engine>.jsonl: for each question the passage numbers, best first.
"""

import json
import re
import sqlite3
import sys
from pathlib import Path

import bm25s
import Stemmer

DEPTH = 400


def lines(path: Path) -> list:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path: Path, ranks: list[list[int]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for ranked in ranks:
            file.write(json.dumps(ranked) + "\n")


def by_bm25s(passages: list[str], questions: list[str]) -> list[list[int]]:
    """BM25 as in Lucene, k1 1.2 and b 0.75, English stems, without English stop words."""
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts):
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    index.index(tokens(passages), show_progress=False)
    depth = min(DEPTH, len(passages))
    ranked, scores = index.retrieve(tokens(questions), k=depth, show_progress=False)
    return [
        [int(passage) for passage, score in zip(row, of_row) if score > 0]
        for row, of_row in zip(ranked, scores)
    ]


def by_fts5(passages: list[str], questions: list[str]) -> list[list[int]]:
    """SQLite FTS5 with the porter tokenizer: any of the words, best by its bm25()."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE p USING fts5(text, tokenize = 'porter unicode61')")
    database.executemany("INSERT INTO p (rowid, text) VALUES (?, ?)", enumerate(passages))
    ranks = []
    for question in questions:
        words = re.findall(r"\w+", question)
        query = " OR ".join(f'"{word}"' for word in words)
        rows = []
        if words:
            sql = "SELECT rowid FROM p WHERE p MATCH ? ORDER BY rank LIMIT ?"
            rows = database.execute(sql, (query, DEPTH)).fetchall()
        ranks.append([row[0] for row in rows])
    return ranks


def main() -> None:
    directory = Path(sys.argv[1])
    passages = lines(directory / "passages.jsonl")
    pairs = lines(directory / "questions.jsonl")
    asked = [pair[0] for pair in pairs]
    content = [pair[1] for pair in pairs]
    write(directory / "bm25s.jsonl", by_bm25s(passages, asked))
    write(directory / "bm25s-content.jsonl", by_bm25s(passages, content))
    write(directory / "fts5.jsonl", by_fts5(passages, asked))
    write(directory / "fts5-content.jsonl", by_fts5(passages, content))


main()
