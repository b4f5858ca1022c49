//! The console: one thread that draws, a model that is told everything, and threads behind it that never wait for it.
//!
//! ```text
//! keys, signals, pulse --.                           .--> terminal (one write a frame)
//! run, card, log --------+--> inbox --> update --> model --> view
//! librarian (store) -----'                |
//!        ^                                v
//!        '----------------------------- effects --> run, terminal
//! ```

pub mod asks;
mod backstage;
pub mod clerk;
mod demo;
mod ears;
pub mod frame;
mod gauges;
mod held;
pub mod inbox;
pub mod layout;
mod librarian;
pub mod look;
pub mod model;
pub mod msg;
pub mod overlay;
pub mod painter;
pub mod pane;
pub mod panes;
mod porter;
pub mod reviewer;
mod stage;
mod terminal;
pub mod update;
pub mod view;
mod wardrobe;

use std::io;
use std::time::Duration;

use self::backstage::Backstage;
use self::ears::Ears;
use self::held::Guard;
use self::inbox::Inbox;
use self::model::Model;
use self::msg::Ended;
use self::stage::Stage;
use self::terminal::Terminal;
use self::wardrobe::Wardrobe;
use crate::cli::{Cli, Exit, complain};
use crate::keymap::Keymap;
use crate::log::Tap;
use crate::run::heat;

/// What is given back to the queue has so long to get there.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why the console did not open, or how it ended.
#[derive(Debug, thiserror::Error)]
enum ConsoleError {
    #[error("{0}")]
    Config(String),
    #[error("{1}")]
    Run(Exit, String),
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

impl ConsoleError {
    fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Config,
            Self::Run(exit, _) => *exit,
            Self::Terminal(_) => Exit::Internal,
        }
    }
}

/// Opens the console on the user's terminal, until the user leaves.
#[must_use]
pub fn console(cli: &Cli, tap: &Tap) -> Exit {
    match open(cli, tap) {
        Ok(ended) => {
            if let Some(why) = ended.why {
                complain(&why);
            }
            ended.exit
        }
        Err(error) => {
            complain(&error.to_string());
            error.exit()
        }
    }
}

fn open(cli: &Cli, tap: &Tap) -> Result<Ended, ConsoleError> {
    let config = |error: crate::config::ConfigError| ConsoleError::Config(error.to_string());
    let wardrobe = Wardrobe::new(&cli.console.look);
    let theme = wardrobe.theme(&cli.console.look.theme).map_err(config)?;
    let keymap = Keymap::load(cli.console.keys.keymap.as_deref()).map_err(config)?;
    let demo = cli.console.demo.then(demo::Demo::new).transpose()?;
    let arguments = match &demo {
        Some(demo) => demo.arguments(&cli.run),
        None => cli.run.clone(),
    };
    // Before the screen is taken: what is wrong with the arguments is told on the command line.
    heat::options(&arguments.keep, "smelt")
        .map_err(|error| ConsoleError::Run(error.exit(), error.to_string()))?;
    let inbox = Inbox::default();
    let backstage = Backstage::default();
    let guard = Guard::new(backstage.keeper.clone());
    let terminal = Terminal::open(cli.console.look.mouse)?;
    let ears = Ears::new(inbox.clone(), &backstage);
    ears.pulse(terminal.pulse()?)?;
    let stopped = ears.signals()?;
    let size = terminal.size()?;
    let mut model = Model::new(keymap, (size.width, size.height));
    model.is_readonly = arguments.keep.readonly;
    // Where nobody says how many, what others queue is taken up once none is read.
    model.work.workers = usize::from(arguments.jobs.unwrap_or(1));
    model.has_mouse = cli.console.look.mouse;
    terminal::on_panic(std::thread::current().id());
    let mut stage = Stage::open(
        terminal,
        (wardrobe, theme),
        model,
        inbox.clone(),
        backstage.clone(),
    )?;
    // Only now, with the first frame on the screen, is anything begun that takes time.
    let lines = inbox.clone();
    tap.listen(move |line| lines.line(line));
    ears.keys()?;
    gauges::start(arguments.keep.clone(), backstage.clone(), inbox.clone())?;
    let over = backstage.start(arguments, cli.console.who.name(), inbox)?;
    let ended = stage.run();
    drop(stage);
    // The card before anything that takes time: the process may not have much.
    let restored = guard.end();
    if let Some(reviewer) = backstage.reviewer.get() {
        reviewer.finish(FAREWELL);
    }
    if let Some(run) = backstage.run.get() {
        // It may be that nobody has said so yet: the terminal was gone before its signal came.
        run.abort();
        over.recv_timeout(FAREWELL).ok();
    }
    drop(demo);
    if let Err(why) = restored {
        complain(&why);
    }
    stopped.die();
    Ok(ended?)
}
