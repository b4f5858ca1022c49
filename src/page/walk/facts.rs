//! Names of facts that stand above or before their value without a colon: "Location", "Salary", "Date posted".

const FACTS: [&str; 62] = [
    "annual salary",
    "anstellungsart",
    "application deadline",
    "apply by",
    "arbeitgeber",
    "arbeitsort",
    "base salary",
    "beschäftigungsart",
    "bewerbungsfrist",
    "closing date",
    "company",
    "compensation",
    "contract type",
    "date limite",
    "date posted",
    "deadline",
    "department",
    "employer",
    "employment type",
    "experience level",
    "gehalt",
    "hiring organization",
    "hourly rate",
    "job category",
    "job code",
    "job id",
    "job location",
    "job locations",
    "job number",
    "job title",
    "job type",
    "kennziffer",
    "lieu",
    "lieu de travail",
    "location",
    "locations",
    "opening date",
    "organization",
    "pay",
    "pay range",
    "pay rate",
    "position type",
    "posted",
    "posted date",
    "posted on",
    "posting date",
    "reference",
    "reference number",
    "remote type",
    "req id",
    "requisition id",
    "rémunération",
    "salaire",
    "salary",
    "salary range",
    "seniority level",
    "standort",
    "time type",
    "type de contrat",
    "work location",
    "work schedule",
    "workplace type",
];

/// Whether a whole line is the name of a fact.
#[must_use]
pub fn is_fact(line: &str) -> bool {
    const LONGEST: usize = 24;
    line.len() <= LONGEST && FACTS.binary_search(&line.to_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_in_order_and_found() {
        assert!(FACTS.is_sorted());
        assert!(is_fact("Job Location"));
        assert!(is_fact("Rémunération"));
        assert!(!is_fact("Benefits"));
    }
}
