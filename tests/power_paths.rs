//! Which actuator holds which card and why the others do not, through the real driver wrapper; and what clocks do under load.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "support/nvml.rs"]
mod nvml;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nvml::Fake;
use smelt::gpu::Card;
use smelt::pace::Pace;
use smelt::power::Shared;
use smelt::power::actuator::{Actuator, Outcome};
use smelt::power::clocks::LockedClocks;
use smelt::power::clocks::map::MapFile;
use smelt::power::governor::Hold;
use smelt::power::ledger::{Ledger, Left};
use smelt::power::local::Local;
use smelt::power::paths::{Open, Paths};
use smelt::power::sysfs::PlatformFiles;
use smelt::power::writer::{Code, Part, Refusal, Via, Writer};

/// A machine: its card, its platform, and a ledger.
struct Machine {
    fake: Fake,
    ledger: Arc<Mutex<Ledger>>,
}

impl Machine {
    fn new(profile: &str) -> Self {
        let fake = Fake::new(profile);
        let ledger = Ledger::new(&fake.path("state/power.json"), "GPU-1");
        Self {
            fake,
            ledger: Arc::new(Mutex::new(ledger)),
        }
    }

    /// Gives it platform profiles.
    fn with_platform(self) -> Self {
        let acpi = self.fake.path("sys/firmware/acpi");
        std::fs::create_dir_all(&acpi).unwrap();
        std::fs::write(acpi.join("platform_profile"), "balanced\n").unwrap();
        let choices = acpi.join("platform_profile_choices");
        std::fs::write(choices, "quiet balanced performance\n").unwrap();
        self
    }

    fn platform(&self) -> String {
        let path = self.fake.path("sys/firmware/acpi/platform_profile");
        std::fs::read_to_string(path).unwrap().trim().to_owned()
    }

    fn local(&self) -> Local {
        let platform = PlatformFiles::under(&self.fake.path("sys"));
        let card = Box::new(self.fake.card());
        Local::new(Via::Direct, card, platform, Arc::clone(&self.ledger))
    }

    fn shared(&self) -> Shared {
        Arc::new(Mutex::new(self.local()))
    }

    fn direct(&self) -> (Via, Open) {
        let ledger = Arc::clone(&self.ledger);
        let (target, sysfs) = (self.fake.target(), self.fake.path("sys"));
        let open = move || {
            let card = Box::new(smelt::gpu::nvml::NvmlCard::new(target.clone()));
            let platform = PlatformFiles::under(&sysfs);
            let local = Local::new(Via::Direct, card, platform, Arc::clone(&ledger));
            Ok(Arc::new(Mutex::new(local)) as Shared)
        };
        (Via::Direct, Box::new(open))
    }

    fn paths(&self, pace: Option<Pace>) -> Paths {
        Paths::new(vec![self.direct()], None, pace)
    }

    fn file(&self) -> PathBuf {
        self.fake.path("state/power.json")
    }

    /// The writes the card saw, in order.
    fn writes(&self) -> Vec<String> {
        let is_write = |call: &String| {
            call.starts_with("nvmlDeviceSet") || call.starts_with("nvmlDeviceReset")
        };
        self.fake.calls().into_iter().filter(is_write).collect()
    }
}

fn refused(paths: &Paths) -> Vec<(&str, &str)> {
    let all = paths.refused().iter();
    all.map(|refused| (refused.what.as_str(), refused.why.as_str()))
        .collect()
}

#[test]
fn a_desktop_is_held_by_its_limit_and_read_back() {
    let machine = Machine::new("rtx4090-desktop");
    let mut paths = machine.paths(None);
    assert_eq!(paths.hold(300.0), Outcome::Applied(Some(300.0)));
    assert_eq!(paths.held_by().unwrap(), "power limit (direct)");
    assert_eq!(paths.hold(250.0), Outcome::Applied(Some(250.0)));
    paths.restore().unwrap();
    let limit = |mw: u32| format!("nvmlDeviceSetPowerManagementLimit({mw})=0");
    let expected = [450_000, 450_000, 300_000, 250_000, 450_000].map(limit);
    assert_eq!(
        machine.writes(),
        expected,
        "probe and back, two wishes, and back"
    );
    assert!(!machine.file().exists());
}

