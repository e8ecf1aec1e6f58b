using System.Globalization;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// Lists what has changed in a folder since a token (RFC 7162): new messages, changed flags, and the UIDs that vanished where the server has QRESYNC. Believed
/// only when it adds up to what the server says the folder has: a server that has forgotten an expunge is found out by one message too many, and the folder is
/// listed whole then.
/// </summary>
internal sealed class ChangeLister(ImapConnection connection, ServerTraits traits, SourceFolder folder, IReadOnlyCollection<string> known)
{
    private readonly Dictionary<uint, FetchData> _fetched = [];
    private readonly List<(uint First, uint Last)> _vanished = [];
    private long? _exists;
    private uint _validity;
    private bool _unfit;

    /// <summary>Null when it cannot be told so. Throws <see cref="ImapConnectionException"/>.</summary>
    public async Task<FolderChanges?> ListAsync(FolderToken since)
    {
        if (!Knows(connection.Capabilities) || FolderToken.Parse(folder.Token) is not { } now || !now.CanFollow(since) || ByUid(since) is not { } byUid)
        {
            return null;
        }

        bool vanished = connection.EnableQresync();
        connection.Selected = null;
        string open = connection.Send($"EXAMINE {ImapCommand.Quote(FolderNames.ToWire(folder.Key, connection.Utf8))}");
        string list = connection.Send(string.Create(
            CultureInfo.InvariantCulture, $"UID FETCH 1:* ({traits.ListItems}) (CHANGEDSINCE {since.ModSeq}{(vanished ? " VANISHED" : "")})"));
        bool opened = await EndsWellAsync(open).ConfigureAwait(false);
        connection.Selected = opened ? folder.Key : null;
        bool listed = await EndsWellAsync(list).ConfigureAwait(false);
        return opened && listed && !_unfit && _validity == since.Validity ? Build(byUid) : null;
    }

    private static bool Knows(Capabilities can) => can.Has("CONDSTORE") || can.Has("QRESYNC");

    private async Task<bool> EndsWellAsync(string tag)
    {
        try
        {
            await connection.WaitAsync(tag, Take).ConfigureAwait(false);
            return true;
        }
        catch (ImapCommandException)
        {
            return false;
        }
    }

    /// <summary>Null when some key is none of this UIDVALIDITY.</summary>
    private Dictionary<uint, string>? ByUid(FolderToken since)
    {
        var byUid = new Dictionary<uint, string>(known.Count);
        foreach (string key in known)
        {
            if (ImapKey.Parse(key) is not { } place || place.Validity != since.Validity || !byUid.TryAdd(place.Uid, key))
            {
                return null;
            }
        }

        return byUid;
    }

    private FolderChanges? Build(Dictionary<uint, string> byUid)
    {
        var gone = Gone(byUid);
        string hash = ImapKey.FolderHash(folder.Key);
        var present = new List<SourceItem>(_fetched.Count);
        long arrived = 0;
        foreach (var (uid, data) in _fetched)
        {
            string? guid = traits.GuidOf(data);
            if (!byUid.TryGetValue(uid, out string? key))
            {
                arrived++;
                key = ImapKey.Create(_validity, uid, guid, hash);
            }
            else if (gone.Contains(key) || (guid is not null && ImapKey.GuidOf(key) != guid))
            {
                // Vanished and there, or another message under an old UID: the server contradicts itself.
                return null;
            }

            present.Add(MessageItem.Create(key, data));
        }

        return byUid.Count - gone.Count + arrived == _exists ? new FolderChanges(present, gone) : null;
    }

    private HashSet<string> Gone(Dictionary<uint, string> byUid)
    {
        _vanished.Sort();
        var gone = new HashSet<string>(StringComparer.Ordinal);
        var uids = byUid.Keys.ToArray();
        Array.Sort(uids);
        int run = 0;
        foreach (uint uid in uids)
        {
            // Runs may overlap; the first that does not end before the UID decides.
            while (run < _vanished.Count && _vanished[run].Last < uid)
            {
                run++;
            }

            if (_vanished.Skip(run).TakeWhile(r => r.First <= uid).Any(r => r.Last >= uid))
            {
                gone.Add(byUid[uid]);
            }
        }

        return gone;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.Status is { } status)
        {
            if (status.Is("UIDVALIDITY"))
            {
                _validity = uint.TryParse(status.Arguments, out uint v) ? v : 0;
            }

            // The folder keeps no modification sequences (any more).
            _unfit |= status.Is("NOMODSEQ");
        }
        else if (line.IsUntagged && line.Is("VANISHED"u8))
        {
            var data = VanishedData.Parse(line.Body);
            _vanished.AddRange(data.Runs);
            _exists -= data.Earlier ? 0 : data.Count;
        }
        else if (line.Number is { } number)
        {
            if (line.Is("EXISTS"u8))
            {
                _exists = number;
            }
            else if (line.Is("EXPUNGE"u8))
            {
                // Which one it was cannot be told.
                _unfit = true;
            }
            else if (line.Is("FETCH"u8) && FetchData.Parse(number, line.Body) is { Uid: > 0 and var uid, Flags: not null, InternalDate: not null } data)
            {
                _fetched[uid] = data;
            }
        }
    }
}
