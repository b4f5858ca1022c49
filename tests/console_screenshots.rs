//! The pictures in the documentation show the console as it is.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/scenes.rs"]
mod scenes;

#[test]
fn the_pictures_are_current() {
    for (name, _, picture) in scenes::pictures() {
        let path = format!(
            "{}/docs/screenshots/console-{name}.svg",
            env!("CARGO_MANIFEST_DIR")
        );
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == picture,
            "{name} looks different now: cargo run --no-default-features --example console-screenshots -- docs/screenshots"
        );
    }
}
