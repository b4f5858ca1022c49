//! The pages that are read: their bytes, and how far each is read.

use crate::cli::complain;
use crate::engine::select::Selected;
use crate::engine::{Engine, EngineError};
use crate::extract::{Context, Extraction, extract, prompt};
use crate::page::{self, Format, Limits, Page, PageError};
use crate::run::input::{self, Input};

/// One page, or the beginning of one.
pub(super) struct Task<'a> {
    pub(super) input: &'a Subject,
    /// Lines that are read.
    pub(super) lines: usize,
    /// Tokens of those lines; 0 without a model.
    pub(super) page_tokens: usize,
}

/// A page that can be read.
pub(super) struct Subject {
    /// As given, with the line of a file of many.
    pub(super) name: String,
    url: Option<String>,
    fetched: Option<jiff::civil::Date>,
    format: Format,
    bytes: Vec<u8>,
    /// Its lines as they stand in a prompt.
    lines: Vec<String>,
}

/// The pages of the command line; one that cannot be read is named and left out.
pub(super) fn subjects(inputs: &[String]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let taken: Result<(), std::convert::Infallible> = input::read(inputs, false, &mut |input| {
        let name = name(&input);
        match Subject::new(name.clone(), input) {
            Ok(subject) => subjects.push(subject),
            Err(why) => complain(&format!("{name}: {why}")),
        }
        Ok(())
    });
    let Ok(()) = taken;
    subjects
}

fn name(input: &Input) -> String {
    let path = input.source.path.clone();
    let name = path.unwrap_or_else(|| input.id.clone());
    match input.source.line {
        Some(line) => format!("{name}:{line}"),
        None => name,
    }
}

impl Subject {
    fn new(name: String, input: Input) -> Result<Self, String> {
        let (format, bytes) = input.body?;
        let mut subject = Self {
            name,
            url: input.source.url,
            fetched: input.fetched,
            format,
            bytes,
            lines: Vec::new(),
        };
        let page = subject.page().map_err(|error| error.to_string())?;
        let line = |block| prompt::line(&page, block);
        subject.lines = page.blocks.iter().map(line).collect();
        Ok(subject)
    }

    fn page(&self) -> Result<Page, PageError> {
        page::read(&self.bytes, self.format, &Limits::default())
    }
}

/// Every page in every size, all of one size together.
pub(super) fn tasks<'a>(
    subjects: &'a [Subject],
    sizes: &[u32],
    engine: Option<&dyn Engine>,
) -> Result<Vec<Task<'a>>, EngineError> {
    let mut lengths = Vec::new();
    for subject in subjects {
        lengths.push(match engine {
            Some(engine) => engine.count_tokens(&subject.lines)?,
            None => vec![0; subject.lines.len()],
        });
    }
    let sizes: Vec<usize> = match sizes {
        [] => vec![usize::MAX],
        sizes => sizes.iter().map(|size| *size as usize).collect(),
    };
    let mut tasks = Vec::new();
    for size in sizes {
        for (input, lengths) in subjects.iter().zip(&lengths) {
            let lines = lines(lengths, size);
            tasks.push(Task {
                input,
                lines,
                page_tokens: lengths.iter().take(lines).sum(),
            });
        }
    }
    Ok(tasks)
}

/// Lines up to the one in which the page reaches the size.
fn lines(lengths: &[usize], size: usize) -> usize {
    let mut sum = 0;
    let reached = lengths.iter().position(|tokens| {
        sum += tokens;
        sum >= size
    });
    reached.map_or(lengths.len(), |last| last + 1)
}

impl Task<'_> {
    /// The page, as far as it is read.
    pub(super) fn page(&self) -> Result<Page, EngineError> {
        let mut page = self
            .input
            .page()
            .map_err(|error| EngineError::Refused(error.to_string()))?;
        page.blocks.truncate(self.lines);
        Ok(page)
    }

    /// From bytes to posting, as in a run.
    pub(super) fn extract(
        &self,
        engine: Option<&dyn Engine>,
        selected: &Selected,
    ) -> Result<Extraction, EngineError> {
        let context = Context {
            engine,
            url: self.input.url.as_deref(),
            fetched: self.input.fetched,
            max_output_tokens: selected.max_output_tokens,
            second_look: selected.second_look,
            ..Context::default()
        };
        extract(&self.page()?, &context)
    }
}
