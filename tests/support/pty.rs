//! A terminal in memory with the real program on it: keys go in, the screen comes out.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

/// More than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

struct Seen {
    parser: Parser,
    bytes: Vec<u8>,
    is_paused: bool,
    is_closing: bool,
    is_over: bool,
}

pub struct Pty {
    shared: Arc<Shared>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    pub child: Box<dyn Child + Send + Sync>,
    reader: Option<std::thread::JoinHandle<()>>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

impl Pty {
    /// Starts a program at a place, with its home there too.
    pub fn start(program: &str, arguments: &[&str], home: &Path, rows: u16, cols: u16) -> Self {
        let pair = native_pty_system().openpty(size(rows, cols)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home);
        for (name, value) in [
            ("HOME", home.to_str().unwrap()),
            ("SMELT_STORE", home.join("smelt.db").to_str().unwrap()),
            ("TERM", "xterm-256color"),
            ("LC_ALL", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        for name in [
            "XDG_STATE_HOME",
            "XDG_CONFIG_HOME",
            "SMELT_MODEL",
            "NO_COLOR",
            "COLORTERM",
        ] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shared = Arc::new(Shared {
            seen: Mutex::new(Seen {
                parser: Parser::new(rows, cols, 0),
                bytes: Vec::new(),
                is_paused: false,
                is_closing: false,
                is_over: false,
            }),
            changed: Condvar::new(),
        });
        let source = pair.master.try_clone_reader().unwrap();
        let theirs = Arc::clone(&shared);
        let reader = std::thread::spawn(move || read(source, &theirs));
        Self {
            writer: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            shared,
            child,
            reader: Some(reader),
        }
    }

    /// The console with such arguments.
    pub fn console(arguments: &[&str], home: &Path, rows: u16, cols: u16) -> Self {
        Self::start(env!("CARGO_BIN_EXE_smelt"), arguments, home, rows, cols)
    }

    pub fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until the screen is so, and says what it was otherwise.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&Screen) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.shared.seen.lock().unwrap();
        while !is_so(seen.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "no {what} on\n{}",
                seen.parser.screen().contents()
            );
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    pub fn contents(&self) -> String {
        self.shared.seen.lock().unwrap().parser.screen().contents()
    }

    /// Everything that was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.seen.lock().unwrap().bytes.clone()
    }

    pub fn screen<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.shared.seen.lock().unwrap().parser.screen())
    }

    pub fn resize(&mut self, rows: u16, cols: u16) {
        {
            let mut seen = self.shared.seen.lock().unwrap();
            let screen = seen.parser.screen_mut();
            // The emulator itself falls over when a line wraps on a screen of one row.
            screen.set_size(rows.max(2), cols.max(2));
        }
        self.master
            .as_ref()
            .unwrap()
            .resize(size(rows, cols))
            .unwrap();
    }

    /// Stops reading, or goes on.
    pub fn pause(&self, is_paused: bool) {
        self.shared.seen.lock().unwrap().is_paused = is_paused;
        self.shared.changed.notify_all();
    }

    /// The modes the program has set on the terminal.
    pub fn modes(&self) -> String {
        format!("{:?}", self.master.as_ref().unwrap().get_termios().unwrap())
    }

    /// Closes the terminal, as a connection that is lost does.
    pub fn hang_up(&mut self) {
        self.shared.seen.lock().unwrap().is_closing = true;
        // The reader holds a handle, and lets go of it with the next bytes.
        self.send("\u{c}");
        self.reader.take().unwrap().join().unwrap();
        self.writer = None;
        self.master = None;
    }

    /// Waits for the end, and says how long that took.
    pub fn wait(&mut self) -> (portable_pty::ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            assert!(
                began.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.contents()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was on the screen when the program had written its last byte.
    pub fn wait_for_last_byte(&self) {
        let mut seen = self.shared.seen.lock().unwrap();
        while !seen.is_over {
            seen = self.shared.changed.wait_timeout(seen, PATIENCE).unwrap().0;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.child.kill().ok();
    }
}

fn read(mut source: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = [0; 4096];
    loop {
        {
            let mut seen = shared.seen.lock().unwrap();
            while seen.is_paused {
                seen = shared.changed.wait(seen).unwrap();
            }
        }
        let read = source.read(&mut buffer).unwrap_or(0);
        let mut seen = shared.seen.lock().unwrap();
        seen.parser.process(&buffer[..read]);
        seen.bytes.extend_from_slice(&buffer[..read]);
        let is_over = read == 0 || seen.is_closing;
        seen.is_over = is_over;
        shared.changed.notify_all();
        if is_over {
            return;
        }
    }
}
