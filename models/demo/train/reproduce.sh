#!/usr/bin/env bash
# Makes a demo model: pools, tokenizer, endless data, training, GGUF. One command for one round, on one large GPU; which rounds
# made the file that is shipped, ../MODEL.md says.
#
#   DATA=shared/data/train OUT=/somewhere models/demo/train/reproduce.sh
#
# Settings, all from the environment:
#   DATA        folder of the training texts (*.jsonl.gz)
#   OUT         results: checkpoint model.00.., model.json, smelt-demo.gguf.00.. (parts below 16 MiB), train.log
#   WORK        scratch folder; a fast disk with some GB
#   BUDGET      seconds for training with evaluation (default 420); everything else takes about 90 more
#   PROCESSES   data processes (default: all cores but two)
#   RESUME      stem of a checkpoint to go on from, for example target/demo/out/model
#   SEED        other data and order (default 1; take another number for every resumed run)
#   VALID       held-out pages of each kind (default 700)
#   TRAINING_SET  the built example; default: cargo builds it
#   PYTHON      the interpreter (default python3)
#   TRAIN       further flags of train.py, for example "--rate 2e-3 --fall 0.5"
set -euo pipefail
export PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
data=${DATA:-$root/shared/data/train}
out=${OUT:-$root/target/demo/out}
work=${WORK:-$root/target/demo/work}
budget=${BUDGET:-420}
seed=${SEED:-1}
held=${VALID:-700}
python=${PYTHON:-python3}
cores=$(nproc)
processes=${PROCESSES:-$((cores > 3 ? cores - 2 : 1))}
tokenizer=$root/models/demo/tokenizer.json
read -r -a flags <<<"${TRAIN:-}"

if [[ -z ${TRAINING_SET:-} ]]; then
    (cd "$root" && cargo build --release --no-default-features --example training-set)
    TRAINING_SET=${CARGO_TARGET_DIR:-$root/target}/release/examples/training-set
fi
[[ -x $TRAINING_SET ]] || chmod +x "$TRAINING_SET"

mkdir -p "$out" "$work"
shards=$work/shards-$seed valid=$work/valid
rm -rf "$shards" "$valid"
mkdir -p "$shards" "$valid"
trap 'touch "$shards/stop"' EXIT

echo "pools"
pools=$work/pools.json
"$python" "$here/corpus.py" "$data" "$pools"

if [[ ! -s $tokenizer ]]; then
    echo "tokenizer"
    "$python" "$here/generate.py" "$pools" --count 30000 --seed 0 --real 0.3 | "$TRAINING_SET" >"$work/tokenizer-samples.jsonl"
    "$python" "$here/tokenizer.py" "$work/tokenizer-samples.jsonl" "$tokenizer"
fi

# samples NAME COUNT SEED SPLIT SHARE_OF_REAL FOLDER [FLAGS]: pages to shards.
samples() {
    "$python" "$here/generate.py" "$pools" --count "$2" --seed "$3" --split "$4" --real "$5" 2>/dev/null \
        | "$TRAINING_SET" 2>"$work/$1.log" \
        | "$python" "$here/shards.py" "$tokenizer" "$6" --name "$1" "${@:7}"
}

echo "validation data"
samples layouts "$held" 1 valid 0 "$valid" --size 100000 &
first=$!
samples real "$held" 1 valid 1 "$valid" --size 100000 &
second=$!
samples seen "$held" 999999 train 0 "$valid" --size 100000 &
third=$!
wait "$first" "$second" "$third"
cat "$work/layouts.log" "$work/real.log"

echo "training data: $processes processes"
for ((number = 1; number <= processes; number++)); do
    (samples "w$number" 0 "$((seed * 1000 + number))" train 0.25 "$shards" --most 200 || true) &
done

echo "training"
[[ -n ${RESUME:-} ]] && flags+=(--resume "$RESUME")
"$python" "$here/train.py" "$shards" "$valid" "$tokenizer" "$out/model" --seconds "$budget" --seed "$seed" ${flags[@]+"${flags[@]}"} 2>&1 | tee "$out/train.log"
touch "$shards/stop"

echo "export"
"$python" "$here/export.py" "$out/model" "$tokenizer" "$work/smelt-demo.gguf"
split -b 15M -d -a 2 "$work/smelt-demo.gguf" "$out/smelt-demo.gguf."
(cd "$work" && sha256sum smelt-demo.gguf)
wait
ls -l "$out"
