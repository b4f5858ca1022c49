//! A card whose writes go through `sudo -n nvidia-smi`, for users whom sudoers lets; its readings come from the driver.

use std::process::{Command, Output, Stdio};

use super::writer::{Code, Refusal};
use crate::gpu::{Card, GpuError, Which};

/// Where distributions put it; sudoers lines name programs by their full path.
pub const NVIDIA_SMI: &str = "/usr/bin/nvidia-smi";

/// What nvidia-smi prints where it did nothing, and what that means. It ends with status 0 on most of these, so its
/// text is what counts.
const REFUSALS: [(&str, Meaning); 9] = [
    ("is not supported", Meaning::NotSupported),
    ("not supported for", Meaning::NotSupported),
    ("not supported in current scope", Meaning::NotSupported),
    ("treating as warning", Meaning::NotSupported),
    ("insufficient permissions", Meaning::NoPermission),
    ("not a valid", Meaning::OutOfRange),
    ("out of range", Meaning::OutOfRange),
    ("gpu is lost", Meaning::Lost),
    ("no devices were found", Meaning::Lost),
];

#[derive(Debug, Clone, Copy)]
enum Meaning {
    NotSupported,
    NoPermission,
    OutOfRange,
    Lost,
}

/// A card written to by `sudo -n nvidia-smi`.
pub struct SudoCard {
    readings: Box<dyn Card>,
    which: Which,
}

impl SudoCard {
    /// Reads from `readings`, and writes to the card that is `which` to nvidia-smi as well.
    ///
    /// # Errors
    /// When sudo does not let this user, or would ask for a password; asking it changes nothing.
    pub fn open(readings: Box<dyn Card>, which: Which) -> Result<Self, Refusal> {
        let card = Self { readings, which };
        let allowed = card.sudo(&["-l"], &["-rgc"]).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "sudo is not installed".to_owned(),
                _ => format!("sudo does not start: {error}"),
            };
            Refusal::new(Code::NoPermission, why)
        })?;
        if allowed.status.success() {
            return Ok(card);
        }
        let said = String::from_utf8_lossy(&allowed.stderr);
        let said = said.lines().next().unwrap_or_default().trim();
        let said = said.strip_prefix("sudo: ").unwrap_or(said);
        let why = if said.is_empty() { "" } else { ": " };
        let text =
            format!("sudo lets this user not run {NVIDIA_SMI} without a password{why}{said}");
        Err(Refusal::new(Code::NoPermission, text))
    }

    fn sudo(&self, options: &[&str], arguments: &[&str]) -> std::io::Result<Output> {
        Command::new("sudo")
            // Without a terminal to ask on: a prompt in the middle of a run would hang it.
            .arg("-n")
            .args(options)
            .args([NVIDIA_SMI, "-i", &self.which.to_string()])
            .args(arguments)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
    }

    fn write(&self, arguments: &[&str]) -> Result<(), GpuError> {
        match self.sudo(&[], arguments) {
            Ok(output) => {
                let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
                text.push_str(&String::from_utf8_lossy(&output.stderr));
                verdict(output.status.success(), &text)
            }
            Err(_) => Err(GpuError::NoPermission),
        }
    }
}

/// What a run of nvidia-smi under sudo came to.
///
/// # Errors
/// Whatever its text says, and also when it says nothing of success.
pub fn verdict(succeeded: bool, text: &str) -> Result<(), GpuError> {
    let text = text.to_lowercase();
    let refusal = REFUSALS.iter().find(|(words, _)| text.contains(words));
    match refusal {
        Some((_, Meaning::NotSupported)) => Err(GpuError::NotSupported),
        Some((_, Meaning::NoPermission)) => Err(GpuError::NoPermission),
        Some((_, Meaning::OutOfRange)) => Err(GpuError::OutOfRange),
        Some((_, Meaning::Lost)) => Err(GpuError::Lost),
        None if text.contains("sudo:") || text.contains("not allowed") => {
            Err(GpuError::NoPermission)
        }
        None if succeeded && text.contains("all done") => Ok(()),
        None => Err(GpuError::Failed(UNKNOWN)),
    }
}

/// NVML's code for what it cannot name.
const UNKNOWN: u32 = 999;

impl Card for SudoCard {
    fn enforced_power_limit_mw(&mut self) -> Result<u32, GpuError> {
        self.readings.enforced_power_limit_mw()
    }

    fn default_power_limit_mw(&mut self) -> Result<u32, GpuError> {
        self.readings.default_power_limit_mw()
    }

    fn power_limit_range_mw(&mut self) -> Result<(u32, u32), GpuError> {
        self.readings.power_limit_range_mw()
    }

    fn set_power_limit_mw(&mut self, limit: u32) -> Result<(), GpuError> {
        // Decimals only where there are some: sudoers lines and old versions may know whole watts only.
        let watts = match limit % 1000 {
            0 => format!("{}", limit / 1000),
            rest => format!("{}.{rest:03}", limit / 1000),
        };
        self.write(&["-pl", &watts])
    }

    fn supported_sm_clocks_mhz(&mut self) -> Result<Vec<u32>, GpuError> {
        self.readings.supported_sm_clocks_mhz()
    }

    fn sm_clock_mhz(&mut self) -> Result<u32, GpuError> {
        self.readings.sm_clock_mhz()
    }

    fn lock_clocks_mhz(&mut self, min: u32, max: u32) -> Result<(), GpuError> {
        self.write(&["-lgc", &format!("{min},{max}")])
    }

    fn reset_clocks(&mut self) -> Result<(), GpuError> {
        self.write(&["-rgc"])
    }

    fn target_temperature_c(&mut self) -> Result<u32, GpuError> {
        self.readings.target_temperature_c()
    }

    fn target_temperature_range_c(&mut self) -> Result<(u32, u32), GpuError> {
        self.readings.target_temperature_range_c()
    }

    fn set_target_temperature_c(&mut self, degrees: u32) -> Result<(), GpuError> {
        self.write(&["-gtt", &degrees.to_string()])
    }
}
