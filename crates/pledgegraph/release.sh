#!/bin/sh
# Builds the program as `cargo build --release` does, with its line tables beside it: target/release/pledgegraph.debug, which
# debuggers, profilers and RUST_BACKTRACE find by the link in the binary where both lie in one folder.
#
# Needs objcopy, which comes with a C compiler.
set -eu
cd "$(dirname "$0")/../.."
# The libraries have the tables; only the last step, linking, is done otherwise.
cargo rustc --release --locked --package pledgegraph --bin pledgegraph -- -C strip=none
cd "${CARGO_TARGET_DIR:-target}/release"
objcopy --only-keep-debug --compress-debug-sections=zlib pledgegraph pledgegraph.debug
objcopy --strip-all --add-gnu-debuglink=pledgegraph.debug pledgegraph pledgegraph.stripped
# A program that runs is replaced, not written to.
mv pledgegraph.stripped pledgegraph
chmod 644 pledgegraph.debug
