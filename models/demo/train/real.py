"""Real postings as training pages: which words of the text state a label, and invented names over the real ones."""

from __future__ import annotations

import random
import re

import values as V
from corpus import held_out
from job import KEYS
from values import Values

MONEY_SPAN = re.compile(r"(?:[$€£]|USD ?|EUR ?|GBP ?)?\d[\d,.]*\d? ?[kK]?(?:[$€£]| ?EUR| ?USD)?(?: ?(?:-|–|—|to|and) ?(?:[$€£]|USD ?|EUR ?)?\d[\d,.]*\d? ?[kK]?(?:[$€£]| ?EUR| ?USD)?)?(?: ?(?:per|a|/|an) ?(?:year|annum|hour|month|hr|yr)| annually| p\.?a\.?\b)?")
NUMBER_WORDS = {word: number for number, word in enumerate(V.NUMBERS)}
YEARS_SPAN = re.compile(r"(?:(?:at least|minimum(?: of)?|over|min\.?) )?(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)(?: ?\(\d+\))? ?\+?(?: ?(?:-|–|to|or) ?\d{1,2} ?\+?)?(?: or more)? ?(?:years?|yrs?)", re.I)
DEGREES = {"bachelor": r"(?:bachelor(?:[’']?s)?(?: degree)?|B\.?S\.?c?|BA/BS|BS/MS|B\.?A\.?)", "master": r"(?:master(?:[’']?s)?(?: degree)?|M\.?S\.?c?|MBA)", "phd": r"(?:ph\.?d\.?|doctorate)", "high": r"(?:high school(?: diploma)?(?: or GED)?|GED)", "degree": r"(?:(?:university|college|CS|advanced|technical|undergraduate|graduate) )?degree"}


def amount(text: str) -> float:
    """A number as people write it; 0 when it is none."""
    digits = re.sub(r"[^\d.,kK]", "", text)
    factor = 1000 if digits[-1:] in "kK" and digits else 1
    digits = digits.rstrip("kK").replace(",", "").rstrip(".")
    try:
        return float(digits) * factor
    except ValueError:
        return 0.0


def salary_words(text: str, gold: dict) -> str | None:
    """The words of a text that state these bounds."""
    wanted = [bound for bound in (gold.get("min"), gold.get("max")) if bound]
    for found in MONEY_SPAN.finditer(text):
        words = found.group(0).strip()
        numbers = [amount(part) for part in re.findall(r"\d[\d,.]*\d? ?[kK]?|\d", words)]
        if numbers and numbers[-1] >= 1000:
            numbers = [number * 1000 if number < 1000 else number for number in numbers]
        if wanted and all(any(abs(number - bound) < 1 for number in numbers) for bound in wanted):
            return words
    return None


def years_words(text: str, least: int) -> str | None:
    """The words of a text that ask for so many years of experience."""
    for found in YEARS_SPAN.finditer(text):
        number = found.group(1).lower()
        value = NUMBER_WORDS.get(number, int(number) if number.isdigit() else -1)
        around = text[max(0, found.start() - 60) : found.end() + 60].lower()
        if value == least and "experience" in around:
            return found.group(0)
    return None


def education_words(text: str, gold: str) -> str | None:
    """The words of a text that name this degree."""
    low = gold.lower()
    name = "bachelor" if "bachelor" in low else "master" if "master" in low else "phd" if "ph" in low or "doctor" in low else "high" if "high school" in low else "degree"
    tail = r"(?: (?:degree )?in (?:an? )?[A-Za-z][\w /&-]{2,40}?(?=,| or | and |\.|;|$|\n|\())?"
    found = re.search(r"(?<![\w.])" + DEGREES[name] + r"(?! of)\b[’']?" + tail, text, re.I)
    return found.group(0) if found else None


class Real:
    """Real postings with the labels that stand in their text; names are often exchanged, so that none is learnt."""

    def __init__(self, rng: random.Random, pools: dict, split: str) -> None:
        self.rng, self.v = rng, Values(rng, pools)
        mine = [record for record in pools["real"] if held_out(record["id"]) == (split == "valid")]
        weight = {"hn": 1.0, "uber": 6.0, "cyber-radar": 12.0}
        names = ("title", "company", "location", "salary", "education", "experience_years_min")
        telling = lambda record: sum(bool(record["gold"].get(key)) for key in names)  # noqa: E731
        self.records = mine
        self.weights = [weight[record["source"]] * (0.15 + telling(record)) for record in mine]
        self.split = split

    def draw(self) -> list[dict]:
        """Many at once, by weight."""
        return self.rng.choices(self.records, self.weights, k=512)

    def page(self, record: dict) -> dict:
        """Input for `training-set`."""
        rng, gold, alt = self.rng, dict(record["gold"]), record.get("alt") or {}
        text = record["text"]
        scored = set(record["scored"])
        labels: dict = {}
        known: set[str] = set()
        if self.split == "train" and rng.random() < 0.8:
            text = self.exchange(text, gold, alt)
        for ours, theirs in (("title", "title"), ("company", "company"), ("location", "location"), ("job_id", "job_id")):
            if theirs in scored:
                known.add(ours)
                words = gold.get(theirs)
                if words:
                    options = [words, words.replace("; ", " | "), *[other for other in alt.get(theirs) or [] if other]]
                    labels[ours] = next((option for option in options if option in text), words)
        for ours, theirs in (("job_type", "job_type"), ("remote", "remote_type"), ("level", "experience_level")):
            if theirs in scored:
                known.add(ours)
                if gold.get(theirs):
                    labels[ours] = {"member": gold[theirs]}
        for ours, theirs, find in (("salary", "salary", salary_words), ("years", "experience_years_min", years_words), ("education", "education", education_words)):
            if theirs in scored:
                if gold.get(theirs) is None:
                    known.add(ours)
                elif words := find(text, gold[theirs]):
                    known.add(ours)
                    labels[ours] = words
        for ours, theirs in (("posted", "posted_date"), ("deadline", "deadline")):
            if theirs in scored and gold.get(theirs) is None:
                known.add(ours)
        for key in ("requirements", "responsibilities", "benefits"):
            if key in scored:
                known.add(key)
                if gold.get(key):
                    labels[key] = [re.sub(r"\*\*|__", "", item) for item in gold[key]]
        return {"text": text, "labels": labels, "unknown": [key for key in KEYS if key not in known]}

    def exchange(self, text: str, gold: dict, alt: dict) -> str:
        """Writes invented names over the real ones."""
        fresh = {"company": self.v.company, "location": self.v.location, "title": lambda: self.v.title()}
        order = [key for key in ("company", "location", "title") if isinstance(gold.get(key), str)]
        for key in order:
            old = gold[key]
            others = [gold[other] for other in order if other != key]
            if len(old) < 3 or any(old in other or other in old for other in others) or self.rng.random() < 0.15:
                continue
            pattern = re.compile(r"(?<!\w)" + re.escape(old) + r"(?!\w)")
            if not pattern.search(text):
                continue
            if key == "title":
                new, level = fresh[key]()
                if level or gold.get("experience_level") or re.search(r"intern", old, re.I):
                    continue
            else:
                new = fresh[key]()
            if new in text:
                continue
            text = pattern.sub(lambda _: new, text)
            gold[key] = new
            alt.pop(key, None) if key in alt else None
        return text
