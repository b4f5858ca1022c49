//! Calling jobs off: each becomes a failed posting whose record says that a person cancelled it.

use super::now;
use crate::extract::record::{ModelName, PageSource, Record};
use crate::store::{Store, StoreError};

/// What the record and the row of a cancelled job say.
const REASON: &str = "cancelled before it was read: retry it, or name its input again";

/// Calls off those of `jobs` that are not finished, and returns them. A worker of whatever process that is at one of
/// them finds its claim void and drops what it read.
///
/// # Errors
/// When the store cannot be written; then none was called off.
pub fn cancel(store: &mut Store, jobs: &[i64]) -> Result<Vec<i64>, StoreError> {
    store.cancel(jobs, REASON, now(), &|job| {
        let source: PageSource = serde_json::from_str(job.source).unwrap_or_default();
        let nobody = ModelName {
            id: None,
            quant: None,
            engine: "none".to_owned(),
        };
        let record = Record::failed(job.posting_id, source, nobody, "cancelled", REASON);
        serde_json::to_string(&record).unwrap_or_default()
    })
}
