using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Maildir;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// Lists the folders of an account with their change tokens: one round trip where the server has LIST-STATUS (RFC 5819), else two. Folders of others are
/// none of the account's; subscriptions to them are kept with the inbox.
/// </summary>
/// <param name="owner">What the account is called in access lists; null where shares and annotations are not wanted.</param>
internal sealed class FolderLister(ImapConnection connection, ServerTraits traits, IReadOnlySet<string>? owner = null)
{
    /// <summary>Attribute of a folder (RFC 6154); the restore knows the trash by it.</summary>
    public const string SpecialUse = "specialuse";

    public const string Subscribed = "subscribed";

    private static readonly string[] Uses =
        ["\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Important", "\\Junk", "\\Sent", "\\Trash", "\\Memos", "\\Scheduled", "\\Snoozed"];

    private readonly List<ListData> _listed = [];
    private readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StatusData> _status = new(StringComparer.Ordinal);
    private NamespaceData _namespaces = NamespaceData.Unknown;

    /// <summary>Between the parts of names of the account's own folders; known after <see cref="ListAsync"/>.</summary>
    public char? Separator => _listed.FirstOrDefault(f => _namespaces.IsOwn(f.Name) && f.Separator is not null)?.Separator;

    /// <summary>What names of new folders must begin with.</summary>
    public string Prefix => _namespaces.Personal.Count > 0 ? _namespaces.Personal[0] : "";

    /// <summary>Parents before children. Throws <see cref="ImapException"/>.</summary>
    public async Task<IReadOnlyList<SourceFolder>> ListAsync()
    {
        var can = connection.Capabilities;
        bool extended = can.Has("LIST-EXTENDED");
        bool withStatus = extended && can.Has("LIST-STATUS");
        string items = StatusItems();
        string options = string.Join(' ', new[] { can.Has("SPECIAL-USE") ? "SPECIAL-USE" : null, withStatus ? $"STATUS ({items})" : null }.Where(o => o is not null));
        string? spaces = can.Has("NAMESPACE") ? connection.Send("NAMESPACE") : null;
        string list = connection.Send("LIST \"\" \"*\"" + (extended && options.Length > 0 ? $" RETURN ({options})" : ""));
        string? ids = withStatus && AsksIdAlone ? connection.Send($"LIST \"\" \"*\" RETURN (STATUS ({traits.FolderId}))") : null;
        bool rev1 = can.Has("IMAP4rev1");
        string? subscriptions = rev1 ? connection.Send("LSUB \"\" \"*\"") : null;
        if (spaces is not null)
        {
            await connection.WaitAsync(spaces, Take).ConfigureAwait(false);
        }

        await connection.WaitAsync(list, Take).ConfigureAwait(false);
        if (ids is not null)
        {
            await connection.WaitAsync(ids, TakeIds).ConfigureAwait(false);
        }

        if (subscriptions is not null)
        {
            await connection.WaitAsync(subscriptions, Take).ConfigureAwait(false);
        }
        else
        {
            await connection.RunAsync("LIST (SUBSCRIBED) \"\" \"*\"", TakeSubscription).ConfigureAwait(false);
        }

        var own = _listed.Where(f => f.CanBeOpened && _namespaces.IsOwn(f.Name)).DistinctBy(f => f.Name).ToList();
        if (own.Count == 0)
        {
            // Every account has an INBOX (RFC 9051 §5.1): a server that lists nothing has not listed.
            throw new ImapProtocolException("the server lists no folder at all, not even INBOX");
        }

        ForgetDoubtfulIds();
        await AskOneByOneAsync([.. own.Where(f => _status.GetValueOrDefault(f.Name) is not { } status || (AsksIdAlone && status.Id is null))], items).ConfigureAwait(false);
        return Build(own, owner is null ? null : await new FolderDetails(connection, owner).ListAsync([.. own.Select(f => f.Name)]).ConfigureAwait(false));
    }

    private string StatusItems() =>
        "MESSAGES UIDNEXT UIDVALIDITY" + (connection.Capabilities.Has("CONDSTORE") || connection.Capabilities.Has("QRESYNC") ? " HIGHESTMODSEQ" : "")
        + (traits.FolderId is { } id && !AsksIdAlone ? " " + id : "");

    /// <summary>
    /// Cyrus 3.6 shows freed memory for the id of a folder when it is asked for together with other things, whatever bytes that has, line ends too.
    /// </summary>
    private bool AsksIdAlone => traits.FolderId == ServerTraits.MailboxId;

