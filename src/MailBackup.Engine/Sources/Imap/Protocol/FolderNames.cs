namespace MailBackup.Sources.Imap.Protocol;

/// <summary>
/// Names of folders: on the wire in modified UTF-7, or in UTF-8 once <c>UTF8=ACCEPT</c> is enabled (RFC 6855); as paths in Unicode, joined by slashes. A key
/// is the name in modified UTF-7, whatever the session speaks.
/// </summary>
internal static class FolderNames
{
    public const string Inbox = "INBOX";

    /// <param name="wire">As the server writes it.</param>
    public static string ToKey(string wire, bool utf8) => utf8 && wire.Any(c => c > '~' || c == '&') ? ModifiedUtf7.Encode(wire) : wire;

    public static string ToWire(string key, bool utf8) => utf8 && ModifiedUtf7.TryDecode(key, out string? text) ? text : key;

    /// <summary>A part that is not well formed, or that holds a slash where another character separates, stays as it is written.</summary>
    public static string ToPath(string key, char? separator)
    {
        if (key.Equals(Inbox, StringComparison.OrdinalIgnoreCase))
        {
            return Inbox;
        }

        var parts = separator is { } c ? key.Split(c) : [key];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = ModifiedUtf7.TryDecode(parts[i], out string? text) && !text.Contains('/')
                ? text : parts[i].Replace("/", "&AC8-", StringComparison.Ordinal);
        }

        if (parts.Length > 1 && parts[0].Equals(Inbox, StringComparison.OrdinalIgnoreCase))
        {
            parts[0] = Inbox;
        }

        return string.Join('/', parts);
    }

    /// <summary>The key that a path has on a server with this separator.</summary>
    public static string FromPath(string path, char? separator)
    {
        if (path.Equals(Inbox, StringComparison.OrdinalIgnoreCase))
        {
            return Inbox;
        }

        string own = separator is { } c and not '/' ? c.ToString() : "";
        return string.Join(separator ?? '/', path.Split('/').Select(part => IsEncoded(part) ? part : ModifiedUtf7.Encode(part, alsoEncode: own)));
    }

    // A part that ToPath has left encoded, because it holds a slash.
    private static bool IsEncoded(string part) => ModifiedUtf7.TryDecode(part, out string? text) && text.Contains('/');
}
