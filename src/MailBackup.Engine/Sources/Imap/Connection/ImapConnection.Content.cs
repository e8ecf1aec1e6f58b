using System.Globalization;
using System.Text;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>Commands with mails in them (RFC 9051 §6.3.12, RFC 3502): begun, filled content by content, ended.</summary>
internal sealed partial class ImapConnection
{
    /// <summary>Larger content waits until the server asks for it, so that a refusal comes before it.</summary>
    private const int Unasked = 64 << 10;

    /// <summary>Whether content of this length goes out without waiting for the server.</summary>
    public bool GoesUnasked(long length) => length <= Math.Min(Unasked, Capabilities.UnaskedLiteral);

    /// <summary>Begins a command and returns its tag. Nothing else may be sent before <see cref="End"/>.</summary>
    public string Begin(string text)
    {
        string tag = NextTag();
        Put(tag, Encoding.UTF8.GetBytes(text), newLine: false);
        return tag;
    }

    /// <summary>
    /// Puts one content into the command that was begun. Throws <see cref="ImapCommandException"/> when the server refuses to take it: then the command is over.
    /// </summary>
    /// <param name="before">What stands before the literal: ends with a blank, or with <c>~</c> for a literal8.</param>
    public async ValueTask PutAsync(string tag, string before, Stream content, long length)
    {
        bool unasked = GoesUnasked(length);
        _output.AddRange(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{before}{{{length}{(unasked ? "+" : "")}}}\r\n")));
        if (!unasked)
        {
            await AskedForAsync(tag).ConfigureAwait(false);
        }

        var chunk = new byte[(int)Math.Clamp(length, 1, Unasked)];
        long left = length;
        while (left > 0)
        {
            int n = await ReadAsync(content, chunk.AsMemory(0, (int)Math.Min(chunk.Length, left))).ConfigureAwait(false);
            left -= n;
            _output.AddRange(chunk.AsSpan(0, n));
            if (_output.Count >= Unasked)
            {
                await DrainAsync(flush: false).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the command that was begun; it goes out at the next flush.</summary>
    public void End() => _output.AddRange("\r\n"u8);

    /// <summary>What was announced must come; when it does not, nothing else can be said on this connection any more.</summary>
    private async ValueTask<int> ReadAsync(Stream content, Memory<byte> buffer)
    {
        try
        {
            return await content.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var n
                ? n : throw new InvalidDataException("The content is shorter than it was when it was read first.");
        }
        catch
        {
            Abort("a content to be sent could not be read");
            throw;
        }
    }

    private async ValueTask DrainAsync(bool flush)
    {
        if (_output.Count > 0)
        {
            var bytes = _output.ToArray();
            _output.Clear();
            await _transport.WriteAsync(bytes, flush).ConfigureAwait(false);
        }
    }
}
