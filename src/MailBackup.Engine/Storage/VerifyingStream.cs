using System.Security.Cryptography;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>Passes content through and proves its digest at the end: a reader either gets exactly what was stored or an error.</summary>
internal sealed class VerifyingStream(Stream inner, Digest expected, long expectedLength, string place) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private bool _done;

    public override int Read(Span<byte> buffer)
    {
        if (_done || buffer.IsEmpty)
        {
            return 0;
        }

        int n;
        try
        {
            n = inner.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(e);
        }

        if (n > 0)
        {
            _hash.AppendData(buffer[..n]);
            _length += n;
            return _length <= expectedLength ? n : throw Damaged(null);
        }

        _done = true;
        Span<byte> hash = stackalloc byte[Digest.ByteLength];
        _hash.GetCurrentHash(hash);
        return _length == expectedLength && new Digest(hash) == expected ? 0 : throw Damaged(null);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private MailBackupException Damaged(Exception? inner) => new(
        ErrorIds.BlobDamaged,
        $"The content {expected} is damaged ({place}).",
        "Run 'mailbackup scan --deep' to fetch it again from the server while it is still there.",
        expected.ToString(),
        inner);
}
