//! Which program holds the model: smelt itself, or with CUDA the one beside it.

use std::path::PathBuf;

/// The program with CUDA. It cannot start where NVIDIA's driver is missing, so it is not smelt itself.
const WITH_CUDA: &str = "smelt-cuda";

/// This program.
///
/// # Errors
/// When the system does not tell where it lies.
pub fn own() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("smelt cannot find its own program: {error}"))
}

/// The program that loads models.
///
/// # Errors
/// When it is not where it should be.
pub fn with_model() -> Result<PathBuf, String> {
    let own = own()?;
    if cfg!(not(feature = "cuda")) {
        return Ok(own);
    }
    let beside = own.with_file_name(WITH_CUDA);
    if beside.is_file() {
        return Ok(beside);
    }
    Err(format!(
        "{} is missing: put it beside smelt (cargo build --features cuda makes both), or use --engine none",
        beside.display()
    ))
}

/// What a program that ended before it began means, as far as its last words tell: the loader's own message names one library
/// and no remedy.
#[must_use]
pub fn last_words(words: &str) -> Option<String> {
    let (_, missing) = words.split_once("error while loading shared libraries: ")?;
    let (library, _) = missing.split_once(':')?;
    Some(if library.starts_with("libcuda.") {
        format!(
            "NVIDIA's driver is not on this machine ({library} is missing): install it, or use a smelt built without CUDA"
        )
    } else {
        format!(
            "{library} is missing: install the CUDA 13 runtime libraries, or add their directory to LD_LIBRARY_PATH"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::last_words;

    #[test]
    fn a_missing_driver_and_a_missing_library_are_told_apart() {
        let line = |library: &str| {
            format!(
                "the worker ended with exit status: 127: smelt-cuda: error while loading shared libraries: {library}: cannot open shared object file: No such file or directory"
            )
        };
        let driver = last_words(&line("libcuda.so.1")).unwrap_or_default();
        assert!(driver.starts_with("NVIDIA's driver is not on this machine"));
        let library = last_words(&line("libcublas.so.13")).unwrap_or_default();
        assert!(library.starts_with("libcublas.so.13 is missing"));
        assert_eq!(last_words("the worker ended with signal: 9"), None);
    }
}
