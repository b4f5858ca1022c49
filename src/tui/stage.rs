//! The stage: the loop that hears, changes the model, draws when a frame is due, and has effects carried out.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::Event as Input;
use ratatui::layout::{Rect, Size};

use super::asks::Order;
use super::asks::Step;
use super::backstage::Backstage;
use super::frame::FrameClock;
use super::inbox::Inbox;
use super::librarian::Wish;
use super::model::Model;
use super::msg::{Effect, Ended, Msg, Told};
use super::painter::Painter;
use super::porter::Load;
use super::terminal::{MOST_COPIED, Terminal};
use super::update::update;
use super::view::view;
use super::wardrobe::Wardrobe;
use crate::cli::Exit;
use crate::power::keeper::Command;
use crate::theme::Theme;

/// Everything the thread that draws owns.
pub struct Stage {
    terminal: Terminal,
    screen: ratatui::Terminal<Painter>,
    wardrobe: Wardrobe,
    theme: Theme,
    model: Model,
    clock: FrameClock,
    began: Instant,
    inbox: Inbox,
    backstage: Backstage,
    /// What could not be asked for yet.
    waiting: Vec<Wish>,
    /// What could not be carried in yet: what somebody typed must not be lost.
    loads: Vec<Load>,
    is_over: bool,
}