    /// <summary>
    /// Ids of one server have one length, so one of another length is asked for again by itself: a round trip, and no rename is taken for a deletion.
    /// </summary>
    private void ForgetDoubtfulIds()
    {
        int usual = _status.Values.Where(s => s.Id is not null).GroupBy(s => s.Id!.Length).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key)
            .Select(g => g.Key).FirstOrDefault();
        foreach (var doubtful in _status.Values.Where(s => s.Id is not null && s.Id.Length != usual).ToList())
        {
            _status.Remove(doubtful.Name);
        }
    }

    private async Task AskOneByOneAsync(List<ListData> folders, string items)
    {
        // The id by itself; few enough at a time that neither side fills its buffers while the other writes.
        string[] questions = traits.FolderId is { } id ? [items.Replace(" " + id, "", StringComparison.Ordinal), id] : [items];
        foreach (var some in folders.Chunk(50))
        {
            var tags = some.SelectMany(f => questions.Select(q => connection.Send($"STATUS {ImapCommand.Quote(f.Name)} ({q})"))).ToList();
            foreach (string tag in tags)
            {
                try
                {
                    await connection.WaitAsync(tag, Take).ConfigureAwait(false);
                }
                catch (ImapCommandException)
                {
                    // Without a token the folder is listed, and what is wrong with it shows there.
                }
            }
        }
    }

    private List<SourceFolder> Build(List<ListData> own, IReadOnlyDictionary<string, SortedDictionary<string, string>>? details)
    {
        var folders = new List<SourceFolder>(own.Count);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var left = new HashSet<string>(_subscribed, StringComparer.Ordinal);
        foreach (var folder in own.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            string key = FolderNames.ToKey(folder.Name, connection.Utf8);
            var status = _status.GetValueOrDefault(folder.Name);
            var attributes = details?.GetValueOrDefault(folder.Name) ?? new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (left.Remove(folder.Name))
            {
                attributes[Subscribed] = "1";
            }

            var uses = Uses.Where(folder.Has).ToList();
            if (uses.Count > 0)
            {
                attributes[SpecialUse] = string.Join(' ', uses);
            }

            folders.Add(new SourceFolder
            {
                Path = FolderName.MakeUnique(FolderNames.ToPath(key, folder.Separator), taken),
                Kind = FolderKind.Mail,
                Key = key,
                Identity = status?.Id,
                Token = Protocol.FolderToken.Of(status)?.ToString(),
                Attributes = attributes.Count > 0 ? attributes : null,
            });
        }

        AddMountpoints(folders, left);
        folders.Sort(static (a, b) => FolderName.CompareParentsFirst(a.Path, b.Path));
        return folders;
    }

    private void AddMountpoints(List<SourceFolder> folders, HashSet<string> left)
    {
        int inbox = folders.FindIndex(f => f.Path == FolderNames.Inbox);
        if (left.Count == 0 || inbox < 0)
        {
            return;
        }

        var attributes = new SortedDictionary<string, string>(folders[inbox].Attributes?.ToDictionary() ?? [], StringComparer.Ordinal)
        {
            [SourceFolder.Mountpoints] = string.Join('\n', left.Select(n => FolderNames.ToKey(n, connection.Utf8)).Order(StringComparer.Ordinal)),
        };
        folders[inbox] = folders[inbox] with { Attributes = attributes };
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (!line.IsUntagged)
        {
            return;
        }

        if (line.Is("LIST"u8))
        {
            _listed.Add(ListData.Parse(line.Body));
        }
        else if (line.Is("LSUB"u8))
        {
            AddSubscription(ListData.Parse(line.Body));
        }
        else if (line.Is("STATUS"u8))
        {
            TakeStatus(line.Body);
        }
        else if (line.Is("NAMESPACE"u8))
        {
            _namespaces = NamespaceData.Parse(line.Body);
        }
    }

    private void TakeIds(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.IsUntagged && line.Is("STATUS"u8))
        {
            TakeStatus(line.Body);
        }
    }

    /// <summary>What makes no sense is asked for again, of that folder alone; at worst it has no token and is listed.</summary>
    private void TakeStatus(ReadOnlySpan<byte> body)
    {
        try
        {
            var status = StatusData.Parse(body);
            _status[status.Name] = _status.TryGetValue(status.Name, out var known) ? known.With(status) : status;
        }
        catch (ImapProtocolException)
        {
        }
    }

    private void TakeSubscription(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.IsUntagged && line.Is("LIST"u8))
        {
            AddSubscription(ListData.Parse(line.Body));
        }
    }

    // LSUB shows levels above subscribed folders as well.
    private void AddSubscription(ListData folder)
    {
        if (!folder.Has("\\Noselect"))
        {
            _subscribed.Add(folder.Name.Equals(FolderNames.Inbox, StringComparison.OrdinalIgnoreCase) ? FolderNames.Inbox : folder.Name);
        }
    }
}
