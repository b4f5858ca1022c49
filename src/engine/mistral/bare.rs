//! The engine without smelt around it: the same model and cache, no process, protocol, grammar or recorded answer. What a
//! measurement of smelt is compared with.

use std::time::Instant;

use mistralrs::core::NormalRequest;
use mistralrs::{Request as EngineRequest, RequestMessage, Response, SamplingParams};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::build::{self, Ending, Manner};
use super::{CHANNEL, Load};
use crate::engine::bare::{Round, Work};
use crate::engine::gguf::Header;
use crate::engine::memory;

/// Answers `work.rounds` rounds of equal prompts, after one that does not count.
///
/// # Errors
/// The engine's own words.
pub fn run(load: Load<'_>, work: Work) -> Result<Vec<Round>, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let header = Header::open(load.path).map_err(|error| error.to_string())?;
    let manner = Manner {
        width: load.cohort,
        cache_tokens: memory::cache_tokens(load.context_tokens, load.cohort),
        ending: Ending::Never,
        keeps_beginnings: false,
    };
    let (runner, loaded) = build::build(&header, manner).map_err(|error| format!("{error:#}"))?;
    let sender = runner
        .get_sender(None)
        .map_err(|error| format!("{error:?}"))?;
    let mut rounds = Vec::new();
    for number in 0..=work.rounds {
        let mut receivers = Vec::new();
        let began = {
            // All of a round are in before the engine begins with any.
            let _held = loaded.pipeline.blocking_lock();
            for row in 0..load.cohort {
                receivers.push(ask(
                    &sender,
                    &prompt(work, number * load.cohort + row, loaded.blank),
                    work,
                )?);
            }
            Instant::now()
        };
        let round = runtime.block_on(receive(receivers, began))?;
        if number > 0 {
            rounds.push(round);
        }
    }
    Ok(rounds)
}

/// Tokens that differ from prompt to prompt, far from the special ones at the vocabulary's end.
fn prompt(work: Work, number: usize, blank: u32) -> Vec<u32> {
    let token = |position: usize| u32::try_from((number * 31 + position * 7) % 200 + 33);
    (0..work.prompt_tokens)
        .map(|position| token(position).unwrap_or(blank))
        .collect()
}

fn ask(
    sender: &Sender<EngineRequest>,
    prompt: &[u32],
    work: Work,
) -> Result<Receiver<Response>, String> {
    let (response, receiver) = channel(CHANNEL);
    let mut sampling = SamplingParams::neutral();
    sampling.temperature = Some(0.0);
    sampling.max_len = Some(work.answer_tokens);
    sampling.n_choices = 1;
    let messages = RequestMessage::CompletionTokens(prompt.to_vec());
    let mut request = NormalRequest::new_simple(messages, sampling, response, 0, None, None);
    request.is_streaming = true;
    sender
        .try_send(EngineRequest::Normal(Box::new(request)))
        .map_err(|error| error.to_string())?;
    Ok(receiver)
}

/// A round lasts until its last answer's last token; its prompts are read when each answer has begun.
async fn receive(receivers: Vec<Receiver<Response>>, began: Instant) -> Result<Round, String> {
    let mut read = began;
    let mut waiting = Vec::new();
    for mut receiver in receivers {
        match receiver.recv().await {
            Some(Response::CompletionChunk(_)) => read = read.max(Instant::now()),
            Some(other) => return Err(super::question::error(other).to_string()),
            None => return Err("the engine closed an answer without an end".to_owned()),
        }
        waiting.push(receiver);
    }
    for mut receiver in waiting {
        while let Some(reply) = receiver.recv().await {
            match reply {
                Response::CompletionChunk(chunk) => {
                    if chunk
                        .choices
                        .iter()
                        .any(|choice| choice.finish_reason.is_some())
                    {
                        break;
                    }
                }
                other => return Err(super::question::error(other).to_string()),
            }
        }
    }
    Ok(Round {
        prefill_s: (read - began).as_secs_f64(),
        decode_s: read.elapsed().as_secs_f64(),
    })
}
