using System.Globalization;
using MailBackup.Model;

namespace MailBackup.Cli.Parsing;

/// <summary>Reads numbers and item ids. Throws <c>ArgumentInvalid</c>.</summary>
internal static class Numbers
{
    public static int? Parse(string? text, string option) => ParseLong(text, option, int.MaxValue) is { } number ? (int)number : null;

    /// <summary>Bytes and megabytes, which may be more than 2,147,483,647.</summary>
    public static long? ParseLong(string? text, string option, long most = long.MaxValue)
    {
        if (text is null)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most
            ? number
            : throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"'{text}' is not a number for {option}.",
                string.Create(CultureInfo.InvariantCulture, $"Give a whole number from 0 to {most}."), text);
    }

    /// <summary>A share of something: <c>5</c>, <c>5%</c>, <c>2.5 %</c>; more than 0, at most 100.</summary>
    public static double? ParsePercent(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        return double.TryParse(text.TrimEnd('%', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 100
            ? share
            : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"'{text}' is no share for {option}.", "Give a number of per cent, more than 0 and at most 100: 5%.", text);
    }

    /// <summary>Item ids; a list with commas (<c>12,15</c>) counts as several.</summary>
    public static IReadOnlyList<ItemId> ParseIds(string[]? texts)
    {
        var ids = new List<ItemId>();
        foreach (string text in texts ?? [])
        {
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
            {
                ids.Add(ParseId(part));
            }
        }

        return ids;
    }

    public static ItemId ParseId(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id > 0
            ? new ItemId(id)
            : throw new MailBackupException(
                ErrorIds.ArgumentInvalid, $"'{text}' is not an item id.", "Item ids are numbers; `mailbackup items` lists them.", text);
}
