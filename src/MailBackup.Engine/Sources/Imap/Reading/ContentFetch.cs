using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// Fetches contents on one connection: while the answers to one command come in, the next is on its way. Every literal goes to the message it belongs to as
/// it comes. A server may work on two commands at once and mix their answers (Dovecot does, when its output is full), so a message is looked for in all of them.
/// </summary>
/// <param name="next">Gives up to so many messages of one folder; none when there is nothing to do.</param>
/// <param name="largestBatch">Messages of one command.</param>
internal sealed class ContentFetch(ImapConnection connection, Func<int, List<PendingContent>> next, int largestBatch)
{
    private const int CommandsAhead = 2;

    /// <summary>
    /// Bytes that one command is to bring. A server that mixes the answers to two commands sends so much that nobody waits for yet: what is read ahead must hold it.
    /// </summary>
    private const int WantedBytes = 768 << 10;

    private readonly FetchSteps _steps = new();
    private readonly HashSet<PendingContent> _withoutContent = [];
    private string? _folder;
    private uint _stated, _opened;
    private string? _refusal;
    private bool _folderGone;
    private int _batch = Math.Min(4, largestBatch);
    private long _bytes;
    private PendingContent? _current;

    /// <summary>Messages that came.</summary>
    public int Settled { get; private set; }

    /// <summary>Works until there is nothing more to do. Throws <see cref="ImapConnectionException"/>; then <see cref="Unfinished"/> says what is left.</summary>
    public async Task RunAsync()
    {
        // Opened anew each time: what was listed since may be unknown to this session, and would be taken for gone (RFC 9051 §7.5.1).
        _folder = null;
        while (true)
        {
            SendMore();
            if (_steps.Count == 0)
            {
                return;
            }

            var e = await connection.NextAsync().ConfigureAwait(false);
            switch (e)
            {
                case FrameEvent.Literal:
                    Begin();
                    break;
                case FrameEvent.LiteralData:
                    await TakeAsync().ConfigureAwait(false);
                    break;
                case FrameEvent.LiteralEnd:
                    break;
                default:
                    Take(connection.Text);
                    EndStep();
                    break;
            }
        }
    }

    /// <summary>What was sent for and has not come, in its order.</summary>
    public IReadOnlyList<PendingContent> Unfinished() => _steps.Unfinished();

    private void SendMore()
    {
        while (_steps.Count < CommandsAhead && next(_batch) is { Count: > 0 } batch)
        {
            Send(batch);
            int fitting = Settled == 0 ? _batch : (int)Math.Clamp(WantedBytes / Math.Max(1, _bytes / Settled), 1, largestBatch);
            _batch = Math.Min(_batch * 2, fitting);
        }
    }

    /// <param name="batch">Of one folder; it is opened first where the last command was of another.</param>
    private void Send(List<PendingContent> batch)
    {
        var first = batch[0];
        if (_folder != first.Folder.Key)
        {
            _folder = first.Folder.Key;
            _steps.Add(new FetchStep(connection.Send($"EXAMINE {ImapCommand.Quote(FolderNames.ToWire(_folder, connection.Utf8))}"), null));
        }

        var contents = new Dictionary<uint, PendingContent>();
        foreach (var content in batch)
        {
            contents[content.Uid] = content;
        }

        // The date of saving costs a server little when it opens the mail anyway, and much in a listing.
        string saved = connection.Capabilities.Has("SAVEDATE") ? "SAVEDATE " : "";
        _steps.Add(new FetchStep(connection.Send($"UID FETCH {UidSet.Format(contents.Keys)} (UID {saved}BODY.PEEK[])"), contents));
    }

    private void Begin()
    {
        var text = connection.Text;
        if (!FetchData.AnnouncesContent(text))
        {
            return;
        }

        connection.StreamLiteral();
        var asked = _steps.OfOpenFolder();
        var beginning = FetchData.ParseBeginning(text);
        _current = beginning.Uid is { } uid ? _steps.Asked(uid)
            : asked is [{ Count: 1 } one] ? one.Values.First()
            : throw new ImapProtocolException("the server sends the content of a message before it says which");
        if (_current is { } known && (known.IsSettled || Refusal(known) is not null))
        {
            _current = null;
        }

        if (_current is { } content && !content.Begin(connection.LiteralLength, beginning.SaveDate))
        {
            content.Fail("its length changed while it was read");
            _current = null;
        }
    }

