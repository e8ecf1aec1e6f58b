namespace MailBackup.Sources.Maildir;

/// <summary>
/// A 64-bit hash of a name (FNV-1a over UTF-16 units, then mixed), for tables of a million names. Whoever uses it bears it that two names have the same one.
/// </summary>
internal static class NameHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(ReadOnlySpan<char> name) => Mix(Add(Basis, name));

    public static ulong Of(ReadOnlySpan<char> folder, ReadOnlySpan<char> name) => Mix(Add(Add(Add(Basis, folder), "\0"), name));

    private static ulong Add(ulong hash, ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        return hash ^ (hash >> 33);
    }
}
