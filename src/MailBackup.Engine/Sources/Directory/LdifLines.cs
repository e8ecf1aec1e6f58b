namespace MailBackup.Sources;

/// <summary>
/// The logical lines of an LDIF file (RFC 2849, notes 2 and 3): continuation lines are joined, comments are left out, an empty line comes
/// out empty. Lines are joined as bytes, because a fold may split a character. Each line has its line break (RFC 2849, <c>SEP</c>): a file that ends within one
/// was cut off, by a full disk or by an exporter that is still at work, and what it has not is not gone.
/// </summary>
internal sealed class LdifLines(Stream stream, string path)
{
    /// <summary>A photograph in base64 is a few megabytes; a file without any line break must not fill the memory.</summary>
    private const int MaxLength = 64 << 20;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private byte[] _line = new byte[1 << 10];
    private int _length;
    private int _physical;

    /// <summary>The line without its line break; valid until the next call of <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    /// <summary>Number of the line in the file, counted from 1; of a folded line that of its first part.</summary>
    public int Number { get; private set; }

    /// <summary>False at the end of the file.</summary>
    public bool Next()
    {
        while (Peek() >= 0)
        {
            _length = 0;
            Number = _physical + 1;
            ReadPhysical();
            if (_length == 0)
            {
                return true;
            }

            while (Peek() == ' ')
            {
                _start++;
                ReadPhysical();
            }

            if (_line[0] != '#')
            {
                return true;
            }
        }

        Number = _physical;
        _length = 0;
        return false;
    }

    private void ReadPhysical()
    {
        _physical++;
        int from = _length;
        while (Peek() >= 0)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            int newline = rest.IndexOf((byte)'\n');
            Append(newline < 0 ? rest : rest[..newline]);
            _start += newline < 0 ? rest.Length : newline + 1;
            if (newline >= 0)
            {
                EndLine(from);
                return;
            }
        }

        throw LdifReader.Invalid(
            path, _physical, "the file ends within this line",
            "Export the directory again, to another file that is then renamed; end the last line of a file written by hand with a line break.");
    }

    private void EndLine(int from)
    {
        if (_length > from && _line[_length - 1] == '\r')
        {
            _length--;
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_length + part.Length > MaxLength)
        {
            throw LdifReader.Invalid(path, Number, $"the value is longer than {MaxLength >> 20} MiB");
        }

        if (_length + part.Length > _line.Length)
        {
            Array.Resize(ref _line, Math.Max(_line.Length * 2, _length + part.Length));
        }

        part.CopyTo(_line.AsSpan(_length));
        _length += part.Length;
    }

    private int Peek()
    {
        if (_start == _end)
        {
            bool first = _end == 0;
            _start = 0;
            _end = stream.ReadAtLeast(_buffer, 3, throwOnEndOfStream: false);
            if (first && _buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8))
            {
                // A byte order mark is no part of LDIF, but editors write it.
                _start = 3;
                return Peek();
            }
        }

        return _end == 0 ? -1 : _buffer[_start];
    }
}
