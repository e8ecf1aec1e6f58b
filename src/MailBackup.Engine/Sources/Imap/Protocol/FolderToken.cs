using System.Globalization;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>
/// The change token of a folder: <c>i1.UIDVALIDITY.UIDNEXT.MESSAGES.HIGHESTMODSEQ</c>. Any one of them alone coincides by chance: an arrival and an expunge leave
/// MESSAGES, an index that was made anew may reach an old HIGHESTMODSEQ again.
/// </summary>
internal sealed record FolderToken(long Validity, long Next, long Messages, long ModSeq)
{
    private const string Format = "i1.";

    /// <summary>Without HIGHESTMODSEQ nothing tells of a changed flag, so such a folder has no token and is listed each time.</summary>
    public static FolderToken? Of(StatusData? status) =>
        status is { UidValidity: > 0 and var validity, UidNext: { } next, Messages: { } messages, HighestModSeq: > 0 and var modSeq }
            ? new FolderToken(validity, next, messages, modSeq) : null;

    /// <summary>Null for what is no token of ours.</summary>
    public static FolderToken? Parse(string? text)
    {
        if (text is null || !text.StartsWith(Format, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = text[Format.Length..].Split('.');
        var numbers = new long[4];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (parts.Length != numbers.Length || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return new FolderToken(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>
    /// Whether what happened since then can be told by what has changed: the same UIDs, and no counter that went back. After such a fault of the server every
    /// number means something else.
    /// </summary>
    public bool CanFollow(FolderToken since) => Validity == since.Validity && Next >= since.Next && ModSeq >= since.ModSeq;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Format}{Validity}.{Next}.{Messages}.{ModSeq}");
}
