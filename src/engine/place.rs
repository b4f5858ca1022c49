//! Where a model runs: the host, or a graphics card with its name, its driver and the memory it has free.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::memory::{Target, available_memory};
use crate::gpu::nvml::{NvmlSource, Target as Driver};
use crate::gpu::{Source, Which};

/// A place where a model runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `cpu`, or the card's name.
    pub name: String,
    /// The card's, `GPU-...`; empty on the CPU and where the driver does not tell.
    #[serde(default)]
    pub uuid: String,
    /// The driver's version; empty likewise.
    #[serde(default)]
    pub driver: String,
}

const MIB: u64 = 1 << 20;
/// What the driver keeps of a card's memory for itself and does not count as used: 300 to 500 MiB.
const RESERVED: u64 = 500 * MIB;

impl Place {
    /// The host.
    #[must_use]
    pub fn cpu() -> Self {
        Self {
            name: "cpu".to_owned(),
            uuid: String::new(),
            driver: String::new(),
        }
    }

    /// Where this build runs models, and the bytes that are free there, if it can be told.
    #[must_use]
    pub fn here(target: Target) -> (Self, Option<u64>) {
        match target {
            Target::Cpu => (Self::cpu(), available_memory()),
            Target::Cuda | Target::CudaFlash => card().unwrap_or_else(|| {
                let unknown = Self {
                    name: "cuda".to_owned(),
                    ..Self::cpu()
                };
                (unknown, None)
            }),
        }
    }
}

/// The first card and its free bytes, if the driver shows one; the engine takes no other.
#[must_use]
pub fn card() -> Option<(Place, Option<u64>)> {
    let mut source = NvmlSource::new(Driver::of(Which::default()), None);
    let sample = source.sample(Duration::ZERO);
    let identity = source.identity();
    if identity.uuid.is_empty() {
        return None;
    }
    let used = sample.memory_used_mib.fresh();
    let total = sample.memory_total_mib.fresh();
    let free = total
        .zip(used)
        .map(|(total, used)| (total.saturating_sub(used) * MIB).saturating_sub(RESERVED));
    let place = Place {
        name: identity.name,
        uuid: identity.uuid,
        driver: identity.driver,
    };
    Some((place, free))
}
