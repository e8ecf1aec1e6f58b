#!/usr/bin/env bash
# What a backup path may hold: time and peak memory of scan, list, purge, check and catalog rebuild at two sizes of each limit, so that growth shows.
#
#   benchmarks/limits.sh [ITEMS=1000000] [ACCOUNTS=10000] [HUGE_BYTES=2147483648] [STATES=10000] [FOLDERS=5000]
#
# Needs: dotnet, python3, GNU time, some 12 GB and 1.1 million inodes in $TMPDIR for the default sizes. A limit given as 0 is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${MAILBACKUP_BENCH_DIR:-$(mktemp -d)}
mkdir -p "$work"
export MAILBACKUP_HOME=$work/home
dotnet publish "$here/../src/MailBackup.Cli" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$work/bin" -v q -nologo
mb=$work/bin/mailbackup
results=$work/limits.tsv
: >"$results"

# measure LIMIT SIZE STEP COMMAND…
measure() {
    local limit=$1 size=$2 step=$3
    shift 3
    sync
    local code=0
    /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/out" 2>"$work/log" || code=$?
    [ "$code" = 0 ] || { echo "$limit $size $step: exit code $code"; tail -5 "$work/log"; }
    read -r seconds memory < <(tail -n 1 "$work/time")
    printf '%s\t%s\t%s\t%s\t%s\n' "$limit" "$size" "$step" "$seconds" "$memory" >>"$results"
    printf '%-10s %10s %-16s %9.2f s %6d MiB\n' "$limit" "$size" "$step" "$seconds" $((memory / 1024))
}

# steps LIMIT SIZE: everything but the making of the tree; the backup path is $work/mb.
steps() {
    local limit=$1 size=$2
    measure "$limit" "$size" list "$mb" items --all --backup-path "$work/mb"
    measure "$limit" "$size" check "$mb" check --backup-path "$work/mb"
    rm -f "$work"/mb/state/catalog.db*
    measure "$limit" "$size" catalog-rebuild "$mb" info --backup-path "$work/mb"
    measure "$limit" "$size" purge-what-if "$mb" purge --what-if --backup-path "$work/mb"
}

for size in $((${1:-1000000} / 4)) "${1:-1000000}"; do
    [ "$size" -gt 0 ] || continue
    rm -rf "$work"/{mail,mb}
    python3 "$here/mklimits.py" items "$work/mail" "$size"
    find "$work/mail" -type d -exec touch -d '1 hour ago' {} +
    "$mb" init --backup-path "$work/mb" --maildir "$work/mail" >/dev/null
    measure items "$size" scan "$mb" scan --backup-path "$work/mb"
    measure items "$size" scan-again "$mb" scan --backup-path "$work/mb"
    steps items "$size"
    # A fifth of all is deleted, noted and purged.
    find "$work/mail" -type f -name '*[05].M*' -delete
    measure items "$size" scan-deleted "$mb" scan --backup-path "$work/mb"
    measure items "$size" purge "$mb" purge --deleted-before now --no-grace --backup-path "$work/mb"
    measure items "$size" check-purged "$mb" check --backup-path "$work/mb"
done

for size in $((${2:-10000} / 4)) "${2:-10000}"; do
    [ "$size" -gt 0 ] || continue
    rm -rf "$work"/{mail,mb}
    python3 "$here/mklimits.py" accounts "$work/mail" "$size"
    find "$work/mail" -type d -exec touch -d '1 hour ago' {} +
    "$mb" init --backup-path "$work/mb" --maildir "$work/mail" >/dev/null
    measure accounts "$size" scan "$mb" scan --backup-path "$work/mb"
    measure accounts "$size" scan-again "$mb" scan --backup-path "$work/mb"
    steps accounts "$size"
done

for size in $((${5:-5000} / 4)) "${5:-5000}"; do
    [ "$size" -gt 0 ] || continue
    rm -rf "$work"/{mail,mb}
    python3 "$here/mklimits.py" folders "$work/mail" "$size"
    "$mb" init --backup-path "$work/mb" --maildir "$work/mail" >/dev/null
    measure folders "$size" scan "$mb" scan --backup-path "$work/mb"
    steps folders "$size"
done

for size in $((${3:-2147483648} / 4)) "${3:-2147483648}"; do
    [ "$size" -gt 0 ] || continue
    rm -rf "$work"/{mail,mb}
    python3 "$here/mklimits.py" huge "$work/mail" "$size"
    "$mb" init --backup-path "$work/mb" --maildir "$work/mail" >/dev/null
    measure huge "$size" scan "$mb" scan --backup-path "$work/mb"
    steps huge "$size"
    mv "$work/mail/example.com/user/Maildir/cur" "$work/kept" && mkdir "$work/mail/example.com/user/Maildir/cur"
    measure huge "$size" restore "$mb" restore --account user@example.com --backup-path "$work/mb"
    cmp "$work"/kept/* "$work"/mail/example.com/user/Maildir/cur/*
    rm -rf "$work/kept"
done

for size in $((${4:-10000} / 4)) "${4:-10000}"; do
    [ "$size" -gt 0 ] || continue
    rm -rf "$work"/{mail,mb}
    python3 "$here/mklimits.py" items "$work/mail" 1
    "$mb" init --backup-path "$work/mb" --maildir "$work/mail" >/dev/null
    "$mb" scan --backup-path "$work/mb" >/dev/null
    python3 "$here/mklimits.py" states "$work/mb" "$size"
    measure states "$size" history "$mb" history --account user@example.com --id "$("$mb" items --all --json --backup-path "$work/mb" | python3 -c 'import json,sys; print([json.loads(l)["id"] for l in sys.stdin if "message" in l][0])')" --backup-path "$work/mb"
    steps states "$size"
    measure states "$size" purge-history "$mb" purge --history-retention-days 1 --no-grace --backup-path "$work/mb"
done

python3 - "$results" <<'PY'
import sys
rows = {}
for line in open(sys.argv[1]):
    limit, size, step, seconds, memory = line.split('\t')
    rows.setdefault((limit, step), []).append((int(size), float(seconds), int(memory)))
print('\nfour times the size costs (linear: 4.0):')
for (limit, step), r in rows.items():
    if len(r) == 2 and r[0][1] > 0.5:
        print(f'{limit:10} {step:16} {r[1][1] / r[0][1]:5.1f} times the time')
peak = max((m, k) for k, r in rows.items() for _, _, m in r)
print(f'peak memory {peak[0] // 1024} MiB ({" ".join(peak[1])}); goal 250')
PY
