//! Where the monitor writes: the terminal's one live line or JSON lines, and the log file of the day.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use rustix::termios::tcgetwinsize;
use serde::Serialize;
use tracing_appender::rolling::{Builder, RollingFileAppender, Rotation};

/// Days whose log files are kept.
const DAYS: usize = 30;
/// Back to the first column, and the rest of the line deleted.
const CLEAR: &str = "\r\x1b[K";
const BELL: &str = "\x07";
/// Columns of a terminal that does not say.
const COLUMNS: usize = 80;

/// Everything the monitor says.
pub struct Output {
    is_live: bool,
    draws: bool,
    log: Option<RollingFileAppender>,
    /// Whether the live line stands in the terminal and something else must clear it first.
    has_line: bool,
}

impl Output {
    /// A live line on a terminal, unless `json` is wanted; JSON lines otherwise.
    ///
    /// # Errors
    /// When the directory of the log cannot be made or written to.
    pub fn new(json: bool, log: Option<&Path>) -> io::Result<Self> {
        let log = log.map(open).transpose()?;
        Ok(Self {
            is_live: !json && io::stdout().is_terminal(),
            draws: is_utf8(),
            log,
            has_line: false,
        })
    }

    /// Whether there is a live line.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Columns that a line leaves free for drawing; none where the terminal shows only ASCII.
    #[must_use]
    pub fn room(&self, line: &str) -> usize {
        if !self.draws {
            return 0;
        }
        // One column before what is drawn; the last stays empty.
        columns().saturating_sub(line.chars().count() + 2)
    }

    /// A JSON line to the log, and to stdout unless there is a live line.
    ///
    /// # Errors
    /// When stdout cannot be written; a log that cannot be written is told of once and given up.
    pub fn json(&mut self, what: &impl Serialize, tell: fn(&str)) -> io::Result<()> {
        let mut line = serde_json::to_string(what)?;
        line.push('\n');
        if let Some(log) = &mut self.log
            && let Err(error) = log.write_all(line.as_bytes()).and_then(|()| log.flush())
        {
            self.log = None;
            self.clear()?;
            tell(&format!(
                "the log cannot be written and is given up: {error}"
            ));
        }
        if self.is_live {
            return Ok(());
        }
        write(&line)
    }

    /// Replaces the live line.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn live(&mut self, line: &str) -> io::Result<()> {
        if !self.is_live {
            return Ok(());
        }
        // A full last column would wrap.
        let line = self.plain(line);
        let line: String = line.chars().take(columns() - 1).collect();
        self.has_line = true;
        write(&format!("{CLEAR}{line}"))
    }

    /// A line that stays, with the bell; where stdout is no terminal only the bell, if stderr is one.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn alarm(&mut self, line: &str, rings: bool) -> io::Result<()> {
        let bell = if rings { BELL } else { "" };
        if self.is_live {
            let line = self.plain(line);
            self.has_line = false;
            return write(&format!("{CLEAR}{line}{bell}\n"));
        }
        if io::stderr().is_terminal() {
            write!(io::stderr(), "{bell}").ok();
        }
        Ok(())
    }

    /// Leaves the live line where it is, and goes below it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn end(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.has_line) {
            return write("\n");
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.has_line) {
            return write(CLEAR);
        }
        Ok(())
    }

    /// What the terminal can show of a line.
    fn plain(&self, line: &str) -> String {
        let line = if self.draws {
            line.to_owned()
        } else {
            line.replace('°', "")
        };
        line.chars().filter(|letter| !letter.is_control()).collect()
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Columns of the terminal now; it may have been resized.
fn columns() -> usize {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => COLUMNS,
    }
}

fn open(directory: &Path) -> io::Result<RollingFileAppender> {
    std::fs::create_dir_all(directory)?;
    Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("gpu")
        .filename_suffix("jsonl")
        .max_log_files(DAYS)
        .build(directory)
        .map_err(io::Error::other)
}

/// Whether the locale says that the terminal shows UTF-8: the first of these that is set decides.
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let locale = locale.unwrap_or_default().to_uppercase();
    locale.contains("UTF-8") || locale.contains("UTF8")
}
