//! The cache of the Hugging Face hub on this machine, in the layout that its own tools use, and how the hub is asked.
//!
//! `models--OWNER--NAME/{blobs/ETAG, refs/REVISION, snapshots/COMMIT/FILE -> blob}`.

use std::env;
use std::path::{Path, PathBuf};

/// Where files come from unless the environment names a mirror.
const ENDPOINT: &str = "https://huggingface.co";

/// A variable that is set to something.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The hub's directory of this user: `HF_HOME`, or `huggingface` in the user's cache.
fn home() -> Option<PathBuf> {
    variable("HF_HOME").or_else(|| {
        let base = directories::BaseDirs::new()?;
        let cache = variable("XDG_CACHE_HOME").unwrap_or_else(|| base.home_dir().join(".cache"));
        Some(cache.join("huggingface"))
    })
}

/// Where models are kept; none for a user without a home.
#[must_use]
pub fn cache() -> Option<PathBuf> {
    variable("HF_HUB_CACHE")
        .or_else(|| variable("HUGGINGFACE_HUB_CACHE"))
        .or_else(|| home().map(|home| home.join("hub")))
}

/// The address that is asked, without a slash at its end.
#[must_use]
pub fn endpoint() -> String {
    let named = env::var("HF_ENDPOINT")
        .ok()
        .filter(|value| !value.is_empty());
    let endpoint = named.unwrap_or_else(|| ENDPOINT.to_owned());
    endpoint.trim_end_matches('/').to_owned()
}

/// The user's token, if there is one: `HF_TOKEN`, else the file that the hub's own tools write.
#[must_use]
pub fn token() -> Option<String> {
    let given = env::var("HF_TOKEN").ok();
    let token = given.filter(|token| !token.trim().is_empty()).or_else(|| {
        let file = variable("HF_TOKEN_PATH").or_else(|| Some(home()?.join("token")))?;
        std::fs::read_to_string(file).ok()
    })?;
    let token = token.trim().to_owned();
    (!token.is_empty()).then_some(token)
}

/// A repository's directory in the cache.
#[must_use]
pub fn repository(cache: &Path, repo: &str) -> PathBuf {
    cache.join(format!("models--{}", repo.replace('/', "--")))
}

/// The file of a repository as it lies in the cache: of the main revision if that is there, else of any.
#[must_use]
pub fn find(cache: &Path, repo: &str, file: &str) -> Option<PathBuf> {
    let repository = repository(cache, repo);
    let snapshots = repository.join("snapshots");
    let main = std::fs::read_to_string(repository.join("refs/main")).unwrap_or_default();
    let preferred = snapshots.join(main.trim()).join(file);
    if !main.trim().is_empty() && preferred.is_file() {
        return Some(preferred);
    }
    let mut others: Vec<PathBuf> = std::fs::read_dir(snapshots)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join(file)))
        .filter(|path| path.is_file())
        .collect();
    others.sort();
    others.pop()
}
