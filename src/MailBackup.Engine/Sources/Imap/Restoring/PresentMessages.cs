namespace MailBackup.Sources.Imap.Restoring;

/// <summary>Finds which of the messages to be put into a folder it has already.</summary>
internal sealed class PresentMessages(FolderContents contents)
{
    /// <summary>Settles those that are there.</summary>
    /// <returns>Those that are not.</returns>
    public async Task<List<PendingMessage>> SettleAsync(List<PendingMessage> messages, CancellationToken token)
    {
        var missing = new List<PendingMessage>();
        await contents.CompareAsync(messages).ConfigureAwait(false);
        while (messages.Count > 0)
        {
            var same = new List<(PendingMessage Message, uint Uid)>();
            foreach (var message in messages)
            {
                if (await contents.TakeSameAsync(message, token).ConfigureAwait(false) is { } uid)
                {
                    same.Add((message, uid));
                }
                else
                {
                    missing.Add(message);
                }
            }

            // What has been expunged since the folder was looked at is not there: another may be.
            var there = await contents.FindAsync([.. same.Select(s => s.Uid)]).ConfigureAwait(false);
            messages = [.. same.Where(s => !there.ContainsKey(s.Uid)).Select(s => s.Message)];
            foreach (var (message, uid) in same.Where(s => there.ContainsKey(s.Uid)))
            {
                message.Settle(new RestoredItem(AlreadyThere: !message.Sent, there[uid].Key, there[uid].Date));
            }
        }

        return missing;
    }
}
