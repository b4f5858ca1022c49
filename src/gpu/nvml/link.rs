//! The link to the driver: opened, found broken, given up, and opened again after a while; a card comes back by its UUID.

use std::ffi::OsString;
use std::time::Duration;

use nvml_wrapper::{Device, Nvml};

use crate::gpu::sample::State;
use crate::gpu::{GpuError, Identity, Which};

/// Names a library to load in place of the system's.
pub const LIBRARY: &str = "SMELT_NVML_LIB";
/// First and longest wait between two attempts to find the card; each doubles the one before.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Failures in a row after which the library is opened anew.
const FAILURES: u32 = 3;

/// Which library, and which card of those it shows.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// None is the system's own, `libnvidia-ml.so.1`.
    pub library: Option<OsString>,
    /// Which card.
    pub which: Which,
}

impl Target {
    /// The library that the environment names, or the system's.
    #[must_use]
    pub fn of(which: Which) -> Self {
        Self {
            library: std::env::var_os(LIBRARY),
            which,
        }
    }

    /// Loads the library and starts it.
    pub(super) fn open(&self) -> Result<Nvml, GpuError> {
        let mut builder = Nvml::builder();
        if let Some(library) = &self.library {
            builder.lib_path(library);
        }
        Ok(builder.init()?)
    }

    /// The card's handle. It is asked for anew at every turn, which costs a microsecond and outlives a driver reset.
    pub(super) fn device<'nvml>(&self, nvml: &'nvml Nvml) -> Result<Device<'nvml>, GpuError> {
        let found = match &self.which {
            Which::Index(index) => nvml.device_by_index(*index),
            Which::Uuid(uuid) => nvml.device_by_uuid(uuid.clone()),
        };
        found.map_err(|error| match GpuError::from(error) {
            GpuError::OutOfRange | GpuError::NoData(_) => GpuError::NoCard(self.which.to_string()),
            other => other,
        })
    }
}

/// The link and what is known of the card behind it.
pub(super) struct Link {
    target: Target,
    nvml: Option<Nvml>,
    identity: Identity,
    is_away: bool,
    /// Failures in a row.
    failures: u32,
    wait: Duration,
    retry_at: Duration,
    why: String,
}

impl Link {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            nvml: None,
            identity: Identity::default(),
            is_away: false,
            failures: 0,
            wait: FIRST_WAIT,
            retry_at: Duration::ZERO,
            why: String::new(),
        }
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether the library is open; then our own handle keeps the card awake.
    pub(super) fn is_open(&self) -> bool {
        self.nvml.is_some()
    }

    /// Lets go of the driver, so that the card may sleep.
    pub(super) fn release(&mut self) {
        self.nvml = None;
    }

    /// The card as it stands, as far as it can be told without asking it.
    pub(super) fn state(&self) -> State {
        match (self.is_away, self.failures) {
            (false, 0) => State::Healthy,
            (false, failures) => State::Degraded(failures),
            (true, _) if self.identity.uuid.is_empty() => State::Absent(self.why.clone()),
            (true, _) => State::Lost,
        }
    }

    /// Asks the card, after opening the library if it is time to try; None where it did not come to that.
    pub(super) fn ask<T>(
        &mut self,
        now: Duration,
        question: impl FnOnce(&Device) -> T,
    ) -> Option<T> {
        if self.nvml.is_none() {
            if now < self.retry_at {
                return None;
            }
            if let Err(error) = self.connect() {
                self.lose(now, &error);
                return None;
            }
        }
        let nvml = self.nvml.as_ref()?;
        let asked = self.target.device(nvml).map(|device| question(&device));
        match asked {
            Ok(answer) => return Some(answer),
            Err(error @ GpuError::Failed(_)) => self.fail(&error),
            Err(error) => self.lose(now, &error),
        }
        None
    }

    fn connect(&mut self) -> Result<(), GpuError> {
        let nvml = self.target.open()?;
        self.identity = identity(&nvml, &self.target.device(&nvml)?)?;
        self.target.which = Which::Uuid(self.identity.uuid.clone());
        self.nvml = Some(nvml);
        self.is_away = false;
        tracing::info!(gpu = self.identity.uuid, "connected to the driver");
        Ok(())
    }

    /// The card is away: the library is closed, because using a handle of a lost card can end the process.
    pub(super) fn lose(&mut self, now: Duration, error: &GpuError) {
        self.nvml = None;
        self.is_away = true;
        self.failures = 0;
        self.retry_at = now + self.wait;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        let why = error.to_string();
        if why != self.why {
            tracing::warn!(gpu = self.identity.uuid, "no connection to the GPU: {why}");
        }
        self.why = why;
    }

    /// A round without failure.
    pub(super) fn succeed(&mut self) {
        self.failures = 0;
        self.wait = FIRST_WAIT;
        self.why.clear();
    }

    /// A round in which a call failed in a way that may pass. After three, six, twelve ... in a row the library is opened
    /// anew, in case it is wedged.
    pub(super) fn fail(&mut self, error: &GpuError) {
        self.failures += 1;
        tracing::debug!(failures = self.failures, "{error}");
        let rounds = self.failures / FAILURES;
        if self.failures.is_multiple_of(FAILURES) && rounds.is_power_of_two() {
            tracing::warn!("{error}, {} times in a row; connecting anew", self.failures);
            self.nvml = None;
        }
    }
}

fn identity(nvml: &Nvml, device: &Device) -> Result<Identity, GpuError> {
    let pci = device.pci_info().map(|pci| sysfs_address(&pci.bus_id));
    Ok(Identity {
        name: device.name()?,
        uuid: device.uuid()?,
        driver: nvml.sys_driver_version()?,
        pci: pci.unwrap_or_default(),
    })
}

/// A PCI address as sysfs spells it: NVML gives the domain eight digits, and capitals.
fn sysfs_address(bus_id: &str) -> String {
    let address = bus_id.to_lowercase();
    match address.split_once(':') {
        Some((domain, rest)) if domain.len() == 8 && domain.starts_with("0000") => {
            format!("{}:{rest}", &domain[4..])
        }
        _ => address,
    }
}
