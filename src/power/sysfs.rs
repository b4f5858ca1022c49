//! The firmware's platform profile, as the kernel shows it under /sys/firmware/acpi.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::writer::{Code, Profiles, Refusal};

/// The files of the platform profile.
#[derive(Debug, Clone)]
pub struct PlatformFiles {
    current: PathBuf,
    choices: PathBuf,
}

impl PlatformFiles {
    /// Those below a directory that looks like /sys.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        let acpi = root.join("firmware/acpi");
        Self {
            current: acpi.join("platform_profile"),
            choices: acpi.join("platform_profile_choices"),
        }
    }

    /// The profile in force and the choices.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn read(&self) -> Result<Profiles, Refusal> {
        let read = |path: &Path| {
            std::fs::read_to_string(path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => Refusal::new(
                    Code::NotSupported,
                    "this machine has no platform profiles (no file platform_profile in /sys/firmware/acpi)",
                ),
                _ => Refusal::new(
                    Code::Failed,
                    format!("the platform profile cannot be read: {error}"),
                ),
            })
        };
        Ok(Profiles {
            current: read(&self.current)?.trim().to_owned(),
            choices: read(&self.choices)?
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Chooses a profile; whether it is then in force, reading tells.
    ///
    /// # Errors
    /// When it is no choice, may not be written, or the firmware refuses.
    pub fn write(&self, name: &str) -> Result<(), Refusal> {
        let choices = self.read()?.choices;
        if !choices.iter().any(|choice| choice == name) {
            return Err(Refusal::new(
                Code::OutOfRange,
                format!(
                    "the platform has no profile {name:?}, but {}",
                    choices.join(", ")
                ),
            ));
        }
        // Not created: below a wrong root nothing may appear.
        let written = std::fs::OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&self.current)
            .and_then(|mut file| std::io::Write::write_all(&mut file, name.as_bytes()));
        written.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Refusal::new(
                Code::NoPermission,
                "no permission to write /sys/firmware/acpi/platform_profile",
            ),
            _ => Refusal::new(
                Code::Failed,
                format!("the platform profile cannot be changed: {error}"),
            ),
        })
    }
}
