#!/bin/sh
# Fuzzes every parser for a fixed time with libFuzzer and the address sanitizer.
#
#   FUZZ_SECONDS  seconds for each target, 20 unless said
#   FUZZ_TARGETS  which targets, all unless said: "frames requests json upgrade"
#
# SwiftPM cannot link libFuzzer, so swiftc builds RouterCore and the few files of RouterWeb that a target needs.
# New inputs go to .build/fuzz/found; Tests/Fuzz/corpus keeps a few that reach far. A crash leaves its input in
# .build/fuzz and ends the run with a status other than 0.
set -eu
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-20}
targets=${FUZZ_TARGETS:-frames requests json upgrade}
out=.build/fuzz
mkdir -p "$out"
export SWIFT_BACKTRACE=enable=no

flags="-swift-version 6 -O -g -parse-as-library -sanitize=fuzzer,address -enable-testing -package-name media_router \
  -enable-experimental-feature Lifetimes -enable-upcoming-feature MemberImportVisibility \
  -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature NonisolatedNonsendingByDefault \
  -enable-upcoming-feature ExistentialAny"
for library in CSampleRate COpenSSL; do flags="$flags -I Sources/System/$library"; done
flags="$flags -I Sources/System/CLinux/include"

web=Sources/RouterWeb
frames="$web/WebSocket/FrameDecoder.swift $web/WebSocket/FrameHeader.swift $web/WebSocket/FrameFailure.swift
  $web/WebSocket/CloseCode.swift $web/WebSocket/Masking.swift $web/WebSocket/MessageBuffer.swift
  $web/WebSocket/MutableRawSpan+unmask.swift $web/WebSocket/UTF8Check.swift"
requests=$(find $web/Parse -name '*.swift')
upgrade="$requests $web/Client/UpgradeExchange.swift $web/Client/WebSocketURL.swift
  $web/WebSocket/HandshakeKey.swift $web/WebSocket/Base64.swift"

sources() {
  case $1 in
    frames) echo "Tests/Fuzz/FrameDecoderFuzz.swift $frames" ;;
    requests) echo "Tests/Fuzz/RequestParserFuzz.swift $requests" ;;
    json) echo "Tests/Fuzz/JSONReaderFuzz.swift" ;;
    upgrade) echo "Tests/Fuzz/UpgradeFuzz.swift $upgrade" ;;
    *) echo "fuzz: no target \"$1\"; there are frames, requests, json and upgrade" >&2; return 1 ;;
  esac
}

# Built again only when a source is newer than what was built.
if [ -n "$(find Sources/RouterCore -name '*.swift' -newer $out/RouterCore.o 2>&1)" ]; then
  echo "fuzz: building RouterCore"
  # shellcheck disable=SC2086,SC2046
  swiftc $flags -wmo -module-name RouterCore -emit-module -emit-module-path $out/RouterCore.swiftmodule \
    -c -o $out/RouterCore.o $(find Sources/RouterCore -name '*.swift')
fi

for target in $targets; do
  echo "fuzz: building $target"
  files=$(sources "$target")
  # shellcheck disable=SC2086
  swiftc $flags -wmo -module-name "fuzz_$target" -I $out -c -o "$out/$target.o" Tests/Fuzz/Input.swift $files
  swiftc -sanitize=fuzzer,address -use-ld=lld -o "$out/$target" "$out/$target.o" $out/RouterCore.o \
    -lsamplerate -lssl -lcrypto
  mkdir -p "$out/found/$target"
  echo "fuzz: $target for $seconds s"
  "$out/$target" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -timeout=10 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$out/$target-" "$out/found/$target" "Tests/Fuzz/corpus/$target" \
    2>"$out/$target.log" || { tail -n 40 "$out/$target.log" >&2; echo "fuzz: $target FAILED" >&2; exit 1; }
  grep -E "number_of_executed_units|average_exec" "$out/$target.log" | sed "s/^/fuzz: $target /"
done
echo "fuzz: nothing found"
