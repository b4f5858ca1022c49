//! `JobPosting` data as sites write it: wrapped, bent, half empty, with sentinels for what they do not know.
#![allow(missing_docs, clippy::unwrap_used)]

use jiff::civil::date;
use smelt::page::{Format, Limits, Structured, StructuredSource, read};
use smelt::posting::{JobType, Period, RemoteType, Salary};

fn structured(html: &str) -> Vec<Structured> {
    let page = format!("{html}<p>Cook</p>");
    read(page.as_bytes(), Format::Html, &Limits::default())
        .unwrap()
        .structured
}

fn script(json: &str) -> String {
    format!("<script type=\"application/ld+json\">{json}</script>")
}

/// The one posting of a page with these further keys.
fn posting(keys: &str) -> Structured {
    let mut found = structured(&script(&format!(
        r#"{{"@type":"JobPosting","title":"Cook",{keys}}}"#
    )));
    assert_eq!(found.len(), 1, "{keys}");
    found.remove(0)
}

fn salary(json: &str) -> Option<Salary> {
    posting(&format!(r#""baseSalary":{json}"#)).posting.salary
}

fn pay(min: f64, max: f64, currency: &str, period: Option<Period>) -> Salary {
    Salary {
        min: Some(min),
        max: Some(max),
        currency: Some(currency.to_owned()),
        period,
    }
}

#[test]
fn every_field_is_mapped() {
    let found = posting(
        r#""hiringOrganization":{"@type":"Organization","name":"Mercy &amp; Co"},"jobLocation":{"@type":"Place","address":{"addressLocality":"Berlin","addressRegion":"Berlin","addressCountry":{"@type":"Country","name":"DE"}}},
        "employmentType":["FULL_TIME"],"baseSalary":{"@type":"MonetaryAmount","currency":"EUR","value":{"@type":"QuantitativeValue","minValue":40000,"maxValue":"50,000","unitText":"YEAR"}},
        "datePosted":"2026-01-02T08:00:00Z","validThrough":"2026-02-28","identifier":{"@type":"PropertyValue","value":4525},"skills":"Knives, Fire; Soup",
        "experienceRequirements":{"monthsOfExperience":"36"},"educationRequirements":{"credentialCategory":"bachelor degree"},
        "description":"&lt;p&gt;You cook.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Soup&lt;/li&gt;&lt;/ul&gt;","url":"https://jobs.example.org/7""#,
    );
    let posting = found.posting;
    assert_eq!(posting.title.as_deref(), Some("Cook"));
    assert_eq!(posting.company.as_deref(), Some("Mercy & Co"));
    assert_eq!(posting.location.as_deref(), Some("Berlin, DE"));
    assert_eq!(posting.job_type, Some(JobType::FullTime));
    assert_eq!(
        posting.salary,
        Some(pay(40_000.0, 50_000.0, "EUR", Some(Period::Yearly)))
    );
    assert_eq!(posting.posted_date, Some(date(2026, 1, 2)));
    assert_eq!(posting.deadline, Some(date(2026, 2, 28)));
    assert_eq!(posting.job_id.as_deref(), Some("4525"));
    assert_eq!(posting.skills, ["Knives", "Fire", "Soup"]);
    assert_eq!(posting.experience_years_min, Some(3));
    assert_eq!(posting.education.as_deref(), Some("bachelor degree"));
    assert_eq!(posting.description.as_deref(), Some("You cook.\nSoup"));
    assert_eq!(posting.url.as_deref(), Some("https://jobs.example.org/7"));
    assert!(found.flags.is_empty());
}

#[test]
fn wrapped_and_bent_json_is_found() {
    let bare = r#"{"@type":"JobPosting","title":"Cook"}"#;
    for json in [
        bare.to_owned(),
        format!("[{bare}]"),
        format!(r#"{{"@context":"https://schema.org","@graph":[{{"@type":"WebSite"}},{bare}]}}"#),
        format!(r#"{{"@type":"WebPage","mainEntity":{bare}}}"#),
        r#"{"@type":["Thing","http://schema.org/JobPosting"],"title":"Cook"}"#.to_owned(),
        format!("<!-- {bare} -->"),
        format!("//<![CDATA[\n{bare}\n//]]>"),
        format!("/* from the \"system\" */ {bare};"),
        r#"{"@type":"JobPosting",/* name */"title":"Cook", // last
}"#.to_owned(),
        r#"{"@type":"JobPosting","title":"Cook","skills":["a",],}"#.to_owned(),
        "{\"@type\":\"JobPosting\",\"title\":\"Cook\",\"description\":\"two\nlines\tand \\' more\"}".to_owned(),
        "{&quot;@type&quot;:&quot;JobPosting&quot;,&quot;title&quot;:&quot;Cook&quot;}".to_owned(),
        format!(r#"{{"@type":"Organization"}}{bare}"#),
    ] {
        let found = structured(&script(&json));
        let titles: Vec<_> = found.iter().map(|found| found.posting.title.as_deref()).collect();
        assert_eq!(titles, [Some("Cook")], "{json}");
        assert_eq!(found[0].source, StructuredSource::JsonLd);
    }
    for json in [
        "",
        "{",
        "null",
        "[[[",
        r#"{"@type":"Organization","title":"Cook"}"#,
        r#"{"@type":"ItemList","itemListElement":[{"@type":"JobPosting","title":"Other"}]}"#,
    ] {
        assert!(structured(&script(json)).is_empty(), "{json}");
    }
}

#[test]
fn several_postings_are_all_given_and_repeats_once() {
    let one = script(r#"{"@type":"JobPosting","title":"Cook"}"#);
    let two = script(r#"{"@type":"JobPosting","title":"Waiter"}"#);
    let titles: Vec<_> = structured(&format!("{one}{two}{one}"))
        .into_iter()
        .map(|found| found.posting.title.unwrap())
        .collect();
    assert_eq!(titles, ["Cook", "Waiter"]);
}

#[test]
fn salaries_in_all_their_forms() {
    let yearly = Some(Period::Yearly);
    for (json, wanted) in [
        (
            r#"{"currency":"USD","value":{"minValue":"50,000","maxValue":"60,000.50","unitText":"YEAR"}}"#,
            pay(50_000.0, 60_000.5, "USD", yearly),
        ),
        (
            r#"{"currency":"USD","value":{"value":25,"unitText":"HOUR"}}"#,
            pay(25.0, 25.0, "USD", Some(Period::Hourly)),
        ),
        (
            r#"{"currency":"usd","value":55000,"unitText":"per year"}"#,
            pay(55_000.0, 55_000.0, "USD", yearly),
        ),
        (
            r#"{"currency":"EUR","value":{"minValue":"55.000","maxValue":"60.000,00","unitText":"ANN"}}"#,
            pay(55_000.0, 60_000.0, "EUR", yearly),
        ),
        (
            r#"[{"currency":"EUR","minValue":3000,"maxValue":4000,"unitText":"Month"}]"#,
            pay(3_000.0, 4_000.0, "EUR", Some(Period::Monthly)),
        ),
        (
            r#"{"currency":"GBP","value":[{"minValue":100,"maxValue":200,"unitText":["DAY"]}]}"#,
            pay(100.0, 200.0, "GBP", Some(Period::Daily)),
        ),
        (
            r#""$50,000 - $60,000 a year""#,
            pay(50_000.0, 60_000.0, "USD", yearly),
        ),
        (
            r#"{"currency":"CAD","value":{"value":"$20.50 - $22.00 per hour"}}"#,
            pay(20.5, 22.0, "CAD", Some(Period::Hourly)),
        ),
    ] {
        let found = salary(json);
        let same_but_dollar = found.clone().map(|pay| Salary {
            currency: pay.currency.or(Some("USD".to_owned())),
            ..pay
        });
        assert_eq!(same_but_dollar, Some(wanted), "{json}");
    }
    let open = salary(r#"{"currency":"EURO","value":{"minValue":0,"maxValue":70000}}"#);
    assert_eq!(
        open,
        Some(Salary {
            min: None,
            max: Some(70_000.0),
            currency: None,
            period: None
        })
    );
    let legacy = posting(r#""baseSalary":40000,"salaryCurrency":"CHF""#)
        .posting
        .salary;
    assert_eq!(legacy.unwrap().currency.as_deref(), Some("CHF"));
}

#[test]
fn amounts_and_days_that_stand_for_nothing_are_rejected_and_flagged() {
    for json in [
        "0",
        r#""""#,
        r#""competitive""#,
        r#"{"value":{"minValue":0,"maxValue":0}}"#,
        r#"{"value":{"minValue":-1}}"#,
        r#"{"value":{"value":"99999999999"}}"#,
        "{}",
    ] {
        let found = posting(&format!(r#""baseSalary":{json}"#));
        assert_eq!(found.posting.salary, None, "{json}");
        assert_eq!(found.flags, ["sentinel:salary"], "{json}");
    }
    for day in [
        "1970-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00",
        "2099-12-31",
        "soon",
        "-0001-11-30",
    ] {
        let found = posting(&format!(r#""datePosted":"{day}","validThrough":"{day}""#));
        assert_eq!(
            (found.posting.posted_date, found.posting.deadline),
            (None, None),
            "{day}"
        );
        assert_eq!(
            found.flags,
            ["sentinel:posted_date", "sentinel:deadline"],
            "{day}"
        );
    }
    let found = posting(
        r#""datePosted":"","validThrough":null,"jobLocation":"N/A","hiringOrganization":"undefined","identifier":"0","description":"null""#,
    );
    assert!(found.flags.is_empty());
    let posting = found.posting;
    assert_eq!(
        (
            posting.location,
            posting.company,
            posting.job_id,
            posting.description
        ),
        (None, None, None, None)
    );
}

#[test]
fn days_in_words_are_read() {
    assert_eq!(
        posting(r#""datePosted":"March 9, 2026""#)
            .posting
            .posted_date,
        Some(date(2026, 3, 9))
    );
}

#[test]
fn employment_types_decide_only_when_they_agree() {
    for (json, wanted) in [
        (r#""FULL_TIME""#, Some(JobType::FullTime)),
        (r#""Part-time""#, Some(JobType::PartTime)),
        (r#"["CONTRACTOR","TEMPORARY"]"#, Some(JobType::Contract)),
        (r#"["INTERN","OTHER"]"#, Some(JobType::Internship)),
        (r#""https://schema.org/FULL_TIME""#, Some(JobType::FullTime)),
        (r#"["FULL_TIME","PART_TIME"]"#, None),
        (r#""FULL_TIME, CONTRACTOR""#, None),
        (r#""PER_DIEM""#, None),
        ("7", None),
    ] {
        assert_eq!(
            posting(&format!(r#""employmentType":{json}"#))
                .posting
                .job_type,
            wanted,
            "{json}"
        );
    }
}

#[test]
fn places_in_all_their_forms() {
    for (keys, wanted) in [
        (r#""jobLocation":"Rome, Italy""#, Some("Rome, Italy")),
        (
            r#""jobLocation":{"address":"Rome, Italy"}"#,
            Some("Rome, Italy"),
        ),
        (
            r#""jobLocation":[{"address":{"addressLocality":"Rome"}},{"address":{"addressLocality":"Bonn","addressCountry":"DE"}},{"address":{"addressLocality":"Rome"}}]"#,
            Some("Rome; Bonn, DE"),
        ),
        (
            r#""jobLocation":{"address":{"addressLocality":["Rome"],"addressRegion":null,"addressCountry":{"name":"Italy"}}}"#,
            Some("Rome, Italy"),
        ),
        (
            r#""jobLocation":{"name":"Head Office","address":{"postalCode":"1"}}"#,
            Some("Head Office"),
        ),
        (
            r#""jobLocationType":"TELECOMMUTE","applicantLocationRequirements":[{"@type":"Country","name":"USA"},{"@type":"Country","name":"Canada"}]"#,
            Some("USA; Canada"),
        ),
        (
            r#""applicantLocationRequirements":{"@type":"Country","name":"USA"}"#,
            None,
        ),
        (r#""jobLocation":{}"#, None),
    ] {
        let found = posting(keys).posting;
        assert_eq!(found.location.as_deref(), wanted, "{keys}");
        assert_eq!(
            found.remote_type,
            keys.contains("TELECOMMUTE").then_some(RemoteType::Remote)
        );
    }
}

#[test]
fn organisations_and_identifiers_in_all_their_forms() {
    for (keys, company, id) in [
        (
            r#""hiringOrganization":"Mercy","identifier":"R-7""#,
            Some("Mercy"),
            Some("R-7"),
        ),
        (
            r#""hiringOrganization":[{"legalName":"Mercy Inc"}],"identifier":[{"value":"7"}]"#,
            Some("Mercy Inc"),
            Some("7"),
        ),
        (
            r#""hiringOrganization":{"@id":"x"},"identifier":{"name":"Mercy"}"#,
            None,
            None,
        ),
    ] {
        let found = posting(keys).posting;
        assert_eq!(
            (found.company.as_deref(), found.job_id.as_deref()),
            (company, id),
            "{keys}"
        );
    }
}

#[test]
fn microdata_reads_like_json() {
    let found = structured(
        "<div itemscope itemtype='http://schema.org/JobPosting' itemref='pay'><h1 itemprop=title>Cook &amp; <b>Baker</b></h1>
        <meta itemprop=employmentType content=FULL_TIME><time itemprop=datePosted datetime=2026-01-02>yesterday</time>
        <div itemprop=hiringOrganization itemscope itemtype='http://schema.org/Organization'><span itemprop=name>Mercy</span></div>
        <div itemprop=jobLocation itemscope><div itemprop=address itemscope><span itemprop=addressLocality>Rome</span></div></div>
        <div itemprop=jobLocation itemscope><div itemprop=address itemscope><span itemprop=addressLocality>Bonn</span></div></div>
        <a itemprop=url href='https://jobs.example.org/7'></a><div itemprop=description><p>You cook.</p><p>A lot &lt;3.</p></div></div>
        <div id=pay itemprop=baseSalary itemscope><meta itemprop=currency content=EUR><div itemprop=value itemscope><meta itemprop=value content=3000><meta itemprop=unitText content=MONTH></div></div>",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].source, StructuredSource::Microdata);
    let posting = &found[0].posting;
    assert_eq!(posting.title.as_deref(), Some("Cook & Baker"));
    assert_eq!(posting.company.as_deref(), Some("Mercy"));
    assert_eq!(posting.location.as_deref(), Some("Rome; Bonn"));
    assert_eq!(posting.job_type, Some(JobType::FullTime));
    assert_eq!(posting.posted_date, Some(date(2026, 1, 2)));
    assert_eq!(posting.url.as_deref(), Some("https://jobs.example.org/7"));
    assert_eq!(posting.description.as_deref(), Some("You cook. A lot <3."));
    assert_eq!(
        posting.salary,
        Some(pay(3_000.0, 3_000.0, "EUR", Some(Period::Monthly)))
    );
}
