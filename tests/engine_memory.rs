//! Memory plans: the parts grow as documented, and what does not fit is refused with what would.

#![allow(clippy::unwrap_used)]

#[path = "support/tiny_gguf.rs"]
mod tiny_gguf;

use proptest::prelude::*;
use smelt::engine::{
    gguf::Header,
    memory::{Target, available_memory, kv_bytes_per_token, plan, unpacks},
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

#[test]
fn the_cache_is_f32_on_the_cpu_and_bf16_on_cuda() {
    let header = header(TensorKind::F32);
    assert_eq!(
        plan(&header, 1000, Target::Cpu).kv_cache,
        2 * 2 * 64 * 4 * 1000
    );
    assert_eq!(
        plan(&header, 1000, Target::Cuda).kv_cache,
        2 * 2 * 64 * 2 * 1000
    );
}

#[test]
fn quantised_matrices_stay_quantised_on_cuda_and_small_ones_are_unpacked_on_the_cpu() {
    let floats = header(TensorKind::F32);
    let quantised = header(TensorKind::Q8_0);
    let embedding = 300 * 64;
    let rotary = 4096 * 64 * 4;
    for target in [Target::Cpu, Target::Cuda] {
        let plan_f32 = plan(&floats, 1, target);
        assert_eq!(plan_f32.embedding_f32, embedding * 4);
        assert_eq!(plan_f32.weights, floats.tensor_bytes() + rotary);
        assert_eq!(plan(&quantised, 1, target).embedding_f32, embedding * 4);
    }
    assert!(unpacks(&quantised, Target::Cpu) && !unpacks(&quantised, Target::Cuda));
    let cuda = plan(&quantised, 1, Target::Cuda);
    assert_eq!(cuda.weights, quantised.tensor_bytes() + rotary);
    let cpu = plan(&quantised, 1, Target::Cpu);
    assert_eq!(cpu.weights, floats.tensor_bytes() + rotary);
}

#[test]
fn the_total_is_the_sum_of_the_parts() {
    let plan = plan(&header(TensorKind::Q8_0), 2048, Target::Cpu);
    let parts = plan.weights + plan.embedding_f32 + plan.kv_cache + plan.activations;
    assert_eq!(plan.total, parts);
}

#[test]
fn what_does_not_fit_names_the_context_that_would() {
    let header = header(TensorKind::F32);
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
    let refused = plan(&header(TensorKind::F32), 512, Target::Cuda)
        .check(1000)
        .unwrap_err();
    assert_eq!(refused.largest_context, None);
    assert!(refused.to_string().contains("choose a smaller model"));
}

#[test]
fn the_context_named_is_never_beyond_the_model() {
    let header = header(TensorKind::F32);
    let whole = plan(&header, 4096, Target::Cpu).total;
    let refused = plan(&header, 1_000_000, Target::Cpu)
        .check(whole)
        .unwrap_err();
    assert_eq!(refused.largest_context, Some(4096));
}

#[test]
fn absurd_requests_saturate() {
    let refused = plan(&header(TensorKind::F32), usize::MAX, Target::Cuda);
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
        let header = header(TensorKind::Q8_0);
        if let Err(refused) = plan(&header, 4097, Target::Cpu).check(available)
            && let Some(largest) = refused.largest_context
        {
            prop_assert!(plan(&header, largest, Target::Cpu).check(available).is_ok());
            prop_assert!(largest == 4096 || plan(&header, largest + 1, Target::Cpu).check(available).is_err());
        }
    }
}
