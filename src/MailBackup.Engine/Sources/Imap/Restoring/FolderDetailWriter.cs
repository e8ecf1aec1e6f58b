using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Gives a folder its access list (RFC 4314) and annotations (RFC 5464) back, where the server keeps such things. What it refuses is told, and costs no mail.</summary>
internal sealed class FolderDetailWriter(WriterConnection writer)
{
    private readonly List<string> _lost = [];

    /// <returns>What could not be given, sentences for people.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(RestoreFolder folder)
    {
        var attributes = folder.Attributes ?? new Dictionary<string, string>();
        var annotations = attributes.Where(a => a.Key.StartsWith(SourceFolder.Annotation, StringComparison.Ordinal)).OrderBy(a => a.Key, StringComparer.Ordinal).ToList();
        attributes.TryGetValue(SourceFolder.AccessList, out string? list);
        _lost.AddRange(attributes.Where(a => a.Key.StartsWith(SourceFolder.LargeAnnotation, StringComparison.Ordinal)).OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select(a => $"the annotation {a.Key[SourceFolder.LargeAnnotation.Length..]} of {a.Value} bytes was too large for the backup, and did not come back."));
        if ((annotations.Count == 0 && list is null) || (await writer.FoldersAsync().ConfigureAwait(false)).GetValueOrDefault(folder.Path) is not { Key: var key })
        {
            return _lost;
        }

        string name = ImapCommand.Quote(FolderNames.ToWire(key, writer.Imap.Utf8));
        if (list is not null)
        {
            await ShareAsync(name, list).ConfigureAwait(false);
        }

        if (annotations.Count > 0 && !writer.Imap.Capabilities.Has("METADATA"))
        {
            _lost.Add($"the server keeps no annotations; {string.Join(", ", annotations.Select(a => a.Key[SourceFolder.Annotation.Length..]))} did not come back.");
            return _lost;
        }

        foreach (var (attribute, value) in annotations)
        {
            string entry = attribute[SourceFolder.Annotation.Length..];
            var command = new ImapCommand($"SETMETADATA {name} ({ImapCommand.Quote(entry)} ", writer.Imap.Capabilities.LiteralPlus).AddString(value).Add(")");
            await TryAsync($"the annotation {entry} did not come back", command).ConfigureAwait(false);
        }

        return _lost;
    }

    private async Task ShareAsync(string name, string list)
    {
        if (!writer.Imap.Capabilities.Has("ACL"))
        {
            _lost.Add($"the server keeps no access lists; it is not shared again with {list.Replace("\n", ", ", StringComparison.Ordinal)}.");
            return;
        }

        foreach (string line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.LastIndexOf(' ') is > 0 and var blank)
            {
                var command = new ImapCommand($"SETACL {name} {ImapCommand.Quote(line[..blank])} {ImapCommand.Quote(line[(blank + 1)..])}");
                await TryAsync($"it is not shared again with {line[..blank]} ({line[(blank + 1)..]})", command).ConfigureAwait(false);
            }
        }
    }

    private async Task TryAsync(string otherwise, ImapCommand command)
    {
        try
        {
            await writer.Imap.RunAsync(command).ConfigureAwait(false);
        }
        catch (ImapCommandException e)
        {
            _lost.Add($"{otherwise}: the server refuses: {e.Message}.");
        }
    }
}
