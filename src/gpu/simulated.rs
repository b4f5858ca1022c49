//! The simulated laptop as a source of samples: for tests and `smelt power simulate`, never chosen by itself.

pub mod plant;
