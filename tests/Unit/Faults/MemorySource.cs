using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Faults;

/// <summary>A mail server in memory, that a test changes at will. A message's subject is its name, which stays when it is moved, flagged or rewritten.</summary>
internal sealed class MemorySource : IMailSource, IRestoreTarget
{
    private readonly Lock _gate = new();
    private int _count;

    public SortedDictionary<string, List<Folder>> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything that any message ever was.</summary>
    public HashSet<Digest> Ever { get; } = [];

    /// <summary>What keys begin with that are no part of what stays, as the numbers of an IMAP folder: another one is to be recorded for that alone.</summary>
    public string Era { get; set; } = "";

    public bool KeysAreCurrent => Era.Length > 0;

    /// <summary>Called with a folder before its items are listed.</summary>
    public Action<string>? BeforeItems { get; set; }

    /// <summary>The directory; null when there is none.</summary>
    public ProvisioningSnapshot? Directory { get; set; }

    public string Description => "Memory";

    public IRestoreTarget? RestoreTarget => this;

    public IProvisioningTarget? ProvisioningTarget => null;

    public sealed class Folder
    {
        public required string Path { get; set; }

        public required string Identity { get; init; }

        public int Version { get; set; }

        public Dictionary<string, Mail> Mails { get; } = new(StringComparer.Ordinal);
    }

    public sealed record Mail(string Key, byte[] Content, MessageFlags Flags, DateTimeOffset Date);

    public string NextName() => string.Create(CultureInfo.InvariantCulture, $"m{++_count}");

    public Folder AddFolder(string account, string path)
    {
        var folder = new Folder { Path = path, Identity = NextName() };
        Accounts[account].Add(folder);
        return folder;
    }

    public void Put(Folder folder, Mail mail)
    {
        folder.Mails[mail.Key] = mail;
        folder.Version++;
        Ever.Add(Digest.Of(mail.Content));
    }

    public static byte[] Message(string subject, int version, string body) =>
        Encoding.ASCII.GetBytes($"Subject: {subject}\r\nX-Version: {version}\r\n\r\n{body}");

    public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token) =>
        ValueTask.FromResult(Directory is { } directory && directory.Token != knownToken ? directory : null);

    public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token) => ValueTask.FromResult<IReadOnlyList<string>>([.. Accounts.Keys]);

    public ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<SourceFolder>>(Accounts.TryGetValue(account, out var folders)
                ? [.. folders.Select(f => new SourceFolder { Path = f.Path, Kind = FolderKind.Mail, Key = f.Path, Identity = f.Identity, Token = $"{f.Identity}.{f.Version}" })]
                : []);
        }
    }

    public async IAsyncEnumerable<SourceItem> ListItemsAsync(string account, SourceFolder folder, [EnumeratorCancellation] CancellationToken token)
    {
        BeforeItems?.Invoke(folder.Path);
        foreach (var mail in Accounts[account].Single(f => f.Path == folder.Path).Mails.Values.ToList())
        {
            yield return ItemOf(mail);
        }

        await Task.CompletedTask;
    }

    public ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token) =>
        ValueTask.FromResult(Accounts[account].Single(f => f.Path == folder.Path).Mails.TryGetValue(item.StableKey, out var mail)
            ? new SourceContent(new MemoryStream(mail.Content, writable: false), mail.Content.Length, ItemOf(mail)) : null);

    public string StableKeyOf(FolderKind kind, string key) => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..];

    public ValueTask EnsureAccountAsync(string account, bool create, CancellationToken token)
    {
        lock (_gate)
        {
            if (create)
            {
                Accounts.TryAdd(account, []);
            }

            return Accounts.ContainsKey(account) ? ValueTask.CompletedTask : throw new MailBackupException(ErrorIds.SourceAccountNotFound, $"No {account}.", "Make it.", account);
        }
    }

    public ValueTask<bool> EnsureFolderAsync(string account, RestoreFolder folder, CancellationToken token)
    {
        lock (_gate)
        {
            if (Accounts[account].Exists(f => f.Path == folder.Path))
            {
                return ValueTask.FromResult(false);
            }

            AddFolder(account, folder.Path);
            return ValueTask.FromResult(true);
        }
    }

    public async ValueTask<RestoredItem> RestoreItemAsync(string account, RestoreFolder folder, RestoreItem item, CancellationToken token)
    {
        using var copy = new MemoryStream();
        await using (var stream = await item.OpenContent(token))
        {
            await stream.CopyToAsync(copy, token);
        }

        byte[] content = copy.ToArray();
        lock (_gate)
        {
            Assert.Contains(Digest.Of(content), Ever);
            var into = Accounts[account].Single(f => f.Path == folder.Path);
            if (into.Mails.Values.FirstOrDefault(m => m.Content.AsSpan().SequenceEqual(content)) is { } there)
            {
                return new RestoredItem(true, there.Key, there.Date);
            }

            string key = Accounts[account].Exists(f => f.Mails.ContainsKey(item.State.Key)) ? NextName() : item.State.Key;
            Put(into, new Mail(key, content, item.State.Flags, item.State.Date));
            return new RestoredItem(false, key, item.State.Date);
        }
    }

    public ValueTask<int> AddMountpointsAsync(string account, IReadOnlyList<string> mountpoints, CancellationToken token) => ValueTask.FromResult(0);

    public ValueTask FlushAsync(string? account, CancellationToken token) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SourceItem ItemOf(Mail mail) => new() { StableKey = mail.Key, Key = Era + mail.Key, Flags = mail.Flags, Date = mail.Date, Size = mail.Content.Length };
}
