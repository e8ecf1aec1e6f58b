using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Servers;

/// <summary>
/// The whole job on a server of any kind: mails in, scan, changes by Python's own mail library from outside, scan, everything lost, restore, and a second restore
/// that has nothing to do. What a mail program sees is the judge.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class ImapWholeJob(BackupNode node, string account, int port, string password)
{
    private static readonly string[] Flags = ["", "\\Seen", "\\Seen \\Answered", "$Forwarded \\Seen", "Blau \\Flagged", "\\Draft"];

    /// <returns>Mails that the server took.</returns>
    public async Task<int> RunAsync(IEnumerable<byte[]> mails)
    {
        int taken = 0;
        using (var session = Login())
        {
            session.Send("CREATE Sent");
            session.Send("CREATE \"Caf&AOk-/2026\"");
            session.Send("SUBSCRIBE \"Caf&AOk-/2026\"");
            int i = 0;
            foreach (byte[] mail in mails)
            {
                string folder = (i % 4) switch { 0 => "Sent", 1 => "Caf&AOk-/2026", _ => "INBOX" };
                taken += session.TryAppend(folder, Flags[i % Flags.Length], ImapFixture.Moment(i), mail) ? 1 : 0;
                i++;
            }
        }

        await CompleteAsync(new ScanRequest());
        Assert.Equal((taken, 0L), (Items().Count, (await CompleteAsync(new ScanRequest())).BytesRead));
        Outside();
        var changed = await CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 10L), (changed.Errors, changed.Deleted));
        Assert.Equal(taken + 10 + 5 - 10, Items().Count);
        var seen = View();
        Assert.Equal(Digests(seen), Items().Select(i => Convert.ToHexString(SHA256.HashData(Content(i)))).Order(StringComparer.Ordinal));

        Lose();
        var restored = await CompleteAsync(new RestoreRequest { Account = account });
        Assert.Equal(0, restored.Unrestored);
        var back = View();
        Assert.Equal(("", ""), (string.Join('\n', seen.Except(back).Take(3)), string.Join('\n', back.Except(seen).Take(3))));
        Assert.Equal(seen, back);
        Assert.Equal(0, (await CompleteAsync(new RestoreRequest { Account = account })).Restored);
        var last = await CompleteAsync(new ScanRequest());
        Assert.Equal((0L, 0L, 0L), (last.Errors, last.Added, last.Deleted));
        return taken;
    }

    private ImapSession Login() => new(port, account, password);

    /// <summary>As a mail program sees it that has just logged in.</summary>
    private List<string> View()
    {
        using var session = Login();
        return session.View();
    }

    private void Outside()
    {
        string script = Path.Combine(Repository.Root, "tests", "Servers", "outside.py");
        using var python = Process.Start(
            new ProcessStartInfo("python3", [script, port.ToString(CultureInfo.InvariantCulture), account, password]) { RedirectStandardError = true })!;
        string errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);
    }

    private void Lose()
    {
        using var session = Login();
        foreach (string folder in session.Folders().Where(f => f != "INBOX").OrderByDescending(f => f.Length))
        {
            session.Send($"DELETE \"{folder}\"");
        }

        session.Send("SELECT INBOX");
        session.Send("STORE 1:* +FLAGS.SILENT (\\Deleted)");
        session.Send("EXPUNGE");
        Assert.Empty(session.Mails("INBOX"));
    }

    private static IEnumerable<string> Digests(List<string> view) =>
        view.Where(v => !v.StartsWith("folder ", StringComparison.Ordinal) && !v.StartsWith("subscribed ", StringComparison.Ordinal))
            .Select(v => v.Split(' ')[^1]).Order(StringComparer.Ordinal);

    private List<BackupItem> Items() => [.. node.GetItems(new ItemQuery { Type = ItemType.Message })];

    private byte[] Content(BackupItem item)
    {
        using var content = node.OpenContent(item.Account, item.Id);
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    private async Task<OperationReport> CompleteAsync(OperationRequest request)
    {
        var operation = await node.RunAsync(node.Submit(request), null, default);
        Assert.True(
            operation.State == OperationState.Completed, $"{operation.Kind} {operation.State}: {operation.ErrorId} {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }
}
