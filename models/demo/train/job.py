"""One invented posting: its facts as marked words, and which of them are still to be written down."""

from __future__ import annotations

import random

import values as V
from values import Values

KEYS = ["title", "company", "location", "salary", "posted", "deadline", "job_id", "years", "education", "job_type", "remote", "level", "skills", "requirements", "responsibilities", "benefits", "description"]
MEMBERS = {"job_type": ["full_time", "part_time", "contract", "internship", "freelance"], "remote": ["remote", "hybrid", "onsite"], "level": ["entry", "mid", "senior", "lead", "executive"]}
OPEN, CLOSE = "\ue000", "\ue001"
Node = tuple


def mark(key: str, words: str, member: str = "") -> str:
    """Words that state a fact."""
    which = chr(0xE030 + MEMBERS[key].index(member)) if member else ""
    return f"{OPEN}{chr(0xE010 + KEYS.index(key))}{which}{words}{CLOSE}"


def listed(key: str, text: str) -> str:
    """A line that belongs to a list or to the description; the mark stands behind the first letter."""
    return text[:1] + mark(key, "") + text[1:] if text[:1] != OPEN else mark(key, "") + text


class Job:
    """One posting: marked words by key; what is not there is not stated."""

    def __init__(self, rng: random.Random, v: Values, lang: str) -> None:
        self.rng, self.v, self.lang = rng, v, lang
        dense = rng.choice([0.85, 0.65, 0.65, 0.45, 0.25])
        has = lambda share: rng.random() < share  # noqa: E731
        self.plain: dict[str, str] = {}
        self.facts: dict[str, str] = {}
        self.members: dict[str, str] = {}
        title, level = v.title()
        if has(0.95):
            words = title
            if level:
                member = V.LEVELS.get(level.lower())
                if member:
                    words = title.replace(level, self.enum("level", level, member), 1)
                if level.lower() in ("intern", "internship"):
                    words = words.replace(level, self.enum("job_type", level, "internship"), 1)
                    if "internship" == level.lower():
                        words = title.replace(level, mark("job_type", level, "internship"), 1)
                        self.members.pop("level", None)
            self.plain["title"], self.facts["title"] = title, mark("title", words)
        if has(0.88):
            self.put("company", v.company())
        if has(0.82):
            self.put("location", v.location())
        if has(dense):
            self.put("salary", v.salary(lang))
        if has(dense * 0.6):
            self.put("posted", v.posted(lang))
        if has(dense * 0.55):
            self.put("deadline", v.date(lang))
        if has(dense * 0.55):
            self.put("job_id", v.job_id())
        if has(0.25 + dense * 0.4):
            self.put("years", v.years(lang))
        if has(0.15 + dense * 0.35):
            self.put("education", v.education(lang))
        if has(0.2 + dense * 0.6) and "job_type" not in self.members:
            member = rng.choices(MEMBERS["job_type"], [60, 14, 14, 8, 4])[0]
            table = {"de": V.GERMAN_TYPES, "fr": V.FRENCH_TYPES, "es": V.SPANISH_TYPES}.get(lang, V.JOB_TYPES)
            self.facts["job_type"] = self.enum("job_type", rng.choice(table[member]), member)
        if has(0.1 + dense * 0.5):
            member = rng.choice(MEMBERS["remote"])
            table = V.GERMAN_REMOTES if lang == "de" else V.REMOTES
            self.facts["remote"] = self.enum("remote", rng.choice(table[member]), member)
        if "level" not in self.members and not level and has(dense * 0.3):
            member = rng.choice(MEMBERS["level"])
            self.facts["level"] = self.enum("level", rng.choice(V.LEVEL_LINES[member]), member)
        self.todo = set(self.facts)

    def enum(self, key: str, words: str, member: str) -> str:
        """Words that name a member."""
        self.members[key] = member
        return mark(key, words, member)

    def put(self, key: str, words: str) -> None:
        """Takes a fact."""
        self.plain[key], self.facts[key] = words, mark(key, words)

    def has(self, key: str) -> bool:
        """Whether the posting states it."""
        return key in self.facts

    def use(self, key: str, other: str = "") -> str:
        """The marked words, now placed; or what to write instead."""
        self.todo.discard(key)
        return self.facts.get(key, other)

    def take(self, keys: str, share: float = 1.0) -> list[str]:
        """Those of the keys that are stated and not yet placed."""
        return [key for key in keys.split() if key in self.todo and self.rng.random() < share]
