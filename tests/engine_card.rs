//! Model cards: the ones that ship are right, wrong ones are refused, and what a user names is found.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use smelt::engine::{
    blueprint::Blueprint,
    card::{Card, CardError, Thinking},
    catalogue::{Catalogue, Reference},
    gguf::Header,
    hub,
};

/// What a Qwen3 file holds beside its tensors, above all 151,936 tokens and their merges: between 5.9 and 6 MB.
const METADATA: std::ops::Range<u64> = 5_940_000..5_980_000;

fn built_in() -> Vec<Card> {
    let catalogue = Catalogue::with(None);
    assert_eq!(catalogue.complaints, Vec::<String>::new());
    catalogue.cards
}

fn shipped(id: &str) -> Card {
    built_in().into_iter().find(|card| card.id == id).unwrap()
}

#[test]
fn every_card_in_the_folder_is_built_in_and_named_after_its_model() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let toml = |path: &Path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    };
    let in_folder: BTreeSet<String> = fs::read_dir(models)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| toml(path))
        .map(|path| {
            let card = Card::load(&path).unwrap();
            assert_eq!(card.id, path.file_stem().unwrap().to_str().unwrap());
            card.id
        })
        .collect();
    let known: BTreeSet<String> = built_in().into_iter().map(|card| card.id).collect();
    assert_eq!(in_folder, known);
}

#[test]
fn published_file_sizes_are_what_shape_and_quantisation_give() {
    let mut checked = 0;
    for card in built_in().iter().filter(|card| card.repo.is_some()) {
        for file in &card.files {
            let computed = card.blueprint(file).unwrap().bytes();
            if let Some(bytes) = file.bytes {
                let rest = bytes.saturating_sub(computed);
                assert!(
                    METADATA.contains(&rest),
                    "{}: {rest} bytes beside tensors",
                    file.name
                );
                checked += 1;
            }
        }
    }
    assert!(checked >= 10, "{checked}");
}

#[test]
fn a_smaller_quantisation_is_a_smaller_file() {
    let order = [
        "Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "BF16", "F32",
    ];
    for card in built_in().iter().filter(|card| card.repo.is_some()) {
        let sizes = order.map(|quant| card.shape.blueprint(quant).unwrap().bytes());
        assert!(sizes.is_sorted(), "{}: {sizes:?}", card.id);
    }
}