#[test]
fn a_laptop_that_names_limits_and_takes_none_is_held_by_its_clocks() {
    let machine = Machine::new("rtx4090-laptop");
    let mut paths = machine.paths(None);
    assert_eq!(paths.hold(100.0), Outcome::Applied(None));
    assert_eq!(paths.measure(), Hold::Clocks(1650));
    assert_eq!(
        refused(&paths),
        [("power limit (direct)", "this GPU does not support it")]
    );
    drop(paths);
    assert_eq!(
        machine.writes().last().unwrap(),
        "nvmlDeviceResetGpuLockedClocks()=0",
        "dropping it puts the clocks back"
    );
    assert!(!machine.file().exists());
}

#[test]
fn a_platform_that_keeps_its_own_limit_is_not_believed() {
    let machine = Machine::new("ec-override");
    let mut paths = machine.paths(None);
    // Less than was asked for is held as well.
    assert_eq!(paths.hold(120.0), Outcome::Applied(Some(115.0)));
    // More is not, whatever the write said.
    assert_eq!(paths.hold(100.0), Outcome::Applied(None));
    assert_eq!(paths.measure(), Hold::Clocks(1650));
    let (what, why) = refused(&paths)[0];
    assert_eq!(what, "power limit (direct)");
    assert_eq!(why, "the card was told 100 W and holds 115 W");
}

#[test]
fn without_permission_the_next_way_is_asked_and_without_support_it_is_not() {
    let helper = |asked: &Arc<Mutex<u32>>| -> (Via, Open) {
        let asked = Arc::clone(asked);
        let open = move || {
            *asked.lock().unwrap() += 1;
            Err(Refusal::new(Code::NoPermission, "nobody listens"))
        };
        (Via::Helper, Box::new(open))
    };
    for (profile, times) in [("no-root", 1), ("wsl2", 0)] {
        let machine = Machine::new(profile);
        let asked = Arc::default();
        let ways = vec![machine.direct(), helper(&asked)];
        let mut paths = Paths::new(ways, None, None);
        assert!(matches!(paths.hold(100.0), Outcome::Refused(_)));
        assert!(paths.held_by().is_none());
        // For the platform's profile too, but a way that is barred is asked once.
        assert_eq!(*asked.lock().unwrap(), times, "{profile}");
        let refused = refused(&paths);
        assert_eq!(refused.first().unwrap().0, "power limit (direct)");
        assert_eq!(refused.contains(&("helper", "nobody listens")), times > 0);
        assert!(!machine.file().exists(), "{profile}: nothing was set");
    }
}

#[test]
fn what_the_clocks_do_not_hold_the_platform_and_then_our_pace_do() {
    let machine = Machine::new("rtx4090-laptop").with_platform();
    let pace = Pace::default();
    let mut paths = machine.paths(Some(pace.clone()));
    paths.hold(100.0);
    let s = Duration::from_secs;
    assert_eq!(paths.unheld(s(20)), Some(Outcome::Applied(None)));
    assert_eq!(
        machine.platform(),
        "balanced",
        "its 95 W are the most below 100"
    );
    assert_eq!(
        paths.unheld(s(25)),
        None,
        "each gets time to show what it does"
    );
    assert_eq!(paths.unheld(s(30)), Some(Outcome::Applied(None)));
    assert!(pace.duty() < 1.0);
    assert_eq!(paths.measure(), Hold::Pacing(true));
    assert_eq!(paths.unheld(s(60)), None, "nothing is left");
    // A later wish goes to all of them.
    paths.hold(85.0);
    assert_eq!(machine.platform(), "quiet");
    assert_eq!(
        paths.held_by().unwrap(),
        "locked clocks (direct), at most 1500 MHz + platform profile (direct) + pacing"
    );
    paths.restore().unwrap();
    assert_eq!(machine.platform(), "balanced");
    assert!((pace.duty() - 1.0).abs() < 1e-9);
    assert!(!machine.file().exists());
}

