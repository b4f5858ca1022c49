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
import re
import sys
from collections.abc import Callable
from pathlib import Path

import values as V
from corpus import held_out
from values import Values, spin

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


HEAD = "company location job_type salary posted deadline job_id remote level"
LABELS = {
    "title": "Job Title|Position|Job title|Title|Position Title|Role|Vacancy|Job|Posting Title|Working Title|Job Name|Opening|POSITION|Position:|Classification|We're hiring a",
    "company": "Company|Employer|Organization|Organisation|Company Name|Agency|Hiring Organization|Business|Department/Agency|Institution|Firm|Client|Hiring company|COMPANY|Employer name|School|Posted by|Name of employer",
    "location": "Location|Job Location|Where|Work Location|City|Place of work|Location(s)|LOCATION|Office|Based in|Workplace|Duty Station|Primary Location|Duty location|Site|Place|Job location|Work site|City, State|Area",
    "salary": "Salary|Pay|Compensation|Salary Range|Pay Range|Rate|Wage|SALARY|Annual Salary|Pay Rate|Base Salary|Remuneration|Hiring Range|Starting Salary|Salary range|Estimated pay|Package|Base pay|Compensation range|Stipend|Hourly rate|Pay scale",
    "posted": "Posted|Date Posted|Posted on|Posting Date|Published|Open Date|Opening Date|Date posted|Posted Date|Listed|Added|Advertised|Publish date|Issue date|Date opened|Online since|POSTED",
    "deadline": "Deadline|Closing Date|Apply by|Application Deadline|Closes|Closing date|Applications close|Last day to apply|Close Date|Expires|Filing deadline|Final date for applications|Closing|Apply before|CLOSING DATE|Valid through|End date|Application closing date",
    "job_id": "Job ID|Requisition ID|Req #|Reference|Ref|Job Number|Job Code|Class Code|Reference Number|Requisition Number|Posting Number|Vacancy ID|Job #|Announcement Number|Req ID|Position Number|Job Ref|Ref. no.|Posting ID|JOB ID|Vacancy number|Job requisition ID|Control Number",
    "years": "Experience|Years of Experience|Required Experience|Experience Required|Minimum experience|Work experience|EXPERIENCE",
    "education": "Education|Minimum Education|Education Required|Degree|Qualification|Education level|EDUCATION|Required education|Academic requirements|Minimum education level",
    "job_type": "Job Type|Employment Type|Type|Contract Type|Employment|Schedule|Work Schedule|Job type|Employment type|Position Type|Contract|Working hours|Status|Time Type|Appointment type|Hours|JOB TYPE|Type of employment|Work type|Terms of employment",
    "remote": "Remote|Workplace type|Work Mode|Work arrangement|Remote status|Working model|Remote/On-site|Workplace|Work model|Remote?|Arrangement|Location type|WORK MODE|Telework",
    "level": "Seniority|Seniority level|Experience Level|Level|Career Level|Career level|Job level|Experience level|SENIORITY|Position level",
    "skills": "Skills|Tech stack|Technologies|Key skills|Required Skills|Stack|Tools|Skills required|Keywords|Core skills|Skills & tools|We use|Technical skills|Competencies",
}
GERMAN_LABELS = {"title": "Stelle|Position|Stellenbezeichnung|Beruf", "company": "Unternehmen|Arbeitgeber|Firma", "location": "Standort|Arbeitsort|Ort|Einsatzort", "salary": "Gehalt|Vergütung|Verdienst|Bezahlung", "posted": "Veröffentlicht|Veröffentlicht am|Online seit|Eingestellt am", "deadline": "Bewerbungsfrist|Bewerbungsschluss|Bewerben bis|Frist", "job_id": "Kennziffer|Referenznummer|Stellen-ID|Ref.-Nr.|Job-ID", "years": "Berufserfahrung|Erfahrung", "education": "Ausbildung|Abschluss|Qualifikation", "job_type": "Anstellungsart|Arbeitszeit|Vertragsart|Beschäftigungsart", "remote": "Arbeitsmodell|Homeoffice|Arbeitsplatz", "level": "Karrierestufe|Karrierelevel", "skills": "Kenntnisse|Fähigkeiten|Technologien"}
FRENCH_LABELS = {"title": "Poste|Intitulé du poste", "company": "Entreprise|Société|Employeur", "location": "Lieu|Lieu de travail|Localisation", "salary": "Salaire|Rémunération", "posted": "Publié le|Date de publication", "deadline": "Date limite|Candidatures avant le", "job_id": "Référence|Réf.|N° d'offre", "years": "Expérience", "education": "Formation|Niveau d'études", "job_type": "Contrat|Type de contrat|Temps de travail", "remote": "Télétravail|Mode de travail", "level": "Niveau", "skills": "Compétences"}
SPANISH_LABELS = {"title": "Puesto|Cargo", "company": "Empresa|Compañía", "location": "Ubicación|Lugar de trabajo|Localidad", "salary": "Salario|Sueldo|Remuneración", "posted": "Publicado|Fecha de publicación", "deadline": "Fecha límite|Cierre", "job_id": "Referencia|Ref.", "years": "Experiencia", "education": "Formación|Estudios", "job_type": "Jornada|Tipo de contrato", "remote": "Modalidad", "level": "Nivel", "skills": "Habilidades|Conocimientos"}

