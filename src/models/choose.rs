//! `smelt models use`: the model that reads when none is named.

use super::Refused;
use crate::cli::{UseArgs, complain};
use crate::engine::catalogue::{BUNDLED, Catalogue, Reference};
use crate::engine::chosen;
use crate::engine::model::Model;
use crate::engine::place::Place;
use crate::engine::profile::{self, Profiles};

/// Keeps the choice, if the model can work here.
pub(super) fn choose(arguments: &UseArgs) -> Result<(), Refused> {
    let given = arguments.model.to_string_lossy();
    let reference = Reference::of(&given);
    if is_bundled(&reference) {
        chosen::save(None)?;
        complain("the model that smelt carries with it reads when none is named");
        return Ok(());
    }
    let (model, place) = fitting(&given)?;
    let profiles = Profiles::load();
    let key = model.key(place)?;
    let known = profiles.lookup(&key);
    let context = model.context(None);
    let kept = lasting(&reference, &given, &model)?;
    let is_verified = known.is_some_and(|entry| !entry.verified.is_empty());
    if model.target.is_cuda() && !is_verified && !arguments.force {
        return Err(format!(
            "{kept} was not verified on {}: run `smelt models verify {kept}` first, or insist with --force",
            key.place.name
        ));
    }
    chosen::save(Some(&kept))?;
    let cohort = profile::cohort(None, known, model.target.is_cuda())?;
    complain(&format!(
        "{kept} reads when none is named, with {context} tokens of context and {cohort} at a time"
    ));
    Ok(())
}

/// The model, or the first of its smaller files that fits where it does not.
fn fitting(given: &str) -> Result<(Model, Place), Refused> {
    let (fitting, _) = Model::first(given, usize::MAX, |model| {
        let (place, free) = Place::here(model.target);
        if let Some(free) = free {
            model.check_room(model.context(None), 1, free)?;
        }
        Ok((model, place))
    })?;
    Ok(fitting)
}

fn is_bundled(reference: &Reference) -> bool {
    let Reference::Card { id, .. } = reference else {
        return false;
    };
    let catalogue = Catalogue::load();
    id == BUNDLED && catalogue.card(id).is_ok_and(|card| card.repo.is_none())
}

/// The model's name as it will be understood later, from any directory.
fn lasting(reference: &Reference, given: &str, model: &Model) -> Result<String, Refused> {
    match reference {
        Reference::Card { id, quant: None } => {
            // Another file of the card that comes later must not take its place.
            let files = model.card.iter().flat_map(|card| &card.files);
            let found = files
                .into_iter()
                .find(|file| model.path.ends_with(&file.name));
            Ok(found.map_or_else(|| id.clone(), |file| format!("{id}:{}", file.quant)))
        }
        Reference::Card { .. } => Ok(given.to_owned()),
        Reference::File(path) | Reference::CardFile(path) => {
            let path = std::path::absolute(path).map_err(|error| format!("{given}: {error}"))?;
            let name = path
                .to_str()
                .ok_or("the path is not UTF-8, and settings are")?;
            Ok(name.to_owned())
        }
    }
}
