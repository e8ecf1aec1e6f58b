using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailBackup.Model;

namespace MailBackup.Archives.Mbox;

/// <summary>
/// What stands before a message in an mbox file of ours: the From_ line (sender, and internal date in UTC), a line with all that we know of the item,
/// and flags and keywords as Dovecot and mutt keep them.
/// </summary>
internal static partial class MboxHeader
{
    public const string Marker = "X-MailBackup: ";
    private const string ForwardedKeyword = "$Forwarded";

    public static string Write(ItemState state) =>
        FromLine(state) + Marker + ArchiveMetadata.Item(state, null, null) + "\n" + Status(state.Flags, state.Tags);

    /// <summary>
    /// <c>Status</c> has <c>R</c> for what is read and <c>O</c> for what is not new; <c>X-Status</c> <c>A</c>nswered, <c>F</c>lagged, <c>D</c>eleted and
    /// <c>T</c> for a draft; <c>X-Keywords</c> the rest, and <c>$Forwarded</c>, which has no letter.
    /// </summary>
    public static string Status(MessageFlags flags, IReadOnlyList<string> tags)
    {
        var text = new StringBuilder("Status: ").Append((flags & MessageFlags.Seen) != 0 ? "RO\n" : "O\n");
        string letters = string.Concat(Letters.Where(l => (flags & l.Flag) != 0).Select(l => l.Letter));
        if (letters.Length > 0)
        {
            text.Append("X-Status: ").Append(letters).Append('\n');
        }

        var keywords = tags.Where(t => !t.Any(c => c is <= ' ' or > '~')).ToList();
        if ((flags & MessageFlags.Forwarded) != 0)
        {
            keywords.Add(ForwardedKeyword);
        }

        return keywords.Count == 0 ? text.ToString() : text.Append("X-Keywords: ").AppendJoin(' ', keywords).Append('\n').ToString();
    }

    /// <summary>Flags and keywords from the values of the three header fields; null for one that is not there.</summary>
    public static (MessageFlags Flags, IReadOnlyList<string> Tags) ReadStatus(string? status, string? moreStatus, string? keywords)
    {
        var flags = MessageFlags.None;
        foreach (char c in status + moreStatus)
        {
            flags |= c == 'R' ? MessageFlags.Seen : Letters.FirstOrDefault(l => l.Letter == c).Flag;
        }

        var tags = (keywords ?? "").Split((char[])[' ', '\t', '\r', '\n', ','], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (tags.RemoveAll(t => t.Equals(ForwardedKeyword, StringComparison.OrdinalIgnoreCase)) > 0)
        {
            flags |= MessageFlags.Forwarded;
        }

        tags.Sort(StringComparer.Ordinal);
        return (flags, tags);
    }

    /// <summary>The date at the end of a From_ line, taken for UTC; null when there is none. A zone between time and year is passed over.</summary>
    public static DateTimeOffset? ReadDate(string fromLine)
    {
        var match = DatePattern().Match(fromLine);
        return match.Success && DateTime.TryParseExact(
            $"{match.Groups[1]} {match.Groups[2].Value} {match.Groups[3]} {match.Groups[4]}",
            ["MMM d H:mm:ss yyyy", "MMM d H:mm yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? new DateTimeOffset(date, TimeSpan.Zero) : null;
    }

    private static readonly (char Letter, MessageFlags Flag)[] Letters =
        [('A', MessageFlags.Answered), ('F', MessageFlags.Flagged), ('D', MessageFlags.Deleted), ('T', MessageFlags.Draft)];

    private static string FromLine(ItemState state)
    {
        string sender = AddressPattern().Match(state.From) is { Success: true } address ? address.Value : "MAILER-DAEMON";
        var date = state.Date.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"From {sender} {date:ddd MMM} {date.Day,2} {date:HH:mm:ss yyyy}\n");
    }

    [GeneratedRegex(@"[!-;=?-~]+@[!-;=?-~]+")]
    private static partial Regex AddressPattern();

    [GeneratedRegex(@"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(\d{1,2})\s+(\d{1,2}:\d\d(?::\d\d)?)\s+(?:[-+A-Za-z0-9]{1,6}\s+){0,2}(\d{4})\b")]
    private static partial Regex DatePattern();
}
