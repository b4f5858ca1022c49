//! The wire grammar of a page: building its schema and compiling it, which every question pays before its first token.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, TokEnv};
use llguidance::{Matcher, ParserFactory};
use smelt::extract::wire::{self, Ask};

fn factory() -> ParserFactory {
    let env: TokEnv = ApproximateTokEnv::single_byte_env();
    ParserFactory::new_simple(&env).unwrap()
}

fn wire(c: &mut Criterion) {
    let factory = factory();
    let mut group = c.benchmark_group("wire");
    for blocks in [40_u32, 400, 4_000] {
        group.bench_with_input(BenchmarkId::new("schema", blocks), &blocks, |b, blocks| {
            b.iter(|| wire::grammar(&Ask::ALL, 1, black_box(*blocks)));
        });
        group.bench_with_input(
            BenchmarkId::new("schema and parser", blocks),
            &blocks,
            |b, blocks| {
                b.iter(|| {
                    let schema = wire::grammar(&Ask::ALL, 1, black_box(*blocks));
                    let grammar = TopLevelGrammar::from_json_schema(schema);
                    factory.create_parser(grammar).unwrap()
                });
            },
        );
        group.bench_with_input(
            BenchmarkId::new("schema, parser and first mask", blocks),
            &blocks,
            |b, blocks| {
                b.iter(|| {
                    let schema = wire::grammar(&Ask::ALL, 1, black_box(*blocks));
                    let grammar = TopLevelGrammar::from_json_schema(schema);
                    let mut matcher = Matcher::new(factory.create_parser(grammar));
                    matcher.compute_mask().unwrap()
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, wire);
criterion_main!(benches);
