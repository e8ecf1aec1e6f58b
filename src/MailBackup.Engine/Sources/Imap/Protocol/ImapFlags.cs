using MailBackup.Model;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>Flags and keywords as a server writes them, and as the model has them.</summary>
internal static class ImapFlags
{
    private static readonly (string Name, MessageFlags Flag)[] Known =
    [
        ("\\Seen", MessageFlags.Seen), ("\\Answered", MessageFlags.Answered), ("\\Flagged", MessageFlags.Flagged),
        ("\\Deleted", MessageFlags.Deleted), ("\\Draft", MessageFlags.Draft), ("$Forwarded", MessageFlags.Forwarded),
    ];

    /// <summary>Everything that is no flag of the model is a keyword, but for <c>\Recent</c>, which belongs to a session.</summary>
    public static (MessageFlags Flags, IReadOnlyList<string> Tags) Split(IReadOnlyList<string> names)
    {
        var flags = MessageFlags.None;
        List<string>? tags = null;
        foreach (string name in names)
        {
            var known = Array.Find(Known, k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (known.Name is not null)
            {
                flags |= known.Flag;
            }
            else if (!name.Equals("\\Recent", StringComparison.OrdinalIgnoreCase))
            {
                (tags ??= []).Add(name);
            }
        }

        tags?.Sort(StringComparer.Ordinal);
        return (flags, tags ?? (IReadOnlyList<string>)[]);
    }

    public static IEnumerable<string> Names(MessageFlags flags) => Known.Where(k => (flags & k.Flag) != 0).Select(k => k.Name);

    /// <summary>True for a keyword that a command can carry: an atom (RFC 9051 §9), and no flag of some server's own.</summary>
    public static bool IsKeyword(string tag) =>
        tag.Length > 0 && tag.All(c => c is > ' ' and < '\x7f' && !"(){%*\"\\]".Contains(c, StringComparison.Ordinal));
}
