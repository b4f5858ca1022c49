//! Smooths temperature and power, and predicts the temperature a few seconds ahead.

use std::time::Duration;

/// Weights of a new value in exponentially weighted means, at one value a second.
const TEMPERATURE: f64 = 0.3;
const SLOPE: f64 = 0.15;
const POWER: f64 = 0.4;
/// About the last half minute.
const SLOW: f64 = 0.03;
/// Seconds ahead: about what a heatsink needs to show a step of the die.
const AHEAD_S: f64 = 5.0;
/// After a longer gap the old values say nothing about the slope.
const GAP: Duration = Duration::from_secs(3);

/// The smoothed readings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    at: Option<Duration>,
    smooth_c: Option<f64>,
    slope: f64,
    slow_c: f64,
    power_w: Option<f64>,
}

impl Filter {
    /// Takes one second's readings; a missing one changes nothing.
    pub fn step(&mut self, now: Duration, temp_c: Option<f64>, power_w: Option<f64>) {
        if let Some(power) = power_w {
            let before = self.power_w.unwrap_or(power);
            self.power_w = Some(before + POWER * (power - before));
        }
        let Some(temp) = temp_c else { return };
        let is_gap = self.at.is_none_or(|at| now.saturating_sub(at) > GAP);
        let before = self.smooth_c.filter(|_| !is_gap);
        let smooth = before.map_or(temp, |before| before + TEMPERATURE * (temp - before));
        self.slope = before.map_or(0.0, |before| {
            self.slope + SLOPE * (smooth - before - self.slope)
        });
        self.slow_c = before.map_or(temp, |_| self.slow_c + SLOW * (temp - self.slow_c));
        self.smooth_c = Some(smooth);
        self.at = Some(now);
    }

    /// Degrees Celsius, smoothed.
    pub fn smooth_c(&self) -> Option<f64> {
        self.smooth_c
    }

    /// Degrees Celsius in five seconds if it goes on rising as it does; a fall is not counted on.
    pub fn predicted_c(&self) -> Option<f64> {
        self.smooth_c
            .map(|smooth| smooth + AHEAD_S * self.slope.max(0.0))
    }

    /// Degrees above the mean of about the last half minute.
    pub fn warming_k(&self) -> f64 {
        self.smooth_c.map_or(0.0, |smooth| smooth - self.slow_c)
    }

    /// Watts, smoothed.
    pub fn power_w(&self) -> Option<f64> {
        self.power_w
    }
}
