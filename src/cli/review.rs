//! The arguments of `smelt review`.

use clap::{Args, Subcommand};

use super::StoreArgs;

/// Reviewing.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ReviewCommand,
}

/// What can be done in review. A JOB is the number that `list` shows, or the id of a posting.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// List records, the least certain first; JSON lines where stdout is no terminal.
    List(ListArgs),
    /// Show a record field by field with the words it was read from, and what was said of it.
    Show(ShowArgs),
    /// Say that records are right.
    Approve(ApproveArgs),
    /// Say that records are not to be used.
    Reject(RejectArgs),
    /// Give a field another value.
    Edit(EditArgs),
    /// Take back what you said last, or one entry of the log.
    Undo(UndoArgs),
    /// Approve all records whose every value is certain enough; without --yes, say how many these are.
    ApproveAll(ApproveAllArgs),
}

/// Who speaks.
#[derive(Debug, Clone, Args)]
pub struct WhoArgs {
    /// Your name in the review log; default: the user's.
    #[arg(long = "by", value_name = "NAME", env = "SMELT_REVIEWER")]
    pub who: Option<String>,
}

impl WhoArgs {
    /// The name to write.
    #[must_use]
    pub fn name(&self) -> String {
        let user = || std::env::var("USER").ok();
        let given = self.who.clone().or_else(user);
        given
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| "somebody".to_owned())
    }
}

/// Listing.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// waiting, running, retrying, done, to-review, approved, rejected, failed, or all.
    #[arg(long, value_name = "STATE", default_value = "to-review")]
    pub state: Vec<String>,
    /// Only where the posting's id, file, address or title holds this text.
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Showing.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The job, or the posting's id.
    pub job: String,
    /// JSON also on a terminal.
    #[arg(long)]
    pub json: bool,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Approving.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// Jobs, or ids of postings.
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<String>,
    /// Who.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Rejecting.
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// Jobs, or ids of postings.
    #[arg(required = true, value_name = "JOB")]
    pub jobs: Vec<String>,
    /// Why; the record says it.
    #[arg(long, value_name = "TEXT")]
    pub because: Option<String>,
    /// Who.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Editing.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// The job, or the posting's id.
    pub job: String,
    /// The field, as the record names it.
    pub field: String,
    /// The value in words, several for a list; an empty one says that the page does not state it. Without any, the
    /// value is read from the bytes of --at, which the reader had missed.
    #[arg(value_name = "VALUE", required_unless_present = "at")]
    pub value: Vec<String>,
    /// Where the page states it: bytes of the clean text, START..END.
    #[arg(long, value_name = "START..END", value_parser = bytes)]
    pub at: Option<(usize, usize)>,
    /// Who.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Undoing.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The entry, as `show` numbers it; it may be an undo, which redoes. Default: what you said last.
    #[arg(value_name = "ENTRY")]
    pub entry: Option<i64>,
    /// Who.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Approving many.
#[derive(Debug, Args)]
pub struct ApproveAllArgs {
    /// The least confidence that every value of a record must have, 0 to 1.
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub above: u8,
    /// Also records that need no look.
    #[arg(long)]
    pub also_done: bool,
    /// Do it.
    #[arg(long)]
    pub yes: bool,
    /// Who.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Where records are kept.
    #[command(flatten)]
    pub store: StoreArgs,
}

fn bytes(text: &str) -> Result<(usize, usize), String> {
    let parsed = text.split_once("..").and_then(|(start, end)| {
        let bounds: (usize, usize) = (start.parse().ok()?, end.parse().ok()?);
        (bounds.0 < bounds.1).then_some(bounds)
    });
    parsed.ok_or_else(|| "two offsets in bytes, such as 120..134".to_owned())
}

/// In percent, which is how finely confidences are kept.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked to be 0 to 100
fn confidence(text: &str) -> Result<u8, String> {
    let given: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&given) {
        Ok((given * 100.0).ceil() as u8)
    } else {
        Err("must be between 0 and 1".to_owned())
    }
}
