"""Invents the facts of a job posting: names that hardly ever repeat, and money, dates and numbers in many spellings."""

from __future__ import annotations

import datetime
import random
import re

CHOICES = re.compile(r"\{([^{}]*)\}")


def spin(rng: random.Random, text: str) -> str:
    """Replaces every `{a|b|c}`, innermost first, by one of its choices."""
    while True:
        found = CHOICES.search(text)
        if not found:
            return text
        text = text[: found.start()] + rng.choice(found.group(1).split("|")) + text[found.end() :]


ONSETS = "b br c ch cl cr d dr f fl fr g gl gr h j k kl kn kr l m n p ph pl pr qu r s sc sch sh sk sl sm sn sp st str t th tr v w x y z".split()
VOWELS = "a a a e e e i i o o u y ae ai au ea ee ei ia ie io oa oo ou ö ü ä é è ø å í".split()
CODAS = ["", "", "", "", "n", "r", "l", "s", "t", "m", "k", "ck", "nd", "ng", "rt", "st", "x", "th", "sch", "ff", "rn", "ld", "ž", "ş", "ř"]


def syllables(rng: random.Random, low: int = 1, high: int = 3) -> str:
    """An invented word in lower case."""
    plain = rng.random() < 0.85
    word = ""
    for _ in range(rng.randint(low, high)):
        vowels = VOWELS[:20] if plain else VOWELS
        codas = CODAS[:-3] if plain else CODAS
        word += rng.choice(ONSETS) + rng.choice(vowels) + rng.choice(codas)
    return word[:13]


def invented(rng: random.Random) -> str:
    """An invented name with a capital."""
    word = syllables(rng, 1, 3)
    return word[:1].upper() + word[1:]


SURNAME_ENDS = ["son", "sen", "mann", "berg", "stein", "ski", "sky", "ova", "ez", "ini", "elli", "ton", "ley", "well", "man", "ard", "eau", "ier", "ov", "ić", "oğlu", "nen", "wood", "field", "bauer", "meyer"]
GIVEN = "Anna Ben Carla David Elena Femi Grace Hugo Ines Jamal Kofi Lena Maria Nora Omar Priya Quentin Rosa Sven Tara Uma Viktor Wei Yusuf Zoe".split()
INDUSTRY = "Bank Bau Biotech Builders Care Capital Catering Clinic Clinics Cloud Consulting Dental Design Digital Dynamics Electric Energy Engineering Farms Finance Foods Foundation Freight Games Group Health Healthcare Holdings Hotels Industries Innovations Insurance Interactive Labs Law Learning Logistics Manufacturing Marine Media Medical Mobility Motors Networks Optics Partners Pharma Plastics Power Properties Publishing Recruitment Research Retail Robotics School Schools Security Services Software Solar Solutions Staffing Steel Studio Studios Systems Technologies Technology Telecom Textiles Therapeutics Trading Transport Travel University Ventures Water Works".split()
SUFFIX = ["Inc", "Inc.", "LLC", "Ltd", "Ltd.", "Limited", "GmbH", "AG", "SE", "KG", "GmbH & Co. KG", "S.A.", "SA", "SAS", "S.L.", "B.V.", "BV", "AB", "AS", "Oy", "Pty Ltd", "PLC", "plc", "Corp", "Corp.", "Corporation", "Co.", "& Co", "LLP", "e.V.", "Pvt Ltd", "S.p.A.", "Sp. z o.o.", "Kft."]
PUBLIC = ["County", "County Council", "City Council", "School District", "Department of <C>", "Public Library", "Water Authority", "Housing Authority", "Community College", "State University", "Hospital", "Medical Center", "Regional Hospital", "Fire Department", "Transit Authority", "Port Authority", "Parks and Recreation", "Board of Elections", "Sheriff's Office", "Credit Union", "Church", "Museum"]
SCRIPTS = ["株式会社", "有限公司", "Компания", "Группа", "شركة", "חברת"]
KANJI = "東京大山川田中本村上下北南西日月星光海空風雲花木林森石玉金銀"
CYRILLIC = "абвгдежзиклмнопрстуфхцчшюя"


def surname(rng: random.Random) -> str:
    """An invented family name."""
    word = syllables(rng, 1, 2) + rng.choice(SURNAME_ENDS)
    return word[:1].upper() + word[1:14]


