using System.Security.Cryptography;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Archives;

/// <summary>
/// The content of an archived item, held to what the archive says of it: never longer, and with the right digest or CRC at its end where there is
/// one. So a file that unpacks to more than it states costs no more room than it stated.
/// </summary>
internal sealed class ArchiveContentStream(Stream inner, string place, long? length, Digest? digest = null, uint? crc = null) : ReadOnlyStream
{
    private readonly IncrementalHash? _hash = digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private uint _crc;
    private long _read;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int n;
        try
        {
            n = inner.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw ArchiveErrors.BadItem(place, $"it cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        _read += n;
        if (_read > length)
        {
            throw ArchiveErrors.BadItem(place, $"it is longer than the {length} bytes that the archive states");
        }

        if (n > 0)
        {
            _hash?.AppendData(buffer[..n]);
            _crc = crc is null ? 0 : Crc32.Append(_crc, buffer[..n]);
            return n;
        }

        if (length is { } stated && _read != stated)
        {
            throw ArchiveErrors.BadItem(place, $"it ends after {_read} of {stated} bytes");
        }

        if ((crc is { } sum && sum != _crc) || (_hash is not null && new Digest(_hash.GetCurrentHash()) != digest))
        {
            throw ArchiveErrors.BadItem(place, "its content is not what was put into the archive");
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }
}
