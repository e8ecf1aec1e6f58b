using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Makes folders with what belongs to them: their special use, their subscription.</summary>
internal sealed class FolderMaker(WriterConnection writer)
{
    /// <summary>Folders that are being made: found after a lost connection, it is we who have made them.</summary>
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    /// <summary>The folder as the server has it, or null.</summary>
    public async Task<SourceFolder?> FindAsync(RestoreFolder folder)
    {
        var folders = await writer.FoldersAsync().ConfigureAwait(false);
        return folders.GetValueOrDefault(folder.Path)
            ?? (folder.Path.Equals(FolderNames.Inbox, StringComparison.OrdinalIgnoreCase) ? folders.GetValueOrDefault(FolderNames.Inbox) : null);
    }

    /// <summary>True when it was made.</summary>
    public async Task<bool> EnsureAsync(RestoreFolder folder)
    {
        var found = await FindAsync(folder).ConfigureAwait(false);
        if (found is not null && !_begun.Contains(folder.Path))
        {
            return false;
        }

        string key = found?.Key ?? NewKey(folder);
        if (found is null)
        {
            _begun.Add(folder.Path);
            try
            {
                await CreateAsync(key, folder.Attributes).ConfigureAwait(false);
            }
            catch (ImapCommandException)
            {
                _begun.Remove(folder.Path);
                throw;
            }

            (await writer.FoldersAsync().ConfigureAwait(false))[folder.Path] = new SourceFolder { Path = folder.Path, Kind = FolderKind.Mail, Key = key };
        }

        if (folder.Attributes?.ContainsKey(FolderLister.Subscribed) == true)
        {
            await writer.Imap.RunAsync($"SUBSCRIBE {Wire(key)}").ConfigureAwait(false);
        }

        _begun.Remove(folder.Path);
        return true;
    }

    /// <summary>How many were not subscribed to yet.</summary>
    public async Task<int> SubscribeAsync(IReadOnlyList<string> names)
    {
        var folders = await writer.FoldersAsync().ConfigureAwait(false);
        string? known = null;
        folders.GetValueOrDefault(FolderNames.Inbox)?.Attributes?.TryGetValue(SourceFolder.Mountpoints, out known);
        var there = (known ?? "").Split('\n').ToHashSet(StringComparer.Ordinal);
        int added = 0;
        foreach (string name in names.Where(n => n.Length > 0 && !there.Contains(n)))
        {
            await writer.Imap.RunAsync($"SUBSCRIBE {Wire(name)}").ConfigureAwait(false);
            added++;
        }

        return added;
    }

    /// <summary>The name that the backup knows, where it means this path on this server, else one made of the path.</summary>
    private string NewKey(RestoreFolder folder)
    {
        if (folder.Key is { Length: > 0 } known && FolderNames.ToPath(known, writer.Separator) == folder.Path
            && known.StartsWith(writer.Prefix, StringComparison.Ordinal))
        {
            return known;
        }

        string key = FolderNames.FromPath(folder.Path, writer.Separator);
        return key.StartsWith(writer.Prefix, StringComparison.OrdinalIgnoreCase) ? key : writer.Prefix + key;
    }

    private async Task CreateAsync(string key, IReadOnlyDictionary<string, string>? attributes)
    {
        string name = Wire(key);
        string? use = null;
        attributes?.TryGetValue(FolderLister.SpecialUse, out use);
        bool withUse = use is { Length: > 0 } && writer.Imap.Capabilities.Has("CREATE-SPECIAL-USE");
        try
        {
            await writer.Imap.RunAsync(withUse ? $"CREATE {name} (USE ({use}))" : $"CREATE {name}").ConfigureAwait(false);
        }
        catch (ImapCommandException e) when (e.Is("ALREADYEXISTS"))
        {
            // Somebody made it in this moment.
        }
        catch (ImapCommandException e) when (withUse && e.Status.Kind == StatusKind.No)
        {
            // Another folder has the use already (RFC 6154 §3); then this one is a plain one.
            await writer.Imap.RunAsync($"CREATE {name}").ConfigureAwait(false);
        }
    }

    private string Wire(string key) => ImapCommand.Quote(FolderNames.ToWire(key, writer.Imap.Utf8));
}