#[test]
fn a_survey_changes_nothing_that_lasts() {
    let machine = Machine::new("rtx4090-desktop").with_platform();
    let mut paths = machine.paths(None);
    let usable = paths.survey();
    assert_eq!(
        usable,
        [
            "power limit (direct)",
            "locked clocks (direct)",
            "platform profile (direct)"
        ]
    );
    assert_eq!(refused(&paths)[0].0, "pacing");
    drop(paths);
    assert_eq!(machine.platform(), "balanced");
    let limit = machine.fake.card().enforced_power_limit_mw();
    assert_eq!(limit, Ok(450_000));
    let last = machine.writes().pop().unwrap();
    assert_eq!(last, "nvmlDeviceResetGpuLockedClocks()=0");
    assert!(!machine.file().exists());
}

#[test]
fn the_ledger_stands_before_the_first_write_and_until_the_last() {
    let machine = Machine::new("rtx4090-desktop");
    let mut local = machine.local();
    assert_eq!(Ledger::look(&machine.file()), Left::Nothing);
    local.set_power_limit(300.0).unwrap();
    let Left::Held(entries) = Ledger::look(&machine.file()) else {
        panic!("this process holds it");
    };
    assert_eq!(entries.found[&Part::PowerLimit].watts, Some(450.0));
    local.lock_clocks(1500).unwrap();
    local.put_back(Part::PowerLimit).unwrap();
    assert!(machine.file().exists(), "the clocks are still locked");
    local.keep().unwrap();
    drop(local);
    assert!(matches!(Ledger::look(&machine.file()), Left::Kept(_)));
    assert!(
        !machine
            .writes()
            .contains(&"nvmlDeviceResetGpuLockedClocks()=0".to_owned())
    );
}

#[test]
fn nothing_is_written_to_the_card_when_the_ledger_cannot_be() {
    let machine = Machine::new("rtx4090-desktop");
    std::fs::write(
        machine.fake.path("state"),
        "a file where the directory should be",
    )
    .unwrap();
    let refusal = machine.local().set_power_limit(300.0).unwrap_err();
    assert!(refusal.text.contains("nothing is changed"), "{refusal}");
    assert_eq!(machine.writes(), Vec::<String>::new());
}

/// Lets clocks hold `watts` under a load for so many seconds; the draw of the last ten, on average.
fn follow(machine: &Machine, clocks: &mut LockedClocks, watts: f64, from: u32, to: u32) -> f64 {
    assert_eq!(clocks.hold(watts), Outcome::Applied(None));
    let mut source = machine.fake.source();
    let mut last = Vec::new();
    for second in from..to {
        let sample = source.at(f64::from(second));
        clocks.observe(&sample, Duration::from_secs(u64::from(second)));
        if second + 10 >= to {
            last.push(sample.power_w.fresh().unwrap());
        }
    }
    last.iter().sum::<f64>() / 10.0
}

#[test]
fn clocks_are_moved_until_the_card_draws_what_was_wished_and_that_is_remembered() {
    let machine = Machine::new("rtx4090-laptop");
    machine.fake.set("demand", "prefill");
    let path = machine.fake.path("data/clocks.json");
    let file = || Some(MapFile::new(&path, "GPU-1"));
    let mut clocks = LockedClocks::new(machine.shared(), file());
    let drawn = follow(&machine, &mut clocks, 100.0, 0, 180);
    assert!((drawn - 100.0).abs() <= 8.0, "{drawn}");
    let Hold::Clocks(learned) = clocks.measure() else {
        panic!("clocks hold it");
    };
    clocks.restore().unwrap();
    assert!(path.exists());
    // Another process begins where this one ended.
    let mut clocks = LockedClocks::new(machine.shared(), file());
    clocks.hold(100.0);
    assert_eq!(clocks.measure(), Hold::Clocks(learned));
}

#[test]
fn clocks_that_are_not_the_limit_are_left_alone() {
    let machine = Machine::new("rtx4090-laptop");
    let mut clocks = LockedClocks::new(machine.shared(), None);
    // Idle: nothing is learned from a card that does nothing.
    follow(&machine, &mut clocks, 120.0, 0, 60);
    assert_eq!(clocks.measure(), Hold::Clocks(1830));
    // A wish that is met from below, with the clock pinned, is raised by single steps only.
    machine.fake.set("demand", "60");
    follow(&machine, &mut clocks, 120.0, 60, 90);
    let Hold::Clocks(ceiling) = clocks.measure() else {
        panic!("clocks hold it");
    };
    assert!((1830..=1830 + 15 * 6).contains(&ceiling), "{ceiling}");
}
