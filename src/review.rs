//! Review: what people say of records, from a typed word to the record as it is shown afterwards.
//!
//! Nothing is overwritten. The store keeps the model's record and a log of [`Change`]s; the record as shown is the one
//! folded over the other ([`apply`]). An edit is a reading of a text, so it holds for every later record of the same
//! text, whoever reads the page again. A decision is about values, so it holds as long as the record shows exactly the
//! values that were decided on. What no longer holds is counted as outdated, and sends the record back to review.

mod all;
mod case;
mod change;
mod edit;
mod fold;
mod gold;
mod undo;
mod value;
mod words;

pub use all::{All, approve_all, approve_unseen};
pub use case::{Case, ReviewError, shown};
pub use change::{Change, Edit};
pub use edit::{check, edit, missed};
pub use fold::{apply, settle, standing};
pub use gold::gold;
pub use undo::{Undone, undo, undo_last};
pub use value::Why;
pub use words::typed;
