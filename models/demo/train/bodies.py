"""The bodies of job pages: sections and lists, prose with the facts that are left, decoys and the foot."""

from __future__ import annotations

from job import Job, Node, listed, mark
from phrases import COMPANY_LINES, FOREIGN, MONEY_DECOYS, SECTIONS, SPLIT_BENEFITS, SPLIT_FOOT, TEXTS, YEAR_DECOYS
from values import spin


class Bodies:
    """Writes what is below the head: sections, lists, prose around the rest of the facts, and the foot."""

    def bullets(self, job: Job, kind: str) -> list[str]:
        rng = self.rng
        count = min(30, max(1, int(rng.lognormvariate(1.6, 0.55))))
        if job.lang != "en" and rng.random() < 0.85:
            short = {"requirements": "req", "responsibilities": "resp", "benefits": "ben"}[kind]
            pool = FOREIGN[job.lang][short].split("|")
            return rng.sample(pool, min(count, len(pool)))
        if kind == "benefits":
            return [self.fill(rng.choice(SPLIT_BENEFITS)) if rng.random() < 0.5 else rng.choice(self.pools["benefits"]) for _ in range(min(count, 9))]
        return [rng.choice(self.pools[kind]) for _ in range(count)]

    def section(self, job: Job, kind: str) -> list[Node]:
        """Heading and items of one list field."""
        rng = self.rng
        short = {"requirements": "req", "responsibilities": "resp", "benefits": "ben"}[kind]
        items = [listed(kind, item) for item in self.bullets(job, kind)]
        if kind == "requirements":
            for key in job.take("years education", 0.9):
                items.insert(rng.randint(0, len(items)), listed(kind, self.sentence(job, key)))
            if rng.random() < 0.35:
                words = [mark("skills", self.v.skill()) for _ in range(rng.randint(1, 4))]
                joined = ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
                items.insert(rng.randint(0, len(items)), listed(kind, rng.choice(["Experience with {}", "Knowledge of {}", "Proficiency in {}", "{} required", "You know {}", "Strong skills in {}", "{}", "Familiarity with {}"]).format(joined)))
                self.skills = True
        if kind == "benefits" and "salary" in job.todo and rng.random() < 0.3:
            items.insert(rng.randint(0, len(items)), self.sentence(job, "salary"))
        style = rng.random()
        node = "li"
        if style < 0.10:
            node = "p"
        elif style < 0.18:
            return [("h2", spin(rng, TEXTS[job.lang][short]))] + [("p", f"{number}{rng.choice(['.', '.', ')'])} {item}") for number, item in enumerate(items, 1)]
        nodes: list[Node] = [("h2", self.fill(rng.choice([TEXTS[job.lang][short]])))]
        if rng.random() < 0.12:
            nodes.append(("p", self.clean(job)))
        nodes += [(node, item) for item in items]
        if kind == "requirements" and rng.random() < 0.2:
            nodes += [("h2", rng.choice(["Nice to have", "Preferred Qualifications", "Bonus points", "Pluses", "Desirable"]))]
            nodes += [(node, listed(kind, item)) for item in self.bullets(job, kind)[:5]]
        return nodes

    def skills_section(self, job: Job) -> list[Node]:
        rng = self.rng
        words = [mark("skills", self.v.skill()) for _ in range(rng.randint(2, 12))]
        self.skills = True
        label = self.label(job, "skills")
        style = rng.random()
        if style < 0.5:
            return [("kv", label, rng.choice([", ", ", ", " / ", " | ", "; ", " · "]).join(words))]
        if style < 0.8:
            return [("h3", label)] + [("li", word) for word in words]
        return [("p", rng.choice(["We use {}.", "Our stack: {}", "You should know {}.", "Technologies we work with: {}", "Experience in {} is needed."]).format(", ".join(words)))]

    def body(self, job: Job) -> list[Node]:
        """Everything below the header."""
        rng = self.rng
        parts: list[list[Node]] = []
        size = rng.choice(["small", "small", "middle", "middle", "middle", "large"])
        heads = rng.random() < 0.85
        texts = TEXTS[job.lang]

        def headed(kind: str, nodes: list[Node]) -> list[Node]:
            return ([("h2", spin(rng, rng.choice(texts[kind].split("|")) if "{" not in texts[kind] else texts[kind]))] if heads and rng.random() < 0.8 else []) + nodes

        if rng.random() < 0.6:
            first = self.paragraph(job, 1, 3)
            if job.has("company") and rng.random() < 0.8:
                line = self.fill(rng.choice(COMPANY_LINES[:2] + COMPANY_LINES[4:5] + COMPANY_LINES[6:7]), C=job.use("company"))
                first = f"{line} {first}" if rng.random() < 0.7 else f"{first} {line}"
            for key in job.take("location", 0.3):
                first += " " + self.sentence(job, key)
            parts.append(headed("about", [("p", first)] + [("p", self.paragraph(job)) for _ in range(rng.randint(0, 2 if size == "large" else 1))]))
        if rng.random() < 0.75:
            first = self.intro(job) if rng.random() < 0.55 else self.clean(job)
            texts_ = [first + (" " + self.paragraph(job, 0, 3) if rng.random() < 0.8 else "")] + [self.paragraph(job) for _ in range(rng.randint(0, 3 if size != "small" else 1))]
            for key in job.take("job_type remote location level", 0.35):
                at = rng.randrange(len(texts_))
                texts_[at] = texts_[at].strip() + " " + self.sentence(job, key)
            parts.append(headed("role", [("p", listed("description", text.strip())) for text in texts_]))
        for kind, share in (("responsibilities", 0.6), ("requirements", 0.65), ("benefits", 0.4)):
            if rng.random() < (share if size != "small" else share * 0.5):
                parts.append(self.section(job, kind))
        if rng.random() < 0.22:
            parts.append(self.skills_section(job))
        if size == "large":
            for _ in range(rng.randint(1, 4)):
                parts.append([("h2", self.fill("{<W> <W>|Our {values|culture|team|process|offices}|Notes|Selection process|<W>|PROCESS NOTES|Additional information|Conditions of employment}"))] + [(rng.choice(["p", "p", "li"]), self.paragraph(job, 1, 3)) for _ in range(rng.randint(1, 7))])
        if rng.random() < 0.35:
            rng.shuffle(parts)
        nodes = [node for part in parts for node in part]
        if not heads:
            nodes = [node if node[0] != "h2" else ("line", node[1]) for node in nodes]

        def scatter(node: Node) -> None:
            nodes.insert(self.gap(nodes), node)

        if job.has("salary"):
            for _ in range(rng.choice([0, 0, 1, 1])):
                scatter(("p", self.fill(rng.choice(MONEY_DECOYS))))
        elif rng.random() < 0.35:
            scatter(("p", self.fill(rng.choice(MONEY_DECOYS + ["{Salary|Pay|Compensation}: {competitive|DOE|negotiable|to be agreed|depending on experience|TBD|Market rate}", "We offer {a competitive salary|attractive pay|a great package}."]))))
        if rng.random() < 0.3:
            scatter(("p", self.fill(rng.choice(YEAR_DECOYS))))
        if job.has("location") and job.has("company") and rng.random() < 0.15:
            scatter(("later_p", self.fill("{We have offices in|Our customers are in|Other offices:|We also have sites in} <A>, <B> and <D>.", A=self.v.place_name(), B=self.v.place_name(), D=self.v.place_name())))
        for key in list(job.take("salary posted deadline job_id years education job_type remote level location")):
            if rng.random() < 0.85:
                place = len(nodes) if key in ("deadline", "job_id", "posted", "salary") and rng.random() < 0.6 else self.gap(nodes)
                nodes.insert(place, (rng.choice(["p", "p", "line"]), self.sentence(job, key)))
        for key in job.take("company", 0.85):
            nodes.insert(self.gap(nodes), ("p", self.fill(rng.choice(COMPANY_LINES), C=job.use(key))))
        for key in job.take("title", 0.85):
            nodes.insert(0 if rng.random() < 0.7 else self.gap(nodes), ("p", listed("description", self.intro(job) if rng.random() < 0.3 else self.fill("{We are hiring|Now hiring|Open position|Looking for}: <T>", T=job.use(key)))))
        return nodes

    def lengthen(self, job: Job, nodes: list[Node]) -> None:
        """Sections that state nothing, until the page is as long as real ones are: 5,000 characters in the middle."""
        rng = self.rng
        wanted = min(13_000, rng.lognormvariate(8.5, 0.55))
        size = sum(len(part) for node in nodes for part in node[1:] if isinstance(part, str))
        loud = rng.random() < 0.35
        item = rng.choice(["li", "p", "line"])
        while size < wanted:
            heading = self.fill(rng.choice(SECTIONS))
            section: list[Node] = [("h2", heading.upper() if loud else heading)]
            kind = item if rng.random() < 0.4 else "p"
            low, high = (1, 1) if kind != "p" else (1, 6)
            section += [(kind, self.paragraph(job, low, high)) for _ in range(rng.randint(1, 9))]
            starts = [place for place, node in enumerate(nodes) if node[0] in ("h2", "h3")] + [len(nodes)]
            at = rng.choice(starts)
            nodes[at:at] = section
            size += sum(len(node[1]) for node in section)

    def gap(self, nodes: list[Node]) -> int:
        """A place between the nodes, seldom inside a list."""
        for _ in range(4):
            place = self.rng.randint(0, len(nodes))
            if place == len(nodes) or nodes[place][0] in ("h2", "h3"):
                break
            if nodes[place][0] != "li" and (place == 0 or nodes[place - 1][0] not in ("h2", "h3")):
                break
        return place

    def footer(self, job: Job) -> list[Node]:
        rng = self.rng
        nodes: list[Node] = [("line", self.fill(rng.choice(SPLIT_FOOT))) for _ in range(min(9, int(rng.expovariate(0.4))))]
        if job.has("company") and rng.random() < 0.3:
            nodes.append(("p", self.fill(rng.choice(COMPANY_LINES), C=job.use("company"))))
        if job.has("title") and rng.random() < 0.14:
            nodes.append(("h3", rng.choice(["Similar jobs", "Related jobs", "More jobs", "You may also like", "People also viewed", "Other openings", "Recommended for you"])))
            rich = job.has("company") and job.has("location")
            for _ in range(rng.randint(1, 6)):
                parts = [self.v.title()[0]]
                if rich:
                    parts += [self.v.company(), self.v.place_name()][: rng.randint(0, 2)]
                    if job.has("salary") and rng.random() < 0.3:
                        parts.append(self.v.salary())
                if rng.random() < 0.4:
                    nodes += [("line", part) for part in parts]
                else:
                    nodes.append(("li", rng.choice([" - ", ", ", " | ", " at "]).join(parts)))
        return nodes
