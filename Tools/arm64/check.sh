#!/usr/bin/env bash
# Runs the kernels' checks for arm64 under qemu: cross-compiled by clang, on processors with and without the instructions
# that the kernels can use. `check.sh native` builds and runs them for this machine instead.
#
# Needs on Debian: libc6-dev-arm64-cross libgcc-12-dev-arm64-cross qemu-user, and clang and lld (a Swift toolchain has both).
# `check.sh install` installs the three where apt-get is there and may; other releases have another number in place of 12.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [[ ${1:-} == install ]]; then
    [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null || { echo "only root can install, with apt-get" >&2; exit 1; }
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq
    libgcc=$(apt-cache search --names-only '^libgcc-[0-9]+-dev-arm64-cross$' | cut -d' ' -f1 | sort -V | tail -n 1)
    timeout 300 apt-get install -y -qq --no-install-recommends libc6-dev-arm64-cross "${libgcc:?is not known to apt-get}" qemu-user
    exit
fi

build() {
    "${CLANG:-clang}" "$@" -std=gnu17 -O2 -Wall -Wextra -Wno-missing-field-initializers -Werror -fuse-ld=lld -pthread \
        -I Sources/CKernels/include Sources/CKernels/*.c Tools/arm64/*.c -o "$out/check" -lm
}

if [[ ${1:-} == native ]]; then
    build
    "$out/check" "${@:2}"
    exit
fi

for tool in "${CLANG:-clang}" qemu-aarch64; do
    command -v "$tool" > /dev/null || { echo "$tool is not there; see the start of $0" >&2; exit 2; }
done
build --target=aarch64-linux-gnu -static
qemu-aarch64 -cpu max "$out/check" portable neon neoni8mm
echo "without int8 matrix multiplication:"
qemu-aarch64 -cpu cortex-a76 "$out/check" portable neon
echo "without the dot product:"
qemu-aarch64 -cpu cortex-a72 "$out/check" portable
