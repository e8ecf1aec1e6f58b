#!/usr/bin/env python3
"""Make the mail trees that limits.sh measures.

usage: mklimits.py items OUT N          one account with N small mails in 20 folders
       mklimits.py accounts OUT N       N accounts with 3 mails each
       mklimits.py folders OUT N        one account with N folders, 40 levels deep
       mklimits.py huge OUT BYTES       one mail of that many bytes
       mklimits.py states BACKUP N      gives the first message of a backup path N states: writes journal lines as docs/architecture.md says
"""
import base64, datetime, hashlib, json, os, sys
from pathlib import Path

what, out, n = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
T0 = 1_600_000_000


def folder(path):
    for d in ('cur', 'new', 'tmp'):
        (path / d).mkdir(parents=True, exist_ok=True)
    return path / 'cur'


def mail(cur, i, flags='S'):
    data = (f'From: Sender {i % 997} <s{i % 997}@example.com>\r\nTo: user@example.com\r\nSubject: Message number {i}\r\n'
            f'Message-ID: <{i}@example.com>\r\n\r\nThis is message {i}; it says {i * 2654435761 % 2**32:x}.\r\n').encode()
    name = f'{cur}/{T0 + i}.M{i}P1.mx,S={len(data)}:2,{flags}'
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(fd, data)
    os.close(fd)


if what == 'items':
    box = out / 'example.com' / 'user' / 'Maildir'
    curs = [folder(box if k == 0 else box / f'.Folder{k:02d}') for k in range(20)]
    for i in range(n):
        mail(curs[i % 20], i)
elif what == 'accounts':
    for a in range(n):
        cur = folder(out / f'd{a % 50:02d}.example.com' / f'user{a:06d}' / 'Maildir')
        for i in range(3):
            mail(cur, a * 3 + i)
elif what == 'folders':
    box = out / 'example.com' / 'user' / 'Maildir'
    folder(box)
    for k in range(n):
        levels = [f'{k:x}'] + [f'{j}' for j in range(k % 40)]
        mail(folder(box / ('.' + '.'.join(levels))), k)
elif what == 'huge':
    cur = folder(out / 'example.com' / 'user' / 'Maildir')
    with open(cur / f'{T0}.M1P1.mx,S={n}:2,S', 'wb') as f:
        head = b'From: a@example.com\r\nSubject: Huge\r\n\r\n'
        f.write(head)
        block, left = os.urandom(1 << 20), n - len(head)
        while left > 0:
            f.write(block[:left])
            left -= len(block)
            block = hashlib.sha256(block).digest() + block[32:]
elif what == 'states':
    journal = next(out.glob('accounts/*/journal/000001.jsonl'))
    lines = journal.read_bytes().splitlines()
    last = json.loads(lines[-1])
    state = next(json.loads(l) for l in reversed(lines) if b'"type":"message"' in l)
    check, tx = last['check'], last['tx']
    begin = datetime.datetime.fromisoformat(state['start'].replace('Z', '+00:00'))
    with open(journal, 'ab') as f:
        for i in range(n - 1):
            tx += 1
            state.pop('check', None)
            state['tx'], state['flags'] = tx, 'FS' if i % 2 == 0 else 'S'
            state['start'] = (begin + datetime.timedelta(milliseconds=i + 1)).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] + 'Z'
            body = json.dumps(state, separators=(',', ':'), ensure_ascii=False).encode()[:-1]
            check = base64.urlsafe_b64encode(hashlib.sha256(check.encode() + body).digest()[:12]).decode()
            f.write(body + b',"check":"' + check.encode() + b'"}\n')
