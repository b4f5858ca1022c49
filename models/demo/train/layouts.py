"""The heads of job pages: where and how the facts of a posting stand, in families of layouts."""

from __future__ import annotations

import random

import values as V
from job import OPEN, Job, Node, listed
from phrases import COMPANY_LINES, FOREIGN, FRENCH_INTROS, FRENCH_LABELS, FRENCH_SENTENCES, GERMAN_INTROS, GERMAN_LABELS, GERMAN_SENTENCES, HEAD, INTROS, LABELS, SENTENCES, SPANISH_INTROS, SPANISH_LABELS, SPANISH_SENTENCES
from values import Values, spin


class Layouts:
    """Writes the facts of a job in one of many families of layouts."""

    def __init__(self, rng: random.Random, pools: dict) -> None:
        self.rng, self.pools, self.v = rng, pools, Values(rng, pools)

    def fill(self, text: str, **slots: str) -> str:
        """Choices and slots of a template: `<W>` a word with a capital, `<w>` one without, numbers, and given ones."""
        rng = self.rng
        text = spin(rng, text)
        for name, make in (("<W>", self.v.word), ("<w>", lambda: rng.choice(self.pools["lower"])), ("<N>", lambda: str(rng.randint(1, 95))), ("<M>", lambda: str(rng.randint(2, 60))), ("<Y>", lambda: str(rng.randint(1890, 2026)))):
            while name in text:
                text = text.replace(name, make(), 1)
        for name, words in slots.items():
            text = text.replace(f"<{name}>", words)
        return text

    def label(self, job: Job, key: str) -> str:
        """A label for a fact."""
        table = {"de": GERMAN_LABELS, "fr": FRENCH_LABELS, "es": SPANISH_LABELS}.get(job.lang, LABELS)
        return self.rng.choice(table[key].split("|")).rstrip(":")

    def sentence(self, job: Job, key: str) -> str:
        """A sentence that states a fact."""
        if key == "company":
            return self.fill(self.rng.choice(COMPANY_LINES), C=job.use(key))
        table = {"de": GERMAN_SENTENCES, "fr": FRENCH_SENTENCES, "es": SPANISH_SENTENCES}.get(job.lang, SENTENCES)
        return self.fill(self.rng.choice(table[key]), X=job.use(key))

    def clean(self, job: Job) -> str:
        """A sentence that states nothing."""
        if job.lang != "en" and self.rng.random() < 0.85:
            return self.rng.choice(FOREIGN[job.lang]["clean"].split("|"))
        rich = job.has("title") and job.has("company") and job.has("location")
        return self.rng.choice(self.pools["names"] if rich and self.rng.random() < 0.3 else self.pools["clean"])

    def paragraph(self, job: Job, low: int = 1, high: int = 4) -> str:
        """A few of them."""
        return " ".join(self.clean(job) for _ in range(self.rng.randint(low, high)))

    def intro(self, job: Job) -> str:
        """A first sentence that names job, employer or place."""
        table = {"de": GERMAN_INTROS, "fr": FRENCH_INTROS, "es": SPANISH_INTROS}.get(job.lang, INTROS)
        for _ in range(12):
            text = self.fill(self.rng.choice(table))
            slots = {"T": "title", "C": "company", "L": "location"}
            if all(job.has(key) for slot, key in slots.items() if f"<{slot}>" in text):
                for slot, key in slots.items():
                    if f"<{slot}>" in text:
                        text = text.replace(f"<{slot}>", job.use(key))
                return text
        return self.clean(job)

    # Header families. Each places some facts and leaves the rest to the body.

    def kv(self, job: Job, keys: list[str]) -> list[Node]:
        return [("kv", self.label(job, key), job.use(key)) for key in keys]

    def shuffled(self, job: Job, keys: str = HEAD, share: float = 0.9) -> list[str]:
        taken = job.take(keys, share)
        if self.rng.random() < 0.6:
            self.rng.shuffle(taken)
        return taken

    def h1(self, job: Job) -> list[Node]:
        return [("h1", job.use("title"))] if job.has("title") else []

    def labelled(self, job: Job) -> list[Node]:
        """Heading and labelled lines."""
        keys = self.shuffled(job, HEAD + (" years education" if self.rng.random() < 0.3 else ""))
        if self.rng.random() < 0.35 and job.has("title"):
            at = self.rng.randint(0, len(keys)) if self.rng.random() < 0.5 else 0
            keys.insert(at, "title")
            return self.kv(job, keys)
        return self.h1(job) + self.kv(job, keys)

    def table(self, job: Job) -> list[Node]:
        """A table of rows, now and then with two facts a row."""
        rows = self.labelled(job)
        return [("row", [node[1], node[2]]) if node[0] == "kv" else node for node in rows]

    def bare(self, job: Job) -> list[Node]:
        """Facts on lines of their own without labels."""
        keys = self.shuffled(job, "company location job_type remote salary")
        nodes = self.h1(job) + [("line", job.use(key)) for key in keys]
        if self.rng.random() < 0.3 and job.has("title"):
            nodes = nodes[1:2] + nodes[:1] + nodes[2:]
        return nodes + self.loose(job)

    def loose(self, job: Job, keys: str = "posted deadline job_id", share: float = 0.8) -> list[Node]:
        return [("line", self.sentence(job, key)) for key in job.take(keys, share)]

    def joined(self, job: Job) -> list[Node]:
        """One line of facts under the heading."""
        keys = self.shuffled(job, "company location job_type remote salary level", 0.85)
        mark_between = self.rng.choice([" · ", " | ", " / ", " - ", " – ", " • ", ", ", " // ", "  ", " — ", " » ", " > "])
        parts = [job.use(key) for key in keys]
        if self.rng.random() < 0.4:
            parts.insert(self.rng.randint(0, len(parts)), self.rng.choice(["Engineering", "Sales", "Operations", "Apply now", "Multiple openings", self.v.word() + " Team", self.v.word() + " Department"]))
        nodes = self.h1(job)
        if parts:
            nodes.append(("line", mark_between.join(parts)))
        return nodes + self.loose(job)

    def forum(self, job: Job) -> list[Node]:
        """First line of a forum post: facts between bars."""
        keys = job.take("company title location remote job_type salary", 0.95)
        if self.rng.random() < 0.5:
            rest = keys[1:]
            self.rng.shuffle(rest)
            keys = keys[:1] + rest
        between = self.rng.choice([" | ", " | ", " | ", "|", " - ", " – ", " / ", " || ", " • "])
        parts = [job.use(key) for key in keys]
        if parts and "company" in keys[:1] and self.rng.random() < 0.35:
            parts[0] += self.rng.choice([f" (https://{V.syllables(self.rng, 2, 3)}.com)", f" (YC {self.rng.choice('WS')}{self.rng.randint(10, 24)})", " (http://www." + V.syllables(self.rng, 2) + ".io)"])
        if self.rng.random() < 0.4:
            parts.append(self.rng.choice([f"https://{V.syllables(self.rng, 2, 3)}.com/jobs", "Equity", "VISA", "equity", "Multiple roles", f"www.{V.syllables(self.rng, 2)}.co"]))
        return [("line", between.join(parts))] if parts else []

    def forum_loose(self, job: Job) -> list[Node]:
        """First line of a forum post in other spellings."""
        c, t, l = (job.use(key) for key in ("company", "title", "location"))
        rng = self.rng
        extra = "".join(rng.choice([f" ({job.use(key)})", f", {job.use(key)}", f" - {job.use(key)}", f" {job.use(key)}"]) for key in job.take("remote job_type salary", 0.8))
        shapes = []
        if c and l and t:
            shapes += [f"{c} ({l}) - {t}{extra}", f"{c} - {l} - {t}{extra}", f"{l} - {c} - {t}{extra}", f"{t} at {c}, {l}{extra}", f"{c}, {l}: {t}{extra}", f"{t} - {c} - {l}{extra}", f"{c} in {l} is hiring: {t}{extra}", f"[{l}] {c} - {t}{extra}"]
        elif c and l:
            shapes += [f"{c} - {l}{extra}", f"{l} - {c}{extra}", f"{c} ({l}){extra}", f"{c}, {l}{extra}"]
        elif c and t:
            shapes += [f"{c}: {t}{extra}", f"{c} - {t}{extra}", f"{t}, {c}{extra}"]
        else:
            shapes += [" - ".join(part for part in (t, l, c) if part) + extra]
        line = rng.choice(shapes)
        return [("line", line)] if line.strip() else []

    def prose(self, job: Job) -> list[Node]:
        """No header: sentences say it."""
        nodes: list[Node] = []
        if job.has("title") and self.rng.random() < 0.4:
            nodes += self.h1(job)
        text = self.intro(job)
        while len(job.take("title company location")) and self.rng.random() < 0.5:
            text += " " + self.intro(job)
        for key in job.take("company", 0.8):
            text += " " + self.fill(self.rng.choice(COMPANY_LINES[:2] + COMPANY_LINES[6:7]), C=job.use(key))
        for key in job.take("location salary job_type remote", 0.5):
            text += " " + self.sentence(job, key)
        return nodes + [("p", listed("description", text))]

    def headless(self, job: Job) -> list[Node]:
        """The body of an advertisement without its head: sentences name job, employer and place, late or never."""
        rng = self.rng
        heading = rng.choice(["Summary", "POSITION PURPOSE", "Job Summary", "Position Summary", "About the role", "GENERAL STATEMENT OF DUTIES", "Description", "Overview", "JOB DESCRIPTION", "Nature of Work", "Introduction", "What You'll Do"])
        nodes: list[Node] = [("h2", heading)] if rng.random() < 0.8 else []
        for _ in range(rng.randint(0, 3)):
            nodes.append(("p", listed("description", self.paragraph(job, 1, 4))))
        for _ in range(3):
            if not job.take("title company location"):
                break
            text = self.intro(job)
            if rng.random() < 0.7:
                text = rng.choice([f"{text} {self.paragraph(job, 1, 3)}", f"{self.paragraph(job, 1, 2)} {text}"])
            nodes.append(("p", listed("description", text)))
            if rng.random() < 0.4:
                nodes.append(("p", self.paragraph(job, 1, 4)))
        return nodes

    def bulletin(self, job: Job) -> list[Node]:
        """A government bulletin: capitals, codes, and amounts below a heading."""
        rng = self.rng
        nodes: list[Node] = []
        if job.has("company") and rng.random() < 0.5:
            nodes.append(("line", job.use("company")))
        nodes += self.h1(job)
        for key in job.take("job_id posted location", 0.9):
            label = rng.choice({"job_id": ["Class Code", "CLASS CODE", "Exam No.", "Job Code", "Bulletin No.", "Spec No."], "posted": ["Open Date", "OPEN DATE", "Issue Date", "Date Opened", "Revised"], "location": ["LOCATION", "Work Location", "Duty station", "Office"]}[key])
            nodes.append(("kv", label, job.use(key)))
        if rng.random() < 0.5:
            nodes.append(("line", rng.choice(["(Exam Open to All)", "OPEN COMPETITIVE", "EXAMINATION GIVEN PURSUANT TO THE RULES", "PROMOTIONAL", "Open to the public"])))
        for key in job.take("salary", 0.95):
            nodes += [("h3", rng.choice(["ANNUAL SALARY", "SALARY", "Salary", "PAY", "COMPENSATION", "SALARY RANGE"])), ("p", rng.choice(["{}", "{}", "{} and higher with longevity", "The salary is {}.", "{}; some departments pay more", "{} (flat-rated)"]).format(job.use(key)))]
            if rng.random() < 0.5:
                nodes += [("line", "NOTES:"), ("p", "1. " + rng.choice(["Candidates are normally appointed at the start of the pay range.", "For information about pay, ask the hiring department before accepting a job offer.", "The salary range is subject to change."]))]
        for key in job.take("company", 0.7):
            nodes.append(("p", self.fill("{All|Most} positions are with {the |}<C>{.|, which serves the public.|}", C=job.use(key))))
        for key in job.take("deadline", 0.8):
            nodes += [("h3", rng.choice(["APPLICATION DEADLINE", "FILING PERIOD", "Deadline", "CLOSING DATE", "LAST DAY TO FILE"])), ("p", self.fill("{Applications must be {received|filed} by <X>{.|, 11:59 p.m.}|<X>|The {filing period|posting} closes on <X>.|From now to <X>}", X=job.use(key)))]
        return nodes

    def announcement(self, job: Job) -> list[Node]:
        """A federal announcement: label lines with the value on the line below."""
        nodes = self.h1(job)
        for key in job.take("company", 0.9):
            nodes.append(("line", job.use(key)))
        names = {"salary": "Salary|Pay scale & grade|Salary range", "job_id": "Announcement number|Control number|Job announcement number", "job_type": "Work schedule|Appointment type|Work Schedule", "location": "Location|Location(s)|Duty locations", "remote": "Telework eligible|Remote job|Work site", "deadline": "Closing date|Application close date|Close date", "posted": "Opening date|Open date|Posting date", "level": "Grade level|Seniority"}
        for key in self.shuffled(job, "location salary job_id job_type remote posted deadline level"):
            nodes.append(("under", self.rng.choice(names[key].split("|")), job.use(key)))
        filler = [("under", "Supervisory status", "No"), ("under", "Travel required", "Occasional travel"), ("under", "Security clearance", "Other"), ("under", "Number of vacancies", str(self.rng.randint(2, 9))), ("under", "Drug test", "No"), ("under", "Series & grade", f"GS {self.rng.randint(4, 15)}")]
        for node in self.rng.sample(filler, self.rng.randint(0, 4)):
            nodes.insert(self.rng.randint(1, len(nodes)) if nodes else 0, node)
        return nodes

    def social(self, job: Job) -> list[Node]:
        """A network's page: employer and place with counters, criteria below."""
        rng = self.rng
        nodes = self.h1(job)
        parts = [job.use(key) for key in job.take("company location posted", 0.95)]
        if rng.random() < 0.6:
            parts.append(rng.choice([f"{rng.randint(2, 400)} applicants", f"Over {rng.randint(1, 9)}00 applicants", "Be among the first 25 applicants", "Actively recruiting", "Easy Apply", f"{rng.randint(2, 900)} views"]))
        if rng.random() < 0.5:
            nodes += [("line", part) for part in parts]
        elif parts:
            nodes.append(("line", rng.choice([" · ", "  ", " | ", " - "]).join(parts)))
        nodes += [("under", self.label(job, key), job.use(key)) for key in job.take("level job_type remote salary", 0.9)]
        if rng.random() < 0.5:
            nodes += [("under", "Industries", self.v.word()), ("under", "Job function", rng.choice(V.AREAS))][: rng.randint(1, 2)]
        return nodes

    def icons(self, job: Job) -> list[Node]:
        """Facts behind pictures."""
        signs = {"company": "🏢🏛🏭", "location": "📍🌍🗺", "salary": "💰💵💶", "job_type": "🕒💼⏰", "posted": "📅🗓", "deadline": "⏳📅", "remote": "🏠💻", "job_id": "🔖#", "level": "📈🎓"}
        nodes = self.h1(job)
        parts = [self.rng.choice(signs[key]) + self.rng.choice([" ", " ", ""]) + job.use(key) for key in self.shuffled(job)]
        if self.rng.random() < 0.4:
            return nodes + [("line", "  ".join(parts))] if parts else nodes
        return nodes + [("line", part) for part in parts]

    def heading_all(self, job: Job) -> list[Node]:
        """Title with employer or place in the heading."""
        t, c, l = (job.use(key) for key in ("title", "company", "location"))
        shapes = ["{t} at {c}", "{t} - {c}", "{c}: {t}", "{c} - {t}", "{t} ({l})", "{t} - {l}", "{t}, {l}", "{t} in {l}", "{t} at {c} in {l}", "{t} - {c} - {l}", "{c} | {t} | {l}", "{t} | {c}", "{t} – {l}", "{c} is hiring a {t}", "{c} hiring {t} in {l}", "Job opening: {t}", "{t} / {l}", "Vacancy: {t}", "{t}, {c}", "{l}: {t}", "We are hiring: {t}", "Career opportunity: {t} with {c}"]
        found = {"t": t, "c": c, "l": l}
        fits = [shape for shape in shapes if all((f"{{{name}}}" in shape) == bool(words) for name, words in found.items())]
        line = self.rng.choice(fits).format(**found) if fits else " - ".join(words for words in (t, c, l) if words)
        nodes: list[Node] = [("h1", line)] if line else []
        return nodes + self.kv(job, self.shuffled(job, HEAD, 0.6))

    def inline_bold(self, job: Job) -> list[Node]:
        """One paragraph of labelled facts with line breaks."""
        keys = self.shuffled(job, "title " + HEAD)
        return [("kv", self.label(job, key), job.use(key)) for key in keys]

    def one_line(self, job: Job) -> list[Node]:
        """All labelled facts on one line."""
        keys = self.shuffled(job, "title " + HEAD, 0.8)
        between = self.rng.choice(["; ", " | ", ", ", " - ", ". ", "   "])
        colon = self.rng.choice([": ", ": ", " - ", ":", " = "])
        line = between.join(f"{self.label(job, key)}{colon}{job.use(key)}" for key in keys)
        return [("line", line)] if line else []

    def classified(self, job: Job) -> list[Node]:
        """A small advertisement: everything in one paragraph."""
        parts = []
        if job.has("title"):
            parts.append(self.rng.choice(["{}.", "{} wanted.", "{} needed.", "Now hiring: {}.", "{},", "HELP WANTED: {}.", "Wanted: {}."]).format(job.use("title")))
        for key in self.shuffled(job, HEAD + " years education", 0.85):
            parts.append(job.use(key) + "." if self.rng.random() < 0.4 and key in ("company", "location", "job_type", "salary", "remote") else self.sentence(job, key))
        if self.rng.random() < 0.7:
            parts.insert(self.rng.randint(1, len(parts)) if parts else 0, self.clean(job))
        return [("p", listed("description", " ".join(parts)))] if parts else []

    def letter(self, job: Job) -> list[Node]:
        """An e-mail."""
        t, c = job.use("title"), job.use("company")
        subject = self.rng.choice(["Job opening", "New vacancy", "Opportunity", "Position available", "Hiring"])
        what = " at ".join(part for part in (t, c) if part)
        nodes: list[Node] = [("kv", "Subject", f"{subject}: {what}" if what else subject)]
        if self.rng.random() < 0.6:
            nodes.insert(self.rng.randint(0, 1), ("kv", "From", f"{self.rng.choice(V.GIVEN)} {V.surname(self.rng)}"))
        nodes.append(("line", self.rng.choice(["Hi all,", "Dear all,", "Hello,", "Dear colleagues,", "Hi everyone,"])))
        text = self.clean(job)
        for key in job.take("location salary job_type remote deadline", 0.7):
            text += " " + self.sentence(job, key)
        return nodes + [("p", listed("description", text))]

    def cards(self, job: Job) -> list[Node]:
        """A heading of facts: labels above their values in short lines."""
        nodes: list[Node] = [("h2", self.rng.choice(["Job details", "Details", "At a glance", "Key information", "Job information", "Quick facts", "Overview"]))]
        nodes += [("under", self.label(job, key), job.use(key)) for key in self.shuffled(job)]
        heading = self.h1(job)
        return heading + nodes if self.rng.random() < 0.7 else nodes + heading

    def columns(self, job: Job) -> list[Node]:
        """A table with its head in the first row."""
        keys = self.shuffled(job, "title company location salary job_type posted deadline job_id", 0.8)[:7]
        if len(keys) < 3:
            return self.labelled(job)
        return [("row", [self.label(job, key) for key in keys]), ("row", [job.use(key) for key in keys])]

    def agency(self, job: Job) -> list[Node]:
        """A recruiter who does not name the employer."""
        job.facts.pop("company", None)
        job.todo.discard("company")
        text = self.fill("Our client{, a {leading|growing|well-known} {<w> |}{company|business|organisation},|} {is looking for|seeks|requires} {a|an} <T>{ in <L>|}.", T=job.use("title", self.rng.choice(["new colleague", "talented person"])), L=job.use("location", "the region"))
        return self.h1(job)[:1] * (self.rng.random() < 0.5) + [("p", listed("description", text))] + self.kv(job, self.shuffled(job, "salary job_type job_id", 0.7))

    def bracketed(self, job: Job) -> list[Node]:
        """Title with facts in brackets behind it."""
        line = job.use("title")
        for key in self.shuffled(job, "location remote job_type company salary", 0.8):
            line += self.rng.choice([" ({})", " [{}]", ", {}", " - {}", " // {}"]).format(job.use(key))
        return [("h1", line.strip(" ,-/"))] if line.strip() else []

    def dashed(self, job: Job) -> list[Node]:
        """Labels and values with a dash or dots between them."""
        nodes = self.h1(job)
        between = self.rng.choice([" - ", " – ", " ... ", " = ", " → ", " -- ", " » ", "\u2003"])
        return nodes + [("line", f"{self.label(job, key)}{between}{job.use(key)}") for key in self.shuffled(job)]

    def facts_last(self, job: Job) -> list[Node]:
        """Text first; the facts stand at the end of the page."""
        nodes = self.h1(job) if self.rng.random() < 0.7 else []
        return nodes + [("later", node) for node in self.kv(job, self.shuffled(job))]

    def university(self, job: Job) -> list[Node]:
        """A university's or hospital's form."""
        nodes = self.h1(job)
        filler = [("kv", "Department", f"{self.v.word()} {self.rng.choice(['Office', 'Studies', 'Services', 'Unit'])}"), ("kv", "FTE", self.rng.choice(["1.0", "0.5", "0.8"])), ("kv", "Grade", str(self.rng.randint(3, 20))), ("kv", "Reports to", f"{self.v.word()} Manager"), ("kv", "Union", self.v.acronym()), ("kv", "FLSA Status", self.rng.choice(["Exempt", "Non-exempt"])), ("kv", "Division", self.v.word()), ("kv", "Shift", self.rng.choice(["Day", "Night", "1st"])), ("kv", "Openings", str(self.rng.randint(1, 5)))]
        keys = self.kv(job, self.shuffled(job, HEAD + " education years"))
        keys += self.rng.sample(filler, self.rng.randint(2, 6))
        self.rng.shuffle(keys)
        return nodes + keys

    def question(self, job: Job) -> list[Node]:
        """Questions as headings, facts as answers."""
        asks = {"title": "What is the job?|What's the role?|The role", "company": "Who are we?|Who is hiring?|Who", "location": "Where?|Where is the job?|Where will you work?", "salary": "How much does it pay?|What does it pay?|How much?|What will I earn?", "deadline": "When do applications close?|Until when can I apply?|When?", "job_type": "What kind of contract?|How many hours?|Which contract?", "remote": "Can I work from anywhere?|How do we work?|Where do I sit?"}
        nodes: list[Node] = []
        for key in self.shuffled(job, "title company location salary deadline job_type remote"):
            answer = job.use(key) if self.rng.random() < 0.6 or key in ("title", "company") else self.sentence(job, key)
            nodes += [("h3", self.rng.choice(asks[key].split("|"))), ("p", answer)]
        return nodes

    def checklist(self, job: Job) -> list[Node]:
        """Facts as items of a list."""
        nodes = self.h1(job)
        style = self.rng.random()
        for key in self.shuffled(job):
            nodes.append(("li", job.use(key) if style < 0.4 else f"{self.label(job, key)}: {job.use(key)}"))
        return nodes

    FAMILIES = {
        "labelled": 5, "table": 4, "bare": 4, "joined": 5, "forum": 6, "forum_loose": 3, "prose": 8, "headless": 12, "bulletin": 6, "announcement": 3,
        "social": 4, "icons": 2, "heading_all": 4, "inline_bold": 2, "one_line": 1, "classified": 2, "letter": 2, "cards": 3, "columns": 1,
        "agency": 1, "bracketed": 2, "facts_last": 3, "university": 4, "checklist": 2, "dashed": 3, "question": 2,
    }
    HELD_OUT = {"question", "bracketed"}
