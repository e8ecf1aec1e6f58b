using System.Text;
using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>A change of one attribute of one entry of an LDIF file: all other bytes of the file are copied as they stand.</summary>
internal sealed class LdifEdit
{
    /// <summary>There is no such entry.</summary>
    public static readonly LdifEdit Nothing = new(0, "", []);

    private readonly int _line;
    private readonly string _attribute;
    private IReadOnlyList<string> _values;

    private LdifEdit(int line, string attribute, IReadOnlyList<string> values)
    {
        _line = line;
        _attribute = attribute;
        _values = values;
    }

    public bool Changed { get; private set; }

    /// <summary>Null when the file has no such entry. Throws <c>LdifInvalid</c>.</summary>
    public static LdifEdit? Find(string path, ProvisioningKind kind, string name, string attribute)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var record in new LdifReader(file, path).Read())
        {
            var values = record.Attributes.TryGetValue(attribute, out var found) ? found : [];
            if (ProvisioningClassifier.Classify(record.DistinguishedName, record.Attributes) is { } entry
                && entry.Kind == kind && entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return new LdifEdit(record.Line, attribute, [.. values]);
            }
        }

        return null;
    }

    /// <returns>False when the values stay as they are.</returns>
    public bool Change(Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        var now = change(_values);
        Changed = !now.SequenceEqual(_values, StringComparer.Ordinal);
        _values = now;
        return Changed;
    }

    /// <summary>Writes the file with the new values: in the place of the first old one, else at the end of the entry.</summary>
    public void Copy(string path, Stream output)
    {
        using var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var lines = new PhysicalLines(input);
        bool inEntry = false, written = false, ours = false;
        string lineEnd = "\n";
        for (int number = 1; lines.Next(); number++)
        {
            var line = lines.Line;
            if (number == _line)
            {
                inEntry = true;
                lineEnd = line.EndsWith("\r\n"u8) ? "\r\n" : "\n";
            }

            bool endsEntry = line.TrimEnd("\r\n"u8).IsEmpty;

            // A continuation belongs to the line before it, whatever that was: a comment may be folded too.
            ours = inEntry && (line[0] == ' ' ? ours : IsOurs(line));
            if (inEntry && !written && (ours || endsEntry))
            {
                Write(output, lineEnd);
                written = true;
            }

            inEntry &= !endsEntry;
            if (!ours)
            {
                output.Write(line);
            }
        }

        if (inEntry && !written)
        {
            Write(output, lineEnd);
        }
    }

    private void Write(Stream output, string lineEnd)
    {
        var writer = new LdifWriter(output, lineEnd);
        foreach (string value in _values)
        {
            writer.WriteLine(_attribute, value);
        }
    }

    private bool IsOurs(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        return colon > 0 && Ascii.EqualsIgnoreCase(line[..colon], _attribute);
    }

    /// <summary>The lines of a file with their line ends.</summary>
    private sealed class PhysicalLines(Stream stream)
    {
        private byte[] _buffer = new byte[64 << 10];
        private int _start, _length, _end;

        public ReadOnlySpan<byte> Line => _buffer.AsSpan(_start, _length);

        public bool Next()
        {
            _start += _length;
            _length = 0;
            while (true)
            {
                int feed = _buffer.AsSpan(_start + _length, _end - _start - _length).IndexOf((byte)'\n');
                if (feed >= 0)
                {
                    _length += feed + 1;
                    return true;
                }

                _length = _end - _start;
                if (_start > 0)
                {
                    _buffer.AsSpan(_start, _length).CopyTo(_buffer);
                    (_start, _end) = (0, _length);
                }
                else if (_end == _buffer.Length)
                {
                    Array.Resize(ref _buffer, _buffer.Length * 2);
                }

                int n = stream.Read(_buffer, _end, _buffer.Length - _end);
                if (n == 0)
                {
                    return _length > 0;
                }

                _end += n;
            }
        }
    }
}
