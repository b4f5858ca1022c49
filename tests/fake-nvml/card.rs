//! The simulated card: one for each loaded copy of the library, advanced to the present at every call.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::abi::{
    ACOUSTIC_CURRENT, ACOUSTIC_MAX, ACOUSTIC_MIN, Code, GPU_IS_LOST, GPU_MAX, INVALID_ARGUMENT,
    NOT_SUPPORTED, SHUTDOWN, SLOWDOWN, SUCCESS, UNINITIALIZED, UNKNOWN,
};
use crate::personality::{Fault, Personality};
use crate::plant::{FULL_W, Held, IDLE_W, Parameters, Plant, Sensor};
use crate::settings::{self, Settings};

static CARD: Mutex<Option<Card>> = Mutex::new(None);

/// Degrees at which the chip's own range ends; it slows down 2 above and shuts down 8 above.
const CHIP_MAX_C: i32 = 87;
/// Watts of token-by-token work, which memory bounds.
const DECODE_W: f64 = 113.0;

/// The card of this copy, made at the first call.
pub fn with<T>(run: impl FnOnce(&mut Card) -> T) -> T {
    let mut card = CARD.lock().unwrap_or_else(PoisonError::into_inner);
    run(card.get_or_insert_with(Card::new))
}

/// A card and the machine around it.
pub struct Card {
    pub is: Personality,
    settings: Settings,
    began: Instant,
    /// In the watts of a 150 W laptop; [`Card::scale`] makes them this card's.
    plant: Plant,
    limit_mw: u32,
    target_c: Option<u32>,
    users: u32,
    calls: u64,
}

impl Card {
    fn new() -> Self {
        settings::stay();
        let settings = Settings::new();
        let profile = settings.get("profile");
        let profile = profile.as_deref().unwrap_or(crate::DEFAULT_PROFILE);
        let is = Personality::of(profile).unwrap_or_else(|| panic!("no personality {profile}"));
        let climate = if is.is_laptop {
            Parameters::NOMINAL
        } else {
            Parameters {
                ambient_c: 15.0,
                ..Parameters::NOMINAL
            }
        };
        let mut plant = Plant::new(climate, 1);
        if let Fault::Stuck(degrees) = is.fault {
            plant.sensor = Sensor::Stuck(f64::from(degrees));
        }
        Self {
            is,
            settings,
            began: Instant::now(),
            plant,
            limit_mw: is.limits_mw[1],
            target_c: is.target_c.map(|[_, current, _]| current),
            users: 0,
            calls: 0,
        }
    }

    /// Runs one call: time passes first, then what goes wrong comes before what was asked.
    pub fn answer(
        &mut self,
        what: &impl Display,
        body: impl FnOnce(&mut Self) -> Result<(), Code>,
    ) -> Code {
        self.settings.refresh();
        self.calls += 1;
        let now = self.now();
        self.advance(now);
        let code = match self.is.fault {
            Fault::Flaky(nth) if self.calls.is_multiple_of(nth) => UNKNOWN,
            _ if self.fails(what) => UNKNOWN,
            _ => body(self).err().unwrap_or(SUCCESS),
        };
        self.log(what, code);
        thread::sleep(self.wait_of(what));
        while self.is_within_hang() {
            thread::sleep(Duration::from_millis(5));
            self.settings.refresh();
        }
        code
    }

    fn fails(&self, what: &impl Display) -> bool {
        let name = self.settings.get("fail");
        name.is_some_and(|name| what.to_string().starts_with(&format!("{name}(")))
    }

    /// How long this call waits for the card.
    fn wait_of(&self, what: &impl Display) -> Duration {
        let slow = self.settings.get("slow").unwrap_or_default();
        let what = what.to_string();
        let of_call = |pair: &str| {
            let (name, ms) = pair.split_once(':')?;
            what.starts_with(&format!("{name}("))
                .then(|| ms.parse().ok())?
        };
        let ms = slow.split(',').find_map(of_call);
        Duration::from_millis(ms.unwrap_or_default())
    }

    fn is_within_hang(&self) -> bool {
        let now = self.now();
        matches!(self.is.fault, Fault::Hung(from, until) if (from..until).contains(&now))
    }

    /// Refuses what needs the card to be there.
    pub fn check(&self) -> Result<(), Code> {
        if self.users == 0 {
            return Err(UNINITIALIZED);
        }
        match self.is.fault {
            Fault::Lost(from, until) if (from..until).contains(&self.now()) => Err(GPU_IS_LOST),
            _ => Ok(()),
        }
    }

    /// Simulated seconds since the first call.
    fn now(&self) -> f64 {
        let number = |name: &str| self.settings.get(name)?.parse::<f64>().ok();
        number("clock").unwrap_or_else(|| {
            self.began.elapsed().as_secs_f64() * number("time_scale").unwrap_or(1.0)
        })
    }

    fn advance(&mut self, now: f64) {
        self.plant.demand_w = match self.settings.get("demand").as_deref() {
            Some("prefill") => FULL_W,
            Some("decode") => DECODE_W,
            Some(watts) => watts.parse().unwrap_or(IDLE_W),
            None => IDLE_W,
        };
        self.plant.limit_w = f64::from(self.limit_mw) / 1000.0 / self.scale();
        let held_to = self.is.held_to_mw;
        self.plant.platform_w = held_to.map(|limit| f64::from(limit) / 1000.0);
        self.plant.step((now - self.plant.elapsed_s()).max(0.0));
    }

    /// This card's watts for one of the plant's.
    fn scale(&self) -> f64 {
        f64::from(self.is.limits_mw[1]) / 1000.0 / FULL_W
    }

