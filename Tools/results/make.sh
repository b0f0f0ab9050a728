#!/usr/bin/env bash
# Measures what docs/results.md shows and writes that page, its drawings and README's figures anew.
#
#   Tools/results/make.sh                       half an hour with all other servers, or more: llama-server takes most of it
#   PEERS_TO_RUN="" Tools/results/make.sh       Kvasir alone
#   PARTS="reuse blocks" …                      only some of: reuse arrivals blocks fan-out; the rest is taken from the last run
#   KEEP_PEERS=1 …                              leaves the other servers running
#   ROUNDS=5 …                                  more rounds (3); FAN_OUT_ROUNDS (1) and BLOCK_ROUNDS (5) likewise
#   PAGE=docs/other/results.md …                another page, and no figures for README: for a second machine
#   USERS=4 SHARED=256 CONTEXT=512 …            less load, to see whether everything runs
#
# The other servers and the model must be there: Tools/peers/peer.sh install llama, vllm, openvino, models.
set -euo pipefail
cd "$(dirname "$0")/../.."

PEERS_TO_RUN="${PEERS_TO_RUN-llama vllm openvino}"
PARTS="${PARTS:-reuse arrivals blocks fan-out}"
ROUNDS="${ROUNDS:-3}"
FAN_OUT_ROUNDS="${FAN_OUT_ROUNDS:-1}"
BLOCK_ROUNDS="${BLOCK_ROUNDS:-5}"
USERS="${USERS:-8,16}"
SHARED="${SHARED:-1024}"
CONTEXT="${CONTEXT:-4000}"
export PEERS="${PEERS:-$HOME/.cache/kvasir-peers}"
export GGUF="${GGUF:-$PEERS/qwen05-q8_0.gguf}"
OUT="${OUT:-$PEERS/results}"
PAGE="${PAGE:-docs/results.md}"
KVASIR="${KVASIR:-.build/release/kvasir}"
mkdir -p "$OUT"

[ -x "$KVASIR" ] || swift build -c release --product kvasir
[ -n "${KEEP_PEERS:-}" ] || trap 'for peer in $PEERS_TO_RUN; do Tools/peers/peer.sh stop "$peer"; done' EXIT

against=()
if [ -n "$PEERS_TO_RUN" ] && [[ " $PARTS " == *" reuse "* || " $PARTS " == *" fan-out "* ]]; then
    : >"$OUT/peers.txt"
    for peer in $PEERS_TO_RUN; do
        Tools/peers/peer.sh start "$peer"
        Tools/peers/peer.sh describe "$peer" >>"$OUT/peers.txt"
    done
    # shellcheck disable=SC2086
    against=(--against "$(Tools/peers/peer.sh against $PEERS_TO_RUN)")
fi

for part in $PARTS; do
    echo "== $part" >&2
    case "$part" in
    reuse)
        "$KVASIR" bench reuse --model "$GGUF" --users "$USERS" --shared "$SHARED" --own 32 --states cold,warm --rounds "$ROUNDS" \
            "${against[@]}" --save "$OUT/reuse.json"
        ;;
    arrivals)
        "$KVASIR" bench reuse --model "$GGUF" --users "${USERS##*,}" --shared "$SHARED" --own 32 --states cold --rounds "$ROUNDS" \
            --arrivals staggered,poisson,leader-cancelled --save "$OUT/arrivals.json"
        ;;
    blocks) "$KVASIR" bench blocks --model "$GGUF" --users "${USERS##*,}" --long-shared "$SHARED" --rounds "$BLOCK_ROUNDS" --save "$OUT/blocks.json" ;;
    fan-out)
        "$KVASIR" bench fan-out --model "$GGUF" --prompt "$SHARED" --context "$CONTEXT" --rounds "$FAN_OUT_ROUNDS" "${against[@]}" --save "$OUT/fan-out.json"
        ;;
    *) echo "no part '$part'" >&2; exit 2 ;;
    esac
done
readme=()
[ "$PAGE" != docs/results.md ] || readme=(--readme README.md)
mkdir -p "$(dirname "$PAGE")"
"$KVASIR" bench report --from "$OUT" --to "$PAGE" "${readme[@]}"
