using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailBackup.Sources.Imap;

/// <summary>
/// The keys of messages: <c>1795277844.12:M6d99ac3275bb4e</c> is UID 12 of UIDVALIDITY 1795277844 with the server's own id behind the colon, which stays in
/// every folder and through a change of UIDVALIDITY and so is the stable part. Without such an id, <c>1795277844.12@3f0c9a51</c> is stable as a whole: folders may
/// share a UIDVALIDITY, so a hash of the folder's name keeps their UIDs apart.
/// </summary>
internal static class ImapKey
{
    /// <param name="copy">From 2 for a further message of one folder that has the same id.</param>
    public static string Create(uint validity, uint uid, string? guid, int copy, string folder) => guid is null
        ? string.Create(CultureInfo.InvariantCulture, $"{validity}.{uid}@{folder}")
        : string.Create(CultureInfo.InvariantCulture, $"{validity}.{uid}:{guid}{(copy > 1 ? "#" + copy.ToString(CultureInfo.InvariantCulture) : "")}");

    public static string Stable(string key) => key.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? key[colon..] : key;

    /// <summary>The server's own id in a key, without the number of the copy; null when it has none.</summary>
    public static string? GuidOf(string key)
    {
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        int copy = key.LastIndexOf('#');
        return colon < 0 || Parse(key) is null ? null : copy > colon ? key[(colon + 1)..copy] : key[(colon + 1)..];
    }

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
