#!/bin/sh
# Fetches the parts of the CUDA toolkit that a build of smelt needs, as Python wheels, where no toolkit is installed.
#
#   scripts/cuda-toolkit.sh DIR
#   . DIR/env.sh
#   CUDA_COMPUTE_CAP=89 cargo build --release --features cuda
#
# DIR takes about 1.5 GB. Needs sh, pip, python3 and a C compiler; no root and no NVIDIA driver. Running it again is cheap.
set -eu

dir=${1:?"usage: scripts/cuda-toolkit.sh DIR"}
mkdir -p "$dir/wheels"
dir=$(cd "$dir" && pwd)
root=$dir/nvidia/cu13

# CUDA 13.0 is what drivers from 580 on run. cuBLAS and cuRAND keep version numbers of their own.
python3 -m pip download --no-deps --quiet --dest "$dir/wheels" \
    nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 \
    nvidia-cuda-cccl==13.0.85 nvidia-cuda-nvrtc==13.0.88 nvidia-cublas==13.0.2.14 nvidia-curand==10.4.0.35
for wheel in "$dir"/wheels/*.whl; do
    python3 -m zipfile -e "$wheel" "$dir"
done
# Unpacking forgets which files may be run.
chmod +x "$root"/bin/* "$root"/nvvm/bin/*

# The linker asks for names without a version; some build scripts look under lib64.
for name in cublas cublasLt cudart curand nvrtc; do
    versioned=$(cd "$root/lib" && ls "lib$name.so".* | head -n 1)
    ln -sf "$versioned" "$root/lib/lib$name.so"
done
ln -sfn lib "$root/lib64"

# The driver's library comes with the driver, not with the toolkit: the linker is content with one whose functions do nothing.
# It is for linking only and is never on the loader's path of a program that runs.
mkdir -p "$root/lib/stubs"
{
    grep -oE '\bcu[A-Z][A-Za-z0-9_]*' "$root/include/cuda.h" | sort -u | while read -r name; do
        for suffix in "" _v2 _v3 _v4; do
            echo "void $name$suffix(void) {}"
        done
    done | sort -u
} >"$dir/driver-stub.c"
cc -shared -fPIC -w -Wl,-soname,libcuda.so.1 -o "$root/lib/stubs/libcuda.so" "$dir/driver-stub.c"

cat >"$dir/env.sh" <<ENV
export CUDA_HOME='$root' CUDA_PATH='$root' CUDA_ROOT='$root' CUDA_TOOLKIT_ROOT_DIR='$root'
export PATH='$root/bin':"\$PATH"
export LIBRARY_PATH='$root/lib:$root/lib/stubs'\${LIBRARY_PATH:+:\$LIBRARY_PATH}
export LD_LIBRARY_PATH='$root/lib'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
ENV
echo "Ready. Next: . '$dir/env.sh', then CUDA_COMPUTE_CAP=89 cargo build --release --features cuda (89: RTX 40 series)."
