using MailBackup.Archives;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Archives;

/// <summary>The sample server with a backup of it, a folder for archives, and a way to see an account as its user does.</summary>
public sealed class ArchiveServer : IDisposable
{
    public const string Alice = "alice@example.com";
    public const string Empty = "empty@example.com";

    public ArchiveServer(bool sample = true)
    {
        Node = new NodeFixture();
        if (sample)
        {
            Directory.Delete(Node.Server.Root, recursive: true);
            Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), Node.Server.Root);
        }

        Node.Server.Folder(Empty);
    }

    public NodeFixture Node { get; }

    public MailServer Mail => Node.Server;

    public string Archives => Node["archives"];

    public string this[string name] => Node[name];

    public async Task<string> ExportAsync(ArchiveFormat format, string account = Alice, DateTimeOffset? at = null, bool force = false)
    {
        var ended = await Node.RunAsync(new ExportAccountRequest { Account = account, Destination = Archives, Format = format, At = at, Force = force });
        Assert.True(ended.State == OperationState.Completed, $"{ended.State}: {ended.ErrorId} {ended.Error} {ended.Report?.Troubles.FirstOrDefault()}");
        return ArchiveDestination.PathOf(Archives, account, format);
    }

    public Task<Operation> TryImportAsync(string path, string account = Empty, ImportResolve resolve = ImportResolve.Skip, string? folder = null, ArchiveFormat? format = null) =>
        Node.RunAsync(new ImportAccountRequest { Account = account, Path = path, Resolve = resolve, Folder = folder, Format = format });

    public async Task<OperationReport> ImportAsync(string path, string account = Empty, ImportResolve resolve = ImportResolve.Skip, string? folder = null)
    {
        var ended = await TryImportAsync(path, account, resolve, folder);
        Assert.True(ended.State == OperationState.Completed, $"{ended.State}: {ended.ErrorId} {ended.Error} {string.Join('\n', ended.Report?.Troubles ?? [])}");
        return ended.Report!;
    }

    /// <summary>Every item of an account: folder, content, flags, keywords, and the internal date of messages.</summary>
    public async Task<List<string>> SeeAsync(string account)
    {
        await using var source = Node.Node.OpenSource();
        var seen = new List<string>();
        foreach (var folder in await source.ListFoldersAsync(account, default))
        {
            string attributes = string.Join(';', (folder.Attributes ?? new Dictionary<string, string>()).OrderBy(a => a.Key).Select(a => $"{a.Key}={a.Value}"));

            // What is there already keeps its attributes, and every mailbox has an inbox.
            seen.Add($"{folder.Kind} {folder.Path} [{(folder.Path == "INBOX" ? "" : attributes)}]");
            await foreach (var item in source.ListItemsAsync(account, folder, default))
            {
                await using var content = await source.OpenAsync(account, folder, item, default);
                using var copy = new MemoryStream();
                await content!.Stream.CopyToAsync(copy);
                string date = folder.Kind == FolderKind.Mail ? item.Date.ToString("O") : item.Key;
                seen.Add($"{folder.Path}: {Digest.Of(copy.ToArray())} {item.Flags.ToLetters()} {string.Join(',', item.Tags)} {date}");
            }
        }

        seen.Sort(StringComparer.Ordinal);
        return seen;
    }

    public void Dispose() => Node.Dispose();
}