impl Stage {
    /// Takes the terminal and draws the first frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn open(
        mut terminal: Terminal,
        (wardrobe, theme): (Wardrobe, Theme),
        model: Model,
        inbox: Inbox,
        backstage: Backstage,
    ) -> io::Result<Self> {
        terminal.take()?;
        let (width, height) = model.size;
        let screen = ratatui::Terminal::new(Painter::new(Size::new(width, height)))?;
        let mut stage = Self {
            terminal,
            screen,
            wardrobe,
            theme,
            model,
            clock: FrameClock::default(),
            began: Instant::now(),
            inbox,
            backstage,
            waiting: Vec::new(),
            loads: Vec::new(),
            is_over: false,
        };
        stage.draw()?;
        Ok(stage)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Runs until the end is wanted, and says how the work ended.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn run(&mut self) -> io::Result<Ended> {
        while !self.is_over {
            let until = self.clock.due().map(|due| self.began + due);
            for msg in self.inbox.wait(until) {
                self.hear(msg)?;
            }
            if let Some(urgency) = self.model.take_dirty() {
                let now = self.now();
                self.clock.request(urgency, now);
            }
            if self.clock.due().is_some_and(|due| due <= self.now()) {
                self.draw()?;
            }
        }
        Ok(self.model.ended.take().unwrap_or(Ended {
            why: None,
            exit: Exit::Done,
            is_final: true,
        }))
    }

    fn hear(&mut self, msg: Msg) -> io::Result<()> {
        match &msg {
            Msg::Input(Input::Resize(width, height)) => {
                self.screen.backend_mut().resize(Size::new(*width, *height));
            }
            Msg::Input(Input::FocusGained) => self.clock.watch(true),
            Msg::Input(Input::FocusLost) => self.clock.watch(false),
            Msg::Tick => self.notice_size()?,
            _ => {}
        }
        let now = self.now();
        for effect in update(&mut self.model, msg, now) {
            self.apply(effect)?;
        }
        self.ask_again();
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let now = self.now();
        let (model, theme) = (&self.model, &self.theme);
        // Zero columns or rows is what a terminal says that is only just being made.
        if model.size.0 > 0 && model.size.1 > 0 {
            self.screen.draw(|frame| view(model, theme, now, frame))?;
        }
        let bytes = self.screen.backend_mut().take();
        if !bytes.is_empty() {
            self.terminal.frame(&bytes)?;
        }
        let took = self.now().saturating_sub(now);
        self.clock.drawn(now, took);
        Ok(())
    }

    fn apply(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Leave => self.is_over = true,
            Effect::Stop => self.with_run(crate::run::Run::stop),
            Effect::Abort => self.abort(),
            Effect::Hold(is_held) => self.with_run(|run| run.pause(is_held)),
            Effect::Suspend => {
                // It is in a process group of its own, which the terminal's key does not stop.
                self.with_run(|run| run.freeze(true));
                let suspended = self.terminal.suspend();
                self.with_run(|run| run.freeze(false));
                suspended?;
                self.redraw()?;
            }
            Effect::Redraw => self.redraw()?,
            Effect::Copy(text) if text.len() > MOST_COPIED => {
                let line = format!(
                    "{} bytes are too many for a terminal's clipboard",
                    text.len()
                );
                let now = self.now();
                self.model.say(line, now);
            }
            Effect::Copy(text) => self.terminal.copy(&text)?,
            Effect::Title(title) => self.terminal.title(&title)?,
            Effect::Sieve(number, sieve) => self.waiting.push(Wish::Sieve(number, sieve)),
            Effect::Rows(window) => self.waiting.push(Wish::Rows(window)),
            Effect::Record(job) => self.waiting.push(Wish::Record(job)),
            Effect::Review(step) => self.review(step),
            Effect::Add(names) => self.loads.push(Load::Names(names)),
            Effect::Compose(text) => self.loads.push(Load::Text(text)),
            Effect::Power(command) => self.power(command),
            Effect::NextTheme => self.next_theme(),
            Effect::Order(job, order) => self.order(job, order),
            Effect::Look => self.waiting.push(Wish::Look),
            Effect::TakeUp => {
                if let Some(clerk) = self.backstage.clerk.get() {
                    clerk.take_up();
                }
            }
            Effect::Mouse(is_caught) => self.terminal.mouse(is_caught)?,
        }
        Ok(())
    }

    /// Wishes and loads wait until the store is open.
    fn ask_again(&mut self) {
        if let Some(porter) = self.backstage.porter.get() {
            for load in self.loads.drain(..) {
                porter.carry(load);
            }
        }
        if let Some(librarian) = self.backstage.librarian.get() {
            for wish in self.waiting.drain(..) {
                librarian.want(wish);
            }
        }
    }

    fn with_run(&self, act: impl FnOnce(&crate::run::Run)) {
        if let Some(run) = self.backstage.run.get() {
            act(run);
        }
    }

    /// What comes of it is told by the keeper itself.
    fn power(&mut self, command: Command) {
        let keeper = &self.backstage.keeper;
        if keeper.with(|keeper| keeper.tell(command)).is_none() {
            let now = self.now();
            self.model.say("the GPU has not been asked yet", now);
        }
    }

    fn next_theme(&mut self) {
        if let Some(theme) = self.wardrobe.after(&self.theme) {
            let now = self.now();
            self.model.say(format!("theme {}", theme.name()), now);
            self.theme = theme;
        }
    }

    fn order(&mut self, job: i64, order: Order) {
        if let Some(clerk) = self.backstage.clerk.get() {
            clerk.order(job, order);
        } else {
            let now = self.now();
            self.model.say("the store is not open yet", now);
        }
    }

    fn review(&mut self, step: Step) {
        if let Some(reviewer) = self.backstage.reviewer.get() {
            reviewer.step(step);
        } else {
            // There is an answer to every step.
            let line = "the store is not open yet".to_owned();
            self.inbox.put(Msg::Told(Told { line, go: None }));
        }
    }

    /// Without a run there is nothing to wait for.
    fn abort(&mut self) {
        match self.backstage.run.get() {
            Some(run) => run.abort(),
            None => self.is_over = true,
        }
    }

    /// The reader of keys may miss one of many changes of the size; a second later it is seen all the same.
    fn notice_size(&mut self) -> io::Result<()> {
        match self.terminal.size() {
            Ok(size) if (size.width, size.height) != self.model.size => self.redraw(),
            // That the terminal is gone is noticed elsewhere.
            _ => Ok(()),
        }
    }

    /// Draws everything again, at the size the terminal has now.
    fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.screen.backend_mut().resize(size);
        self.screen
            .resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))?;
        let now = self.now();
        let resized = Msg::Input(Input::Resize(size.width, size.height));
        for effect in update(&mut self.model, resized, now) {
            self.apply(effect)?;
        }
        Ok(())
    }
}
