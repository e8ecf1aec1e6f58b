namespace MailBackup.Sharing;

/// <summary>An identifier of an access list (RFC 4314 §2), with the signs that servers put before names.</summary>
/// <param name="Before">What stands before the name: <c>-</c> for denied rights, <c>$</c> and <c>!$</c> (Dovecot) or <c>group:</c> (Cyrus) for a list, <c>user=</c>, <c>group=</c>.</param>
internal readonly record struct Identifier(string Before, string Name, bool IsGroup)
{
    private static readonly (string Sign, bool Group)[] Signs = [("-", false), ("!$", true), ("$", true), ("group:", true), ("group=", true), ("user=", false)];

    public static Identifier Parse(string text)
    {
        bool group = false;
        int at = 0;
        foreach (var sign in Signs)
        {
            if (text.AsSpan(at).StartsWith(sign.Sign, StringComparison.OrdinalIgnoreCase))
            {
                at += sign.Sign.Length;
                group |= sign.Group;
            }
        }

        return new Identifier(text[..at], text[at..], group);
    }

    public override string ToString() => Before + Name;
}
