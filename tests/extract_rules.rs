//! Rules as a reader: what a page states without a label is taken where all of its statements agree, and only there.
#![allow(missing_docs, clippy::unwrap_used)]

use serde_json::{Value, json};
use smelt::extract::{Context, Extraction, extract};
use smelt::page::{Format, Limits, Page, read};

fn page(text: &str) -> Page {
    let format = if text.starts_with('<') {
        Format::Html
    } else {
        Format::Text
    };
    read(text.as_bytes(), format, &Limits::default()).unwrap()
}

fn run(page: &Page) -> Extraction {
    extract(page, &Context::default()).unwrap()
}

/// The value of a field, and that its evidence stands on the page.
fn field(text: &str, name: &str) -> Value {
    let page = page(text);
    let merged = run(&page).merged;
    for spans in merged.evidence.values() {
        assert!(spans.iter().all(|span| {
            page.text
                .get(span.start..span.end)
                .is_some_and(|slice| !slice.is_empty())
        }));
    }
    json!(merged.posting)[name].clone()
}

#[test]
fn the_head_of_a_plain_text_names_job_employer_and_place() {
    let text = "Senior Baker (Night)\nBread, Bread\nMill & Sons\nGraz, Austria | Linz, Austria\nFull-Time\n\nAbout the team\n\nWe bake.";
    assert_eq!(field(text, "title"), "Senior Baker (Night)");
    assert_eq!(field(text, "company"), "Mill & Sons");
    assert_eq!(field(text, "location"), "Graz, Austria | Linz, Austria");
    assert_eq!(field(text, "job_type"), "full_time");
    assert_eq!(field(text, "experience_level"), "senior");
}

#[test]
fn a_sentence_or_a_section_is_no_title_and_a_list_of_skills_no_place() {
    for text in [
        "We are looking for a baker.\nGraz",
        "About the role\nYou bake.",
        "Overview\nYou bake.",
    ] {
        assert_eq!(field(text, "title"), Value::Null, "{text}");
    }
    for line in [
        "Rust, Go",
        "Bread, butter and jam",
        "Apply by mail, or in person",
    ] {
        assert_eq!(
            field(&format!("Baker\n{line}\n\nWe bake."), "location"),
            Value::Null,
            "{line}"
        );
    }
}

#[test]
fn the_heading_that_the_title_of_the_page_repeats_is_the_job() {
    let html = "<title>Night Baker - 4711 - Mill &amp; Sons</title><body><h1>Mill &amp; Sons</h1><h2>Night Baker</h2><p>We bake.</p>";
    assert_eq!(field(html, "title"), "Night Baker");
}

#[test]
fn an_employer_is_known_by_how_its_name_is_used() {
    let text = "Baker wanted\n\nAt Mill & Sons, we bake. Join Mill & Sons and rise early.\n\nMill & Sons is an equal opportunity employer.";
    assert_eq!(field(text, "company"), "Mill & Sons");
    let acronym = "King County Bakers (KCB) is hiring.\n\nAt KCB, we bake.\n\nKCB is proud to be an equal opportunity employer.";
    assert_eq!(field(acronym, "company"), "King County Bakers");
    // One turn of phrase alone proves nothing, and two names that are used alike leave it open.
    assert_eq!(
        field("Join Rust developers and learn.", "company"),
        Value::Null
    );
    let two = "About Mill\n\nWe bake.\n\nAbout Oven\n\nWe heat.";
    assert_eq!(field(two, "company"), Value::Null);
    assert_eq!(
        field(
            "About us\n\nYour team is looking for you. This is a job.",
            "company"
        ),
        Value::Null
    );
}

