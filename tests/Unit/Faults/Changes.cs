using System.Globalization;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Faults;

/// <summary>What the users of a mail server do, at random.</summary>
internal sealed class Changes(MemorySource source, Random random)
{
    private static readonly string[] Names = ["ann@example.com", "bob@example.com", "carl@example.org"];
    private static readonly string[] Bodies = [.. Enumerable.Range(1, 3).Select(n => string.Concat(Enumerable.Range(0, 500 * n).Select(i => (char)('a' + (i * n % 26)))) + "\r\n")];

    private readonly bool _hasDirectory = random.Next(3) == 0;
    private int _version;

    public void Make(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Make();
        }

        if (_hasDirectory)
        {
            SetDirectory();
        }
    }

    private void Make()
    {
        string account = Names[random.Next(Names.Length)];
        if (!source.Accounts.TryGetValue(account, out var folders))
        {
            source.Accounts[account] = [];
            folders = source.Accounts[account];
            source.AddFolder(account, "INBOX");
        }

        var folder = folders.Count == 0 ? source.AddFolder(account, "INBOX") : folders[random.Next(folders.Count)];
        switch (random.Next(14))
        {
            case 0 when folders.Count < 12:
                for (int n = random.Next(1, 5); n > 0; n--)
                {
                    source.AddFolder(account, $"F{++_version}");
                }

                break;
            case 1 when folder.Path != "INBOX":
                folder.Path = $"F{++_version}";
                break;
            case 2 when folder.Path != "INBOX":
                folders.Remove(folder);
                break;
            case 3 when random.Next(4) == 0:
                source.Accounts.Remove(account);
                break;
            case 4 or 5 when Pick(folder) is { } mail:
                source.Put(folder, mail with { Flags = mail.Flags ^ (MessageFlags)(1 << random.Next(6)) });
                break;
            case 6 or 7 when Pick(folder) is { } mail:
                folder.Mails.Remove(mail.Key);
                folder.Version++;
                source.Put(folders[random.Next(folders.Count)], mail);
                break;
            case 8 or 9 when Pick(folder) is { } mail:
                folder.Mails.Remove(mail.Key);
                folder.Version++;
                break;
            case 10 when Pick(folder) is { } mail:
                source.Put(folder, mail with { Content = MemorySource.Message(SubjectOf(mail), ++_version, Body()), Date = mail.Date.AddSeconds(1) });
                break;
            default:
                for (int n = random.Next(1, 5); n > 0; n--)
                {
                    string name = source.NextName();
                    source.Put(folder, new MemorySource.Mail(
                        name, MemorySource.Message(name, 0, Body()), MessageFlags.None, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + random.Next(1000))));
                }

                break;
        }
    }

    public static string SubjectOf(MemorySource.Mail mail)
    {
        string text = System.Text.Encoding.ASCII.GetString(mail.Content);
        return text["Subject: ".Length..text.IndexOf('\r', StringComparison.Ordinal)];
    }

    /// <summary>Some are so big that one fills a bundle, whatever is done to compress it.</summary>
    private string Body() => random.Next(6) == 0 ? Big() : random.Next(2) == 0 ? Bodies[random.Next(Bodies.Length)] : string.Create(CultureInfo.InvariantCulture, $"Small {++_version}\r\n");

    private string Big()
    {
        var bytes = new byte[random.Next(1_000, 5_000)];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes) + "\r\n";
    }

    private MemorySource.Mail? Pick(MemorySource.Folder folder) => folder.Mails.Count == 0 ? null : folder.Mails.Values.ElementAt(random.Next(folder.Mails.Count));

    private void SetDirectory()
    {
        var entries = new List<ProvisioningEntry> { Entry(ProvisioningKind.Domain, "example.com") };
        entries.AddRange(source.Accounts.Keys.Select(a => Entry(ProvisioningKind.Account, a)));
        source.Directory = new ProvisioningSnapshot(string.Create(CultureInfo.InvariantCulture, $"d{++_version}"), entries);
    }

    private ProvisioningEntry Entry(ProvisioningKind kind, string name)
    {
        var attributes = new ProvisioningAttributes();
        attributes.AddValue("description", string.Create(CultureInfo.InvariantCulture, $"{random.Next(3)}"));
        return new ProvisioningEntry(kind, null, name, attributes);
    }
}
