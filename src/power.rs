//! The card's power: profiles as ceilings, the governor that moves below them, and what carries its decisions out.

pub mod actuator;
pub mod governor;
pub mod profile;