SENTENCES = {
    "salary": ["The {salary|pay|base salary|compensation|starting salary|wage} {range |}for this {role|position|job} is <X>.", "{We pay|We offer|Pay is|You will earn|Earn|You'll be paid} <X>{.|, depending on experience.|, plus benefits.|, DOE.|}", "{Salary|Pay|Compensation}: <X>{.| + benefits| plus bonus|, negotiable|}", "The {expected|estimated|hiring|budgeted} {salary|pay} range {in this location |}is <X>, {excluding bonus|commensurate with experience|based on experience and location}.", "In {return|exchange}, you {get|receive} <X> and {a friendly team|plenty of support|real responsibility}.", "Depending on your {skills|background|experience}, you can expect <X>.", "{Successful candidates|The successful applicant} will {be paid|receive|start on} <X>.", "Base {salary|pay} of <X>{ with bonus| and overtime|}."],
    "location": ["{This|The} {role|position|job} is {based|located} in <X>.", "You will {work|be based} {in|at our office in|out of our office in|at our site in} <X>.", "{We are|We're} {based|located} in <X>.", "Our {team|office|site|lab|store|plant} in <X> {is growing|needs you|is the place to be}{.|!}", "{Place of work|Work location} is <X>.", "Join {us|our team} in <X>{.|!}", "Come {work|build things} with us in <X>.", "The {successful candidate|job holder} will report to <X>."],
    "job_type": ["This is a <X> {position|role|job|opportunity}{.|, starting soon.|}", "{We are offering|We offer} {this on a|a} <X> {basis|position|contract}.", "{Employment|Position} {is|type is} <X>.", "The {role|position|post} is <X>.", "Hours: <X>", "You will be employed <X>."],
    "remote": ["This {role|position|job} is <X>.", "{Work arrangement|Workplace|Work style}: <X>", "{We are|Our team is|The team is} <X>{.|, no exceptions.|}", "<X> {work|working} for {this role|everyone on the team}.", "{Note that|Please note:} {this|the} position is <X>."],
    "level": ["This is a <X> {position|role}.", "{Level|Seniority}: <X>", "We are hiring at <X> level."],
    "posted": ["{Posted|Published|Listed|Added|Advertised}{ on|:|} <X>", "This {job|ad|posting|vacancy} was {posted|published} <X>{.|}", "{Date posted|Posting date}: <X>", "Posted: <X>"],
    "deadline": ["{Apply|Please apply|Applications must be received|Send your application|Submit your application} {by|before|no later than|on or before} <X>{.|!|}", "{The closing date|The deadline|Application deadline|Closing date} {for applications |}is <X>.", "{Applications|The posting|This vacancy} {close|closes|will close} {on|at midnight on|at 5 p.m. on} <X>.", "We {accept|will accept} {applications|resumes} {until|through|till} <X>.", "To be considered, applications must be {submitted|postmarked} by <X>.", "{Deadline|Closing}: <X>", "Apply by <X>"],
    "job_id": ["{Please quote|Quote|Please cite|Use} {reference|ref|job number|job code|requisition number} <X> {in your application|when applying|in the subject line}.", "{Job ID|Reference|Ref|Requisition|Job number|Posting number}: <X>", "{Ref.|Job code} <X>", "(Job {ID|number} <X>)", "Requisition ID <X>"],
    "years": ["{You have|You bring|Candidates have|Applicants need|We require|Requires|Must have} <X> of {|relevant |professional |paid |hands-on |full-time |related }experience{| in a similar role| with <W>| as a <W> <W>}.", "<X> {experience|of experience|of relevant experience|of professional experience|of related work experience|of full-time paid experience} {in <W> <W>|with <W>|required|in the field|in a similar position}", "<X>' experience {in <W>|required}", "Experience: <X>", "With <X> of experience {behind you|in <W>}, you {know|understand} how to {ship|deliver}."],
    "education": ["<X>{| required| preferred, or equivalent experience|, or equivalent}{.|}", "{You have|You hold|Must have|Requires|Candidates must hold|Applicants must have|We ask for} {a |an |}<X>{.|, or the equivalent.|}", "Education: <X>", "Minimum {qualification|education}: <X>", "<X> or {equivalent|comparable} {practical |work |}experience"],
}
GERMAN_SENTENCES = {"salary": ["Wir bieten ein Gehalt von <X>.", "Vergütung: <X>", "Das Gehalt liegt bei <X>."], "location": ["Der Arbeitsort ist <X>.", "Für unseren Standort <X> suchen wir Verstärkung.", "Wir suchen dich für unser Büro in <X>."], "job_type": ["Die Stelle ist <X> zu besetzen.", "Anstellung: <X>", "Wir bieten die Stelle <X> an."], "remote": ["Arbeitsmodell: <X>", "Die Arbeit erfolgt <X>."], "level": ["Karrierestufe: <X>"], "posted": ["Veröffentlicht am <X>", "Online seit <X>"], "deadline": ["Bewerben Sie sich bis zum <X>.", "Bewerbungsschluss ist der <X>.", "Bitte senden Sie Ihre Unterlagen bis <X>."], "job_id": ["Bitte geben Sie die Kennziffer <X> an.", "Referenznummer: <X>"], "years": ["<X> Berufserfahrung {im Bereich <W>|in vergleichbarer Position}", "Sie haben <X> Erfahrung mit <W>."], "education": ["<X>", "Sie haben ein <X>.", "<X> oder vergleichbare Qualifikation"]}
FRENCH_SENTENCES = {"salary": ["Salaire : <X>", "Rémunération : <X> selon profil."], "location": ["Le poste est basé à <X>.", "Lieu : <X>"], "job_type": ["Poste à <X>.", "Contrat : <X>"], "remote": ["Mode de travail : <X>"], "level": ["Niveau : <X>"], "posted": ["Publié le <X>"], "deadline": ["Candidature avant le <X>.", "Date limite : <X>"], "job_id": ["Référence : <X>"], "years": ["<X> d'expérience {en <W>|minimum}"], "education": ["<X> exigé", "Formation : <X>"]}
SPANISH_SENTENCES = {"salary": ["Salario: <X>", "Ofrecemos <X>."], "location": ["El puesto está en <X>.", "Ubicación: <X>"], "job_type": ["Contrato: <X>", "Trabajo a <X>."], "remote": ["Modalidad: <X>"], "level": ["Nivel: <X>"], "posted": ["Publicado el <X>"], "deadline": ["Enviar candidatura antes del <X>.", "Fecha límite: <X>"], "job_id": ["Referencia: <X>"], "years": ["<X> de experiencia {en <W>|mínima}"], "education": ["<X> requerida", "Formación: <X>"]}

