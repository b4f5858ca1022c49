//! What the helper allows, from a file that only root can have written.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

/// Where the rules are looked for.
pub const PATH: &str = "/etc/smelt/helper.toml";
/// Write permission for the group or for all.
const OTHERS_WRITE: u32 = 0o022;

/// See the module. What the file leaves out stands as here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Least watts; below the range of its maker a laptop's card stutters.
    pub min_w: f64,
    /// Most watts.
    pub max_w: f64,
    /// Least MHz.
    pub min_mhz: u32,
    /// Seconds of silence after which everything is put back.
    pub lease_s: f64,
    /// Whose members may ask, by name or number.
    pub group: String,
    /// The card, by place or UUID.
    pub gpu: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            min_w: 80.0,
            max_w: 150.0,
            min_mhz: 600,
            lease_s: 10.0,
            group: "smelt".to_owned(),
            gpu: "0".to_owned(),
        }
    }
}

impl Rules {
    /// Reads the rules. Without a file they are the default's, unless it `must_exist`.
    ///
    /// # Errors
    /// One line for the user: it cannot be read, cannot be trusted, or makes no sense.
    pub fn load(path: &Path, must_exist: bool) -> Result<Self, String> {
        let complaint = |why: String| format!("{}: {why}", path.display());
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => {
                return Ok(Self::default());
            }
            Err(error) => return Err(complaint(error.to_string())),
        };
        // Asked of the open file: another could be put in its place between a look and an opening.
        let about = file
            .metadata()
            .map_err(|error| complaint(error.to_string()))?;
        let own = rustix::process::geteuid().as_raw();
        if let Some(why) = distrust(about.uid(), about.mode(), own) {
            return Err(complaint(why));
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|error| complaint(error.to_string()))?;
        let rules: Self =
            toml::from_str(&text).map_err(|error| complaint(error.message().to_owned()))?;
        rules.check().map_err(complaint)?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), String> {
        if !(self.min_w > 0.0 && self.min_w <= self.max_w && self.max_w.is_finite()) {
            return Err("min_w must be above 0 and at most max_w".to_owned());
        }
        if !(1.0..=600.0).contains(&self.lease_s) {
            return Err("lease_s must lie between 1 and 600".to_owned());
        }
        Ok(())
    }

    /// How long a holder may be silent.
    #[must_use]
    pub fn silence(&self) -> Duration {
        Duration::from_secs_f64(self.lease_s)
    }

    /// These watts, brought into what is allowed and, where that leaves anything, into what the card takes.
    #[must_use]
    pub fn watts(&self, wished: f64, takes: Option<(f64, f64)>) -> f64 {
        let (least, most) = takes.unwrap_or((self.min_w, self.max_w));
        let both = (self.min_w.max(least), self.max_w.min(most));
        let (least, most) = if both.0 <= both.1 {
            both
        } else {
            (self.min_w, self.max_w)
        };
        if wished.is_nan() {
            least
        } else {
            wished.clamp(least, most)
        }
    }

    /// This ceiling, brought into what is allowed.
    #[must_use]
    pub fn mhz(&self, wished: u32) -> u32 {
        wished.max(self.min_mhz)
    }
}

/// Why a file with this owner and mode is not trusted by a process of user `own`.
#[must_use]
pub fn distrust(owner: u32, mode: u32, own: u32) -> Option<String> {
    if owner != 0 && owner != own {
        Some(format!(
            "not trusted, because it belongs to user {owner}; chown it to root"
        ))
    } else if mode & OTHERS_WRITE != 0 {
        Some("not trusted, because others than its owner may write it; chmod it to 644".to_owned())
    } else {
        None
    }
}
