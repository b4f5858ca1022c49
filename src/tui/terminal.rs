//! The terminal: taken over and given back, whatever ends the program. The only file that writes escape codes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::queue;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, SetTitle};
use ratatui::layout::Size;
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use crate::log::foreign;

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";
const PUSH_TITLE: &[u8] = b"\x1b[22;0t";
const POP_TITLE: &[u8] = b"\x1b[23;0t";
/// Clicks and the wheel alone: a terminal that told of every movement would send more than the keys do.
const CATCH_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const LEAVE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
const SHOW_CURSOR: &[u8] = b"\x1b[0m\x1b[?25h";
/// Most bytes a terminal is asked to put into its clipboard; more are cut off by many without a word.
pub const MOST_COPIED: usize = 74_000;

/// What has to be put back, while something has.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

struct Taken {
    tty: File,
    termios: Termios,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

fn taken() -> MutexGuard<'static, Option<Taken>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The user's terminal, ours until this is dropped.
#[derive(Debug)]
pub struct Terminal {
    tty: File,
    termios: Termios,
    has_mouse: bool,
}

impl Terminal {
    /// Opens the terminal that started this process, to be taken with the mouse or without; nothing is changed yet.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(has_mouse: bool) -> io::Result<Self> {
        let tty = File::options().read(true).write(true).open("/dev/tty")?;
        let termios = tcgetattr(&tty)?;
        Ok(Self {
            tty,
            termios,
            has_mouse,
        })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.tty)?;
        Ok(Size::new(size.ws_col, size.ws_row))
    }

    /// A second handle, to look whether the terminal is still there.
    ///
    /// # Errors
    /// When the process has no handle left.
    pub fn pulse(&self) -> io::Result<Pulse> {
        Ok(Pulse(self.tty.try_clone()?))
    }

    /// Takes the screen and the keyboard. From now on standard output and error lead into the log: a library that
    /// prints must not write over the screen.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn take(&mut self) -> io::Result<()> {
        let stdout = io::stdout().as_fd().try_clone_to_owned()?;
        let stderr = io::stderr().as_fd().try_clone_to_owned()?;
        let (reader, writer) = io::pipe()?;
        *taken() = Some(Taken {
            tty: self.tty.try_clone()?,
            termios: self.termios.clone(),
            stdout,
            stderr,
        });
        rustix::stdio::dup2_stdout(&writer)?;
        rustix::stdio::dup2_stderr(&writer)?;
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || log_output(reader))?;
        let mut raw = self.termios.clone();
        raw.make_raw();
        tcsetattr(&self.tty, OptionalActions::Flush, &raw)?;
        let mut out = PUSH_TITLE.to_vec();
        queue!(
            out,
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange
        )?;
        if self.has_mouse {
            out.extend(CATCH_MOUSE);
        }
        out.extend(HIDE_CURSOR);
        self.write(&out)
    }

    /// Writes one frame, which terminals that know how show at once.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn frame(&mut self, bytes: &[u8]) -> io::Result<()> {
        let frame = [BEGIN_FRAME, bytes, END_FRAME].concat();
        self.write(&frame)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tty.write_all(bytes)
    }

    /// Catches the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn mouse(&mut self, is_caught: bool) -> io::Result<()> {
        self.has_mouse = is_caught;
        self.write(if is_caught { CATCH_MOUSE } else { LEAVE_MOUSE })
    }

    /// Names the window.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        let mut out = Vec::new();
        queue!(out, SetTitle(title))?;
        self.write(&out)
    }

    /// Asks the terminal to put a text into its clipboard; whether it does is not known.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = Vec::new();
        queue!(out, CopyToClipboard::to_clipboard_from(text))?;
        self.write(&out)
    }

    /// Gives the terminal back, stops the process group as ^Z does elsewhere, and takes it again once continued.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        kill_current_process_group(Signal::TSTP)?;
        self.take()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Tells whether a terminal is still there.
#[derive(Debug)]
pub struct Pulse(File);

impl Pulse {
    /// False once it was hung up.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        tcgetattr(&self.0).is_ok()
    }
}

/// Gives the terminal back as it was; does nothing if it is not taken.
pub fn give_back() {
    let Some(mut taken) = taken().take() else {
        return;
    };
    let mut out = [END_FRAME, LEAVE_MOUSE].concat();
    let queued = queue!(out, DisableFocusChange, DisableBracketedPaste);
    out.extend(SHOW_CURSOR);
    let queued = queued.and_then(|()| queue!(out, LeaveAlternateScreen));
    out.extend(POP_TITLE);
    // A terminal that is gone needs nothing back.
    queued.and_then(|()| taken.tty.write_all(&out)).ok();
    restore_modes(&taken);
}

/// Gives back what can be given back without waiting for a terminal that takes no bytes.
pub fn give_back_at_once() {
    if let Ok(mut taken) = TAKEN.try_lock()
        && let Some(taken) = taken.take()
    {
        restore_modes(&taken);
    }
}

fn restore_modes(taken: &Taken) {
    tcsetattr(&taken.tty, OptionalActions::Now, &taken.termios).ok();
    rustix::stdio::dup2_stdout(&taken.stdout).ok();
    rustix::stdio::dup2_stderr(&taken.stderr).ok();
}

/// A panic of the thread that draws gives the terminal back before it is reported. Any other thread's is a line of the
/// log: the console lives on, and must not be drawn over.
pub fn on_panic(drawing: ThreadId) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == drawing {
            give_back();
            previous(panic);
        } else {
            let thread = std::thread::current();
            tracing::error!("thread {} panicked: {panic}", thread.name().unwrap_or("?"));
        }
    }));
}

/// What was printed, line by line, until nobody can print any more.
fn log_output(reader: PipeReader) {
    for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        let (_, text) = foreign::read(&String::from_utf8_lossy(&line));
        tracing::info!(target: "output", "{text}");
    }
}
