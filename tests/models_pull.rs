//! `smelt models pull` against a hub on the loopback: whole files, broken ones, refusals, and who gets the token.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/hub.rs"]
mod hub;
#[path = "support/smelt.rs"]
mod smelt;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use hub::{Behaviour, COMMIT, FakeHub, REPO_DIRECTORY};
use sha2::{Digest, Sha256};
use smelt::Bench;

/// 600 KB that repeat nowhere.
fn content() -> Vec<u8> {
    (0_u32..150_000)
        .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

struct Scene {
    bench: Bench,
    hub: FakeHub,
}

impl Scene {
    fn new(behaviour: Behaviour) -> Self {
        Self {
            bench: Bench::new(),
            hub: FakeHub::start(content(), behaviour),
        }
    }

    fn command(&self) -> Command {
        let mut command = self.bench.program();
        command
            .args(["models", "pull", "qwen3-0.6b"])
            .env("HF_ENDPOINT", self.hub.endpoint())
            .env("HF_HOME", self.bench.path("hf"));
        for name in [
            "HF_HUB_CACHE",
            "HUGGINGFACE_HUB_CACHE",
            "HF_TOKEN",
            "HF_TOKEN_PATH",
            "HTTP_PROXY",
            "http_proxy",
            "ALL_PROXY",
            "all_proxy",
        ] {
            command.env_remove(name);
        }
        command
    }

    fn pull(&self, more: &[(&str, &str)]) -> Output {
        let mut command = self.command();
        command.envs(more.iter().copied()).output().unwrap()
    }

    /// One line on stderr, and the exit code for it.
    fn refused(&self, more: &[(&str, &str)]) -> String {
        let output = self.pull(more);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(5), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(output.stdout.is_empty());
        stderr
    }

    fn fetched(&self) -> String {
        let output = self.pull(&[]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        let path = String::from_utf8(output.stdout).unwrap();
        let path = PathBuf::from(path.trim_end());
        assert_eq!(
            path,
            self.file("snapshots")
                .join(COMMIT)
                .join("Qwen3-0.6B-Q8_0.gguf")
        );
        assert_eq!(fs::read(&path).unwrap(), content());
        stderr
    }

    fn file(&self, name: &str) -> PathBuf {
        self.bench.path("hf/hub").join(REPO_DIRECTORY).join(name)
    }

    fn part(&self) -> PathBuf {
        self.file("blobs")
            .join(format!("{}.incomplete", digest(&content())))
    }

    fn leave_part(&self, bytes: &[u8]) {
        fs::create_dir_all(self.file("blobs")).unwrap();
        fs::write(self.part(), bytes).unwrap();
    }
}

#[test]
fn a_file_comes_whole_and_lies_as_the_hubs_own_tools_leave_it() {
    let scene = Scene::new(Behaviour::default());
    scene.fetched();
    let blob = scene.file("blobs").join(digest(&content()));
    assert!(fs::symlink_metadata(&blob).unwrap().is_file());
    assert!(!scene.part().exists());
    let link = scene
        .file("snapshots")
        .join(COMMIT)
        .join("Qwen3-0.6B-Q8_0.gguf");
    let target = fs::read_link(&link).unwrap();
    assert_eq!(
        target,
        PathBuf::from("../../blobs").join(digest(&content()))
    );
    assert_eq!(fs::read_to_string(scene.file("refs/main")).unwrap(), COMMIT);
    let asked = scene.hub.asked().len();
    assert!(scene.fetched().contains("here already"));
    let again = &scene.hub.asked()[asked..];
    assert!(
        again.iter().all(|request| request.method == "HEAD"),
        "{again:?}"
    );
}

#[test]
fn what_is_there_already_is_not_fetched_again() {
    let scene = Scene::new(Behaviour::default());
    scene.leave_part(&content()[..400_000]);
    scene.fetched();
    let ranges: Vec<String> = scene
        .hub
        .asked()
        .into_iter()
        .filter_map(|request| request.range)
        .collect();
    assert_eq!(ranges, ["bytes=400000-"]);
    assert_eq!(scene.hub.sent(), 200_000);
}

#[test]
fn a_server_that_cannot_go_on_in_the_middle_begins_anew() {
    let scene = Scene::new(Behaviour {
        no_ranges: true,
        ..Behaviour::default()
    });
    scene.leave_part(&content()[..400_000]);
    assert!(scene.fetched().contains("from its beginning"));
    assert_eq!(scene.hub.sent(), 600_000);
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let scene = Scene::new(Behaviour {
        cut_after: Some(250_000),
        ..Behaviour::default()
    });
    scene.fetched();
    let ranges: Vec<Option<String>> = scene.hub.bodies().map(|request| request.range).collect();
    assert_eq!(ranges.len(), 3);
    assert_eq!(ranges[0], None);
    assert_eq!(scene.hub.sent(), 600_000);
}

#[test]
fn a_connection_that_breaks_for_good_keeps_what_came() {
    let scene = Scene::new(Behaviour {
        cut_after: Some(0),
        ..Behaviour::default()
    });
    scene.leave_part(&content()[..123]);
    let line = scene.refused(&[]);
    assert!(
        line.contains("are kept, the same command goes on"),
        "{line}"
    );
    assert_eq!(fs::read(scene.part()).unwrap(), content()[..123]);
}

#[test]
fn a_wrong_digest_leaves_nothing_behind() {
    let scene = Scene::new(Behaviour::default());
    let mut wrong = content()[..400_000].to_vec();
    wrong[7] ^= 1;
    scene.leave_part(&wrong);
    let line = scene.refused(&[]);
    assert!(line.contains("wrong sha256"), "{line}");
    assert!(!scene.part().exists());
    assert!(!scene.file("snapshots").exists());
    scene.fetched();
}

#[test]
fn a_gated_repository_asks_for_a_token_and_takes_it() {
    let scene = Scene::new(Behaviour {
        token: Some("hf_right"),
        ..Behaviour::default()
    });
    let line = scene.refused(&[]);
    assert!(
        line.contains("accept its terms") && line.contains("set HF_TOKEN"),
        "{line}"
    );
    let line = scene.refused(&[("HF_TOKEN", "hf_wrong")]);
    assert!(line.contains("refused to this token"), "{line}");
    assert!(!line.contains("hf_wrong"), "{line}");
    fs::create_dir_all(scene.bench.path("hf")).unwrap();
    fs::write(scene.bench.path("hf/token"), "hf_right\n").unwrap();
    scene.fetched();
}

#[test]
fn the_token_goes_to_the_hub_and_not_where_it_sends_us() {
    let scene = Scene::new(Behaviour::default());
    let output = scene.pull(&[("HF_TOKEN", "hf_secret")]);
    assert_eq!(output.status.code(), Some(0));
    let asked = scene.hub.asked();
    let (hub, storage): (Vec<_>, Vec<_>) = asked.into_iter().partition(|request| request.at_hub);
    assert!(!hub.is_empty() && !storage.is_empty());
    assert!(
        hub.iter()
            .all(|request| request.token.as_deref() == Some("Bearer hf_secret"))
    );
    assert!(
        storage.iter().all(|request| request.token.is_none()),
        "{storage:?}"
    );
}

#[test]
fn a_file_that_is_not_there_a_server_that_fails_and_one_that_is_no_hub_are_told_apart() {
    for (behaviour, words) in [
        (
            Behaviour {
                status: Some(404),
                ..Behaviour::default()
            },
            "is not in Qwen/Qwen3-0.6B-GGUF at main",
        ),
        (
            Behaviour {
                status: Some(503),
                ..Behaviour::default()
            },
            "answered 503",
        ),
        (
            Behaviour {
                status: Some(403),
                ..Behaviour::default()
            },
            "gated, private or not there",
        ),
        (
            Behaviour {
                no_commit: true,
                ..Behaviour::default()
            },
            "is it a Hugging Face hub?",
        ),
    ] {
        let line = Scene::new(behaviour).refused(&[]);
        assert!(line.contains(words), "{line}");
    }
}

#[test]
fn what_cannot_be_pulled_is_said_before_anything_is_asked() {
    let scene = Scene::new(Behaviour::default());
    for (model, words) in [
        ("qwen3-8", "did you mean qwen3-8b?"),
        ("smelt-demo", "is part of smelt"),
        ("qwen3-8b:Q1", "has no file in Q1; there are Q4_K_M"),
        ("./file.gguf", "takes a card's id"),
    ] {
        let mut command = scene.bench.program();
        command
            .args(["models", "pull", model])
            .env("HF_ENDPOINT", scene.hub.endpoint());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(5), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
    assert_eq!(scene.hub.asked().len(), 0);
}

#[test]
fn an_interrupted_pull_says_that_the_part_is_kept_and_ends_by_the_signal() {
    let scene = Scene::new(Behaviour {
        stall_after: Some(200_000),
        ..Behaviour::default()
    });
    let child = scene.command().stderr(Stdio::piped()).spawn().unwrap();
    let have = || fs::metadata(scene.part()).map_or(0, |part| part.len());
    while have() < 200_000 {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("interrupted; the part is kept"), "{stderr}");
    assert_eq!(output.status.signal(), Some(2));
    assert_eq!(fs::read(scene.part()).unwrap(), content()[..200_000]);
}
