using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>A <c>VANISHED</c> response (RFC 7162 §3.2.10): UIDs that are no more.</summary>
/// <param name="Earlier">Told because it was asked for: it may name messages that nobody ever knew. Else each was there until now.</param>
internal sealed record VanishedData(bool Earlier, IReadOnlyList<(uint First, uint Last)> Runs)
{
    public long Count => Runs.Sum(r => (long)r.Last - r.First + 1);

    /// <summary>Throws <see cref="ImapProtocolException"/>.</summary>
    public static VanishedData Parse(ReadOnlySpan<byte> body)
    {
        var text = body.Trim((byte)' ');
        bool earlier = text.Length > 9 && Ascii.EqualsIgnoreCase(text[..9], "(EARLIER)"u8);
        return new VanishedData(earlier, UidSet.Parse(Encoding.ASCII.GetString(earlier ? text[9..].Trim((byte)' ') : text)));
    }
}
