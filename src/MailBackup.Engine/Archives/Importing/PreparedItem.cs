using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Archives.Importing;

/// <summary>
/// An item of an archive that has been read through once: its content is whole, and its size, digest and identity are known before anything in the
/// account is touched for it.
/// </summary>
/// <param name="WireSize">Its size on a server that ends all lines with CRLF.</param>
internal sealed record PreparedItem(RestoreFolder Folder, RestoreItem Item, ItemIdentity Identity, bool IsBare, long WireSize)
{
    public ItemState State => Item.State;

    /// <summary>Throws what is wrong with the item.</summary>
    public static async ValueTask<PreparedItem> ReadAsync(ArchiveEntry entry, RestoreFolder folder, byte[] buffer, CancellationToken token)
    {
        var item = entry.Item ?? throw entry.Fault ?? ArchiveErrors.BadItem(entry.Place, "it has no content");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = [];
        long length = 0, bareLineEnds = 0;
        bool afterReturn = false;
        await using (var content = await item.OpenContent(token).ConfigureAwait(false))
        {
            int n;
            while ((n = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token).ConfigureAwait(false)) > 0)
            {
                if (length == 0)
                {
                    head = buffer.AsSpan(0, Math.Min(n, MailFields.HeadLength)).ToArray();
                }

                hash.AppendData(buffer, 0, n);
                bareLineEnds += CountBareLineEnds(buffer.AsSpan(0, n), ref afterReturn);
                length += n;
            }
        }

        var state = item.State with { Size = length, Digest = new Digest(hash.GetHashAndReset()) };
        if (state.Date == default)
        {
            state = state with { Date = MailFields.Read(head, out _).Date() ?? DateTimeOffset.UtcNow };
        }

        string name = state.Key.Length > 0 ? state.Key : state.Subject;
        return new PreparedItem(folder, item with { State = state }, ItemIdentity.Of(folder.Kind, name, head), entry.IsBare, length + bareLineEnds);
    }

    private static long CountBareLineEnds(ReadOnlySpan<byte> bytes, ref bool afterReturn)
    {
        long count = 0;
        for (int at = 0; bytes[at..].IndexOf((byte)'\n') is >= 0 and var next; at += next + 1)
        {
            bool returned = at + next == 0 ? afterReturn : bytes[at + next - 1] == '\r';
            count += returned ? 0 : 1;
        }

        afterReturn = bytes.EndsWith("\r"u8);
        return count;
    }
}
