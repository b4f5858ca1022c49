//! What the user asks of those who work behind the console.

use std::ops::Range;
use std::sync::Arc;

use crate::posting::Field;
use crate::review::Case;

/// What is wanted of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read it again.
    Retry,
    /// Call it off.
    Cancel,
    /// Give it this priority; lower goes first.
    Priority(i64),
}

/// A step of review. A case is the record as the user saw it: nothing is written about one that has changed since.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The record is right.
    Approve(Arc<Case>),
    /// It is of no use, perhaps for a reason.
    Reject(Arc<Case>, Option<String>),
    /// A field has this value, which stands in these bytes of the page.
    Edit(Arc<Case>, Field, String, Option<Range<usize>>),
    /// These bytes of the page state the field, which the record lacks.
    Missed(Arc<Case>, Field, Range<usize>),
    /// Take back what was said last.
    Undo,
    /// Go to the record to review that comes after this job's.
    Next(Option<i64>),
    /// Count what would be approved together from so many percent on.
    Preview(u8),
    /// Approve what was counted.
    ApproveAll(u8),
}
