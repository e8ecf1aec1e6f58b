"""What a user does with a mail program while nobody looks: python3 outside.py PORT USER PASSWORD. Prints nothing; fails when the server refuses anything."""
import imaplib
import sys

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
session = imaplib.IMAP4("127.0.0.1", port)
session.login(user, password)


def do(result):
    kind, data = result
    if kind != "OK":
        raise SystemExit(f"{kind}: {data}")
    return data


do(session.create("Python"))
do(session.subscribe("Python"))
do(session.select("INBOX"))
uids = do(session.uid("SEARCH", None, "ALL"))[0].split()
do(session.uid("STORE", b",".join(uids[0:30:3]), "+FLAGS.SILENT", r"(\Answered FromPython)"))
do(session.uid("STORE", b",".join(uids[1:30:3]), "-FLAGS.SILENT", r"(\Seen \Flagged)"))
do(session.uid("COPY", b",".join(uids[30:40]), "Python"))
if "MOVE" in session.capabilities:
    do(session.uid("MOVE", b",".join(uids[40:50]), "Python"))
do(session.uid("STORE", b",".join(uids[50:60]), "+FLAGS.SILENT", r"(\Deleted)"))
do(session.expunge())
for n in range(5):
    mail = f"From: python@example.com\r\nSubject: appended {n}\r\nMessage-ID: <python-{n}@example.com>\r\n\r\nBody {n}\r\n"
    do(session.append("INBOX", r"(\Seen)", imaplib.Time2Internaldate(1767225600 + n * 60), mail.encode()))
session.logout()
