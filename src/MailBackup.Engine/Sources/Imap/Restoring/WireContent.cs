using System.Security.Cryptography;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// The content of an item as an IMAP server takes it: every line ends in CRLF (RFC 5322 §2.3), whatever the server that it comes from kept it with. Small
/// content is held, large content is read again for every use.
/// </summary>
internal sealed class WireContent
{
    private const int InMemory = 1 << 20;

    private readonly Func<CancellationToken, ValueTask<Stream>> _open;
    private byte[]? _held;
    private byte[]? _digest;

    private WireContent(Func<CancellationToken, ValueTask<Stream>> open) => _open = open;

    public long Length { get; private set; }

    /// <summary>Only a literal8 (RFC 3516) can carry it.</summary>
    public bool HasNul { get; private set; }

    public static async Task<WireContent> ReadAsync(RestoreItem item, CancellationToken token)
    {
        var content = new WireContent(item.OpenContent);
        using var kept = new MemoryStream();
        var stream = await content.OpenFreshAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[64 << 10];
            int n;
            while ((n = await stream.ReadAsync(buffer, token).ConfigureAwait(false)) > 0)
            {
                content.Length += n;
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

    public async ValueTask<Stream> OpenAsync(CancellationToken token) =>
        _held is not null ? new MemoryStream(_held, writable: false) : await OpenFreshAsync(token).ConfigureAwait(false);

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

    private async ValueTask<Stream> OpenFreshAsync(CancellationToken token) => new LineEndStream(await _open(token).ConfigureAwait(false));
}
