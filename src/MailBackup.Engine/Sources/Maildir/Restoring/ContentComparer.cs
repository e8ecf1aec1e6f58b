using System.Buffers;

namespace MailBackup.Sources.Maildir.Restoring;

internal static class ContentComparer
{
    private const int BufferSize = 64 * 1024;

    /// <summary>True when both streams have the same bytes from here on; stops at the first difference.</summary>
    public static async ValueTask<bool> SameAsync(Stream a, Stream b, CancellationToken token)
    {
        byte[] left = ArrayPool<byte>.Shared.Rent(BufferSize);
        byte[] right = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                int n = await a.ReadAtLeastAsync(left.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, token).ConfigureAwait(false);
                int m = await b.ReadAtLeastAsync(right.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, token).ConfigureAwait(false);
                if (!left.AsSpan(0, n).SequenceEqual(right.AsSpan(0, m)))
                {
                    return false;
                }

                if (n < BufferSize)
                {
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(left);
            ArrayPool<byte>.Shared.Return(right);
        }
    }
}
