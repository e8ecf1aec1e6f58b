using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// Puts messages into an open folder, as many in one go as the server lets us: in one command where it takes several (MULTIAPPEND, RFC 3502), else in commands
/// sent one behind another. What it refuses costs that message alone, and is told in the server's words.
/// </summary>
/// <param name="key">The folder.</param>
internal sealed class Appender(WriterConnection writer, FolderContents contents, string key)
{
    private readonly ImapConnection _connection = writer.Imap;

    /// <summary>Settles each message, or fails it. Throws only what ends the connection: then what is not settled is to be tried on a new one.</summary>
    /// <param name="together">Several in one command, where the server can.</param>
    /// <returns>Why the server has refused several in one command, or null.</returns>
    public async Task<ImapCommandException?> RunAsync(IReadOnlyList<PendingMessage> messages, bool together, CancellationToken token)
    {
        var fitting = messages.Where(Fits).ToList();
        var missing = await new PresentMessages(contents).SettleAsync(fitting, token).ConfigureAwait(false);
        ImapCommandException? refusal = null;
        if (missing.Count > 1 && together && _connection.Capabilities.Has("MULTIAPPEND") && !missing.Exists(IsBinary))
        {
            refusal = await TryTogetherAsync(missing, token).ConfigureAwait(false);
        }

        await EachAsync([.. missing.Where(m => !m.IsSettled)], token).ConfigureAwait(false);
        return refusal;
    }

    /// <summary>Puts a message in, whatever is there.</summary>
    public Task AddAsync(PendingMessage message, CancellationToken token) => Fits(message) ? EachAsync([message], token) : Task.CompletedTask;

    private bool IsBinary(PendingMessage message) => message.Content.HasNul && _connection.Capabilities.Has("BINARY");

    private bool Fits(PendingMessage message)
    {
        if (_connection.Capabilities.AppendLimit is not { } limit || message.Content.Length <= limit)
        {
            return true;
        }

        message.Fail(new MailBackupException(
            ErrorIds.ItemRestoreFailed, $"{writer.Account}: the message has {message.Content.Length} bytes, and the server takes {limit} at most.",
            "Raise the server's limit, then restore again: what is there already is kept.", writer.Account));
        return false;
    }

    /// <summary>All or nothing: when the server refused them, which of them it does not like shows one by one.</summary>
    private async Task<ImapCommandException?> TryTogetherAsync(List<PendingMessage> messages, CancellationToken token)
    {
        string tag = _connection.Begin(Command);
        try
        {
            foreach (var message in messages)
            {
                await PutAsync(tag, message, keywords: true, token).ConfigureAwait(false);
            }

            _connection.End();
            var status = await _connection.WaitAsync(tag).ConfigureAwait(false);
            await SettleAsync(messages, Uids(status, messages.Count), token).ConfigureAwait(false);
            return null;
        }
        catch (ImapCommandException e)
        {
            messages.ForEach(m => m.Sent = false);
            return e;
        }
    }

    /// <summary>Sent without waiting for answers, as far as the server takes contents unasked.</summary>
    private async Task EachAsync(List<PendingMessage> messages, CancellationToken token)
    {
        var sent = new Queue<(PendingMessage Message, string Tag)>();
        var stored = new List<(PendingMessage Message, uint? Uid)>();
        foreach (var message in messages)
        {
            if (!_connection.GoesUnasked(message.Content.Length))
            {
                await CollectAsync(sent, stored, token).ConfigureAwait(false);
            }

            string tag = _connection.Begin(Command);
            try
            {
                await PutAsync(tag, message, keywords: message.Losses == 0, token).ConfigureAwait(false);
                _connection.End();
                sent.Enqueue((message, tag));
            }
            catch (ImapCommandException e)
            {
                await RefusedAsync(message, e, stored, token).ConfigureAwait(false);
            }
        }

        await CollectAsync(sent, stored, token).ConfigureAwait(false);
        bool known = stored.TrueForAll(s => s.Uid is not null);
        await SettleAsync([.. stored.Select(s => s.Message)], known ? [.. stored.Select(s => s.Uid!.Value)] : null, token).ConfigureAwait(false);
    }

    private async Task CollectAsync(Queue<(PendingMessage Message, string Tag)> sent, List<(PendingMessage Message, uint? Uid)> stored, CancellationToken token)
    {
        var refused = new List<(PendingMessage Message, ImapCommandException Why)>();
        while (sent.TryDequeue(out var one))
        {
            try
            {
                var status = await _connection.WaitAsync(one.Tag).ConfigureAwait(false);
                stored.Add((one.Message, Uids(status, 1)?[0]));
            }
            catch (ImapCommandException e)
            {
                refused.Add((one.Message, e));
            }
        }

        foreach (var (message, why) in refused)
        {
            await RefusedAsync(message, why, stored, token).ConfigureAwait(false);
        }
    }

    /// <summary>It may be the keywords that the server does not like: of those a folder has room for so many only.</summary>
    private async Task RefusedAsync(PendingMessage message, ImapCommandException why, List<(PendingMessage Message, uint? Uid)> stored, CancellationToken token)
    {
        var flags = AppendFlags.Of(message.State, contents);
        if (flags.Keywords.Count == 0 || why.IsLimit)
        {
            message.Fail(why);
            return;
        }

        string tag = _connection.Begin(Command);
        try
        {
            await PutAsync(tag, message, keywords: false, token).ConfigureAwait(false);
            _connection.End();
            var status = await _connection.WaitAsync(tag).ConfigureAwait(false);
            stored.Add((message, Uids(status, 1)?[0]));
        }
        catch (ImapCommandException)
        {
            message.Fail(why);
        }
    }

