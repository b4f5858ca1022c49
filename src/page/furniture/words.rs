//! Words by which pages name their furniture: in roles, classes, ids, buttons and headings.

/// How sure a class or id makes it; the surest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// Furniture if it holds hardly any text.
    IfShort,
    /// Furniture unless it holds a heading.
    WithoutHeading,
    /// Furniture.
    Surely,
}

/// Roles of furniture.
pub const ROLES: [&str; 7] = [
    "navigation",
    "contentinfo",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
];

/// What a class or id attribute says.
#[must_use]
pub fn furniture(names: &str) -> Option<Named> {
    let mut found = None;
    for name in names.split_ascii_whitespace() {
        let mut before = String::new();
        for part in name.split(|letter: char| !letter.is_alphanumeric()) {
            let part = part.to_ascii_lowercase();
            found = found.max(single(&part)).max(pair(&before, &part));
            before = part;
        }
    }
    found
}

fn single(word: &str) -> Option<Named> {
    match word {
        "cookie" | "cookies" | "cookiebanner" | "gdpr" | "breadcrumb" | "breadcrumbs"
        | "navbar" | "megamenu" | "skipnav" | "skiplink" | "languageselector" | "relatedjobs"
        | "similarjobs" => Some(Named::Surely),
        "banner" => Some(Named::WithoutHeading),
        "share" | "sharing" | "social" => Some(Named::IfShort),
        _ => None,
    }
}

fn pair(first: &str, second: &str) -> Option<Named> {
    let surely = match first {
        "similar" | "related" | "recommended" | "suggested" | "other" | "more" => matches!(
            second,
            "jobs" | "job" | "positions" | "vacancies" | "postings" | "roles" | "openings"
        ),
        "skip" => matches!(second, "link" | "links" | "nav" | "to" | "content"),
        "social" | "share" => matches!(
            second,
            "share"
                | "links"
                | "media"
                | "icons"
                | "sharing"
                | "buttons"
                | "bar"
                | "popup"
                | "widget"
        ),
        "site" | "page" | "global" => matches!(second, "footer" | "nav" | "navigation"),
        "language" | "locale" | "lang" => {
            matches!(second, "selector" | "switcher" | "picker" | "menu")
        }
        "cookie" => true,
        _ => false,
    };
    if surely {
        return Some(Named::Surely);
    }
    (first == "site" && second == "header").then_some(Named::WithoutHeading)
}

/// Whether a link or button only does something: nothing on it describes the job.
#[must_use]
pub fn is_action(text: &str) -> bool {
    let text = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let starts = [
        "skip to",
        "jump to",
        "zum inhalt",
        "aller au contenu",
        "saltar al contenido",
        "back to ",
        "« back",
        "< back",
        "zurück zu",
        "retour à",
        "retour aux",
        "share on ",
        "share this ",
        "share via ",
        "copy link",
        "save job",
        "save this job",
        "print this",
        "report this job",
    ];
    starts.iter().any(|start| text.starts_with(start))
        || matches!(
            text.as_str(),
            "share"
                | "print"
                | "email"
                | "e-mail"
                | "save"
                | "back"
                | "facebook"
                | "twitter"
                | "linkedin"
                | "xing"
                | "whatsapp"
                | "instagram"
                | "youtube"
                | "menu"
                | "close"
                | "log in"
                | "login"
                | "sign in"
                | "register"
                | "apply"
                | "apply now"
                | "apply here"
                | "teilen"
                | "drucken"
                | "jetzt bewerben"
                | "postuler"
        )
}

/// Whether a heading stands above other postings.
#[must_use]
pub fn announces_other_jobs(heading: &str) -> bool {
    let heading = heading
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let jobs = [
        "jobs",
        "positions",
        "roles",
        "vacancies",
        "openings",
        "opportunities",
        "postings",
        "stellen",
        "stellenangebote",
    ];
    let mut words = heading.split(' ');
    match words.next().unwrap_or_default() {
        "similar" | "related" | "recommended" | "other" | "more" | "ähnliche" | "weitere" => {
            let mut rest = words.take(3);
            !heading.contains("responsib")
                && rest.any(|word| jobs.contains(&word.trim_end_matches([':', '.'])))
        }
        _ => [
            "jobs you m",
            "jobs like this",
            "people also ",
            "you may also ",
            "you might also ",
            "offres similaires",
            "empleos similares",
            "recently viewed",
        ]
        .iter()
        .any(|start| heading.starts_with(start)),
    }
}
