using System.Diagnostics;
using System.Security.Cryptography;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// What an open folder of the server has, so that nothing is put there twice: sizes first; where one fits, the server's own id of the message, which stays with its
/// content; else the content itself by its digest. Each message stands for one restored item only, because a folder may rightly have two of the same.
/// </summary>
/// <param name="taken">UIDs that stand for an item already; outlives the connection.</param>
internal sealed class FolderContents(ImapConnection connection, ServerTraits traits, string key, TakenMessages taken)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200), Quiet = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30);

    private readonly Dictionary<uint, byte[]> _digests = [];
    private readonly MessageTable _messages = new();
    private List<string>? _permanent;

    public uint Validity { get; private set; }

    /// <summary>The highest UID that is known; 0 for none.</summary>
    public uint Highest => _messages.Highest;

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
        taken.Validity(Validity);
        if (exists > 0)
        {
            await LearnAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Messages that came since the folder was looked at.</summary>
    public async Task LearnAsync()
    {
        uint first = _messages.Highest + 1;
        await connection.RunAsync($"UID FETCH {first}:* (UID RFC822.SIZE{Id})", text =>
        {
            // The last message answers to every range (RFC 9051 §9, seq-range), also when it is known.
            if (Fetched(text) is { Uid: { } uid, Size: { } size } data)
            {
                _messages.Add(uid, size, data.Guid);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Learns what comes into the folder until nothing has for a while. When a connection breaks in the middle of commands sent ahead, the server goes on with those
    /// that it has received, and nobody tells when it is done.
    /// </summary>
    public async Task LearnUntilQuietAsync(CancellationToken token)
    {
        uint highest = Highest;
        var begun = Stopwatch.StartNew();
        for (var quiet = Stopwatch.StartNew(); quiet.Elapsed < Quiet && begun.Elapsed < LongestWait;)
        {
            await Task.Delay(Look, token).ConfigureAwait(false);
            await connection.RunAsync("NOOP").ConfigureAwait(false);
            await LearnAsync().ConfigureAwait(false);
            if (Highest != highest)
            {
                highest = Highest;
                quiet.Restart();
            }
        }
    }

    /// <summary>Digests of all messages that may be one of these: in one go, for a question each would cost a round trip each.</summary>
    public async Task CompareAsync(IEnumerable<PendingMessage> messages)
    {
        var unknown = messages.Where(m => ById(m) is null).SelectMany(m => Free(m.Content.Length))
            .Where(u => !_digests.ContainsKey(u)).Distinct().Order().ToList();
        if (unknown.Count > 0)
        {
            await DigestAsync(unknown).ConfigureAwait(false);
        }
    }

    /// <summary>Messages of this size that stand for no item yet.</summary>
    public IEnumerable<uint> Free(long size) => _messages.OfSize(size).Where(u => !taken.Contains(u));

    /// <summary>
    /// The UID of a message with this content that stands for no other item yet; it stands for this one now. Null when there is none. What may be one has been
    /// compared (<see cref="CompareAsync"/>).
    /// </summary>
    /// <param name="others">These are not it, whatever they hold; then the content counts alone.</param>
    public async Task<uint?> TakeSameAsync(PendingMessage message, CancellationToken token, IReadOnlySet<uint>? others = null)
    {
        uint? same = others is null ? ById(message) : null;
        var candidates = same is null ? Free(message.Content.Length).Where(u => others?.Contains(u) != true).ToList() : [];
        if (candidates.Count > 0)
        {
            var wanted = await message.Content.DigestAsync(token).ConfigureAwait(false);
            same = candidates.Where(u => _digests.TryGetValue(u, out var digest) && digest.AsSpan().SequenceEqual(wanted)).Select(u => (uint?)u).FirstOrDefault();
        }

        if (same is { } uid)
        {
            Take(uid);
        }

        return same;
    }

    /// <summary>
    /// The UID of a message that came behind <paramref name="last"/> and is this one without one CR of each of its odd line ends; it stands for this one now. Null when
    /// there is none.
    /// </summary>
    public async Task<uint?> TakeStrippedAsync(PendingMessage message, uint last, CancellationToken token)
    {
        var candidates = Free(message.Content.Length - message.Content.OddLineEnds).Where(u => u > last).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        await DigestAsync(candidates).ConfigureAwait(false);
        var wanted = await message.Content.StrippedDigestAsync(token).ConfigureAwait(false);
        var same = candidates.Where(u => _digests.TryGetValue(u, out var digest) && digest.AsSpan().SequenceEqual(wanted)).Select(u => (uint?)u).FirstOrDefault();
        if (same is { } uid)
        {
            Take(uid);
        }

        return same;
    }

    /// <summary>It stands for an item from now on.</summary>
    public void Take(uint uid)
    {
        taken.Add(uid);
        _digests.Remove(uid);
    }

    /// <summary>The keywords that the folder has no room for. A server that does not say what it keeps keeps all (RFC 9051 §7.1).</summary>
    public List<string> Unkept(IEnumerable<string> keywords) =>
        _permanent is null || _permanent.Contains("\\*") ? [] : [.. keywords.Where(k => !_permanent.Contains(k, StringComparer.OrdinalIgnoreCase))];

    /// <summary>A sentence for people about keywords that are lost, once a folder; null when none are, or it has been said.</summary>
    public string? Tell(IReadOnlyCollection<string> unkept)
    {
        if (taken.KeywordsTold || unkept.Count == 0)
        {
            return null;
        }

        taken.KeywordsTold = true;
        return $"the server does not keep all keywords in this folder, the first are {string.Join(' ', unkept)}; messages came back without them.";
    }

    /// <summary>Where messages are, as a listing would say it, and their dates. What is not there any more is left out.</summary>
    public async Task<Dictionary<uint, (string Key, DateTimeOffset Date, long? Size)>> FindAsync(IReadOnlyCollection<uint> uids)
    {
        var found = new Dictionary<uint, (string, DateTimeOffset, long?)>();
        if (uids.Count == 0)
        {
            return found;
        }

        var wanted = uids.ToHashSet();
        await connection.RunAsync($"UID FETCH {UidSet.Format(uids.Order())} (UID INTERNALDATE RFC822.SIZE{Id})", text =>
        {
            if (Fetched(text) is { Uid: { } uid, InternalDate: { } date } data && wanted.Contains(uid))
            {
                _messages.Add(uid, data.Size ?? -1, data.Guid);
                found[uid] = (ImapKey.Create(Validity, uid, data.Guid, ImapKey.FolderHash(key)), date, data.Size);
            }
        }).ConfigureAwait(false);
        return found;
    }

    private string Id => traits.MessageId is { } id ? " " + id : "";

    private uint? ById(PendingMessage message) =>
        _messages.OfId(message.Content.Length, ImapKey.GuidOf(message.State.Key)).Where(u => !taken.Contains(u)).Select(u => (uint?)u).FirstOrDefault();

    private async Task DigestAsync(List<uint> uids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool got = false;
        string tag = connection.Send($"UID FETCH {UidSet.Format(uids)} (UID BODY.PEEK[])");
        while (true)
        {
            switch (await connection.NextAsync().ConfigureAwait(false))
            {
                case FrameEvent.Literal when FetchData.AnnouncesContent(connection.Text):
                    connection.StreamLiteral();
                    got = true;
                    break;
                case FrameEvent.LiteralData when got:
                    hash.AppendData(connection.Data.Span);
                    break;
                case FrameEvent.Response:
                    if (Fetched(connection.Text) is { Uid: { } uid } data && (got || data.Held is not null))
                    {
                        _digests[uid] = got ? hash.GetHashAndReset() : SHA256.HashData(data.Held!);
                    }

                    got = false;
                    if (IsOver(tag))
                    {
                        return;
                    }

                    break;
            }
        }
    }

    /// <summary>A message that cannot be read is the same as none; NO means that one is among them.</summary>
    private bool IsOver(string tag)
    {
        try
        {
            return connection.Outcome(tag) is not null;
        }
        catch (ImapCommandException e) when (e.Status.Kind == StatusKind.No)
        {
            return true;
        }
    }

    private static FetchData? Fetched(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        return line.Is("FETCH"u8) && line.Number is { } number ? FetchData.Parse(number, line.Body) : null;
    }
}
