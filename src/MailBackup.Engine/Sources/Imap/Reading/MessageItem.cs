using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>A listed message as an item of the source.</summary>
internal static class MessageItem
{
    /// <param name="data">With flags and date.</param>
    public static SourceItem Create(string key, FetchData data)
    {
        var (flags, tags) = ImapFlags.Split(data.Flags!);
        return new SourceItem { StableKey = ImapKey.Stable(key), Key = key, Flags = flags, Tags = tags, Date = data.InternalDate!.Value, Size = data.Size ?? 0 };
    }
}
