//! `smelt models pull`: a model's file from the Hugging Face hub into the cache its tools share, whole or not at all.

mod copy;
mod remote;
mod shelf;
mod trouble;

use std::sync::{Arc, OnceLock};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::copy::fetch;
use self::remote::{Found, Hub};
use self::shelf::Shelf;
use self::trouble::Trouble;
use super::number::gigabytes;
use super::{Refused, catalogue, print};
use crate::cli::{PullArgs, complain};
use crate::engine::card::ModelFile;
use crate::engine::catalogue::Reference;
use crate::engine::hub;
use crate::signals;

/// The revision whose files a card knows.
const MAIN: &str = "main";

/// Fetches a file, and prints where it lies.
pub(super) fn pull(arguments: &PullArgs) -> Result<(), Refused> {
    let Reference::Card { id, quant } = Reference::of(&arguments.model) else {
        return Err("pull takes a card's id; `smelt models list` shows them".to_owned());
    };
    let catalogue = catalogue();
    let card = catalogue.card(&id)?;
    let Some(repo) = &card.repo else {
        return Err(format!("{id} is part of smelt: there is nothing to fetch"));
    };
    let file = card.file(arguments.quant.as_deref().or(quant.as_deref()))?;
    let cache = hub::cache().ok_or("no cache directory is known for this user: set HF_HOME")?;
    let remote = Hub::new()?;
    let found = remote.look(repo, &arguments.revision, &file.name)?;
    let sha256 = expected(file, &found, &arguments.revision)?;
    let shelf = Shelf::new(&cache, repo, &found.etag)?;
    if shelf.holds(found.size) {
        complain(&format!("{} is here already", file.name));
    } else {
        let _lock = shelf.lock()?;
        shelf.check_space(found.size)?;
        whole(&remote, &shelf, &found, sha256.as_deref(), &file.name)?;
    }
    let path = shelf.link(&found.commit, &arguments.revision, &file.name)?;
    print(&format!("{}\n", path.display()));
    Ok(())
}

/// The digest the file must have: the card's, else the one by which the hub stores it.
fn expected(file: &ModelFile, found: &Found, revision: &str) -> Result<Option<String>, Refused> {
    let stored = (found.etag.len() == 64).then(|| found.etag.to_ascii_lowercase());
    let known = file.sha256.as_ref().filter(|_| revision == MAIN);
    let known = known.map(|digest| digest.to_ascii_lowercase());
    match (known, stored) {
        (Some(known), Some(stored)) if known != stored => Err(format!(
            "{} is another file there (sha256 {stored}) than the card knows (sha256 {known}): nothing was fetched; if the new one is wanted, correct the card or name its --revision",
            file.name
        )),
        (known, stored) => Ok(known.or(stored)),
    }
}

/// Fetches the bytes, checks them, and makes them the blob.
fn whole(
    remote: &Hub,
    shelf: &Shelf,
    found: &Found,
    sha256: Option<&str>,
    name: &str,
) -> Result<(), Refused> {
    let bar = bar(found.size);
    let listening = listen(&bar, name);
    if sha256.is_none() {
        complain("neither card nor server tells the sha256: only the size is checked");
    }
    let fetched = fetch(remote, shelf, found, &bar);
    bar.finish_and_clear();
    drop(listening);
    let have = shelf.part_bytes();
    let digest = fetched.map_err(|trouble| match trouble {
        Trouble::Broken(why) => format!(
            "{name}: {why}; {} are kept, the same command goes on from there",
            gigabytes(have)
        ),
        Trouble::Full => format!(
            "{name}: the disk is full; {} are kept, free some space and run the same command again",
            gigabytes(have)
        ),
        Trouble::Refused(why) => format!("{name}: {why}"),
    })?;
    if let Some(sha256) = sha256.filter(|sha256| *sha256 != digest) {
        shelf.throw_away();
        return Err(format!(
            "{name} has the wrong sha256, {digest} instead of {sha256}: what was fetched is removed; try again, and if it stays so the server has another file"
        ));
    }
    shelf.keep()
}

fn bar(size: Option<u64>) -> ProgressBar {
    // On a pipe or in a log it draws nothing.
    let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
    let template = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} (eta {eta})";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Says that the part is kept when a signal ends the program.
fn listen(bar: &ProgressBar, name: &str) -> Option<signals::Stopped> {
    let (bar, name) = (bar.clone(), name.to_owned());
    let own: Arc<OnceLock<signals::Stopped>> = Arc::default();
    let heard = Arc::clone(&own);
    let stopped = signals::listen(move |_| {
        bar.finish_and_clear();
        complain(&format!(
            "{name}: interrupted; the part is kept, the same command goes on from there"
        ));
        if let Some(stopped) = heard.get() {
            stopped.die();
        }
    });
    let stopped = stopped.ok()?;
    own.set(stopped.clone()).ok();
    Some(stopped)
}
