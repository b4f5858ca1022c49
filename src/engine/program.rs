//! Which program holds the model: smelt itself on the CPU, or the one beside it on an NVIDIA GPU.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::memory::Target;

/// The program with CUDA. It cannot start where NVIDIA's driver is missing, so it is not smelt itself.
const WITH_CUDA: &str = "smelt-cuda";

/// Stands in its version if it was built with flash-attn.
const FLASH: &str = "+flash-attn";

/// Whoever sets it reads on the CPU even where a GPU could.
const CPU: &str = "SMELT_CPU";

/// Whether this program can load a model by itself; one that was built with CUDA leaves that to the other.
const HAS_ENGINE: bool = cfg!(all(feature = "mistralrs", not(feature = "cuda")));

/// What a build that cannot read by itself says to whoever asks for it.
const NO_ENGINE: &str = if cfg!(feature = "cuda") {
    "this smelt was built with the cuda feature, so it leaves reading to a smelt-cuda beside it, which is not there or kept out by SMELT_CPU; build smelt itself without that feature to read on the CPU, or use --engine none"
} else {
    "this smelt was built without the mistralrs feature, and no smelt-cuda lies beside it, or SMELT_CPU keeps it out: use --engine none"
};

/// A program that can load a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Where it lies.
    pub program: PathBuf,
    /// What it computes on.
    pub target: Target,
    /// Its version, and what else it was built with.
    pub build: String,
    /// Why it is not the one that was hoped for.
    pub notice: Option<String>,
}

/// This program.
///
/// # Errors
/// When the system does not tell where it lies.
pub fn own() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("smelt cannot find its own program: {error}"))
}

/// The program that loads models: the one with CUDA where it lies beside this one and starts, unless the environment has a
/// `SMELT_CPU`; else this one. Found once.
///
/// # Errors
/// When neither can.
pub fn holder() -> Result<Holder, String> {
    static HOLDER: OnceLock<Result<Holder, String>> = OnceLock::new();
    HOLDER.get_or_init(find).clone()
}

/// What models are computed on.
#[must_use]
pub fn target() -> Target {
    holder().map_or(Target::Cpu, |holder| holder.target)
}

fn find() -> Result<Holder, String> {
    let own = own()?;
    let beside = own.with_file_name(WITH_CUDA);
    let mut notice = None;
    if std::env::var_os(CPU).is_none() && beside.is_file() {
        match starts(&beside) {
            Ok(build) => {
                return Ok(Holder {
                    program: beside,
                    target: if build.contains(FLASH) {
                        Target::CudaFlash
                    } else {
                        Target::Cuda
                    },
                    build,
                    notice: None,
                });
            }
            Err(why) if HAS_ENGINE => notice = Some(format!("{why}; the CPU reads")),
            Err(why) => return Err(why),
        }
    }
    if !HAS_ENGINE {
        return Err(NO_ENGINE.to_owned());
    }
    Ok(Holder {
        program: own,
        target: Target::Cpu,
        build: env!("CARGO_PKG_VERSION").to_owned(),
        notice,
    })
}

/// A program's version, if it gets as far as its own code: the loader ends it before where a library is missing.
fn starts(program: &Path) -> Result<String, String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} does not start: {error}", program.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let meaning = missing(&words);
    Err(meaning.unwrap_or_else(|| {
        let how = output.status;
        format!("{} ended with {how}: {}", program.display(), words.trim())
    }))
}

/// What the loader's message means: it names one library and no remedy.
fn missing(words: &str) -> Option<String> {
    let (_, missing) = words.split_once("error while loading shared libraries: ")?;
    let (library, _) = missing.split_once(':')?;
    Some(if library.starts_with("libcuda.") {
        format!(
            "NVIDIA's driver is not on this machine ({library} is missing): install it, or leave out smelt-cuda"
        )
    } else {
        format!(
            "smelt-cuda misses {library}: install the CUDA 13 runtime libraries, or add their directory to LD_LIBRARY_PATH"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn a_missing_driver_and_a_missing_library_are_told_apart() {
        let line = |library: &str| {
            format!(
                "smelt-cuda: error while loading shared libraries: {library}: cannot open shared object file"
            )
        };
        let driver = missing(&line("libcuda.so.1")).unwrap_or_default();
        assert!(driver.starts_with("NVIDIA's driver is not on this machine"));
        let library = missing(&line("libcublas.so.13")).unwrap_or_default();
        assert!(library.starts_with("smelt-cuda misses libcublas.so.13"));
        assert_eq!(missing("thread main panicked"), None);
    }
}
