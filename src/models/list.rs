//! `smelt models list`: every card with its files: which are here, verified on this card, in use.

use std::path::PathBuf;

use serde::Serialize;

use super::number::{columns, gigabytes, grouped};
use super::{Refused, catalogue, is_read, print};
use crate::engine::card::{Card, Claim, ModelFile, Speed, Thinking};
use crate::engine::catalogue::{self, BUNDLED, Reference};
use crate::engine::chosen;
use crate::engine::model::Model;
use crate::engine::place::Place;
use crate::engine::profile::{Best, Profiles};
use crate::engine::program;

/// One file of a card.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    quant: &'a str,
    name: &'a str,
    bytes: u64,
    /// Whether `bytes` is published; otherwise it is computed from the shape.
    published: bool,
    path: Option<PathBuf>,
    verified: Vec<usize>,
    best: Option<Best>,
    in_use: bool,
}

/// One card.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    repo: Option<&'a str>,
    licence: &'a str,
    parameters: u64,
    context_tokens: usize,
    thinking: Thinking,
    in_use: bool,
    files: Vec<Listed<'a>>,
    claimed: &'a [Claim],
    measured: &'a [Speed],
}

/// Prints the list: a table for a person, JSON otherwise.
pub(super) fn list(json: bool) -> Result<(), Refused> {
    let catalogue = catalogue();
    let chosen = chosen::load()?;
    let profiles = Profiles::load();
    let (place, _) = Place::here(program::target());
    let cards = catalogue.cards.iter();
    let entries: Vec<Entry> = cards
        .map(|card| entry(card, chosen.as_deref(), &profiles, &place))
        .collect();
    if json || !is_read() {
        let report = serde_json::json!({
            "place": place,
            "in_use": chosen.as_deref().unwrap_or(BUNDLED),
            "models": entries,
        });
        print(&format!("{report}\n"));
    } else {
        print(&table(&entries, &place, chosen.as_deref()));
    }
    Ok(())
}

fn entry<'a>(
    card: &'a Card,
    chosen: Option<&str>,
    profiles: &Profiles,
    place: &Place,
) -> Entry<'a> {
    let is_bundled = card.id == BUNDLED && card.repo.is_none();
    let (in_use, quant) = match chosen.map(Reference::of) {
        None => (is_bundled, None),
        Some(Reference::Card { id, quant }) => (id == card.id, quant),
        Some(_) => (false, None),
    };
    let mut files: Vec<Listed> = card
        .files
        .iter()
        .map(|file| listed(card, file, profiles, place))
        .collect();
    // Without a quantisation, the first that is here reads.
    let reads = match &quant {
        Some(quant) => files
            .iter()
            .position(|file| file.quant.eq_ignore_ascii_case(quant)),
        None => files
            .iter()
            .position(|file| file.path.is_some() || is_bundled),
    };
    if let Some(file) = reads.filter(|_| in_use).and_then(|at| files.get_mut(at)) {
        file.in_use = true;
    }
    Entry {
        id: &card.id,
        name: &card.name,
        repo: card.repo.as_deref(),
        licence: &card.licence,
        parameters: card.parameters,
        context_tokens: card.context_tokens,
        thinking: card.thinking,
        in_use,
        files,
        claimed: &card.claimed,
        measured: &card.measured,
    }
}

fn listed<'a>(card: &Card, file: &'a ModelFile, profiles: &Profiles, place: &Place) -> Listed<'a> {
    let is_bundled = card.id == BUNDLED && card.repo.is_none();
    let path = catalogue::find(card, file);
    let named = path.as_ref().map(|path| path.display().to_string());
    // The bundled one is asked for by name: its file comes to be when it is first used.
    let given =
        named.or_else(|| (is_bundled && cfg!(feature = "mistralrs")).then(|| BUNDLED.to_owned()));
    let model = given.and_then(|given| Model::open(&given).ok());
    let key = model
        .as_ref()
        .and_then(|model| model.key(place.clone()).ok());
    let known = key.and_then(|key| profiles.lookup(&key));
    let computed = card.blueprint(file).map_or(0, |model| model.bytes());
    Listed {
        quant: &file.quant,
        name: &file.name,
        bytes: file.bytes.unwrap_or(computed),
        published: file.bytes.is_some(),
        path: path.or(model.map(|model| model.path)),
        verified: known
            .map(|entry| entry.verified.clone())
            .unwrap_or_default(),
        best: known.and_then(|entry| entry.best.clone()),
        in_use: false,
    }
}

fn table(entries: &[Entry], place: &Place, chosen: Option<&str>) -> String {
    let heads = [
        "", "id", "quant", "file", "context", "here", "verified", "best",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for entry in entries {
        for file in &entry.files {
            rows.push(cells(entry, file));
        }
    }
    let is_card = entries.iter().any(|entry| entry.in_use);
    let other = chosen.filter(|_| !is_card);
    format!(
        "{}\nverified and best: questions answered together on {}; sizes with ~ are computed from the shape\n{}",
        columns(&rows, 8),
        place.name,
        other.map_or_else(String::new, |file| format!("* in use: {file}\n")),
    )
}

fn cells(entry: &Entry, file: &Listed) -> Vec<String> {
    let widths: Vec<String> = file.verified.iter().map(ToString::to_string).collect();
    let best = file.best.as_ref().map_or_else(String::new, |best| {
        format!("{} at {:.0} tok/s", best.cohort, best.tokens_per_second)
    });
    let is_part_of_smelt = entry.repo.is_none() && entry.id == BUNDLED;
    let here = match &file.path {
        _ if is_part_of_smelt => "in smelt",
        Some(_) => "yes",
        None => "no",
    };
    vec![
        if file.in_use { "*" } else { "" }.to_owned(),
        entry.id.to_owned(),
        file.quant.to_owned(),
        format!(
            "{}{}",
            if file.published { "" } else { "~" },
            gigabytes(file.bytes)
        ),
        grouped(entry.context_tokens as u64),
        here.to_owned(),
        widths.join(" "),
        best,
    ]
}
