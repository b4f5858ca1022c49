//! Where a job's page came from, and the key of its record.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::extract::record::PageSource;
use crate::store::Claim;

/// As the store keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct JobSource {
    /// What the record shows.
    #[serde(flatten)]
    pub(super) page: PageSource,
    /// The day the bytes were fetched.
    pub(super) fetched: Option<Date>,
}

impl JobSource {
    pub(super) fn of(claim: &Claim) -> Self {
        Self::parse(&claim.source)
    }

    /// What the store holds; nothing where it cannot be read.
    pub(super) fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The key of the record for these bytes under some settings.
    pub(super) fn idem_key(&self, sha256: &str, format: &str, settings: &str) -> String {
        let url = self.page.url.as_deref().unwrap_or_default();
        let fetched = self.fetched.map(|day| day.to_string()).unwrap_or_default();
        let parts = [sha256, format, url, &fetched, settings];
        hex::encode(Sha256::digest(parts.join("\0")))
    }
}
