//! From watts to MHz: a seed for laptops' RTX 4090, corrected by what a card was seen to do and kept on disk.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Sustained MHz at so many watts of an RTX 4090 Laptop, from published measurements (1455 at 80 W, 2040 at 150 W) and
/// a user's 1800 at about 80 W while decoding. Only where the search begins.
const SEED: [(f64, f64); 5] = [
    (80.0, 1450.0),
    (100.0, 1650.0),
    (120.0, 1830.0),
    (140.0, 1980.0),
    (150.0, 2100.0),
];
/// MHz per watt beyond the seed's ends.
const SLOPE: f64 = 10.0;
/// Seeds so near to something learned are not needed.
const NEAR_W: f64 = 10.0;
/// Learned points are kept per so many watts.
const GRID_W: f64 = 5.0;

/// What one card has been seen to do: MHz that gave so many watts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Map {
    learned: BTreeMap<u32, u32>,
}

impl Map {
    /// The MHz to begin with for so many watts; more watts never give less.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn mhz(&self, watts: f64) -> u32 {
        let points = self.points();
        let above = points.partition_point(|(at, _)| *at < watts);
        let mhz = match (
            above.checked_sub(1).map(|below| points[below]),
            points.get(above),
        ) {
            (Some((low, from)), Some((high, to))) => {
                from + (to - from) * (watts - low) / (high - low)
            }
            (Some((low, from)), None) => from + SLOPE * (watts - low),
            (None, Some((high, to))) => to - SLOPE * (high - watts),
            (None, None) => 0.0,
        };
        // Clocks are far below a u32's end, and the cast brings what is not a number to 0, the coolest.
        mhz.max(0.0).round() as u32
    }

    /// Remembers that so many MHz gave so many watts. What contradicts it was learned under another load, and goes.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn learn(&mut self, watts: f64, mhz: u32) {
        let at = ((watts / GRID_W).round() * GRID_W).max(0.0) as u32;
        self.learned.retain(|other, clock| {
            (*other < at && *clock <= mhz) || (*other > at && *clock >= mhz)
        });
        self.learned.insert(at, mhz);
    }

    /// Learned points, and the seeds that are neither near one nor contradict one; ascending in both.
    fn points(&self) -> Vec<(f64, f64)> {
        let learned = || {
            self.learned
                .iter()
                .map(|(watts, mhz)| (f64::from(*watts), f64::from(*mhz)))
        };
        let agrees = |(watts, mhz): &(f64, f64)| {
            learned()
                .all(|(at, clock)| (at - watts).abs() > NEAR_W && ((at < *watts) == (clock < *mhz)))
        };
        let mut points: Vec<_> = SEED.into_iter().filter(agrees).chain(learned()).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        points
    }
}

/// The maps of all cards, in a file of the data directory.
#[derive(Debug, Clone)]
pub struct MapFile {
    path: PathBuf,
    card: String,
}

impl MapFile {
    /// The map of one card in the file at `path`.
    #[must_use]
    pub fn new(path: &Path, card: &str) -> Self {
        Self {
            path: path.to_owned(),
            card: card.to_owned(),
        }
    }

    fn read(&self) -> BTreeMap<String, Map> {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// What was learned; nothing where the file is missing or damaged, since it can be learned again.
    #[must_use]
    pub fn load(&self) -> Map {
        self.read().remove(&self.card).unwrap_or_default()
    }

    /// Writes what was learned.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, map: &Map) -> std::io::Result<()> {
        let mut maps = self.read();
        maps.insert(self.card.clone(), map.clone());
        let json = serde_json::to_string_pretty(&maps)?;
        crate::power::file::replace(&self.path, |file| file.write_all(json.as_bytes()))
    }
}
