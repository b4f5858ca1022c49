//! The painter: frames become bytes in memory, and nothing at all when nothing has changed.

use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A screen of a size that it is told, which collects what would be written.
#[derive(Debug)]
pub struct Painter {
    out: Vec<u8>,
    size: Size,
    is_cursor_shown: bool,
}

impl Painter {
    /// A screen of so many columns and rows.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self {
            out: Vec::new(),
            size,
            is_cursor_shown: false,
        }
    }

    /// The screen has another size now.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
    }

    /// What is to be written since this was last asked; empty if nothing.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Lets the encoder write, into a buffer of ours: it does not hand out one of its own.
    fn encode(
        &mut self,
        work: impl FnOnce(&mut CrosstermBackend<&mut Vec<u8>>) -> io::Result<()>,
    ) -> io::Result<()> {
        work(&mut CrosstermBackend::new(&mut self.out))
    }
}

impl Backend for Painter {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        // The encoder ends even an empty frame with 19 bytes.
        if content.peek().is_none() {
            return Ok(());
        }
        self.encode(|encoder| encoder.draw(content))
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_cursor_shown) {
            self.encode(|encoder| encoder.hide_cursor())?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_cursor_shown, true) {
            self.encode(|encoder| encoder.show_cursor())?;
        }
        Ok(())
    }

    /// Asking the terminal would take its answer from the thread that reads keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        self.encode(|encoder| encoder.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.encode(|encoder| encoder.clear_region(clear_type))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
