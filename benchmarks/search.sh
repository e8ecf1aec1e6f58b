#!/usr/bin/env bash
# Measures searching: the first scan with and without its index, the index's time and size, and queries, beside notmuch on the same tree.
#
#   benchmarks/search.sh MAIL_TREE [ROUNDS=3] [COPIES=1]
#
# MAIL_TREE is a Maildir tree as mkcorpus.py makes it; it is read only. With COPIES it is taken that many times under other domains.
# Needs: dotnet, python3, notmuch, sqlite3. Latencies of the command include the start of the process, which `info` shows by itself.
set -euo pipefail
tree=$(realpath "${1:?usage: search.sh MAIL_TREE [ROUNDS] [COPIES]}")
rounds=${2:-3}
copies=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MAILBACKUP_HOME=$work/home NOTMUCH_CONFIG=$work/notmuch
dotnet publish "$here/../src/MailBackup.Cli" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$work/bin" -v q -nologo
for ((copy = 1; copy <= copies; copy++)); do
    for domain in "$tree"/*/; do
        mkdir -p "$work/mail"
        cp -a "$domain" "$work/mail/c$copy.$(basename "$domain")"
    done
done
find "$work/mail" -type f -exec cat {} + >/dev/null
printf '[database]\npath=%s\n[user]\nprimary_email=a@example.com\n[new]\ntags=\n' "$work/mail" >"$NOTMUCH_CONFIG"
mailbackup=$work/bin/mailbackup
measure() { local name=$1; shift; /usr/bin/time -o "$work/time" -f '%e s, %U s user, %M KB' "$@" >/dev/null; printf '%-28s %s\n' "$name" "$(tail -n 1 "$work/time")"; }
for ((round = 0; round < rounds; round++)); do
    rm -rf "$work"/{off,on,mail/.notmuch}
    "$mailbackup" init -b "$work/off" --maildir "$work/mail" >/dev/null
    "$mailbackup" init -b "$work/on" --maildir "$work/mail" >/dev/null
    "$mailbackup" index -b "$work/off" --off >/dev/null
    measure 'first scan, no index' "$mailbackup" scan -b "$work/off"
    measure 'first scan, then index' "$mailbackup" scan -b "$work/on"
    measure 'index alone' "$mailbackup" index -b "$work/on" --rebuild
    measure 'notmuch new' notmuch new --quiet
done
ls -l "$work/on/state/search.db"
du -sk "$work/mail/.notmuch"
measure 'start of the process (info)' "$mailbackup" info -b "$work/on"
for query in ximian linux '"linux users"' from:tim 'subject:re linux' 'linux -ilug' 'pro*' has:attachment; do
    measure "search $query" "$mailbackup" search -b "$work/on" --limit 10 "$query"
    case $query in has:*) ;; *) measure "notmuch $query" notmuch search --limit=10 "$query" ;; esac
done