#[test]
fn prose_is_believed_only_where_all_of_it_agrees() {
    let pay = "The pay for this role is $20.50 per hour.";
    let salary = json!({"min": 20.5, "max": 20.5, "currency": null, "period": "hourly"});
    assert_eq!(field(pay, "salary"), salary);
    assert_eq!(
        field(&format!("{pay}\n\nNight pay is $25 per hour."), "salary"),
        Value::Null
    );
    let years = "You have at least 5 years of experience with ovens.";
    assert_eq!(field(years, "experience_years_min"), 5);
    assert_eq!(
        field(
            &format!("{years}\n\n2 years of baking experience."),
            "experience_years_min"
        ),
        Value::Null
    );
    let wish = format!("{years}\n\nPreferred: 8 years of experience.");
    assert_eq!(field(&wish, "experience_years_min"), 5);
    let degree = "A Bachelor's degree in baking is required.";
    assert_eq!(field(degree, "education"), "Bachelor's degree");
    assert_eq!(
        field("A Bachelor's degree is a plus.", "education"),
        Value::Null
    );
    assert_eq!(
        field(
            &format!("{degree}\n\nMaster's degree accepted."),
            "education"
        ),
        Value::Null
    );
    assert_eq!(field("You are our scrum master.", "education"), Value::Null);
}

#[test]
fn kinds_of_work_are_read_from_badges_and_sentences_about_the_job() {
    assert_eq!(field("Baker\nRemote\n\nWe bake.", "remote_type"), "remote");
    assert_eq!(
        field(
            "Baker\n\nThis is a part-time position with early hours, which suits people who study.",
            "job_type"
        ),
        "part_time"
    );
    assert_eq!(
        field(
            "Baker\n\nOur full-time colleagues and our part-time colleagues bake together.",
            "job_type"
        ),
        Value::Null
    );
    let visits = "Baker\n\nThe position includes on-site visits to the mills of our customers in the whole of Styria.";
    assert_eq!(field(visits, "remote_type"), Value::Null);
}

#[test]
fn a_bare_dollar_and_a_short_date_mean_what_the_country_of_the_page_means() {
    let american = "Baker\nAustin, Texas\n\nPay: $20 per hour\nPosted: 04/11/2014";
    assert_eq!(field(american, "salary")["currency"], "USD");
    assert_eq!(field(american, "posted_date"), "2014-04-11");
    let other = "Baker\nToronto, Canada (office in Texas)\n\nPay: $20 per hour\nPosted: 04/11/2014";
    assert_eq!(field(other, "salary")["currency"], Value::Null);
    assert_eq!(field(other, "posted_date"), Value::Null);
    let canadian = "Baker\nEdmonton, AB\n\nPay: $20 per hour\nPosted: 04/11/2014";
    assert_eq!(field(canadian, "salary")["currency"], "CAD");
    assert_eq!(field(canadian, "posted_date"), Value::Null);
}

#[test]
fn a_label_that_has_no_value_yet_gives_none() {
    for value in ["TBD", "tba", "N/A", "To be determined.", "-"] {
        assert_eq!(
            field(
                &format!("Baker\nJob ID: {value}\nSalary: {value}"),
                "job_id"
            ),
            Value::Null,
            "{value}"
        );
    }
    assert_eq!(
        field("Baker\nJob ID: ENTER NUMBER HERE", "job_id"),
        Value::Null
    );
    assert_eq!(field("Baker\nJob ID: 4711-B", "job_id"), "4711-B");
}

#[test]
fn a_label_needs_no_colon_and_may_stand_above_its_value() {
    let text = "baker\nPosted on July 04, 2022\nWorkplace: Graz, Austria\nJob no. 2105801\nApply by August 1, 2022\n\n\
        Experience\n\n2 years to less than 3 years\n\nEducation\n\nSecondary (high) school graduation certificate\n";
    for (name, value) in [
        ("posted_date", json!("2022-07-04")),
        ("deadline", json!("2022-08-01")),
        ("job_id", json!("2105801")),
        ("location", json!("Graz, Austria")),
        ("experience_years_min", json!(2)),
        ("experience_years_max", json!(3)),
        (
            "education",
            json!("Secondary (high) school graduation certificate"),
        ),
    ] {
        assert_eq!(field(text, name), value, "{name}");
    }
}