    private async ValueTask TakeAsync()
    {
        if (_current is { } content)
        {
            content.Put(connection.Data.Span);
            if (!await content.Budget.WaitAsync().ConfigureAwait(false))
            {
                throw new ImapProtocolException("the server sends the contents in quite another order than they were asked for");
            }
        }
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.Status is { } status && status.Is("UIDVALIDITY") && uint.TryParse(status.Arguments, out uint validity))
        {
            _stated = validity;
        }

        if (!line.Is("FETCH"u8) || line.Number is not { } number)
        {
            return;
        }

        var data = FetchData.Parse(number, line.Body);
        var current = _current;
        _current = null;
        if (data.Streamed >= 0)
        {
            current?.Complete();
            Settled++;
            _bytes += data.Streamed;
        }
        else if (data.Uid is { } uid && _steps.Asked(uid) is { IsSettled: false } content && Refusal(content) is null)
        {
            TakeHeld(content, data);
        }
    }

    private void TakeHeld(PendingContent content, FetchData data)
    {
        if (data.IsNil && content.AskedAnew)
        {
            content.Fail("the server says that it has no content");
        }
        else if (data.IsNil)
        {
            _withoutContent.Add(content);
        }
        else if (data.Held is { } held && content.Begin(held.Length, data.SaveDate))
        {
            content.Put(held);
            content.Complete();
        }
    }

    /// <summary>Why nothing of the open folder belongs to this message; null when all is well.</summary>
    private string? Refusal(PendingContent content) => _refusal ?? (content.Validity != _opened ? "its folder was made anew since it was listed" : null);

    private void EndStep()
    {
        while (_steps.First is { } step)
        {
            ImapCommandException? refused = null;
            try
            {
                if (connection.Outcome(step.Tag) is null)
                {
                    return;
                }
            }
            catch (ImapCommandException e)
            {
                refused = e;
            }

            if (refused is not null && Backoff.IsTransient(refused))
            {
                // Nothing is wrong with the messages: they count as unfinished and are asked for again, later.
                throw new ImapConnectionException($"the server has put us off: {refused.Message}", refused);
            }

            _steps.RemoveFirst();
            if (step.Contents is null)
            {
                Opened(refused);
            }
            else
            {
                Fetched(step.Contents, refused);
            }
        }
    }

    private void Opened(ImapCommandException? refused)
    {
        _folderGone = refused is not null && refused.Is("NONEXISTENT");
        _refusal = refused is null ? null : $"its folder cannot be opened: {refused.Message}";
        (_opened, _stated) = (_stated, 0);
    }

    /// <summary>
    /// Only what was asked for alone, and not sent in spite of the server's own OK, is taken for gone. What is missing of a command for several, or refused with
    /// it, is asked for again one by one, so that one broken message costs itself.
    /// </summary>
    private void Fetched(IReadOnlyDictionary<uint, PendingContent> contents, ImapCommandException? refused)
    {
        foreach (var content in contents.Values.Where(c => !c.IsSettled))
        {
            if (_folderGone)
            {
                content.Gone();
            }
            else if (Refusal(content) is { } refusal)
            {
                content.Fail(refusal);
            }
            else if (_withoutContent.Remove(content))
            {
                // So a server may answer for what another session has just expunged (RFC 2180 §4.1.2). In a folder that is opened anew it is gone, or has none.
                content.AskedAnew = true;
                _folder = null;
                Send([content]);
            }
            else if (refused is null && contents.Count == 1)
            {
                content.Gone();
            }
            else if (contents.Count == 1)
            {
                if (refused!.Is("EXPUNGEISSUED"))
                {
                    content.Gone();
                }
                else
                {
                    content.Fail($"the server does not give it: {refused.Message}", refused);
                }
            }
            else
            {
                Send([content]);
            }
        }
    }
}
