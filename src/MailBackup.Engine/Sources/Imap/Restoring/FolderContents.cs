using System.Security.Cryptography;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// What an open folder of the server has, so that nothing is put there twice: sizes first, and where one fits, the content itself by its digest. Each message
/// stands for one restored item only, because a folder may rightly have two of the same.
/// </summary>
internal sealed class FolderContents(ImapConnection connection, ServerTraits traits, string key)
{
    private readonly Dictionary<long, List<uint>> _bySize = [];
    private readonly Dictionary<uint, byte[]> _digests = [];
    private List<string> _permanent = [];

    public uint Validity { get; private set; }

    /// <summary>Opens the folder for writing and learns what is in it. Throws <see cref="ImapException"/>.</summary>
    public async Task OpenAsync()
    {
        uint exists = 0;
        await connection.RunAsync($"SELECT {ImapCommand.Quote(FolderNames.ToWire(key, connection.Utf8))}", text =>
        {
            var line = ResponseLine.Parse(text);
            if (line.Is("EXISTS"u8))
            {
                exists = line.Number ?? 0;
            }
            else if (line.Status is { } status && status.Is("UIDVALIDITY"))
            {
                Validity = uint.TryParse(status.Arguments, out uint v) ? v : 0;
            }
            else if (line.Status is { } flags && flags.Is("PERMANENTFLAGS"))
            {
                _permanent = [.. flags.Arguments.Trim('(', ')').Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            }
        }).ConfigureAwait(false);
        connection.Selected = key;
        if (exists > 0)
        {
            await connection.RunAsync("UID FETCH 1:* (UID RFC822.SIZE)", text =>
            {
                if (Fetched(text) is { Uid: { } uid, Size: { } size })
                {
                    (_bySize.TryGetValue(size, out var uids) ? uids : _bySize[size] = []).Add(uid);
                }
            }).ConfigureAwait(false);
        }
    }

    /// <summary>The UID of a message with this content that stands for no other item yet; it stands for this one now. Null when there is none.</summary>
    public async Task<uint?> TakeSameAsync(WireContent content, CancellationToken token)
    {
        if (!_bySize.TryGetValue(content.Length, out var uids))
        {
            return null;
        }

        var wanted = await content.DigestAsync(token).ConfigureAwait(false);
        foreach (uint uid in uids)
        {
            if (!_digests.TryGetValue(uid, out var digest))
            {
                _digests[uid] = digest = await DigestAsync(uid).ConfigureAwait(false) ?? [];
            }

            if (digest.AsSpan().SequenceEqual(wanted))
            {
                uids.Remove(uid);
                return uid;
            }
        }

        return null;
    }

    /// <summary>The keywords that the folder has no room for.</summary>
    public IReadOnlyList<string> Unkept(IEnumerable<string> keywords) =>
        _permanent.Contains("\\*") ? [] : [.. keywords.Where(k => !_permanent.Contains(k, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Where a message is, as a listing would say it, and its date; null when it is not there.</summary>
    public async Task<(string Key, DateTimeOffset Date)?> FindAsync(uint uid)
    {
        FetchData? found = null;
        await connection.RunAsync($"UID FETCH {uid} (UID INTERNALDATE{(traits.MessageId is { } id ? " " + id : "")})", text =>
        {
            if (Fetched(text) is { InternalDate: not null } data && data.Uid == uid)
            {
                found = data;
            }
        }).ConfigureAwait(false);
        return found is null ? null : (ImapKey.Create(Validity, uid, found.Guid, 1, ImapKey.FolderHash(key)), found.InternalDate!.Value);
    }

    private async Task<byte[]?> DigestAsync(uint uid)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool got = false;
        string tag = connection.Send($"UID FETCH {uid} (UID BODY.PEEK[])");
        while (true)
        {
            switch (await connection.NextAsync().ConfigureAwait(false))
            {
                case FrameEvent.Literal when FetchData.AnnouncesContent(connection.Text):
                    connection.StreamLiteral();
                    got = true;
                    break;
                case FrameEvent.LiteralData:
                    hash.AppendData(connection.Data.Span);
                    break;
                case FrameEvent.Response when connection.Outcome(tag) is not null:
                    return got ? hash.GetHashAndReset() : null;
            }
        }
    }

    private static FetchData? Fetched(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        return line.Is("FETCH"u8) && line.Number is { } number ? FetchData.Parse(number, line.Body) : null;
    }
}
