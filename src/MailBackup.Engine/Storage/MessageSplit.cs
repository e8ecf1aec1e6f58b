namespace MailBackup.Storage;

/// <summary>
/// Where a message is cut in header and body: behind the first empty line, with CRLF or LF (RFC 5322 §2.1). Copies of one mail that was delivered
/// to many people differ only before it.
/// </summary>
internal static class MessageSplit
{
    /// <summary>A smaller body does not pay for a member of its own (84 bytes and a dictionary begun anew).</summary>
    public const int MinimumBody = 1024;

    /// <summary>Longest header that is looked for.</summary>
    public const int MaximumHeader = 256 << 10;

    /// <summary>Length of the header with its empty line, or 0 when the message is stored whole.</summary>
    public static int Find(ReadOnlySpan<byte> content, long totalLength)
    {
        var head = content[..Math.Min(content.Length, MaximumHeader)];
        int end = HeaderLength(head);
        return end > 0 && totalLength - end >= MinimumBody ? end : 0;
    }

    /// <summary>Length of the header with its empty line; 0 when there is no empty line.</summary>
    public static int HeaderLength(ReadOnlySpan<byte> content)
    {
        int from = 0;
        while (true)
        {
            int feed = content[from..].IndexOf((byte)'\n');
            if (feed < 0)
            {
                return 0;
            }

            int next = from + feed + 1;
            var rest = content[next..];
            if (rest.Length > 0 && rest[0] == '\n')
            {
                return next + 1;
            }

            if (rest.Length > 1 && rest[0] == '\r' && rest[1] == '\n')
            {
                return next + 2;
            }

            from = next;
        }
    }
}
