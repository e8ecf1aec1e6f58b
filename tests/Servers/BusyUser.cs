using System.Globalization;
using System.Text;

namespace MailBackup.Tests.Servers;

/// <summary>What users of a Dovecot do all day, in any order: mail comes, is marked, moved, copied, expunged.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class BusyUser
{
    /// <summary>The folders that the users are busy in.</summary>
    public static void Prepare(DovecotServer server, string user)
    {
        using var session = server.Login(user);
        session.Send("CREATE Archive");
    }

    /// <param name="number">Of the next mail.</param>
    public static Task ActAsync(DovecotServer server, IEnumerable<string> users, Func<bool> goOn, Func<int> number) =>
        Task.WhenAll(users.Select((user, seed) => Task.Run(() =>
        {
            var random = new Random(seed);
            using var session = server.Login(user);
            while (goOn())
            {
                Act(server, session, user, random, number());
                Thread.Sleep(random.Next(40));
            }
        })));

    public static byte[] Mail(int n) => Encoding.ASCII.GetBytes($"From: ann@example.com\r\nTo: alice@example.com\r\nSubject: Mail {n:d6}\r\n\r\nBody {n}\r\n");

    private static void Act(DovecotServer server, ImapSession session, string user, Random random, int n)
    {
        string folder = random.Next(2) == 0 ? "INBOX" : "Archive";
        string other = folder == "INBOX" ? "Archive" : "INBOX";
        int messages = session.Send($"SELECT {folder}").Where(l => l.EndsWith(" EXISTS", StringComparison.Ordinal)).Select(l => int.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture)).Last();
        int one = messages == 0 ? 0 : random.Next(messages) + 1;
        switch (messages < 3 ? 0 : random.Next(8))
        {
            case 0:
                server.Deliver(user, Mail(n));
                break;
            case 1:
                session.Append(folder, "\\Seen", DateTimeOffset.UtcNow, Mail(n));
                break;
            case 2 or 3:
                session.Send($"STORE {one} {(random.Next(2) == 0 ? '+' : '-')}FLAGS (\\Flagged \\Seen)");
                break;
            case 4:
                session.Send($"STORE {one} +FLAGS (Label{random.Next(4)})");
                break;
            case 5:
                session.Send($"MOVE {one} {other}");
                break;
            case 6:
                session.Send($"COPY {one} {other}");
                break;
            case 7:
                session.Send($"STORE {one} +FLAGS (\\Deleted)");
                session.Send("EXPUNGE");
                break;
        }
    }
}
