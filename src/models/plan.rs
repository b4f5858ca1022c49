//! `smelt models plan`: what fits into so much memory, at which context and how many questions together.

use super::plan_text;
use super::sheet::{Budget, Row, Sheet, of, of_card, row};
use super::{Refused, catalogue, print};
use crate::cli::PlanArgs;
use crate::engine::blueprint::Blueprint;
use crate::engine::card::Card;
use crate::engine::catalogue::{Catalogue, Reference};
use crate::engine::gguf::Header;
use crate::engine::memory::Target;
use crate::engine::place;
use crate::engine::program;

/// What is planned for without a card.
const USUAL: u64 = 16_000_000_000;

/// Prints the plan.
pub(super) fn plan(arguments: &PlanArgs) -> Result<(), Refused> {
    let (bytes, whose) = memory_of(arguments.vram);
    let budget = Budget {
        bytes,
        context: arguments.context,
        cohort: arguments.cohort,
        flash_attn: arguments.flash_attn || program::target() == Target::CudaFlash,
    };
    let quant = arguments.quant.as_deref();
    let catalogue = catalogue();
    let sheets: Vec<Sheet> = if arguments.models.is_empty() {
        all(&catalogue, quant, &budget)?
    } else {
        let named = arguments.models.iter();
        named
            .map(|given| sheet(&catalogue, given, quant, &budget))
            .collect::<Result<_, _>>()?
    };
    if arguments.json {
        let report = serde_json::json!({"budget": budget, "memory": whose, "models": sheets});
        print(&format!("{report}\n"));
    } else {
        print(&plan_text::text(&budget, &whose, &sheets));
    }
    match sheets.as_slice() {
        [one] if one.rows.iter().all(|row| row.refused.is_some()) => Err(refusal(one)),
        _ => Ok(()),
    }
}

fn refusal(sheet: &Sheet) -> String {
    let why = |row: &Row| Some(format!("{}: {}", row.quant, row.refused.as_ref()?));
    let reasons: Vec<String> = sheet.rows.iter().filter_map(why).collect();
    format!("{} is refused: {}", sheet.model, reasons.join("; "))
}

/// What there is, and whose it is.
fn memory_of(given: Option<u64>) -> (u64, String) {
    if let Some(bytes) = given {
        return (bytes, "as asked for".to_owned());
    }
    match place::card() {
        Some((card, Some(free))) => (free, format!("free on the {}", card.name)),
        _ => (
            USUAL,
            "no card is here that tells what it has free".to_owned(),
        ),
    }
}

/// The plans of every card; a quantisation that some do not have leaves those out.
fn all(catalogue: &Catalogue, quant: Option<&str>, budget: &Budget) -> Result<Vec<Sheet>, Refused> {
    let has = |card: &&Card| quant.is_none() || card.file(quant).is_ok();
    let cards: Vec<&Card> = catalogue.cards.iter().filter(has).collect();
    if cards.is_empty() {
        return Err(format!(
            "no card has a file in {}",
            quant.unwrap_or_default()
        ));
    }
    cards
        .into_iter()
        .map(|card| of_card(card, quant, budget))
        .collect()
}

fn sheet(
    catalogue: &Catalogue,
    given: &str,
    quant: Option<&str>,
    budget: &Budget,
) -> Result<Sheet, Refused> {
    match Reference::of(given) {
        Reference::File(path) => {
            let header = Header::open(&path).map_err(|error| error.to_string())?;
            header
                .check_supported()
                .map_err(|error| error.to_string())?;
            let model = Blueprint::from(&header);
            let row = row(header.quant(), &model, budget);
            let name = header.name().unwrap_or_default();
            Ok(of(given, name, &model, vec![row]))
        }
        Reference::CardFile(path) => {
            let card = Card::load(&path).map_err(|error| error.to_string())?;
            of_card(&card, quant, budget)
        }
        Reference::Card { id, quant: own } => {
            of_card(catalogue.card(&id)?, own.as_deref().or(quant), budget)
        }
    }
}
