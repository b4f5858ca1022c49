//! What element names mean to the reader: which stand on lines of their own, which hold no text, which close others.

/// Elements that begin and end a line.
#[must_use]
pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "br"
            | "button"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Elements whose text no reader sees as text.
#[must_use]
pub fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "svg"
            | "iframe"
            | "object"
            | "select"
            | "datalist"
            | "textarea"
            | "math"
            | "canvas"
            | "head"
            | "title"
            | "video"
            | "audio"
            | "noembed"
            | "noframes"
    )
}

/// Elements without an end tag.
pub fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements that do not end the head of a page.
pub fn belongs_in_head(name: &str) -> bool {
    matches!(
        name,
        "base" | "link" | "meta" | "noscript" | "script" | "style" | "template" | "title"
    )
}

/// Which open elements a start tag closes, and where the search for them ends.
pub fn implied_end(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "table"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl", "table"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tr" => (&["tr", "caption"], &["table"]),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "caption"], &["table"]),
        "option" => (&["option"], &["select"]),
        "p" | "div" | "ul" | "ol" | "dl" | "table" | "section" | "article" | "header"
        | "footer" | "nav" | "aside" | "main" | "form" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "blockquote" | "pre" | "hr" | "fieldset" | "details" | "figure" | "address" => (
            &["p"],
            &[
                "div", "section", "article", "li", "td", "th", "body", "button", "main", "aside",
                "ul", "ol", "dl", "dd", "table", "form", "caption",
            ],
        ),
        _ => (&[], &[]),
    }
}

/// Open elements that an end tag does not reach across: `</b>` closes no block, `</div>` no table cell.
pub fn is_wall(end: &str, open: &str) -> bool {
    match end {
        "html" | "body" | "table" | "template" => false,
        "tr" | "tbody" | "thead" | "tfoot" | "td" | "th" => open == "table",
        _ if is_block(end) => matches!(open, "td" | "th" | "table" | "caption" | "template"),
        _ => is_block(open) || open == "template",
    }
}
