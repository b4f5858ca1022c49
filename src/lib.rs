//! Turns job-posting pages into structured, evidence-backed records with a language model on the user's own GPU.
//!
//! ```text
//! files, stdin -> page -> extract -> record -> store -> JSONL
//!   bytes         charset   prompt + wire grammar
//!                 blocks    engine (tokens)
//!                 JSON-LD   evidence, normalisers, merge
//! ```
//!
//! Dependencies point one way: [`posting`] knows nothing of the others, [`page`] knows only [`posting`], [`extract`]
//! adds [`engine`], and only [`run`] knows them all.

pub mod bench;
pub mod cli;
pub mod config;
pub mod engine;
pub mod eval;
pub mod event;
pub mod extract;
pub mod gpu;
pub mod headless;
pub mod keymap;
pub mod log;
pub mod models;
pub mod monitor;
pub mod pace;
pub mod page;
mod pattern;
pub mod posting;
pub mod power;
pub mod process;
pub mod review;
pub mod run;
pub mod signals;
pub mod store;
pub mod theme;
pub mod triage;
pub mod tui;
