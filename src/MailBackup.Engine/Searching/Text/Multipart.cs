using System.Text;

namespace MailBackup.Searching.Text;

/// <summary>A multipart that is being read (RFC 2046 §5.1).</summary>
/// <param name="depth">Messages within messages around it.</param>
internal sealed class Multipart(string? boundary, string type, int depth)
{
    /// <summary>RFC 2046 allows 70 characters; some mailers take more.</summary>
    private const int MaxBoundary = 256;

    private byte[]? _boundary = string.IsNullOrEmpty(boundary) ? null : Encoding.UTF8.GetBytes(boundary.Length <= MaxBoundary ? boundary : boundary[..MaxBoundary]);

    public int Depth { get; } = depth;

    /// <summary>Its parts say the same in different forms.</summary>
    public bool IsAlternative { get; } = type == "multipart/alternative";

    /// <summary>Its parts are messages unless they say otherwise (RFC 2046 §5.1.5).</summary>
    public bool IsDigest { get; } = type == "multipart/digest";

    /// <summary>A boundary of it has been met.</summary>
    public bool Began { get; set; }

    /// <summary>UTF-16 units of text in the plain parts met.</summary>
    public int PlainLength { get; set; }

    /// <param name="line">A line that begins with two hyphens.</param>
    /// <param name="closes">It is the last one.</param>
    public bool Matches(ReadOnlySpan<byte> line, out bool closes)
    {
        var text = line[2..].TrimEnd(" \t\r\n"u8);
        closes = false;
        if (_boundary is null || !text.StartsWith(_boundary))
        {
            return false;
        }

        text = text[_boundary.Length..];
        closes = text.SequenceEqual("--"u8);
        return closes || text.IsEmpty;
    }

    /// <summary>Where no boundary was stated, the first line that could be one is.</summary>
    public bool TryAdopt(ReadOnlySpan<byte> line)
    {
        var text = line[2..].TrimEnd(" \t\r\n"u8);
        if (_boundary is not null || text.Length is 0 or > MaxBoundary)
        {
            return false;
        }

        _boundary = text.ToArray();
        return true;
    }
}
