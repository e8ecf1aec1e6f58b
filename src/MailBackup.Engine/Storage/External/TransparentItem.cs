using System.Buffers;
using System.Text;
using System.Text.Json;
using MailBackup.Model;

namespace MailBackup.Storage;

/// <summary>
/// The file of one item in an export: a JSON array of its transactions, oldest first, one a line. Each ends in <c>check</c>, as in a journal, over
/// itself and the line before it in this file.
/// </summary>
internal static class TransparentItem
{
    private static ReadOnlySpan<byte> Begin => "[\n"u8;

    private static ReadOnlySpan<byte> Between => ",\n"u8;

    private static ReadOnlySpan<byte> End => "\n]\n"u8;

    /// <param name="output">Gets the whole file.</param>
    /// <param name="lines">Lines of the item's journal, with the checksums that they have there.</param>
    public static void Write(ArrayBufferWriter<byte> output, Guid account, ItemId item, IReadOnlyList<byte[]> lines)
    {
        output.Write(Begin);
        byte[] previous = Encoding.UTF8.GetBytes(TransparentLayout.JournalName(account, item));
        var check = new byte[LineChecksum.Length];
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                output.Write(Between);
            }

            var payload = LineChecksum.TryGet(lines[i], check, out int length) ? lines[i].AsSpan(0, length) : lines[i].AsSpan(0, lines[i].Length - 1);
            int sealedLength = payload.Length + LineChecksum.Overhead;
            var line = output.GetSpan(sealedLength)[..sealedLength];
            payload.CopyTo(line);
            LineChecksum.Seal(line, payload.Length, previous, check);
            previous = [.. check];

            // Without the line feed that a journal has there.
            output.Advance(sealedLength - 1);
        }

        output.Write(End);
    }

    /// <summary>Gives each transaction and its place. Throws <see cref="JsonException"/> where the file is not what was written.</summary>
    public static void Read(ReadOnlySpan<byte> file, Guid account, ItemId item, Action<Transaction, JournalPlace> visit)
    {
        if (!file.StartsWith(Begin) || !file.EndsWith(End) || file.Length < Begin.Length + End.Length)
        {
            throw new JsonException("It is not the array of an item's transactions, or not all of it.");
        }

        int end = file.Length - End.Length;
        Span<byte> previous = Encoding.UTF8.GetBytes(TransparentLayout.JournalName(account, item));
        Span<byte> check = stackalloc byte[LineChecksum.Length];
        for (int at = Begin.Length; at < end;)
        {
            int length = file[at..end].IndexOf((byte)'\n');
            bool last = length < 0;
            var line = last ? file[at..end] : file.Slice(at, length).TrimEnd((byte)',');
            if (!LineChecksum.TryVerify(line, previous, check))
            {
                throw new JsonException($"The transaction at byte {at} does not fit its checksum.");
            }

            previous = check.ToArray();
            var transaction = TransactionLine.Read(line);
            visit(transaction, new JournalPlace(checked((int)item.Value), at, line.Length + 1));
            at = last ? end : at + length + 1;
        }
    }
}
