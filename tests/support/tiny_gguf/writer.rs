//! Lays out a GGUF version 3 file: header, metadata, tensor infos, aligned tensor data.
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::{fs, io, path::Path};

const ALIGNMENT: usize = 32;

/// A typed metadata value, of the types a model needs.
pub enum Value {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    I32s(Vec<i32>),
}

/// A tensor, encoded; dimensions innermost first.
pub struct Tensor {
    pub name: String,
    pub dimensions: Vec<usize>,
    pub type_id: u32,
    pub data: Vec<u8>,
}

/// Writes the file in one go.
pub fn write(path: &Path, metadata: &[(String, Value)], tensors: &[Tensor]) -> io::Result<()> {
    fs::write(path, encode(metadata, tensors))
}

fn encode(metadata: &[(String, Value)], tensors: &[Tensor]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    put_u32(&mut out, 3);
    put_len(&mut out, tensors.len());
    put_len(&mut out, metadata.len());
    for (key, value) in metadata {
        put_text(&mut out, key);
        put_value(&mut out, value);
    }
    let mut offset = 0;
    for tensor in tensors {
        put_text(&mut out, &tensor.name);
        put_u32(&mut out, u32::try_from(tensor.dimensions.len()).unwrap());
        for dimension in &tensor.dimensions {
            put_len(&mut out, *dimension);
        }
        put_u32(&mut out, tensor.type_id);
        put_len(&mut out, offset);
        offset += tensor.data.len().next_multiple_of(ALIGNMENT);
    }
    for tensor in tensors {
        out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
        out.extend_from_slice(&tensor.data);
    }
    out
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::U32(number) => {
            put_u32(out, 4);
            put_u32(out, *number);
        }
        Value::F32(number) => {
            put_u32(out, 6);
            out.extend(number.to_le_bytes());
        }
        Value::Bool(truth) => {
            put_u32(out, 7);
            out.push(u8::from(*truth));
        }
        Value::Text(text) => {
            put_u32(out, 8);
            put_text(out, text);
        }
        Value::Texts(texts) => {
            put_u32(out, 9);
            put_u32(out, 8);
            put_len(out, texts.len());
            for text in texts {
                put_text(out, text);
            }
        }
        Value::I32s(numbers) => {
            put_u32(out, 9);
            put_u32(out, 5);
            put_len(out, numbers.len());
            for number in numbers {
                out.extend(number.to_le_bytes());
            }
        }
    }
}

fn put_u32(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_le_bytes());
}

fn put_len(out: &mut Vec<u8>, length: usize) {
    out.extend((length as u64).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_len(out, text.len());
    out.extend(text.as_bytes());
}
