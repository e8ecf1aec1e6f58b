using System.Text;

namespace MailBackup.Sources.Maildir.Posix;

/// <summary>
/// File names as text and back without loss. A name on Linux is bytes, mostly UTF-8; a byte that is none is shown as a character from
/// U+EF80 to U+EFFF, and a genuine character of that private range as three of them, so that every name has exactly one text.
/// </summary>
internal static class FileNames
{
    /// <summary>Bytes that a caller sets aside on its stack; longer paths go to the heap.</summary>
    public const int StackLength = 1024;

    /// <summary>The limit of every Linux file system for one name, in bytes.</summary>
    public const int MaximumLength = 255;

    private const char EscapeFirst = '\uEF80';
    private const char EscapeLast = '\uEFFF';
    private const int EscapeBase = 0xEF00;

    /// <summary>The text of a name as a directory has it.</summary>
    public static string FromNative(ReadOnlySpan<byte> name) => FromNative("", name);

    /// <param name="prefix">Put before the name, ASCII.</param>
    public static string FromNative(string prefix, ReadOnlySpan<byte> name)
    {
        if (Ascii.IsValid(name))
        {
            return string.Create(prefix.Length + name.Length, new Parts(prefix, name), static (text, parts) =>
            {
                parts.Prefix.CopyTo(text);
                Encoding.Latin1.GetChars(parts.Name, text[parts.Prefix.Length..]);
            });
        }

        var result = new StringBuilder(prefix, prefix.Length + name.Length);
        Span<char> chars = stackalloc char[2];
        while (!name.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(name, out var rune, out int used);
            if (status == System.Buffers.OperationStatus.Done && rune.Value is < EscapeFirst or > EscapeLast)
            {
                result.Append(chars[..rune.EncodeToUtf16(chars)]);
            }
            else
            {
                for (int i = 0; i < used; i++)
                {
                    // A byte below 0x80 is never part of a broken sequence.
                    result.Append((char)(EscapeBase | name[i]));
                }
            }

            name = name[used..];
        }

        return result.ToString();
    }

    public static int GetNativeLength(ReadOnlySpan<char> text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        foreach (char c in text)
        {
            length -= c is >= EscapeFirst and <= EscapeLast ? 2 : 0;
        }

        return length;
    }

    /// <summary>The bytes of <c>directory/name</c> with a NUL behind them, in <paramref name="buffer"/> where they fit.</summary>
    public static ReadOnlySpan<byte> ToNative(string directory, string name, Span<byte> buffer)
    {
        if (directory.Contains('\0') || name.Contains('\0'))
        {
            throw new PosixException(Errno.EINVAL, Join(directory, name).Replace('\0', '?'));
        }

        int most = ((directory.Length + name.Length) * 3) + 2;
        if (most > buffer.Length)
        {
            buffer = new byte[most];
        }

        int length = Write(directory, buffer);
        if (name.Length > 0)
        {
            buffer[length++] = (byte)'/';
            length += Write(name, buffer[length..]);
        }

        buffer[length++] = 0;
        return buffer[..length];
    }

    public static string Join(string directory, string name) => name.Length == 0 ? directory : directory + "/" + name;

    private static int Write(ReadOnlySpan<char> text, Span<byte> destination)
    {
        int written = 0;
        while (text.IndexOfAnyInRange(EscapeFirst, EscapeLast) is var escape and >= 0)
        {
            written += Encoding.UTF8.GetBytes(text[..escape], destination[written..]);
            destination[written++] = (byte)text[escape];
            text = text[(escape + 1)..];
        }

        return written + Encoding.UTF8.GetBytes(text, destination[written..]);
    }

    private readonly ref struct Parts(string prefix, ReadOnlySpan<byte> name)
    {
        public readonly string Prefix = prefix;
        public readonly ReadOnlySpan<byte> Name = name;
    }
}
