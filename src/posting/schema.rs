//! The JSON Schema of a posting.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::JobPosting;

/// The JSON Schema (draft 2020-12) that every posting of a record satisfies.
#[must_use]
pub fn job_posting() -> Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<JobPosting>()
        .to_value()
}
