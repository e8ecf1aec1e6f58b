using System.Text;
using System.Text.Json;
using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Sources;
using Microsoft.Win32.SafeHandles;

namespace MailBackup.Archives.Mbox;

/// <summary>One mbox file as a folder of messages.</summary>
/// <param name="expected">How many messages were written into it, where that is known.</param>
internal sealed class MboxFile(string path, RestoreFolder folder, bool ours, long? expected)
{
    /// <summary>Fields that mail programs add to keep their own state in the file; no part of the mail.</summary>
    private static readonly HashSet<string> StateFields =
        new(["Status", "X-Status", "X-Keywords", "X-UID", "X-IMAP", "X-IMAPbase", "X-MailBackup"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for a file that is empty (a folder without messages), else whether it begins like an mbox file.</summary>
    public static bool? Looks(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[5];
        int n = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return n == 0 ? null : head[..n].SequenceEqual("From "u8);
    }

    public IEnumerable<ArchiveEntry> Items(CancellationToken token)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var scanner = new MboxScanner(file, ours);
        long count = 0;
        foreach (var message in scanner.Messages(token))
        {
            if (count++ == 0 && scanner.Garbage > 0)
            {
                yield return Garbage(scanner.Garbage);
            }

            yield return Entry(file, message, $"{path}, message {count}");
        }

        if (count == 0 && scanner.Garbage > 0)
        {
            yield return Garbage(scanner.Garbage);
        }

        if (count < expected)
        {
            yield return new ArchiveEntry(
                folder, path, null, ArchiveErrors.BadItem(path, $"{expected} messages were written into it, and it has {count}: it has been cut short or changed"));
        }
    }

    private ArchiveEntry Garbage(long bytes) => new(
        folder, path, null, ArchiveErrors.BadItem(path, $"the first {bytes} bytes belong to no message (a line 'From …' begins one)"));

    private ArchiveEntry Entry(SafeFileHandle file, MboxMessage message, string place)
    {
        byte[] head = new byte[(int)Math.Min(MailFields.HeadLength, message.End - message.Start)];
        int n = head.Length == 0 ? 0 : RandomAccess.Read(file, head, message.Start);
        var fields = MailFields.Read(head.AsSpan(0, n), out _);
        if (ours && Untouched(head.AsSpan(0, n), fields) is { } own)
        {
            var pieces = new[] { (message.Start + own.Skip, message.End) };
            return new ArchiveEntry(folder, place, new RestoreItem(own.State, _ => ValueTask.FromResult<Stream>(new ArchiveContentStream(
                new MboxContentStream(file, pieces, quoted: true, own.State.Size), place, own.State.Size, own.State.Digest))));
        }

        var (flags, tags) = MboxHeader.ReadStatus(fields.Find("Status"), fields.Find("X-Status"), fields.Find("X-Keywords"));
        var state = new ItemState
        {
            Type = ItemType.Message,
            Flags = flags,
            Tags = tags,
            Date = MboxHeader.ReadDate(message.FromLine) ?? fields.Date() ?? DateTimeOffset.UtcNow,
            Size = -1,
        };
        var parts = Without(message, fields);
        return new ArchiveEntry(folder, place, new RestoreItem(state, _ => ValueTask.FromResult<Stream>(
            new ArchiveContentStream(new MboxContentStream(file, parts, message.IsQuoted, null), place, null))))
        {
            IsBare = !fields.Exists(f => f.Name.EndsWith("Status", StringComparison.OrdinalIgnoreCase) && StateFields.Contains(f.Name)),
        };
    }

    /// <summary>
    /// What our writer put before the message, when it still stands there as it was written; a mail program that has changed the flags has
    /// rewritten the header, and then the header counts.
    /// </summary>
    private static (ItemState State, int Skip)? Untouched(ReadOnlySpan<byte> head, List<MailFields.Field> fields)
    {
        if (fields.Count == 0 || fields[0].Start != 0 || fields[0].Name != MboxHeader.Marker.TrimEnd(':', ' '))
        {
            return null;
        }

        ItemState state;
        try
        {
            state = JsonText.Read(fields[0].Value, ArchiveMetadata.ReadItem);
        }
        catch (JsonException)
        {
            return null;
        }

        byte[] status = Encoding.ASCII.GetBytes(MboxHeader.Status(state.Flags, state.Tags));
        return head[fields[0].Length..].StartsWith(status) ? (state, fields[0].Length + status.Length) : null;
    }

    private static List<(long Start, long End)> Without(MboxMessage message, List<MailFields.Field> fields)
    {
        var pieces = new List<(long, long)>();
        long start = message.Start;
        foreach (var field in fields.Where(f => StateFields.Contains(f.Name)))
        {
            pieces.Add((start, message.Start + field.Start));
            start = message.Start + field.Start + field.Length;
        }

        pieces.Add((start, message.End));
        return pieces;
    }
}
