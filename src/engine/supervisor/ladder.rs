//! How much a worker holds at once, and how much less after its memory ran out.

/// Fewer tokens leave no room for a page beside the instructions and the answer.
const LEAST_CONTEXT: usize = 2048;

/// What a worker makes room for when it loads its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Tokens of one prompt and its answer.
    pub context: usize,
    /// Questions answered together.
    pub cohort: usize,
}

impl Load {
    /// The next lower rung: half the questions together down to one, then half the context; `None` at the bottom, where
    /// only smaller weights help.
    #[must_use]
    pub fn less(self) -> Option<Self> {
        if self.cohort > 1 {
            return Some(Self {
                cohort: self.cohort / 2,
                ..self
            });
        }
        let context = self.context / 2;
        (context >= LEAST_CONTEXT).then_some(Self { context, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_fewer_questions_then_shorter_ones_then_nothing() {
        let mut rungs = Vec::new();
        let mut load = Some(Load {
            context: 8192,
            cohort: 8,
        });
        while let Some(rung) = load {
            rungs.push((rung.cohort, rung.context));
            load = rung.less();
        }
        assert_eq!(
            rungs,
            [
                (8, 8192),
                (4, 8192),
                (2, 8192),
                (1, 8192),
                (1, 4096),
                (1, 2048)
            ]
        );
    }
}
