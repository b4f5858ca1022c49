//! Memory plans: the parts grow as documented, and what does not fit is refused with what would.

#![allow(clippy::unwrap_used)]

#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use proptest::prelude::*;
use smelt::engine::{
    blueprint::Blueprint,
    gguf::Header,
    memory::{self, Plan, Target, available_memory, kv_bytes_per_token, largest_context, unpacks},
    recipe::Shape,
};
use tiny_gguf::{CORPUS, TensorKind, TinyModel};

fn header(kind: TensorKind) -> Header {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    let model = TinyModel {
        kind,
        vocab_size: 300,
        ..TinyModel::default()
    };
    model.write(CORPUS, &path).unwrap();
    Header::open(&path).unwrap()
}

fn model(kind: TensorKind) -> Blueprint {
    Blueprint::from(&header(kind))
}

/// One question at a time.
fn plan(model: &Blueprint, tokens: usize, target: Target) -> Plan {
    memory::plan(model, tokens, 1, target)
}

#[test]
fn the_cache_is_f32_on_the_cpu_and_bf16_on_cuda() {
    let header = model(TensorKind::F32);
    assert_eq!(
        plan(&header, 1000, Target::Cpu).kv_cache,
        2 * 2 * 64 * 4 * 1000
    );
    // A paged cache has two blocks for the question beside its tokens, one that is never used, and what is cut to whole MiB.
    let cut = (1_usize << 20).div_ceil(2 * 2 * 64 * 2);
    let tokens = (1000 + 3 * 32 + cut).next_multiple_of(32) as u64;
    assert_eq!(
        plan(&header, 1000, Target::Cuda).kv_cache,
        2 * 2 * 64 * 2 * tokens
    );
}

#[test]
fn quantised_matrices_stay_quantised_on_cuda_and_small_ones_are_unpacked_on_the_cpu() {
    let floats = model(TensorKind::F32);
    let quantised = model(TensorKind::Q8_0);
    let embedding = 300 * 64;
    let rotary = 4096 * 64 * 4;
    for target in [Target::Cpu, Target::Cuda] {
        let plan_f32 = plan(&floats, 1, target);
        assert_eq!(plan_f32.embedding_f32, embedding * 4);
        assert_eq!(plan_f32.weights, floats.bytes() + rotary);
        assert_eq!(plan(&quantised, 1, target).embedding_f32, embedding * 4);
    }
    assert!(unpacks(&quantised, Target::Cpu) && !unpacks(&quantised, Target::Cuda));
    let cuda = plan(&quantised, 1, Target::Cuda);
    assert_eq!(cuda.weights, quantised.bytes() + rotary);
    let cpu = plan(&quantised, 1, Target::Cpu);
    assert_eq!(cpu.weights, floats.bytes() + rotary);
}

#[test]
fn the_total_is_the_sum_of_the_parts() {
    let plan = plan(&model(TensorKind::Q8_0), 2048, Target::Cpu);
    let held = plan.weights + plan.embedding_f32 + plan.kv_cache;
    let parts = held + plan.activations + plan.runtime;
    assert_eq!(plan.total, parts);
}

#[test]
fn what_does_not_fit_names_the_context_that_would() {
    let header = model(TensorKind::F32);
    let wanted = plan(&header, 4096, Target::Cpu);
    wanted.check(wanted.total).unwrap();
    let refused = wanted.check(wanted.total - 1).unwrap_err();
    assert_eq!(refused.need, wanted.total);
    let largest = refused.largest_context.unwrap();
    assert_eq!(largest, 4095);
    let message = refused.to_string();
    assert!(message.contains("at most 4095 tokens"), "{message}");
    assert!(message.contains("MiB"), "{message}");
}

#[test]
fn a_model_too_large_for_one_token_asks_for_a_smaller_one() {
    let refused = plan(&model(TensorKind::F32), 512, Target::Cuda)
        .check(1000)
        .unwrap_err();
    assert_eq!(refused.largest_context, None);
    assert!(refused.to_string().contains("choose a smaller model"));
}

#[test]
fn the_context_named_is_never_beyond_the_model() {
    let header = model(TensorKind::F32);
    let whole = plan(&header, 4096, Target::Cpu).total;
    let refused = plan(&header, 1_000_000, Target::Cpu)
        .check(whole)
        .unwrap_err();
    assert_eq!(refused.largest_context, Some(4096));
}

#[test]
fn absurd_requests_saturate() {
    let refused = plan(&model(TensorKind::F32), usize::MAX, Target::Cuda);
    assert_eq!(refused.total, u64::MAX);
}

#[test]
fn a_token_of_qwen3_4b_takes_147_kb_on_cuda() {
    assert_eq!(kv_bytes_per_token(36, 8, 128, 2), 147_456);
}

