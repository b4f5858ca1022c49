//! The console: what a user opens and keeps open.

pub mod overlay;
