//! Tensor infos of a GGUF header: types the engine loads, sizes, and where the data must end.

use super::{GgufError, reader::Reader};

/// ggml allows four dimensions.
const MAX_DIMENSIONS: u32 = 4;

/// The ggml tensor types that candle 0.10.2 loads from a file (`ggml_file.rs`, `qtensor_from_ggml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are ggml's own")]
#[expect(non_camel_case_types, reason = "the names are ggml's own")]
pub enum TensorType {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
}

impl TensorType {
    /// The type with that number in ggml's `enum ggml_type`.
    fn from_id(id: u32) -> Option<Self> {
        Some(match id {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            10 => Self::Q2_K,
            11 => Self::Q3_K,
            12 => Self::Q4_K,
            13 => Self::Q5_K,
            14 => Self::Q6_K,
            30 => Self::BF16,
            _ => return None,
        })
    }

    /// Elements and bytes of one block (the `block_*` structures of ggml-common.h).
    #[must_use]
    pub fn block(self) -> (u64, u64) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::BF16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2_K => (256, 84),
            Self::Q3_K => (256, 110),
            Self::Q4_K => (256, 144),
            Self::Q5_K => (256, 176),
            Self::Q6_K => (256, 210),
        }
    }

    /// Bytes of so many elements; none where they do not fill whole blocks.
    #[must_use]
    pub fn bytes_of(self, elements: u64) -> Option<u64> {
        let (in_block, bytes) = self.block();
        let whole = elements.is_multiple_of(in_block);
        whole
            .then(|| (elements / in_block).checked_mul(bytes))
            .flatten()
    }

    /// Whether elements share a scale; plain floats do not.
    #[must_use]
    pub fn is_quantised(self) -> bool {
        !matches!(self, Self::F32 | Self::F16 | Self::BF16)
    }

    /// ggml's name of the type.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::Q4_0 => "Q4_0",
            Self::Q4_1 => "Q4_1",
            Self::Q5_0 => "Q5_0",
            Self::Q5_1 => "Q5_1",
            Self::Q8_0 => "Q8_0",
            Self::Q2_K => "Q2_K",
            Self::Q3_K => "Q3_K",
            Self::Q4_K => "Q4_K",
            Self::Q5_K => "Q5_K",
            Self::Q6_K => "Q6_K",
        }
    }
}

/// One tensor of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name, for example `blk.0.attn_q.weight`.
    pub name: String,
    /// Its dimensions in ggml's order, innermost first: (in, out) for a weight matrix.
    pub dimensions: Vec<u64>,
    /// How its elements are stored.
    pub kind: TensorType,
    /// Where it starts, in bytes from the start of the tensor data.
    pub offset: u64,
    /// Number of elements.
    pub elements: u64,
    /// Bytes in the file.
    pub bytes: u64,
}

/// Reads one tensor info.
pub(super) fn read(reader: &mut Reader) -> Result<TensorInfo, GgufError> {
    let name = reader.text("tensor name")?;
    let rank = reader.u32()?;
    if rank > MAX_DIMENSIONS {
        let problem = format!("{rank} dimensions are more than {MAX_DIMENSIONS}");
        return Err(GgufError::bad(reader.path(), &name, problem));
    }
    let dimensions: Vec<u64> = (0..rank).map(|_| reader.u64()).collect::<Result<_, _>>()?;
    let type_id = reader.u32()?;
    let offset = reader.u64()?;
    let Some(kind) = TensorType::from_id(type_id) else {
        let problem = format!("the engine has no tensor type {type_id}, take Q4_K_M or Q8_0");
        return Err(GgufError::bad(reader.path(), &name, problem));
    };
    let elements = dimensions
        .iter()
        .try_fold(1_u64, |product, length| product.checked_mul(*length));
    let bytes = elements.and_then(|elements| kind.bytes_of(elements));
    let (Some(elements), Some(bytes)) = (elements, bytes) else {
        let problem = format!("no {} tensor has the size {dimensions:?}", kind.label());
        return Err(GgufError::bad(reader.path(), &name, problem));
    };
    Ok(TensorInfo {
        name,
        dimensions,
        kind,
        offset,
        elements,
        bytes,
    })
}

/// Fails with [`GgufError::Truncated`] when the file ends before the last tensor does.
pub(super) fn check_extent(
    reader: &Reader,
    data_offset: Option<u64>,
    tensors: &[TensorInfo],
) -> Result<(), GgufError> {
    let mut need = reader.position();
    for tensor in tensors {
        let end = data_offset
            .and_then(|start| start.checked_add(tensor.offset))
            .and_then(|start| start.checked_add(tensor.bytes))
            .ok_or_else(|| GgufError::bad(reader.path(), &tensor.name, "its offset overflows"))?;
        need = need.max(end);
    }
    reader.require(need)
}

/// llama.cpp's name of a `general.file_type` (`enum llama_ftype`).
pub(super) fn file_type_label(file_type: u64) -> Option<&'static str> {
    Some(match file_type {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        21 => "Q2_K_S",
        32 => "BF16",
        _ => return None,
    })
}

/// The type that takes most of the bytes; `F32` for a file without tensors.
pub(super) fn dominant_label(tensors: &[TensorInfo]) -> &'static str {
    let bytes_of = |kind: TensorType| -> u64 {
        let same = tensors.iter().filter(|tensor| tensor.kind == kind);
        same.map(|tensor| tensor.bytes).sum()
    };
    let kinds = tensors.iter().map(|tensor| tensor.kind);
    kinds
        .max_by_key(|kind| (bytes_of(*kind), *kind))
        .map_or("F32", TensorType::label)
}
