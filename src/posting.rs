//! The domain: a job posting as the record states it, its enums, and the names of its fields.

pub mod date;
pub mod money;
pub mod schema;
pub mod terms;
pub mod validate;
pub mod years;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one page says about one job. Every key is always present; what the page does not state is `null` or an
/// empty list, and nothing has a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = Field::KEYS))]
pub struct JobPosting {
    /// Name of the job, as the page writes it.
    #[schemars(length(min = 1, max = 200))]
    pub title: Option<String>,
    /// The employer.
    #[schemars(length(min = 1, max = 100))]
    pub company: Option<String>,
    /// Place of work, as the page writes it.
    #[schemars(length(min = 1, max = 200))]
    pub location: Option<String>,
    /// Kind of employment.
    pub job_type: Option<JobType>,
    /// Where the work is done.
    pub remote_type: Option<RemoteType>,
    /// Seniority.
    pub experience_level: Option<ExperienceLevel>,
    /// Pay.
    pub salary: Option<Salary>,
    /// Skills named on the page, in its own words.
    #[schemars(length(max = 20), inner(length(min = 1, max = 100)))]
    pub skills: Vec<String>,
    /// Least number of years of experience asked for.
    #[schemars(range(max = 50))]
    pub experience_years_min: Option<u8>,
    /// Greatest number of years of experience asked for.
    #[schemars(range(max = 50))]
    pub experience_years_max: Option<u8>,
    /// Education asked for.
    #[schemars(length(min = 1, max = 100))]
    pub education: Option<String>,
    /// A verbatim selection of the page.
    #[schemars(length(min = 1, max = 5000))]
    pub description: Option<String>,
    /// Verbatim items of the page.
    #[schemars(length(max = 30))]
    pub requirements: Vec<String>,
    /// Verbatim items of the page.
    #[schemars(length(max = 30))]
    pub responsibilities: Vec<String>,
    /// Verbatim items of the page.
    #[schemars(length(max = 20))]
    pub benefits: Vec<String>,
    /// Address of the posting; never read by the model.
    pub url: Option<String>,
    /// Day the posting appeared.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub posted_date: Option<Date>,
    /// Last day to apply.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub deadline: Option<Date>,
    /// The employer's own number of the posting.
    #[schemars(length(min = 1, max = 100))]
    pub job_id: Option<String>,
}

/// Kind of employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum JobType {
    FullTime,
    PartTime,
    Contract,
    Internship,
    Freelance,
}

/// Where the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RemoteType {
    Remote,
    Hybrid,
    Onsite,
}

/// Seniority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ExperienceLevel {
    Entry,
    Mid,
    Senior,
    Lead,
    Executive,
}

/// The time one amount of pay is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Period {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Pay as stated: bounds that the page does not give are `null`, and so are currency and period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["min", "max", "currency", "period"]))]
pub struct Salary {
    /// Lower bound, in units of the currency.
    #[schemars(range(min = 0, max = 10_000_000))]
    #[serde(serialize_with = "whole_or_fraction")]
    pub min: Option<f64>,
    /// Upper bound, in units of the currency.
    #[schemars(range(min = 0, max = 10_000_000))]
    #[serde(serialize_with = "whole_or_fraction")]
    pub max: Option<f64>,
    /// ISO 4217 code.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub currency: Option<String>,
    /// The time the amounts are for.
    pub period: Option<Period>,
}

/// Writes 45000.0 as 45000: pay is a whole number on nearly every page.
#[allow(clippy::ref_option)] // the signature that serde calls
fn whole_or_fraction<S: serde::Serializer>(
    amount: &Option<f64>,
    out: S,
) -> Result<S::Ok, S::Error> {
    match amount {
        #[allow(clippy::cast_possible_truncation)]
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            out.serialize_i64(*value as i64)
        }
        Some(value) => out.serialize_f64(*value),
        None => out.serialize_none(),
    }
}

/// The name of one key of [`JobPosting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Field {
    Title,
    Company,
    Location,
    JobType,
    RemoteType,
    ExperienceLevel,
    Salary,
    Skills,
    ExperienceYearsMin,
    ExperienceYearsMax,
    Education,
    Description,
    Requirements,
    Responsibilities,
    Benefits,
    Url,
    PostedDate,
    Deadline,
    JobId,
}

impl Field {
    /// Every field, in the order of the record.
    pub const ALL: [Self; 19] = [
        Self::Title,
        Self::Company,
        Self::Location,
        Self::JobType,
        Self::RemoteType,
        Self::ExperienceLevel,
        Self::Salary,
        Self::Skills,
        Self::ExperienceYearsMin,
        Self::ExperienceYearsMax,
        Self::Education,
        Self::Description,
        Self::Requirements,
        Self::Responsibilities,
        Self::Benefits,
        Self::Url,
        Self::PostedDate,
        Self::Deadline,
        Self::JobId,
    ];

    /// The keys of the record, in its order.
    pub const KEYS: [&'static str; 19] = [
        "title",
        "company",
        "location",
        "job_type",
        "remote_type",
        "experience_level",
        "salary",
        "skills",
        "experience_years_min",
        "experience_years_max",
        "education",
        "description",
        "requirements",
        "responsibilities",
        "benefits",
        "url",
        "posted_date",
        "deadline",
        "job_id",
    ];

    /// The key of the record.
    #[must_use]
    pub fn key(self) -> &'static str {
        Self::KEYS[self as usize]
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.key())
    }
}
