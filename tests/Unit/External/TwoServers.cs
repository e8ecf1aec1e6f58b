using System.Globalization;
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
    /// Mails, contacts, appointments and documents with name, flags, keywords, time and content: what a user has. Whether a mailbox has a directory for
    /// mail of its own is up to the server, as is the letter that a folder has for a keyword.
    /// </summary>
    public static SortedDictionary<string, (string Content, DateTime Modified)> Items(NodeFixture f) =>
        new(
            f.Server.Snapshot().Where(s => IsItem(s.Key)).ToDictionary(s => WithKeywords(f.Server, s.Key).Replace("/Maildir/", "/", StringComparison.Ordinal), s => s.Value),
            StringComparer.Ordinal);

    public static void AssertSame(IDictionary<string, (string Content, DateTime Modified)> expected, IDictionary<string, (string Content, DateTime Modified)> actual)
    {
        var differences = expected.Except(actual).Select(e => $"- {Line(e)}").Concat(actual.Except(expected).Select(e => $"+ {Line(e)}")).ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));

        static string Line(KeyValuePair<string, (string Content, DateTime Modified)> item) => $"{item.Key} {item.Value.Modified:o} {item.Value.Content}";
    }

    public static IReadOnlyList<ProvisioningEntry> DirectoryOf(NodeFixture f) => new LdifProvisioning(f.Ldif!).Read(null)!.Entries;

    public void Dispose()
    {
        Old.Dispose();
        New.Dispose();
    }

    private static string WithKeywords(MailServer server, string path)
    {
        int info = path.IndexOf(":2,", StringComparison.Ordinal);
        string names = Path.Combine(server.Root, Path.GetDirectoryName(Path.GetDirectoryName(path))!, "dovecot-keywords");
        if (info < 0 || !File.Exists(names))
        {
            return path;
        }

        var keywords = File.ReadLines(names).Select(l => l.Split(' ', 2)).ToDictionary(l => (char)('a' + int.Parse(l[0], CultureInfo.InvariantCulture)), l => l[1]);
        string letters = path[(info + 3)..];
        return path[..(info + 3)] + string.Concat(letters.Where(char.IsUpper)) + string.Concat(letters.Where(char.IsLower).Select(c => " " + keywords[c]).Order(StringComparer.Ordinal));
    }

    private static bool IsItem(string path) =>
        path.Split('/') is [.., "cur" or "new", _] || Path.GetExtension(path) is ".vcf" or ".ics" or ".txt" or ".md" or ".csv";
}
