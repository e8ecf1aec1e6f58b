using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Sources.Imap;

/// <summary>
/// The keys of messages: <c>1795277844.12:M6d99ac3275bb4e</c> is UID 12 of UIDVALIDITY 1795277844 with the server's own id behind the colon, which stays in
/// every folder and through a change of UIDVALIDITY and so is the stable part. Copies may share it, also within a folder (Dovecot's Maildir). Without such an id,
/// <c>1795277844.12@3f0c9a51</c> is stable as a whole: folders may share a UIDVALIDITY, so a hash of the folder's name keeps their UIDs apart.
/// </summary>
internal static class ImapKey
{
    public static string Create(uint validity, uint uid, string? guid, string folder) => guid is null
        ? string.Create(CultureInfo.InvariantCulture, $"{validity}.{uid}@{folder}")
        : string.Create(CultureInfo.InvariantCulture, $"{validity}.{uid}:{guid}");

    public static string Stable(string key)
    {
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return key;
        }

        // Keys of earlier backups have a number behind the id of a further copy in a folder: :M6d99ac3275bb4e#2.
        int end = key.AsSpan().TrimEnd("0123456789").Length;
        return end < key.Length && key[end - 1] == '#' ? key[colon..(end - 1)] : key[colon..];
    }

    /// <summary>The server's own id in a key; null when it has none.</summary>
    public static string? GuidOf(string key) => key.Contains(':', StringComparison.Ordinal) && Parse(key) is not null ? Stable(key)[1..] : null;

    /// <summary>Under one UIDVALIDITY a UID is one message for ever (RFC 9051 §2.3.1.1), so that another UID is another message.</summary>
    public static bool MayBeSame(string key, string other) =>
        Parse(key) is not { } first || Parse(other) is not { } second || first.Validity != second.Validity || first.Uid == second.Uid;

    /// <summary>Null for what is no key of ours.</summary>
    public static (uint Validity, uint Uid)? Parse(string key)
    {
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        int end = key.AsSpan().IndexOfAny(':', '@');
        return dot > 0 && end > dot && uint.TryParse(key.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out uint validity)
            && uint.TryParse(key.AsSpan(dot + 1, end - dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                ? (validity, uid) : null;
    }

    public static string FolderHash(string folderKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folderKey)).AsSpan(0, 4));
}
