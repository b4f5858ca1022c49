//! The model that reads when none is named: what `smelt models use` wrote into the directory of settings.

use std::path::PathBuf;

use crate::config::{self, Source, entries};

fn path() -> Option<PathBuf> {
    config::directory().map(|directory| directory.join("model.toml"))
}

/// What was chosen, as it would be given to `--model`; none while nothing was.
///
/// # Errors
/// One line, when the file is there and says something else.
pub fn load() -> Result<Option<String>, String> {
    let Some(path) = path().filter(|path| path.exists()) else {
        return Ok(None);
    };
    let source = Source::read(&path).map_err(|error| error.to_string())?;
    let table = source.table().map_err(|error| error.to_string())?;
    let mut model = None;
    for (key, value) in entries(&table) {
        match (key.get_ref().as_ref(), value.get_ref().as_str()) {
            ("model", Some(name)) => model = Some(name.to_owned()),
            ("model", None) => {
                let what = "model must be text: a card's id, or the path of a .gguf file";
                return Err(source.wrong(value.span(), what).to_string());
            }
            (other, _) => {
                let what = format!("there is no setting {other} here, only model");
                return Err(source.wrong(key.span(), what).to_string());
            }
        }
    }
    Ok(model)
}

/// Keeps the choice; none goes back to the bundled model.
///
/// # Errors
/// One line, when it cannot be written.
pub fn save(model: Option<&str>) -> Result<(), String> {
    let path = path().ok_or("no directory of settings is known for this user")?;
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let Some(model) = model else {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    };
    let mut table = toml::Table::new();
    table.insert("model".to_owned(), model.into());
    let text = format!("# Written by `smelt models use`.\n{table}");
    let part = path.with_extension(format!("part-{}", std::process::id()));
    std::fs::create_dir_all(path.parent().unwrap_or(&path))
        .and_then(|()| std::fs::write(&part, text))
        .and_then(|()| std::fs::rename(&part, &path))
        .map_err(failed)
}
