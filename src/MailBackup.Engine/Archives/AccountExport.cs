using MailBackup.Archives.Maildir;
using MailBackup.Archives.Mbox;
using MailBackup.Archives.Zip;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Restoring;
using MailBackup.Scanning;
using MailBackup.Sources;
using MailBackup.Storage;

namespace MailBackup.Archives;

/// <summary>
/// Writes an account as it was at a moment into an archive, item by item. An item that cannot be read costs that item and is reported; an archive that
/// is not finished never bears its name.
/// </summary>
internal sealed class AccountExport(BackupLayout layout, ExportAccountRequest request, IOperationSink sink)
{
    private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
    private readonly ProgressMeter _meter = new();
    private readonly Dictionary<(string Path, FolderKind Kind), RestoreFolder> _folders = [];
    private long _written, _errors, _bytes, _total;

    /// <summary>Into the folder that the request names.</summary>
    public async Task<OperationReport> RunAsync(CancellationToken stop)
    {
        using var reader = OwnStore.Open(layout, sink);
        string name = Find(reader);
        var destination = new ArchiveDestination(request.Destination, name, request.Format, request.Force);
        try
        {
            if (request.Format == ArchiveFormat.Zip)
            {
                await WriteZipAsync(reader, name, destination.Part, stop).ConfigureAwait(false);
            }
            else
            {
                string header = ArchiveMetadata.Header(request.Format, name, request.At);
                await using var writer = request.Format == ArchiveFormat.Maildir
                    ? await MaildirArchiveWriter.CreateAsync(destination.Part, header, stop).ConfigureAwait(false)
                    : new MboxArchiveWriter(destination.Part, header, layout.Spool);
                await WriteAsync(reader, name, writer, stop).ConfigureAwait(false);
            }

            destination.Publish();
        }
        catch (Exception e)
        {
            Abandon(destination);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw ArchiveErrors.NotWritable(destination.Path, e);
            }

            throw;
        }

        return Report();
    }

    /// <summary>As a zip file into a stream, which may be a pipe, without the writer lock. Throws what the stream throws.</summary>
    public async Task<OperationReport> RunAsync(Stream output, CancellationToken stop)
    {
        using var reader = new BackupReader(layout, StoreReader.OpenCatalog(layout, sink.Warning));
        string name = Find(reader);
        await using var writer = new ZipArchiveWriter(output, ArchiveMetadata.Header(ArchiveFormat.Zip, name, request.At), layout.Spool);
        await WriteAsync(reader, name, writer, stop).ConfigureAwait(false);
        return Report();
    }

    /// <returns>The account's address; with its id behind it where another account has that address now.</returns>
    private string Find(BackupReader reader)
    {
        var id = reader.Items.Find(request.Account);
        OwnStore.TellDamage(reader, id, sink);
        string name = reader.Registry.Stats[id].Name;
        return reader.Registry.Find(name) == id ? name : $"{name}.{id:D}";
    }

    private async Task WriteZipAsync(BackupReader reader, string name, string path, CancellationToken stop)
    {
        await using var file = PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write);
        await using var writer = new ZipArchiveWriter(file, ArchiveMetadata.Header(ArchiveFormat.Zip, name, request.At), layout.Spool);
        await WriteAsync(reader, name, writer, stop).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
    }

    private async Task WriteAsync(BackupReader reader, string name, IArchiveWriter writer, CancellationToken stop)
    {
        var query = new ItemQuery { Accounts = [request.Account], At = request.At };
        foreach (var item in reader.Items.List(query with { Type = ItemType.Folder }).OrderBy(f => f.Folder, StringComparer.Ordinal).ToList())
        {
            await AddAsync(name, item, async () =>
            {
                var state = reader.FindState(request.Account, item.Id, request.At).State;
                var folder = new RestoreFolder(item.Folder, FolderState.KindOf(state), state.Key, FolderState.SourceAttributes(state));
                await writer.AddFolderAsync(folder, stop).ConfigureAwait(false);
                _folders[(folder.Path, folder.Kind)] = folder;
                return null;
            }).ConfigureAwait(false);
        }

        _total = reader.Items.List(query).LongCount(i => i.Type != ItemType.Folder);
        foreach (var item in reader.Items.List(query).Where(i => i.Type != ItemType.Folder))
        {
            stop.ThrowIfCancellationRequested();
            await AddAsync(name, item, () => AddItemAsync(reader, writer, item, stop)).ConfigureAwait(false);
            Progress(name);
        }

        if (_written + _errors == 0)
        {
            sink.Warning($"{name} had nothing{(request.At is { } at ? $" on {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "")}: the archive is empty.");
        }

        await writer.CompleteAsync(stop).ConfigureAwait(false);
    }

    private async ValueTask<string?> AddItemAsync(BackupReader reader, IArchiveWriter writer, BackupItem item, CancellationToken stop)
    {
        var state = reader.FindState(request.Account, item.Id, request.At).State;
        var kind = KindOf(state.Type);
        if (!_folders.TryGetValue((item.Folder, kind), out var folder))
        {
            // Its folder is not known any more: what an archive has no place for would be lost without a word.
            folder = new RestoreFolder(item.Folder.Length > 0 ? item.Folder : "Lost", kind, null, null);
            await writer.AddFolderAsync(folder, stop).ConfigureAwait(false);
            _folders[(item.Folder, kind)] = folder;
        }

        var content = new RestoreItem(state, _ => ValueTask.FromResult(reader.Content.Open(state)));
        string? note = await writer.AddItemAsync(folder, content, item.Id.Value, stop).ConfigureAwait(false);
        _bytes += state.Size;
        return note;
    }

    private async ValueTask AddAsync(string account, BackupItem item, Func<ValueTask<string?>> add)
    {
        try
        {
            if (await add().ConfigureAwait(false) is { } note)
            {
                sink.Warning($"{account} item {item.Id}: {note}");
            }

            _written++;
        }
        catch (MailBackupException e) when (e.ErrorId is ErrorIds.BlobMissing or ErrorIds.BlobDamaged or ErrorIds.BlobUnreadable
            or ErrorIds.JournalDamaged or ErrorIds.ItemRestoreFailed)
        {
            _errors++;
            string path = item.Folder + (item.Subject.Length > 0 && item.Type != ItemType.Folder ? ": " + item.Subject : "");
            sink.Trouble(new ItemTrouble(e.ErrorId, account, item.Id.Value, path, e.Message));
        }
    }

    internal static FolderKind KindOf(ItemType type) => type switch
    {
        ItemType.Message => FolderKind.Mail,
        ItemType.Contact or ItemType.ContactGroup => FolderKind.Contacts,
        ItemType.Appointment or ItemType.Task => FolderKind.Calendar,
        _ => FolderKind.Files,
    };

    private static void Abandon(ArchiveDestination destination)
    {
        try
        {
            destination.Abandon();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What ended the export says more; the next one takes the rest away.
        }
    }

    private void Progress(string account) => sink.Progress(_meter.Measure(new OperationProgress
    {
        Activity = "Exporting",
        Account = account,
        ItemsDone = _written + _errors - _folders.Count,
        ItemsTotal = _total,
        AccountsTotal = 1,
        BytesDone = _bytes,
    }));

    private OperationReport Report() => new()
    {
        Added = _written,
        Errors = _errors,
        BytesRead = _bytes,
        Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3),
    };
}