class Values:
    """Draws values with the words of the training texts."""

    def __init__(self, rng: random.Random, pools: dict) -> None:
        self.rng = rng
        self.pools = pools

    def word(self) -> str:
        """A word with a capital, invented or of the texts."""
        rng = self.rng
        draw = rng.random()
        if draw < 0.35:
            return rng.choice(self.pools["lower"]).capitalize()
        if draw < 0.55:
            return rng.choice(self.pools["capital"])
        if draw < 0.62:
            return rng.choice(self.pools["odd"])
        return invented(rng)

    def acronym(self) -> str:
        """Two to five capitals."""
        return "".join(self.rng.choice("ABCDEFGHIJKLMNOPRSTUVWXZ") for _ in range(self.rng.randint(2, 5)))

    def company(self) -> str:
        """An employer."""
        rng = self.rng
        draw = rng.random()
        if draw < 0.10:
            return self.word()
        if draw < 0.16:
            name = invented(rng)
            return rng.choice([name + ".io", name + ".ai", name.lower(), name + rng.choice(INDUSTRY), name.upper(), name + ".com", "The " + name + " Company", name + "ly", name + "HQ", self.word() + name])
        if draw < 0.36:
            name = f"{self.word()} {self.word()}"
        elif draw < 0.54:
            name = f"{self.word()} {rng.choice(INDUSTRY)}"
        elif draw < 0.60:
            name = f"{surname(rng)} {rng.choice(['&', 'and', '+'])} {surname(rng)}"
        elif draw < 0.66:
            name = f"{surname(rng)} {rng.choice(['Brothers', 'Bros.', '& Sons', '& Co', 'Family', 'Associates', 'Partners', 'Gruppe', 'Group'])}"
        elif draw < 0.72:
            name = self.acronym()
        elif draw < 0.76:
            name = f"{self.acronym()} {rng.choice(INDUSTRY)}"
        elif draw < 0.88:
            public = rng.choice(PUBLIC).replace("<C>", self.word())
            if "Department" in public and rng.random() < 0.7 or rng.random() < 0.15:
                return rng.choice(["{}", "State of {}", "{} State"]).format(invented(rng)) + " " + public
            return rng.choice([f"{self.place_name()} {public}", f"City of {self.place_name()}", f"County of {self.place_name()}", f"University of {self.place_name()}", f"Stadt {self.place_name()}", f"Town of {self.place_name()}", f"{self.place_name()} University"])
        elif draw < 0.90:
            word = "".join(rng.choice(KANJI) for _ in range(rng.randint(2, 3))) if rng.random() < 0.5 else "".join(rng.choice(CYRILLIC) for _ in range(rng.randint(4, 8))).capitalize()
            return rng.choice(SCRIPTS[:4]) + rng.choice(["", " "]) + word
        else:
            name = f"{self.word()} {rng.choice(['of', 'for', 'in', '&', '-', 'x', 'by', 'at'])} {self.word()}"
        if rng.random() < 0.05:
            name = name.upper()
        if rng.random() < 0.28:
            name += rng.choice([" ", " ", ", "]) + rng.choice(SUFFIX)
        return name

    def place_name(self) -> str:
        """A town, invented nearly always."""
        rng = self.rng
        draw = rng.random()
        if draw < 0.09:
            return rng.choice(REAL_PLACES)
        if draw < 0.50:
            return invented(rng)
        if draw < 0.75:
            stem = syllables(rng, 1, 2)
            end = rng.choice("ville burg burgh ton town ham field ford wood land bridge port mouth stadt dorf heim hausen brück furt bach grad ovo ino hagen borg stad by mere dale minster pool bury chester court ac polis abad pur nagar".split())
            return (stem + end)[:1].upper() + (stem + end)[1:16]
        first = rng.choice("New|San|Santa|St.|Saint|Lake|Port|Fort|North|South|East|West|Upper|Lower|Mount|Bad|Le|La|Los|El|Old|Grand|Big|Little|Sankt|Ciudad|Great|Royal|Cape|Glen|Den|Nova".split("|"))
        return f"{first} {invented(rng)}"

    def location(self) -> str:
        """A place of work as pages write it."""
        rng = self.rng
        city = self.place_name()
        country = rng.choice(COUNTRIES) if rng.random() < 0.8 else invented(rng) + rng.choice(["ia", "land", "stan", ""])
        state = rng.choice(STATES)
        draw = rng.random()
        if draw < 0.24:
            return f"{city}, {state[0]}"
        if draw < 0.31:
            return f"{city}, {state[1]}"
        if draw < 0.36:
            return f"{city}, {state[0]} {rng.randint(10000, 99999)}"
        if draw < 0.54:
            return f"{city}, {country}"
        if draw < 0.70:
            return city
        if draw < 0.74:
            return f"{rng.randint(1000, 99999)} {city}"
        if draw < 0.79:
            return f"{city}, {state[1]}, {rng.choice(['United States', 'USA', 'US', 'United States of America'])}"
        if draw < 0.82:
            return f"{city} ({country})"
        if draw < 0.85:
            return f"{rng.randint(1, 990)} {invented(rng)} {rng.choice(['Street', 'St', 'Ave', 'Road', 'Blvd', 'Lane', 'Way'])}, {city}, {state[0]}"
        if draw < 0.87:
            return f"Greater {city} Area"
        if draw < 0.89:
            return f"{rng.choice(['Downtown', 'Central', 'near', 'Metro'])} {city}"
        if draw < 0.91:
            return country
        if draw < 0.93:
            return f"{country} - {city}"
        if draw < 0.95:
            return f"{city} / {self.place_name()}"
        if draw < 0.97:
            return f"{city}, {state[0]}; {self.place_name()}, {rng.choice(STATES)[0]}"
        return f"{city} {rng.choice(['or', 'and', '&', '|', '+'])} {self.place_name()}"

    def title(self) -> tuple[str, str]:
        """Name of the job and the words in it that give its level, if any."""
        rng = self.rng
        lang = rng.random()
        draw = rng.random()
        if lang < 0.05:
            core = rng.choice(GERMAN_HEADS)
            core = rng.choice([core, f"{core} {self.word()}", f"{core} für {self.word()}", f"{core} {rng.choice(['Bereich', 'Abteilung'])} {self.word()}", self.word() + "-" + core.split("/")[0]])
            core += rng.choice(["", " (m/w/d)", " (m/w/d)", " (w/m/d)", " (all genders)", " (m/f/d)", " m/w/d", " (d/m/w)"])
            level = rng.choice(["", "", "", "Senior ", "Junior "])
            return level + core, level.strip()
        if lang < 0.08:
            core = rng.choice(ROMANCE_HEADS)
            return rng.choice([core, f"{core} {self.word()}", f"{core} {self.word()} (H/F)", f"{core} (H/F)", f"{core} de {self.word()}"]), ""
        head = rng.choice(HEADS) if rng.random() < 0.75 else rng.choice([self.word(), syllables(rng, 1, 3).capitalize() + rng.choice(["er", "ist", "or", "ian", "ant"]), rng.choice(self.pools["lower"]).capitalize() + rng.choice(["er", "ist", "or", " Worker"])])
        if draw < 0.10:
            core = head
        elif draw < 0.55:
            core = f"{self.field_word()} {head}"
        elif draw < 0.75:
            core = f"{self.field_word()} {self.field_word()} {head}"
        elif draw < 0.80:
            core = f"{self.field_word()} & {self.field_word()} {head}"
        elif draw < 0.84:
            core = f"{head}, {self.field_word()}"
        elif draw < 0.88:
            core = f"{head} of {self.field_word()}"
        elif draw < 0.91:
            core = f"{self.field_word()}/{self.field_word()} {head}"
        elif draw < 0.94:
            core = f"{head} - {self.field_word()} {self.field_word()}"
        elif draw < 0.96:
            core = f"{head} ({self.field_word()})"
        else:
            core = f"{self.acronym()} {head}"
        level = ""
        draw = rng.random()
        if draw < 0.30:
            level = rng.choice(LEVEL_TITLES)
            core = f"{level} {core}"
        elif draw < 0.34:
            level = rng.choice(["Intern", "Internship", "Trainee", "Apprentice"])
            core = f"{core} {level}"
        if rng.random() < 0.10:
            core += rng.choice([" I", " II", " III", " IV", " 2", " - Nights", " (Night Shift)", f", {self.field_word()} Team", f" - {self.field_word()}", f" ({self.acronym()})", " (f/m/x)", " GS-12", f" {rng.randint(1, 3)}", " (Bilingual)", f" @ {self.field_word()}"])
        case = rng.random()
        if case < 0.07:
            core, level = core.upper(), level.upper()
        elif case < 0.10:
            core, level = core.lower(), level.lower()
        elif case < 0.12:
            core, level = core[:1].upper() + core[1:].lower(), level if core.startswith(level) and " " not in level and level.istitle() else ""
            if level and level not in core:
                level = level.lower() if level.lower() in core else ""
        return core, level if level in core else ""

    def field_word(self) -> str:
        """A word that narrows a job down."""
        rng = self.rng
        return rng.choice(AREAS) if rng.random() < 0.45 else self.word()

    def skill(self) -> str:
        """A skill to ask for."""
        rng = self.rng
        draw = rng.random()
        if draw < 0.5:
            return rng.choice(SKILLS)
        if draw < 0.7:
            return rng.choice(self.pools["odd"])
        if draw < 0.8:
            return invented(rng) + rng.choice(["", "", ".js", "DB", " Cloud", " 365", "SQL", " Pro"])
        if draw < 0.9:
            return rng.choice(self.pools["lower"]) + " " + rng.choice(["management", "analysis", "skills", "design", "planning", "testing", "writing", "maintenance", "operation", "techniques"])
        return self.word()

    def job_id(self) -> str:
        """A number of a posting."""
        rng = self.rng
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 8)))
        return rng.choice([
            digits, digits, digits, f"R{digits}", f"REQ-{digits}", f"JR{digits}", f"{self.acronym()}-{digits}", f"{rng.randint(2015, 2026)}-{digits}", f"{self.acronym()}{digits}", f"#{digits}", f"REQ{digits}", f"{digits}BR", f"{self.acronym()}-{rng.randint(19, 26)}-{digits}", f"{digits[:3]}-{digits[-3:]}", f"P{digits}-{rng.randint(1, 99)}", f"{self.acronym().lower()}{digits}", f"{digits}/{rng.randint(20, 26)}", f"J{digits}-{self.acronym()}",
        ])

    def date(self, lang: str = "en") -> str:
        """A day in one of many spellings; most are unambiguous."""
        rng = self.rng
        day = datetime.date(2005, 1, 1) + datetime.timedelta(days=rng.randrange(365 * 22))
        d, m, y = day.day, day.month, day.year
        if lang == "de":
            month = GERMAN_MONTHS[m - 1]
            return rng.choice([f"{d:02}.{m:02}.{y}", f"{d}. {month} {y}", f"{d}.{m}.{y}", f"{d}. {month} {y}"])
        if lang in ("fr", "es"):
            month = (FRENCH_MONTHS if lang == "fr" else SPANISH_MONTHS)[m - 1]
            return rng.choice([f"{d} {month} {y}" if lang == "fr" else f"{d} de {month} de {y}", f"{d:02}/{m:02}/{y}"])
        month, short = ENGLISH_MONTHS[m - 1], ENGLISH_MONTHS[m - 1][:3]
        weekday = day.strftime("%A")
        suffix = "th" if 10 <= d % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
        text = rng.choice([
            f"{month} {d}, {y}", f"{month} {d}, {y}", f"{short} {d}, {y}", f"{d} {month} {y}", f"{d} {short} {y}", f"{y}-{m:02}-{d:02}", f"{m:02}/{d:02}/{y}", f"{m}/{d}/{y}", f"{d:02}/{m:02}/{y}", f"{weekday}, {month} {d}, {y}", f"{d}{suffix} {month} {y}", f"{month} {d}{suffix}, {y}", f"{d}-{short}-{y}", f"{short} {d} {y}", f"{m:02}-{d:02}-{y % 100:02}", f"{weekday} {d} {month} {y}", f"{short}. {d}, {y}", f"{y}/{m:02}/{d:02}", f"{d}.{m}.{y}", f"{m:02}-{d:02}-{y}",
        ])
        return text.upper() if rng.random() < 0.06 else text

    def posted(self, lang: str = "en") -> str:
        """A date of publication; now and then counted back from today."""
        rng = self.rng
        if rng.random() > 0.25:
            return self.date(lang)
        number = rng.randint(1, 30)
        if lang == "de":
            return rng.choice([f"vor {number} Tagen", "heute", f"vor {rng.randint(2, 5)} Wochen"])
        if lang != "en":
            return self.date(lang)
        return rng.choice([f"{number} days ago", f"{number}d ago", "today", "yesterday", f"{rng.randint(2, 6)} weeks ago", "1 week ago", f"{rng.randint(2, 23)} hours ago", "30+ days ago", "a day ago"])

    def salary(self, lang: str = "en") -> str:
        """Pay in words, with currency and period where they stand."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.58:
            base, periods, step = rng.randint(22, 240) * 1000, YEARLY, 1000
        elif kind < 0.82:
            base, periods, step = rng.randint(9, 95), HOURLY, 1
        else:
            base, periods, step = rng.randint(1200, 12000), MONTHLY, 100
        hourly = periods is HOURLY
        top = base + rng.randint(1, 40) * (step if not hourly else 1)
        currency = rng.choice(CURRENCIES)
        if lang in ("de", "fr", "es"):
            currency = rng.choice([("€", "after"), ("€", "before"), ("EUR ", "before"), (" Euro", "after"), ("CHF ", "before")])
            periods = {"de": {0: GERMAN_YEARLY, 1: GERMAN_HOURLY, 2: GERMAN_MONTHLY}, "fr": {0: [" par an", " brut annuel", "/an"], 1: ["/heure", " de l'heure"], 2: [" par mois", " brut/mois"]}, "es": {0: [" brutos al año", " anuales", "/año"], 1: ["/hora", " por hora"], 2: [" al mes", "/mes"]}}[lang][0 if periods is YEARLY else 1 if hourly else 2]
        style = rng.random()
        cents = hourly and rng.random() < 0.5 or rng.random() < 0.08
        exact = not hourly and rng.random() < 0.45
        if exact:
            base, top = base + rng.randint(0, 999), top + rng.randint(0, 999)
            top = max(top, base + 5)
        thousands = rng.choice([",", ",", ",", ",", "", " ", ".", "'", "’"]) if lang == "en" else rng.choice([".", ".", " ", ""])
        if currency[0].strip() not in ("€", "EUR", "CHF", "Euro", "kr", "SEK", "PLN"):
            thousands = rng.choice([",", ",", ",", ",", ",", ""])
        point = "," if thousands in (".", " ") else "."
        k = not hourly and base % 1000 == 0 and top % 1000 == 0 and rng.random() < 0.35

        def number(amount: int) -> str:
            if k:
                return f"{amount // 1000}{big}"
            text = f"{amount:,}".replace(",", thousands)
            return text + (f"{point}{rng.randint(0, 99):02}" if cents else "")

        big = rng.choice(["k", "k", "k", "K", ",000"])
        sign, place = currency

        def money(amount: str) -> str:
            return sign + amount if place == "before" else amount + (sign if sign.startswith(" ") else rng.choice(["", " "]) + sign)

        period = rng.choice(periods) if rng.random() < 0.72 else ""
        if style < 0.62:
            dash = rng.choice([" - ", "-", " – ", "–", " to ", " to ", " — ", "-", " and ", " through "])
            if lang != "en":
                dash = rng.choice([" - ", "-", " – ", " bis " if lang == "de" else " à " if lang == "fr" else " a "])
            low, high = number(base), number(top)
            joined = dash if dash not in (" and ",) else " to "
            if k and big != ",000" and rng.random() < 0.4:
                low = low[: -len(big)]
                words = money(f"{low}{joined.strip() if joined.strip() in '-–' else joined}{high}")
            elif rng.random() < 0.7 or place == "after":
                words = f"{money(low)}{joined}{money(high)}" if place == "before" or rng.random() < 0.4 else f"{low}{joined}{money(high)}"
            else:
                words = f"{money(low)}{joined}{high}"
        elif style < 0.80:
            words = money(number(base))
        elif style < 0.90:
            words = {"en": rng.choice(["up to ", "Up to ", "up to ", "max "]), "de": "bis zu ", "fr": "jusqu'à ", "es": "hasta "}[lang] + money(number(top))
        else:
            words = {"en": rng.choice(["from ", "starting at ", "starting from ", "From ", "at least "]), "de": "ab ", "fr": "à partir de ", "es": "desde "}[lang] + money(number(base))
            if lang == "en" and rng.random() < 0.2:
                words = money(number(base)) + rng.choice(["+", " +"])
        return words + period

    def years(self, lang: str = "en") -> str:
        """Years of experience asked for."""
        rng = self.rng
        n = rng.choice([1, 2, 2, 3, 3, 3, 4, 5, 5, 5, 6, 7, 8, 10, 12, 15])
        top = n + rng.randint(1, 5)
        word = NUMBERS[n] if n < len(NUMBERS) else str(n)
        if lang == "de":
            return rng.choice([f"mindestens {n} Jahre", f"{n} Jahre", f"{n}-{top} Jahre", f"mehrjährige, mindestens {n} Jahre"][:3])
        if lang == "fr":
            return rng.choice([f"{n} ans", f"minimum {n} ans", f"{n} à {top} ans"])
        if lang == "es":
            return rng.choice([f"{n} años", f"al menos {n} años", f"mínimo {n} años"])
        s = "" if n == 1 else "s"
        return rng.choice([
            f"{n}+ years", f"{n}+ years", f"{n}+ yrs", f"{n} years" if n > 1 else "1 year", f"{n}-{top} years", f"{n}–{top} years", f"{n} to {top} years", f"at least {word} year{s}", f"at least {n} year{s}", f"At least {n} year{s}", f"minimum of {n} years", f"Minimum {n} years", f"{word} ({n}) year{s}", f"{word.capitalize()} year{s}", f"minimum {word} year{s}", f"{n} or more years", f"{n} + years", f"{word} or more years", f"{n}-{top} yrs", f"{word.capitalize()} ({n}) or more years",
        ])

    def education(self, lang: str = "en") -> str:
        """A degree asked for."""
        rng = self.rng
        if lang == "de":
            return rng.choice(["abgeschlossenes Studium", "abgeschlossene Berufsausbildung", "Abgeschlossenes Hochschulstudium", "abgeschlossene kaufmännische Ausbildung", "Masterabschluss", "Bachelor oder Master", "abgeschlossene Ausbildung als " + rng.choice(GERMAN_HEADS).split("/")[0]])
        if lang == "fr":
            return rng.choice(["Bac+5", "Bac +3", "diplôme d'ingénieur", "Master", "Diplôme universitaire", "BTS"])
        if lang == "es":
            return rng.choice(["Licenciatura", "Grado universitario", "título universitario", "Ingeniería", "Formación Profesional"])
        area = rng.choice(STUDIES) if rng.random() < 0.6 else self.rng.choice(self.pools["lower"]) + rng.choice(["", " studies", " science", " engineering"])
        if rng.random() < 0.5:
            area = area.title()
        degree = rng.choice(["Bachelor's degree", "Bachelor’s degree", "bachelor's degree", "Bachelors degree", "Bachelor degree", "BS", "BA", "B.S.", "B.A.", "BSc", "BA/BS", "BS/MS", "Master's degree", "Master’s degree", "master's degree", "MSc", "MS", "M.S.", "MBA", "PhD", "Ph.D.", "Associate degree", "Associate's degree", "Master of Science", "Bachelor of Arts", "Bachelor of Science", "Doctorate", "MD", "Bachelor's or Master's degree", "Undergraduate degree", "College degree", "Bachelor's Degree", "4-year degree", "four-year degree", "university degree", "University degree", "advanced degree", "Graduate degree", "Postgraduate qualification"])
        other = rng.choice(["High school diploma", "High school diploma or GED", "high school diploma or equivalent", "High School Diploma/GED", "GED", "HS diploma", "Vocational training", "GCSEs", "Graduation from an accredited college or university", "Some college", "Secondary school diploma", "Trade school certificate", "Completion of the twelfth grade", "Graduation from high school"])
        if rng.random() < 0.25:
            return other
        tail = rng.random()
        if tail < 0.5:
            degree += f" in {area}"
            if rng.random() < 0.3:
                degree += rng.choice([" or related field", " or a related field", " or similar", " or equivalent", f" or {rng.choice(STUDIES)}"])
        elif tail < 0.6:
            degree += rng.choice([" or equivalent", " or higher", " required"][:2])
        elif tail < 0.66:
            degree = rng.choice(["Accredited ", "Completed "]) + degree
        return degree


ENGLISH_MONTHS = "January February March April May June July August September October November December".split()
GERMAN_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
SPANISH_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
NUMBERS = "zero one two three four five six seven eight nine ten".split()
CURRENCIES = [("$", "before")] * 10 + [("£", "before")] * 3 + [("€", "before"), ("€", "before"), ("€", "after"), ("USD ", "before"), ("US$", "before"), ("CHF ", "before"), ("A$", "before"), ("CAD ", "before"), ("C$", "before"), ("EUR ", "before"), (" EUR", "after"), (" USD", "after"), ("₹", "before"), ("AUD ", "before"), ("GBP ", "before"), (" SEK", "after"), (" PLN", "after"), ("S$", "before"), ("$ ", "before"), ("€ ", "before")]
YEARLY = [" per year", " per year", "/year", " a year", " annually", " per annum", " p.a.", "/yr", " yearly", " Annually", " USD per year", "/annum", " / year", " pa", " Per Year"]
HOURLY = [" per hour", " per hour", "/hour", "/hr", " an hour", " hourly", " per hr", "/h", " / hour", " Hourly", " Per Hour", " p/h"]
MONTHLY = [" per month", "/month", " a month", " monthly", "/mo", " per month gross", " / month", " Monthly"]
GERMAN_YEARLY = [" brutto/Jahr", " pro Jahr", " im Jahr", " p.a.", " brutto p.a.", " jährlich", " Jahresgehalt"]
GERMAN_MONTHLY = [" brutto/Monat", " pro Monat", " im Monat", " brutto im Monat", " monatlich", "/Monat"]
GERMAN_HOURLY = [" pro Stunde", "/Stunde", " Stundenlohn", " die Stunde"]
LEVEL_TITLES = ["Senior"] * 10 + ["Sr.", "Sr", "Sr.", "Junior", "Junior", "Junior", "Jr.", "Jr", "Lead", "Lead", "Lead", "Principal", "Principal", "Director,", "Director of", "Head of", "Head of", "VP of", "VP,", "Vice President,", "Chief", "Chief", "Executive", "Entry Level", "Entry-Level", "Graduate", "Trainee", "Apprentice", "Associate", "Associate", "Mid-level", "Mid-Level", "Intermediate", "Mid", "Expert", "Director"]
LEVELS = {
    "senior": "senior", "sr.": "senior", "sr": "senior", "expert": "senior", "junior": "entry", "jr.": "entry", "jr": "entry", "lead": "lead",
    "principal": "lead", "director,": "lead", "director of": "lead", "director": "lead", "head of": "lead", "vp of": "executive", "vp,": "executive",
    "vice president,": "executive", "chief": "executive", "executive": "executive", "entry level": "entry", "entry-level": "entry", "graduate": "entry",
    "trainee": "entry", "apprentice": "entry", "intern": "entry", "associate": "mid", "mid-level": "mid", "intermediate": "mid", "mid": "mid",
}
LEVEL_LINES = {
    "entry": ["Entry level", "Entry Level", "Junior", "entry-level", "Graduate", "Junior level", "Entry-Level (0-1 years)"[:11]],
    "mid": ["Mid level", "Mid-Senior level"[:3] + " level", "Intermediate", "Associate", "Mid-level", "Mid-Level", "Mid-Senior level"],
    "senior": ["Senior", "Senior level", "Senior Level", "Expert"],
    "lead": ["Director", "Lead", "Principal", "Director level"],
    "executive": ["Executive", "Executive level", "C-level", "VP"],
}
JOB_TYPES = {
    "full_time": ["Full-time", "Full-time", "Full-Time", "Full time", "Full Time", "full-time", "full time", "FULL-TIME", "FULL TIME", "FULLTIME", "Fulltime", "Permanent, full-time", "Full-time, permanent", "Regular Full-Time", "Full-time (40 hours per week)", "Permanent full time", "Full-time employee"],
    "part_time": ["Part-time", "Part-Time", "Part time", "part-time", "Part Time", "PART-TIME", "Part-time (20 hours per week)", "Part-time, 25 hrs/week", "Permanent part-time", "half-time"],
    "contract": ["Contract", "Contract", "contract", "Temporary", "Fixed-term", "Fixed term contract", "CONTRACT", "Contractor", "Contract (6 months)", "Temporary, 12 months", "12-month contract", "Seasonal", "Contract-to-hire", "Temp"],
    "internship": ["Internship", "Intern", "internship", "INTERNSHIP", "Paid internship", "Summer internship", "Internship / Co-op"],
    "freelance": ["Freelance", "freelance", "Freelancer", "FREELANCE", "Self-employed"],
}
GERMAN_TYPES = {"full_time": ["Vollzeit", "in Vollzeit", "Vollzeit, unbefristet"], "part_time": ["Teilzeit", "in Teilzeit", "Teilzeit (20 Std./Woche)"], "contract": ["befristet", "befristeter Vertrag"], "internship": ["Praktikum", "Praktikant"], "freelance": ["freiberuflich", "Freelancer"]}
FRENCH_TYPES = {"full_time": ["temps plein", "Temps plein"], "part_time": ["temps partiel", "Temps partiel"], "contract": ["CDD", "CDD 6 mois"], "internship": ["Stage"], "freelance": ["Freelance"]}
SPANISH_TYPES = {"full_time": ["jornada completa", "Jornada completa", "tiempo completo"], "part_time": ["media jornada"], "contract": ["temporal", "contrato temporal"], "internship": ["prácticas"], "freelance": ["autónomo"]}
REMOTES = {
    "remote": ["Remote", "Remote", "remote", "REMOTE", "Fully remote", "100% remote", "Work from home", "Remote (US only)", "Remote OK", "REMOTE (EU)", "Remote-first", "Work from anywhere", "Virtual", "Fully Remote", "Remote - Worldwide", "Virtual (100% Remote)", "remote friendly"],
    "hybrid": ["Hybrid", "hybrid", "Hybrid", "HYBRID", "Hybrid (3 days in office)", "Hybrid working", "Hybrid remote", "3 days per week in the office", "2 days a week in office", "Hybrid - 2 days onsite", "partially remote"],
    "onsite": ["On-site", "Onsite", "onsite", "ONSITE", "ONSITE", "On site", "In-office", "In office", "Office-based", "In person", "In-person", "on-site only", "ONSITE ONLY", "On-Site"],
}
GERMAN_REMOTES = {"remote": ["Remote", "100% Homeoffice", "Home-Office"], "hybrid": ["Hybrid", "hybrides Arbeiten"], "onsite": ["vor Ort", "Vor Ort"]}
STATES = [("AL", "Alabama"), ("AZ", "Arizona"), ("CA", "California"), ("CO", "Colorado"), ("CT", "Connecticut"), ("DC", "District of Columbia"), ("FL", "Florida"), ("GA", "Georgia"), ("IA", "Iowa"), ("IL", "Illinois"), ("IN", "Indiana"), ("KS", "Kansas"), ("KY", "Kentucky"), ("MA", "Massachusetts"), ("MD", "Maryland"), ("ME", "Maine"), ("MI", "Michigan"), ("MN", "Minnesota"), ("MO", "Missouri"), ("NC", "North Carolina"), ("NH", "New Hampshire"), ("NJ", "New Jersey"), ("NM", "New Mexico"), ("NV", "Nevada"), ("NY", "New York"), ("OH", "Ohio"), ("OK", "Oklahoma"), ("OR", "Oregon"), ("PA", "Pennsylvania"), ("RI", "Rhode Island"), ("SC", "South Carolina"), ("TN", "Tennessee"), ("TX", "Texas"), ("UT", "Utah"), ("VA", "Virginia"), ("VT", "Vermont"), ("WA", "Washington"), ("WI", "Wisconsin"), ("ON", "Ontario"), ("BC", "British Columbia"), ("QC", "Quebec"), ("NSW", "New South Wales"), ("VIC", "Victoria")]
COUNTRIES = "Germany|UK|United Kingdom|France|Spain|Netherlands|The Netherlands|Poland|Italy|Ireland|Switzerland|Austria|Sweden|Norway|Denmark|Finland|Portugal|Canada|Australia|New Zealand|India|Singapore|Japan|Brazil|Mexico|USA|United States|Belgium|Czech Republic|Israel|South Africa|Kenya|Philippines|England|Scotland|Deutschland|Österreich|Schweiz".split("|")
REAL_PLACES = "Berlin|London|Paris|Munich|Hamburg|Amsterdam|New York|San Francisco|Boston|Chicago|Austin|Seattle|Toronto|Vancouver|Dublin|Zurich|Vienna|Barcelona|Madrid|Lisbon|Warsaw|Prague|Stockholm|Oslo|Copenhagen|Helsinki|Sydney|Melbourne|Singapore|Tokyo|Bangalore|Mumbai|São Paulo|Mexico City|Washington|Denver|Portland|Atlanta|Houston|Dallas|Phoenix|Philadelphia|San Diego|Los Angeles|Minneapolis|Detroit|Miami|Nashville|Köln|Leipzig|Lyon|Milan|Rome|Manchester|Leeds|Edinburgh|Glasgow|Bristol|Cambridge|Oxford|Palo Alto|Mountain View|Brooklyn".split("|")
HEADS = "Engineer|Engineer|Developer|Developer|Manager|Manager|Analyst|Specialist|Coordinator|Assistant|Technician|Supervisor|Consultant|Designer|Architect|Scientist|Administrator|Officer|Representative|Clerk|Nurse|Teacher|Driver|Operator|Mechanic|Electrician|Inspector|Planner|Buyer|Accountant|Auditor|Attorney|Paralegal|Librarian|Editor|Writer|Producer|Recruiter|Trainer|Instructor|Professor|Lecturer|Researcher|Fellow|Chemist|Biologist|Therapist|Physician|Pharmacist|Dentist|Counselor|Social Worker|Caseworker|Dispatcher|Cashier|Barista|Chef|Cook|Server|Bartender|Housekeeper|Custodian|Janitor|Guard|Firefighter|Lifeguard|Warehouse Associate|Picker|Packer|Loader|Foreman|Superintendent|Surveyor|Drafter|Estimator|Welder|Machinist|Plumber|Carpenter|Painter|Roofer|Gardener|Groundskeeper|Groomer|Agent|Broker|Advisor|Banker|Teller|Underwriter|Actuary|Economist|Statistician|Strategist|Marketer|Copywriter|Product Manager|Project Manager|Program Manager|Account Manager|Account Executive|Sales Representative|Customer Success Manager|Team Leader|Scrum Master|QA Tester|Data Engineer|Software Engineer|Site Reliability Engineer|DevOps Engineer|Full Stack Developer|Worker|Helper|Aide|Technologist|Interpreter|Translator|Curator|Archivist|Photographer|Videographer|Animator|Illustrator|Controller|Treasurer|Bookkeeper|Secretary|Receptionist|Generalist|Partner|Ranger|Deputy|Examiner|Investigator|Liaison|Coach|Tutor|Nanny Coordinator|Pilot|Captain|Steward|Detailer|Assembler|Fabricator|Tailor|Butcher|Baker".split("|")
GERMAN_HEADS = "Mitarbeiter/in|Sachbearbeiter|Sachbearbeiterin|Ingenieur|Entwickler|Softwareentwickler|Projektleiter|Teamleiter|Verkäufer|Kaufmann|Kauffrau|Pflegefachkraft|Erzieher/in|Lagerist|Elektroniker|Mechatroniker|Buchhalter|Assistenz|Referent|Berater|Vertriebsmitarbeiter|Techniker|Fahrer|Koch|Köchin|Monteur|Schlosser|Zerspanungsmechaniker|Controller|Einkäufer".split("|")
ROMANCE_HEADS = "Ingénieur|Développeur|Chef de projet|Comptable|Responsable|Technicien|Commercial|Infirmier|Assistant|Conducteur|Ingeniero|Desarrollador|Jefe de proyecto|Contable|Técnico|Comercial|Enfermero|Asistente|Conductor|Camarero|Analista".split("|")
AREAS = "Accounting|Backend|Frontend|Full Stack|Data|Cloud|Security|Network|Systems|Software|Hardware|Mobile|iOS|Android|Machine Learning|Marketing|Sales|Finance|Payroll|HR|Legal|Procurement|Supply Chain|Logistics|Warehouse|Production|Quality|Process|Electrical|Mechanical|Civil|Structural|Chemical|Environmental|Clinical|Medical|Dental|Pediatric|Surgical|Mental Health|Community|Youth|Public Health|Elections|Communications|Policy|Research|Education|Kindergarten|Mathematics|Music|Art|Kitchen|Front Desk|Customer Service|Customer Support|Technical Support|Field Service|Maintenance|Facilities|Fleet|Transit|Traffic|Water|Wastewater|Parks|Recreation|Library|Museum|Events|Retail|Store|Shift|Night|Product|UX|UI|Graphic|Content|Social Media|SEO|Brand|Growth|Business|Operations|Risk|Compliance|Audit|Tax|Investment|Credit|Insurance|Claims|Real Estate|Property|Construction|Project|Program|Strategy|Analytics|Database|DevOps|Platform|Infrastructure|Embedded|Firmware|Robotics|Automation|Controls|Manufacturing|Packaging|Food|Beverage|Laboratory|Regulatory|Safety|Training|Admissions|Student|Grants|Housing|Veterans|Volunteer|Partner|Vendor|Account|Territory|Regional|Industrial|Print|Animal|Forensic|Aviation|Marine|Rail".split("|")
SKILLS = "Python|Java|JavaScript|TypeScript|C++|C#|Go|Rust|Ruby|PHP|Kotlin|Swift|Scala|SQL|PostgreSQL|MySQL|MongoDB|Redis|Kafka|AWS|Azure|GCP|Docker|Kubernetes|Terraform|Linux|Git|React|Angular|Vue.js|Node.js|Django|Rails|Spring Boot|.NET|GraphQL|REST|HTML|CSS|Excel|Microsoft Office|Word|PowerPoint|Outlook|SAP|Salesforce|Tableau|Power BI|Jira|Figma|Photoshop|Illustrator|AutoCAD|SolidWorks|MATLAB|R|SPSS|SAS|Hadoop|Spark|Airflow|PyTorch|TensorFlow|machine learning|data analysis|project management|customer service|communication|negotiation|leadership|teamwork|time management|problem solving|budgeting|forecasting|bookkeeping|payroll|scheduling|welding|forklift operation|CPR|first aid|phlebotomy|patient care|teaching|curriculum design|copywriting|SEO|Google Analytics|QuickBooks|public speaking|German|French|Spanish|English|Mandarin|driving licence|food safety|inventory|CNC|blueprint reading|plumbing|HVAC|GIS|Agile|Scrum|CI/CD|Jenkins|Ansible|Bash|Perl|Elixir|Clojure|Haskell|Objective-C|Unity|Unreal|Redux|Webpack|Sass|Elasticsearch|Cassandra|DynamoDB|Snowflake|dbt|Looker|ETL|NLP|computer vision|statistics|A/B testing|penetration testing|SIEM|TCP/IP|Cisco|VMware|Active Directory|ServiceNow|Zendesk|HubSpot|Mailchimp".split("|")
STUDIES = "computer science|engineering|business|business administration|accounting|finance|nursing|education|public administration|political science|marketing|communications|mathematics|statistics|physics|chemistry|biology|economics|psychology|social work|public health|law|information technology|electrical engineering|mechanical engineering|civil engineering|graphic design|English|journalism|environmental science|human resources|data science|architecture|history".split("|")
