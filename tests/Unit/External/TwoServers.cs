using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.External;

/// <summary>The sample server with its backup, and an empty second server with one of its own.</summary>
internal sealed class TwoServers : IDisposable
{
    /// <summary>A directory is never empty: here is the administrators' own domain.</summary>
    public static readonly string EmptyDirectory = new LdifText().Domain("admin.local").ToString();

    public TwoServers()
    {
        Old = new NodeFixture(File.ReadAllText(Path.Combine(Repository.Samples, "directory.ldif")));
        Directory.Delete(Old.Server.Root, recursive: true);
        Copies.CopyFolder(Path.Combine(Repository.Samples, "maildir"), Old.Server.Root);
        New = new NodeFixture(EmptyDirectory);
    }

    public NodeFixture Old { get; }

    public NodeFixture New { get; }

    /// <summary>Where the export of the old server goes.</summary>
    public string Export => Old["export"];

    public static async Task<TwoServers> ScannedAsync()
    {
        var servers = new TwoServers();
        await servers.Old.ScanAsync();
        return servers;
    }

    public async Task ExportAsync()
    {
        var operation = await Old.RunAsync(new BackupExportRequest { Destination = Export });
        Assert.Equal(OperationState.Completed, operation.State);
    }

    public async Task<OperationReport> RestoreAsync(ExternalRestoreRequest? request = null)
    {
        var operation = await New.RunAsync(request ?? Request);
        Assert.True(
            operation.State == OperationState.Completed,
            $"{operation.State}: {operation.ErrorId} {operation.Error} {string.Join('\n', operation.Report?.Troubles ?? [])}");
        return operation.Report!;
    }

    public ExternalRestoreRequest Request => new() { Path = Old.BackupPath };

    /// <summary>
    /// Mails, contacts, appointments and documents with name, flags, time and content: what a user has. Whether a mailbox has a directory for mail of
    /// its own is up to the server.
    /// </summary>
    public static SortedDictionary<string, (string Content, DateTime Modified)> Items(NodeFixture f) =>
        new(
            f.Server.Snapshot().Where(s => IsItem(s.Key)).ToDictionary(s => s.Key.Replace("/Maildir/", "/", StringComparison.Ordinal), s => s.Value),
            StringComparer.Ordinal);

    public static void AssertSame(IDictionary<string, (string Content, DateTime Modified)> expected, IDictionary<string, (string Content, DateTime Modified)> actual) =>
        Assert.Equal("", string.Join("\n", expected.Except(actual).Select(e => $"- {e.Key} {e.Value.Modified:o} {e.Value.Content[..200]}").Concat(actual.Except(expected).Select(e => $"+ {e.Key} {e.Value.Modified:o} {e.Value.Content[..200]}"))));

    public static IReadOnlyList<ProvisioningEntry> DirectoryOf(NodeFixture f) => new LdifProvisioning(f.Ldif!).Read(null)!.Entries;

    public void Dispose()
    {
        Old.Dispose();
        New.Dispose();
    }

    private static bool IsItem(string path) =>
        path.Split('/') is [.., "cur" or "new", _] || Path.GetExtension(path) is ".vcf" or ".ics" or ".txt" or ".md" or ".csv";
}