    fn log(&self, what: &impl Display, code: Code) {
        let Some(path) = self.settings.get("log") else {
            return;
        };
        let file = OpenOptions::new().create(true).append(true).open(path);
        if let Ok(mut file) = file {
            // One write a line, so that two processes can share the file.
            file.write_all(format!("{what}={code}\n").as_bytes()).ok();
        }
    }

    /// One more user of the library, unless the driver does not start.
    pub fn start(&mut self) -> Result<(), Code> {
        if let Fault::Init(code) = self.is.fault {
            return Err(code);
        }
        self.users += 1;
        Ok(())
    }

    pub fn stop(&mut self) -> Result<(), Code> {
        self.users = self.users.checked_sub(1).ok_or(UNINITIALIZED)?;
        Ok(())
    }

    pub fn temperature_c(&self) -> Result<u32, Code> {
        if let Fault::Temperature(code) = self.is.fault {
            return Err(code);
        }
        Ok(self.plant.reading_c().unwrap_or_default() as u32)
    }

    /// Degrees left to the end of the chip's range.
    pub fn margin_c(&self) -> Result<i32, Code> {
        Ok(CHIP_MAX_C - self.temperature_c()?.cast_signed())
    }

    pub fn threshold_c(&self, which: i32) -> Result<u32, Code> {
        let [least, _, most] = self.is.target_c.unwrap_or_default();
        match which {
            SHUTDOWN => Ok(CHIP_MAX_C.cast_unsigned() + 8),
            SLOWDOWN => Ok(CHIP_MAX_C.cast_unsigned() + 2),
            GPU_MAX => Ok(CHIP_MAX_C.cast_unsigned()),
            ACOUSTIC_MIN if self.target_c.is_some() => Ok(least),
            ACOUSTIC_MAX if self.target_c.is_some() => Ok(most),
            ACOUSTIC_CURRENT => self.target_c.ok_or(NOT_SUPPORTED),
            _ => Err(NOT_SUPPORTED),
        }
    }

    pub fn set_threshold_c(&mut self, which: i32, degrees: i32) -> Result<(), Code> {
        permit(self.is.set_target)?;
        let [least, _, most] = self.is.target_c.ok_or(NOT_SUPPORTED)?;
        let degrees = u32::try_from(degrees).map_err(|_| INVALID_ARGUMENT)?;
        if which != ACOUSTIC_CURRENT || !(least..=most).contains(&degrees) {
            return Err(INVALID_ARGUMENT);
        }
        self.target_c = Some(degrees);
        Ok(())
    }

    pub fn power_mw(&self) -> u32 {
        match self.is.fault {
            Fault::Bogus(milliwatts) => milliwatts,
            _ => (self.plant.average_w() * self.scale() * 1000.0) as u32,
        }
    }

    pub fn power_now_mw(&self) -> u32 {
        match self.is.fault {
            Fault::Bogus(milliwatts) => milliwatts,
            _ => (self.plant.power_w() * self.scale() * 1000.0) as u32,
        }
    }

    pub fn energy_mj(&self) -> u64 {
        (self.plant.energy_j() * self.scale() * 1000.0) as u64
    }

    pub fn enforced_mw(&self) -> u32 {
        self.is.held_to_mw.unwrap_or(self.limit_mw)
    }

    pub fn requested_mw(&self) -> Result<u32, Code> {
        permit(self.is.get_limit)?;
        Ok(self.limit_mw)
    }

    pub fn set_limit_mw(&mut self, limit: u32) -> Result<(), Code> {
        permit(self.is.set_limit)?;
        let [least, _, most] = self.is.limits_mw;
        if !(least..=most).contains(&limit) {
            return Err(INVALID_ARGUMENT);
        }
        self.limit_mw = limit;
        Ok(())
    }

    pub fn lock_clocks_mhz(&mut self, most: Option<u32>) -> Result<(), Code> {
        permit(self.is.lock_clocks)?;
        self.plant.ceiling_mhz = most;
        Ok(())
    }

    pub fn sm_mhz(&self) -> u32 {
        self.plant
            .sm_mhz()
            .clamp(self.is.sm_mhz[0], self.is.sm_mhz[1])
    }

    /// As in `nvmlClocksThrottleReasons`.
    pub fn reasons(&self) -> u64 {
        let idle = u64::from(!self.plant.is_busy());
        idle | match self.plant.held() {
            Held::Not => 0,
            Held::Clocks => 0x2,
            Held::Limit => 0x4,
            Held::Heat => 0x20,
        }
    }

    pub fn busy_percent(&self) -> u32 {
        if self.plant.is_busy() { 97 } else { 0 }
    }

    pub fn memory_used_mib(&self) -> u64 {
        let set = self.settings.get("memory_used_mib");
        let set = set.and_then(|text| text.parse().ok());
        set.unwrap_or(if self.plant.is_busy() { 11_820 } else { 430 })
    }

    pub fn fan_percent(&self) -> u32 {
        (self.plant.fan() * 100.0) as u32
    }

    /// `NVML_POWER_SOURCE_AC`, `_BATTERY`, `_UNDERSIZED`
    pub fn supply(&self) -> u32 {
        match self.settings.get("supply").as_deref() {
            Some("battery") => 1,
            Some("undersized") => 2,
            _ => 0,
        }
    }

    /// Whether some program holds a context on the card.
    pub fn is_used(&self) -> bool {
        self.plant.is_busy()
    }
}

/// What a personality's code says of a call.
pub fn permit(code: Code) -> Result<(), Code> {
    if code == SUCCESS { Ok(()) } else { Err(code) }
}
