//! Which lines can state a key at all: a second question shows no others, and is not put where there are none.

use super::wire::Ask;
use crate::page::{Block, Page};
use crate::posting::date::{self, DateContext};
use crate::posting::{terms, years};

/// The lines that can state any of the keys; keys that no line can state are taken out.
pub fn lines(page: &Page, blocks: &[Block], asks: &mut Vec<Ask>) -> Vec<Block> {
    let can_state = |ask: Ask| move |block: &&Block| states(ask, page.text_of(block));
    asks.retain(|ask| blocks.iter().any(|block| can_state(*ask)(&block)));
    let any = |block: &&Block| asks.iter().any(|ask| can_state(*ask)(block));
    blocks.iter().filter(any).cloned().collect()
}

/// Whether the check of a key's answer could find anything in a line.
fn states(ask: Ask, text: &str) -> bool {
    let has_figure = || text.chars().any(char::is_numeric);
    match ask {
        Ask::JobType => !terms::job_types(text).is_empty(),
        Ask::Remote => !terms::remote_types(text).is_empty(),
        Ask::Level => !terms::levels(text).is_empty(),
        Ask::Salary | Ask::JobId => has_figure(),
        Ask::Years => has_figure() || years::parse(text).is_some(),
        Ask::Posted | Ask::Deadline => {
            has_figure() || date::parse(text, &DateContext::default()).is_some()
        }
        _ => true,
    }
}