#[test]
fn this_machine_has_memory() {
    if cfg!(target_os = "linux") {
        assert!(available_memory().unwrap() > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_largest_context_fits_and_the_next_does_not(available in 97_000_000_u64..400_000_000) {
        let header = model(TensorKind::Q8_0);
        if let Err(refused) = plan(&header, 4097, Target::Cpu).check(available)
            && let Some(largest) = refused.largest_context
        {
            prop_assert!(plan(&header, largest, Target::Cpu).check(available).is_ok());
            prop_assert!(largest == 4096 || plan(&header, largest + 1, Target::Cpu).check(available).is_err());
        }
    }

    #[test]
    fn more_is_never_cheaper(
        context in 1_usize..200_000,
        more in 0_usize..200_000,
        cohort in 1_usize..8,
        tied in any::<bool>(),
    ) {
        let model = shape(tied).blueprint("Q4_K_M").unwrap();
        for target in [Target::Cpu, Target::Cuda] {
            let total = |context, cohort| memory::plan(&model, context, cohort, target).total;
            prop_assert!(total(context, cohort) <= total(context + more, cohort));
            prop_assert!(total(context, cohort) <= total(context, cohort + 1));
        }
    }

    #[test]
    fn the_largest_context_of_a_cohort_is_the_last_that_fits(
        cohort in 1_usize..=8,
        available in 6_000_000_000_u64..40_000_000_000,
    ) {
        let model = shape(false).blueprint("Q4_K_M").unwrap();
        let fits = |context| memory::plan(&model, context, cohort, Target::Cuda).total <= available;
        match largest_context(&model, cohort, Target::Cuda, available) {
            Some(largest) => {
                prop_assert!(fits(largest));
                prop_assert!(largest as u64 == model.context || !fits(largest + 1));
            }
            None => prop_assert!(!fits(1)),
        }
    }
}

/// Qwen3 8B, or one of its kind whose embedding serves as output matrix.
fn shape(tied: bool) -> Shape {
    Shape {
        layers: 36,
        hidden: 4096,
        heads: 32,
        kv_heads: 8,
        head_length: 128,
        feed_forward: 12_288,
        vocabulary: 151_936,
        file_context: 40_960,
        tied,
        experts: None,
        experts_used: None,
    }
}

#[test]
fn a_cohort_needs_its_caches_beside_each_other() {
    let model = shape(false).blueprint("Q4_K_M").unwrap();
    let one = memory::plan(&model, 4096, 1, Target::Cuda);
    let eight = memory::plan(&model, 4096, 8, Target::Cuda);
    // Beside the tokens of prompts and answers two blocks for each, one that is never used, and what a MiB may cut off.
    assert_eq!(one.kv_cache, 147_456 * (4096 + 3 * 32 + 32));
    assert_eq!(eight.kv_cache, 147_456 * (8 * 4096 + 17 * 32 + 32));
    assert_eq!(eight.weights, one.weights);
    // Their prompts are read one after the other, so only what their last positions say is more, and the keys that are set
    // aside for each question.
    let (logits, keys) = (151_936 * 4, 147_456 / 2 * 4096);
    assert_eq!(eight.activations, one.activations + 7 * (logits + keys));
    // Longer pages travel in smaller cohorts.
    let long = memory::plan(&model, 32_768, 8, Target::Cuda);
    assert_eq!(long.kv_cache, eight.kv_cache);
}

#[test]
fn of_a_mixture_only_the_experts_used_are_read_for_a_token() {
    let mixture = Shape {
        experts: Some(128),
        experts_used: Some(8),
        feed_forward: 768,
        hidden: 2048,
        layers: 48,
        kv_heads: 4,
        ..shape(false)
    };
    let model = mixture.blueprint("Q4_K_M").unwrap();
    let active = model.parameters_read_per_token();
    assert!((2_900_000_000..3_100_000_000).contains(&active), "{active}");
    assert!(model.bytes_read_per_token() * 8 < model.bytes());
    let dense = shape(false).blueprint("Q4_K_M").unwrap();
    let embedding = dense.piece("token_embd.weight").unwrap().bytes;
    assert_eq!(dense.bytes_read_per_token(), dense.bytes() - embedding);
}

/// Questions together, tokens of each with its answer, and the most MiB that a card reported (docs/MODELS.md).
type Seen = (usize, usize, u64);

const WITHOUT_FLASH_4B: [Seen; 7] = [
    (1, 2_092, 5_711),
    (1, 4_092, 6_799),
    (1, 8_192, 9_103),
    (8, 2_048, 8_879),
    (8, 2_092, 8_783),
    (8, 4_092, 12_943),
    (8, 4_096, 12_975),
];
const WITHOUT_FLASH_8B: [Seen; 3] = [(1, 8_192, 15_407), (8, 2_048, 15_023), (8, 2_092, 15_055)];
const WITH_FLASH_4B: [Seen; 7] = [
    (1, 2_092, 5_455),
    (1, 4_092, 6_255),
    (1, 8_192, 7_919),
    (8, 2_048, 8_527),
    (8, 2_092, 8_591),
    (8, 4_092, 12_367),
    (8, 4_096, 12_399),
];
const WITH_FLASH_8B: [Seen; 3] = [(1, 8_192, 14_927), (8, 2_048, 14_927), (8, 2_092, 14_895)];

#[test]
fn what_a_card_reported_is_met_within_five_percent() {
    let small = Shape {
        hidden: 2560,
        feed_forward: 9728,
        ..shape(true)
    };
    let (small, large) = (small.blueprint("Q4_K_M"), shape(false).blueprint("Q8_0"));
    let (small, large) = (small.unwrap(), large.unwrap());
    // The 4B that was measured, with random weights, has 2,396 MiB of them.
    for (model, weights, seen, target) in [
        (&small, Some(2_396), &WITHOUT_FLASH_4B[..], Target::Cuda),
        (&large, None, &WITHOUT_FLASH_8B[..], Target::Cuda),
        (&small, Some(2_396), &WITH_FLASH_4B[..], Target::CudaFlash),
        (&large, None, &WITH_FLASH_8B[..], Target::CudaFlash),
    ] {
        for (cohort, context, mib) in seen {
            let plan = memory::plan(model, *context, *cohort, target);
            let weights = weights.map_or(plan.weights, |mib: u64| mib << 20);
            let planned = plan.total - plan.weights + weights;
            #[allow(clippy::cast_precision_loss)]
            let ratio = planned as f64 / (*mib << 20) as f64;
            // Too little would end in the middle of a page.
            assert!(
                (0.995..1.05).contains(&ratio),
                "{cohort} x {context} {target:?}: {ratio:.3}"
            );
        }
    }
}