INTROS = ["<C> is {hiring|looking for|seeking|recruiting|searching for} {a|an} <T>{ to join our team| to join us||}{ in <L>|}.", "{We are|We're} {hiring|looking for|seeking} {a|an} <T>{ to join <C>| at <C>|}{ in <L>|, based in <L>|}{.|!}", "{Join|Come and join} <C> as {a|an|our next} <T>{ in <L>|}{.|!}", "<C>{, based in <L>,| of <L>|} {has an opening for|needs|is now accepting applications for} {a|an|the position of} <T>.", "As {a|an} <T> at <C>, you will {help us <w> the <w>|work on <w> and <w>}.", "Are you {a|an} <T> {looking for a new challenge|who loves <w>}? <C> {wants to hear from you|may be the place for you}.", "The {position|role} of <T> at <C> {is open|is available now}{ in <L>|}.", "<T> {wanted|needed|required}{ at <C>|}{ in <L>|}{.|!}", "{An exciting opportunity has arisen|There is a vacancy} for {a|an} <T>{ at <C>|}{ in <L>|}.", "Under {general supervision|direction}, {a|an|the} <T> {plans, organizes and directs|performs} {work|duties} {in <w> and <w>|related to <w>}.", "{Since|For} many {years|decades}, <C> has been {working on <w>|known for <w>}. Now we need {a|an} <T>.", "{The |}<C> is {seeking|looking for|recruiting|searching for} {a|an} {qualified|motivated|dedicated|energetic|experienced|detail-oriented|highly skilled|self-motivated and organized} {individual|professional|person|candidate} {to serve as|for the position of|to fill the role of|to join us as} {a|an|its next|the} <T>{ in <L>|}.", "{Are you {driven by <w>|passionate about <w> and <w>|ready to <w>}? |}Join {us|our team|the team at <C>|the <C>} as {a|an|the|our next} <T>{ in <L>|} and {play a {key|vital|pivotal} role in <w>|help us <w> the <w>|lead our <w>}{.|!}", "The <T> {will|is responsible for|assists with|reports to the {Director|Deputy Director|Head} and} <w> {and <w> |}{for|at} {the |}<C>.", "{This recruitment|This posting|This announcement} is {being held |}to fill {one|two|several|a} {full-time |regular |}<T> {position|positions|vacancy|vacancies} {at|with|within} {the |}<C>{, located in <L>|}.", "{The |}<C> {is pleased to offer|offers|announces} an {exciting|excellent|outstanding} opportunity {for|to become} {a|an} <T>{ in <L>|}.", "The {purpose|primary function} of the <T> {position|role|classification} is to <w> the <w>{ of <w>|}.", "{Working|You will be working} for {the |}<C>, the <T> {coordinates|leads|supports|oversees} <w> and <w>.", "{Under the {direction|supervision} of the {Director|Manager|Chief}, the|The|This} <T> {plans|performs|provides|assists in|coordinates} <w> {and <w> |}{in <L>|}.", "{Employment|A career|Work} as {a|an} <T> {with|at} {the |}<C> {means|offers|brings} <w> and <w>.", "{We have|There is|<C> has} {an immediate |an |}opening for {a|an} {dependable|creative|full-time|part-time|talented|} <T> {to <w> the <w>|who can <w>|with <w> skills}{ in <L>|}.", "The {ideal|successful|right} <T> {will <w>|is {curious|organized|patient} and <w>s}{ in our <L> office|}."]
GERMAN_INTROS = ["<C> sucht {zum nächstmöglichen Zeitpunkt|ab sofort} {eine/n|einen|eine} <T>{ in <L>|}.", "Wir suchen {zum nächstmöglichen Zeitpunkt |}{eine/n|Sie als|dich als} <T>{ für unseren Standort <L>|}.", "Verstärken Sie {unser Team|<C>} als <T>{ in <L>|}!"]
FRENCH_INTROS = ["<C> recherche {un|une|un(e)} <T>{ à <L>|}.", "Nous recrutons {un|une} <T>{ pour <C>|}."]
SPANISH_INTROS = ["<C> busca {un|una} <T>{ en <L>|}.", "Buscamos {un|una} <T>{ para <C>|}."]
COMPANY_LINES = ["At <C>, we {believe in <w>|care about <w>|build <w> for <w>}.", "<C> is {a leading provider of <w>|the <w> company|a growing <w> business|a family-owned <w> firm|a non-profit}.", "{About|Who is|Why|Working at|Life at|Meet} <C>", "<C> is an equal opportunity employer.", "{Founded|Established} in <Y>, <C> {makes <w>|serves <w> customers|has grown quickly}.", "© <Y> <C>{. All rights reserved.|}", "<C> {helps|supports|serves} {people|companies|customers|communities} {with <w>|to <w>}.", "Thank you for your interest in <C>.", "The <C> team", "{The |}<C> {does not discriminate|prohibits discrimination} on the basis of <w>, <w> or <w>.", "Join {the |}<C>{ team| family|} and <w> {with us|the <w>}.", "{Employees of|Staff at|A career with} {the |}<C> {enjoy|receive|bring} <w> and <w>.", "<C>{'s|’s} {mission|vision|purpose|goal} is to <w> {the <w>|with <w>}.", "{Located|Situated} in the heart of the region, {the |}<C> serves {more than|over|nearly} <N>,000 {residents|customers|members}."]
TEXTS = {
    "en": {"about": "{About {us|the company|our team}|Who we are|Company overview|Our story|Overview|The company|COMPANY PROFILE}{|:}", "role": "{About the {role|job|position}|The {role|job|opportunity}|Job {Description|Summary|description|purpose}|Role {Summary|overview}|Position {Summary|overview|Summary Information}|Description|Summary|JOB SUMMARY|Overview|Your role|THE POSITION|What this job is about|General Summary}", "resp": "{Responsibilities|Key Responsibilities|What you'll do|What You Will Do|Duties|Your tasks|Essential Functions|Key Objectives|DUTIES|Job Duties|You will|What you will be doing|Essential duties and responsibilities|Main tasks|RESPONSIBILITIES|Your day-to-day|In this role, you will|Examples of Duties|A typical week|How you'll contribute|Principal accountabilities|Typical Tasks}{|:}", "req": "{Requirements|Qualifications|Basic Qualifications|Minimum Qualifications|What you bring|Who you are|What we're looking for|About you|Your profile|Required Skills|You have|Must haves|REQUIREMENTS/MINIMUM QUALIFICATIONS|QUALIFICATIONS|What You'll Need|Skills and Experience|Knowledge, Skills and Abilities|Ideal candidate|Minimum Requirements|Key Requirements|What you need to succeed}{|:}", "ben": "{Benefits|Perks|What we offer|Our benefits|Why work with us|We offer|BENEFITS|Perks and benefits|Compensation and benefits|You will get|What's in it for you|Our offer|Total rewards|Why join us?}{|:}", "apply": "{How to apply|To apply|Interested?|Application process|HOW TO APPLY|Next steps|WHERE TO APPLY|Apply now|Contact}"},
    "de": {"about": "{Über uns|Wer wir sind|Das Unternehmen}", "role": "{Ihre Rolle|Die Stelle|Stellenbeschreibung}", "resp": "{Ihre Aufgaben|Deine Aufgaben|Aufgaben|Das erwartet Sie|Tätigkeiten}{|:}", "req": "{Ihr Profil|Dein Profil|Anforderungen|Das bringen Sie mit|Voraussetzungen}{|:}", "ben": "{Wir bieten|Unser Angebot|Benefits|Das bieten wir}{|:}", "apply": "{Bewerbung|Kontakt|So bewerben Sie sich}"},
    "fr": {"about": "{À propos de nous|L'entreprise}", "role": "{Le poste|Description du poste}", "resp": "{Vos missions|Missions|Responsabilités}{|:}", "req": "{Profil recherché|Votre profil|Compétences requises}{|:}", "ben": "{Nous offrons|Avantages}{|:}", "apply": "{Postuler|Candidature}"},
    "es": {"about": "{Sobre nosotros|La empresa}", "role": "{El puesto|Descripción del puesto}", "resp": "{Funciones|Responsabilidades|Tus tareas}{|:}", "req": "{Requisitos|Perfil|Qué buscamos}{|:}", "ben": "{Ofrecemos|Beneficios}{|:}", "apply": "{Cómo aplicar|Inscripción}"},
}
FOREIGN = {
    "de": {"clean": "Wir sind ein wachsendes Team und freuen uns auf neue Ideen.|Bei uns erwarten Sie spannende Projekte und flache Hierarchien.|Unsere Kunden vertrauen seit Langem auf unsere Qualität.|Gemeinsam entwickeln wir Lösungen für morgen.|Wir legen Wert auf ein gutes Miteinander.|Vielfalt ist uns wichtig.|Wir freuen uns auf Ihre Bewerbung.|Unsere Produkte kommen überall zum Einsatz.", "resp": "Betreuung unserer Kunden|Planung und Durchführung von Projekten|Dokumentation der Ergebnisse|Enge Zusammenarbeit mit den Fachabteilungen|Pflege der Stammdaten|Bedienung der Anlagen|Erstellung von Angeboten|Wartung und Reparatur der Maschinen|Vorbereitung von Besprechungen|Kontrolle der Qualität", "req": "Teamfähigkeit und Zuverlässigkeit|Sehr gute Deutschkenntnisse|Sicherer Umgang mit MS Office|Selbstständige Arbeitsweise|Freude am Umgang mit Menschen|Führerschein Klasse B|Kommunikationsstärke|Hohe Lernbereitschaft", "ben": "30 Tage Urlaub|Betriebliche Altersvorsorge|Kostenlose Getränke|Flexible Arbeitszeiten|Jobticket|Weiterbildungsmöglichkeiten|Moderne Ausstattung"},
    "fr": {"clean": "Nous sommes une équipe passionnée.|Notre mission est d'accompagner nos clients.|Vous rejoindrez une équipe à taille humaine.|Nous croyons à la diversité.|Rejoignez une aventure humaine.|Nos valeurs guident notre travail.", "resp": "Assurer le suivi des dossiers|Participer aux réunions d'équipe|Gérer la relation avec les clients|Rédiger la documentation|Contrôler la qualité|Préparer les commandes|Animer des ateliers", "req": "Bonne maîtrise de l'anglais|Esprit d'équipe|Autonomie et rigueur|Sens du service|Permis B|Bonne communication", "ben": "Tickets restaurant|Mutuelle prise en charge|Primes sur objectifs|Formation continue"},
    "es": {"clean": "Somos un equipo joven y dinámico.|Creemos en las personas.|Nuestra misión es ayudar a nuestros clientes.|Trabajamos con pasión.|Valoramos la diversidad.|Te esperamos.", "resp": "Atender a los clientes|Gestionar los pedidos|Coordinar el equipo|Elaborar informes|Mantener la documentación|Supervisar la producción", "req": "Buen nivel de inglés|Capacidad de trabajo en equipo|Carné de conducir|Iniciativa y autonomía|Dominio de Excel", "ben": "Formación a cargo de la empresa|Seguro médico|Buen ambiente de trabajo|Plan de carrera"},
}
EXTRA_BENEFITS = "{Comprehensive |Generous |Excellent |Full |}{health|medical, dental and vision|dental|life|disability} insurance{| from day one| for you and your family|}|{Paid|Generous|Unlimited} {time off|vacation|holidays|parental leave|sick leave}|{Flexible|Family-friendly} {working hours|schedules}|{Free|Subsidised|Catered} {lunch|parking|coffee and snacks|gym membership|public transport}|{Retirement|Pension|401(k)} {plan|scheme}{| with employer match|}|{Training|Learning} and development{| budget|}|Employee {discount|assistance program|stock plan}|{Annual|Performance} bonus{| scheme}|{Bike to work|Cycle|Childcare|Tuition} {scheme|assistance|support}|Career {growth|progression}|{Company|Team} {events|retreats|outings}|Relocation {assistance|support}|Commuter benefits|Wellness {program|stipend}|Life insurance coverage with several options"
NAV = "Home|Jobs|Search jobs|Sign in|Log in|Menu|About|Careers|Contact|Skip to main content|Back to results|All jobs|For employers|Post a job|English|Help|Blog|Save job|Apply now|Share this job|Companies|Salaries|My account|Register|Toggle navigation|Our teams|Locations|FAQ|Print|Email this job|View all openings|Close|Search|Follow us|Open menu|Refer a friend|Job alerts|News|Products|Resources|Sign up|Cart".split("|")
FOOT = "{This site uses cookies|We use cookies to {improve your experience|give you the best experience|analyse traffic}}. {Accept|OK|Accept all|Learn more}|Privacy Policy|Terms of Service|Terms and Conditions|{All qualified applicants will receive consideration for employment without regard to race, color, religion, sex, sexual orientation, gender identity, national origin, disability, or veteran status.|We are an equal opportunity employer and value diversity. We do not discriminate on the basis of race, religion, color, gender, age or disability status.|We welcome applications from all sections of the community.|Reasonable accommodations are available on request.}|Follow us on {Twitter|Facebook|LinkedIn|Instagram}|{Share|Save|Report} this {job|posting|ad}|{Sign up for|Get} job alerts|Powered by {<W>|<W><W>}|© <Y>|© <Y> All rights reserved|Sitemap|Accessibility statement|Cookie settings|{Apply|Apply Now|Submit application|Send resume|I'm interested}|Please {send|email} your {resume|CV} {and cover letter |}to [e-mail]{.|}|{Call|Phone|Tel.}: [phone]|Questions? Contact [e-mail].|No {agencies|recruiters|phone calls}, please.|Only shortlisted candidates will be contacted."
BOARDS = "{JobBoard|CareerHub|WorkFinder|HireNow|Talentio|JobStreet|Jobs & Careers|Recruitly|StaffNet|<W>Jobs|<W> Careers|Jobs <W>|<W>.jobs|Careers|Job Search|Job Openings}"
SECTIONS = ["<W> <W>", "Our {values|culture|team|process|offices|mission|history|community}", "Selection {process|procedure}", "{Process|General|Additional} {Notes|Information}", "Conditions of {employment|work}", "{Working|Physical} {Conditions|Demands|Environment}", "How {we work|to apply|you will grow}", "What {to expect|happens next|we believe}", "Why {us|now|this matters}", "{Equal|Fair} {Opportunity|Employment}{| Statement}", "{Supervision|Supervisory Controls|Scope|Purpose|Distinguishing Characteristics|Class Concept|Examination|Notice|Disclaimer|Recognized|Background}", "{Background|Security} {Check|Screening}", "The {process|team|product|department|office|community|county}", "{Special|Other} {Requirements|Conditions|Considerations}", "Applying", "Interview {process|stages}", "Accommodations", "{Diversity|Inclusion|Belonging}", "Travel", "Training", "Tools and {systems|equipment}", "Contact"]
MONEY_DECOYS = ["We {recently |just |}raised {$|€|£}<N>{M|m| million} {from|led by} <W> {Capital|Ventures|Partners}.", "{Sign-on bonus|Referral bonus|Signing bonus} of $<N>,000{.| for new hires.|}", "You will manage a budget of {$|£}<N> million.", "Employer match of up to $<N>00 {per year |}towards retirement.", "{$|€}<N>00 learning budget{ every year|}.", "Our customers have saved over $<N> million.", "An application fee of $<N>.00 is not required.", "{$|£}<N>M in annual revenue", "Tuition reimbursement up to $<N>,250."]
YEAR_DECOYS = ["{Founded|Established|Serving customers since} in <Y>.", "For over <M> years, we have been {growing|serving our community|in business}.", "The company is <M> years old.", "You must be at least 18 years of age.", "A driving record with no violations in the last <M> years is required.", "Reviewed {every <M> years|in <Y>}."]


class Writer:
    """Turns jobs into pages."""

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

    # The body.

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


SPLIT_BENEFITS: list[str] = []
SPLIT_FOOT: list[str] = []


def split_top(text: str) -> list[str]:
    """Splits at bars that stand outside of braces."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return parts + [text[start:]]


SPLIT_BENEFITS.extend(split_top(EXTRA_BENEFITS))
SPLIT_FOOT.extend(split_top(FOOT))


# Real postings.

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
