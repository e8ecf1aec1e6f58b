using System.Globalization;
using MailBackup.Model;

namespace MailBackup.Sources.Maildir;

/// <summary>
/// The file name of a message taken apart: <c>1700000000.M1P1.mx,S=120:2,FSa</c> has the stable part before the colon, the size that the
/// server states in it, flags in capitals and keywords in small letters.
/// </summary>
internal static class MessageName
{
    public const string Current = "cur/";
    public const string New = "new/";
    public const string Temporary = "tmp/";
    public const int KeywordLetters = 26;

    /// <summary>The part that stays when flags change.</summary>
    public static ReadOnlySpan<char> StablePart(ReadOnlySpan<char> name) => name.LastIndexOf(':') is var colon and > 0 ? name[..colon] : name;

    /// <summary>Flags, keywords and whatever else a server writes there; ends before a further set of another kind.</summary>
    public static ReadOnlySpan<char> Letters(ReadOnlySpan<char> name)
    {
        int colon = name.LastIndexOf(':');
        if (colon < 0 || !name[(colon + 1)..].StartsWith("2,", StringComparison.Ordinal))
        {
            return [];
        }

        var letters = name[(colon + 3)..];
        int end = letters.IndexOf(',');
        return end < 0 ? letters : letters[..end];
    }

    public static MessageFlags Flags(ReadOnlySpan<char> letters) =>
        letters.IsEmpty ? MessageFlags.None : MessageFlagsText.FromLetters(letters);

    /// <summary>One bit for each letter a to z.</summary>
    public static uint KeywordBits(ReadOnlySpan<char> letters)
    {
        uint bits = 0;
        foreach (char c in letters)
        {
            if (c is >= 'a' and <= 'z')
            {
                bits |= 1u << (c - 'a');
            }
        }

        return bits;
    }

    /// <summary>The size of the message before compression, or -1 when the name does not state it.</summary>
    public static long StatedSize(ReadOnlySpan<char> stablePart)
    {
        int field = stablePart.IndexOf(",S=", StringComparison.Ordinal);
        if (field < 0)
        {
            return -1;
        }

        var digits = stablePart[(field + 3)..];
        int end = digits.IndexOf(',');
        return long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : -1;
    }

    /// <summary>Dot files and what other programs leave behind are no messages.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> name) => name[0] != (byte)'.';
}
