//! The panes: what each shows of the model.

pub mod hardware;
pub mod log;
pub mod queue;
pub mod result;
