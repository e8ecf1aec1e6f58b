using System.Runtime.CompilerServices;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// Lists the messages of a folder with flags and dates, without their content. Opening and listing go out together: one round trip a folder. After a lost
/// connection it goes on over another: what was given is not given twice.
/// </summary>
internal sealed class MessageLister(ServerTraits traits, SourceFolder folder)
{
    private const int Attempts = 3;

    private readonly HashSet<uint> _given = [];
    private readonly string _hash = ImapKey.FolderHash(folder.Key);
    private uint _validity;
    private long? _exists;
    private long _expunged, _listed;

    /// <summary>Throws <see cref="ImapException"/> rather than give a part of them: a folder is listed whole or not at all.</summary>
    public async IAsyncEnumerable<SourceItem> ListAsync(ImapConnection connection, [EnumeratorCancellation] CancellationToken token)
    {
        for (int attempt = 1; ; attempt++)
        {
            (_exists, _expunged, _listed) = (null, 0, 0);
            connection.EnableQresync();
            string open = connection.Send($"EXAMINE {ImapCommand.Quote(FolderNames.ToWire(folder.Key, connection.Utf8))}");
            string list = connection.Send($"UID FETCH 1:* ({traits.ListItems})");
            connection.Selected = null;
            StatusLine? end = null;
            while (end is null)
            {
                token.ThrowIfCancellationRequested();
                if (await connection.NextAsync().ConfigureAwait(false) != FrameEvent.Response)
                {
                    continue;
                }

                if (Take(connection.Text) is { } item)
                {
                    yield return item;
                }

                if (connection.Selected is null && connection.Outcome(open) is not null)
                {
                    connection.Selected = folder.Key;
                    if (_validity == 0)
                    {
                        throw new ImapProtocolException($"the server gives {folder.Path} no UIDVALIDITY");
                    }
                }

                end = connection.Selected is null ? null : Outcome(connection, list, attempt);
            }

            if (end.Kind == StatusKind.Ok)
            {
                break;
            }
        }

        // What was expunged while we listed is missing rightly; anything else that is missing would be taken for deleted.
        if (_listed < _exists - _expunged)
        {
            throw new ImapProtocolException($"the server says that {folder.Path} has {_exists} messages, but listed only {_listed}");
        }
    }

    /// <summary>NO means: some message went away meanwhile (RFC 2180 §4.1.2), or cannot be read; then it is tried again, and at last an error.</summary>
    private StatusLine? Outcome(ImapConnection connection, string tag, int attempt)
    {
        try
        {
            return connection.Outcome(tag);
        }
        catch (ImapCommandException e) when (_exists is null or 0)
        {
            // Some servers call 1:* wrong in an empty folder.
            return e.Status with { Kind = StatusKind.Ok };
        }
        catch (ImapCommandException e) when (e.Status.Kind == StatusKind.No && attempt < Attempts)
        {
            return e.Status;
        }
    }

    private SourceItem? Take(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.Status is { } status && status.Is("UIDVALIDITY"))
        {
            uint validity = uint.TryParse(status.Arguments, out uint v) ? v : throw new ImapProtocolException("the server gives an impossible UIDVALIDITY");
            if (_validity != 0 && validity != _validity)
            {
                throw new ImapProtocolException($"{folder.Path} was made anew while it was listed");
            }

            _validity = validity;
        }

        if (line.IsUntagged && line.Is("VANISHED"u8))
        {
            _expunged += VanishedData.Parse(line.Body) is { Earlier: false } vanished ? vanished.Count : 0;
        }

        if (line.Number is not { } number)
        {
            return null;
        }

        if (line.Is("EXISTS"u8))
        {
            // Later ones tell of arrivals, which the next scan lists.
            _exists ??= number;
        }
        else if (line.Is("EXPUNGE"u8))
        {
            _expunged++;
        }
        else if (line.Is("FETCH"u8))
        {
            return Item(FetchData.Parse(number, line.Body));
        }

        return null;
    }

    private SourceItem? Item(FetchData data)
    {
        // A change of flags by another session comes unasked and without the rest.
        if (data is not { Uid: { } uid, Flags: not null, InternalDate: not null })
        {
            return null;
        }

        if (uid == 0)
        {
            throw new ImapProtocolException("the server gives a message the UID 0");
        }

        _listed++;
        if (!_given.Add(uid))
        {
            return null;
        }

        return MessageItem.Create(ImapKey.Create(_validity, uid, traits.GuidOf(data), _hash), data);
    }
}
