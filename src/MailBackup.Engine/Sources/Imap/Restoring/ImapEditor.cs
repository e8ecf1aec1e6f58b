using MailBackup.Model;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// Changes and removes messages of a live IMAP server. A message never changes there but for its flags (RFC 9051 §2.3): under the same UIDVALIDITY a UID is the same
/// message for ever, so nothing else need be compared before it is touched.
/// </summary>
internal sealed class ImapEditor(ImapRestoreTarget target) : IMailboxEditor
{
    public async ValueTask<RestoredItem?> ChangeAsync(string account, SourceFolder folder, SourceItem item, ItemState wanted, CancellationToken token)
    {
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        return await ImapRestoreTarget.GuardAsync(account, folder.Path, writer.RunAsync(async () =>
        {
            if (await LookAsync(writer, folder, item).ConfigureAwait(false) is not { } live)
            {
                return null;
            }

            var contents = await writer.ContentsAsync(folder.Key).ConfigureAwait(false);
            var flags = AppendFlags.Of(wanted, contents);
            string? note = contents.Tell(flags.Unkept);
            bool same = live.Names.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(flags.Names.Concat(flags.Keywords));
            if (!same)
            {
                await writer.Imap.RunAsync($"UID STORE {live.Uid} FLAGS.SILENT ({string.Join(' ', flags.Names.Concat(flags.Keywords))})").ConfigureAwait(false);
            }

            if (wanted.Date != default && (wanted.Date - live.Date).Duration() >= TimeSpan.FromSeconds(1))
            {
                note = $"its date on the server stays {live.Date.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: over IMAP it cannot be changed. {note}".TrimEnd();
            }

            return new RestoredItem(AlreadyThere: same, item.Key, live.Date, note);
        }, token)).ConfigureAwait(false);
    }

    public ValueTask<RestoredItem?> ReplaceAsync(string account, SourceFolder folder, SourceItem item, RestoreItem with, CancellationToken token) =>
        throw new ArgumentException("A message is never changed in place, and an IMAP server has nothing else.", nameof(folder));

    public async ValueTask<bool?> RepairContentAsync(string account, SourceFolder folder, SourceItem item, RestoreItem content, CancellationToken token)
    {
        var wire = await WireContent.ReadAsync(content, token).ConfigureAwait(false);
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        PendingMessage? right = null;
        HashSet<uint>? others = null;
        return await ImapRestoreTarget.GuardAsync<bool?>(account, folder.Path, writer.RunAsync<bool?>(async () =>
        {
            if (await LookAsync(writer, folder, item).ConfigureAwait(false) is not { } broken)
            {
                // After a lost connection it may be we who have removed it.
                return right?.IsSettled == true ? true : null;
            }

            var (flags, tags) = ImapFlags.Split(broken.Names);
            right ??= new PendingMessage(new RestoreFolder(folder.Path, folder.Kind, folder.Key, null), wire, content.State with { Flags = flags, Tags = [.. tags], Date = content.State.Date != default ? content.State.Date : broken.Date });
            var contents = await writer.ContentsAsync(folder.Key).ConfigureAwait(false);
            others ??= [.. contents.Free(wire.Length)];
            await AddOnceAsync(writer, contents, folder.Key, right, others, token).ConfigureAwait(false);
            await right.Done.ConfigureAwait(false);
            await Expunge.RunAsync(writer.Imap, account, [broken.Uid]).ConfigureAwait(false);
            return true;
        }, token)).ConfigureAwait(false);
    }

    public async ValueTask<bool> RemoveAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        var writer = (await target.WriterAsync(account).ConfigureAwait(false)).Connection;
        bool tried = false;
        return await ImapRestoreTarget.GuardAsync(account, folder.Path, writer.RunAsync(async () =>
        {
            if (await LookAsync(writer, folder, item).ConfigureAwait(false) is not { } live)
            {
                return tried;
            }

            tried = true;
            await Expunge.RunAsync(writer.Imap, account, [live.Uid]).ConfigureAwait(false);
            return true;
        }, token)).ConfigureAwait(false);
    }

    /// <summary>The message as it is now, its folder open; null when it has gone, or the folder was made anew.</summary>
    private static async Task<(uint Uid, IReadOnlyList<string> Names, DateTimeOffset Date)?> LookAsync(WriterConnection writer, SourceFolder folder, SourceItem item)
    {
        if (ImapKey.Parse(item.Key) is not var (validity, uid))
        {
            return null;
        }

        try
        {
            if (await writer.SelectAsync(folder.Key).ConfigureAwait(false) != validity)
            {
                return null;
            }
        }
        catch (ImapCommandException e) when (e.Is("NONEXISTENT"))
        {
            return null;
        }

        (uint, IReadOnlyList<string>, DateTimeOffset)? found = null;
        await writer.Imap.RunAsync($"UID FETCH {uid} (UID FLAGS INTERNALDATE)", text =>
        {
            var line = ResponseLine.Parse(text);
            if (line.Is("FETCH"u8) && line.Number is { } number
                && FetchData.Parse(number, line.Body) is { Flags: { } names, InternalDate: { } date } data && data.Uid == uid)
            {
                found = (uid, [.. names.Where(n => !n.Equals("\\Recent", StringComparison.OrdinalIgnoreCase))], date);
            }
        }).ConfigureAwait(false);
        return found;
    }

    /// <summary>After a lost connection it may have arrived already; what was there before it went out is not it.</summary>
    private static async Task AddOnceAsync(
        WriterConnection writer, FolderContents contents, string key, PendingMessage message, HashSet<uint> others, CancellationToken token)
    {
        if (message.IsSettled)
        {
            return;
        }

        if (message.Sent)
        {
            await contents.CompareAsync([message]).ConfigureAwait(false);
            if (await contents.TakeSameAsync(message, token, others).ConfigureAwait(false) is not null)
            {
                message.Settle(new RestoredItem(AlreadyThere: false, "", message.State.Date));
                return;
            }
        }

        await new Appender(writer, contents, key).AddAsync(message, token).ConfigureAwait(false);
    }
}
