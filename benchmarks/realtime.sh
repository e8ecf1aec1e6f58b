#!/usr/bin/env bash
# Measures realtime on a Maildir tree of 40 accounts: 2,000 changes a second for half a minute, then a burst of 100,000 deliveries. Prints how many were made
# and made durable each second, the age of the oldest change of a batch when the batch was durable (by transaction: an upper bound for each change), processor
# time and memory. What makes the changes runs in the same process and takes its share. At the end the backup is compared with the tree.
#
#   benchmarks/realtime.sh [Debug|Release]
#
# Needs: dotnet. Other work on the machine shows in the figures, so its load is printed before and after.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
load() { printf 'load %s on %s cores\n' "$(cut -d' ' -f1-3 /proc/loadavg)" "$(nproc)"; }
load
MAILBACKUP_LONG_TESTS=1 dotnet test "$here/../tests/Unit" -c "${1:-Release}" --nologo --logger 'console;verbosity=detailed' --filter 'FullyQualifiedName~RealtimeLoadTests' |
    grep -E '^ +(Passed|Failed|[0-9,]+ changes in|CPU of|Age of|Overflows)|error'
load
