#!/bin/sh
# Cues a second on one thread: Debrief against node-webvtt (npm) on the same WebVTT files.
#
#   scripts/bench-cues.sh FILE.vtt…
#
# Debrief also reads each file as SRT (the same cues, written the other way), which node-webvtt
# does not read. Both take the best of 25 passes over all files, held in memory. Needs cargo,
# node and npm; node-webvtt is installed into a temporary folder.
set -eu
[ $# -gt 0 ] || { sed -n '2,9p' "$0"; exit 2; }
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --release --manifest-path "$here/Cargo.toml" -p debrief-formats --example speed
target=${CARGO_TARGET_DIR:-$here/target}
npm install --silent --no-fund --no-audit --prefix "$work" node-webvtt@1.9.4 >/dev/null

cat > "$work/bench.js" <<'JS'
const fs = require('fs');
const path = require('path');
const webvtt = require('node-webvtt');
const files = process.argv.slice(3).map((file) => fs.readFileSync(file, 'utf8'));
let cues = 0;
let best = Infinity;
for (let pass = 0; pass < 25; pass += 1) {
  cues = 0;
  const begun = process.hrtime.bigint();
  for (const text of files) cues += webvtt.parse(text, { meta: true, strict: false }).cues.length;
  best = Math.min(best, Number(process.hrtime.bigint() - begun) / 1e9);
}
console.log(`node-webvtt: ${files.length} files, ${cues} cues, ${Math.round(cues / best)} cues/s`);
process.argv.slice(3).forEach((file, i) => {
  const { cues: all } = webvtt.parse(files[i], { meta: true, strict: false });
  const stamp = (s) => new Date(Math.round(s * 1000)).toISOString().slice(11, 23).replace('.', ',');
  const srt = all.map((c, n) => `${n + 1}\n${stamp(c.start)} --> ${stamp(c.end)}\n${c.text}\n\n`);
  fs.writeFileSync(path.join(process.argv[2], `${i}.srt`), srt.join(''));
});
JS
theirs=$(NODE_PATH="$work/node_modules" node "$work/bench.js" "$work" "$@")
vtt=$("$target/release/examples/speed" --files "$@")
srt=$("$target/release/examples/speed" --files "$work"/*.srt)
echo "$theirs"
echo "Debrief, WebVTT: $vtt"
echo "Debrief, SRT:    $srt"
rate() { echo "$1" | sed 's/.* \([0-9]*\) cues\/s/\1/'; }
awk -v a="$(rate "$vtt")" -v s="$(rate "$srt")" -v b="$(rate "$theirs")" \
  'BEGIN { printf "ratio: WebVTT %.2f, SRT %.2f\n", a / b, s / b }'
