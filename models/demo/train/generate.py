"""Writes endless labelled job pages as JSON Lines for `training-set`: invented postings in many layouts, and real ones.

`python generate.py POOLS.json --count 1000 --seed 1 [--split train|valid] [--real 0.25]`

Facts are marked in the page itself, see `examples/training-set/facts.rs`. Header families in `HELD_OUT` never occur in training,
nor does one real posting in twenty; `--split valid` gives exactly those.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from bodies import Bodies
from job import OPEN, Job, Node, mark
from layouts import Layouts
from phrases import BOARDS, COMPANY_LINES, NAV
from real import Real


class Writer(Layouts, Bodies):
    """Turns jobs into pages."""

    def page(self, family: str, form: str) -> tuple[str, list[str]]:
        """One page, its markup, and the keys that nothing is known of."""
        rng = self.rng
        lang = "en" if rng.random() < 0.92 else rng.choice(["de", "de", "fr", "es"])
        job = Job(rng, self.v, lang)
        self.skills = False
        top: list[Node] = []
        if form == "html" and rng.random() < (0.65 if family != "headless" else 0.15) and job.has("title"):
            t = job.facts["title"]
            c, l = job.facts.get("company", ""), job.facts.get("location", "")
            board = self.fill(BOARDS)
            shapes = ["{t}", "{t} - {b}", "{t} | {b}"]
            if c and family != "agency":
                shapes += ["{t} - {c}", "{t} | {c}", "{t} at {c}", "{c} - {t}", "{t} - {c} - {b}", "{c} hiring {t}", "{t} job at {c}", "{t} - {c} Careers", "{t} | {c} Jobs", "Job Application for {t} at {c}", "{t} | Join the {c}"]
            if l and c and family != "agency":
                shapes += ["{c} hiring {t} in {l} | {b}", "{t} - {l} - {c}", "{t} job in {l} at {c}", "{t}, {l} | {c}"]
            if l:
                shapes += ["{t} - {l} - {b}", "{t} in {l}", "{t} - {l}"]
            top.append(("title", rng.choice(shapes).format(t=t, c=c, l=l, b=board)))
            if rng.random() < 0.15:
                top.append(("og", t))
        elif form == "html" and rng.random() < 0.5:
            top.append(("title", self.fill(BOARDS)))
        if form == "html" and rng.random() < 0.45:
            top += [("nav", word) for word in rng.sample(NAV, rng.randint(1, 9))]
        header = getattr(self, family)(job)
        for key in job.take("title", 0.9 if family != "headless" else 0.1):
            header = self.h1(job) + header if rng.random() < 0.8 else header
        if family in ("forum", "forum_loose") and rng.random() < 0.8:
            heads = [("p", self.paragraph(job, 1, 3)) for _ in range(rng.randint(1, 4))]
            body = heads + (self.body(job) if rng.random() < 0.5 else [])
            for key in job.take("salary years education job_type remote location company job_id", 0.6):
                text = self.sentence(job, key) if key != "company" else self.fill(rng.choice(COMPANY_LINES), C=job.use("company"))
                body.insert(rng.randint(0, len(body)), ("p", text))
        else:
            body = self.body(job)
        if family not in ("forum", "forum_loose", "classified", "letter") and rng.random() < 0.65:
            self.lengthen(job, body)
        later = [node[1] for node in header if node[0] == "later"]
        header = [node for node in header if node[0] != "later"]
        nodes = top + header + body + later + self.footer(job)
        nodes = [("p", *node[1:]) if node[0] == "later_p" else node for node in nodes]
        unknown = []
        bulleted = any(mark("requirements", "") in part for node in nodes for part in node[1:] if isinstance(part, str))
        if bulleted and rng.random() < (0.3 if self.skills else 0.9):
            # Items of real lists name skills that are not marked.
            unknown.append("skills")
        return (self.html(nodes) if form == "html" else self.text(nodes, form)), unknown

    # Markup.

    def html(self, nodes: list[Node]) -> str:
        rng = self.rng
        kv = rng.choice(["strong", "p", "dl", "span", "div2", "b_colon", "table", "li", "th"])
        line = rng.choice(["p", "div", "span_br", "div"])
        level = rng.choice(["h2", "h2", "h3", "h3", "p_strong", "h4", "div_b"])
        under = rng.choice(["div2", "dl", "h4", "label", "p2"])
        title_tag = rng.choice(["h1", "h1", "h1", "h2", "div"])
        esc = lambda text: html.escape(text, quote=False)  # noqa: E731
        head, out, open_list = "", [], ""
        for index, node in enumerate(nodes):
            kind = node[0]
            wants = "ul" if kind == "li" or kind == "kv" and kv == "li" else "dl" if kind == "kv" and kv == "dl" else "table" if kind == "row" or kind == "kv" and kv in ("table", "th") else ""
            if open_list != wants:
                out.append((f"</{open_list}>" if open_list else "") + (f"<{wants}>" if wants else ""))
                open_list = wants
            if kind == "title":
                head += f"<title>{esc(node[1])}</title>"
            elif kind == "og":
                head += f'<meta property="og:title" content="{html.escape(node[1])}">'
            elif kind == "nav":
                out.append(f'<{line if line in ("p", "div") else "div"}><a href="#">{esc(node[1])}</a></div>' if line != "p" else f'<p><a href="#">{esc(node[1])}</a></p>')
            elif kind == "h1":
                out.append(f"<{title_tag}>{esc(node[1])}</{title_tag}>")
            elif kind in ("h2", "h3"):
                text = esc(node[1])
                out.append({"p_strong": f"<p><strong>{text}</strong></p>", "div_b": f"<div><b>{text}</b></div>"}.get(level, f"<{level}>{text}</{level}>"))
            elif kind == "p":
                text = esc(node[1])
                out.append(f"<div>{text}</div>" if line == "div" else f"<p>{text}</p>")
            elif kind == "line":
                text = esc(node[1])
                out.append({"p": f"<p>{text}</p>", "div": f'<div class="meta">{text}</div>', "span_br": f"<span>{text}</span><br>"}[line])
            elif kind == "li":
                out.append(f"<li>{esc(node[1])}</li>")
            elif kind == "row":
                out.append("<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in node[1]) + "</tr>")
            elif kind in ("kv", "under"):
                a, b = esc(node[1]), esc(node[2])
                style = kv if kind == "kv" else under
                out.append({
                    "strong": f"<p><strong>{a}:</strong> {b}</p>", "p": f"<p>{a}: {b}</p>", "dl": f"<dt>{a}</dt><dd>{b}</dd>", "span": f'<div><span class="label">{a}</span> <span>{b}</span></div>',
                    "div2": f"<div>{a}</div><div>{b}</div>" if kind == "under" else f"<div>{a}:</div><div>{b}</div>", "b_colon": f"<b>{a}</b>: {b}<br>", "table": f"<tr><td>{a}</td><td>{b}</td></tr>", "li": f"<li>{a}: {b}</li>", "th": f"<tr><th>{a}:</th><td>{b}</td></tr>",
                    "h4": f"<h4>{a}</h4><p>{b}</p>", "label": f'<div><div class="field-label">{a}</div><div>{b}</div></div>', "p2": f"<p>{a}</p><p>{b}</p>",
                }[style])
        if open_list:
            out.append(f"</{open_list}>")
        joint = rng.choice(["\n", ""])
        return f"<!DOCTYPE html><html><head>{head}</head><body>{joint.join(out)}</body></html>"

    def text(self, nodes: list[Node], form: str) -> str:
        rng = self.rng
        markdown = form == "markdown"
        bullet = rng.choice(["- ", "* ", "• ", "- ", "– ", " - "])
        blank = rng.random() < 0.6
        caps = rng.random() < 0.3
        kv = rng.choice(["{}: {}", "{}: {}", "{}:\t{}", "{} : {}", "{}:\n{}"])
        if markdown:
            kv = rng.choice(["**{}**: {}", "**{}:** {}", "- {}: {}", "| {} | {} |", "{}: {}"])
        out = []
        for node in nodes:
            kind = node[0]
            if kind in ("title", "og", "nav"):
                continue
            if kind == "h1":
                out.append(("# " if markdown else "") + node[1])
            elif kind in ("h2", "h3"):
                head = node[1].upper() if caps and OPEN not in node[1] else node[1]
                out.append("")
                out.append(rng.choice(["## ", "### "]) + head if markdown and rng.random() < 0.7 else f"**{head}**" if markdown else head)
                if blank:
                    out.append("")
            elif kind == "li":
                out.append(bullet + node[1])
                if blank and bullet == "* ":
                    out.append("")
            elif kind == "row":
                out.append((" | " if markdown or len(node[1]) > 2 else ": ").join(node[1]))
            elif kind == "kv":
                out.append(kv.format(node[1], node[2]))
            elif kind == "under":
                out.append(f"{node[1]}{rng.choice(['', ':'])}\n{node[2]}")
            else:
                out.append(node[1])
                if kind == "p" or blank:
                    out.append("")
        return "\n".join(out)


def main() -> None:
    """Writes pages until the count, for ever with 0, or until nobody reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=["train", "valid"], default="train")
    parser.add_argument("--real", type=float, default=0.25, help="share of real postings")
    options = parser.parse_args()
    pools = json.loads(options.pools.read_text(encoding="utf-8"))
    rng = random.Random(f"{options.split} {options.seed}")
    writer, real = Writer(rng, pools), Real(rng, pools, options.split)
    families = {name: weight for name, weight in Writer.FAMILIES.items() if (name in Writer.HELD_OUT) == (options.split == "valid")}
    names, weights = list(families), list(families.values())
    drawn: list[dict] = []
    number = 0
    write: Callable[[str], int] = sys.stdout.write
    while options.count == 0 or number < options.count:
        number += 1
        if rng.random() < options.real:
            drawn = drawn or real.draw()
            record = drawn.pop()
            page = {"id": f"{record['id']}-{options.seed}-{number}", "family": f"real-{record['source']}", **real.page({**record, "alt": dict(record.get("alt") or {})})}
        else:
            family = rng.choices(names, weights)[0]
            form = rng.choices(["html", "text", "markdown"], [55, 32, 13])[0]
            source, unknown = writer.page(family, form)
            page = {"id": f"{options.split}-{options.seed}-{number}", "family": family, "html" if form == "html" else "text": source, "unknown": unknown}
        try:
            write(json.dumps(page, ensure_ascii=False) + "\n")
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
