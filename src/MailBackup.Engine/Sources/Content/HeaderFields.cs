using System.Text;

namespace MailBackup.Sources.Content;

/// <summary>
/// The fields of a header (RFC 5322 §2.2) one after another, folded values included. <see cref="HeaderText"/> is the faster way to the two that
/// every scan needs.
/// </summary>
internal ref struct HeaderFields(ReadOnlySpan<byte> header)
{
    private ReadOnlySpan<byte> _rest = header;
    private ReadOnlySpan<byte> _name;

    /// <summary>The raw value, folds and blanks around it included.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Lines that are no field, such as the separator of an mbox, are passed over.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int length = LineLength(_rest);
            while (length < _rest.Length && _rest[length] is (byte)' ' or (byte)'\t')
            {
                length += LineLength(_rest[length..]);
            }

            var field = _rest[..length];
            _rest = _rest[length..];
            int colon = Colon(field);
            if (colon > 0)
            {
                _name = field[..colon].TrimEnd(" \t"u8);
                Value = field[(colon + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Names have no case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(_name, name);

    /// <summary>True for the first line of a field: a name of printable characters and a colon, blanks before it allowed (RFC 5322 §4.5).</summary>
    public static bool BeginsField(ReadOnlySpan<byte> line) => Colon(line) > 0;

    private static int Colon(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        return colon > 0 && !line[..colon].TrimEnd(" \t"u8).ContainsAnyExceptInRange((byte)'!', (byte)'~') ? colon : -1;
    }

    private static int LineLength(ReadOnlySpan<byte> text)
    {
        int newline = text.IndexOf((byte)'\n');
        return newline < 0 ? text.Length : newline + 1;
    }
}
