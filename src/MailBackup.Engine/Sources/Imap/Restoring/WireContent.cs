using System.Security.Cryptography;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// The content of an item as an IMAP server takes it: every line ends in CRLF (RFC 5322 §2.3), whatever the server that it comes from kept it with. Small
/// content is held, large content is read again for every use.
/// </summary>
internal sealed class WireContent
{
    private const int InMemory = 128 << 10;

    private readonly Func<CancellationToken, ValueTask<Stream>> _open;
    private byte[]? _held;
    private byte[]? _digest;

    private WireContent(Func<CancellationToken, ValueTask<Stream>> open) => _open = open;

    public long Length { get; private set; }

    /// <summary>Only a literal8 (RFC 3516) can carry it.</summary>
    public bool HasNul { get; private set; }

    /// <summary>Lines that end in several CR. Dovecot takes one of them away when it stores a mail.</summary>
    public int OddLineEnds { get; private set; }

    public static async Task<WireContent> ReadAsync(RestoreItem item, CancellationToken token)
    {
        var content = new WireContent(item.OpenContent);
        using var kept = new MemoryStream();
        var stream = await content.OpenFreshAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[64 << 10];
            int n, returns = 0;
            while ((n = await stream.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
            {
                content.Length += n;
                content.OddLineEnds += CountOdd(buffer.AsSpan(0, n), ref returns);
                content.HasNul |= buffer.AsSpan(0, n).Contains((byte)0);
                if (content.Length <= InMemory)
                {
                    kept.Write(buffer, 0, n);
                }
            }
        }

        content._held = content.Length <= InMemory ? kept.ToArray() : null;
        return content;
    }

    /// <param name="doubled">With a CR more at each of the <see cref="OddLineEnds"/>.</param>
    public async ValueTask<Stream> OpenAsync(CancellationToken token, bool doubled = false)
    {
        var stream = _held is not null ? new MemoryStream(_held, writable: false) : await OpenFreshAsync(token).ConfigureAwait(false);
        return doubled ? new LineEndStream(stream, doubled: true) : stream;
    }

    /// <summary>SHA-256 of what is sent.</summary>
    public async ValueTask<byte[]> DigestAsync(CancellationToken token)
    {
        if (_digest is null)
        {
            var stream = await OpenAsync(token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                _digest = await SHA256.HashDataAsync(stream, token).ConfigureAwait(false);
            }
        }

        return _digest;
    }

    /// <summary>SHA-256 of what a server makes of it that takes away one CR of each of the <see cref="OddLineEnds"/>.</summary>
    public async ValueTask<byte[]> StrippedDigestAsync(CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var stream = await OpenAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[64 << 10];
            using var kept = new MemoryStream(buffer.Length);
            int n, returns = 0;
            while ((n = await stream.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
            {
                Strip(buffer.AsSpan(0, n), ref returns, kept);
                hash.AppendData(kept.GetBuffer(), 0, (int)kept.Length);
                kept.SetLength(0);
            }

            hash.AppendData(Enumerable.Repeat((byte)'\r', returns).ToArray());
        }

        return hash.GetHashAndReset();
    }

    /// <param name="returns">CR that were seen and not written yet.</param>
    private static void Strip(ReadOnlySpan<byte> bytes, ref int returns, MemoryStream output)
    {
        foreach (byte b in bytes)
        {
            if (b == '\r')
            {
                returns++;
                continue;
            }

            for (returns -= b == '\n' && returns > 1 ? 1 : 0; returns > 0; returns--)
            {
                output.WriteByte((byte)'\r');
            }

            output.WriteByte(b);
        }
    }

    private static int CountOdd(ReadOnlySpan<byte> bytes, ref int returns)
    {
        int odd = 0;
        foreach (byte b in bytes)
        {
            odd += b == '\n' && returns > 1 ? 1 : 0;
            returns = b == '\r' ? returns + 1 : 0;
        }

        return odd;
    }

    private async ValueTask<Stream> OpenFreshAsync(CancellationToken token) => new LineEndStream(await _open(token).ConfigureAwait(false));
}