/// The one file that is here tells whether cards tell the truth.
#[test]
fn the_bundled_model_is_what_its_card_says() {
    let card = shipped("smelt-demo");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/smelt-demo.gguf");
    let header = Header::open(&path).unwrap();
    let from_file = Blueprint::from(&header);
    let from_card = card.blueprint(&card.files[0]).unwrap();
    assert_eq!(
        card.files[0].bytes,
        Some(fs::metadata(&path).unwrap().len())
    );
    assert_eq!(header.quant(), card.files[0].quant);
    assert_eq!(from_card.bytes(), from_file.bytes());
    assert_eq!(from_card.parameters(), card.parameters);
    let sorted = |model: &Blueprint| {
        let names = model
            .pieces
            .iter()
            .map(|piece| (piece.name.clone(), piece.bytes, piece.kind));
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(sorted(&from_card), sorted(&from_file));
    let bare = |model: Blueprint| Blueprint {
        pieces: Vec::new(),
        ..model
    };
    assert_eq!(bare(from_card), bare(from_file));
}

#[test]
fn claims_and_measurements_are_kept_apart() {
    let card = shipped("qwen3-8b");
    let claimed = card.claimed[0].tokens_per_second;
    assert_eq!(format!("{claimed:?}"), "[180.0, 220.0]");
    assert!(!card.measured.is_empty());
    for speed in card.measured {
        assert!(speed.note.unwrap().contains("random weights"));
    }
    assert_eq!(shipped("qwen3-4b-thinking-2507").thinking, Thinking::Always);
    assert_eq!(
        shipped("qwen3-30b-a3b-instruct-2507").shape.experts,
        Some(128)
    );
}

const TINY: &str = r#"
id = "tiny"
name = "Tiny"
architecture = "qwen3"
context_tokens = 4096
max_output_tokens = 1024
parameters = 36_896
kv_bytes_per_token = 256
thinking = "none"
licence = "MIT"
sampling = "greedy"
repo = "someone/tiny"

[shape]
layers = 1
hidden = 32
heads = 2
kv_heads = 2
head_length = 32
feed_forward = 64
vocabulary = 700
file_context = 4096
tied = true

[[files]]
quant = "F32"
name = "tiny.gguf"
"#;

/// What is said of a card in which a line was replaced.
fn complaint(old: &str, new: &str) -> String {
    assert!(TINY.contains(old), "{old}");
    Card::parse(&TINY.replace(old, new)).unwrap_err()
}

#[test]
fn a_card_that_contradicts_itself_is_refused() {
    Card::parse(TINY).unwrap();
    for (old, new, why) in [
        (
            "licence = \"MIT\"",
            "licence = \"MIT\"\ncolour = \"blue\"",
            "colour",
        ),
        (
            "[[files]]",
            "[[files]]\nsha256 = \"abc\"",
            "64 hexadecimal digits",
        ),
        (
            "parameters = 36_896",
            "parameters = 36_897",
            "the shape gives 36896",
        ),
        (
            "kv_bytes_per_token = 256",
            "kv_bytes_per_token = 128",
            "the shape gives 256",
        ),
        (
            "max_output_tokens = 1024",
            "max_output_tokens = 8192",
            "more than context_tokens",
        ),
        (
            "architecture = \"qwen3\"",
            "architecture = \"llama\"",
            "qwen3 and qwen3moe",
        ),
        (
            "architecture = \"qwen3\"",
            "architecture = \"qwen3moe\"",
            "belongs to qwen3moe",
        ),
        ("quant = \"F32\"", "quant = \"IQ4_XS\"", "no memory plan"),
        ("quant = \"F32\"", "quant = \"Q4_K_M\"", "no memory plan"),
        (
            "name = \"tiny.gguf\"",
            "name = \"../tiny.gguf\"",
            "leads out",
        ),
        ("repo = \"someone/tiny\"", "repo = \"tiny\"", "OWNER/NAME"),
        ("id = \"tiny\"", "id = \"a/b\"", "id must consist"),
    ] {
        let said = complaint(old, new);
        assert!(said.contains(why), "{new}: {said}");
    }
    let error = Card::load(Path::new("no-such-card.toml")).unwrap_err();
    assert!(matches!(error, CardError::Unreadable { .. }), "{error}");
}

#[test]
fn a_users_card_stands_in_place_of_a_built_in_one_and_a_wrong_one_costs_a_line() {
    let own = tempfile::tempdir().unwrap();
    fs::write(own.path().join("a.toml"), TINY).unwrap();
    let mine = TINY.replace("id = \"tiny\"", "id = \"qwen3-8b\"");
    fs::write(own.path().join("b.toml"), mine).unwrap();
    fs::write(own.path().join("c.toml"), "id = 1").unwrap();
    let catalogue = Catalogue::with(Some(own.path()));
    assert_eq!(catalogue.cards.len(), built_in().len() + 1);
    assert_eq!(catalogue.card("tiny").unwrap().name, "Tiny");
    assert_eq!(catalogue.card("qwen3-8b").unwrap().name, "Tiny");
    assert_eq!(catalogue.complaints.len(), 1);
    assert!(catalogue.complaints[0].contains("c.toml"));
    let unknown = catalogue.card("qwen3-8").unwrap_err();
    assert!(unknown.contains("did you mean qwen3-8b?"), "{unknown}");
}

#[test]
fn a_name_is_a_card_and_a_path_is_a_file() {
    let card = |id: &str, quant: Option<&str>| Reference::Card {
        id: id.to_owned(),
        quant: quant.map(str::to_owned),
    };
    assert_eq!(Reference::of("qwen3-8b"), card("qwen3-8b", None));
    assert_eq!(
        Reference::of("qwen3-8b:Q8_0"),
        card("qwen3-8b", Some("Q8_0"))
    );
    for file in ["a.gguf", "A.GGUF", "./qwen3-8b", "dir/file", "Cargo.lock"] {
        assert_eq!(Reference::of(file), Reference::File(file.into()), "{file}");
    }
    assert_eq!(
        Reference::of("a.toml"),
        Reference::CardFile("a.toml".into())
    );
}

#[test]
fn in_the_hubs_cache_the_main_revision_is_found_before_others() {
    let cache = tempfile::tempdir().unwrap();
    let repository = hub::repository(cache.path(), "Qwen/Qwen3-8B-GGUF");
    assert!(repository.ends_with("models--Qwen--Qwen3-8B-GGUF"));
    let find = || hub::find(cache.path(), "Qwen/Qwen3-8B-GGUF", "m.gguf");
    assert_eq!(find(), None);
    for commit in ["aaa", "bbb"] {
        fs::create_dir_all(repository.join("snapshots").join(commit)).unwrap();
        fs::write(repository.join("snapshots").join(commit).join("m.gguf"), "").unwrap();
    }
    assert!(find().unwrap().ends_with("bbb/m.gguf"));
    fs::create_dir_all(repository.join("refs")).unwrap();
    fs::write(repository.join("refs/main"), "aaa").unwrap();
    assert!(find().unwrap().ends_with("aaa/m.gguf"));
}