    private string Command => $"APPEND {ImapCommand.Quote(FolderNames.ToWire(key, _connection.Utf8))}";

    private async Task PutAsync(string tag, PendingMessage message, bool keywords, CancellationToken token)
    {
        var flags = AppendFlags.Of(message.State, contents);
        string names = string.Join(' ', keywords ? flags.Names.Concat(flags.Keywords) : flags.Names);
        message.Note ??= contents.Tell(keywords ? flags.Unkept : [.. flags.Unkept, .. flags.Keywords]);
        bool doubled = writer.StripsReturns && message.Content.OddLineEnds > 0;
        message.Sent = true;
        try
        {
            var stream = await message.Content.OpenAsync(token, doubled).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await _connection.PutAsync(
                    tag, $" ({names}) {ImapDate.Format(message.State.Date)}{(IsBinary(message) ? " ~" : " ")}", stream,
                    message.Content.Length + (doubled ? message.Content.OddLineEnds : 0)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not ImapException)
        {
            // Its content cannot be read: the command is torn, and so is the connection, but the other messages need not suffer.
            message.Fail(e);
            _connection.Abort("a content could not be read");
            throw new ImapConnectionException("a content could not be read", e);
        }
    }

    /// <summary>The UIDs that the server gave them, in their order (RFC 4315 §3); null when it does not say.</summary>
    private List<uint>? Uids(StatusLine status, int count) =>
        status.Is("APPENDUID") && status.Arguments.Split(' ') is [var validity, var set] && validity == contents.Validity.ToString(System.Globalization.CultureInfo.InvariantCulture)
        && UidSet.Parse(set, count) is { } uids && uids.Count == count ? uids : null;

    private async Task SettleAsync(IReadOnlyList<PendingMessage> messages, List<uint>? uids, CancellationToken token)
    {
        if (messages.Count == 0)
        {
            return;
        }

        if (uids is null)
        {
            await FindThemAsync(messages, token).ConfigureAwait(false);
            return;
        }

        uids.ForEach(contents.Take);
        var there = await contents.FindAsync(uids).ConfigureAwait(false);
        var stripped = new List<(PendingMessage Message, uint Uid)>();
        for (int i = 0; i < messages.Count; i++)
        {
            bool found = there.TryGetValue(uids[i], out var place);
            if (found && !writer.StripsReturns && IsStripped(messages[i].Content, place.Size))
            {
                stripped.Add((messages[i], uids[i]));
            }
            else
            {
                Settle(messages[i], found ? (place.Key, place.Date) : null);
            }
        }

        await SendAgainAsync(stripped, token).ConfigureAwait(false);
    }

    /// <summary>Messages that the server has changed: left so, they would be other mails, and missing again at the next restore.</summary>
    private async Task SendAgainAsync(List<(PendingMessage Message, uint Uid)> stripped, CancellationToken token)
    {
        if (stripped.Count == 0)
        {
            return;
        }

        writer.StripsReturns = true;
        try
        {
            await Expunge.RunAsync(_connection, writer.Account, [.. stripped.Select(s => s.Uid)]).ConfigureAwait(false);
        }
        catch (MailBackupException)
        {
            stripped.ForEach(s => s.Message.Note ??= "what the server had made of its line ends stays there, marked as deleted: other messages of the folder are marked too.");
        }

        await EachAsync([.. stripped.Select(s => s.Message)], token).ConfigureAwait(false);
    }

    private static bool IsStripped(WireContent content, long? size) => content.OddLineEnds > 0 && size == content.Length - content.OddLineEnds;

    /// <summary>A server that does not say where it has put them is looked at.</summary>
    private async Task FindThemAsync(IReadOnlyList<PendingMessage> messages, CancellationToken token)
    {
        uint last = contents.Highest;
        await contents.LearnAsync().ConfigureAwait(false);
        await contents.CompareAsync(messages).ConfigureAwait(false);
        var stripped = new List<(PendingMessage Message, uint Uid)>();
        foreach (var message in messages)
        {
            var uid = await contents.TakeSameAsync(message, token).ConfigureAwait(false);
            if (uid is null && !writer.StripsReturns && message.Content.OddLineEnds > 0
                && await contents.TakeStrippedAsync(message, last, token).ConfigureAwait(false) is { } changed)
            {
                stripped.Add((message, changed));
                continue;
            }

            var there = uid is { } u ? await contents.FindAsync([u]).ConfigureAwait(false) : [];
            Settle(message, there.Count > 0 ? (there.Values.First().Key, there.Values.First().Date) : null);
        }

        await SendAgainAsync(stripped, token).ConfigureAwait(false);
    }

    // Without a place, the next scan finds it by its content.
    private static void Settle(PendingMessage message, (string Key, DateTimeOffset Date)? place) =>
        message.Settle(new RestoredItem(AlreadyThere: false, place?.Key ?? "", place?.Date ?? message.State.Date, message.Note));
}
