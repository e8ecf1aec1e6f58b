using System.Globalization;
using MailBackup.Model;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>Reads sizes and headers of messages of one folder, all in one round trip.</summary>
internal sealed class HeaderReader(ImapConnection connection, SourceFolder folder)
{
    /// <summary>A longer header is not told: it would have to be held.</summary>
    private const int Longest = 128 << 10;

    /// <summary>Those that the server tells; none when the folder has another UIDVALIDITY by now. Throws <see cref="ImapException"/>.</summary>
    public async Task<IReadOnlyList<SourceHeader>> ReadAsync(uint validity, IReadOnlyDictionary<uint, string> keys)
    {
        uint stated = 0;
        var headers = new Dictionary<uint, SourceHeader>();
        connection.Selected = null;
        string open = connection.Send($"EXAMINE {ImapCommand.Quote(FolderNames.ToWire(folder.Key, connection.Utf8))}");
        string fetch = connection.Send(string.Create(
            CultureInfo.InvariantCulture, $"UID FETCH {UidSet.Format(keys.Keys.Order())} (UID RFC822.SIZE BODY.PEEK[HEADER]<0.{Longest}>)"));
        await connection.WaitAsync(open, Take).ConfigureAwait(false);
        connection.Selected = folder.Key;
        await connection.WaitAsync(fetch, Take).ConfigureAwait(false);
        return stated == validity ? [.. headers.Values] : [];

        void Take(ReadOnlySpan<byte> text)
        {
            var line = ResponseLine.Parse(text);
            if (line.Status is { } status && status.Is("UIDVALIDITY"))
            {
                stated = uint.TryParse(status.Arguments, out uint v) ? v : 0;
            }
            else if (line.Is("FETCH"u8) && line.Number is { } number
                && FetchData.Parse(number, line.Body) is { Uid: { } uid, Size: { } size, Header: { Length: > 0 and < Longest } header } && keys.TryGetValue(uid, out string? key))
            {
                headers[uid] = new SourceHeader(key, size, Digest.Of(header));
            }
        }
    }
}
