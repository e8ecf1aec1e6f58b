using MailBackup.Configuration;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Tests.Support;

/// <summary>A mail server, a backup path and the engine between them.</summary>
public sealed class NodeFixture : IDisposable
{
    private readonly TempFolder _folder = new();

    public NodeFixture(string? ldif = null)
    {
        Server = new MailServer(_folder["mail"]);
        Options = new NodeOptions { Home = _folder["home"] };
        Ldif = ldif is null ? null : _folder["directory.ldif"];
        if (ldif is not null)
        {
            File.WriteAllText(Ldif!, ldif);
        }

        Node = BackupNode.Initialize(
            BackupPath, new NodeConfiguration { Source = new SourceConfiguration { Maildir = Server.Root, Ldif = Ldif } }, Options);
    }

    public MailServer Server { get; }

    public NodeOptions Options { get; }

    public string? Ldif { get; }

    public string BackupPath => _folder["backup"];

    public string this[string name] => _folder[name];

    public BackupNode Node { get; private set; }

    internal BackupLayout Layout => new(BackupPath);

    public async Task<Operation> RunAsync(OperationRequest request, CancellationToken token = default) =>
        await Node.RunAsync(Node.Submit(request), null, token);

    /// <summary>A scan that must go through.</summary>
    public async Task<OperationReport> ScanAsync(ScanRequest? request = null)
    {
        var operation = await RunAsync(request ?? new ScanRequest());
        Assert.True(operation.State == OperationState.Completed, $"{operation.State}: {operation.ErrorId} {operation.Error} {operation.Report?.Troubles.FirstOrDefault()}");
        return operation.Report!;
    }

    public List<BackupItem> Items(ItemSelection selection = ItemSelection.Living, ItemType? type = ItemType.Message, DateTimeOffset? at = null) =>
        [.. Node.GetItems(new ItemQuery { Selection = selection, Type = type, At = at })];

    public byte[] Content(BackupItem item, DateTimeOffset? at = null)
    {
        using var stream = Node.OpenContent(item.Account, item.Id, at);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Closes the node and opens it again, as the next process would.</summary>
    public void Reopen()
    {
        Node.Dispose();
        Node = BackupNode.Open(BackupPath, Options);
    }

    public void Dispose()
    {
        Node.Dispose();
        _folder.Dispose();
    }
}
