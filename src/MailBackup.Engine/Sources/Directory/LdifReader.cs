using System.Buffers;
using System.Buffers.Text;
using System.Text;
using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>
/// Reads the content records of an LDIF file (RFC 2849) one by one. Raw UTF-8 values, which the grammar forbids and tools write, are
/// taken; change records and values by URL are refused: the first are no picture of a directory, the second would read other files.
/// </summary>
/// <param name="stream">Read once from front to back; not closed.</param>
/// <param name="path">For messages.</param>
public sealed class LdifReader(Stream stream, string path)
{
    private const string BinaryPrefix = "base64:";

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._;"u8);

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly LdifLines _lines = new(stream, path);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The records in the order of the file. Throws <c>LdifInvalid</c> at the first line that is none.</summary>
    public IEnumerable<LdifRecord> Read()
    {
        bool first = true;
        while (_lines.Next())
        {
            if (first)
            {
                first = false;
                if (IsVersion())
                {
                    continue;
                }
            }

            if (_lines.Line.Length > 0)
            {
                yield return ReadRecord();
            }
        }
    }

    internal static MailBackupException Invalid(string path, int line, string problem, string? action = null) =>
        new(ErrorIds.LdifInvalid, FormattableString.Invariant($"{path} line {line}: {problem}."),
            (action ?? "Correct the line or export the directory again.") + " Nothing of the file was used.", path);

    /// <summary>The number of the line read last, for errors about the file as a whole.</summary>
    internal int Line => Math.Max(1, _lines.Number);

    /// <summary>RFC 2849 <c>version-spec</c>: optional, first, and 1.</summary>
    private bool IsVersion()
    {
        if (!Ascii.EqualsIgnoreCase(_lines.Line[..Math.Min(8, _lines.Line.Length)], "version:"u8))
        {
            return false;
        }

        if (!_lines.Line[8..].Trim((byte)' ').SequenceEqual("1"u8))
        {
            throw Invalid("this version of LDIF is not known; version 1 (RFC 2849) is the only one");
        }

        return true;
    }

    private LdifRecord ReadRecord()
    {
        int line = _lines.Number;
        var (name, dn) = ReadAttribute();
        if (!name.Equals("dn", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid($"an entry starts with 'dn:', not with '{name}:'",
                "Export with slapcat or 'ldapsearch -LLL', which write plain LDIF, or put 'dn:' first.");
        }

        if (dn.StartsWith(BinaryPrefix, StringComparison.Ordinal))
        {
            throw Invalid("the name of the entry is not valid UTF-8");
        }

        var attributes = new ProvisioningAttributes();
        while (_lines.Next() && _lines.Line.Length > 0)
        {
            (name, string value) = ReadAttribute();
            if (name.Equals("dn", StringComparison.OrdinalIgnoreCase))
            {
                throw Invalid("the empty line between two entries is missing");
            }

            if (name.Equals("changetype", StringComparison.OrdinalIgnoreCase) || (name == "control" && attributes.Count == 0))
            {
                throw Invalid("this is a change record, which says what to change and not what the directory is",
                    "Export the entries themselves, with slapcat or 'ldapsearch -LLL'.");
            }

            Add(attributes, name, value);
        }

        return new LdifRecord(dn, line, attributes);
    }

    /// <summary>A list of 50,000 members must not be copied 50,000 times; most attributes have one value, for which an array is the smallest.</summary>
    private static void Add(ProvisioningAttributes attributes, string name, string value)
    {
        if (!attributes.TryGetValue(name, out var values))
        {
            attributes[name] = new[] { value };
        }
        else if (values is List<string> list)
        {
            list.Add(value);
        }
        else
        {
            attributes[name] = new List<string> { values[0], value };
        }
    }

    /// <summary>RFC 2849 <c>attrval-spec</c> and <c>dn-spec</c>.</summary>
    private (string Name, string Value) ReadAttribute()
    {
        var line = _lines.Line;
        if (line[0] == ' ')
        {
            throw Invalid("the line starts with a space and continues no line");
        }

        int colon = line.IndexOf((byte)':');
        if (colon < 0)
        {
            throw Invalid("a colon after the name of the attribute is missing");
        }

        var nameBytes = line[..colon];
        if (nameBytes.IsEmpty || !char.IsAsciiLetterOrDigit((char)nameBytes[0]) || nameBytes.ContainsAnyExcept(NameBytes))
        {
            throw Invalid("what stands before the colon is no name of an attribute");
        }

        var value = line[(colon + 1)..];
        return (Pooled(nameBytes), value switch
        {
            [(byte)':', .. var encoded] => FromBase64(encoded.Trim((byte)' ')),
            [(byte)'<', ..] => throw Invalid("the value is given by a URL, which is not followed", "Export the values themselves."),
            _ => FromPlain(value.TrimStart((byte)' ')),
        });
    }

    /// <summary>The same few hundred names stand in every entry.</summary>
    private string Pooled(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length > 256)
        {
            return Encoding.ASCII.GetString(ascii);
        }

        Span<char> chars = stackalloc char[ascii.Length];
        Encoding.ASCII.GetChars(ascii, chars);
        var lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(chars, out string? name))
        {
            name = chars.ToString();
            _names.Add(name);
        }

        return name;
    }

    private string FromPlain(ReadOnlySpan<byte> value)
    {
        try
        {
            return Unambiguous(StrictUtf8.GetString(value), value);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("the value is not UTF-8", "Export the directory again with this value in base64 ('name:: …').");
        }
    }

    private string FromBase64(ReadOnlySpan<byte> encoded)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
        if (Base64.DecodeFromUtf8(encoded, bytes, out int consumed, out int written) != OperationStatus.Done || consumed != encoded.Length)
        {
            throw Invalid("the value is not valid base64");
        }

        var value = bytes.AsSpan(0, written);
        return System.Text.Unicode.Utf8.IsValid(value) ? Unambiguous(StrictUtf8.GetString(value), value) : BinaryPrefix + Convert.ToBase64String(value);
    }

    /// <summary>Text with control characters is binary, and text that looks like our form of binary is written in it, so that it comes back as it was.</summary>
    private static string Unambiguous(string text, ReadOnlySpan<byte> bytes)
    {
        bool plain = !text.StartsWith(BinaryPrefix, StringComparison.Ordinal);
        foreach (char c in text)
        {
            plain &= c is >= ' ' or '\t' or '\r' or '\n';
        }

        return plain ? text : BinaryPrefix + Convert.ToBase64String(bytes);
    }

    private MailBackupException Invalid(string problem, string? action = null) => Invalid(path, _lines.Number, problem, action);
}
