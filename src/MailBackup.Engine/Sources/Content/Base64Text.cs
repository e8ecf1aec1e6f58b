using System.Buffers;
using System.Buffers.Text;

namespace MailBackup.Sources.Content;

/// <summary>Base64 (RFC 2045 §6.8) as mail has it: takes what is there; padding may be missing and foreign characters may stand in between.</summary>
internal static class Base64Text
{
    /// <returns>How many bytes were written, never more than three quarters of the text and two.</returns>
    public static int Decode(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        if (Base64.DecodeFromUtf8(payload, output, out _, out int written) == OperationStatus.Done)
        {
            return written;
        }

        written = 0;
        int bits = 0, count = 0;
        foreach (byte b in payload)
        {
            int value = b switch
            {
                >= (byte)'A' and <= (byte)'Z' => b - 'A',
                >= (byte)'a' and <= (byte)'z' => b - 'a' + 26,
                >= (byte)'0' and <= (byte)'9' => b - '0' + 52,
                (byte)'+' => 62,
                (byte)'/' => 63,
                _ => -1,
            };
            if (b == '=')
            {
                bits = count = 0;
            }
            else if (value >= 0)
            {
                bits = (bits << 6) | value;
                count += 6;
                if (count >= 8)
                {
                    count -= 8;
                    output[written++] = (byte)(bits >> count);
                    bits &= (1 << count) - 1;
                }
            }
        }

        return written;
    }
}
