"""Reads the redistributable training texts and makes the pools the page generator draws its language from.

`python corpus.py DATA_DIR POOLS.json`: words, sentences without facts, list items, and the real postings with labels.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path

SOURCES = ("hn", "uber", "cyber-radar")

# A sentence with any of these states, or seems to state, a fact that the generator would have to label.
FACT = re.compile(
    r"""[$€£¥₹\d\[\]{}<>|@#]|https?:|www\.|\.com|\.io
    |\b(remote|remotely|on-?site|hybrid|office|offices|telecommut\w*|home|relocat\w*|visa|virtual|in[- ]person|location
    |located|based|headquarter\w*|city|full[- ]?time|part[- ]?time|contract\w*|freelanc\w*|intern|interns|internship\w*
    |permanent|temporary|temp|seasonal|senior|junior|entry|lead|principal|staff|director|head\sof|chief|vp|graduate\w*
    |executive|associate|expert|mid|trainee|apprentice|years?|months?|degree|bachelor\w*|master'?s?|ph\.?d|diploma
    |education|ba|bs|ms|salary|salaries|pay|paid|compensation|wage|hourly|annual\w*|equity|deadline|closing|posted|apply
    |hiring|hire|looking\sfor|seeking|position|role|job|opening|vacancy|join\sus\sas|engineers?|developers?|designers?
    |managers?|scientists?|analysts?|programmers?|architects?)\b""",
    re.I | re.X,
)
REQUIREMENTS = re.compile(
    r"requirement|qualification|you have|about you|looking for|you bring|must have|who you are|you.ll need|skills|you are"
    r"|preferred|ideal candidate|nice to have|experience with",
    re.I,
)
RESPONSIBILITIES = re.compile(r"responsib|you will|you.ll (?!need)|you do|duties|the role|the job|day to day", re.I)
BENEFITS = re.compile(r"benefit|perks|we offer|we provide|why (join|work)|what you get|what we offer", re.I)
BENEFIT_WORD = re.compile(
    r"\b(insurance|dental|vision|401|pto|vacation|holidays?|lunch\w*|snacks|gym|stock options|parental|maternity|pension"
    r"|bonus|perks?|catered|massage|membership|stipend|reimburse\w*|healthcare|health care|days off|time off)\b",
    re.I,
)
ITEM_FACT = re.compile(
    r"[$€£|<>\[\]]|https?:|\b(years?|yrs?|months?|degree|bachelor\w*|master'?s?|ph\.?d|diploma|ged|bs|ba|ms|bsc|msc|mba|salary|remote\w*|full[- ]?time"
    r"|part[- ]?time|contract\w*|intern\w*|on-?site|hybrid|university|graduate\w*|located|based in|apply|email|e-mail|senior|junior|lead|engineers|developers|designers|managers)\b",
    re.I,
)


def records(data: Path) -> list[dict]:
    """All records that may be trained on."""
    found = []
    for path in sorted(data.glob("*.jsonl.gz")):
        if not path.name.startswith(SOURCES):
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += [record for record in map(json.loads, lines) if record.get("redistributable") is True]
    return found


def held_out(identity: str) -> bool:
    """One record in twenty is kept for validation; neither its labels nor its sentences are trained on."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 20 == 0


def plain(text: str) -> str:
    """One line of running text without Markdown marks."""
    return re.sub(r"\s+", " ", text.replace("**", "").replace("__", "")).strip()


def sentences(text: str) -> list[str]:
    """Sentences of the paragraphs of a text."""
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*[-*•])", text):
        if not re.match(r"\s*[-*•#]", paragraph):
            found += re.split(r"(?<=[.!?])\s+(?=[A-Z\"'(])", plain(paragraph))
    return found


def items(text: str) -> list[tuple[str, str]]:
    """Bullets with the kind of list that the line before them announces."""
    found, kind = [], ""
    for line in text.split("\n"):
        line = line.strip()
        bullet = re.match(r"(?:[-*•–+]|\d{1,2}[.)])\s+(.*)", line)
        if bullet:
            if kind:
                found.append((kind, plain(bullet.group(1))))
        elif 3 < len(line) < 90:
            if BENEFITS.search(line):
                kind = "benefits"
            elif REQUIREMENTS.search(line):
                kind = "requirements"
            elif RESPONSIBILITIES.search(line):
                kind = "responsibilities"
            else:
                kind = ""
        elif line:
            kind = ""
    return found


def mentions_name(sentence: str) -> bool:
    """Whether a word inside the sentence is written as a name."""
    return any(word[:1].isupper() and word not in ("I", "I'm", "I've") for word in sentence.split()[1:])


def pools(data: Path) -> dict:
    """Everything the generator draws from."""
    capital, lower, odd = Counter(), Counter(), Counter()
    clean, names = set(), set()
    lists: dict[str, set[str]] = {"requirements": set(), "responsibilities": set(), "benefits": set()}
    real = []
    for record in records(data):
        if record.get("text") and record.get("scored"):
            real.append({key: record.get(key) for key in ("id", "source", "text", "gold", "alt", "scored")})
        if held_out(record["id"]):
            continue
        text = record.get("text") or ""
        for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,12}\b", text):
            capital[word] += 1
        for word in re.findall(r"\b[a-z]{3,13}\b", text):
            lower[word] += 1
        for word in re.findall(r"\b(?:[A-Z][a-z]+[A-Z][A-Za-z]+|[A-Z]{2,6}\d?|[A-Za-z]+(?:\.js|\+\+|#))(?![\w])", text):
            odd[word] += 1
        for sentence in sentences(text):
            if 25 <= len(sentence) <= 320 and sentence[0].isupper() and sentence[-1] in ".!?" and not FACT.search(sentence):
                (names if mentions_name(sentence) else clean).add(sentence)
        labelled = [(kind, plain(item)) for kind in lists for item in record["gold"].get(kind) or []]
        for kind, item in labelled + items(text):
            fits = 8 <= len(item) <= 240 and not ITEM_FACT.search(item) and "[" not in item
            if fits and (kind == "benefits") == bool(BENEFIT_WORD.search(item)):
                lists[kind].add(item)
    stop = {word for word, _ in lower.most_common(250)}
    return {
        "capital": sorted(word for word, count in capital.items() if count >= 2 and word.lower() not in stop),
        "lower": sorted(word for word, count in lower.items() if count >= 4 and word not in stop),
        "odd": sorted(word for word, count in odd.items() if count >= 3 and not FACT.search(word)),
        "clean": sorted(clean),
        "names": sorted(names),
        "real": real,
        **{kind: sorted(found) for kind, found in lists.items()},
    }


if __name__ == "__main__":
    made = pools(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    print({key: len(value) for key, value in made.items()}, file=sys.stderr)
