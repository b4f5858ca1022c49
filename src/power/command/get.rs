//! `smelt power get`: what was asked for, what is in force, what is drawn, and by which way it was set.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use super::{Failure, look, setup};
use crate::cli::{Exit, GetArgs};
use crate::gpu::sample::State;
use crate::gpu::{Identity, Sample};
use crate::power::ledger::{Ledger, Left};
use crate::power::session::Session;
use crate::power::setup::Setup;
use crate::power::wish::{Refused, Wish};
use crate::power::writer::{Code, Profiles};

/// What there is to show; unknown is null, never 0.
#[derive(Debug, Serialize)]
struct View {
    v: u32,
    kind: &'static str,
    gpu: String,
    name: String,
    driver: String,
    asleep: bool,
    requested_w: Option<f64>,
    enforced_w: Option<f64>,
    drawn_w: Option<f64>,
    default_w: Option<f64>,
    range_w: Option<(f64, f64)>,
    temp_c: Option<f64>,
    sm_mhz: Option<u32>,
    held_by: Option<String>,
    /// Who set it, and whether it stays.
    set_by: Option<String>,
    kept: bool,
    /// With --probe: what could be set.
    usable: Option<Vec<String>>,
    refused: Vec<Refused>,
    platform_profile: Option<Profiles>,
    helper: String,
}

/// Shows it.
pub(super) fn get(arguments: &GetArgs) -> Result<Exit, Failure> {
    let setup = setup(&arguments.card)?;
    let (identity, sample) = look(&setup)?;
    let mut view = view(&setup, &identity, &sample);
    if arguments.probe {
        probe(&setup, &identity, &mut view)?;
    }
    let mut out = std::io::stdout().lock();
    let written = if arguments.json {
        serde_json::to_string(&view)
            .map_err(std::io::Error::from)
            .and_then(|line| writeln!(out, "{line}"))
    } else {
        view.print(&mut out)
    };
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Internal,
            format!("stdout cannot be written: {error}"),
        )),
        _ => Ok(Exit::Done),
    }
}

/// Who has set what.
#[derive(Default)]
struct Set {
    wish: Option<Wish>,
    by: Option<String>,
    kept: bool,
    helper: String,
}

fn set(setup: &Setup) -> Set {
    let mut set = Set::default();
    match Ledger::look(&setup.ledger()) {
        Left::Kept(entries) => {
            (set.wish, set.kept) = (entries.wish, true);
            set.by = Some("an earlier command".to_owned());
        }
        Left::Held(entries) => {
            set.by = Some(format!("process {}", entries.process()));
            set.wish = entries.wish;
        }
        Left::Stale(entries) => {
            set.by = Some(format!(
                "process {}, which has ended; the next setting, or `smelt power reset`, puts it back",
                entries.process()
            ));
            set.wish = entries.wish;
        }
        Left::Nothing | Left::Gone | Left::Damaged(_) => {}
    }
    let status = setup.helper().and_then(|mut helper| helper.status());
    match status {
        Ok(status) => {
            let (least, most) = status.range;
            set.helper = format!("listens, and sets {least:.0} to {most:.0} W");
            if !status.set.is_empty() {
                set.by = Some(match status.holder {
                    Some(holder) => format!("{holder}, through the helper"),
                    None => "an earlier command, through the helper".to_owned(),
                });
                (set.wish, set.kept) = (status.wish, status.kept);
            }
        }
        Err(refusal) => set.helper = refusal.text,
    }
    set
}

fn view(setup: &Setup, identity: &Identity, sample: &Sample) -> View {
    let Set {
        wish,
        by,
        kept,
        helper,
    } = set(setup);
    let asked = wish.as_ref().map(|wish| wish.watts);
    View {
        v: 1,
        kind: "gpu.power",
        gpu: identity.uuid.clone(),
        name: identity.name.clone(),
        driver: identity.driver.clone(),
        asleep: sample.state == State::Asleep,
        requested_w: asked.or(sample.requested_w.fresh()),
        enforced_w: sample.enforced_w.fresh(),
        drawn_w: sample.power_w.fresh(),
        default_w: sample.default_w.fresh(),
        range_w: sample.range_w.fresh(),
        temp_c: sample.temp_c.fresh(),
        sm_mhz: sample.sm_mhz.fresh(),
        held_by: wish.as_ref().map(|wish| wish.held_by.clone()),
        set_by: by,
        kept,
        usable: None,
        refused: wish.map(|wish| wish.refused).unwrap_or_default(),
        platform_profile: setup.platform().read().ok(),
        helper,
    }
}

/// Finds out what could be set, unless somebody has set something, which is not to be disturbed, or the card sleeps.
fn probe(setup: &Setup, identity: &Identity, view: &mut View) -> Result<(), Failure> {
    if view.set_by.is_some() || view.asleep {
        return Ok(());
    }
    let mut session = match Session::open(setup, "smelt power get --probe", &identity.uuid) {
        Ok(session) => session,
        Err(refusal) if refusal.code == Code::Busy => {
            view.set_by = Some(refusal.text);
            return Ok(());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    view.usable = Some(session.paths.survey());
    view.refused = session.paths.refused().to_vec();
    Ok(())
}

impl View {
    fn print_readings(&self, out: &mut impl Write) -> std::io::Result<()> {
        let by = match (&self.set_by, self.requested_w) {
            (Some(by), _) => format!(" by {by}"),
            (None, Some(_)) => ", not by smelt".to_owned(),
            (None, None) => String::new(),
        };
        writeln!(out, "requested   {}{by}", watts(self.requested_w))?;
        let default = watts(self.default_w);
        let range = self.range_w.map_or_else(
            || "n/a".to_owned(),
            |(least, most)| format!("{least:.0} to {most:.0} W"),
        );
        writeln!(
            out,
            "enforced    {} (default {default}; the firmware names {range})",
            watts(self.enforced_w)
        )?;
        let degrees = known(self.temp_c, |degrees| format!("{degrees:.0} C"));
        let clock = known(self.sm_mhz, |mhz| format!("{mhz} MHz"));
        writeln!(
            out,
            "drawn       {} at {degrees}, {clock}",
            watts(self.drawn_w)
        )
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.asleep {
            writeln!(out, "the GPU sleeps; asking it would wake it")?;
        } else {
            writeln!(out, "{}, {}, driver {}", self.name, self.gpu, self.driver)?;
        }
        self.print_readings(out)?;
        if let Some(held_by) = &self.held_by {
            let stays = if self.kept {
                "; it stays until `smelt power reset`"
            } else {
                ""
            };
            writeln!(out, "held by     {held_by}{stays}")?;
        }
        if let Some(usable) = &self.usable {
            let usable = usable.join(", ");
            let usable = if usable.is_empty() {
                "nothing"
            } else {
                &usable
            };
            writeln!(out, "usable      {usable}")?;
        }
        for refused in &self.refused {
            writeln!(out, "not used    {}: {}", refused.what, refused.why)?;
        }
        if let Some(profiles) = &self.platform_profile {
            let choices = profiles.choices.join(", ");
            writeln!(out, "platform    {} (of {choices})", profiles.current)?;
        }
        if self
            .refused
            .iter()
            .all(|refused| refused.why != self.helper)
        {
            writeln!(out, "helper      {}", self.helper)?;
        }
        if self.held_by.is_none() && self.usable.is_none() {
            writeln!(out, "`smelt power get --probe` finds out what could be set")?;
        }
        Ok(())
    }
}

fn watts(watts: Option<f64>) -> String {
    known(watts, |watts| format!("{watts:.0} W"))
}

fn known<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "n/a".to_owned(), show)
}
