using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MailBackup.Sources.Content;

/// <summary>The character sets that mail names (RFC 2045 §5.1, RFC 2047 §3), and a good guess where it names none.</summary>
internal static class Charsets
{
    /// <summary>Names come from mail, so their number is bounded only by us.</summary>
    private const int MaxCached = 256;

    private static readonly ConcurrentDictionary<string, Encoding?> Cache = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Superset of ASCII and, for printable characters, of ISO 8859-1: mail that names those two often means this one.</summary>
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252) ?? Encoding.Latin1;

    /// <summary>Null when the name is unknown.</summary>
    public static Encoding? Find(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "utf-8"u8) || Ascii.EqualsIgnoreCase(name, "utf8"u8))
        {
            return Encoding.UTF8;
        }

        if (Ascii.EqualsIgnoreCase(name, "us-ascii"u8) || Ascii.EqualsIgnoreCase(name, "iso-8859-1"u8))
        {
            return Windows1252;
        }

        string text = Encoding.Latin1.GetString(name);
        if (!Cache.TryGetValue(text, out var encoding))
        {
            encoding = Look(text);
            if (Cache.Count < MaxCached)
            {
                Cache.TryAdd(text, encoding);
            }
        }

        return encoding;
    }

    /// <summary>Bytes without a charset: UTF-8 (RFC 6532) when they are, else Windows-1252, which gives every byte a character.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes) => GuessEncoding(bytes).GetString(bytes);

    /// <summary>
    /// The charset of bytes that are said to be in one. A guess where the name is unknown or empty, and where it is a Latin one and the bytes are
    /// UTF-8: no text in Latin letters is that by chance.
    /// </summary>
    public static Encoding Choose(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes) =>
        Find(name) is { } charset && charset is not UTF8Encoding && !(ReferenceEquals(charset, Windows1252) && Utf8.IsValid(bytes))
            ? charset
            : GuessEncoding(bytes);

    private static Encoding GuessEncoding(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8 : Windows1252;

    private static Encoding? Look(string name)
    {
        try
        {
            // Asked directly, the provider need not be registered for the whole process.
            var provider = CodePagesEncodingProvider.Instance;
            return name.StartsWith("cp", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(name.AsSpan(2).TrimStart('-'), NumberStyles.None, CultureInfo.InvariantCulture, out int page)
                ? provider.GetEncoding(page)
                : provider.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