#[test]
fn a_word_that_only_begins_like_a_label_announces_nothing() {
    let text = "baker\nPosted in the window is our menu of May 5, 2022.\nReference to us\nExperience\n\nBenefits\n";
    for name in ["posted_date", "job_id", "experience_years_min"] {
        assert_eq!(field(text, name), Value::Null, "{name}");
    }
}

#[test]
fn a_public_body_that_a_page_keeps_naming_is_the_employer() {
    let text = "Clerk\n\nYork County is on the coast.\n\nThe clerk helps voters of York County.\n\nAll employees of York County may apply.";
    assert_eq!(field(text, "company"), "York County");
    assert_eq!(
        field("Clerk\n\nWe are in York County.", "company"),
        Value::Null
    );
}

#[test]
fn a_sentence_names_the_job_where_no_heading_does() {
    let text = "Our department is looking for people who get stuff done. The Ballot Processing Supervisor position combines pace and care.";
    assert_eq!(field(text, "title"), "Ballot Processing Supervisor");
    for text in [
        "We hire people who get stuff done. The ideal position is yours.",
        "The Exempt position is yours, and the work is varied and good.",
    ] {
        assert_eq!(field(text, "title"), Value::Null, "{text}");
    }
    let headed = "<h1>Baker</h1><p>The Shift Leader position reports to the Head Baker.</p>";
    assert_eq!(field(headed, "title"), "Baker");
}

#[test]
fn prose_names_the_job_where_no_heading_does() {
    for (text, title) in [
        (
            "The county is seeking an energetic and organized Deputy Registrar of Deeds to join our office.\n\nThe Deputy Registrar of Deeds will file deeds.",
            "Deputy Registrar of Deeds",
        ),
        (
            "Are you fond of ovens? Join us as a Night Baker at Mill & Sons and rise early!",
            "Night Baker",
        ),
        (
            "About us\n\nWe bake. As an Oven Technician, you keep our ovens hot.\n\nThe Bakery Manager is your contact.",
            "Oven Technician",
        ),
    ] {
        assert_eq!(field(text, "title"), title, "{text}");
    }
}

#[test]
fn an_invitation_is_no_name_and_people_named_in_passing_are_no_job() {
    let text = "Join Mill & Sons as the NIGHT BAKER\n\nMill & Sons is seeking a Night Baker to bake at night.";
    assert_eq!(field(text, "title"), "NIGHT BAKER");
    assert_eq!(
        field("We bake. Ovens are hot. The Northern Star shines.", "title"),
        Value::Null
    );
    // A line that has the word of a job stands before what the prose says.
    let text = "Senior Baker (Night)\n\nYou work with our Oven Technician. The Oven Technician will help you.";
    assert_eq!(field(text, "title"), "Senior Baker (Night)");
}

#[test]
fn a_table_of_grades_gives_the_range_over_all_of_them() {
    let table = |rows: &str| {
        format!(
            "<h1>Baker</h1><table><tr><th>Grade</th><th>Step 1 (minimum)</th><th>Step 10 (maximum)</th></tr>{rows}</table>"
        )
    };
    let one = table("<tr><td>B-15</td><td>$136,908</td><td>$183,500</td></tr>");
    let range =
        |min: u32, max: u32| json!({"min": min, "max": max, "currency": null, "period": "yearly"});
    assert_eq!(field(&one, "salary"), range(136_908, 183_500));
    let two = table(
        "<tr><td>B-14</td><td>$116,393</td><td>$151,308</td></tr><tr><td>B-15</td><td>$136,908</td><td>$183,500</td></tr>",
    );
    assert_eq!(field(&two, "salary"), range(116_393, 183_500));
    // By the hour and by the year is one grade twice.
    let twice = table(
        "<tr><td>Yearly</td><td>$41,600</td><td>$62,400</td></tr><tr><td>Hourly</td><td>$20</td><td>$30</td></tr>",
    );
    assert_eq!(field(&twice, "salary"), range(41_600, 62_400));
    // Two columns of something else are no range.
    let other = table("<tr><td>B-15</td><td>2 loaves</td><td>3 loaves</td></tr>");
    assert_eq!(field(&other, "salary"), Value::Null);
}
