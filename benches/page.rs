//! Reading: a 29 KB government page, a 0.5 MB job-board page, and markup made to be slow.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smelt::page::{Format, Limits, read};

const GOVERNMENT: &[u8] = include_bytes!("../tests/fixtures/pages/18f-login-director.html");

/// What a job board sends for one posting: menus, scripts, the page's state as JSON, the posting, and other jobs.
fn job_board() -> String {
    let prose = "You will plan, build and run the services that our customers rely on every day, &amp; you will \
                 do it with people who care about their craft. ";
    let mut page = String::from(
        "<!doctype html><html><head><meta charset=utf-8><title>Staff Engineer | Board</title><style>",
    );
    for n in 0..2_000 {
        let _ = write!(page, ".c{n}-x{{margin:{n}px;display:block;color:#222}}");
    }
    page.push_str("</style><script>window.__STATE__ = {\"jobs\":[");
    for n in 0..1_200 {
        let _ = write!(
            page,
            r#"{{"id":{n},"title":"Engineer {n}","teaser":"Build <b>things<\/b> that last, and more of that","city":"Berlin","tags":["a","b"]}},"#
        );
    }
    page.push_str("{}]};</script><script type=\"application/ld+json\">");
    let _ = write!(
        page,
        r#"{{"@context":"https://schema.org","@type":"JobPosting","title":"Staff Engineer","description":"{}","datePosted":"2026-01-02","hiringOrganization":{{"name":"Acme"}}}}"#,
        format!("&lt;p&gt;{prose}&lt;/p&gt;").repeat(40)
    );
    page.push_str("</script></head><body><header><nav><ul>");
    for n in 0..400 {
        let _ = write!(
            page,
            "<li class=\"menu-item menu-item-{n}\"><a href=\"/c/{n}\" data-track=\"nav-{n}\">Category {n}</a></li>"
        );
    }
    page.push_str("</ul></nav></header><main><h1>Staff Engineer</h1><dl><dt>Location</dt><dd>Berlin</dd><dt>Salary</dt><dd>90,000 EUR</dd></dl>");
    for n in 0..80 {
        let _ = write!(
            page,
            "<h2>Part {n}</h2><p class=\"text c{n}-x\">{}</p><ul>",
            prose.repeat(4)
        );
        for _ in 0..6 {
            let _ = write!(
                page,
                "<li style=\"margin-left: 4px\"><span>{prose}</span></li>"
            );
        }
        page.push_str("</ul>");
    }
    page.push_str("</main><section class=\"similar-jobs\"><h2>Similar jobs</h2>");
    for n in 0..350 {
        let _ = write!(
            page,
            "<div class=\"card card--job js-card\" data-id=\"{n}\"><a href=\"/job/{n}\"><h3 class=\"card__title\">Engineer {n}</h3></a><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 2C6 2 2 6 2 12s4 10 10 10\"/></svg><span class=\"card__place\">Berlin</span></div>"
        );
    }
    page.push_str("</section><footer><p>&copy; Acme</p></footer></body></html>");
    page
}

fn reading(c: &mut Criterion) {
    let board = job_board();
    let mut group = c.benchmark_group("read");
    group.sample_size(30);
    for (name, bytes) in [
        ("government page, 29 KB", GOVERNMENT),
        ("job-board page, 0.5 MB", board.as_bytes()),
    ] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| read(black_box(bytes), Format::Html, &Limits::default()).unwrap());
        });
    }
    group.finish();
}

fn hostile(c: &mut Criterion) {
    let nested = "<div>".repeat(100_000) + "deep" + &"</div>".repeat(100_000);
    let hidden = "<div hidden itemscope itemprop=a>".repeat(20_000) + &"text ".repeat(20_000);
    let broad = "<b class=x>word</b>".repeat(15 << 20 >> 5);
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10);
    for (name, html) in [
        ("100,000 nested elements", nested),
        ("20,000 nested hidden items", hidden),
        ("9 MB of inline elements", broad),
    ] {
        group.throughput(Throughput::Bytes(html.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| black_box(read(html.as_bytes(), Format::Html, &Limits::default()).is_ok()));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, hostile);
criterion_main!(benches);
